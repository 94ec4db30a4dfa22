"""Live adverts are filtered, sorted and counted in euros: francs of the Pacific by their parity, others not.

35 million francs, 293,300 euros in Nouméa, were no match of a `price_max` of 300,000 and were a price of
euros in the distributions. A price before or a cut is none where the currency changed with it or since.
"""

from alembic import op

revision = "0027"
down_revision = "0026"

_FUNCTIONS = """
    -- 1,000 francs are 8.38 euros, by law (decree 98-1152). A currency that is not told is the euro, but in
    -- Wallis and Futuna, Polynesia and New Caledonia, where sites seldom write more than an F.
    create function in_euros(amount bigint, currency text, postal_code text) returns bigint
        language sql immutable parallel safe
        return case
            when currency = 'EUR' then amount
            when currency = 'XPF' then round(amount * 0.00838)::bigint
            when currency is null and coalesce(left(postal_code, 3) not in ('986', '987', '988'), true)
                then amount end;
    -- When the advert last told another currency; null where it never did.
    create function currency_changed(listing bigint) returns timestamptz language sql stable as $$
        select max(occurred_at) from listing_history
        where listing_id = listing and field = 'currency'
            and coalesce(old_value, '"EUR"') <> coalesce(new_value, '"EUR"')
    $$;
    create function repriced(listing bigint) returns table (occurred_at timestamptz, old bigint, new bigint)
        language sql stable rows 1 as $$
        select h.occurred_at,
            case when jsonb_typeof(h.old_value) = 'number' then h.old_value::bigint end,
            case when jsonb_typeof(h.new_value) = 'number' then h.new_value::bigint end
        from (
            select * from listing_history
            where listing_id = listing and kind = 'price' order by id desc limit 1
        ) h
        where coalesce(h.occurred_at > currency_changed(listing), true)
    $$
"""
_LIVE_OF = """
    create or replace function live_of(ids bigint[]) returns setof live_listings language sql stable as $$
        select l.id, l.agency_id, l.property_id, {price}, {price_per_sqm}, h.old, {charges},
            l.first_seen, h.occurred_at, l.surface, l.land_surface, l.latitude, l.longitude,
            case when h.new < h.old then round(100 - 100.0 * h.new / h.old, 4)::float8 end, l.features,
            l.rooms, l.bedrooms, l.floor, l.construction_year, l.furnished,
            l.transaction, l.property_type, l.dpe, l.ges,
            department_of(l.insee_code, l.postal_code), l.postal_code, l.insee_code, l.city_key
        from aggregated_listings l
        join agencies a on a.id = l.agency_id and a.opted_out_at is null
        left join lateral {repriced} h on true
        where l.is_active and l.id = any(ids)
    $$
"""
_EUROS = {
    "price": "in_euros(l.price, l.currency, l.postal_code)",
    "price_per_sqm": "round(in_euros(l.price, l.currency, l.postal_code) / nullif(l.surface, 0))::bigint",
    "charges": "in_euros(l.charges, l.currency, l.postal_code)",
    "repriced": "repriced(l.id)",
}
#: As 0014 has them.
_AS_TOLD = {
    "price": "l.price",
    "price_per_sqm": "l.price_per_sqm",
    "charges": "l.charges",
    "repriced": """(
            select occurred_at,
                case when jsonb_typeof(old_value) = 'number' then old_value::bigint end as old,
                case when jsonb_typeof(new_value) = 'number' then new_value::bigint end as new
            from listing_history where listing_id = l.id and kind = 'price' order by id desc limit 1
        )""",
}

#: As 0020 has them: what a change of is told to the words, and to either.
_SAID = (
    "is_active", "title", "description", "transaction", "property_type", "postal_code", "insee_code",
    "city_key", "agency_id", "latitude", "longitude",
)  # fmt: skip
_SEEN = (
    "is_active", "title", "description", "agency_id", "property_id", "price", "price_per_sqm", "charges",
    "surface", "land_surface", "latitude", "longitude", "first_seen", "rooms", "bedrooms", "floor",
    "construction_year", "furnished", "transaction", "property_type", "dpe", "ges", "postal_code",
    "insee_code", "city_key", "features",
)  # fmt: skip
_REPRICED = """
    create or replace function listings_repriced() returns trigger language plpgsql as $$
    declare ids bigint[] := array(select distinct listing_id from new_rows where {wanted});
    begin
        if ids <> '{{}}' then perform keep_live(ids); end if;
        return null;
    end $$
"""

# Rows in euros stay as they are. Where there is any other, the figures of the market are made again at their
# next refresh, and the search engine's index, which follows events, is built anew.
_AGAIN = """
    do $$
    declare ids bigint[] := array(
        select id from aggregated_listings where is_active
            and (currency <> 'EUR' or currency is null and left(postal_code, 3) in ('986', '987', '988'))
        union
        select listing_id from listing_history
        where field = 'currency' and coalesce(old_value, '"EUR"') <> coalesce(new_value, '"EUR"')
    );
    begin
        if ids <> '{}' then
            perform keep_live(ids);
            delete from statistics_cursor;
            update search_index set rebuild_asked_at = now() where uuid <> '';
        end if;
    end $$
"""


def upgrade() -> None:
    op.execute(_FUNCTIONS)
    op.execute(_LIVE_OF.format(**_EUROS))
    op.execute(_changed((*_SEEN, "currency")))
    op.execute(_REPRICED.format(wanted="kind = 'price' or field = 'currency'"))
    op.execute(_AGAIN)


def downgrade() -> None:
    op.execute(_LIVE_OF.format(**_AS_TOLD))
    op.execute(_changed(_SEEN))
    op.execute(_REPRICED.format(wanted="kind = 'price'"))
    op.execute("drop function repriced(bigint), currency_changed(bigint), in_euros(bigint, text, text)")
    op.execute(_AGAIN)


def _changed(seen: tuple[str, ...]) -> str:
    """The trigger of changes: of `seen` the live adverts hear, of _SAID their words, too."""
    return f"""
        create or replace function listings_changed() returns trigger language plpgsql as $$
        declare changed bigint[]; said bigint[];
        begin
            select array_agg(n.id), array_agg(n.id) filter (
                    where {_these("n", _SAID)} is distinct from {_these("o", _SAID)})
                into changed, said
                from new_rows n join old_rows o on o.id = n.id
                where (n.is_active or o.is_active)
                    and {_these("n", seen)} is distinct from {_these("o", seen)};
            if changed is not null then perform keep_live(changed); end if;
            if said is not null then perform keep_words(said); end if;
            return null;
        end $$
    """  # noqa: S608 - column names of this file


def _these(row: str, columns: tuple[str, ...]) -> str:
    return "(" + ", ".join(f"{row}.{column}" for column in columns) + ")"
