"""Server-rendered React: hashed classes, the whole state in `__NEXT_DATA__`, JSON-LD RealEstateListing.

The markup shows three photos; the others are in the state alone, beside the similar adverts' state.
"""

from typing import ClassVar

from models.listing import PropertyType, Transaction
from town.families.templated import JsonObject, Templated, absolute, agency_ld, breadcrumb_ld
from town.families.words import FEATURE_WORDS, Spacing, slug, type_of
from town.model import Advert, Article, Dwelling, Place, Site

_SCHEMA_TYPES = {
    PropertyType.APARTMENT: "Apartment",
    PropertyType.STUDIO: "Apartment",
    PropertyType.HOUSE: "House",
}


class NextLike(Templated):
    """`/vente/appartement/nantes-44000/123`, lists at `/recherche?transaction=vente&page=2`."""

    name = "nextlike"
    platform = "Next.js"
    spacing: ClassVar[Spacing] = "nbsp"
    variant = 2
    per_page = 10
    style_path = "/_next/static/css/7e2d1c9b04af.css"
    labels: ClassVar[dict[str, str]] = {
        "surface": "Surface",
        "land_surface": "Surface du terrain",
        "rooms": "Pièces",
        "bedrooms": "Chambres",
        "bathrooms": "Salles de bain",
        "floor": "Étage",
        "construction_year": "Construction",
        "furnished": "Meublé",
        "charges": "Charges",
        "deposit": "Dépôt de garantie",
        "fees": "Honoraires TTC",
        "fees_payer": "Honoraires",
        "availability": "Disponible le",
        "reference": "Référence",
    }

    def list_path(self, transaction: Transaction, page: int = 1) -> str:
        base = f"/recherche?transaction={kind_of(transaction)}"
        return base if page == 1 else f"{base}&page={page}"

    def detail_path(self, site: Site, advert: Advert) -> str:
        home = advert.dwelling
        where = f"{slug(home.place.city)}-{home.place.postal_code}"
        kind = slug(type_of(home.property_type))
        return f"/{kind_of(home.transaction)}/{kind}/{where}/{advert.id}{advert.path_suffix}"

    def article_path(self, article: Article) -> str:
        return f"/conseils/{article.slug}"

    def info_paths(self) -> dict[str, str]:
        return super().info_paths() | {"blog": "/conseils"}

    def list_context(self, site: Site, transaction: Transaction, page: int) -> JsonObject:
        shown = [self.teaser(site, ad) for ad in self.slice(site, transaction, page)]
        results = {"total": len(site.of(transaction)), "page": page, "items": shown}
        return {"state": next_data("/recherche", {"results": results})}

    def detail_context(self, site: Site, advert: Advert) -> JsonObject:
        props = {
            "listing": listing_state(advert),
            "similar": [self.teaser(site, other) for other in self.similar(site, advert)],
            "agency": {"name": site.agency.name, "zip": site.agency.place.postal_code},
        }
        return {
            "state": next_data("/[transaction]/[type]/[city]/[id]", props),
            "ld": listing_ld(self, site, advert),
        }

    def teaser(self, site: Site, advert: Advert) -> JsonObject:
        """What the state tells of an advert that the page only lists."""
        return {
            "id": advert.id,
            "href": self.detail_path(site, advert),
            "title": advert.title,
            "price": advert.price,
            "area": advert.surface,
            "photo": advert.photos[0] if advert.photos else None,
        }


def kind_of(transaction: Transaction) -> str:
    """`vente` or `location`, as addresses write it."""
    return "location" if transaction is Transaction.RENT else "vente"


def next_data(page: str, props: JsonObject) -> JsonObject:
    """The envelope of the state."""
    return {
        "props": {"pageProps": props, "__N_SSP": True},
        "page": page,
        "query": {},
        "buildId": "kT3x9QmZ0v",
        "locale": "fr",
    }


def listing_state(advert: Advert) -> JsonObject:
    """The advert as the site's own back end names its fields."""
    home = advert.dwelling
    state: JsonObject = {
        "id": advert.id,
        "reference": advert.reference,
        "title": advert.title,
        "description": advert.description,
        "transactionType": "RENT" if home.transaction is Transaction.RENT else "BUY",
        "propertyType": home.property_type.value.upper(),
        "status": "SOLD" if advert.withdrawn else "ACTIVE",
        "price": {"value": advert.price, "currency": "EUR", "chargesIncluded": advert.charges_included},
        "charges": home.charges,
        "deposit": advert.deposit,
        "agencyFees": {"amount": advert.fees, "payer": advert.fees_payer and advert.fees_payer.value.upper()},
        "livingArea": advert.surface,
        "plotArea": home.land_surface,
        "roomCount": home.rooms,
        "bedroomCount": home.bedrooms,
        "bathroomCount": home.bathrooms,
        "floorNumber": home.floor,
        "yearBuilt": home.construction_year,
        "furnished": home.furnished,
        "exclusive": advert.exclusive,
        "availableFrom": advert.availability,
    }
    return state | {
        "location": location_state(home),
        "energy": {
            "dpe": {"grade": home.dpe, "value": home.dpe_value},
            "ges": {"grade": home.ges, "value": home.ges_value},
        },
        "amenities": [{"label": FEATURE_WORDS[name][0], "value": on} for name, on in home.features.items()],
        "photos": [{"url": photo, "order": n} for n, photo in enumerate(advert.photos)],
    }


def location_state(home: Dwelling) -> JsonObject:
    """Where the property stands."""
    place: Place = home.place
    return {
        "street": home.address or None,
        "zipCode": place.postal_code,
        "city": place.city,
        "inseeCode": place.insee_code,
        "lat": home.latitude,
        "lng": home.longitude,
    }


def listing_ld(family: NextLike, site: Site, advert: Advert) -> list[JsonObject]:
    """schema.org RealEstateListing, the dwelling under `itemOffered`, then trail and agency."""
    path = family.detail_path(site, advert)
    trail = [
        ("Accueil", "/"),
        (kind_of(advert.dwelling.transaction).capitalize(), family.list_path(advert.dwelling.transaction)),
        (advert.title, path),
    ]
    listing = {
        "@context": "https://schema.org",
        "@type": "RealEstateListing",
        "name": advert.title,
        "url": absolute(site, path),
        "description": advert.description,
        "image": [absolute(site, photo) for photo in advert.photos[:1]],
        "offers": offer_ld(advert) | {"itemOffered": dwelling_ld(advert)},
    }
    context = {"@context": "https://schema.org"}
    return [listing, context | breadcrumb_ld(site, trail), context | agency_ld(site)]


def offer_ld(advert: Advert) -> JsonObject:
    """The price, per month for a rent."""
    price: JsonObject = {"@type": "Offer", "price": advert.price, "priceCurrency": "EUR"}
    if advert.dwelling.transaction is not Transaction.RENT:
        return price | {"businessFunction": "http://purl.org/goodrelations/v1#Sell"}
    monthly = {"@type": "UnitPriceSpecification", "price": advert.price, "unitCode": "MON"}
    return price | {
        "businessFunction": "http://purl.org/goodrelations/v1#LeaseOut",
        "priceSpecification": monthly,
    }


def dwelling_ld(advert: Advert) -> JsonObject:
    """The dwelling: what is known of it, nothing that is not."""
    home = advert.dwelling
    known = {
        "floorSize": advert.surface
        and {"@type": "QuantitativeValue", "value": advert.surface, "unitCode": "MTK"},
        "numberOfRooms": home.rooms,
        "numberOfBedrooms": home.bedrooms,
        "yearBuilt": home.construction_year,
    }
    address = {
        "@type": "PostalAddress",
        **({"streetAddress": home.address} if home.address else {}),
        "postalCode": home.place.postal_code,
        "addressLocality": home.place.city,
        "addressCountry": "FR",
    }
    geo = {"@type": "GeoCoordinates", "latitude": home.latitude, "longitude": home.longitude}
    return {
        "@type": _SCHEMA_TYPES.get(home.property_type, "Place"),
        **{name: value for name, value in known.items() if value is not None},
        "address": address,
        "geo": geo,
    }
