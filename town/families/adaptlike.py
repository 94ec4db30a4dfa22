"""`/annonces/?id=1234`: everything by query, `div.champ > .libelle + .valeur`, and a charset that only
the page's meta declares: the bytes are windows-1252.
"""

from typing import ClassVar

from models.listing import Transaction
from town.families.sheet import SheetFamily
from town.model import Advert, Article, Site


class AdaptLike(SheetFamily):
    name = "adaptlike"
    platform = "AdaptImmo"
    charset = "windows-1252"
    charset_in_header = False
    spacing = "space"
    per_page = 9
    style_path = "/css/style.css?v=3"
    hidden: ClassVar[frozenset[str]] = frozenset({"latitude", "longitude"})
    labels: ClassVar[dict[str, str]] = {
        "reference": "Référence du bien",
        "property_type": "Catégorie",
        "address": "Adresse du bien",
        "postal_code": "Code postal",
        "city": "Commune",
        "surface": "Superficie habitable",
        "land_surface": "Superficie du terrain",
        "rooms": "Pièces",
        "bedrooms": "Chambres",
        "bathrooms": "Salle(s) d'eau / de bains",
        "floor": "Étage du bien",
        "construction_year": "Année construction",
        "furnished": "Meublé",
        "exclusive": "Mandat exclusif",
        "availability": "Date de disponibilité",
        "charges": "Charges locatives",
        "deposit": "Dépôt de garantie",
        "fees": "Honoraires d'agence",
        "fees_payer": "Honoraires payables",
    }

    def list_path(self, transaction: Transaction, page: int = 1) -> str:
        kind = "L" if transaction is Transaction.RENT else "V"
        return f"/recherche/?typeoffre={kind}" + (f"&p={page}" if page > 1 else "")

    def detail_path(self, site: Site, advert: Advert) -> str:
        return f"/annonces/?id={advert.id + 3000}{advert.path_suffix}"

    def info_paths(self) -> dict[str, str]:
        return {kind: f"/?rub={kind_name}" for kind, kind_name in _SECTIONS.items()}

    def article_path(self, article: Article) -> str:
        return f"/?rub=actualites&article={article.slug}"


_SECTIONS = {
    "agency": "agence",
    "fees": "honoraires",
    "blog": "actualites",
    "contact": "contact",
    "legal": "mentions",
}
