"""Criteria as conditions of SQL: what a listing and its agency must satisfy, each criterion in one place."""

import math
from collections.abc import Iterator
from functools import reduce
from typing import Any, Final

from sqlalchemy import ColumnElement, Float, String, and_, case, cast, false, func, literal, not_, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import UserDefinedType

from models.places import Places
from models.tables import Agency, AggregatedListing, EventKind, ListingHistory
from serve import words
from serve.criteria import Box, Criteria
from serve.location import Location, locate

Conditions = Iterator[ColumnElement[bool]]
#: The table, or an alias of it.
Listings = type[AggregatedListing]
Agencies = type[Agency]

#: Metres: the mean radius of the Earth, and a degree of latitude on it.
_EARTH: Final = 6_371_000.0
_DEGREE: Final = _EARTH * math.pi / 180
#: Columns with a least and a most value.
_BOUNDED: Final = (
    "price", "price_per_sqm", "surface", "land_surface", "rooms", "bedrooms", "floor", "construction_year",
    "charges",
)  # fmt: skip


def conditions(
    criteria: Criteria, places: Places, listings: Listings = AggregatedListing, agencies: Agencies = Agency
) -> list[ColumnElement[bool]]:
    """What a listing and its agency must satisfy: live, not opted out, and every criterion."""
    wanted: list[ColumnElement[bool]] = [listings.is_active.expression, agencies.opted_out_at.is_(None)]
    for part in (_plain, _bounds, _words, _features, _times, _dwelling, _map):
        wanted += part(criteria, listings)
    wanted += _places(criteria, listings, places)
    return wanted


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
    terms = words.read(criteria.q or "")
    if terms:
        asked = reduce(lambda one, other: one.op("&&")(other), map(_term, terms))
        yield func.listing_words(listings.title, listings.description).bool_op("@@")(asked)
    elif criteria.q:
        yield false()


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
        yield _dropped(criteria, listings)


def _dropped(criteria: Criteria, listings: Listings) -> ColumnElement[bool]:
    """The latest change of price was a cut, large and late enough."""
    event = ListingHistory
    old, new = (
        case((func.jsonb_typeof(told) == "number", cast(told, Float)))
        for told in (event.old_value, event.new_value)
    )
    cut = and_(new < old, new <= old * (1 - (criteria.price_drop_min or 0) / 100))
    if criteria.price_drop_since is not None:
        cut = and_(cut, event.occurred_at >= criteria.price_drop_since)
    latest = select(cut).where(event.listing_id == listings.id, event.kind == EventKind.PRICE)
    return latest.order_by(event.id.desc()).limit(1).correlate(listings).scalar_subquery()


def _dwelling(criteria: Criteria, listings: Listings) -> Conditions:
    least, most = criteria.adverts_min, criteria.adverts_max
    if least is None and most is None:
        return
    other = AggregatedListing.__table__.alias("advert")
    enough = (most or least or 0) + 1
    some = (
        select(literal(1)).where(other.c.property_id == listings.property_id, other.c.is_active).limit(enough)
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
        yield or_(*(_in_department(listings, code) for code in criteria.department))
    for column, left_out in (
        (listings.postal_code, criteria.postal_code_not),
        (listings.insee_code, criteria.insee_code_not),
    ):
        if left_out:
            yield or_(column.is_(None), column.not_in(left_out))
    for department in criteria.department_not:
        yield func.coalesce(not_(_in_department(listings, department)), True)
    if criteria.city and _is_postal_code(criteria.city):
        yield listings.postal_code == criteria.city
    elif criteria.city:
        beside = criteria.postal_code[0] if len(criteria.postal_code) == 1 else None
        yield _within(listings, locate(places, criteria.city, beside))


def _in_department(listings: Listings, code: str) -> ColumnElement[bool]:
    """By INSEE code, which begins with the département's; where it is unknown, by postal code."""
    # Postal codes of Corsica begin with 20: 200 and 201 in the south, 202 and 206 in the north.
    begins = {"2A": ("200", "201"), "2B": ("202", "206")}.get(code, (code,))
    posted = or_(*(listings.postal_code.startswith(start) for start in begins))
    return or_(listings.insee_code.startswith(code), and_(listings.insee_code.is_(None), posted))


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


def metres_from(lat: float, lng: float, listings: Listings = AggregatedListing) -> ColumnElement[float]:
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
