"""Words and the facts beside them in one index; each place's adverts in the order of their age.

To list all that say "balcon" and look which of them lie in Lyon took ten times what Lyon's balconies take, so
an advert's place, kind and transaction stand among its words; and "3 pièces", which half of all say, as one
word, for two that follow each other are looked up in every text that has both. A place's index, and the
map's, hold what most searches filter by, as the orders' indexes do.
"""

from alembic import op

revision = "0020"
down_revision = "0019"

#: What a change of is told to the words.
_SAID_BEFORE = ("is_active", "title", "description")
_SAID = (
    *_SAID_BEFORE, "transaction", "property_type", "postal_code", "insee_code", "city_key", "agency_id",
    "latitude", "longitude",
)  # fmt: skip
#: What a change of is told to either.
_SEEN = (
    "is_active", "title", "description", "agency_id", "property_id", "price", "price_per_sqm", "charges",
    "surface", "land_surface", "latitude", "longitude", "first_seen", "rooms", "bedrooms", "floor",
    "construction_year", "furnished", "transaction", "property_type", "dpe", "ges", "postal_code",
    "insee_code", "city_key", "features",
)  # fmt: skip
_PLACES = ("department", "postal_code", "insee_code")
_NEARBY = "create index ix_live_nearby on live_listings using gist (point(longitude, latitude))"
_HELD = (
    " include (longitude, latitude, transaction, property_type, price, surface, rooms, price_per_sqm,"
    " first_seen, id, property_id)"
)

# No word has a space, so no word that somebody asks for is taken for a fact.
_FACTS = r"""
    create function live_facts(l live_listings) returns tsvector language sql immutable parallel safe
        return array_to_tsvector(array_remove(array[
            'transaction ' || l.transaction, 'kind ' || l.property_type, 'department ' || l.department,
            'postal ' || l.postal_code, coalesce('insee ' || l.insee_code, 'city ' || l.city_key),
            'agency ' || l.agency_id,
            'cell ' || floor(l.latitude * 10)::int || ' ' || floor(l.longitude * 10)::int
        ], null));
    create function with_facts(words tsvector, l live_listings) returns tsvector
        language sql immutable parallel safe
        return words || live_facts(l) || (
            select array_to_tsvector(coalesce(array_agg('pieces ' || n), '{}')) from generate_series(1, 9) n
            where words @@ ('''' || n || ''' <-> ''piec''')::tsquery
        );
    create function words_of(ids bigint[]) returns table (id bigint, words tsvector) language sql stable as $$
        select l.id, with_facts(listing_words(l.title, l.description), live)
        from live_of(ids) live join aggregated_listings l on l.id = live.id
    $$;
    create or replace function keep_words(ids bigint[]) returns void language plpgsql as $$
    begin
        delete from live_words where id = any(ids) and id not in (select id from live_of(ids));
        insert into live_words (id, words) select * from words_of(ids)
            on conflict (id) do update set words = excluded.words where live_words.words <> excluded.words;
    end $$;
    -- Asked once where it is spelt alike with accents and without: each of them is another search.
    create or replace function asked_words(told text) returns tsquery language sql immutable parallel safe
        return (
            select case when folded::text = plain::text then plain else folded || plain end
            from (select
                unaccented(phraseto_tsquery('pg_catalog.french', spelt(told))::text)::tsquery as folded,
                phraseto_tsquery('pg_catalog.french', unaccented(spelt(told))) as plain) ways
        );
    -- What the index is asked in its place.
    create function indexed_words(told text) returns tsquery language sql immutable parallel safe
        return regexp_replace(
            asked_words(told)::text, $q$^'([1-9])' <-> 'piec'$$q$, $q$'pieces \1'$q$
        )::tsquery
"""

_WITHOUT_FACTS = """
    create or replace function keep_words(ids bigint[]) returns void language plpgsql as $$
    begin
        delete from live_words where id = any(ids) and id not in (select id from live_of(ids));
        insert into live_words (id, words) select l.id, listing_words(l.title, l.description)
            from aggregated_listings l where l.id in (select id from live_of(ids))
            on conflict (id) do update set words = excluded.words where live_words.words <> excluded.words;
    end $$;
    create or replace function asked_words(told text) returns tsquery language sql immutable parallel safe
        return unaccented(phraseto_tsquery('pg_catalog.french', spelt(told))::text)::tsquery
            || phraseto_tsquery('pg_catalog.french', unaccented(spelt(told)));
    drop function indexed_words(text);
    drop function words_of(bigint[]);
    drop function with_facts(tsvector, live_listings);
    drop function live_facts(live_listings)
"""

# Written anew rather than changed, as every row is: the old words would be left as holes.
_WORDS = """
    alter table live_words rename to old_words;
    alter table old_words rename constraint pk_live_words to pk_old_words;
    drop index ix_live_words;
    create table live_words (
        id bigint not null constraint pk_live_words primary key,
        words tsvector not null,
        filler text not null default repeat(' ', 2100)
    ) with (toast_tuple_target = 128);
    alter table live_words alter words set storage external;
    insert into live_words (id, words) {words};
    drop table old_words;
    create index ix_live_words on live_words using gin (words);
    analyze live_words
"""


def upgrade() -> None:
    op.execute(_FACTS)
    op.execute(_changed(_SAID))
    op.execute(
        _WORDS.format(
            words="select id, with_facts(words, live) from old_words join live_listings live using (id)"
        )
    )
    op.execute("drop index ix_live_nearby")
    op.execute(_NEARBY + _HELD)
    for place in _PLACES:
        op.drop_index(f"ix_live_{place}", table_name="live_listings")
        op.create_index(
            f"ix_live_{place}",
            "live_listings",
            [place, "transaction", "property_type", "first_seen", "id"],
            postgresql_include=["property_id", "price", "price_per_sqm", "surface", "rooms"],
        )


def downgrade() -> None:
    op.execute("drop index ix_live_nearby")
    op.execute(_NEARBY)
    for place in _PLACES:
        op.drop_index(f"ix_live_{place}", table_name="live_listings")
        middle = ["property_type"] if place == "department" else []
        op.create_index(f"ix_live_{place}", "live_listings", [place, "transaction", *middle, "price"])
    facts = "array(select lexeme from unnest(words) where position(' ' in lexeme) > 0)"
    op.execute(_WORDS.format(words=f"select id, ts_delete(words, {facts}) from old_words"))  # noqa: S608
    op.execute(_changed(_SAID_BEFORE))
    op.execute(_WITHOUT_FACTS)


def _changed(said: tuple[str, ...]) -> str:
    """The trigger of changes, which keeps the words where one of `said` changed."""
    return f"""
        create or replace function listings_changed() returns trigger language plpgsql as $$
        declare changed bigint[]; said bigint[];
        begin
            select array_agg(n.id), array_agg(n.id) filter (
                    where {_these("n", said)} is distinct from {_these("o", said)})
                into changed, said
                from new_rows n join old_rows o on o.id = n.id
                where (n.is_active or o.is_active)
                    and {_these("n", _SEEN)} is distinct from {_these("o", _SEEN)};
            if changed is not null then perform keep_live(changed); end if;
            if said is not null then perform keep_words(said); end if;
            return null;
        end $$
    """  # noqa: S608 - column names of this file


def _these(row: str, columns: tuple[str, ...]) -> str:
    return "(" + ", ".join(f"{row}.{column}" for column in columns) + ")"
