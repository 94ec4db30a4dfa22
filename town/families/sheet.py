"""A family that prints an advert as a sheet of labelled facts: base of the platform-like families.

It turns an advert into printed facts by Listing field name, leaves out what the family hides, and
gives the family's templates (`home`, `list`, `detail`, `text`) their stickers, notes and loans.
"""

import re
from collections.abc import Iterable
from typing import Any, ClassVar

from models.listing import LISTING_FIELDS, FeesPayer, Transaction
from town.families import texts, words
from town.families.templated import JsonObject, Templated
from town.model import Advert, Article, Site

#: Listing fields that stand as one text of a sheet.
_FACTS = tuple(n for n in LISTING_FIELDS if n not in {"currency", "description", "photos", "features"})


class SheetFamily(Templated):
    """Facts, notes and prose shared by the families of this shape; the markup is each one's own."""

    hidden: ClassVar[frozenset[str]] = frozenset({"address", "latitude", "longitude"})

    # Facts ---------------------------------------------------------------------------------

    def money(self, value: float) -> str:
        """Euros in the family's spacing."""
        return words.euros(value, self.spacing)

    def facts(self, advert: Advert) -> dict[str, str | None]:
        """What the page may print, by Listing field name, as text; None where unknown or hidden."""
        return {name: self.text_of(advert, name) for name in _FACTS}

    def rows(self, advert: Advert, names: Iterable[str] = ()) -> list[tuple[str, str, str]]:
        """(field, label, text) of the labelled facts: all in the labels' order, or the names given."""
        found = ((name, self.labels[name], self.text_of(advert, name)) for name in names or self.labels)
        return [(name, label, text) for name, label, text in found if text is not None]

    def text_of(self, advert: Advert, name: str) -> str | None:
        if name in self.hidden:
            return None
        if name == "exclusive":
            return "Oui" if advert.exclusive else "Non"
        return super().text_of(advert, name)

    def written(self, name: str, value: Any) -> str:
        """As `Templated` does, but bare figures for energy, and money in the family's own way."""
        match name:
            case "price" | "fees" | "deposit":
                return self.money(value)
            case "charges":
                return f"{self.money(value)}/mois"
            case "dpe_value" | "ges_value":
                return str(value)
            case "fees_payer":
                return words.payer(value)
            case _:
                return super().written(name, value)

    def features(self, advert: Advert) -> list[tuple[str, bool]]:
        """(words, present) of every feature that the advert states."""
        return [(words.FEATURE_WORDS[name][0], here) for name, here in advert.dwelling.features.items()]

    def price_note(self, advert: Advert) -> str:
        """What follows the price: `FAI`, nothing when the seller pays, `CC/mois` or `HC/mois`."""
        if advert.dwelling.transaction is Transaction.RENT:
            return "CC/mois" if advert.charges_included else "HC/mois"
        return "FAI" if advert.fees_payer in (FeesPayer.BUYER, FeesPayer.SHARED) else ""

    def without_fees(self, advert: Advert) -> str | None:
        """The price net of the buyer's fees, which the law makes sellers print beside the other."""
        if advert.fees is None or advert.fees_payer is not FeesPayer.BUYER:
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

    def html(self, template: str, site: Site, **more: Any) -> str:
        return super().html(template, site, texts=texts, **more)

    def detail_context(self, site: Site, advert: Advert) -> JsonObject:
        return {
            "advert": advert,
            "facts": self.facts(advert),
            "others": self.similar(site, advert),
            "loan": texts.loan(advert),
            "sticker": self.sticker(advert),
        }

    def render_info(self, site: Site, kind: str) -> str:
        return self.html("text.html", site, kind=kind, article=None)

    def render_article(self, site: Site, article: Article) -> str:
        return self.html("text.html", site, kind="article", article=article)

    def render_not_found(self, site: Site) -> str:
        return self.html("text.html", site, kind="missing", article=None)


def quarter(advert: Advert) -> str:
    """The commune in an address: `paris-11eme` in the cities with arrondissements, else its slug."""
    return re.sub(r"-(\d+)e$", r"-\1eme", words.slug(advert.dwelling.place.city))
