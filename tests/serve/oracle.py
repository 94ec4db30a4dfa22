"""The search as docs/api.md tells it, a line or two per criterion, over plain rows: neither SQL nor speed.

found = Oracle(engine).search({"rooms_min": "3", "sort": "price_asc"}, once=False)
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from sqlalchemy import Engine, text

from models.place_names import fold
from serve.criteria import Criteria, SearchQuery, Sort

Advert = dict[str, Any]

PARIS: Final = {"75056", *map(str, range(75101, 75121))}
LYON: Final = {"69123", *map(str, range(69381, 69390))}
_PARIS: Final = (PARIS, "paris", {f"750{number:02}" for number in range(1, 21)}, "75")
#: Communes as they are asked: INSEE codes, name, postal codes that prove them, and their département.
COMMUNES: Final[dict[str, tuple[set[str], str, set[str], str]]] = {
    "Lyon": (LYON, "lyon", {f"6900{number}" for number in range(1, 10)}, "69"),
    "Lyon 3e": ({"69383"}, "lyon 3e", {"69003"}, "69"),
    "Lyon (33)": (set(), "", set(), ""),
    "Paris": _PARIS,
    "75000": _PARIS,
    "Nantes": ({"44109"}, "nantes", {"44000", "44100", "44200", "44300"}, "44"),
    "Atlantis": (set(), "atlantis", set(), ""),
}
#: Départements and regions, as départements.
AREAS: Final = {
    "Rhône": {"69"}, "Loire-Atlantique": {"44"}, "Pays de la Loire": {"44", "49", "53", "72", "85"},
}  # fmt: skip
_BOUNDED: Final = (
    "price", "price_per_sqm", "surface", "land_surface", "rooms", "bedrooms", "floor", "construction_year",
    "charges", "adverts",
)  # fmt: skip
_LISTED: Final = ("property_type", "agency_id", "postal_code", "department")
_LEFT_OUT: Final = ("agency_id", "postal_code", "department")
_CHANGES: Final = "select * from listing_history where kind = 'price' order by id"
_LIVE: Final = """
    select l.* from aggregated_listings l join agencies a on a.id = l.agency_id
    where l.is_active and a.opted_out_at is null
"""


class Oracle:
    """The live adverts of this moment."""

    def __init__(self, engine: Engine) -> None:
        with engine.connect() as connection:
            changes = {row["listing_id"]: row for row in connection.execute(text(_CHANGES)).mappings()}
            self.adverts = [dict(row) for row in connection.execute(text(_LIVE)).mappings()]
        dwellings = Counter(advert["property_id"] for advert in self.adverts)
        for advert in self.adverts:
            for name in ("price", "charges"):
                advert[name] = _euros(advert[name], advert["currency"])
            known = advert["price"] and advert["surface"]
            advert["price_per_sqm"] = round(advert["price"] / advert["surface"]) if known else None
            advert["department"] = (advert["insee_code"] or advert["postal_code"] or "")[:2] or None
            advert["adverts"] = dwellings[advert["property_id"]]
            advert["days_on_market"] = (datetime.now(UTC) - advert["first_seen"]).days
            change = changes.get(advert["id"])
            advert["price_drop"] = _cut(change["old_value"], change["new_value"]) if change else None
            advert["repriced_at"] = change["occurred_at"] if change else None

    def search(self, told: dict[str, Any], *, once: bool) -> tuple[list[Advert], list[Advert]]:
        """All that satisfy the criteria, in order; and those that are shown."""
        query = SearchQuery.model_validate(told)
        found = sorted(
            (one for one in self.adverts if all(_holding(query, one))), key=lambda one: place(query, one)
        )
        firsts = {advert["property_id"]: advert for advert in reversed(found)}
        return found, [one for one in found if not once or firsts[one["property_id"]] is one]


def place(query: SearchQuery, advert: Advert) -> tuple[Any, ...]:
    """Where an advert stands in the order: what is unknown last, the newest first."""
    sort = str(query.sort)
    name = {"newest": "first_seen", "oldest": "first_seen"}.get(sort, sort.removesuffix("_asc"))
    falling = sort in ("newest", "price_drop") or sort.endswith("_desc")
    if query.sort is Sort.DISTANCE:
        value: Any = round(_metres(query, advert))
    else:
        value = advert[name.removesuffix("_desc")]
    if isinstance(value, datetime):
        value = value.timestamp()
    if value is None:
        return 1, 0, -advert["id"]
    return (0, -value, -advert["id"]) if falling else (0, value, advert["id"])


def values(facet: str, found: Sequence[Advert], *, once: bool, edges: Sequence[int]) -> list[dict[str, Any]]:
    """A facet's values as the API tells them. edges: the lower bounds of prices' bands."""
    having: dict[str | None, set[int]] = defaultdict(set)
    for advert in found:
        for value in _told(facet, advert, edges):
            having[value].add(advert["property_id" if once else "id"])
    told = sorted(having.items(), key=lambda one: (-len(one[1]), one[0] is None, one[0]))
    return [{"value": value, "number": len(which)} for value, which in told[:50]]


def _told(facet: str, advert: Advert, edges: Sequence[int]) -> list[str | None]:
    if facet == "feature":
        return [name for name, there in advert["features"].items() if there]
    value = advert[facet]
    if facet == "price" and value is not None:
        low = max(edge for edge in edges if edge <= value)
        return [f"{low}-{min((edge for edge in edges if edge > low), default='')}"]
    if isinstance(value, bool):
        return [str(value).lower()]
    return [None if value is None else str(value)]


def _holding(query: Criteria, advert: Advert) -> Iterator[bool]:
    """Of each criterion that is asked, whether it holds."""
    for name in ("transaction", "rooms", "furnished"):
        yield getattr(query, name) in (None, advert[name])
    for name in _LISTED:
        yield not getattr(query, name) or advert[name] in getattr(query, name)
    for name in _LEFT_OUT:
        yield advert[name] not in getattr(query, f"{name}_not")
    yield not query.insee_code or advert["insee_code"] in _whole(query.insee_code)
    yield advert["insee_code"] not in _whole(query.insee_code_not)
    for name in (*_BOUNDED, "days_on_market"):
        yield _within(advert[name], getattr(query, f"{name}_min", None), getattr(query, f"{name}_max", None))
    for name in ("dpe", "ges"):
        yield _within(advert[name], getattr(query, f"{name}_best"), getattr(query, f"{name}_worst"))
    yield _within(advert["first_seen"], query.first_seen_since, None)
    yield _within(advert["price_drop"], query.price_drop_min, None)
    if query.price_drop_since is not None:
        yield advert["price_drop"] is not None and advert["repriced_at"] >= query.price_drop_since
    yield all(advert["features"].get(name) is True for name in query.feature)
    yield all(advert["features"].get(name) is False for name in query.feature_not)
    yield not advert["features"].keys() & set(query.feature_unknown)
    yield not query.city or _lies_in(query.city, advert)
    yield _is_on_map(query, advert)
    for minus, phrase, word in re.findall(r'(-?)(?:"([^"]*)"|(\S+))', query.q or ""):
        yield _says(fold(phrase or word).split(), advert) != bool(minus)


def _within(value: Any, least: Any, most: Any) -> bool:
    if least is None and most is None:
        return True
    return value is not None and (least is None or value >= least) and (most is None or value <= most)


def _euros(amount: int | None, currency: str | None) -> int | None:
    """Of francs of the Pacific by their parity, of other currencies none."""
    if amount is None or currency in (None, "EUR"):
        return amount
    told = (amount * Decimal("0.00838")).quantize(Decimal(1), ROUND_HALF_UP)
    return int(told) if currency == "XPF" else None


def _cut(old: Any, new: Any) -> float | None:
    if old is None or new is None or new >= old:
        return None
    return float((100 - Decimal(100) * new / old).quantize(Decimal("0.0001"), ROUND_HALF_UP))


def _whole(codes: Sequence[str]) -> set[str]:
    cities = {"75056": PARIS, "69123": LYON}
    return set(codes).union(*(cities.get(code, ()) for code in codes))


def _lies_in(city: str, advert: Advert) -> bool:
    """One of several places; a commune's INSEE code decides, and where it is unknown its name or code."""
    return any(_is_of(place, advert) for place in re.split(" ou |[,;] ", city))


def _is_of(place: str, advert: Advert) -> bool:
    if place in AREAS:
        return advert["department"] in AREAS[place]
    if (known := COMMUNES.get(place) or COMMUNES.get(place.title())) is None:
        return bool(advert["postal_code"] == place)
    insee, name, postal, department = known
    if advert["insee_code"]:
        return advert["insee_code"] in insee
    named = advert["city_key"] == name and advert["department"] in (None, department or advert["department"])
    return named or advert["postal_code"] in postal


def _says(words: list[str], advert: Advert) -> bool:
    """Whether these stand side by side in its title or in its text."""
    told = [fold(advert[name] or "").split() for name in ("title", "description")]
    return any(said[at : at + len(words)] == words for said in told for at in range(len(said)))


def _is_on_map(query: Criteria, advert: Advert) -> bool:
    if query.lat is None and query.bbox is None and query.polygon is None:
        return True
    lat, lng = advert["latitude"], advert["longitude"]
    if lat is None or lng is None:
        return False
    box, polygon = query.bbox, query.polygon
    return (
        (query.radius is None or _metres(query, advert) <= query.radius)
        and (box is None or (box.west <= lng <= box.east and box.south <= lat <= box.north))
        and (polygon is None or _winds(polygon.corners, lat, lng) != 0)
    )


def _metres(query: Criteria, advert: Advert) -> float:
    """The haversine on the mean radius of the Earth."""
    lat, lng, here, there = map(
        math.radians, (query.lat or 0.0, query.lng or 0.0, advert["latitude"], advert["longitude"])
    )
    share = math.sin((here - lat) / 2) ** 2
    share += math.cos(lat) * math.cos(here) * math.sin((there - lng) / 2) ** 2
    return 2 * 6_371_000 * math.asin(math.sqrt(share))


def _winds(corners: Sequence[tuple[float, float]], lat: float, lng: float) -> int:
    """How often the polygon goes round a point: by its sides that cross the parallel east of it."""
    turns = 0
    for (west, south), (east, north) in zip(corners, (*corners[1:], corners[0]), strict=True):
        if (south > lat) != (north > lat) and lng < west + (lat - south) / (north - south) * (east - west):
            turns += 1 if north > south else -1
    return turns
