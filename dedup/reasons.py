"""Why two adverts are, or are not, one dwelling: each piece of evidence with both values and its weight.

Reasons are kept as data (`Reason.to_dict`) and told in French or English; they weigh in log-odds, and with
the model's own prior they add up to the pair's probability.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dedup import evidence, vetoes
from dedup.model import PairModel, shipped
from dedup.signature import KINDS, LETTERS, OFFERS, Signatures

#: Pairs whose evidence is held at once.
BATCH: Final = 20_000
#: Less than this moves nothing.
LEAST: Final = 0.005


@dataclass(frozen=True, slots=True)
class Reason:
    """`name`: of `evidence.NAMES`, or of `vetoes.NAMES` with a null weight. a, b: as shown, or empty."""

    name: str
    a: str
    b: str
    weight: float | None

    def to_dict(self) -> dict[str, Any]:
        """As it is stored."""
        return {"name": self.name, "a": self.a, "b": self.b, "weight": self.weight}

    def told(self, french: bool = False) -> str:
        """One line for a person."""
        colon, both = (" : ", " et ") if french else (": ", " and ")
        values = both.join(dict.fromkeys(filter(None, (self.a, self.b))))
        shown = f"{colon}{values.replace('.', ',') if french else values}" if values else ""
        weight = "" if self.weight is None else f" ({self.weight:+.1f})"
        return LABELS[self.name][french] + shown + weight


def reasons(
    signatures: Signatures,
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    veto: NDArray[np.uint8],
    model: PairModel | None = None,
) -> Iterator[tuple[Reason, ...]]:
    """Of each pair: the veto alone, or the evidence, the weightiest first."""
    weights = (model or shipped()).weights
    for start in range(0, len(left), BATCH):
        a, b, vetoed = left[start : start + BATCH], right[start : start + BATCH], veto[start : start + BATCH]
        weighed = evidence.features(signatures, a, b) * weights
        for i, j, number, row in zip(a.tolist(), b.tolist(), vetoed.tolist(), weighed, strict=True):
            rows = signatures.rows[i], signatures.rows[j]
            yield (_veto(number, *rows),) if number else tuple(_evidence(row, *rows))


def _veto(number: int, a: Any, b: Any) -> Reason:
    name = vetoes.NAMES[number - 1]
    return Reason(name, *_values(name, a, b), None)


def _evidence(weighed: NDArray[np.float64], a: Any, b: Any) -> Iterator[Reason]:
    for at in np.argsort(-np.abs(weighed), kind="stable"):
        if abs(weighed[at]) < LEAST:
            break
        name = evidence.NAMES[at]
        yield Reason(name, *_values(name, a, b), round(float(weighed[at]), 2))


def _values(name: str, a: Any, b: Any) -> tuple[str, str]:
    show = next((show for start, show in _SHOWN.items() if name.startswith(start)), None)
    return (show(a), show(b)) if show else ("", "")


def _number(column: str, unit: str = "") -> Callable[[Any], str]:
    def show(row: Any) -> str:
        value = float(row[column])
        return (
            "" if np.isnan(value) else f"{value:,.2f}".rstrip("0").rstrip(".").replace(",", "\u202f") + unit
        )

    return show


def _either(column: str, other: str) -> Callable[[Any], str]:
    return lambda row: (_number(column)(row) or _number(other)(row)).replace("\u202f", "")


#: What is shown beside the evidence and vetoes whose names begin so.
_SHOWN: Final[dict[str, Callable[[Any], str]]] = {
    "surface": _number("surface", " m²"),
    "plot": _number("land_surface", " m²"),
    "rooms": _number("rooms"),
    "bedrooms": _number("bedrooms"),
    "net price": _number("net", " €"),
    "odd rent": _number("net", " €"),
    "rent": _number("net", " €"),
    "price": _number("price", " €"),
    "round price": _number("price", " €"),
    "charges": _number("charges", " €"),
    "storey": _either("floor", "told_floor"),
    "year": _either("construction_year", "told_year"),
    "energy letter": lambda row: LETTERS[row["dpe"]],
    "energy": _number("dpe_value", " kWh/m²"),
    "emissions": _number("ges_value", " kg/m²"),
    "types": lambda row: KINDS[row["kind"]],
    "offers": lambda row: OFFERS[row["offer"]],
}
#: English, French.
LABELS: Final[dict[str, tuple[str, str]]] = {
    # Vetoes
    "offers": ("different offers", "offres différentes"),
    "places": ("different postal areas", "zones postales différentes"),
    "types": ("different types", "types différents"),
    "surfaces": ("surfaces that contradict", "surfaces contradictoires"),
    "prices": ("prices too far apart", "prix trop éloignés"),
    "rooms": ("numbers of rooms that contradict", "nombres de pièces contradictoires"),
    "storeys": ("different storeys", "étages différents"),
    "plots": ("plots that contradict", "terrains contradictoires"),
    "references": ("different references of one agency", "références différentes d'une même agence"),
    # Evidence
    "surface equal to the decimal": ("same surface, to the decimal", "même surface, à la décimale"),
    "surface equal to the hundredth": ("same surface, to the hundredth", "même surface, au centième"),
    "surface equal": ("same surface", "même surface"),
    "surface within rounding": ("same surface once rounded", "même surface une fois arrondie"),
    "surface near": ("surfaces near each other", "surfaces proches"),
    "surface differs": ("surfaces differ", "surfaces différentes"),
    "no home": ("no dwelling but a parking, premises or a plot", "ni appartement ni maison"),
    "plot equal": ("same plot", "même terrain"),
    "plot differs": ("plots differ", "terrains différents"),
    "rooms equal": ("same number of rooms", "même nombre de pièces"),
    "rooms differ": ("numbers of rooms differ", "nombres de pièces différents"),
    "bedrooms equal": ("same number of bedrooms", "même nombre de chambres"),
    "bedrooms differ": ("numbers of bedrooms differ", "nombres de chambres différents"),
    "price equal": ("same price", "même prix"),
    "round price equal": ("same round price", "même prix rond"),
    "net price equal": ("same price without fees", "même prix hors honoraires"),
    "price equal to the other's net price": (
        "one's price is the other's without fees",
        "le prix de l'une est celui de l'autre hors honoraires",
    ),
    "rent equal without charges": ("same rent without charges", "même loyer hors charges"),
    "odd rent equal without charges": (
        "same rent without charges, to the euro",
        "même loyer hors charges, à l'euro",
    ),
    "price within 1 %": ("prices within 1 %", "prix à 1 % près"),
    "price within 3 %": ("prices within 3 %", "prix à 3 % près"),
    "price within 8 %": ("prices within 8 %", "prix à 8 % près"),
    "price within 15 %": ("prices within 15 %", "prix à 15 % près"),
    "price differs": ("prices differ", "prix différents"),
    "net prices differ": ("prices without fees differ", "prix hors honoraires différents"),
    "net prices within 3 %": ("prices without fees within 3 %", "prix hors honoraires à 3 % près"),
    "net prices differ much": ("prices without fees differ much", "prix hors honoraires très différents"),
    "charges equal": ("same charges", "mêmes charges"),
    "charges differ": ("charges differ", "charges différentes"),
    "storey equal": ("same storey", "même étage"),
    "ground floor both": ("both on the ground floor", "tous deux au rez-de-chaussée"),
    "year equal": ("same year of construction", "même année de construction"),
    "year differs": ("years of construction differ", "années de construction différentes"),
    "energy equal": ("same energy figure", "même consommation d'énergie"),
    "energy equal in class A": (
        "same energy figure, of class A",
        "même consommation d'énergie, de classe A",
    ),
    "energy differs": ("energy figures differ", "consommations d'énergie différentes"),
    "emissions equal": ("same emissions", "mêmes émissions"),
    "emissions differ": ("emissions differ", "émissions différentes"),
    "energy letter equal": ("same energy letter", "même étiquette énergie"),
    "energy letter differs": ("energy letters differ", "étiquettes énergie différentes"),
    "furnished differs": ("furnished and not", "meublé et non meublé"),
    "types differ a little": ("types differ a little", "types un peu différents"),
    "within 150 m": ("less than 150 m apart on the map", "à moins de 150 m sur la carte"),
    "within 600 m": ("less than 600 m apart on the map", "à moins de 600 m sur la carte"),
    "beyond 1500 m": ("more than 1,500 m apart on the map", "à plus de 1 500 m sur la carte"),
    "communes differ": ("communes differ", "communes différentes"),
    "no place": ("a commune is unknown", "une commune inconnue"),
    "same agency": ("the same agency", "la même agence"),
    "same reference": ("the same reference", "la même référence"),
    "photos in common": ("a photo in common", "une photo commune"),
    "more photos in common": ("several photos in common", "plusieurs photos communes"),
    "two pictures alike": ("two photos or more that look alike", "au moins deux photos semblables"),
    "no picture alike": ("no photo looks alike", "aucune photo semblable"),
    "texts unlike": ("texts unlike each other", "textes dissemblables"),
    "texts somewhat alike": ("texts somewhat alike", "textes assez semblables"),
    "texts alike": ("texts alike", "textes semblables"),
    "phrases in common": ("phrases in common", "des phrases communes"),
    "phrases mostly in common": ("mostly the same phrases", "presque les mêmes phrases"),
    "figures in common": ("figures of the texts in common", "des chiffres communs dans les textes"),
    "no figure in common": ("no figure of the texts in common", "aucun chiffre commun dans les textes"),
    "fields told in the other text": (
        "price or surface told in the other's text",
        "prix ou surface dits dans l'autre texte",
    ),
    "street in common": ("a street in common", "une rue commune"),
    "streets differ": ("streets differ", "rues différentes"),
    "address alike": ("the same address", "la même adresse"),
    "address differs": ("addresses differ", "adresses différentes"),
}
