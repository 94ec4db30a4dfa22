"""`/fr/propriete/vente+appartement+paris-11eme+84000117`: a JSON-LD graph that describes the agency
and the breadcrumb, never the property; facts as pairs of spans in `section.areas`.
"""

import json
from typing import Any, ClassVar

from models.listing import Transaction
from town.families import words
from town.families.sheet import SheetFamily, quarter
from town.model import Advert, Site


class ApimoLike(SheetFamily):
    name = "apimolike"
    platform = "Apimo"
    spacing = "narrow"
    per_page = 8
    style_path = "/build/app.css"
    labels: ClassVar[dict[str, str]] = {
        "reference": "Référence",
        "rooms": "Pièces",
        "bedrooms": "Chambres",
        "bathrooms": "Salles de bains",
        "surface": "Surface",
        "land_surface": "Terrain",
        "floor": "Étage",
        "construction_year": "Année de construction",
        "furnished": "Meublé",
        "availability": "Disponibilité",
        "charges": "Provision sur charges",
        "deposit": "Dépôt de garantie",
        "fees": "Honoraires",
    }

    def list_path(self, transaction: Transaction, page: int = 1) -> str:
        base = "/fr/locations" if transaction is Transaction.RENT else "/fr/ventes"
        return base if page == 1 else f"{base}?page={page}"

    def detail_path(self, site: Site, advert: Advert) -> str:
        noun = "location" if advert.dwelling.transaction is Transaction.RENT else "vente"
        kind = words.slug(words.type_of(advert.dwelling.property_type))
        number = 84_000_000 + advert.id * 13
        return f"/fr/propriete/{noun}+{kind}+{quarter(advert)}+{number}{advert.path_suffix}"

    def info_paths(self) -> dict[str, str]:
        return {
            "agency": "/fr/agence",
            "fees": "/fr/honoraires",
            "blog": "/fr/actualites",
            "contact": "/fr/contact",
            "legal": "/fr/mentions-legales",
        }

    def graph(self, site: Site, trail: list[tuple[str, str]]) -> str:
        """The JSON-LD of every page: the agency with its address, and the breadcrumb."""
        agency = site.agency
        office: dict[str, Any] = {
            "@type": ["Organization", "RealEstateAgent"],
            "@id": f"{site.base_url}/#agency",
            "name": agency.name,
            "url": f"{site.base_url}/",
            "telephone": agency.phone,
            "email": agency.email,
            "priceRange": "150000-900000 EUR",
            "address": {
                "@type": "PostalAddress",
                "streetAddress": agency.address,
                "postalCode": agency.place.postal_code,
                "addressLocality": agency.place.city,
                "addressCountry": "FR",
            },
            "geo": {
                "@type": "GeoCoordinates",
                "latitude": agency.place.latitude,
                "longitude": agency.place.longitude,
            },
        }
        steps = [
            {"@type": "ListItem", "position": rank, "item": {"@id": site.base_url + path, "name": name}}
            for rank, (name, path) in enumerate(trail, start=1)
        ]
        crumbs = {"@type": "BreadcrumbList", "itemListElement": steps}
        graph = {"@context": "https://schema.org", "@graph": [office, crumbs]}
        return json.dumps(graph, ensure_ascii=False).replace("</", "<\\/")
