"""JSON-LD: the property in schema.org's words, wherever in the graph; never the agency's address.

Knows schema.org's shapes, not their truth: many sites copy one block everywhere, so `decide` weighs
what it says against the page.
"""

import html
import re
from collections.abc import Iterator
from typing import Any

from extract import labels, values
from extract.candidates import Candidate, candidate
from extract.document import Document
from extract.fields import coordinates as degrees
from extract.fields import description, title
from extract.graph import holders, subject, types
from models.places import Places

SOURCE = "json_ld"


def read(document: Document, places: Places) -> Iterator[Candidate]:
    """What the best dwelling of the page's graphs tells; nothing where several are equally good."""
    best = subject(document)
    if best is not None:
        yield from _fields(best, document, places)


def _fields(node: dict[str, Any], document: Document, places: Places) -> Iterator[Candidate]:
    held = ("itemOffered", "mainEntity", "about", "object", "item")
    inner = [node, *_below(node, held), *holders(document, node)]
    offers = [o for n in inner for o in _below(n, ("offers", "offer", "priceSpecification"))]
    offers += [o for n in offers for o in _below(n, ("itemOffered", "priceSpecification"))]
    for part in inner + [o for o in offers if o not in inner]:
        yield from _part(part, document, places)


def _below(node: dict[str, Any], names: tuple[str, ...]) -> list[dict[str, Any]]:
    out = []
    for name in names:
        value = node.get(name)
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                out.append(item)
    return out[:10]


#: schema.org property: (Listing field, confidence).
PROPERTIES = {
    "price": ("price", 0.7), "numberOfRooms": ("rooms", 0.6), "numberOfBedrooms": ("bedrooms", 0.8),
    "numberOfBathroomsTotal": ("bathrooms", 0.8), "numberOfFullBathrooms": ("bathrooms", 0.5),
    "floorLevel": ("floor", 0.7), "sku": ("reference", 0.6), "productID": ("reference", 0.6),
    "mpn": ("reference", 0.4),
    "name": ("title", 0.6), "description": ("description", 0.5), "yearBuilt": ("construction_year", 0.8),
}  # fmt: skip


#: English pages count bedrooms, Spanish ones of America too.
_BEDS = re.compile(r"\b(?:beds?|bedrooms?|bhk|rec[áa]maras?)\b", re.I)


def _part(node: dict[str, Any], document: Document, places: Places) -> Iterator[Candidate]:
    for name, (field, confidence) in PROPERTIES.items():
        value = scalar(node.get(name))
        if (
            field == "rooms"
            and not len(places)
            and "numberOfBedrooms" not in node
            and _BEDS.search(document.main_text)
        ):
            continue  # Abroad the same property often holds the bedrooms.
        if value is not None:
            yield from typed(field, value, SOURCE, confidence, places)
    currency = scalar(node.get("priceCurrency"))
    if isinstance(currency, str) and re.fullmatch(r"[A-Za-z]{3}", currency):
        yield candidate("currency", currency.upper(), currency, SOURCE, 0.6)
    if (area := _area(node.get("floorSize"))) is not None:
        yield candidate("surface", area, node.get("floorSize"), SOURCE, 0.8)
    yield from _named(node.get("additionalProperty"), places)
    for kind in types(node):
        if kind not in {"product", "offer", "place", "accommodation", "residence", "realestatelisting"}:
            yield from typed("property_type", kind, SOURCE, 0.6, places)
    address = node.get("address")
    if isinstance(address, dict):
        yield from _address(address, places)
    geo = node.get("geo")
    if isinstance(geo, dict):
        yield from coordinates(geo.get("latitude"), geo.get("longitude"), SOURCE)
    function = scalar(node.get("businessFunction"))
    if function:
        yield from typed(
            "transaction",
            str(function).rpartition("#")[2].replace("LeaseOut", "rent").lower(),
            SOURCE,
            0.7,
            places,
        )


def _named(rows: Any, places: Places) -> Iterator[Candidate]:
    """`PropertyValue` pairs: a name that a label table knows, and its value."""
    for row in rows[:60] if isinstance(rows, list) else []:
        name = row.get("name") if isinstance(row, dict) else None
        field = labels.field_of(name) if isinstance(name, str) and len(name) < 60 else None
        value = scalar(row.get("value")) if field else None
        if field in values.FIELDS and value is not None:
            yield from typed(field, value, SOURCE, 0.55, places)


def _address(address: dict[str, Any], places: Places) -> Iterator[Candidate]:
    code, city = scalar(address.get("postalCode")), scalar(address.get("addressLocality"))
    if code:
        yield candidate("postal_code", str(code).strip(), code, SOURCE, 0.6)
    if isinstance(city, str):
        yield candidate("city", " ".join(city.split(",")[0].split()), city, SOURCE, 0.6)
    street = scalar(address.get("streetAddress"))
    if isinstance(street, str):
        yield from typed("address", street, SOURCE, 0.6, places)


def scalar(value: Any) -> str | int | float | None:
    """A plain value, also out of a list of one, `{"value": …}` or `{"@value": …}`; else None."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("value", value.get("@value"))
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    return html.unescape(value).strip() or None if isinstance(value, str) else value


#: What cleans the texts that are no field of `values`.
_TEXTS = {"description": description.parse, "title": title.clean}


def typed(
    field: str, value: str | float, source: str, confidence: float, places: Places
) -> Iterator[Candidate]:
    """A value from structured data through its field's own parser."""
    if isinstance(value, float) and not abs(value) < 1e12:
        return
    text = f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    if field in values.FIELDS:
        for name, got in values.parse(field, text, places).items():
            yield candidate(name, got, text, source, confidence)
        return
    tidied = _TEXTS[field](text) if field in _TEXTS else text
    if tidied:
        yield candidate(field, tidied, text, source, confidence)


_NUMBER = re.compile(r"\s*[0-9]{1,6}(?:[.,][0-9]{1,6})?(?![0-9])")
UNITS = {
    "FTK": 0.09290304,
    "SQFT": 0.09290304,
    "FT2": 0.09290304,
    "YDK": 0.83612736,
    "ACR": 4046.8564,
    "HAR": 10_000.0,
}


def _area(value: Any) -> float | None:
    unit = ""
    if isinstance(value, dict):
        unit = str(value.get("unitCode") or value.get("unitText") or "").upper()
        value = value.get("value")
    found = _NUMBER.match(str(scalar(value) or ""))
    number = float(found[0].replace(",", ".")) if found else 0.0
    area = number * UNITS.get(unit.replace(" ", "").replace(".", ""), 1.0)
    return round(area, 2) if 3 <= area <= 20_000 else None


def coordinates(latitude: Any, longitude: Any, source: str) -> Iterator[Candidate]:
    """A plausible pair of degrees."""
    told = str(scalar(latitude)), str(scalar(longitude))
    pair = degrees.parse_pair(*told)
    if pair is not None:
        yield candidate("latitude", round(pair.latitude, 6), told[0], source, 0.6)
        yield candidate("longitude", round(pair.longitude, 6), told[1], source, 0.6)
