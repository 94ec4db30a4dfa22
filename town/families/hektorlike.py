"""`/vente/75-paris/1234-appartement-3-pieces-paris.html`: criteria in tabs, energy letters in image
file names alone (`dpe_C_187.png`), and a sitemap index whose addresses sit in CDATA.
"""

from typing import ClassVar

from models.listing import Transaction
from town.families import words
from town.families.sheet import SheetFamily
from town.family import Response
from town.model import Advert, Article, Site

_COLOURS = dict(
    zip("ABCDEFG", ("#009c6d", "#52b153", "#78bd76", "#f4e70f", "#f0b50f", "#eb8235", "#d7221f"), strict=True)
)


class HektorLike(SheetFamily):
    name = "hektorlike"
    platform = "La Boîte Immo (Hektor)"
    spacing = "nbsp"
    per_page = 10
    ground = "Rez-de-chaussée"
    style_path = "/css/theme/main.css"
    labels: ClassVar[dict[str, str]] = {
        "postal_code": "Code postal",
        "city": "Ville",
        "property_type": "Type",
        "surface": "Surface habitable (m²)",
        "land_surface": "Surface terrain",
        "rooms": "Nombre de pièces",
        "bedrooms": "Nombre de chambre(s)",
        "bathrooms": "Nb de salle de bains / d'eau",
        "floor": "Etage",
        "furnished": "Meublé",
        "construction_year": "Année de construction",
        "exclusive": "Exclusivité",
        "availability": "Disponible le",
        "fees": "Honoraires TTC",
        "fees_payer": "Charge des honoraires",
        "charges": "Charges mensuelles",
        "deposit": "Dépôt de garantie TTC",
        "reference": "Référence",
    }

    def list_path(self, transaction: Transaction, page: int = 1) -> str:
        return f"/{'a-louer' if transaction is Transaction.RENT else 'a-vendre'}/{page}"

    def detail_path(self, site: Site, advert: Advert) -> str:
        place = advert.dwelling.place
        noun = words.transaction_words(advert.dwelling.transaction)[0].lower()
        area = f"{place.postal_code[:2]}-{words.slug(place.city)}"
        return f"/{noun}/{area}/{advert.id + 1200}{advert.path_suffix}-{words.stable_slug(advert)}.html"

    def info_paths(self) -> dict[str, str]:
        return {
            "agency": "/i/qui-sommes-nous.html",
            "fees": "/i/nos-honoraires.html",
            "blog": "/blog.html",
            "contact": "/contact.html",
            "legal": "/i/mentions-legales.html",
        }

    def article_path(self, article: Article) -> str:
        return f"/blog/{article.day + 10}-{article.slug}.html"

    def sitemap(self, site: Site) -> str:
        parts = "".join(
            f"<sitemap><loc><![CDATA[{site.base_url}{path}]]></loc></sitemap>" for path in self._parts(site)
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{parts}</sitemapindex>\n'
        )

    def _parts(self, site: Site) -> dict[str, list[str]]:
        paths = self.sitemap_paths(site)
        adverts = [p for p in paths if p.startswith(("/vente/", "/location/"))]
        pages = [p for p in paths if p not in set(adverts)]
        return {"/sitemap-pages.xml": pages, "/sitemap-annonces.xml": adverts}

    def extra(self, site: Site) -> dict[str, Response]:
        maps = {path: _urlset(site, urls) for path, urls in self._parts(site).items()}
        return super().extra(site) | maps | self._energy_images(site)  # noqa: S610 (not Django)

    def energy_image(self, kind: str, letter: str, value: str | None) -> str:
        """The address of a label's picture, the one place where its letter and value are told."""
        stem = "_".join(filter(None, (kind, letter, value)))
        return f"/images/{kind}/{stem}.png"

    def _energy_images(self, site: Site) -> dict[str, Response]:
        images = {}
        for advert in (*site.adverts, *site.withdrawn):
            facts = self.facts(advert)
            for kind in ("dpe", "ges"):
                if letter := facts.get(kind):
                    path = self.energy_image(kind, letter, facts.get(f"{kind}_value"))
                    images[path] = _drawing(letter)
        return images


def _urlset(site: Site, paths: list[str]) -> Response:
    urls = "".join(f"<url><loc><![CDATA[{site.base_url}{path}]]></loc></url>" for path in paths)
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>\n'
    )
    return Response(text.encode(), content_type="application/xml")


def _drawing(letter: str) -> Response:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="220" height="60"><path d="M0 0h170l50 30-50 30H0z" '
        f'fill="{_COLOURS[letter]}"/><text x="20" y="44" font-size="40" font-family="Arial">{letter}</text>'
        "</svg>"
    )
    return Response(svg.encode(), content_type="image/svg+xml")
