"""`/index.php/ventes/item/1234-slug`: a content system with a base address in its head, links without
a leading slash, `field-name-*` divisions, RDFa attributes and a pager that counts adverts.
"""

from typing import ClassVar

from models.listing import Transaction
from town.families import words
from town.families.sheet import SheetFamily
from town.model import Advert, Article, Site


class JoomlaLike(SheetFamily):
    name = "joomlalike"
    platform = "Joomla"
    spacing = "narrow"
    per_page = 9
    style_path = "/templates/immo_pro/css/template.css"
    hidden: ClassVar[frozenset[str]] = frozenset({"address"})
    labels: ClassVar[dict[str, str]] = {
        "reference": "Référence",
        "property_type": "Type de bien",
        "city": "Ville",
        "postal_code": "Code postal",
        "surface": "Surface (m²)",
        "land_surface": "Surface du terrain",
        "rooms": "Nombre de pièces",
        "bedrooms": "Nombre de chambres",
        "bathrooms": "Salles de bain",
        "floor": "Étage",
        "construction_year": "Année",
        "furnished": "Meublé",
        "exclusive": "Exclusivité",
        "availability": "Disponible à partir du",
        "charges": "Charges",
        "fees": "Honoraires",
        "fees_payer": "Charge des honoraires",
        "deposit": "Dépôt de garantie",
        "dpe": "DPE",
        "dpe_value": "Consommation d'énergie (kWh/m²/an)",
        "ges": "GES",
        "ges_value": "Émissions de GES (kg CO2/m²/an)",
    }

    def _menu(self, transaction: Transaction) -> str:
        return "/index.php/locations" if transaction is Transaction.RENT else "/index.php/ventes"

    def list_path(self, transaction: Transaction, page: int = 1) -> str:
        start = f"?start={(page - 1) * self.per_page}" if page > 1 else ""
        return self._menu(transaction) + start

    def detail_path(self, site: Site, advert: Advert) -> str:
        slug = words.stable_slug(advert)
        return f"{self._menu(advert.dwelling.transaction)}/item/{advert.id + 400}-{slug}{advert.path_suffix}"

    def info_paths(self) -> dict[str, str]:
        return {
            "agency": "/index.php/l-agence",
            "fees": "/index.php/l-agence/honoraires",
            "blog": "/index.php/conseils",
            "contact": "/index.php/contact",
            "legal": "/index.php/mentions-legales",
        }

    def article_path(self, article: Article) -> str:
        return f"/index.php/conseils/item/{article.day + 20}-{article.slug}"

    def link(self, path: str) -> str:
        """Relative to the page's `<base href>`, the root of the site."""
        return path.removeprefix("/") or "./"
