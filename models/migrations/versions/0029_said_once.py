"""A text's words stand once among an advert's, as they are spelt and without accents in the same places.

Two copies stood one after the other, so that the last word of a text was followed by its first: "mer
appartement" was found where a title says "Appartement avec vue mer". And "+2 caves" says "2 caves", where
PostgreSQL took the sign for a part of the number. Nor does a title's last word stand beside its text's first.
"""

from alembic import op

revision = "0029"
down_revision = "0028"

_SPELT = "unaccented(to_tsvector('pg_catalog.french', spelt(told))::text)"
_PLAIN = "to_tsvector('pg_catalog.french', unaccented(spelt(told)))"
# As 0025 has it, but for what parts words.
_SPELLING = r"""
    create or replace function spelt(told text) returns text language sql immutable parallel safe
        return regexp_replace(regexp_replace(
            replace(replace(translate(lower(coalesce(told, '')), '{signs}', '    '), 'œ', 'oe'), '’', ''''),
            '\m[tf] ?([1-9])(bis)?\M', '\1 pièces', 'g'),
            '\m([1-9]) ?(p|pcs|pces)\M', '\1 pièces', 'g')
"""
_STEMMED = """
    create or replace function stemmed(told text) returns tsvector
        language sql immutable parallel safe cost 5000
        return {words}
"""
_LISTING_WORDS = """
    create or replace function listing_words(title text, description text) returns tsvector
        language sql immutable parallel safe cost 10000
        return {words}
"""
_TITLE, _TEXT = "setweight(stemmed(title), 'A')", "stemmed(left(description, 20000))"
#: What stands between them, and is taken away again: no phrase that somebody asks for is so long.
_GAP = r"'. .'\:99"
# All of them, and as one table anew: rows that are changed would each leave a hole.
_REWRITTEN = """
    drop index ix_live_words;
    truncate live_words;
    insert into live_words select said.* from live_listings live
        join aggregated_listings l on l.id = live.id, lateral said_by(live, l.title, l.description) said
        order by live.id;
    create index ix_live_words on live_words using gin (words);
    analyze live_words
"""


def upgrade() -> None:
    op.execute(_SPELLING.format(signs="-/.+"))
    op.execute(_STEMMED.format(words=f"({_SPELT} || ' ' || {_PLAIN}::text)::tsvector"))
    apart = f"ts_delete({_TITLE} || $gap${_GAP}$gap$::tsvector || {_TEXT}, '. .')"
    op.execute(_LISTING_WORDS.format(words=apart))
    op.execute(_REWRITTEN)


def downgrade() -> None:
    op.execute(_SPELLING.format(signs="-/."))
    op.execute(_STEMMED.format(words=f"{_SPELT}::tsvector || {_PLAIN}"))
    op.execute(_LISTING_WORDS.format(words=f"{_TITLE} || {_TEXT}"))
    op.execute(_REWRITTEN)
