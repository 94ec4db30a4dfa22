"""Beside an advert's words what most searches filter and sort by, kept with its row's.

Of all of France, to find those that say "balcon" took a fifth of a search by words, and to look each of them
up among the live adverts the rest. No index knows these columns, so a new price changes the row in its page
and is told to no index.
"""

from alembic import op

revision = "0022"
down_revision = "0021"

_BESIDE = (
    "property_id", "agency_id", "price", "price_per_sqm", "first_seen", "surface", "latitude", "longitude",
    "rooms", "transaction", "property_type", "department", "postal_code", "insee_code", "city_key",
)  # fmt: skip
#: As 0014 has them.
_ALL = (
    "id", "agency_id", "property_id", "price", "price_per_sqm", "charges", "surface", "land_surface",
    "latitude", "longitude", "first_seen", "rooms", "bedrooms", "floor", "construction_year", "furnished",
    "transaction", "property_type", "dpe", "ges", "postal_code", "insee_code", "city_key", "features",
    "department", "previous_price", "repriced_at", "price_drop",
)  # fmt: skip

#: Rows are written in full, so that none leaves a hole. Long keys of cities stay in them.
_REWRITTEN = """
    alter table live_words rename to old_words;
    alter table old_words rename constraint pk_live_words to pk_old_words;
    drop index ix_live_words;
    create table live_words (
        id bigint not null constraint pk_live_words primary key,
        words tsvector not null,
        filler text not null default repeat(' ', 2100){columns}
    ) with (toast_tuple_target = 128{options});
    alter table live_words alter words set storage external{storage};
    insert into live_words {words};
    drop table old_words;
    create index ix_live_words on live_words using gin (words);
    analyze live_words
"""
_COLUMNS = """,
        property_id bigint not null, agency_id bigint not null, price bigint, price_per_sqm bigint,
        first_seen timestamptz not null, surface float8, latitude float8, longitude float8, rooms smallint,
        transaction varchar(24), property_type varchar(24), department varchar(3), postal_code varchar(10),
        insee_code varchar(5), city_key varchar(120)"""

_FUNCTIONS = f"""
    create function said_by(live live_listings, title text, description text) returns setof live_words
        language sql immutable parallel safe rows 1 as $$
        select live.id, with_facts(listing_words(title, description), live), repeat(' ', 2100),
            {", ".join(f"live.{column}" for column in _BESIDE)}
    $$;
    create function words_of(ids bigint[]) returns setof live_words language sql stable as $$
        select said.* from live_of(ids) live join aggregated_listings l on l.id = live.id,
            lateral said_by(live, l.title, l.description) said
    $$;
    create or replace function keep_words(ids bigint[]) returns void language plpgsql as $$
    begin
        delete from live_words where id = any(ids) and id not in (select id from live_of(ids));
        insert into live_words select * from words_of(ids)
            on conflict (id) do update set words = excluded.words where live_words.words <> excluded.words;
    end $$
"""  # noqa: S608 - column names of this file
_FORMER_FUNCTIONS = """
    create function words_of(ids bigint[]) returns table (id bigint, words tsvector) language sql stable as $$
        select l.id, with_facts(listing_words(l.title, l.description), live)
        from live_of(ids) live join aggregated_listings l on l.id = live.id
    $$;
    create or replace function keep_words(ids bigint[]) returns void language plpgsql as $$
    begin
        delete from live_words where id = any(ids) and id not in (select id from live_of(ids));
        insert into live_words (id, words) select * from words_of(ids)
            on conflict (id) do update set words = excluded.words where live_words.words <> excluded.words;
    end $$
"""


def upgrade() -> None:
    op.execute("drop function words_of(bigint[])")
    beside = ", ".join(f"live.{column}" for column in _BESIDE)
    op.execute(
        _REWRITTEN.format(
            columns=_COLUMNS,
            options=", fillfactor = 90",
            storage=", alter city_key set storage plain",
            words=f"select id, words, filler, {beside} from old_words join live_listings live using (id)"  # noqa: S608
            " order by id",
        )
    )
    op.execute(_FUNCTIONS)
    of_row, of_live = (", ".join(f"{row}.{column}" for column in _BESIDE) for row in ("said", "live"))
    op.execute(
        _keep_live(
            f"""
            update live_words said set ({", ".join(_BESIDE)}) = ({of_live}) from live_listings live
                where live.id = any(ids) and said.id = live.id and ({of_row}) is distinct from ({of_live});
            """  # noqa: S608 - column names of this file
        )
    )


def downgrade() -> None:
    op.execute("drop function words_of(bigint[]); drop function said_by(live_listings, text, text)")
    words = "(id, words) select id, words from old_words"
    op.execute(_REWRITTEN.format(columns="", options="", storage="", words=words))
    op.execute(_FORMER_FUNCTIONS)
    op.execute(_keep_live(""))


def _keep_live(then: str) -> str:
    """What brings the live adverts up to date, and then their words' rows."""
    return f"""
        create or replace function keep_live(ids bigint[]) returns void language plpgsql as $$
        begin
            delete from live_listings where id = any(ids) and id not in (select id from live_of(ids));
            insert into live_listings as live select * from live_of(ids)
                on conflict (id) do update
                set ({", ".join(_ALL)}) = ({", ".join(f"excluded.{column}" for column in _ALL)})
                where live is distinct from excluded;
            {then}
        end $$
    """  # noqa: S608 - column names of this file
