"""Words with a slash or a dot between them are two, as in "séjour/cuisine" and "calme.Proche"; T2bis is a T2.

PostgreSQL takes such words for a file's name and a host's, and finds neither of the two in them.
"""

from alembic import op

revision = "0025"
down_revision = "0024"

_SPELT = r"""
    create or replace function spelt(told text) returns text language sql immutable parallel safe
        return regexp_replace(regexp_replace(
            replace(replace({apart}, 'œ', 'oe'), '’', ''''),
            '\m[tf] ?([1-9]){bis}\M', '\1 pièces', 'g'),
            '\m([1-9]) ?(p|pcs|pces)\M', '\1 pièces', 'g')
"""
# Addresses of the web, which nearly every advert names, may keep the words they were taken for.
_REWRITE = r"""
    update live_words told set words = now.words
    from words_of(array(
        select l.id from live_listings join aggregated_listings l using (id)
        where regexp_replace(concat_ws(' ', l.title, l.description), '(https?://|www\.)\S+', '', 'g')
            ~* '[[:alpha:]][./][[:alpha:]]|\m[tf] ?[1-9]bis\M'
    )) now
    where told.id = now.id and told.words <> now.words
"""


def upgrade() -> None:
    op.execute(_SPELT.format(apart="translate(lower(coalesce(told, '')), '-/.', '   ')", bis="(bis)?"))
    op.execute(_REWRITE)


def downgrade() -> None:
    op.execute(_SPELT.format(apart="replace(lower(coalesce(told, '')), '-', ' ')", bis=""))
    op.execute(_REWRITE)
