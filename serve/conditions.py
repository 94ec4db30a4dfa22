"""Criteria as conditions of SQL: what a listing and its agency must satisfy, each criterion in one place."""

import math
from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import ColumnElement, Float, String, and_, case, cast, func, literal, not_, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import UserDefinedType

from models.places import Places
from models.tables import Agency, AggregatedListing, EventKind, ListingHistory
from serve.criteria import Box, Criteria
from serve.location import Location, locate

L: Final = AggregatedListing
Conditions = Iterator[ColumnElement[bool]]

#: Metres: the mean radius of the Earth, and a degree of latitude on it.
_EARTH: Final = 6_371_000.0
_DEGREE: Final = _EARTH * math.pi / 180
#: Columns with a least and a most value.
_BOUNDED: Final = {
    "price": L.price, "price_per_sqm": L.price_per_sqm, "surface": L.surface, "land_surface": L.land_surface,
    "rooms": L.rooms, "bedrooms": L.bedrooms, "floor": L.floor, "construction_year": L.construction_year,
    "charges": L.charges,
}  # fmt: skip


def conditions(criteria: Criteria, places: Places) -> list[ColumnElement[bool]]:
    """What a listing and its agency must satisfy: live, not opted out, and every criterion."""
    wanted: list[ColumnElement[bool]] = [L.is_active.expression, Agency.opted_out_at.is_(None)]
    for part in (_plain, _bounds, _features, _times, _dwelling):
        wanted += part(criteria)
    wanted += _places(criteria, places)
    wanted += _map(criteria)
    return wanted


def _plain(criteria: Criteria) -> Conditions:
    for column, value in (
        (L.transaction, criteria.transaction),
        (L.rooms, criteria.rooms),
        (L.furnished, criteria.furnished),
    ):
        if value is not None:
            yield column == value
    if criteria.property_type:
        yield L.property_type.in_(criteria.property_type)
    if criteria.agency_id:
        yield L.agency_id.in_(criteria.agency_id)
    if criteria.agency_id_not:
        yield L.agency_id.not_in(criteria.agency_id_not)


def _bounds(criteria: Criteria) -> Conditions:
    for name, column in _BOUNDED.items():
        least, most = getattr(criteria, f"{name}_min", None), getattr(criteria, f"{name}_max", None)
        if least is not None:
            yield column >= least
        if most is not None:
            yield column <= most
    for name, letter in (("dpe", L.dpe), ("ges", L.ges)):
        best, worst = getattr(criteria, f"{name}_best"), getattr(criteria, f"{name}_worst")
        if best is not None:
            yield letter >= best
        if worst is not None:
            yield letter <= worst


def _features(criteria: Criteria) -> Conditions:
    told = {**dict.fromkeys(criteria.feature, True), **dict.fromkeys(criteria.feature_not, False)}
    if told:
        yield L.features.contains(cast(literal(told, JSONB), JSONB))
    for name in criteria.feature_unknown:
        yield not_(L.features.has_key(name))


def _times(criteria: Criteria) -> Conditions:
    if criteria.first_seen_since is not None:
        yield L.first_seen >= criteria.first_seen_since
    if criteria.days_on_market_min is not None:
        yield L.first_seen <= func.now() - func.make_interval(0, 0, 0, criteria.days_on_market_min)
    if criteria.days_on_market_max is not None:
        yield L.first_seen >= func.now() - func.make_interval(0, 0, 0, criteria.days_on_market_max + 1)
    if criteria.price_drop_min is not None or criteria.price_drop_since is not None:
        yield _dropped(criteria)


def _dropped(criteria: Criteria) -> ColumnElement[bool]:
    """The latest change of price was a cut, large and late enough."""
    event = ListingHistory
    old, new = (
        case((func.jsonb_typeof(told) == "number", cast(told, Float)))
        for told in (event.old_value, event.new_value)
    )
    cut = and_(new < old, new <= old * (1 - (criteria.price_drop_min or 0) / 100))
    if criteria.price_drop_since is not None:
        cut = and_(cut, event.occurred_at >= criteria.price_drop_since)
    latest = select(cut).where(event.listing_id == L.id, event.kind == EventKind.PRICE)
    return latest.order_by(event.id.desc()).limit(1).correlate(L).scalar_subquery()


def _dwelling(criteria: Criteria) -> Conditions:
    least, most = criteria.adverts_min, criteria.adverts_max
    if least is None and most is None:
        return
    other = AggregatedListing.__table__.alias("advert")
    enough = (most or least or 0) + 1
    some = select(literal(1)).where(other.c.property_id == L.property_id, other.c.is_active).limit(enough)
    adverts = select(func.count()).select_from(some.correlate(L).subquery()).scalar_subquery()
    if least is not None:
        yield adverts >= least
    if most is not None:
        yield adverts <= most


def _places(criteria: Criteria, places: Places) -> Conditions:
    if criteria.postal_code:
        yield L.postal_code.in_(criteria.postal_code)
    if criteria.insee_code:
        yield L.insee_code.in_(criteria.insee_code)
    if criteria.department:
        yield or_(*map(_in_department, criteria.department))
    for column, left_out in (
        (L.postal_code, criteria.postal_code_not),
        (L.insee_code, criteria.insee_code_not),
    ):
        if left_out:
            yield or_(column.is_(None), column.not_in(left_out))
    for department in criteria.department_not:
        yield func.coalesce(not_(_in_department(department)), True)
    if criteria.city and _is_postal_code(criteria.city):
        yield L.postal_code == criteria.city
    elif criteria.city:
        beside = criteria.postal_code[0] if len(criteria.postal_code) == 1 else None
        yield _within(locate(places, criteria.city, beside))


def _in_department(code: str) -> ColumnElement[bool]:
    """By INSEE code, which begins with the département's; where it is unknown, by postal code."""
    # Postal codes of Corsica begin with 20: 200 and 201 in the south, 202 and 206 in the north.
    begins = {"2A": ("200", "201"), "2B": ("202", "206")}.get(code, (code,))
    posted = or_(*(L.postal_code.startswith(start) for start in begins))
    return or_(L.insee_code.startswith(code), and_(L.insee_code.is_(None), posted))


def _is_postal_code(text: str) -> bool:
    return len(text) == 5 and text.isascii() and text.isdigit()


def _within(place: Location) -> ColumnElement[bool]:
    """A listing's INSEE code decides; only where it is unknown, its city's name or postal code."""
    named = or_(L.city_key.in_(place.city_keys), L.postal_code.in_(place.postal_codes))
    return or_(L.insee_code.in_(place.insee_codes), and_(L.insee_code.is_(None), named))


def _map(criteria: Criteria) -> Conditions:
    if criteria.lat is not None and criteria.lng is not None and criteria.radius is not None:
        yield _lies_in(_around(criteria.lat, criteria.lng, criteria.radius))
        yield metres_from(criteria.lat, criteria.lng) <= criteria.radius
    if criteria.bbox is not None:
        yield _lies_in(criteria.bbox)
    if criteria.polygon is not None:
        corners = ",".join(f"({longitude},{latitude})" for longitude, latitude in criteria.polygon.corners)
        yield _within_shape(f"({corners})", "polygon")


def _around(lat: float, lng: float, radius: float) -> Box:
    """The box that holds the circle."""
    high = radius / _DEGREE
    wide = min(180.0, high / max(0.01, math.cos(math.radians(min(89.0, abs(lat) + high)))))
    return Box(west=lng - wide, south=lat - high, east=lng + wide, north=lat + high)


def metres_from(lat: float, lng: float) -> ColumnElement[float]:
    """A listing's distance from a point, by the haversine; null where its place is unknown."""
    north, east = func.radians(L.latitude - lat) / 2, func.radians(L.longitude - lng) / 2
    share = func.pow(func.sin(north), 2) + math.cos(math.radians(lat)) * func.cos(
        func.radians(L.latitude)
    ) * func.pow(func.sin(east), 2)
    return 2 * _EARTH * func.asin(func.sqrt(func.least(1.0, share)))


def _lies_in(box: Box) -> ColumnElement[bool]:
    """By index; a listing whose place is unknown lies nowhere."""
    return _within_shape(f"({box.east},{box.north}),({box.west},{box.south})", "box")


def _within_shape(told: str, kind: str) -> ColumnElement[bool]:
    point = func.point(L.longitude, L.latitude)
    return point.bool_op("<@")(cast(literal(told, String), _Shape(kind)))


class _Shape(UserDefinedType[str]):
    """PostgreSQL's `box` or `polygon`."""

    cache_ok = True

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def get_col_spec(self, **_: Any) -> str:
        return self.kind
