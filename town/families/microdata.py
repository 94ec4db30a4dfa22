"""`/bien/1234/vente-maison`: microdata and nothing else, one item for the property and its offer, one
for the agency, one for each similar advert; the energy letter is a CSS class.
"""

from typing import ClassVar

from models.listing import PropertyType, Transaction
from town.families import words
from town.families.sheet import SheetFamily
from town.model import Advert, Site

_KINDS = {
    PropertyType.APARTMENT: "Apartment",
    PropertyType.STUDIO: "Apartment",
    PropertyType.HOUSE: "House",
    PropertyType.PARKING: "ParkingFacility",
    PropertyType.LAND: "Place",
    PropertyType.COMMERCIAL: "Place",
}


class Microdata(SheetFamily):
    name = "microdata"
    platform = None
    spacing = "nbsp"
    per_page = 9
    style_path = "/assets/site-4f2a.css"
    hidden: ClassVar[frozenset[str]] = frozenset()
    labels: ClassVar[dict[str, str]] = {
        "land_surface": "Terrain",
        "floor": "Étage",
        "bathrooms": "Salles de bains",
        "furnished": "Meublé",
        "exclusive": "Exclusivité",
        "availability": "Disponible",
        "charges": "Charges",
        "deposit": "Dépôt de garantie",
        "fees": "Honoraires TTC",
        "fees_payer": "Honoraires",
    }

    def list_path(self, transaction: Transaction, page: int = 1) -> str:
        folder = "louer" if transaction is Transaction.RENT else "acheter"
        return f"/{folder}/" if page == 1 else f"/{folder}/page/{page}/"

    def detail_path(self, site: Site, advert: Advert) -> str:
        noun = words.transaction_words(advert.dwelling.transaction)[0].lower()
        kind = words.slug(words.type_of(advert.dwelling.property_type))
        return f"/bien/{advert.id + 1000}{advert.path_suffix}/{noun}-{kind}"

    def info_paths(self) -> dict[str, str]:
        return {
            "agency": "/equipe/",
            "fees": "/nos-tarifs/",
            "blog": "/journal/",
            "contact": "/nous-ecrire/",
            "legal": "/informations-legales/",
        }

    def item_type(self, advert: Advert) -> str:
        """The schema.org type of the property."""
        return f"https://schema.org/{_KINDS.get(advert.dwelling.property_type, 'Accommodation')}"
