"""Cells as answers: read from the prepared table alone, and told only where five dwellings stand behind."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from models.listing import PropertyType, Transaction
from models.places import Places
from models.tables import utc_now
from serve.answers import ParameterProblem
from serve.statistics.answers import (
    Averaged,
    Cuts,
    Lately,
    Market,
    MarketAnswer,
    Period,
    Prices,
    Quartiles,
    Yield,
)
from serve.statistics.bounds import HOMES
from serve.statistics.cells import FEWEST
from serve.statistics.criteria import MAX_CELLS, MAX_POINTS, MarketQuery
from serve.statistics.places import area_of, areas_of

PARIS: Final = ZoneInfo("Europe/Paris")
#: Area, transaction, type ("" for all homes), class of rooms (0 for any).
Key = tuple[str, str, str, int]
Cell = RowMapping | dict[str, Any]

_NOW: Final = text(
    "select * from market_statistics"
    " where area = any(:areas) and period = 'now' and transaction = any(:transactions)"
)
# The periods asked for, and the last one before them: where nothing happened, its stock is still there.
_PAST: Final = text(
    """
    with kept as (
        select * from market_statistics where area = any(:areas) and period = :period
            and transaction = any(:transactions) and coalesce(property_type, '') = any(:types)
            and coalesce(rooms, 0) = any(:rooms) and starts_on <= :until
    )
    select * from kept where starts_on >= :since
    union all
    (select distinct on (area, transaction, property_type, rooms) * from kept where starts_on < :since
        order by area, transaction, property_type, rooms, starts_on desc)
    order by starts_on
    """
)
_REFRESHED: Final = text("select refreshed_at from statistics_cursor")


async def read_market(
    connection: AsyncConnection, places: Places, query: MarketQuery, now: datetime | None = None
) -> MarketAnswer | ParameterProblem:
    """The cells that `query` asks for, as of `now`; the problem of a city that is unknown, of several ones
    of its name, or of more places than one answer has room for.
    """
    now = now or utc_now()
    areas = areas_of(query, places)
    if isinstance(areas, ParameterProblem):
        return areas
    keys = list(_wanted(query, areas))
    if len(keys) * (query.periods if query.history else 1) > (MAX_POINTS if query.history else MAX_CELLS):
        return ParameterProblem(parameter="city", message=f"means too much: {len(keys)} markets at once")
    asked = [transaction.value for transaction in query.transaction]
    # The yield needs the rents beside the prices.
    told = {"areas": areas, "transactions": [*asked, "rent"]}
    rows = (await connection.execute(_NOW, told)).mappings().all()
    cells = {_key(row): row for row in rows}
    past = await _past(connection, query, keys, now) if query.history else {}
    names = {area: area_of(area, places) for area in areas}
    return MarketAnswer(
        refreshed_at=(await connection.execute(_REFRESHED)).scalar_one_or_none(),
        today=_today(now),
        markets=[_market(key, cells, now, names[key[0]], past.get(key) if past else None) for key in keys],
    )


def _wanted(query: MarketQuery, areas: Sequence[str]) -> Iterator[Key]:
    types = [str(kind) for kind in dict.fromkeys(query.property_type)] or [""]
    rooms = list(dict.fromkeys(query.rooms)) or [0]
    for area, transaction, kind, number in product(areas, dict.fromkeys(query.transaction), types, rooms):
        yield area, transaction.value, kind, number


def _key(row: RowMapping) -> Key:
    return row["area"], row["transaction"], row["property_type"] or "", row["rooms"] or 0


def _market(key: Key, cells: Mapping[Key, Cell], now: datetime, area: Any, past: Any) -> Market:
    place, transaction, kind, rooms = key
    cell = cells.get(key, _NOTHING)
    kinds = {name: cells.get((place, transaction, name, rooms), _NOTHING)["number"] for name in HOMES}
    rents = cells.get((place, "rent", kind, rooms), _NOTHING)
    is_sale = transaction == Transaction.SALE
    return Market(
        area=area,
        transaction=Transaction(transaction),
        property_type=PropertyType(kind) if kind else None,
        rooms=rooms or None,
        total=cell["total"],
        active=cell["number"],
        apartments=None if kind else kinds["apartment"],
        houses=None if kind else kinds["house"],
        studios=None if kind else kinds["studio"],
        added=_lately(cell, "added", _today(now)),
        withdrawn=_lately(cell, "withdrawn", _today(now)),
        price=_prices(cell, _may_tell_average(key, cells, "priced")),
        price_per_sqm=_per_sqm(cell, _may_tell_average(key, cells, "measured")),
        age_days=_age(cell, now),
        price_cuts=_cuts(cell, cell["number"]),
        days_to_withdrawal=_quartiles(cell, "withdrawn", ("days_q1", "median_days", "days_q3"), 1),
        rent_per_sqm=_rounded(rents["median_price_per_sqm"], 2)
        if is_sale and rents["measured"] >= FEWEST
        else None,
        rent_number=rents["measured"] if is_sale else None,
        gross_yield=_yield(cell, rents) if is_sale and kind else None,
        history=past.told(now) if past else None,
    )


class _Nothing(dict[str, Any]):
    """A cell in which no dwelling was ever seen."""

    def __missing__(self, name: str) -> Any:
        return 0 if name in _COUNTED else None


_COUNTED: Final = ("number", "total", "priced", "measured", "cuts", "withdrawn", "added", "on_offer")
_NOTHING: Final = _Nothing()


def _may_tell_average(key: Key, cells: Mapping[Key, Cell], counted: str) -> bool:
    """Whether the cell's average, beside those of its parts, gives away that of fewer than five dwellings.

    counted: the number of dwellings behind the average.
    """
    area, transaction, kind, rooms = key
    whole = cells.get(key, _NOTHING)[counted]
    if not kind:
        parts = [cells.get((area, transaction, name, rooms), _NOTHING)[counted] for name in HOMES]
        if 0 < sum(number for number in parts if number < FEWEST) < FEWEST:
            return False
    if not rooms:
        parts = [cells.get((area, transaction, kind, number), _NOTHING)[counted] for number in range(1, 6)]
        untold = whole - sum(number for number in parts if number >= FEWEST)
        return not 0 < untold < FEWEST
    return True


def _prices(cell: Cell, averages: bool) -> Prices:
    told = cell["priced"] >= FEWEST
    return Prices(
        **_quartiles(cell, "priced", ("price_q1", "median_price", "price_q3"), 0).model_dump(),
        average=_rounded(cell["average_price"], 0) if told and averages else None,
        min=cell["min_price"] if told else None,
        max=cell["max_price"] if told else None,
    )


def _per_sqm(cell: Cell, averages: bool) -> Averaged:
    names = ("price_per_sqm_q1", "median_price_per_sqm", "price_per_sqm_q3")
    told = averages and cell["measured"] >= FEWEST
    return Averaged(
        **_quartiles(cell, "measured", names, 2).model_dump(),
        average=_rounded(cell["average_price_per_sqm"], 2) if told else None,
    )


def _quartiles(cell: Cell, number: str, names: tuple[str, str, str], digits: int) -> Quartiles:
    first, median, third = names if cell[number] >= FEWEST else ("", "", "")
    return Quartiles(
        number=cell[number],
        q1=_rounded(cell[first], digits) if first else None,
        median=_rounded(cell[median], digits) if median else None,
        q3=_rounded(cell[third], digits) if third else None,
    )


def _age(cell: Cell, at: datetime) -> Quartiles:
    """Days since dwellings were first seen: the older quarter is that of the earlier times."""
    if cell["number"] < FEWEST:
        return Quartiles(number=cell["number"], q1=None, median=None, q3=None)
    q1, median, q3 = (
        round(max(0.0, at.timestamp() - cell[name]) / 86_400, 1)
        for name in ("first_seen_q3", "median_first_seen", "first_seen_q1")
    )
    return Quartiles(number=cell["number"], q1=q1, median=median, q3=q3)


def _cuts(cell: Cell, offered: int) -> Cuts:
    return Cuts(
        number=cell["cuts"],
        share=round(min(1.0, cell["cuts"] / offered), 3) if offered >= FEWEST else None,
        median=_rounded(cell["median_cut"], 4) if cell["cuts"] >= FEWEST else None,
    )


def _yield(sale: Cell, rent: Cell) -> Yield | None:
    if sale["measured"] < FEWEST or rent["measured"] < FEWEST:
        return None
    value = 12 * rent["median_price_per_sqm"] / sale["median_price_per_sqm"]
    return Yield(value=round(value, 4), rent_number=rent["measured"], sale_number=sale["measured"])


def _lately(cell: Cell, what: str, today: date) -> Lately:
    """The cell knows of the last day that brought any, of its week and of its month."""
    last: date | None = cell[f"{what}_on"]
    if last is None:
        return Lately(today=0, this_week=0, this_month=0)
    return Lately(
        today=cell[f"{what}_day"] if last == today else 0,
        this_week=cell[f"{what}_week"] if _begin("week", last) == _begin("week", today) else 0,
        this_month=cell[f"{what}_month"] if _begin("month", last) == _begin("month", today) else 0,
    )


@dataclass(frozen=True, slots=True)
class _Past:
    """A cell's rows, oldest first, and the beginnings of the periods asked for."""

    kind: str
    starts: Sequence[date]
    rows: Mapping[date, Cell]

    def told(self, now: datetime) -> list[Period]:
        """Those with five dwellings on offer; where no row is kept nothing happened, and the stock is
        that of the row before.
        """
        earlier = [start for start in self.rows if start < self.starts[0]]
        stock = self.rows[max(earlier)] if earlier else _NOTHING
        found = []
        for start in self.starts:
            row = self.rows.get(start)
            stock = stock if row is None else row
            offered = row["on_offer"] if row is not None else stock["number"]
            if offered >= FEWEST:
                found.append(self._period(start, stock, row if row is not None else _NOTHING, offered, now))
        return found

    def _period(self, start: date, stock: Cell, flow: Cell, offered: int, now: datetime) -> Period:
        ends = datetime.combine(_after(self.kind, start), time(), PARIS).astimezone(UTC)
        return Period(
            starts_on=start,
            is_open=ends > now,
            active=stock["number"],
            on_offer=offered,
            added=flow["added"],
            withdrawn=flow["withdrawn"],
            price=_quartiles(stock, "priced", ("price_q1", "median_price", "price_q3"), 0),
            price_per_sqm=_quartiles(
                stock, "measured", ("price_per_sqm_q1", "median_price_per_sqm", "price_per_sqm_q3"), 2
            ),
            age_days=_age(stock, min(ends, now)),
            price_cuts=_cuts(flow, offered),
            days_to_withdrawal=_quartiles(flow, "withdrawn", ("days_q1", "median_days", "days_q3"), 1),
        )


async def _past(
    connection: AsyncConnection, query: MarketQuery, keys: Sequence[Key], now: datetime
) -> dict[Key, _Past]:
    kind = str(query.history)
    starts = [_begin(kind, min(query.until or _today(now), _today(now)))]
    while len(starts) < query.periods:
        starts.append(_begin(kind, starts[-1] - timedelta(days=1)))
    starts.reverse()
    areas, transactions, types, rooms = (sorted(set(part)) for part in zip(*keys, strict=True))
    told = {"areas": areas, "transactions": transactions, "types": types, "rooms": rooms, "period": kind}
    rows = await connection.execute(_PAST, {**told, "since": starts[0], "until": starts[-1]})
    kept: dict[Key, dict[date, Cell]] = {key: {} for key in keys}
    for row in rows.mappings():
        if _key(row) in kept:
            kept[_key(row)][row["starts_on"]] = row
    return {key: _Past(kind, starts, own) for key, own in kept.items()}


def _begin(kind: str, day: date) -> date:
    return day - timedelta(days=day.weekday()) if kind == "week" else day.replace(day=1)


def _after(kind: str, start: date) -> date:
    """The beginning of the period after."""
    return _begin(kind, start + timedelta(days=7 if kind == "week" else 31))


def _today(now: datetime) -> date:
    return now.astimezone(PARIS).date()


def _rounded(value: Any, digits: int) -> float | None:
    return None if value is None else round(float(value), digits)
