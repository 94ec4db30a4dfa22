"""WordPress with another plugin's habits: `dl` labels, Product and Offer, a page builder's nested divs.

The energy letter is the one of seven that wears the class `dpe--active`; the map tells the coordinates.
"""

from typing import ClassVar

from models.listing import Transaction
from town.families.templated import JsonObject, Templated, absolute
from town.families.words import Spacing, stable_slug
from town.model import Advert, Article, Site


class WpDomaine(Templated):
    """`/property/<slug>/`, lists with `?paged=2`."""

    name = "wp_domaine"
    platform = "WordPress"
    spacing: ClassVar[Spacing] = "narrow"
    ground = "Rez-de-chaussée"
    ordinal = "ème"
    variant = 1
    per_page = 6
    style_path = "/wp-content/plugins/domaine-immobilier/assets/css/domaine.min.css?ver=3.2.1"
    labels: ClassVar[dict[str, str]] = {
        "transaction": "Transaction",
        "property_type": "Type de bien",
        "reference": "Réf.",
        "address": "Adresse",
        "postal_code": "Code postal",
        "city": "Ville",
        "surface": "Surface",
        "land_surface": "Terrain",
        "rooms": "Nombre de pièces",
        "bedrooms": "Nombre de chambres",
        "bathrooms": "Nombre de salles d'eau",
        "floor": "Étage",
        "construction_year": "Construit en",
        "furnished": "Meublé",
        "charges": "Charges mensuelles",
        "deposit": "Caution",
        "fees": "Honoraires TTC",
        "fees_payer": "Honoraires",
        "availability": "Libre le",
        "exclusive": "Exclusivité",
    }

    def list_path(self, transaction: Transaction, page: int = 1) -> str:
        base = "/a-louer/" if transaction is Transaction.RENT else "/a-vendre/"
        return base if page == 1 else f"{base}?paged={page}"

    def detail_path(self, site: Site, advert: Advert) -> str:
        return f"/property/{stable_slug(advert)}-{advert.id}{advert.path_suffix}/"

    def info_paths(self) -> dict[str, str]:
        return {
            "agency": "/qui-sommes-nous/",
            "fees": "/bareme-honoraires/",
            "blog": "/blog/",
            "contact": "/nous-contacter/",
            "legal": "/mentions/",
        }

    def article_path(self, article: Article) -> str:
        return f"/blog/2026/{article.slug}/"

    def detail_context(self, site: Site, advert: Advert) -> JsonObject:
        return {"ld": product_ld(site, advert, self.detail_path(site, advert))}


def product_ld(site: Site, advert: Advert, path: str) -> JsonObject:
    """schema.org Product with its Offer: price as a string, availability by the sticker."""
    return {
        "@context": "https://schema.org/",
        "@type": "Product",
        "name": advert.title,
        "sku": advert.reference,
        "description": advert.description,
        "image": [absolute(site, photo) for photo in advert.photos],
        "offers": {
            "@type": "Offer",
            "url": absolute(site, path),
            "price": f"{advert.price}.00",
            "priceCurrency": "EUR",
            "availability": "https://schema.org/" + ("SoldOut" if advert.withdrawn else "InStock"),
            "seller": {"@type": "RealEstateAgent", "name": site.agency.name},
        },
    }
