"""The town's agencies: fictitious names, people and numbers that satisfy the real check digits.

Telephone numbers come from the ranges that ARCEP keeps for fiction; SIREN numbers begin with 99.
"""

import unicodedata
from math import ceil
from random import Random

from town.areas import AREAS, STREETS, Area
from town.chance import chance
from town.family import Family
from town.model import Agency

#: A cluster of at most so many agencies shares an area, and its dwellings.
CLUSTER = 5

_NAMES: tuple[str, ...] = (
    "Agence du Port", "Cabinet Lemarié", "Immobilière des Remparts", "Clef de Voûte", "Le Pas de la Porte",
    "Transac Plus", "Agence Bellerive", "Les Toits Voisins", "Cabinet Aubrac et Filles", "Maison Tardieu",
    "Habitat Conseil", "Mille Fenêtres", "Agence de la Halle", "Foncière du Levant", "Sous les Tuiles",
    "Nid et Compagnie", "Agence des Quatre Vents", "Cabinet Rossetti", "Grand Angle Immobilier",
    "Le Comptoir des Murs", "Perron Immobilier", "Agence Saint-Fiacre", "L'Heure du Logis",
    "Domaine et Ville", "Agence Vauquelin", "Rez-de-Jardin", "Pierre Blonde", "Cabinet Ollivier Prat",
    "Agence du Beffroi", "Un Toit en Ville", "Logis de France-Ouest", "Côté Cour Immobilier",
    "Agence Marine Bleue", "Porte Cochère", "Cabinet Sénéchal", "Immo des Faubourgs",
)  # fmt: skip
_FIRST = ("Claire", "Hugo", "Nadia", "Étienne", "Solène", "Karim", "Mathilde", "Bruno", "Inès", "Yann")
_LAST = ("Lemarié", "Castaing", "Rossetti", "Le Guennec", "Vauquelin", "Benhamou", "Tardieu", "Oriol", "Prat")
_SLOGANS = (
    "Votre projet, notre métier", "L'immobilier à visage humain", "Depuis 1987 à votre porte",
    "Acheter, vendre, louer, simplement", "La bonne adresse pour changer d'adresse",
    "Des conseils, pas des promesses", "Votre quartier, on le connaît par cœur",
)  # fmt: skip


def make_agencies(
    seed: int, count: int, families: tuple[Family, ...], areas: tuple[Area, ...] = AREAS
) -> tuple[Agency, ...]:
    """`count` agencies, round-robin over the families and over clusters of one area each."""
    homes = [area_of(cluster_of(number, count), areas) for number in range(count)]
    return tuple(_agency(seed, number, area, families) for number, area in enumerate(homes))


def cluster_of(number: int, count: int) -> int:
    """The cluster of agency `number` among `count`: `area_of` tells its area."""
    return number % ceil(count / CLUSTER)


def area_of(cluster: int, areas: tuple[Area, ...] = AREAS) -> Area:
    """Where the agencies of that cluster work."""
    return areas[cluster % len(areas)]


def slug_of(text: str) -> str:
    """A host or path label: lower-case ASCII letters, digits and single hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join("".join(c if c.isalnum() else " " for c in plain).split())


def luhn_complete(digits: str) -> str:
    """`digits` with the check digit that makes it pass the Luhn test (ISO/IEC 7812-1)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return digits + str(-total % 10)


def _agency(seed: int, number: int, area: Area, families: tuple[Family, ...]) -> Agency:
    rng = chance(seed, "agency", number)
    again = number // len(_NAMES)
    name = _NAMES[number % len(_NAMES)] + (f" {again + 1}" if again else "")
    slug = slug_of(name)
    siren = luhn_complete("99" + _digits(rng, 6))
    return Agency(
        slug=slug,
        name=name,
        family=families[number % len(families)].name,
        address=f"{rng.randint(1, 98)} {rng.choice(STREETS)}",
        place=rng.choice(area.communes).place,
        phone=f"{area.phone} {_digits(rng, 2)} {_digits(rng, 2)}",
        email=f"contact@{slug}.example",
        siren=siren,
        siret=luhn_complete(siren + "000" + str(rng.randint(1, 4))),
        rcs=f"RCS {area.court} {siren[:3]} {siren[3:6]} {siren[6:]}",
        cpi=f"CPI {area.chamber} {rng.randint(2016, 2025)} 000 {_digits(rng, 3)} {_digits(rng, 3)}",
        manager=f"{rng.choice(_FIRST)} {rng.choice(_LAST)}",
        slogan=rng.choice(_SLOGANS),
    )


def _digits(rng: Random, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))
