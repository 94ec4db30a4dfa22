"""WordPress with one real-estate plugin's habits: `ul.property-meta`, a Yoast graph without an offer.

The energy letters are file names of images (`dpe-d.png`), the gallery is lazy (`data-src`).
"""

from collections.abc import Iterable
from functools import cache
from io import BytesIO
from typing import ClassVar

from PIL import Image, ImageDraw, ImageFont

from models.listing import Transaction
from town.families.templated import JsonObject, Templated, absolute, agency_ld, breadcrumb_ld, sitemap
from town.families.words import Spacing, stable_slug
from town.family import Response, redirect
from town.model import Advert, Article, Site, date_of

IMAGES = "/wp-content/plugins/habitat-immo/img"
COLOURS = {
    "dpe": ("#2a9d3a", "#5cb338", "#b5cc31", "#e6c619", "#efa51d", "#e4701f", "#d12e26"),
    "ges": ("#e9dcf5", "#d3b8ec", "#bd95e3", "#a672d9", "#8f50cd", "#7733b4", "#5c2391"),
}


class WpHabitat(Templated):
    """`/annonce/<slug>/`, lists at `/biens/page/2/`, a sitemap index as Yoast writes it."""

    name = "wp_habitat"
    platform = "WordPress"
    spacing: ClassVar[Spacing] = "nbsp"
    variant = 0
    style_path = "/wp-content/themes/habitat-child/style.css?ver=6.4.3"
    hidden = frozenset({"address", "latitude", "longitude", "dpe_value", "ges_value"})
    labels: ClassVar[dict[str, str]] = {
        "reference": "Référence",
        "surface": "Surface habitable",
        "land_surface": "Surface du terrain",
        "rooms": "Pièces",
        "bedrooms": "Chambres",
        "bathrooms": "Salles de bain",
        "floor": "Étage",
        "construction_year": "Année de construction",
        "furnished": "Meublé",
        "charges": "Charges",
        "deposit": "Dépôt de garantie",
        "fees": "Honoraires",
        "fees_payer": "Honoraires à la charge de",
        "availability": "Disponibilité",
        "exclusive": "Mandat exclusif",
    }

    def list_path(self, transaction: Transaction, page: int = 1) -> str:
        base = "/locations/" if transaction is Transaction.RENT else "/biens/"
        return base if page == 1 else f"{base}page/{page}/"

    def detail_path(self, site: Site, advert: Advert) -> str:
        return f"/annonce/{stable_slug(advert)}-{advert.id}{advert.path_suffix}/"

    def info_paths(self) -> dict[str, str]:
        return {
            "agency": "/notre-agence/",
            "fees": "/nos-honoraires/",
            "blog": "/actualites/",
            "contact": "/contact/",
            "legal": "/mentions-legales/",
        }

    def article_path(self, article: Article) -> str:
        return f"/actualites/{article.slug}/"

    def written(self, name: str, value: object) -> str:
        if name == "fees_payer":
            return (
                super().written(name, value).replace("À la charge du", "le").removeprefix("À la charge de ")
            )
        return super().written(name, value)

    def detail_context(self, site: Site, advert: Advert) -> JsonObject:
        return {"graph": yoast_graph(self, site, advert)}

    # Yoast's sitemaps: an index, then one file per type of post -------------------------------

    def robots(self, site: Site) -> str:
        text = super().robots(site).replace("/admin/", "/wp-admin/\nAllow: /wp-admin/admin-ajax.php")
        return text.replace("/sitemap.xml", "/sitemap_index.xml")

    def extra(self, site: Site) -> dict[str, Response]:
        paths = self.sitemap_paths(site)
        adverts = [path for path in paths if path.startswith("/annonce/")]
        pages = [path for path in paths if path not in adverts]
        return {
            **super().extra(site),  # noqa: S610 not Django
            "/sitemap.xml": redirect("/sitemap_index.xml"),
            "/sitemap_index.xml": index_of(site, ("page-sitemap.xml", "annonce-sitemap.xml")),
            "/page-sitemap.xml": urls_of(site, pages),
            "/annonce-sitemap.xml": urls_of(site, adverts),
            **{
                f"{IMAGES}/{kind}-{x.lower()}.png": energy_png(kind, x) for kind in COLOURS for x in "ABCDEFG"
            },
        }


def index_of(site: Site, files: Iterable[str]) -> Response:
    """A sitemap index of files at the root."""
    stamp = date_of(site.day).isoformat()
    entries = "".join(
        f"<sitemap><loc>{site.base_url}/{file}</loc><lastmod>{stamp}T06:00:00+00:00</lastmod></sitemap>"
        for file in files
    )
    return sitemap("sitemapindex", entries)


def urls_of(site: Site, paths: Iterable[str]) -> Response:
    """One urlset."""
    escaped = (absolute(site, path).replace("&", "&amp;") for path in paths)
    return sitemap("urlset", "".join(f"<url>\n\t<loc>{url}</loc>\n</url>\n" for url in escaped))


def yoast_graph(family: WpHabitat, site: Site, advert: Advert) -> JsonObject:
    """The graph Yoast puts on every page: a WebPage and its trail, never the offer."""
    url = absolute(site, family.detail_path(site, advert))
    trail = [
        ("Accueil", "/"),
        ("Biens", family.list_path(advert.dwelling.transaction)),
        (advert.title, family.detail_path(site, advert)),
    ]
    page = {
        "@type": "WebPage",
        "@id": url,
        "url": url,
        "name": f"{advert.title} - {site.agency.name}",
        "isPartOf": {"@id": f"{site.base_url}/#website"},
        "datePublished": f"{date_of(advert.first_day).isoformat()}T08:00:00+00:00",
        "breadcrumb": {"@id": f"{url}#breadcrumb"},
        "inLanguage": "fr-FR",
    }
    website = {"@type": "WebSite", "@id": f"{site.base_url}/#website", "url": f"{site.base_url}/"}
    crumbs = {**breadcrumb_ld(site, trail), "@id": f"{url}#breadcrumb"}
    return {"@context": "https://schema.org", "@graph": [page, crumbs, website, agency_ld(site)]}


@cache
def energy_images() -> dict[str, Response]:
    """The fourteen pictures by path."""
    pairs = [(kind, letter) for kind in COLOURS for letter in "ABCDEFG"]
    return {f"{IMAGES}/{kind}-{letter.lower()}.png": energy_png(kind, letter) for kind, letter in pairs}


def energy_png(kind: str, letter: str) -> Response:
    """The picture of one energy class: its letter is nowhere in the page's text."""
    image = Image.new("RGB", (120, 90), "white")
    draw = ImageDraw.Draw(image)
    draw.polygon(
        ((0, 10), (90, 10), (118, 45), (90, 80), (0, 80)), fill=COLOURS[kind]["ABCDEFG".index(letter)]
    )
    draw.text((35, 18), letter, fill="black", font=ImageFont.load_default(48))
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return Response(buffer.getvalue(), content_type="image/png")
