"""The live adverts apart, in narrow rows with the search's indexes, kept by triggers.

A listing's row holds texts, photos and evidence, 2 KB of it: a search that counts ten thousand of them reads
twenty megabytes, and every index of it cost each crawl an entry per changed row. All triggers work on whole
statements: dedup moves ten thousand listings at once.
"""

from alembic import op

revision = "0014"
down_revision = "0013"

_COLUMNS = (
    "agency_id", "property_id", "price", "price_per_sqm", "charges", "surface", "land_surface", "latitude",
    "longitude", "first_seen", "rooms", "bedrooms", "floor", "construction_year", "furnished", "transaction",
    "property_type", "dpe", "ges", "postal_code", "insee_code", "city_key", "features",
)  # fmt: skip
_REPRICED = ("previous_price", "repriced_at", "price_drop")
_ALL = ("id", *_COLUMNS, "department", *_REPRICED)
#: What a change of is told to the words, and to either.
_SAID = ("is_active", "title", "description")
_SEEN = (*_SAID, *_COLUMNS)


def _these(row: str, columns: tuple[str, ...]) -> str:
    return "(" + ", ".join(f"{row}.{column}" for column in columns) + ")"


_TABLES = """
    create table live_listings (
        id bigint not null constraint pk_live_listings primary key,
        agency_id bigint not null, property_id bigint not null,
        price bigint, price_per_sqm bigint, previous_price bigint, charges bigint,
        first_seen timestamptz not null, repriced_at timestamptz,
        surface float8, land_surface float8, latitude float8, longitude float8, price_drop float8,
        features jsonb not null,
        rooms smallint, bedrooms smallint, floor smallint, construction_year smallint, furnished boolean,
        transaction varchar(24), property_type varchar(24), dpe varchar(1), ges varchar(1),
        department varchar(3), postal_code varchar(10), insee_code varchar(5), city_key varchar(120)
    ) with (fillfactor = 90);
    -- PostgreSQL keeps a long value beside its row only where the row is longer than 2,032 bytes; words are
    -- about 1,100. With a filler, compressed to nothing, they lie apart, and the rows of all that say
    -- "terrasse" are read from 11,000 pages instead of 150,000.
    create table live_words (
        id bigint not null constraint pk_live_words primary key,
        words tsvector not null,
        filler text not null default repeat(' ', 2100)
    ) with (toast_tuple_target = 128);
    alter table live_words alter words set storage external
"""

# One statement each: what live_listings holds of a listing, and what a title and a text say.
_FUNCTIONS = f"""
    create function department_of(insee text, postal text) returns text
        language sql immutable parallel safe
        return case
            when insee like '97%' then left(insee, 3)
            when insee is not null then left(insee, 2)
            when postal like '200%' or postal like '201%' then '2A'
            when postal like '20%' then '2B'
            when postal like '97%' then left(postal, 3)
            else left(postal, 2) end;
    create or replace function stemmed(told text) returns tsvector
        language sql immutable parallel safe cost 5000
        return unaccented(to_tsvector('pg_catalog.french', spelt(told))::text)::tsvector
            || to_tsvector('pg_catalog.french', unaccented(spelt(told)));
    create or replace function listing_words(title text, description text) returns tsvector
        language sql immutable parallel safe cost 10000
        return setweight(stemmed(title), 'A') || stemmed(left(description, 20000));
    create function live_of(ids bigint[]) returns setof live_listings language sql stable as $$
        select l.id, l.agency_id, l.property_id, l.price, l.price_per_sqm, h.old, l.charges,
            l.first_seen, h.occurred_at, l.surface, l.land_surface, l.latitude, l.longitude,
            case when h.new < h.old then round(100 - 100.0 * h.new / h.old, 4)::float8 end, l.features,
            l.rooms, l.bedrooms, l.floor, l.construction_year, l.furnished,
            l.transaction, l.property_type, l.dpe, l.ges,
            department_of(l.insee_code, l.postal_code), l.postal_code, l.insee_code, l.city_key
        from aggregated_listings l
        join agencies a on a.id = l.agency_id and a.opted_out_at is null
        left join lateral (
            select occurred_at,
                case when jsonb_typeof(old_value) = 'number' then old_value::bigint end as old,
                case when jsonb_typeof(new_value) = 'number' then new_value::bigint end as new
            from listing_history where listing_id = l.id and kind = 'price' order by id desc limit 1
        ) h on true
        where l.is_active and l.id = any(ids)
    $$;
    create function keep_live(ids bigint[]) returns void language plpgsql as $$
    begin
        delete from live_listings where id = any(ids) and id not in (select id from live_of(ids));
        insert into live_listings as live select * from live_of(ids)
            on conflict (id) do update set ({", ".join(_ALL)}) = {_these("excluded", _ALL)}
            where live is distinct from excluded;
    end $$;
    create function keep_words(ids bigint[]) returns void language plpgsql as $$
    begin
        delete from live_words where id = any(ids) and id not in (select id from live_of(ids));
        insert into live_words (id, words) select l.id, listing_words(l.title, l.description)
            from aggregated_listings l where l.id in (select id from live_of(ids))
            on conflict (id) do update set words = excluded.words where live_words.words <> excluded.words;
    end $$;
"""  # noqa: S608 - column names of this file

_TRIGGERS = f"""
    create function listings_came() returns trigger language plpgsql as $$
    declare ids bigint[] := array(select id from new_rows where is_active);
    begin
        perform keep_live(ids), keep_words(ids);
        return null;
    end $$;
    create trigger listings_came after insert on aggregated_listings
        referencing new table as new_rows for each statement execute function listings_came();

    create function listings_changed() returns trigger language plpgsql as $$
    declare changed bigint[]; said bigint[];
    begin
        select array_agg(n.id), array_agg(n.id) filter (
                where {_these("n", _SAID)} is distinct from {_these("o", _SAID)})
            into changed, said
            from new_rows n join old_rows o on o.id = n.id
            where (n.is_active or o.is_active)
                and {_these("n", _SEEN)} is distinct from {_these("o", _SEEN)};
        if changed is not null then perform keep_live(changed); end if;
        if said is not null then perform keep_words(said); end if;
        return null;
    end $$;
    create trigger listings_changed after update on aggregated_listings
        referencing old table as old_rows new table as new_rows
        for each statement execute function listings_changed();

    create function listings_went() returns trigger language plpgsql as $$
    begin
        delete from live_listings where id in (select id from old_rows);
        delete from live_words where id in (select id from old_rows);
        return null;
    end $$;
    create trigger listings_went after delete on aggregated_listings
        referencing old table as old_rows for each statement execute function listings_went();

    create function listings_repriced() returns trigger language plpgsql as $$
    declare ids bigint[] := array(select distinct listing_id from new_rows where kind = 'price');
    begin
        if ids <> '{{}}' then perform keep_live(ids); end if;
        return null;
    end $$;
    create trigger listings_repriced after insert on listing_history
        referencing new table as new_rows for each statement execute function listings_repriced();

    create function agency_opted() returns trigger language plpgsql as $$
    declare ids bigint[] := array(select id from aggregated_listings where agency_id = new.id and is_active);
    begin
        perform keep_live(ids), keep_words(ids);
        return null;
    end $$;
    create trigger agency_opted after update of opted_out_at on agencies for each row
        when ((old.opted_out_at is null) <> (new.opted_out_at is null)) execute function agency_opted()
"""  # noqa: S608 - column names of this file

_INDEXES = """
    create index ix_live_newest on live_listings (transaction, first_seen, id)
        include (property_id, property_type, price, surface, rooms);
    create index ix_live_newest_of_all on live_listings (first_seen, id);
    create index ix_live_price on live_listings (transaction, price, id)
        include (property_id, property_type, surface, rooms);
    create index ix_live_price_per_sqm on live_listings (transaction, price_per_sqm, id)
        include (property_id, property_type, price, surface, rooms);
    create index ix_live_surface on live_listings (transaction, surface, id)
        include (property_id, property_type, price, rooms);
    create index ix_live_drop on live_listings (price_drop, id) where price_drop is not null;
    create index ix_live_department on live_listings (department, transaction, property_type, price);
    create index ix_live_postal_code on live_listings (postal_code, transaction, price);
    create index ix_live_insee_code on live_listings (insee_code, transaction, price);
    create index ix_live_city on live_listings (city_key, transaction);
    create index ix_live_agency on live_listings (agency_id);
    create index ix_live_property on live_listings (property_id);
    create index ix_live_nearby on live_listings using gist (point(longitude, latitude));
    create index ix_live_words on live_words using gin (words);
    -- A hundred values, the default, tell nothing of 35,000 communes; a postal code tells its département.
    alter table live_listings alter insee_code set statistics 1000, alter postal_code set statistics 1000,
        alter city_key set statistics 1000;
    create statistics live_places (dependencies, ndistinct)
        on department, postal_code, insee_code, city_key from live_listings
"""

#: The search's indexes on the listings themselves.
_MOVED = {
    "ix_listings_place_price": "(transaction, postal_code, price, id)",
    "ix_listings_city": "(transaction, city_key, price, id)",
    "ix_listings_insee": "(transaction, insee_code, property_type, price)",
    "ix_listings_newest": "(first_seen, id) where is_active",
    "ix_listings_price": "(price, id) where is_active",
    "ix_listings_surface": "(surface, id) where is_active",
    "ix_listings_price_per_sqm": "(price_per_sqm, id) where is_active",
    "ix_listings_nearby": "using gist (point(longitude, latitude))",
}


def upgrade() -> None:
    op.execute("drop index ix_listings_words")
    for name in _MOVED:
        op.drop_index(name, table_name="aggregated_listings")
    op.execute(_TABLES)
    op.execute(_FUNCTIONS)
    op.execute("insert into live_listings select * from live_of(array(select id from aggregated_listings))")
    op.execute(
        "insert into live_words (id, words) select id, listing_words(title, description)"
        " from aggregated_listings where id in (select id from live_listings)"
    )
    op.execute(_INDEXES)
    op.execute(_TRIGGERS)
    op.execute("analyze live_listings, live_words")


def downgrade() -> None:
    op.execute(
        """
        drop trigger listings_came on aggregated_listings;
        drop trigger listings_changed on aggregated_listings;
        drop trigger listings_went on aggregated_listings;
        drop trigger listings_repriced on listing_history;
        drop trigger agency_opted on agencies;
        drop function listings_came(), listings_changed(), listings_went(), listings_repriced();
        drop function agency_opted();
        drop function keep_live(bigint[]), keep_words(bigint[]), live_of(bigint[]);
        drop table live_listings, live_words;
        drop function department_of(text, text)
        """
    )
    op.execute(
        """
        create or replace function listing_words(title text, description text) returns tsvector
            language sql immutable parallel safe cost 10000
            return stemmed(coalesce(title, '') || ' ' || coalesce(left(description, 20000), ''));
        """
    )
    for name, columns in _MOVED.items():
        op.execute(f"create index {name} on aggregated_listings {columns}")
    op.execute(
        "create index ix_listings_words on aggregated_listings using gin (listing_words(title, description))"
        " where is_active"
    )
