"""Each agency's boilerplate, kept: learnt anew when its listings have doubled, from the first ones by id."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from sqlalchemy import Connection, func, select, text
from sqlalchemy.dialects.postgresql import insert

from dedup.advert import MAX_TEXT
from dedup.shelf import known
from dedup.wording import boilerplate, learnt_from, sentences
from models.tables import AgencyBoilerplate, AggregatedListing

L = AggregatedListing.__table__
B = AgencyBoilerplate.__table__
#: No limit: seeing one, the planner would walk the whole table by id, 2.5 s at a million listings.
_OWN = text("select id, title, description from aggregated_listings where agency_id = :agency order by id")


@dataclass(frozen=True, slots=True)
class Boilerplate:
    """Of each agency, by its id as text; stale: signed listings whose words it tells apart from before."""

    left_out: dict[str, frozenset[str]]
    stale: set[int]


def boilerplate_of(connection: Connection, agencies: Iterable[int]) -> Boilerplate:
    """The boilerplate of each agency, learnt anew where its listings have doubled."""
    wanted = sorted(set(agencies))
    learnt = {
        row.agency_id: row for row in connection.execute(select(B).where(B.c.agency_id.in_(wanted))).all()
    }
    told = Boilerplate({}, set())
    for agency, count in _counts(connection, wanted).items():
        row, enough = learnt.get(agency), learnt_from(count)
        said = frozenset(row.sentences) if row else frozenset()
        if enough and (row is None or row.learnt_from < enough):
            before, own = said, _texts(connection, agency)
            said = _learn(connection, agency, own, enough)
            changed = said ^ before
            told.stale.update(listing for listing, parts in own.items() if changed.intersection(parts))
        told.left_out[str(agency)] = said
    return replace(told, stale=known(connection, told.stale)) if told.stale else told


def _counts(connection: Connection, agencies: Sequence[int]) -> dict[int, int]:
    """Of each agency's listings, live or not: their number only grows."""
    query = select(L.c.agency_id, func.count()).where(L.c.agency_id.in_(agencies)).group_by(L.c.agency_id)
    return dict(map(tuple, connection.execute(query)))


def _texts(connection: Connection, agency: int) -> dict[int, list[str]]:
    """The sentences of the agency's listings, the first ones first."""
    rows = connection.execute(_OWN, {"agency": agency})
    return {
        row.id: sentences(f"{row.title or ''}\n{row.description or ''}"[:MAX_TEXT].strip()) for row in rows
    }


def _learn(connection: Connection, agency: int, own: Mapping[int, list[str]], enough: int) -> frozenset[str]:
    said = boilerplate(islice(own.values(), enough))
    values = {"learnt_from": enough, "sentences": sorted(said)}
    row = insert(AgencyBoilerplate).values(agency_id=agency, **values)
    connection.execute(row.on_conflict_do_update(index_elements=[B.c.agency_id], set_=values))
    return said
