"""A family that prints an advert as a sheet of labelled facts: base of the platform-like families.

It turns an advert into printed facts by Listing field name, leaves out what the family hides, and
fills the family's five templates (`home`, `list`, `detail`, `text`, `style.css`).
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, ClassVar

from models.listing import FeesPayer, Transaction
from town.families import texts, words
from town.families.render import TEMPLATES, render
from town.family import Family, Response
from town.model import Advert, Article, Site

LABELS: Mapping[str, str] = {
    "reference": "Référence",
    "property_type": "Type de bien",
    "transaction": "Transaction",
    "city": "Ville",
    "postal_code": "Code postal",
    "address": "Adresse",
    "surface": "Surface habitable",
    "land_surface": "Surface du terrain",
    "rooms": "Nombre de pièces",
    "bedrooms": "Nombre de chambres",
    "bathrooms": "Salles de bains",
    "floor": "Étage",
    "construction_year": "Année de construction",
    "furnished": "Meublé",
    "exclusive": "Exclusivité",
    "availability": "Disponibilité",
    "charges": "Charges",
    "deposit": "Dépôt de garantie",
    "fees": "Honoraires",
    "fees_payer": "Honoraires payés par",
}
_PLAIN = ("rooms", "bedrooms", "bathrooms", "construction_year", "dpe", "dpe_value", "ges", "ges_value")


class SheetFamily(Family):
    """Facts, labels and pages shared by the families of this shape; the markup is each one's own."""

    spacing: ClassVar[words.Spacing] = "nbsp"
    area_unit: ClassVar[str] = "m²"
    ground: ClassVar[str] = "RDC"
    labels: ClassVar[Mapping[str, str]] = LABELS
    style_path: ClassVar[str] = "/css/style.css"
    hidden: ClassVar[frozenset[str]] = frozenset({"address", "latitude", "longitude"})

    # Facts ---------------------------------------------------------------------------------

    def money(self, value: float) -> str:
        """Euros in the family's spacing."""
        return words.euros(value, self.spacing)

    def area(self, value: float) -> str:
        """Square metres in the family's spacing and unit."""
        return words.m2(value, self.spacing, self.area_unit)

    def facts(self, advert: Advert) -> dict[str, str | None]:
        """What the page may print, by Listing field name, as text; None where unknown or hidden."""
        printed = {**self._dwelling_facts(advert), **self._advert_facts(advert)}
        return {name: None if name in self.hidden else value for name, value in printed.items()}

    def _dwelling_facts(self, advert: Advert) -> dict[str, str | None]:
        home = advert.dwelling
        numbers = {name: getattr(home, name) for name in _PLAIN}
        return {name: None if value is None else str(value) for name, value in numbers.items()} | {
            "property_type": words.type_of(home.property_type),
            "transaction": words.transaction_words(home.transaction)[0],
            "city": home.place.city,
            "postal_code": home.place.postal_code,
            "address": home.address or None,
            "latitude": f"{home.latitude:.5f}",
            "longitude": f"{home.longitude:.5f}",
            "land_surface": None if home.land_surface is None else self.area(home.land_surface),
            "floor": None if home.floor is None else words.floor(home.floor, self.ground),
            "charges": None if home.charges is None else f"{self.money(home.charges)}/mois",
            "furnished": _yes_no(home.furnished),
        }

    def _advert_facts(self, advert: Advert) -> dict[str, str | None]:
        return {
            "title": advert.title,
            "price": self.money(advert.price),
            "reference": advert.reference,
            "surface": None if advert.surface is None else self.area(advert.surface),
            "fees": None if advert.fees is None else self.money(advert.fees),
            "fees_payer": None if advert.fees_payer is None else words.payer(advert.fees_payer),
            "deposit": None if advert.deposit is None else self.money(advert.deposit),
            "exclusive": _yes_no(advert.exclusive),
            "availability": None if advert.availability is None else words.availability(advert.availability),
        }

    def rows(self, advert: Advert, names: Iterable[str] = ()) -> list[tuple[str, str, str]]:
        """(field, label, value) of the labelled facts, all in the labels' order or the names given."""
        facts = self.facts(advert)
        return [(n, self.labels[n], text) for n in (names or self.labels) if (text := facts[n]) is not None]

    def features(self, advert: Advert) -> list[tuple[str, bool]]:
        """(words, present) of every feature that the advert states."""
        stated = () if "features" in self.hidden else advert.dwelling.features.items()
        return [(words.FEATURE_WORDS[name][0], present) for name, present in stated]

    def price_note(self, advert: Advert) -> str:
        """What follows the price: `FAI`, nothing when the seller pays, `CC/mois` or `HC/mois`."""
        if advert.dwelling.transaction is Transaction.RENT:
            return "CC/mois" if advert.charges_included else "HC/mois"
        return "FAI" if advert.fees_payer in (FeesPayer.BUYER, FeesPayer.SHARED) else ""

    def without_fees(self, advert: Advert) -> str | None:
        """The price net of the buyer's fees, which the law makes sellers print beside the other."""
        if advert.fees is None or advert.fees_payer is not FeesPayer.BUYER or "fees" in self.hidden:
            return None
        return self.money(advert.price - advert.fees)

    def sticker(self, advert: Advert) -> str | None:
        """`Vendu`, `Loué` or `Sous compromis` on a withdrawn advert, else None."""
        if advert.withdrawn is None:
            return None
        if advert.dwelling.transaction is Transaction.SALE and advert.id % 3 == 0:
            return "Sous compromis"
        return words.transaction_words(advert.dwelling.transaction)[1]

    def link(self, path: str) -> str:
        """A path of the site as it stands in an `href`."""
        return path

    # Pages ---------------------------------------------------------------------------------

    def fill(self, site: Site, template: str, **context: Any) -> str:
        """A template of the family with what every page needs."""
        return render(
            self.name,
            template,
            family=self,
            site=site,
            agency=site.agency,
            texts=texts,
            info=self.info_paths(),
            sale=Transaction.SALE,
            rent=Transaction.RENT,
            **context,
        )

    def render_home(self, site: Site) -> str:
        return self.fill(site, "home.html", featured=site.adverts[:6])

    def render_list(self, site: Site, transaction: Transaction, page: int) -> str:
        return self.fill(
            site,
            "list.html",
            transaction=transaction,
            adverts=self.slice(site, transaction, page),
            page=page,
            pages=self.pages_of(site, transaction),
        )

    def render_detail(self, site: Site, advert: Advert) -> str:
        return self.fill(
            site,
            "detail.html",
            advert=advert,
            facts=self.facts(advert),
            others=self.similar(site, advert),
            loan=texts.loan(advert),
            sticker=self.sticker(advert),
        )

    def render_info(self, site: Site, kind: str) -> str:
        return self.fill(site, "text.html", kind=kind, article=None)

    def render_article(self, site: Site, article: Article) -> str:
        return self.fill(site, "text.html", kind="article", article=article)

    def render_not_found(self, site: Site) -> str:
        return self.fill(site, "text.html", kind="missing", article=None)

    def extra(self, site: Site) -> dict[str, Response]:
        return {self.style_path: _style(self.name)}


@cache
def _style(name: str) -> Response:
    return Response((TEMPLATES / name / "style.css").read_bytes(), content_type="text/css; charset=utf-8")


def _yes_no(value: bool | None) -> str | None:
    return None if value is None else ("Oui" if value else "Non")


def quarter(advert: Advert) -> str:
    """The commune in an address: `paris-11eme` in the cities with arrondissements, else its slug."""
    place = advert.dwelling.place
    city = words.slug(place.city)
    if place.postal_code[:3] in {"750", "690", "130"} and city in {"paris", "lyon", "marseille"}:
        number = int(place.postal_code[3:])
        return f"{city}-{number}{'er' if number == 1 else 'eme'}"
    return city
