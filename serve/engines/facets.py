"""Facets in PostgreSQL: of what matches, how many have each value of a field."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import CTE, ColumnElement, Select, Text, case, cast, func, literal, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables import LiveListing
from serve.conditions import conditions
from serve.criteria import Facet
from serve.engines.contract import FACET_VALUES, FacetValue, Search, price_edges

#: Matches that are looked at, those that were stored first; more of them take longer than a page may. Of all
#: of France, where there mostly are more, fewer tell nearly as well.
FACETED: Final = 50_000
SAMPLED: Final = 10_000

Counted = dict[Facet, list[FacetValue]]


async def count_values(
    connection: AsyncConnection, search: Search, most: int = FACETED
) -> tuple[Counted, bool]:
    """Each facet's values among `most` matches, most frequent first; and whether no more than these match."""
    facets = list(dict.fromkeys(search.query.facet))
    if not facets:
        return {}, True
    found = _looked_at(search, facets, most)
    rows = (await connection.execute(_all(search, found, facets))).all()
    counted: Counted = {facet: [] for facet in facets}
    for row in rows:
        if row.facet is not None:
            counted[Facet(row.facet)].append(FacetValue(row.value, row.number))
    seen = next(row.number for row in rows if row.facet is None)
    return counted, seen <= most


def _looked_at(search: Search, facets: Sequence[Facet], most: int) -> CTE:
    columns = sorted({"property_id", *map(_column, facets)})
    chosen = select(*(getattr(LiveListing, name) for name in columns))
    return chosen.where(*conditions(search.query, search.places)).limit(most + 1).cte("found")


def _all(search: Search, found: CTE, facets: Sequence[Facet]) -> Any:
    """One question for all facets; the row without a facet tells how many were looked at."""
    nothing: ColumnElement[str | None] = literal_column("null::text")
    size = select(nothing.label("facet"), nothing.label("value"), func.count().label("number"))
    counted = [_counted(search, found, facet).subquery() for facet in facets]
    return size.select_from(found).union_all(*(select(facet) for facet in counted))


def _counted(search: Search, found: CTE, facet: Facet) -> Select[Any]:
    number = func.count(found.c.property_id.distinct()) if search.once else func.count()
    value, source = _value(search, found, facet)
    chosen = select(literal(facet.value).label("facet"), value.label("value"), number.label("number"))
    ranked = chosen.select_from(source).group_by(value)
    return ranked.order_by(number.desc(), value).limit(FACET_VALUES)


def _value(search: Search, found: CTE, facet: Facet) -> tuple[ColumnElement[Any], Any]:
    """What is counted, and of which rows."""
    if facet is Facet.FEATURE:
        told = func.jsonb_each(found.c.features).table_valued("key", "value").render_derived()
        there = cast(told.c.value, JSONB) == cast(literal(True, JSONB), JSONB)
        return told.c.key, found.join(told, there)
    if facet is Facet.PRICE:
        return _band(search, found.c.price), found
    return cast(found.c[_column(facet)], Text), found


def _band(search: Search, price: ColumnElement[int]) -> ColumnElement[Any]:
    """The price's band as `from-to`; null where the price is unknown."""
    edges = price_edges(search.query.transaction)
    bands = zip(edges, [*edges[1:], None], strict=True)
    told = [(price >= low, f"{low}-{'' if high is None else high}") for low, high in reversed(list(bands))]
    return case(*told)


def _column(facet: Facet) -> str:
    return "features" if facet is Facet.FEATURE else facet.value
