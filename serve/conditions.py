"""Criteria as conditions of SQL on the live listings, each criterion in one place.

where(query, places).sql       # live_listings.price <= %(price_max)s and …

Plain SQL with named values, as psycopg reads it: what a search costs in Python was building statements, and
equal criteria with other values are the same text, which the server has parsed already.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Float, TextClause, func, text

from models.places import Places
from models.tables import LiveListing
from serve import facts, words
from serve.criteria import Criteria
from serve.location import Location, Wanted, around, places_of, whole_cities
from serve.values import Box

#: Columns with a least and a most value.
BOUNDED: Final = (
    "price", "price_per_sqm", "surface", "land_surface", "rooms", "bedrooms", "floor", "construction_year",
    "charges",
)  # fmt: skip
TABLE: Final = "live_listings"
_PLACEHOLDER: Final = re.compile(r"%\((\w+)\)s")

#: A condition and the values it names.
Told = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Where:
    """What a row must satisfy, as SQL with `%(name)s` for its values; `true` when anything will do."""

    sql: str
    values: dict[str, Any]


def where(
    criteria: Criteria, places: Places, row: str = TABLE, *, said: bool = True, within: bool = True
) -> Where:
    """What a live listing must satisfy. row: the table's name in the statement. said: its words, too.
    within: its city, too, which `rows_of` has seen to.

    Values of equal names are equal, so conditions of several rows may share them.
    """
    parts: list[str] = []
    values: dict[str, Any] = {}
    for sql, told in _all(criteria, places, row, said=said, within=within):
        parts.append(sql)
        values.update(told)
    return Where(" and ".join(parts) or "true", values)


def rows_of(criteria: Criteria, places: Places) -> Told:
    """The live listings, as what follows `from`; of a city, or several, theirs.

    These are two indexes' rows, one after the other: asked for with an `or`, each row would be looked up.
    """
    there = places_of(criteria, places)
    if not there.are_communes:
        return TABLE, {}
    known, unknown, values = _communes(there.communes, TABLE)
    parts = " union all ".join(f"select * from {TABLE} where {part}" for part in (known, unknown))  # noqa: S608
    return f"({parts}) {TABLE}", values


def conditions(criteria: Criteria, places: Places) -> list[ColumnElement[bool] | TextClause]:
    """`where` for statements of SQLAlchemy on LiveListing."""
    wanted = where(criteria, places)
    sql = _PLACEHOLDER.sub(r"(:\1)", wanted.sql)  # apart, as `:circle::box` is no parameter to SQLAlchemy
    return [text(f"({sql})").bindparams(**wanted.values)]


def metres_from(lat: float, lng: float) -> ColumnElement[float]:
    """A live listing's distance from a point, for statements of SQLAlchemy; null if its place is unknown."""
    return func.metres_between(LiveListing.latitude, LiveListing.longitude, lat, lng, type_=Float())


def _all(criteria: Criteria, places: Places, row: str, *, said: bool, within: bool) -> Iterator[Told]:
    for part in (_plain, _bounds, _features, _times, _dwelling, _map, _places):
        yield from part(criteria, row)
    there = places_of(criteria, places)
    if criteria.city and (within or not there.are_communes):
        yield _there(there, row)
    if said and criteria.q:
        yield _words(criteria, places, row)


def _plain(criteria: Criteria, row: str) -> Iterator[Told]:
    for name in ("transaction", "rooms", "furnished"):
        value = getattr(criteria, name)
        if value is not None:
            yield f"{row}.{name} = %({name})s", {name: getattr(value, "value", value)}
    if criteria.property_type:
        yield _one_of("property_type", [kind.value for kind in criteria.property_type], row)
    if criteria.agency_id:
        yield _one_of("agency_id", criteria.agency_id, row)
    if criteria.agency_id_not:
        yield f"{row}.agency_id <> all(%(agency_id_not)s)", {"agency_id_not": criteria.agency_id_not}


def _one_of(column: str, values: Sequence[Any], row: str, name: str | None = None) -> Told:
    """One value is asked for by itself: an index keeps its order then. name: the values', else the column."""
    name = name or column
    if len(values) == 1:
        return f"{row}.{column} = %({name})s", {name: values[0]}
    return f"{row}.{column} = any(%({name})s)", {name: list(values)}


def _bounds(criteria: Criteria, row: str) -> Iterator[Told]:
    lettered = (("dpe", "best", "worst"), ("ges", "best", "worst"))
    for column, low, high in (*((name, "min", "max") for name in BOUNDED), *lettered):
        for sign, bound in ((">=", f"{column}_{low}"), ("<=", f"{column}_{high}")):
            value = getattr(criteria, bound, None)
            if value is not None:
                yield f"{row}.{column} {sign} %({bound})s", {bound: value}


def of_column(criteria: Criteria, key: str) -> list[str]:
    """What the live listings' column `key` must satisfy by itself."""
    parts = (part for told in (_bounds, _times) for part, _ in told(criteria, TABLE))
    return [part for part in parts if part.startswith(f"{key} ")]


def _words(criteria: Criteria, places: Places, row: str) -> Told:
    """One question of the index for all terms."""
    query = indexed(criteria, places)
    if query is None:
        return "false", {}
    sql, values = query
    return f"exists (select from live_words w where w.id = {row}.id and w.words @@ {sql})", values


#: How a word or a phrase is read, by SQL's own function; `_ANYWHERE`: a phrase's words wherever they stand,
#: which the index knows without a look at any text.
_SAID: Final = "asked_words({})"
_INDEXED: Final = "indexed_words({})"
_ANYWHERE: Final = f"regexp_replace({_INDEXED}::text, '<[-0-9]+>', '&', 'g')::tsquery"


def indexed(criteria: Criteria, places: Places, *, anywhere: bool = False) -> Told | None:
    """As `asked`, with the facts by which the index of words finds fewer listings. anywhere: also those that
    say a phrase's words elsewhere than side by side, so that who asks must look whether they do.
    """
    query = asked(criteria, _ANYWHERE if anywhere else _INDEXED, _INDEXED)
    told = facts.any_of(criteria, places)
    if query is None or not told:
        return query
    sql, values = query
    either = ("|".join(map(_quoted, some)) for some in told)
    all_of = "&".join(f"({some})" for some in either)
    # Stop words alone find nothing, whatever the facts.
    narrowed = f"case when numnode({sql}) > 0 then {sql} && %(facts)s::tsquery else ''::tsquery end"
    return narrowed, {**values, "facts": all_of}


def _quoted(fact: str) -> str:
    escaped = fact.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def saying(criteria: Criteria, row: str) -> str:
    """The words' part of `where`, asked of few rows one by one: a join would begin with all that say so."""
    query = asked(criteria)
    if query is None:
        return "false"
    return f"(select w.words @@ {query[0]} from live_words w where w.id = {row}.id)"  # noqa: S608 - names of ours


def asked(criteria: Criteria, said_by: str = _SAID, unsaid_by: str = _SAID) -> Told | None:
    """The words asked for as a tsquery; None without any. Each is read by SQL of ours."""
    said: list[str] = []
    values: dict[str, Any] = {}
    for term in words.read(criteria.q or ""):
        names = [f"word_{len(values) + at}" for at in range(len(term.alternatives))]
        values.update(zip(names, term.alternatives, strict=True))
        read = unsaid_by if term.excluded else said_by
        any_of = " || ".join(read.format(f"%({name})s") for name in names)
        said.append(f"tsquery_not({any_of})" if term.excluded else f"({any_of})")
    return (f"({' && '.join(said)})", values) if said else None


def _features(criteria: Criteria, row: str) -> Iterator[Told]:
    for parameter, there in (("feature", True), ("feature_not", False)):
        if names := getattr(criteria, parameter):
            told = json.dumps(dict.fromkeys(names, there))
            yield f"{row}.features @> %({parameter})s::jsonb", {parameter: told}
    if criteria.feature_unknown:
        silent = f"not jsonb_exists_any({row}.features, %(feature_unknown)s)"
        yield silent, {"feature_unknown": criteria.feature_unknown}


def _times(criteria: Criteria, row: str) -> Iterator[Told]:
    if criteria.first_seen_since is not None:
        yield f"{row}.first_seen >= %(first_seen_since)s", {"first_seen_since": criteria.first_seen_since}
    for sign, name, more in (("<=", "days_on_market_min", 0), (">=", "days_on_market_max", 1)):
        days = getattr(criteria, name)
        if days is not None:
            ago = f"now() - make_interval(days => %({name})s::int)"
            yield f"{row}.first_seen {sign} {ago}", {name: days + more}
    if criteria.price_drop_min is not None or criteria.price_drop_since is not None:
        yield f"{row}.price_drop >= %(price_drop_min)s", {"price_drop_min": criteria.price_drop_min or 0}
    if criteria.price_drop_since is not None:
        yield f"{row}.repriced_at >= %(price_drop_since)s", {"price_drop_since": criteria.price_drop_since}


def _dwelling(criteria: Criteria, row: str) -> Iterator[Told]:
    bounds = {name: getattr(criteria, name) for name in ("adverts_min", "adverts_max")}
    told = {name: value for name, value in bounds.items() if value is not None}
    if not told:
        return
    enough = max(told.values()) + 1
    some = f"select from {TABLE} advert where advert.property_id = {row}.property_id limit %(adverts_most)s"
    for name in told:
        sign = ">=" if name == "adverts_min" else "<="
        told_by = f"(select count(*) from ({some}) counted) {sign} %({name})s"  # noqa: S608 - names of ours
        yield told_by, {**told, "adverts_most": enough}


def _places(criteria: Criteria, row: str) -> Iterator[Told]:
    for column in ("postal_code", "insee_code", "department"):
        wanted, left_out = getattr(criteria, column), getattr(criteria, f"{column}_not")
        if column == "insee_code":
            wanted, left_out = whole_cities(wanted), whole_cities(left_out)
        if wanted:
            yield _one_of(column, wanted, row)
        if left_out:
            elsewhere = f"({row}.{column} is null or {row}.{column} <> all(%({column}_not)s))"
            yield elsewhere, {f"{column}_not": left_out}


def _there(there: Wanted, row: str) -> Told:
    """A listing lies in one of these places."""
    parts: list[str] = []
    values: dict[str, Any] = {}
    if there.communes:
        known, unknown, values = _communes(there.communes, row)
        parts += [known, unknown]
    for column, codes in (("postal_code", there.postal_codes), ("department", there.departments)):
        if codes:
            sql, told = _one_of(column, codes, row, f"city_{column}")
            parts.append(sql)
            values |= told
    return (f"({' or '.join(parts)})" if len(parts) > 1 else parts[0]), values


def _communes(communes: Sequence[Location], row: str) -> tuple[str, str, dict[str, Any]]:
    """A listing's INSEE code decides; only where it is unknown, its city's name, unless its postal code tells
    another département, or its postal code.
    """
    values: dict[str, Any] = {
        "city_insee": [code for commune in communes for code in commune.insee_codes],
        "city_codes": [code for commune in communes for code in commune.postal_codes],
    }
    named: list[str] = []
    for number, commune in enumerate(communes):
        keys, departments = f"city_keys_{number}", f"city_departments_{number}"
        called = f"{row}.city_key = any(%({keys})s)"
        values[keys] = list(commune.city_keys)
        if commune.departments:
            called += f" and ({row}.department is null or {row}.department = any(%({departments})s))"
            values[departments] = list(commune.departments)
        named.append(called)
    named.append(f"{row}.postal_code = any(%(city_codes)s)")
    known = f"{row}.insee_code = any(%(city_insee)s)"
    return known, f"{row}.insee_code is null and ({' or '.join(named)})", values


def _map(criteria: Criteria, row: str) -> Iterator[Told]:
    """By index; a listing whose place is unknown lies nowhere."""
    point = f"point({row}.longitude, {row}.latitude)"
    if criteria.lat is not None and criteria.lng is not None and criteria.radius is not None:
        yield (
            f"{point} <@ %(circle)s::box",
            {"circle": _box(around(criteria.lat, criteria.lng, criteria.radius))},
        )
        away, values = metres(criteria.lat, criteria.lng, row)
        yield f"{away} <= %(radius)s", {**values, "radius": criteria.radius}
    if criteria.bbox is not None:
        yield f"{point} <@ %(bbox)s::box", {"bbox": _box(criteria.bbox)}
    if criteria.polygon is not None:
        corners = ",".join(f"({longitude},{latitude})" for longitude, latitude in criteria.polygon.corners)
        yield f"{point} <@ %(polygon)s::polygon", {"polygon": f"({corners})"}


def metres(lat: float, lng: float, row: str = TABLE) -> Told:
    """A row's distance from a point; null where its place is unknown."""
    sql = f"metres_between({row}.latitude, {row}.longitude, %(lat)s::float8, %(lng)s::float8)"
    return sql, {"lat": lat, "lng": lng}


def _box(box: Box) -> str:
    return f"({box.east},{box.north}),({box.west},{box.south})"
