"""From the history to states: what each advert said, and each dwelling was, from one event to the next.

A state is made of what was known then: an event changes it from its own time on and never before, so what
is past stays as it is, however late and in whatever order events are read.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, text

from serve.statistics.bounds import GREATEST_CUT, HOMES, MOST_ROOMS, price_in_bounds, price_per_sqm_in_bounds

#: What is followed of an advert; its dwelling and whether it is live come besides.
_FIELDS: Final = (
    "('price','currency','surface','rooms','property_type','transaction','postal_code','insee_code',"
    "'property_id')"
)

# Every event tells whose dwelling the advert was then.
_HOME: Final = "jsonb_strip_nulls(jsonb_build_object('property_id', h.property_id))"
# The first state of an advert is what it says now, with the oldest old value of each field that ever changed.
_ADVERTS: Final = f"""
    with chosen as (
        select id, agency_id, first_seen, is_active, withdrawn_at, withdrawn_reason,
            jsonb_build_object('property_id', property_id, 'transaction', transaction,
                'property_type', property_type, 'rooms', rooms, 'surface', surface,
                'postal_code', postal_code, 'insee_code', insee_code, 'live', true,
                'price', price, 'currency', currency) as now
        from aggregated_listings {{listings}}
    ), events as (
        select h.listing_id, greatest(h.occurred_at, c.first_seen) as at, h.id as n,
            {_HOME} || case when h.field in {_FIELDS} then jsonb_build_object(h.field, h.old_value)
                else '{{{{}}}}' end as before,
            {_HOME} || case when h.kind = 'withdrawn'
                    then jsonb_build_object('live', false, 'reason', h.new_value)
                when h.kind = 'republished' then '{{{{"live": true, "reason": null}}}}'
                when h.field in {_FIELDS} then jsonb_build_object(h.field, h.new_value)
                else '{{{{}}}}' end as after
        from listing_history h join chosen c on c.id = h.listing_id
        where h.kind in ('created', 'withdrawn', 'republished', 'merged', 'split') or h.field in {_FIELDS}
    ), began as (
        select listing_id, jsonb_merged(before order by at desc, n desc) as before from events group by 1
    ), marks as (
        select c.id, c.first_seen, c.first_seen as at, 0::bigint as n,
            c.now || coalesce(b.before, '{{{{}}}}') as told
        from chosen c left join began b on b.listing_id = c.id
        union all
        select c.id, c.first_seen, e.at, e.n, e.after from events e join chosen c on c.id = e.listing_id
        union all
        select id, first_seen, greatest(withdrawn_at, first_seen), {2**63 - 1},
            jsonb_build_object('live', false, 'reason', withdrawn_reason)
        from chosen where not is_active
    ), told as (
        select id, first_seen, at as since, lead(at, 1, 'infinity') over following as until,
            jsonb_merged(told) over so_far as state
        from marks
        window following as (partition by id order by at, n),
            so_far as (partition by id order by at, n rows unbounded preceding)
    ), read as (
        select id, since, until, (state ->> 'property_id')::bigint as property_id,
            state ->> 'transaction' as transaction, state ->> 'property_type' as property_type,
            (state ->> 'rooms')::smallint as rooms, (state ->> 'surface')::float8 as surface,
            state ->> 'postal_code' as postal_code, state ->> 'insee_code' as insee_code,
            in_euros((state ->> 'price')::numeric::bigint, state ->> 'currency', state ->> 'postal_code')
                as price, coalesce(state ->> 'currency', 'EUR') as currency,
            (state ->> 'live')::boolean as is_live, state ->> 'reason' as reason, first_seen
        from told where since < until
    ), followed as (
        select *, case when {price_in_bounds()} then price end as believed,
            coalesce(price < lag(price) over w and currency = lag(currency) over w, false) as is_cut,
            lead(is_live) over w as stays, lead(reason) over w as why
        from read window w as (partition by id order by since)
    )
    insert into advert_states (listing_id, since, until, property_id, transaction, property_type, rooms,
        surface, postal_code, insee_code, price, is_live, is_cut, ending, first_seen)
    select id, since, until, property_id, transaction, property_type, rooms, surface, postal_code, insee_code,
        believed, is_live, is_cut,
        case when stays or until = 'infinity' then case when until < 'infinity' then 'changed' end
            when why = 'opted_out' then 'opted_out' else 'withdrawn' end,
        first_seen
    from followed where transaction is not null
"""  # noqa: S608 - made of constants


def _oldest(column: str) -> str:
    """SQL: what the oldest live advert that tells it says; the order is shared by all, so sorted once."""
    told = f"filter (where a.is_live and a.{column} is not null)"
    return f"(array_agg(a.{column} order by a.listing_id) {told})[1]"


# A dwelling's state ends whenever one of its adverts' does. What no advert tells the type of is no dwelling.
_DWELLINGS: Final = f"""
    with adverts as (
        select * from advert_states {{properties}}
    ), edges as (
        select property_id, transaction, since as at from adverts
        union select property_id, transaction, until from adverts where until < 'infinity'
    ), spans as (
        select property_id, transaction, at as since,
            lead(at, 1, 'infinity') over (partition by property_id, transaction order by at) as until
        from edges
    ), told as (
        select s.property_id, s.transaction, s.since, s.until, min(a.first_seen) as first_seen,
            min(a.price) filter (where a.is_live) as price, {_oldest("property_type")} as property_type,
            {_oldest("rooms")} as rooms, {_oldest("surface")} as surface,
            {_oldest("postal_code")} as postal_code, {_oldest("insee_code")} as insee_code,
            bool_or(a.is_live and a.is_cut and a.since = s.since) as is_cut,
            bool_or(a.is_live and a.until = s.until and a.ending = 'withdrawn') as is_withdrawn,
            bool_or(a.is_live and a.until = s.until and a.ending = 'opted_out') as is_out
        from spans s join adverts a on a.property_id = s.property_id and a.transaction = s.transaction
            and a.since <= s.since and a.until >= s.until
        group by 1, 2, 3, 4 having bool_or(a.is_live)
    ), followed as (
        select *, lead(since) over w as next_since, lag(price) over w as price_before,
            case when {price_per_sqm_in_bounds()} then round((price / surface)::numeric, 2) end
                as price_per_sqm
        from told window w as (partition by property_id, transaction order by since)
    ), ended as (
        select *, case when until = 'infinity' or next_since = until then null
                when is_withdrawn then 'withdrawn' when is_out then 'opted_out' else 'moved' end as ending,
            case when is_cut and price < price_before and 1 - price::float8 / price_before <= {GREATEST_CUT}
                then 1 - price::float8 / price_before end as cut_now
        from followed
    ), cut as (
        select *, max(since) filter (where cut_now is not null) over
            (partition by property_id, transaction order by since) as cut_at
        from ended
    ), measured as (
        select *, case when cut_at is not null then
            first_value(cut_now) over (partition by property_id, transaction, cut_at order by since) end
                as cut
        from cut
    )
    insert into dwelling_states (property_id, transaction, since, until, known_until, ending, first_seen,
        property_type, rooms, areas, price, price_per_sqm, cut, cut_at)
    select property_id, transaction, since, until,
        case when ending = 'moved' then until else coalesce(next_since, 'infinity') end, ending, first_seen,
        property_type, case when property_type in {HOMES}
            then least(coalesce(rooms, case when property_type = 'studio' then 1 end), {MOST_ROOMS}) end,
        areas_of(insee_code, postal_code), price, price_per_sqm, cut, cut_at
    from measured where property_type is not null
"""  # noqa: S608 - made of constants

# From when on each area's figures differ: where a state's own facts do, from its beginning; where only its
# end does, from the earlier end.
_CHANGED: Final = """
    with changes as (
        select b.areas as before, a.areas as after, case
            when b.property_id is null then a.since
            when a.property_id is null then b.since
            when (a.first_seen, a.property_type, a.rooms, a.areas, a.price, a.price_per_sqm, a.cut, a.cut_at)
                is distinct from
                (b.first_seen, b.property_type, b.rooms, b.areas, b.price, b.price_per_sqm, b.cut, b.cut_at)
                then a.since
            when (a.until, a.ending) is distinct from (b.until, b.ending) then least(a.until, b.until)
            when a.known_until <> b.known_until then least(a.known_until, b.known_until) end as since
        from states_before b full join (
            select * from dwelling_states where property_id = any(:properties)
        ) a on (a.property_id, a.transaction, a.since) = (b.property_id, b.transaction, b.since)
    )
    insert into statistics_due (area, since)
    select area, min(since) from changes
        cross join lateral (select 'fr' as area union select unnest(before) union select unnest(after)) areas
    where since is not null group by area
    on conflict (area) do update set since = least(statistics_due.since, excluded.since)
"""
_ALL_DUE: Final = """
    insert into statistics_due (area, since)
    select area, '-infinity' from (
        select 'fr' as area union select unnest(areas) from dwelling_states
        union select area from market_statistics
    ) areas
    on conflict (area) do update set since = excluded.since
"""


def follow(connection: Connection, listings: Sequence[int]) -> None:
    """Make the states of these adverts again, and of every dwelling that they ever were one of; note what
    areas that changes, and from when on.
    """
    asked: dict[str, Any] = {"listings": list(listings)}
    properties = connection.scalars(
        text("select distinct property_id from advert_states where listing_id = any(:listings)"), asked
    ).all()
    connection.execute(text("delete from advert_states where listing_id = any(:listings)"), asked)
    told = connection.scalars(
        text(_ADVERTS.format(listings="where id = any(:listings)") + " returning property_id"), asked
    ).all()
    touched = {"properties": sorted({*properties, *told})}
    connection.execute(
        text(
            "create temp table states_before on commit drop as "
            "select * from dwelling_states where property_id = any(:properties)"
        ),
        touched,
    )
    connection.execute(text("delete from dwelling_states where property_id = any(:properties)"), touched)
    connection.execute(text(_DWELLINGS.format(properties="where property_id = any(:properties)")), touched)
    connection.execute(text(_CHANGED), touched)


def follow_all(connection: Connection) -> None:
    """Make every state again, and note all areas."""
    connection.execute(text("truncate advert_states, dwelling_states"))
    connection.execute(text(_ADVERTS.format(listings="")))
    connection.execute(text("analyze advert_states"))
    connection.execute(text(_DWELLINGS.format(properties="")))
    connection.execute(text("analyze dwelling_states"))
    connection.execute(text(_ALL_DUE))
