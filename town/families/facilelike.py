"""`/catalog/products_info.php?products_id=1234`: a shop's catalogue turned estate agency, with its
`var dataLayer` and an energy widget that prints all seven letters, the active one told by class.
"""

import json
from typing import ClassVar

from models.listing import Transaction
from town.families import words
from town.families.sheet import SheetFamily
from town.model import Advert, Site


class FacileLike(SheetFamily):
    name = "facilelike"
    platform = "ImmoFacile (AC3)"
    spacing = "none"
    per_page = 6
    style_path = "/catalog/stylesheet.css"
    labels: ClassVar[dict[str, str]] = {
        "property_type": "Type de bien",
        "surface": "Surface",
        "land_surface": "Surface terrain",
        "rooms": "Nombre pièces",
        "bedrooms": "Chambres",
        "bathrooms": "Salle(s) de bains",
        "floor": "Etage",
        "construction_year": "Année construction",
        "furnished": "Meublé",
        "exclusive": "Exclusivité",
        "availability": "Disponibilité",
        "charges": "Charges",
        "deposit": "Dépôt de garantie",
    }

    def list_path(self, transaction: Transaction, page: int = 1) -> str:
        folder = "location" if transaction is Transaction.RENT else "vente"
        return f"/catalog/{folder}.php" + (f"?page={page}" if page > 1 else "")

    def detail_path(self, site: Site, advert: Advert) -> str:
        return f"/catalog/products_info.php?products_id={advert.id + 700}{advert.path_suffix}"

    def info_paths(self) -> dict[str, str]:
        return {
            "agency": "/catalog/agence.php",
            "fees": "/catalog/honoraires.php",
            "blog": "/catalog/infos.php",
            "contact": "/catalog/contact_us.php",
            "legal": "/catalog/mentions_legales.php",
        }

    def data_layer(self, advert: Advert) -> str:
        """The tag manager's array: a page's few machine-readable facts, under shop names."""
        home = advert.dwelling
        product = {
            "pageType": "product",
            "productId": str(advert.id + 700),
            "productName": advert.title,
            "productPrice": str(advert.price),
            "productCategory": words.type_of(home.property_type),
            "offerType": words.transaction_words(home.transaction)[0].lower(),
            "city": home.place.city,
            "zip": home.place.postal_code,
        }
        layer = [product, {"event": "loaded", "currency": "EUR"}]
        return json.dumps(layer, ensure_ascii=True).replace("</", "<\\/")
