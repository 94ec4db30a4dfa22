"""Listings by their words: stemmed in French, whatever their accents, and indexed."""

from alembic import op

revision = "0011"
down_revision = "0010"

_ACCENTED, _PLAIN = "àâäáãåçéèêëíìîïñóòôöõúùûüÿ", "aaaaaaceeeeiiiinooooouuuuy"

# A word is stemmed as it is spelt, and its stem loses its accents; and again without any, as many type it:
# of `sécurisée` both `securis` and `securise` are kept, and `securise` finds it as well as `SECURISEE`.
# Bodies are of the standard's kind, bound to what they name: an index is built without a search path.
_FUNCTIONS = rf"""
    -- T3, F3 and 3P are 3 pièces.
    create function spelt(told text) returns text language sql immutable parallel safe
        return regexp_replace(regexp_replace(
            replace(replace(replace(lower(coalesce(told, '')), 'œ', 'oe'), '-', ' '), '’', ''''),
            '\m[tf] ?([1-9])\M', '\1 pièces', 'g'),
            '\m([1-9]) ?(p|pcs|pces)\M', '\1 pièces', 'g');
    create function unaccented(told text) returns text language sql immutable parallel safe
        return translate(told, '{_ACCENTED}', '{_PLAIN}');
    create function listing_words(title text, description text) returns tsvector
        language sql immutable parallel safe cost 10000
        return unaccented(to_tsvector('pg_catalog.french',
                spelt(title || ' ') || spelt(left(description, 20000)))::text)::tsvector
            || to_tsvector('pg_catalog.french',
                unaccented(spelt(title || ' ') || spelt(left(description, 20000))));
    create function asked_words(told text) returns tsquery language sql immutable parallel safe
        return unaccented(phraseto_tsquery('pg_catalog.french', spelt(told))::text)::tsquery
            || phraseto_tsquery('pg_catalog.french', unaccented(spelt(told)));
    create index ix_listings_words on aggregated_listings
        using gin (listing_words(title, description)) where is_active
"""


def upgrade() -> None:
    op.execute(_FUNCTIONS)


def downgrade() -> None:
    op.execute(
        """
        drop index ix_listings_words;
        drop function asked_words(text);
        drop function listing_words(text, text);
        drop function unaccented(text);
        drop function spelt(text)
        """
    )
