"""Search in Elasticsearch or OpenSearch: the same listings in the same order as PostgreSQL finds them.

A page is two stretches, as there: listings whose sorted value is known, then, newest first, the others.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from models.places import Places
from serve import cursor
from serve.criteria import Facet, SearchQuery, Sort
from serve.cursor import Position, Value
from serve.engines import scripts, second_facets
from serve.engines.contract import COUNT_LIMIT, FacetValue, Found, Hit, Search
from serve.engines.question import Clause, microseconds, moment, question, scored
from serve.engines.server import EngineError, Server
from serve.location import EARTH

#: Seconds for one request of a search, after which PostgreSQL answers; and the engine's own share of them.
SHARE: Final = 0.8
PATIENCE: Final = 1.0
#: Seconds for a first search, in which the engine compiles our scripts.
WARMING: Final = 30.0
#: Listings whose dwellings are looked at, when a page's dwellings are wanted, until it is full.
ROUNDS: Final = 8
#: Matching listings of which the dwellings are counted; all of them where that was not enough to tell.
COUNTED: Final = 5 * COUNT_LIMIT


@dataclass(frozen=True, slots=True)
class _Order:
    """How a page is sorted, and how a sorted value goes into a cursor and comes out of it."""

    sort: Any
    field: str
    descending: bool
    to_engine: Callable[[Value], Any]
    to_cursor: Callable[[Any], Value | datetime]
    #: Whether every listing found has a value.
    known: bool = False

    @property
    def direction(self) -> str:
        """As the engine names it."""
        return "desc" if self.descending else "asc"

    def by(self) -> list[Any]:
        """Known values first; the id breaks ties alike."""
        return [self.sort, {"id": self.direction}]


def _order_of(query: SearchQuery) -> _Order:
    if query.sort is Sort.DISTANCE and query.lat is not None and query.lng is not None:
        script = scripts.metres(query.lat, query.lng, EARTH)
        sort = {"_script": {"type": "number", "script": script, "order": "asc"}}
        return _Order(sort, "place", False, cursor.number, float, known=True)
    if query.sort is Sort.RELEVANCE:
        return _Order({"_score": {"order": "desc"}}, "words", True, _score, _scored, known=True)
    name, descending, to_engine, to_cursor = _ORDERS[query.sort]
    sort = {name: {"order": "desc" if descending else "asc", "missing": "_last"}}
    return _Order(sort, name, descending, to_engine, to_cursor, known=name == "first_seen")


def _score(value: Value) -> float:
    """CursorError for PostgreSQL's: what it calls relevant is another number."""
    told = cursor.text(value)
    try:
        return float(told.removeprefix(_SCORE)) if told.startswith(_SCORE) else cursor.number(None)
    except ValueError:
        raise cursor.CursorError from None


def _scored(value: Any) -> str:
    return f"{_SCORE}{value}"


_SCORE: Final = "score:"


def _from_moment(value: Value) -> int:
    return microseconds(cursor.moment(value))


_ORDERS: Final[dict[Sort, tuple[str, bool, Callable[[Value], Any], Callable[[Any], Value | datetime]]]] = {
    Sort.NEWEST: ("first_seen", True, _from_moment, moment),
    Sort.OLDEST: ("first_seen", False, _from_moment, moment),
    Sort.PRICE_ASC: ("price", False, cursor.whole, int),
    Sort.PRICE_DESC: ("price", True, cursor.whole, int),
    Sort.PRICE_DROP: ("price_drop", True, cursor.number, float),
    Sort.SURFACE_ASC: ("surface", False, cursor.number, float),
    Sort.SURFACE_DESC: ("surface", True, cursor.number, float),
    Sort.PRICE_PER_SQM_ASC: ("price_per_sqm", False, cursor.whole, int),
    Sort.PRICE_PER_SQM_DESC: ("price_per_sqm", True, cursor.whole, int),
}


class Second:
    """The engine beside PostgreSQL. Its errors are EngineError; an incomplete answer is one of them."""

    def __init__(self, server: Server, alias: str, patience: float = PATIENCE) -> None:
        self._server = server
        self._alias = alias
        self._patience = patience

    def answers(self, search: Search) -> bool:
        """Whether it can tell. Dwellings per value are PostgreSQL's: an engine only estimates them."""
        return not (search.once and search.query.facet)

    async def find(self, search: Search) -> Found:
        """The listings asked for. CursorError when `after` is none of this search."""
        asking = _Asking(self._server, self._alias, search, self._patience)
        found = asking.dwellings() if search.once else asking.listings()
        try:
            (hits, total), facets = await asyncio.gather(found, asking.facets())
        except (KeyError, IndexError) as error:
            raise EngineError(f"the answer is none of a search: {error} is missing", 502) from None
        name = (await self._server.flavour(self._patience)).name
        return Found(hits, min(total, COUNT_LIMIT), total <= COUNT_LIMIT, facets=facets, engine=name)

    async def warm(self) -> None:
        """Ask once for what costs most when it is asked first. EngineError when there is no answer."""
        told = {"lat": 0, "lng": 0, "radius": 1, "sort": "distance", "polygon": "0,0;0,1;1,1", "q": "mer"}
        query = SearchQuery.model_validate(told)
        await _Asking(self._server, self._alias, Search(query, Places.sample()), WARMING).listings()


@dataclass(frozen=True, slots=True)
class _Row:
    """A document found: its listing, its sorted value, its dwelling."""

    id: int
    sorted_by: Value | datetime
    dwelling: int


class _Asking:
    """One search as it goes from request to request."""

    def __init__(self, server: Server, alias: str, search: Search, patience: float) -> None:
        self._server, self._alias, self._after = server, alias, search.after
        self._search, self._patience = search, patience
        self._order = _order_of(search.query)
        self._room = search.query.limit + 1
        self._query = question(search.query, search.places)
        if search.query.sort is Sort.RELEVANCE:
            self._query = {"bool": {"must": [self._query], "should": scored(search.query)}}
        self._place(search.after)  # a forged value is refused before anything is asked

    async def listings(self) -> tuple[list[Hit], int]:
        """The page's listings and one more, and how many there are."""
        rows, total = await self._from(self._after, self._room, count=True)
        return [Hit(row.id, row.sorted_by) for row in rows], total

    async def dwellings(self) -> tuple[list[Hit], int]:
        """As `listings`, of each dwelling the first."""
        hits, total = await asyncio.gather(self._dwellings(), self._count_dwellings())
        return hits, total

    async def _dwellings(self) -> list[Hit]:
        """Looks at listings until there are enough that come first of their dwellings."""
        hits: list[Hit] = []
        position, room = self._after, 2 * self._room
        for _ in range(ROUNDS):
            rows, _ = await self._from(position, room, count=False)
            first = await self._first(rows)
            hits += [Hit(row.id, row.sorted_by) for row in rows if row.id in first]
            if len(hits) >= self._room or len(rows) < room:
                return hits[: self._room]
            position = Position("", _plain(rows[-1].sorted_by), rows[-1].id)
        raise EngineError("too many adverts of too few dwellings to be told apart in time", 501)

    async def facets(self) -> Mapping[Facet, Sequence[FacetValue]]:
        """Of all that matches, how many have each value."""
        if not self._search.query.facet:
            return {}
        aggs = second_facets.aggregations(self._search)
        told = await self._ask({"size": 0, "query": self._query, "track_total_hits": False, "aggs": aggs})
        return second_facets.counted(self._search, told["aggregations"])

    async def _from(self, position: Position | None, room: int, *, count: bool) -> tuple[list[_Row], int]:
        """Listings after a position, of both stretches; and how many there are at all, if that is asked."""
        rows: list[_Row] = []
        total: int | None = None
        place, among_unknown = self._place(position), position is not None and position.value is None
        if not among_unknown:
            rows, total = await self._known(room, place, count=count)
        if len(rows) < room and not self._order.known:
            rows += await self._unknown(room - len(rows), place if among_unknown else None)
        if count and total is None:
            total = await self._count()
        return rows, total or 0

    async def _first(self, rows: list[_Row]) -> set[int]:
        """Those that come first of their dwellings, of all listings that satisfy the criteria."""
        first: set[int] = set()
        known = [row for row in rows if row.sorted_by is not None]
        unknown_by = [self._order.sort, {"id": "desc"}]
        for some, by in ((known, self._order.by()), (rows[len(known) :], unknown_by)):
            dwellings = sorted({row.dwelling for row in some})
            if not dwellings:
                continue
            own = {"terms": {"property_id": dwellings}}
            among = {"bool": {"must": [self._query], "filter": [own]}}
            told = await self._ask({
                "size": len(dwellings), "query": among, "sort": by, "track_total_hits": False,
                "collapse": {"field": "property_id"},
            })  # fmt: skip
            first |= {int(hit["_id"]) for hit in told["hits"]["hits"]} & {row.id for row in some}
        return first

    async def _known(self, room: int, place: list[Any] | None, *, count: bool) -> tuple[list[_Row], int]:
        """Unknown values come last here, but not newest first: they are cut off."""
        body = self._page(room, self._query, self._order.by(), place)
        told = await self._ask(body | {"track_total_hits": COUNT_LIMIT + 1 if count else False})
        rows = [
            _Row(int(hit["_id"]), self._order.to_cursor(hit["sort"][0]), hit["fields"]["property_id"][0])
            for hit in told["hits"]["hits"]
            if not _is_missing(hit["sort"][0])
        ]
        return rows, told["hits"]["total"]["value"] if count else 0

    async def _unknown(self, room: int, place: list[Any] | None) -> list[_Row]:
        missing = {"exists": {"field": self._order.field}}
        query = {"bool": {"filter": [self._query], "must_not": [missing]}}
        told = await self._ask(self._page(room, query, [{"id": "desc"}], place))
        return [_Row(int(hit["_id"]), None, hit["fields"]["property_id"][0]) for hit in told["hits"]["hits"]]

    def _page(self, room: int, query: Clause, by: list[Any], place: list[Any] | None) -> Clause:
        page = {
            "size": room, "query": query, "sort": by, "docvalue_fields": ["property_id"],
            "track_total_hits": False,
        }  # fmt: skip
        return page | ({"search_after": place} if place else {})

    async def _count(self) -> int:
        body = {"size": 0, "query": self._query, "track_total_hits": COUNT_LIMIT + 1}
        return int((await self._ask(body))["hits"]["total"]["value"])

    async def _count_dwellings(self, most: int | None = COUNTED) -> int:
        """Exactly, to one past COUNT_LIMIT; their buckets are counted where they are."""
        each = {"terms": {"field": "property_id", "size": COUNT_LIMIT + 1}}
        counted = {"each": each, "all": {"stats_bucket": {"buckets_path": "each>_count"}}}
        body = {"size": 0, "query": self._query, "track_total_hits": False, "aggs": counted}
        told = await self._ask(
            body | ({"terminate_after": most} if most else {}),
            "filter_path=timed_out,_shards,terminated_early,aggregations.all.count",
        )
        number = int(told["aggregations"]["all"]["count"])
        if told.get("terminated_early") and number <= COUNT_LIMIT:
            return await self._count_dwellings(None)
        return number

    async def _ask(self, body: Clause, more: str = "") -> Mapping[str, Any]:
        """One search's whole answer. EngineError when a shard or the time did not suffice for it."""
        limits = {"timeout": f"{self._patience * SHARE * 1000:.0f}ms", "_source": False}
        target = f"/{self._alias}/_search?allow_partial_search_results=false&{more}".rstrip("&")
        told = await self._server.ask("POST", target, limits | body, patience=self._patience)
        if told.get("timed_out") or told.get("_shards", {}).get("failed"):
            raise EngineError("the search was not finished in time", 503)
        return told

    def _place(self, position: Position | None) -> list[Any] | None:
        if position is None:
            return None
        if position.value is None and not self._order.known:
            return [position.id]
        return [self._order.to_engine(position.value), position.id]


def _plain(value: Value | datetime) -> Value:
    return value.isoformat() if isinstance(value, datetime) else value


def _is_missing(value: Any) -> bool:
    """What a sort tells of a document without the field: a number past all others, either way."""
    return value in (2**63 - 1, -(2**63), "Infinity", "-Infinity") or value is None
