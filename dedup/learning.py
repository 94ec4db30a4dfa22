"""Each agency's boilerplate, kept: learnt anew when its listings have doubled, from the first ones by id."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from dedup.advert import MAX_TEXT
from dedup.wording import boilerplate, learnt_from, sentences
from models.tables import AgencyBoilerplate, AggregatedListing

L = AggregatedListing.__table__
B = AgencyBoilerplate.__table__
#: Materialized: seeing the limit, the planner would walk the whole table by id, 2.5 s at a million listings.
_FIRST = text(
    """
    with own as materialized (
        select id, title, description from aggregated_listings where agency_id = :agency
    )
    select title, description from own order by id limit :enough
    """
)


def boilerplate_of(connection: Connection, agencies: Iterable[int]) -> dict[str, frozenset[str]]:
    """Of each agency. Where one was learnt anew and differs, the agency's listings are to be signed again."""
    wanted = sorted(set(agencies))
    known = {
        row.agency_id: row for row in connection.execute(select(B).where(B.c.agency_id.in_(wanted))).all()
    }
    told = {}
    for agency, count in _counts(connection, wanted).items():
        row, enough = known.get(agency), learnt_from(count)
        said = frozenset(row.sentences) if row else frozenset()
        if enough and (row is None or row.learnt_from < enough):
            said = _learn(connection, agency, enough, said)
        told[str(agency)] = said
    return told


def _counts(connection: Connection, agencies: Sequence[int]) -> dict[int, int]:
    """Of each agency's listings, live or not: their number only grows."""
    query = select(L.c.agency_id, func.count()).where(L.c.agency_id.in_(agencies)).group_by(L.c.agency_id)
    return dict(map(tuple, connection.execute(query)))


def _learn(connection: Connection, agency: int, enough: int, before: frozenset[str]) -> frozenset[str]:
    said = boilerplate(
        [
            sentences(f"{title or ''}\n{own or ''}"[:MAX_TEXT].strip())
            for title, own in connection.execute(_FIRST, {"agency": agency, "enough": enough})
        ]
    )
    values = {"learnt_from": enough, "sentences": sorted(said)}
    row = insert(AgencyBoilerplate).values(agency_id=agency, **values)
    connection.execute(row.on_conflict_do_update(index_elements=[B.c.agency_id], set_=values))
    if said != before:
        again = update(AggregatedListing).where(L.c.agency_id == agency, L.c.is_active)
        connection.execute(again.values(signed_hash=None))
    return said
