"""From states to cells: the figures of some areas, by transaction, type and rooms, now and by week and month.

All that changed since an area's `statistics_due.since` is made again, and no period that ended before. A
period's figures are those of the states known at its end. Days, weeks and months are Paris's.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, text

from serve.statistics.bounds import HOMES

#: Fewer dwellings than these tell no figure, and a period with fewer on offer is not kept.
FEWEST: Final = 5

_ZONE: Final = "at time zone 'Europe/Paris'"
#: Days till a dwelling left the market; null while it is there.
_DAYS: Final = (
    "case when m.until < 'infinity' then extract(epoch from m.until - m.first_seen)::float8 / 86400 end"
)
_ALL_STATES: Final = "(select 'fr'::varchar as area, s.* from dwelling_states s)"
# By the index of areas: the planner would rather compare each of a million arrays with all areas told.
_MEMBERS: Final = """
    create temp table states_due on commit drop as
    select area, s.* from dwelling_states s cross join unnest(s.areas) area
    where s.areas && cast(:areas as varchar[]) and area = any(cast(:areas as varchar[]))
"""
# Homes count in their type, in their class of rooms, in both and in all together; all else in its type alone.
_CELL: Final = "transaction, coalesce(property_type, '') as property_type, coalesce(rooms, 0) as rooms"
_BY_CELL: Final = f"""transaction, grouping sets ((property_type in {HOMES}),
    (property_type in {HOMES}, property_type), (property_type in {HOMES}, rooms),
    (property_type in {HOMES}, property_type, rooms))
    having (grouping(property_type) = 0 or property_type in {HOMES})
        and (grouping(rooms) = 1 or rooms is not null)"""


def _quartiles(value: str, where: str) -> str:
    return f"percentile_cont(array[0.25, 0.5, 0.75]) within group (order by {value}) filter (where {where})"


# A state that may begin or end in a period that is due: asked first, as it leaves out nearly all in an hour.
_RECENT: Final = """(m.since >= d.since - interval '32 days'
            or m.until < 'infinity' and m.until >= d.since - interval '32 days'
            or m.known_until < 'infinity' and m.known_until >= d.since - interval '32 days')"""


def _begin(at: str) -> str:
    """SQL: the first day of the week or month `k.period` of a moment; null of one that never comes."""
    return f"case when {at} < 'infinity' then date_trunc(k.period, {at} {_ZONE})::date end"


# Where nothing happened in an area past a period's end, its stock then is that of now: counted once.
_PERIODS: Final = f"""
    create temp table periods_due on commit drop as
    with ends as (
        select m.area, e.at from {{states}} m join statistics_due d using (area)
            cross join lateral (values (m.since), (m.until), (m.known_until)) e(at)
        where {_RECENT} and e.at < 'infinity' and e.at >= d.since - interval '32 days'
    ), found as (
        select distinct area, period, date_trunc(period, at {_ZONE}) as starts
        from ends cross join (values ('week'), ('month')) p(period)
    ), last as (
        select area, max(at) as at from ends group by area
    ), bounded as (
        select area, period, starts::date as starts_on, starts {_ZONE} as starts_at,
            (starts + ('1 ' || period)::interval) {_ZONE} as ends_at
        from found
    )
    select b.*, case when b.ends_at > last.at then 'infinity' else b.ends_at end as instant
    from bounded b join last using (area) join statistics_due d using (area) where b.ends_at > d.since
"""  # noqa: S608 - made of constants
_INSTANTS: Final = """
    create temp table instants_due on commit drop as
    select area, instant, dense_rank() over (order by instant)::int as n from (
        select area, instant from periods_due
        union select unnest(cast(:areas as varchar[])), 'infinity'
    ) told
"""
_FORGET: Final = f"""
    delete from market_statistics s using statistics_due d
    where s.area = d.area and s.area = any(cast(:areas as varchar[])) and (s.period = 'now'
        or (s.starts_on + ('1 ' || s.period)::interval) {_ZONE} > d.since)
"""  # noqa: S608 - made of constants
_STOCK_TABLE: Final = """
    create temp table stock_due (area varchar, instant timestamptz, transaction varchar,
        property_type varchar, rooms smallint, total int, number int, priced int, average_price float8,
        prices float8[], min_price bigint, max_price bigint, measured int, average_price_per_sqm float8,
        prices_per_sqm float8[], seen float8[], cuts int, median_cut float8, withdrawn int, days float8[]
    ) on commit drop
"""
_STOCK: Final = f"""
    insert into stock_due
    select area, instant, {_CELL}, count(*), count(*) filter (where is_live),
        count(price) filter (where is_live), avg(price) filter (where is_live),
        {_quartiles("price::float8", "is_live")},
        min(price) filter (where is_live), max(price) filter (where is_live),
        count(price_per_sqm) filter (where is_live), avg(price_per_sqm) filter (where is_live),
        {_quartiles("price_per_sqm::float8", "is_live")},
        {_quartiles("extract(epoch from first_seen)::float8", "is_live")},
        count(cut) filter (where is_live),
        percentile_cont(0.5) within group (order by cut) filter (where is_live),
        count(*) filter (where is_withdrawn), {_quartiles("days", "is_withdrawn")}
    from (
        select m.*, i.instant, m.until >= i.instant as is_live,
            m.until < i.instant and m.ending = 'withdrawn' as is_withdrawn,
            {_DAYS} as days
        from {{states}} m join instants_due i
            on i.area = m.area and m.since < i.instant and m.known_until >= i.instant
        where {{some}}
    ) known
    group by area, instant, {_BY_CELL}
"""  # noqa: S608 - made of constants
# Where no dwelling is known, as at the end of a period that saw them all leave, there is no row of stock.
_STOCK_COLUMNS: Final = """number, total, priced, measured, average_price, min_price, max_price, price_q1,
        median_price, price_q3, average_price_per_sqm, price_per_sqm_q1, median_price_per_sqm,
        price_per_sqm_q3, first_seen_q1, median_first_seen, first_seen_q3"""
_STOCK_VALUES: Final = """coalesce(s.number, 0), coalesce(s.total, 0), coalesce(s.priced, 0),
        coalesce(s.measured, 0), s.average_price, s.min_price, s.max_price, s.prices[1], s.prices[2],
        s.prices[3], s.average_price_per_sqm, s.prices_per_sqm[1], s.prices_per_sqm[2], s.prices_per_sqm[3],
        s.seen[1], s.seen[2], s.seen[3]"""
# What happened in a period, by the states that began or ended in it; `moved`: what its end does not know.
_PERIOD_CELLS: Final = f"""
    with happened as (
        select p.area, p.period, p.starts_on, p.starts_at, p.ends_at, p.instant, m.transaction,
            m.property_type, m.rooms, m.first_seen, m.until, m.ending, m.cut, m.cut_at,
            m.known_until >= p.ends_at as is_known,
            m.until < p.ends_at and m.until >= p.starts_at as is_gone,
            {_DAYS} as days
        from {{states}} m join statistics_due d on d.area = m.area
            cross join (values ('week'), ('month')) k(period)
            cross join lateral (select {_begin("m.since")} as first, {_begin("m.until")} as second,
                {_begin("m.known_until")} as third) t
            cross join lateral (values (first), (case when second <> first then second end),
                (case when third <> first and third <> second then third end)) e(starts_on)
            join periods_due p on p.area = m.area and p.period = k.period and p.starts_on = e.starts_on
        where {_RECENT}
    ), flows as (
        select area, period, starts_on, instant, {_CELL},
            count(*) filter (where is_known and first_seen >= starts_at) as added,
            count(*) filter (where is_known and is_gone) as gone,
            count(*) filter (where not is_known) as moved,
            count(*) filter (where is_known and is_gone and ending = 'withdrawn') as withdrawn,
            {_quartiles("days", "is_known and is_gone and ending = 'withdrawn'")} as days,
            count(*) filter (where is_known and cut_at >= starts_at) as cuts,
            percentile_cont(0.5) within group (order by cut)
                filter (where is_known and cut_at >= starts_at) as median_cut
        from happened group by area, period, starts_on, instant, {_BY_CELL}
    )
    insert into market_statistics (area, period, starts_on, transaction, property_type, rooms,
        {_STOCK_COLUMNS}, cuts, median_cut, withdrawn, days_q1, median_days, days_q3, added, on_offer)
    select f.area, f.period, f.starts_on, f.transaction, nullif(f.property_type, ''), nullif(f.rooms, 0),
        {_STOCK_VALUES}, f.cuts, f.median_cut, f.withdrawn, f.days[1], f.days[2], f.days[3], f.added,
        coalesce(s.number, 0) + f.gone
    from flows f left join stock_due s using (area, instant, transaction, property_type, rooms)
    where coalesce(s.number, 0) + f.gone + f.moved >= {FEWEST}
"""  # noqa: S608 - made of constants
_NOW_CELLS: Final = f"""
    with daily as (
        select area, what, day, {_CELL}, count(*) as n
        from (
            select m.area, m.transaction, m.property_type, m.rooms, e.what, (e.at {_ZONE})::date as day
            from {{states}} m cross join lateral (values ('added', m.first_seen),
                ('withdrawn', case when m.ending = 'withdrawn' then m.until end)) e(what, at)
            where m.known_until = 'infinity' and e.at is not null
        ) told
        group by area, what, day, {_BY_CELL}
    ), recent as (
        select *, max(day) over (partition by area, what, transaction, property_type, rooms) as last
        from daily
    ), lately as (
        select area, transaction, property_type, rooms, {{lately}}
        from recent group by area, transaction, property_type, rooms
    )
    insert into market_statistics (area, period, transaction, property_type, rooms, {_STOCK_COLUMNS},
        cuts, median_cut, withdrawn, days_q1, median_days, days_q3, added_on, added_day,
        added_week, added_month, withdrawn_on, withdrawn_day, withdrawn_week, withdrawn_month)
    select s.area, 'now', s.transaction, nullif(s.property_type, ''), nullif(s.rooms, 0), {_STOCK_VALUES},
        s.cuts, s.median_cut, s.withdrawn, s.days[1], s.days[2], s.days[3], l.added_on, l.added_day,
        l.added_week, l.added_month, l.withdrawn_on, l.withdrawn_day, l.withdrawn_week, l.withdrawn_month
    from stock_due s left join lately l using (area, transaction, property_type, rooms)
    where s.instant = 'infinity'
"""  # noqa: S608 - made of constants


def _lately(what: str) -> str:
    """SQL: the last day on which it happened, and how often on that day, in its week and in its month."""
    counted = ", ".join(
        f"coalesce(sum(n) filter (where what = '{what}'"
        f" and date_trunc('{unit}', day) = date_trunc('{unit}', last)), 0) as {what}_{unit}"
        for unit in ("day", "week", "month")
    )
    return f"max(day) filter (where what = '{what}') as {what}_on, {counted}"


def make_cells(connection: Connection, areas: Sequence[str]) -> None:
    """Make the figures of these areas again from when on they are due, and take them off the list.

    areas: `fr` alone, or others.
    """
    asked: dict[str, Any] = {"areas": list(areas)}
    states = _ALL_STATES if list(areas) == ["fr"] else "states_due"

    def run(statement: str, **more: Any) -> None:
        connection.execute(text(statement), {**asked, **more})

    if states == "states_due":
        _gather(connection, areas)
    run(_PERIODS.format(states=states))
    run(_INSTANTS)
    run("analyze periods_due, instants_due")
    run(_FORGET)
    run(_STOCK_TABLE)
    # One moment after the other: what is sorted at once stays within a few hundred thousand rows.
    last = connection.scalar(text("select max(n) from instants_due"))
    for n in range(1, int(last or 0) + 1) if _are_large(areas) else (None,):
        some = "true" if n is None else "i.n = :n"
        run(_STOCK.format(states=states, some=some), **({} if n is None else {"n": n}))
    run("analyze stock_due")
    run(_PERIOD_CELLS.format(states=states))
    run(_NOW_CELLS.format(states=states, lately=f"{_lately('added')}, {_lately('withdrawn')}"))
    run("delete from statistics_due where area = any(cast(:areas as varchar[]))")


def _gather(connection: Connection, areas: Sequence[str]) -> None:
    """The states of these areas in a table of their own, which all that follows reads."""
    connection.execute(text("set local enable_seqscan = off"))
    connection.execute(text(_MEMBERS), {"areas": list(areas)})
    connection.execute(text("set local enable_seqscan = on"))
    connection.execute(text("analyze states_due"))


def _are_large(areas: Sequence[str]) -> bool:
    return areas[0] == "fr" or areas[0].startswith("dep:")
