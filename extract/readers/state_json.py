"""State JSON: what a page's script carries for itself (`__NEXT_DATA__`, warm-up data, `window.x = {…}`).

Knows usual names of an estate's properties, no site's structure. The object that tells most and is no
one of many peers is the page's own; it must agree with the page's visible text to be believed.
"""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from extract import feed
from extract.candidates import Candidate, candidate
from extract.document import Document
from extract.readers.json_ld import coordinates, scalar, typed
from extract.state import MAX_DEPTH, MAX_NODES, data
from models.places import Places

SOURCE = "state_json"
LEAST_FIELDS = 4

#: A price and an area, wherever an advert's object keeps them.
_OFFERED = (
    re.compile(r"price|prix|loyer|rent|miete|€", re.I),
    re.compile(r"surface|area|m²|rooms|pieces|zimmer", re.I),
)

KEYS: dict[str, str] = {
    key: field
    for field, keys in {
        "price": "price prix prixvente prixttc loyer rent prixloyer loyercc priceamount pricevalue "
        "prixpublic saleprice rentprice montant askingprice",
        "surface": "surface livingarea surfacehabitable habitablesurface livingspace livingsurface "
        "surfacehab area floorarea usablearea superficie constructedarea",
        "land_surface": "landsurface landarea surfaceterrain terrain plotarea lotsize lotarea plotsurface",
        "rooms": "rooms nbpieces nbrooms pieces numberofrooms roomscount roomcount nbpiece "
        "nombrepieces totalrooms",
        "bedrooms": "bedrooms nbchambres chambres numberofbedrooms bedroomscount bedroomcount "
        "nbbedrooms nombrechambres beds numbedrooms bedroom",
        "bathrooms": "bathrooms numberofbathrooms bathroomscount nbsallesdebain bathroomcount baths "
        "numbathrooms",
        "floor": "floor etage floornumber",
        "postal_code": "postalcode codepostal zipcode zip cp postcode",
        "city": "city ville commune locality cityname town addresslocality nomville",
        "address": "street streetaddress addressline1 adresse displayableaddress",
        "reference": "reference ref refannonce mandatereference externalreference numeromandat",
        "title": "title titre headline",
        "description": "description descriptif texte comment text",
        "property_type": "propertytype typebien typedebien realestatetype estatetype",
        "transaction": "transaction transactiontype typetransaction offertype listingtype operationtype",
        "dpe": "dpe energyclass classeenergie dpeclass energyletter dpeletter classedpe energyrating",
        "ges": "ges gesclass classeges gesletter emissionclass",
        "construction_year": "constructionyear yearbuilt anneeconstruction buildyear",
        "charges": "charges montantcharges monthlycharges",
        "fees": "fees honoraires agencyfees",
        "deposit": "deposit depotgarantie depotdegarantie securitydeposit",
        "latitude": "latitude lat",
        "longitude": "longitude lng lon long",
    }.items()
    for key in keys.split()
}  # fmt: skip
_TELLING = frozenset(
    {"price", "surface", "rooms", "bedrooms", "postal_code", "city", "description", "reference"}
)
_INNER = re.compile(
    r"location|address|adresse|geo|coordinates|price|prix|surface|area|energy|energie|dpe|ges|diagnostic|value|"
    r"features|characteristics|details|localisation|position|copro|coownership|attributes|rooms|pieces",
    re.I,
)
#: What inner objects are about, by words of their keys; a name inside means what it means there.
_GROUPS = {
    "area": ("surface", "area"), "price": ("price", "prix", "loyer"), "dpe": ("dpe",), "ges": ("ges",),
}  # fmt: skip
#: Keys of other properties than the page's.
_OTHERS = re.compile(
    r"similar|related|recommend|suggest|nearby|r[ée]cent|cross.?sell|alternatives?|aussi", re.I
)
#: Inside these only the names below count: a price's `fees`, an area's `terrace` are no field's.
_CLOSED = frozenset(_GROUPS)
_INSIDE = {
    (group, name): field
    for group, field, names in (
        ("area", "surface", "living habitable carrez main total livingarea value"),
        ("area", "land_surface", "land terrain plot lot parcelle"),
        ("price", "fees", "feesbuyer fees honoraires"),
        ("price", "charges", "charges"),
        ("price", "deposit", "deposit depotgarantie"),
        ("dpe", "dpe", "letter grade class classe category"),
        ("ges", "ges", "letter grade class classe category"),
        ("", "surface", "habitable"),
        ("", "property_type", "type"),
    )
    for name in names.split()
}
_SHOWERS = frozenset(
    {"showerrooms", "nbsallesdeau", "sallesdeau", "nbsde", "sde", "shower", "numberofshowerrooms"}
)


def read(document: Document, places: Places) -> Iterator[Candidate]:
    """What the page's own object tells."""
    node = subject(document)
    if node is None:
        return
    told = fields(node)
    trust = 0.65
    for field, value in told.items():
        if field in {"surface", "land_surface"}:
            yield from typed(field, with_unit(value, document), SOURCE, trust, places)
        elif field not in {"latitude", "longitude"}:
            yield from typed(field, value, SOURCE, trust, places)
    if "latitude" in told and "longitude" in told:
        for one in coordinates(told["latitude"], told["longitude"], SOURCE):
            yield candidate(one.field, one.value, one.raw, SOURCE, trust)


def with_unit(value: str | float, document: Document) -> str | float:
    """An area with square feet as its unit, where the page shows that very number in square feet."""
    digits = re.sub(r"\.0+$|[ ,]", "", str(value))
    if not digits.isdecimal() or len(digits) > 6:
        return value
    shown = re.compile(rf"(?<![\d.,]){digits[:-3]},?{digits[-3:]}(?:\.\d)? ?(?:sq\.? ?f|square f)", re.I)
    return f"{digits} sq ft" if shown.search(document.main_text[:30_000]) else value


def fields(node: dict[str, Any]) -> dict[str, str | int | float]:
    """The Listing fields that an object tells by its keys, two levels of inner objects included."""
    told: dict[str, str | int | float] = {}
    inner: list[tuple[str, dict[str, Any], int]] = [("", node, 0)]
    for above, part, depth in inner:
        for key, value in list(part.items())[:200]:
            name = _plain(key)
            field = _INSIDE.get((above, name)) or (KEYS.get(name) if above not in _CLOSED else None)
            plain = scalar(value) if field is not None or name in _SHOWERS else None
            if isinstance(value, dict):
                plain = None if field is None else _chosen(value, field)
                if depth < 2 and _is_inner(key):
                    inner.append((_group(name), value, depth + 1))
            if field is not None and plain is not None:
                told.setdefault(field, plain)
            elif name in _SHOWERS and isinstance(plain, int) and 0 < plain < 10:
                told["showers"] = plain
    showers, baths = told.pop("showers", 0), told.get("bathrooms", 0)
    if isinstance(showers, int) and showers and isinstance(baths, int):
        told["bathrooms"] = baths + showers
    return told


# A page's objects repeat their keys.
@lru_cache(maxsize=4_096)
def _plain(key: str) -> str:
    return re.sub(r"[^a-z0-9]", "", key.lower())


def field_of(key: str) -> str | None:
    """The Listing field that a key names, None for any other."""
    return KEYS.get(_plain(key))


@lru_cache(maxsize=4_096)
def _is_inner(key: str) -> bool:
    return bool(_INNER.search(key))


@lru_cache(maxsize=4_096)
def _group(name: str) -> str:
    """What an inner object is about, by its key."""
    return next((group for group, words in _GROUPS.items() if any(word in name for word in words)), "")


def _chosen(value: dict[str, Any], field: str) -> str | int | float | None:
    """The one value of an inner object that stands for its field: a letter before a number, the amount."""
    names = ("letter", "grade", "class", "classe", "category", "label") if field in {"dpe", "ges"} else ()
    by_name = {_plain(key): inner for key, inner in value.items()}
    for name in (*names, "value", "amount", "total", "public", "main", "habitable", "living"):
        plain = scalar(by_name.get(name))
        if plain is not None:
            return plain
    return None


def subject(document: Document) -> dict[str, Any] | None:
    """The page's own object: the most telling that is no peer of others like it."""
    if "subject" not in document.memory:
        document.memory["subject"] = _subject(document)
    found: dict[str, Any] | None = document.memory["subject"]
    return found


def _subject(document: Document) -> dict[str, Any] | None:
    best: tuple[int, dict[str, Any]] | None = None
    for value in data(document):
        for node in _objects(value):
            told = fields(node)
            score = len(_TELLING & told.keys())
            if score >= LEAST_FIELDS and "price" in told | {"price": 0} and (best is None or score > best[0]):
                best = (score, node)
    if best is None or (len(document.main_text) > 300 and not _agrees(fields(best[1]), document)):
        return None
    return best[1]


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Objects that stand in no list of several telling ones."""
    stack: list[tuple[Any, int]] = [(value, 0)]
    for _ in range(MAX_NODES):
        if not stack:
            return
        item, depth = stack.pop()
        if isinstance(item, dict):
            yield item
            if depth < MAX_DEPTH:
                own = (v for k, v in reversed(item.items()) if not _OTHERS.search(str(k)))
                inner = (_unpacked(v) for v in own)
                stack.extend((v, depth + 1) for v in inner if v is not None)
        elif isinstance(item, list) and depth < MAX_DEPTH and not _are_peers(item):
            stack.extend((v, depth + 1) for v in reversed(item) if isinstance(v, (dict, list)))


def _are_peers(items: list[Any]) -> bool:
    return sum(isinstance(item, dict) and len(item) > 3 for item in items) > 1


def _unpacked(value: Any) -> dict[str, Any] | list[Any] | None:
    """An inner object, also one that is written as JSON in a string, as caches are."""
    if isinstance(value, str):
        if len(value) < 300 or value[0] not in "{[":
            return None
        try:
            value = json.loads(value, strict=False)
        except (ValueError, RecursionError):
            return None
    return value if isinstance(value, (dict, list)) else None


def _agrees(told: dict[str, str | int | float], document: Document) -> bool:
    """Whether the page shows the object's price, reference or beginning of its description."""
    shown = re.sub(r"[^0-9a-zà-ÿ]", "", document.main_text[:40_000].lower())
    for field, least in (("price", 3), ("description", 30), ("title", 12), ("reference", 4)):
        plain = re.sub(r"[^0-9a-zà-ÿ]", "", str(told.get(field, "")).lower())[:40]
        if len(plain) >= least and plain in shown:
            return True
    return False


def is_whole(document: Document) -> bool:
    """Whether the state alone makes a listing, on a page that shows nothing until its script runs."""
    node = subject(document)
    told = fields(node) if node is not None else {}
    return {"price", "surface"} <= told.keys() and bool({"title", "description"} & told.keys())


def lists(document: Document) -> bool:
    """Whether the state holds a list of adverts: five objects of one shape that tell prices or areas."""
    stack = [(value, 0) for value in data(document)]
    for _ in range(MAX_NODES):
        if not stack:
            return False
        item, depth = stack.pop()
        if isinstance(item, list) and _are_adverts(item):
            return True
        if depth < MAX_DEPTH and isinstance(item, (dict, list)):
            below = item.values() if isinstance(item, dict) else item
            stack.extend((one, depth + 1) for one in below if isinstance(one, (dict, list)))
    return False


def _are_adverts(items: list[Any]) -> bool:
    told = [item for item in items[:20] if isinstance(item, dict) and len(item) >= 5]
    return len(told) >= 5 and sum(_is_offered(_words(item)) for item in told) >= 5


def _is_offered(words: str) -> bool:
    return all(sign.search(words) for sign in _OFFERED)


def _words(value: Any) -> str:
    """The keys and short texts of an object, the first few hundred of them."""
    stack: list[Any] = [value]
    words: list[str] = []
    while stack and len(words) < 400:
        item = stack.pop()
        if isinstance(item, dict):
            words += [str(key) for key in list(item)[:50]]
            stack.extend(list(item.values())[:50])
        elif isinstance(item, list):
            stack.extend(item[:50])
        elif isinstance(item, str):
            words.append(item[:80])
    return " ".join(words)


def links(document: Document) -> tuple[str, ...]:
    """Detail links that only the state tells, for lists whose cards come by script."""
    found: dict[str, None] = {}
    for value in data(document):
        for href in feed.collect(value, document.url)[0]:
            found.setdefault(href)
    return tuple(found)
