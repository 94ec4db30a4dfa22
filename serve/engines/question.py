"""Criteria as a query of the search engine: each means what `serve.conditions` makes of it in SQL."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from models.place_names import fold
from models.places import Places
from serve import words
from serve.conditions import BOUNDED
from serve.criteria import Criteria
from serve.engines import scripts
from serve.engines.mapping import STOP_WORDS
from serve.location import Location, Wanted, around, places_of, whole_cities
from serve.values import Box

Clause = dict[str, Any]

#: Their mean radius of the Earth is not ours (`serve.conditions`): the same angle is another length there.
_THEIR_EARTH: Final = 6_371_008.7714 / 6_371_000.0
#: PostgreSQL weighs a word of the title 1, any other 0.1.
TITLE: Final = 9
_STOPPED: Final = frozenset(STOP_WORDS)
_SAID: Final = re.compile(r"[^\W_]+")


def question(criteria: Criteria, places: Places, now: datetime | None = None) -> Clause:
    """A query without scores: what a document must and must not be. now: for days on the market."""
    asked = _Asked()
    _plain(criteria, asked)
    _bounds(criteria, asked)
    _words(criteria, asked)
    _features(criteria, asked)
    _times(criteria, now or datetime.now(UTC), asked)
    _places(criteria, places, asked)
    _map(criteria, asked)
    return asked.query()


class _Asked:
    """Clauses as they gather."""

    def __init__(self) -> None:
        self.must: list[Clause] = []
        self.must_not: list[Clause] = []

    def value(self, name: str, value: Any) -> None:
        """The field is this value."""
        self.must.append({"term": {name: value}})

    def one_of(self, name: str, values: Iterable[Any]) -> None:
        """The field is one of these."""
        self.must.append({"terms": {name: list(values)}})

    def none_of(self, name: str, values: Iterable[Any]) -> None:
        """The field is unknown or none of these."""
        self.must_not.append({"terms": {name: list(values)}})

    def bounds(self, name: str, least: Any, most: Any) -> None:
        """The field is known and within these, ends included; None: no bound."""
        told = {sign: bound for sign, bound in (("gte", least), ("lte", most)) if bound is not None}
        if told:
            self.must.append({"range": {name: told}})

    def query(self) -> Clause:
        """All of it."""
        clauses = {"filter": self.must, "must_not": self.must_not}
        told = {name: clause for name, clause in clauses.items() if clause}
        return {"bool": told} if told else {"match_all": {}}


def _plain(criteria: Criteria, asked: _Asked) -> None:
    for name in ("transaction", "rooms", "furnished"):
        if (value := getattr(criteria, name)) is not None:
            asked.value(name, value)
    for name in ("property_type", "agency_id"):
        if values := getattr(criteria, name):
            asked.one_of(name, values)
    if criteria.agency_id_not:
        asked.none_of("agency_id", criteria.agency_id_not)


def _bounds(criteria: Criteria, asked: _Asked) -> None:
    for name in BOUNDED:
        asked.bounds(name, getattr(criteria, f"{name}_min", None), getattr(criteria, f"{name}_max", None))
    for name in ("dpe", "ges"):
        asked.bounds(name, getattr(criteria, f"{name}_best"), getattr(criteria, f"{name}_worst"))
    asked.bounds("adverts", criteria.adverts_min, criteria.adverts_max)


def _words(criteria: Criteria, asked: _Asked) -> None:
    """Stop words alone find nothing, as in PostgreSQL; beside others they are not heard."""
    if not criteria.q:
        return
    terms = [term for term in words.read(criteria.q) if any(map(_says, term.alternatives))]
    if not terms:
        asked.must.append({"match_none": {}})
    for term in terms:
        (asked.must_not if term.excluded else asked.must).append(_said(term))


def scored(criteria: Criteria) -> list[Clause]:
    """What makes a document relevant: the words asked for, and those of a title TITLE times as much."""
    terms = [term for term in words.read(criteria.q or "") if not term.excluded]
    return [_said(term, field) for term in terms for field in ("words", "title")]


def _said(term: words.Term, field: str = "words") -> Clause:
    """A document says one of the alternatives, spelt or without accents, whole and in this order."""
    plain = f"{field}.plain"
    readings = [(name, analyzer) for name in (field, plain) for analyzer in ("asked_spelt", "asked_plain")]
    phrases = [
        {"match_phrase": {name: {"query": told, "analyzer": analyzer}}}
        for told in term.alternatives
        for name, analyzer in (readings if fold(told) != told.lower() else readings[1::2])
    ]
    clause = {"should": phrases, "minimum_should_match": 1}
    return {"bool": clause | ({"boost": TITLE} if field == "title" else {})}


def _says(told: str) -> bool:
    """Whether anything is left of it without the stop words."""
    return any(word not in _STOPPED or fold(word) not in _STOPPED for word in _SAID.findall(told.lower()))


def _features(criteria: Criteria, asked: _Asked) -> None:
    for field, names in (("features_yes", criteria.feature), ("features_no", criteria.feature_not)):
        for name in names:
            asked.value(field, name)
    for name in criteria.feature_unknown:
        asked.none_of("features_yes", [name])
        asked.none_of("features_no", [name])


def _times(criteria: Criteria, now: datetime, asked: _Asked) -> None:
    if criteria.first_seen_since is not None:
        asked.bounds("first_seen", microseconds(criteria.first_seen_since), None)
    if criteria.days_on_market_min is not None:
        asked.bounds("first_seen", None, microseconds(now - timedelta(days=criteria.days_on_market_min)))
    if criteria.days_on_market_max is not None:
        asked.bounds("first_seen", microseconds(now - timedelta(days=criteria.days_on_market_max + 1)), None)
    if criteria.price_drop_min is not None or criteria.price_drop_since is not None:
        asked.bounds("price_drop", criteria.price_drop_min or 0, None)
    if criteria.price_drop_since is not None:
        asked.bounds("repriced_at", microseconds(criteria.price_drop_since), None)


def microseconds(at: datetime) -> int:
    """A time as the index keeps it, exactly."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def moment(told: int) -> datetime:
    """The time that `microseconds` told."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=told)


def _places(criteria: Criteria, places: Places, asked: _Asked) -> None:
    for name in ("postal_code", "insee_code", "department"):
        wanted, left_out = getattr(criteria, name), getattr(criteria, f"{name}_not")
        if name == "insee_code":
            wanted, left_out = whole_cities(wanted), whole_cities(left_out)
        if wanted:
            asked.one_of(name, wanted)
        if left_out:
            asked.none_of(name, left_out)
    if criteria.city:
        asked.must.append(_there(places_of(criteria, places)))


def _there(there: Wanted) -> Clause:
    """A document lies in one of these places."""
    either: list[Clause] = []
    if there.communes:
        codes = [code for commune in there.communes for code in commune.insee_codes]
        either += [{"terms": {"insee_code": codes}}, _unknown(there.communes)]
    for name, values in (("postal_code", there.postal_codes), ("department", there.departments)):
        if values:
            either.append({"terms": {name: list(values)}})
    return {"bool": {"should": either, "minimum_should_match": 1}}


def _unknown(communes: Iterable[Location]) -> Clause:
    """No INSEE code is known, but a commune's name or a postal code of its own."""
    told: list[Clause] = []
    for commune in communes:
        called: Clause = {"filter": [{"terms": {"city_key": list(commune.city_keys)}}]}
        if commune.departments:
            elsewhere = {"must_not": [{"terms": {"department": list(commune.departments)}}]}
            called["must_not"] = [{"bool": {"filter": [_known("department")], **elsewhere}}]
        told += [{"bool": called}, {"terms": {"postal_code": list(commune.postal_codes)}}]
    return {"bool": {"should": told, "minimum_should_match": 1, "must_not": [_known("insee_code")]}}


def _known(name: str) -> Clause:
    return {"exists": {"field": name}}


def _map(criteria: Criteria, asked: _Asked) -> None:
    if criteria.lat is not None and criteria.lng is not None and criteria.radius is not None:
        _inside(around(criteria.lat, criteria.lng, criteria.radius), asked)
        centre = {"lat": criteria.lat, "lon": criteria.lng}
        far = f"{criteria.radius * _THEIR_EARTH:f}m"
        asked.must.append({"geo_distance": {"distance": far, "place": centre}})
    if criteria.bbox is not None:
        _inside(criteria.bbox, asked)
    if criteria.polygon is not None:
        corners = criteria.polygon.corners
        _inside(_hull(corners), asked)
        asked.must.append({"script": {"script": scripts.within(corners)}})


def _inside(box: Box, asked: _Asked) -> None:
    asked.bounds("latitude", box.south, box.north)
    asked.bounds("longitude", box.west, box.east)


def _hull(corners: Iterable[tuple[float, float]]) -> Box:
    longitudes, latitudes = zip(*corners, strict=True)
    return Box(west=min(longitudes), south=min(latitudes), east=max(longitudes), north=max(latitudes))
