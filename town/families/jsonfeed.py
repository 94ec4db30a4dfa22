"""Lists drawn in the browser from a JSON feed; the pages of the adverts are plain label and value divs.

Without its script a list page holds no advert: only the feed's address, and the sitemap, tell them.
"""

import json
from typing import ClassVar

from models.listing import Transaction
from town.families.templated import JsonObject, Templated
from town.families.words import Spacing, stable_slug, type_of
from town.family import Response
from town.model import Advert, Article, Site


class JsonFeed(Templated):
    """`/annonce/<id>/<slug>`, lists fed by `/api/annonces.json?type=vente&page=1`."""

    name = "jsonfeed"
    platform = None
    spacing: ClassVar[Spacing] = "none"
    ground = "RDC"
    ordinal = "ème"
    variant = 1
    per_page = 10
    style_path = "/assets/app.css"
    hidden = frozenset({"address", "latitude", "longitude"})
    labels: ClassVar[dict[str, str]] = {
        "reference": "Réf",
        "property_type": "Type de bien",
        "transaction": "Type d'offre",
        "city": "Ville",
        "postal_code": "Code postal",
        "surface": "Surface habitable",
        "land_surface": "Surface terrain",
        "rooms": "Pièces",
        "bedrooms": "Chambres",
        "bathrooms": "Salles de bains / d'eau",
        "floor": "Étage",
        "construction_year": "Année de construction",
        "furnished": "Meublé",
        "availability": "Disponibilité",
        "charges": "Charges",
        "deposit": "Dépôt de garantie",
        "fees": "Honoraires",
        "fees_payer": "Honoraires à la charge",
        "dpe": "Classe énergie",
        "dpe_value": "Consommation d'énergie",
        "ges": "Classe climat",
        "ges_value": "Émissions de gaz à effet de serre",
        "exclusive": "Mandat exclusif",
    }

    def list_path(self, transaction: Transaction, page: int = 1) -> str:
        base = f"/annonces/{kind_of(transaction)}"
        return base if page == 1 else f"{base}?page={page}"

    def detail_path(self, site: Site, advert: Advert) -> str:
        return f"/annonce/{advert.id}{advert.path_suffix}/{stable_slug(advert)}"

    def info_paths(self) -> dict[str, str]:
        return super().info_paths() | {"blog": "/actus", "agency": "/notre-equipe"}

    def article_path(self, article: Article) -> str:
        return f"/actus/{article.slug}"

    def written(self, name: str, value: object) -> str:
        return super().written(name, value).removeprefix("À la charge ")

    def feed_path(self, transaction: Transaction, page: int) -> str:
        """The address of one page of the feed."""
        return f"/api/annonces.json?type={kind_of(transaction)}&page={page}"

    def list_context(self, site: Site, transaction: Transaction, page: int) -> JsonObject:
        return {"feed": self.feed_path(transaction, page)}

    def extra(self, site: Site) -> dict[str, Response]:
        feeds = {
            self.feed_path(transaction, page): self.feed(site, transaction, page)
            for transaction in (Transaction.SALE, Transaction.RENT)
            for page in range(1, self.pages_of(site, transaction) + 1)
        }
        return super().extra(site) | feeds  # noqa: S610 not Django

    def feed(self, site: Site, transaction: Transaction, page: int) -> Response:
        """One page of adverts, each with the address of its page, and the address of the next page."""
        pages = self.pages_of(site, transaction)
        body = {
            "total": len(site.of(transaction)),
            "page": page,
            "pages": pages,
            "annonces": [self.entry(site, advert) for advert in self.slice(site, transaction, page)],
            "suivante": self.feed_path(transaction, page + 1) if page < pages else None,
        }
        text = json.dumps(body, ensure_ascii=False)
        return Response(text.encode(), content_type="application/json; charset=utf-8")

    def entry(self, site: Site, advert: Advert) -> JsonObject:
        """An advert as the list shows it."""
        home = advert.dwelling
        return {
            "id": advert.id,
            "url": self.detail_path(site, advert),
            "titre": advert.title,
            "type": type_of(home.property_type),
            "prix": advert.price,
            "surface": advert.surface,
            "pieces": home.rooms,
            "ville": home.place.city,
            "photo": advert.photos[0] if advert.photos else None,
        }


def kind_of(transaction: Transaction) -> str:
    """`vente` or `location`, as addresses write it."""
    return "location" if transaction is Transaction.RENT else "vente"
