"""From a field's text to the Listing's own plain values: the one place that knows every field's module.

Readers name a field and hand over a text; `fields/*` read it. One text may tell several fields (a
price its currency, a postal code its commune).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from extract.fields import (
    address,
    availability,
    bathrooms,
    bedrooms,
    charges,
    city,
    deposit,
    energy,
    exclusive,
    fees,
    floor,
    furnished,
    kind,
    land,
    postal,
    price,
    reference,
    rooms,
    surface,
    transaction,
    year,
)
from extract.fields.area import Area
from extract.fields.fees import Fees
from extract.fields.postal import Locality
from extract.fields.price import Price
from models.places import Places

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """Values read at `start` of a text, with the raw words and how sure the words around make us."""

    values: Values
    raw: str
    start: int
    score: float


def _price(value: Price) -> Values:
    # A week in euros is a holiday's; in pounds it is a tenancy's.
    per = "night" if value.per == "week" and value.currency == "EUR" else value.per
    period = f"{value.amount} {per}" if per else None
    all_in = value.amount if value.charges_included else None
    return {"price": value.amount, "currency": value.currency, "period": period, "all_in": all_in}


def _locality(value: Locality) -> Values:
    place = value.place
    return {
        "postal_code": value.postal_code,
        "city": value.city,
        "insee_code": place.insee_code if place else None,
    }


def _fees(value: Fees) -> Values:
    return {"fees": value.amount, "fees_payer": value.payer}


def _area(field: str) -> Callable[[Area], Values]:
    return lambda value: {field: value.m2}


def _plain(field: str) -> Callable[[Any], Values]:
    return lambda value: {field: value}


#: field: (module's parse, module's find, what a value means for the Listing).
_TEXT: dict[str, tuple[Callable[[str], Any], Callable[[str], list[Any]], Callable[[Any], Values]]] = {
    "price": (price.parse, price.find, _price),
    "surface": (surface.parse, surface.find, _area("surface")),
    "land_surface": (land.parse, land.find, _area("land_surface")),
    "rooms": (rooms.parse, rooms.find, _plain("rooms")),
    "bedrooms": (bedrooms.parse, bedrooms.find, _plain("bedrooms")),
    "bathrooms": (bathrooms.parse, bathrooms.find, _plain("bathrooms")),
    "floor": (floor.parse, floor.find, _plain("floor")),
    "address": (address.parse, address.find, _plain("address")),
    "property_type": (kind.parse, kind.find, _plain("property_type")),
    "transaction": (transaction.parse, transaction.find, _plain("transaction")),
    "charges": (charges.parse, charges.find, _plain("charges")),
    "fees": (fees.parse, fees.find, _fees),
    "deposit": (deposit.parse, deposit.find, _plain("deposit")),
    "furnished": (furnished.parse, furnished.find, _plain("furnished")),
    "construction_year": (year.parse, year.find, _plain("construction_year")),
    "reference": (reference.parse, reference.find, _plain("reference")),
    "availability": (availability.parse, availability.find, _plain("availability")),
    "exclusive": (exclusive.parse, exclusive.find, _plain("exclusive")),
    "dpe": (
        lambda text: energy.parse(text, "dpe"),
        energy.find_dpe,
        lambda e: {"dpe": e.letter, "dpe_value": e.value},
    ),
    "ges": (
        lambda text: energy.parse(text, "ges"),
        energy.find_ges,
        lambda e: {"ges": e.letter, "ges_value": e.value},
    ),
}
LOCAL = frozenset({"postal_code", "city"})
FIELDS = frozenset(_TEXT) | LOCAL


def parse(field: str, text: str, places: Places) -> Values:
    """What a text that is `field`'s value tells: Listing fields by name, empty where it tells nothing."""
    if field in LOCAL:
        locality = postal.parse(text, places)
        if locality is None and field == "city" and 1 < len(text) < 80:
            return _known({"city": city.parse(text, places)})
        return _known(_locality(locality)) if locality else {}
    if field not in _TEXT:
        return {}
    read, _, spread = _TEXT[field]
    value = read(text)
    return {} if value is None else _known(spread(value))


def find(field: str, text: str, places: Places) -> list[Found]:
    """Every candidate for `field` in any text, in order."""
    if field in LOCAL:
        return [Found(_known(_locality(m.value)), m.raw, m.start, m.score) for m in postal.find(text, places)]
    _, search, spread = _TEXT[field]
    return [Found(_known(spread(m.value)), m.raw, m.start, m.score) for m in search(text)]


def _known(values: Values) -> Values:
    return {name: value for name, value in values.items() if value is not None}
