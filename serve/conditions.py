"""Criteria as conditions of SQL on the live listings, each criterion in one place."""

import math
from collections.abc import Iterator
from functools import reduce
from typing import Any, Final

from sqlalchemy import ColumnElement, String, and_, cast, false, func, literal, not_, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import UserDefinedType

from models.places import Places
from models.tables import LiveListing, LiveWords
from serve import words
from serve.criteria import Box, Criteria
from serve.location import Location, locate

Conditions = Iterator[ColumnElement[bool]]
#: The table, or an alias of it.
Listings = type[LiveListing]

#: Metres: the mean radius of the Earth, and a degree of latitude on it.
_EARTH: Final = 6_371_000.0
_DEGREE: Final = _EARTH * math.pi / 180
#: Columns with a least and a most value.
_BOUNDED: Final = (
    "price", "price_per_sqm", "surface", "land_surface", "rooms", "bedrooms", "floor", "construction_year",
    "charges",
)  # fmt: skip


def conditions(
    criteria: Criteria, places: Places, listings: Listings = LiveListing
) -> list[ColumnElement[bool]]:
    """What a live listing must satisfy: every criterion; none when anything will do."""
    parts = (_plain, _bounds, _words, _features, _times, _dwelling, _map)
    wanted = [condition for part in parts for condition in part(criteria, listings)]
    return [*wanted, *_places(criteria, listings, places)]


def _plain(criteria: Criteria, listings: Listings) -> Conditions:
    for column, value in (
        (listings.transaction, criteria.transaction),
        (listings.rooms, criteria.rooms),
        (listings.furnished, criteria.furnished),
    ):
        if value is not None:
            yield column == value
    if criteria.property_type:
        yield listings.property_type.in_(criteria.property_type)
    if criteria.agency_id:
        yield listings.agency_id.in_(criteria.agency_id)
    if criteria.agency_id_not:
        yield listings.agency_id.not_in(criteria.agency_id_not)


def _bounds(criteria: Criteria, listings: Listings) -> Conditions:
    for name in _BOUNDED:
        column = getattr(listings, name)
        least, most = getattr(criteria, f"{name}_min", None), getattr(criteria, f"{name}_max", None)
        if least is not None:
            yield column >= least
        if most is not None:
            yield column <= most
    for name, letter in (("dpe", listings.dpe), ("ges", listings.ges)):
        best, worst = getattr(criteria, f"{name}_best"), getattr(criteria, f"{name}_worst")
        if best is not None:
            yield letter >= best
        if worst is not None:
            yield letter <= worst


def _words(criteria: Criteria, listings: Listings) -> Conditions:
    """One question of the index for all terms."""
    query = asked(criteria)
    if query is not None:
        said = select(literal(1)).where(LiveWords.id == listings.id, LiveWords.words.bool_op("@@")(query))
        yield said.correlate(listings).exists()
    elif criteria.q:
        yield false()


def asked(criteria: Criteria) -> ColumnElement[Any] | None:
    """The words asked for as a tsquery; None without any."""
    terms = words.read(criteria.q or "")
    return reduce(lambda one, other: one.op("&&")(other), map(_term, terms)) if terms else None


def _term(term: words.Term) -> ColumnElement[Any]:
    said: list[ColumnElement[Any]] = [func.asked_words(word) for word in term.alternatives]
    asked = reduce(lambda one, other: one.op("||")(other), said)
    return func.tsquery_not(asked) if term.excluded else asked


def _features(criteria: Criteria, listings: Listings) -> Conditions:
    told = {**dict.fromkeys(criteria.feature, True), **dict.fromkeys(criteria.feature_not, False)}
    if told:
        yield listings.features.contains(cast(literal(told, JSONB), JSONB))
    for name in criteria.feature_unknown:
        yield not_(listings.features.has_key(name))


def _times(criteria: Criteria, listings: Listings) -> Conditions:
    if criteria.first_seen_since is not None:
        yield listings.first_seen >= criteria.first_seen_since
    if criteria.days_on_market_min is not None:
        yield listings.first_seen <= func.now() - func.make_interval(0, 0, 0, criteria.days_on_market_min)
    if criteria.days_on_market_max is not None:
        yield listings.first_seen >= func.now() - func.make_interval(0, 0, 0, criteria.days_on_market_max + 1)
    if criteria.price_drop_min is not None or criteria.price_drop_since is not None:
        yield listings.price_drop >= (criteria.price_drop_min or 0)
    if criteria.price_drop_since is not None:
        yield listings.repriced_at >= criteria.price_drop_since


def _dwelling(criteria: Criteria, listings: Listings) -> Conditions:
    least, most = criteria.adverts_min, criteria.adverts_max
    if least is None and most is None:
        return
    other = LiveListing.__table__.alias("advert")
    some = (
        select(literal(1)).where(other.c.property_id == listings.property_id).limit((most or least or 0) + 1)
    )
    adverts = select(func.count()).select_from(some.correlate(listings).subquery()).scalar_subquery()
    if least is not None:
        yield adverts >= least
    if most is not None:
        yield adverts <= most


def _places(criteria: Criteria, listings: Listings, places: Places) -> Conditions:
    if criteria.postal_code:
        yield listings.postal_code.in_(criteria.postal_code)
    if criteria.insee_code:
        yield listings.insee_code.in_(criteria.insee_code)
    if criteria.department:
        yield listings.department.in_(criteria.department)
    for column, left_out in (
        (listings.postal_code, criteria.postal_code_not),
        (listings.insee_code, criteria.insee_code_not),
        (listings.department, criteria.department_not),
    ):
        if left_out:
            yield or_(column.is_(None), column.not_in(left_out))
    if criteria.city and _is_postal_code(criteria.city):
        yield listings.postal_code == criteria.city
    elif criteria.city:
        beside = criteria.postal_code[0] if len(criteria.postal_code) == 1 else None
        yield _within(listings, locate(places, criteria.city, beside))


def _is_postal_code(text: str) -> bool:
    return len(text) == 5 and text.isascii() and text.isdigit()


def _within(listings: Listings, place: Location) -> ColumnElement[bool]:
    """A listing's INSEE code decides; only where it is unknown, its city's name or postal code."""
    named = or_(listings.city_key.in_(place.city_keys), listings.postal_code.in_(place.postal_codes))
    return or_(listings.insee_code.in_(place.insee_codes), and_(listings.insee_code.is_(None), named))


def _map(criteria: Criteria, listings: Listings) -> Conditions:
    if criteria.lat is not None and criteria.lng is not None and criteria.radius is not None:
        yield _lies_in(listings, _around(criteria.lat, criteria.lng, criteria.radius))
        yield metres_from(criteria.lat, criteria.lng, listings) <= criteria.radius
    if criteria.bbox is not None:
        yield _lies_in(listings, criteria.bbox)
    if criteria.polygon is not None:
        corners = ",".join(f"({longitude},{latitude})" for longitude, latitude in criteria.polygon.corners)
        yield _within_shape(listings, f"({corners})", "polygon")


def _around(lat: float, lng: float, radius: float) -> Box:
    """The box that holds the circle."""
    high = radius / _DEGREE
    wide = min(180.0, high / max(0.01, math.cos(math.radians(min(89.0, abs(lat) + high)))))
    return Box(west=lng - wide, south=lat - high, east=lng + wide, north=lat + high)


def metres_from(lat: float, lng: float, listings: Listings = LiveListing) -> ColumnElement[float]:
    """A listing's distance from a point, by the haversine; null where its place is unknown."""
    north, east = func.radians(listings.latitude - lat) / 2, func.radians(listings.longitude - lng) / 2
    share = func.pow(func.sin(north), 2) + math.cos(math.radians(lat)) * func.cos(
        func.radians(listings.latitude)
    ) * func.pow(func.sin(east), 2)
    return 2 * _EARTH * func.asin(func.sqrt(func.least(1.0, share)))


def _lies_in(listings: Listings, box: Box) -> ColumnElement[bool]:
    """By index; a listing whose place is unknown lies nowhere."""
    return _within_shape(listings, f"({box.east},{box.north}),({box.west},{box.south})", "box")


def _within_shape(listings: Listings, told: str, kind: str) -> ColumnElement[bool]:
    point = func.point(listings.longitude, listings.latitude)
    return point.bool_op("<@")(cast(literal(told, String), _Shape(kind)))


class _Shape(UserDefinedType[str]):
    """PostgreSQL's `box` or `polygon`."""

    cache_ok = True

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def get_col_spec(self, **_: Any) -> str:
        return self.kind
