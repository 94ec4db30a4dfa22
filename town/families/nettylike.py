"""`/annonce/vente-appartement-lyon-69003-ref123`: OpenGraph tags, a table of labels, `span.prix`, and
the energy class as a sentence.
"""

from typing import ClassVar

from models.listing import Transaction
from town.families import words
from town.families.sheet import SheetFamily
from town.model import Advert, Site


class NettyLike(SheetFamily):
    name = "nettylike"
    platform = "Netty"
    spacing = "dot"
    per_page = 12
    square = "m2"
    style_path = "/themes/netty/screen.css"
    labels: ClassVar[dict[str, str]] = {
        "reference": "Réf. annonce",
        "property_type": "Nature du bien",
        "surface": "Surf. habitable",
        "land_surface": "Surf. parcelle",
        "rooms": "Nb. de pièces",
        "bedrooms": "Nb. de chambres",
        "bathrooms": "Nb. de SdB/SdE",
        "floor": "Niveau",
        "construction_year": "Construit en",
        "furnished": "Meublé",
        "availability": "Libre le",
        "charges": "Charges / mois",
        "deposit": "Caution",
        "fees": "Dont honoraires",
        "fees_payer": "Honoraires",
    }

    def list_path(self, transaction: Transaction, page: int = 1) -> str:
        noun = "location" if transaction is Transaction.RENT else "vente"
        return f"/annonces/{noun}" if page == 1 else f"/annonces/{noun}/page-{page}"

    def detail_path(self, site: Site, advert: Advert) -> str:
        place = advert.dwelling.place
        noun = words.transaction_words(advert.dwelling.transaction)[0].lower()
        kind = words.slug(words.type_of(advert.dwelling.property_type))
        where = f"{words.slug(place.city)}-{place.postal_code}"
        return f"/annonce/{noun}-{kind}-{where}-ref{advert.id}{advert.path_suffix}"

    def info_paths(self) -> dict[str, str]:
        return {
            "agency": "/page/notre-agence",
            "fees": "/page/bareme-honoraires",
            "blog": "/actu",
            "contact": "/page/contact",
            "legal": "/page/mentions",
        }
