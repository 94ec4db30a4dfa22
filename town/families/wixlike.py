"""A site builder's habits: ids `comp-…`, deep nested divs, inline styled spans, a warm-up data script.

The script holds the records of the page's advert and of the similar ones; `itemId` tells which is which.
"""

from typing import ClassVar
from uuid import UUID
from zlib import crc32

from models.listing import Transaction
from town.families.templated import JsonObject, Templated
from town.families.words import Spacing, base36, feature_list, stable_slug, type_of
from town.model import Advert, Article, Site


class WixLike(Templated):
    """`/annonces/<slug>`, lists at `/nos-ventes/2`."""

    name = "wixlike"
    platform = "Wix"
    spacing: ClassVar[Spacing] = "dot"
    ground = "rez-de-chaussée"
    square = "m2"
    variant = 2
    per_page = 8
    style_path = "/_partials/thunder/site.3f9c1e.min.css"
    hidden = frozenset({"address", "latitude", "longitude", "ges", "ges_value"})
    labels: ClassVar[dict[str, str]] = {
        "surface": "Surface",
        "land_surface": "Terrain",
        "rooms": "Pièces",
        "bedrooms": "Chambres",
        "bathrooms": "SDB",
        "floor": "Etage",
        "construction_year": "Année",
        "furnished": "Meublé",
        "charges": "Charges",
        "deposit": "Dépôt de garantie",
        "fees": "Honoraires d'agence",
        "fees_payer": "Honoraires",
        "availability": "Disponible",
        "reference": "Référence",
    }

    def list_path(self, transaction: Transaction, page: int = 1) -> str:
        base = "/nos-locations" if transaction is Transaction.RENT else "/nos-ventes"
        return base if page == 1 else f"{base}/{page}"

    def detail_path(self, site: Site, advert: Advert) -> str:
        return f"/annonces/{stable_slug(advert)}-{advert.id}{advert.path_suffix}"

    def info_paths(self) -> dict[str, str]:
        return {
            "agency": "/about",
            "fees": "/honoraires",
            "blog": "/blog",
            "contact": "/contactez-nous",
            "legal": "/mentions-legales",
        }

    def article_path(self, article: Article) -> str:
        return f"/post/{article.slug}"

    def comp(self, site_key: str, number: int) -> str:
        """A component's id, as the builder numbers them: `comp-l1x9k2f0`."""
        return f"comp-l{base36(crc32(f'{site_key}/{number}'.encode()))}"

    def detail_context(self, site: Site, advert: Advert) -> JsonObject:
        records = {
            item_id(shown): self.record(site, shown) for shown in (*self.similar(site, advert), advert)
        }
        store = {"recordsByCollectionId": {"Annonces": records}}
        return {
            "warmup": {
                "platform": {"renderer": "thunder", "ssr": True},
                "appsWarmupData": {"dataBinding": {"dataStore": store, "itemId": item_id(advert)}},
            }
        }

    def record(self, site: Site, advert: Advert) -> JsonObject:
        """One row of the site's data collection, as its owner named the columns."""
        home = advert.dwelling
        values = {
            "title": advert.title,
            "prix": advert.price,
            "typeDeBien": type_of(home.property_type),
            "surface": advert.surface,
            "pieces": home.rooms,
            "chambres": home.bedrooms,
            "ville": home.place.city,
            "codePostal": home.place.postal_code,
            "reference": advert.reference,
            "dpe": home.dpe,
            "descriptif": advert.description,
            "prestations": feature_list(home.features),
            "galerie": [{"type": "image", "src": photo} for photo in advert.photos],
            "link-annonces-title": self.detail_path(site, advert),
        }
        return {name: value for name, value in values.items() if value is not None}


def item_id(advert: Advert) -> str:
    """The collection's own id of a row, stable."""
    return str(UUID(int=crc32(advert.agency.encode()) << 96 | advert.id * 0x9E3779B97F4A7C15))
