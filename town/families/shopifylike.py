"""A shop's habits turned to homes: products, collections, variants in cents, features as tags.

The page tells the price three times (text, JSON-LD, `og:price:amount`) and a fourth in cents.
"""

from typing import ClassVar

from models.listing import Transaction
from town.families.templated import JsonObject, Templated, absolute, sitemap
from town.families.words import Spacing, feature_list, number, slug, stable_slug
from town.family import Response
from town.model import Advert, Article, Site, date_of


class ShopifyLike(Templated):
    """`/products/<handle>`, `/collections/vente?page=2`."""

    name = "shopifylike"
    platform = "Shopify"
    spacing: ClassVar[Spacing] = "dot"
    ground = "Rez-de-chaussée"
    ordinal = "ème"
    variant = 0
    per_page = 12
    style_path = "/cdn/shop/t/4/assets/theme.css?v=1690000000"
    hidden = frozenset({"address", "latitude", "longitude", "bathrooms", "availability"})
    labels: ClassVar[dict[str, str]] = {
        "city": "Ville",
        "postal_code": "Code postal",
        "surface": "Superficie",
        "land_surface": "Parcelle",
        "rooms": "Nb de pièces",
        "bedrooms": "Nb de chambres",
        "floor": "Niveau",
        "construction_year": "Année de construction",
        "furnished": "Meublé",
        "charges": "Charges",
        "deposit": "Dépôt de garantie",
        "fees": "Honoraires TTC",
        "fees_payer": "Honoraires",
        "dpe_value": "Consommation",
        "ges_value": "Émissions",
    }

    def list_path(self, transaction: Transaction, page: int = 1) -> str:
        base = f"/collections/{'location' if transaction is Transaction.RENT else 'vente'}"
        return base if page == 1 else f"{base}?page={page}"

    def detail_path(self, site: Site, advert: Advert) -> str:
        return f"/products/{stable_slug(advert)}-{advert.id}{advert.path_suffix}"

    def info_paths(self) -> dict[str, str]:
        return {
            "agency": "/pages/agence",
            "fees": "/pages/honoraires",
            "blog": "/blogs/actualites",
            "contact": "/pages/contact",
            "legal": "/policies/legal-notice",
        }

    def article_path(self, article: Article) -> str:
        return f"/blogs/actualites/{article.slug}"

    def price(self, advert: Advert) -> str:
        return f"{number(advert.price, 'dot')},00 €"

    def tags(self, advert: Advert) -> list[str]:
        """The features, the energy letters and the exclusive mandate, as a shop's tags."""
        home = advert.dwelling
        energy = [f"{kind} {letter}" for kind, letter in (("DPE", home.dpe), ("GES", home.ges)) if letter]
        return [*feature_list(home.features), *energy, *(["Exclusivité"] if advert.exclusive else [])]

    def detail_context(self, site: Site, advert: Advert) -> JsonObject:
        path = self.detail_path(site, advert)
        return {
            "product": product_json(self, advert),
            "ld": product_ld(site, advert, path),
            "tags": self.tags(advert),
        }

    def extra(self, site: Site) -> dict[str, Response]:
        products = [path for path in self.sitemap_paths(site) if path.startswith("/products/")]
        others = [path for path in self.sitemap_paths(site) if not path.startswith("/products/")]
        files = {"/sitemap_products_1.xml?from=1&to=9999": products, "/sitemap_pages_1.xml": others}
        index = "".join(f"<sitemap><loc>{self.sitemap_url(site, file)}</loc></sitemap>" for file in files)
        maps = {file: sitemap("urlset", urls(self, site, paths)) for file, paths in files.items()}
        base = super().extra(site)  # noqa: S610 not Django
        return base | {"/sitemap.xml": sitemap("sitemapindex", index)} | maps


def urls(family: ShopifyLike, site: Site, paths: list[str]) -> str:
    """The entries of a urlset, each with its change frequency."""
    entry = "<url><loc>{}</loc><changefreq>daily</changefreq></url>"
    return "".join(entry.format(family.sitemap_url(site, path)) for path in paths)


def product_json(family: ShopifyLike, advert: Advert) -> JsonObject:
    """The theme's own product, prices in cents."""
    cents = advert.price * 100
    variant = {
        "id": 40_000_000_000 + advert.id,
        "title": "Default Title",
        "sku": advert.reference,
        "available": advert.withdrawn is None,
        "price": cents,
        "compare_at_price": None,
    }
    return {
        "id": 7_000_000_000 + advert.id,
        "title": advert.title,
        "handle": slug(stable_slug(advert) + f" {advert.id}{advert.path_suffix}"),
        "published_at": f"{date_of(advert.first_day).isoformat()}T09:00:00+02:00",
        "type": "Location" if advert.dwelling.transaction is Transaction.RENT else "Vente",
        "tags": family.tags(advert),
        "price": cents,
        "variants": [variant],
        "images": list(advert.photos),
    }


def product_ld(site: Site, advert: Advert, path: str) -> JsonObject:
    """schema.org Product with a numeric Offer, as the theme prints it."""
    state = "OutOfStock" if advert.withdrawn else "InStock"
    offer = {
        "@type": "Offer",
        "sku": advert.reference,
        "availability": f"http://schema.org/{state}",
        "price": float(advert.price),
        "priceCurrency": "EUR",
        "url": absolute(site, path),
    }
    return {
        "@context": "http://schema.org/",
        "@type": "Product",
        "name": advert.title,
        "url": absolute(site, path),
        "image": [absolute(site, photo) for photo in advert.photos[:1]],
        "description": advert.description,
        "sku": advert.reference,
        "brand": {"@type": "Brand", "name": site.agency.name},
        "offers": [offer],
    }
