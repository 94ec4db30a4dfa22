"""Each agency's boilerplate, kept: learnt anew when its listings have doubled, from the first ones by id."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, func, select, text
from sqlalchemy.dialects.postgresql import insert

from dedup.advert import MAX_TEXT
from dedup.shelf import known
from dedup.wording import boilerplate, learnt_from, sentences
from models.tables import AgencyBoilerplate, AggregatedListing, UnsignedListing

L = AggregatedListing.__table__
B = AgencyBoilerplate.__table__
#: No limit: seeing one, the planner would walk the whole table by id, 2.5 s at a million listings.
_OWN = text("select id, title, description from aggregated_listings where agency_id = :agency order by id")


def boilerplate_of(connection: Connection, agencies: Iterable[int]) -> dict[str, frozenset[str]]:
    """Of each agency. Where one was learnt anew, signed listings with a sentence that it tells apart from
    before are to be signed again."""
    wanted = sorted(set(agencies))
    learnt = {
        row.agency_id: row for row in connection.execute(select(B).where(B.c.agency_id.in_(wanted))).all()
    }
    told = {}
    for agency, count in _counts(connection, wanted).items():
        row, enough = learnt.get(agency), learnt_from(count)
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
    own = connection.execute(_OWN, {"agency": agency}).all()
    told = [sentences(f"{row.title or ''}\n{row.description or ''}"[:MAX_TEXT].strip()) for row in own]
    said = boilerplate(told[:enough])
    values = {"learnt_from": enough, "sentences": sorted(said)}
    row = insert(AgencyBoilerplate).values(agency_id=agency, **values)
    connection.execute(row.on_conflict_do_update(index_elements=[B.c.agency_id], set_=values))
    changed = said ^ before
    again = known(
        connection, (row.id for row, parts in zip(own, told, strict=True) if changed.intersection(parts))
    )
    if again:
        connection.execute(insert(UnsignedListing), [{"listing_id": listing} for listing in sorted(again)])
    return said
