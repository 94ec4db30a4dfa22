"""A visual builder's habits: `w-dyn-list`, units apart from figures, elements hidden by condition.

What wears `w-condition-invisible` or `w-dyn-bind-empty` is the template's wrong default, unseen by visitors.
"""

from typing import ClassVar

from models.listing import Transaction
from town.families.templated import Templated
from town.families.words import Spacing, stable_slug
from town.model import Advert, Article, Site


class WebflowLike(Templated):
    """`/biens/<slug>`, lists with a collection's hashed query (`?9f2c_page=2`)."""

    name = "webflowlike"
    platform = "Webflow"
    spacing: ClassVar[Spacing] = "narrow"
    ground = "RDC"
    variant = 1
    per_page = 10
    style_path = "/css/site.webflow.5d1f0a.css"
    hidden = frozenset({"address", "latitude", "longitude", "fees_payer"})
    labels: ClassVar[dict[str, str]] = {
        "property_type": "Type",
        "surface": "Surface",
        "land_surface": "Terrain",
        "rooms": "Pièces",
        "bedrooms": "Chambres",
        "bathrooms": "Salles de bains",
        "floor": "Étage",
        "construction_year": "Année",
        "furnished": "Meublé",
        "charges": "Charges",
        "deposit": "Dépôt de garantie",
        "fees": "Honoraires",
        "availability": "Disponibilité",
        "reference": "Référence",
    }

    def list_path(self, transaction: Transaction, page: int = 1) -> str:
        base, key = ("/a-louer", "2b7e41d0") if transaction is Transaction.RENT else ("/a-vendre", "9f2c6a1e")
        return base if page == 1 else f"{base}?{key}_page={page}"

    def detail_path(self, site: Site, advert: Advert) -> str:
        return f"/biens/{stable_slug(advert)}-{advert.id}{advert.path_suffix}"

    def info_paths(self) -> dict[str, str]:
        return {
            "agency": "/agence",
            "fees": "/nos-honoraires",
            "blog": "/journal",
            "contact": "/contact",
            "legal": "/legal/mentions-legales",
        }

    def article_path(self, article: Article) -> str:
        return f"/articles/{article.slug}"

    def cells(self, advert: Advert) -> list[tuple[str, str, str]]:
        """(label, figure, unit) of every field of the template; an empty figure where nothing is bound."""
        return [(label, *figure_and_unit(self.text_of(advert, name))) for name, label in self.labels.items()]


def figure_and_unit(text: str | None) -> tuple[str, str]:
    """`65,5 m²` in its two parts, as two elements print them."""
    for unit in ("m²", "€ / mois", "€"):
        if text and text.endswith(unit):
            return text.removesuffix(unit).strip(), unit
    return text or "", ""
