"""Properties in the database: new, changed and withdrawn listings meet the others, and only theirs change.

A step takes some listings that were not looked at since they changed, in one transaction: sign them, find
whom they meet, keep the likely links with their reasons, and cluster anew what those links touch. Killed
between two steps, the next run goes on. `rebuild` forgets all but people's decisions and starts from nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, Row, select, text

from dedup import learning, links, shelf
from dedup.advert import Advert
from dedup.assign import Member, assign
from dedup.bulk import whole_areas
from dedup.keys import keys_of
from dedup.learning import Boilerplate
from dedup.links import Link
from dedup.photos import hashes_of
from dedup.recognise import Recognition, recognise_signed
from dedup.signature import Signatures, sign
from models.tables import AggregatedListing, utc_now

#: Any constant; two commands at once recognise one after the other.
DEDUP_LOCK = 7_406_602
#: Listings of one step: what a transaction holds, and what a kill costs.
STEP = 5_000
Watch = Callable[[int], None]
Run = Callable[[Callable[[Signatures], Recognition], Iterable[Signatures]], Iterable[Recognition]]


@dataclass(frozen=True, slots=True)
class DedupReport:
    """Counts of one run. listings: new, changed or gone since the last one; pairs: compared."""

    listings: int = 0
    merged: int = 0
    split: int = 0
    pairs: int = 0

    def __add__(self, other: "DedupReport") -> "DedupReport":
        return DedupReport(
            self.listings + other.listings,
            self.merged + other.merged,
            self.split + other.split,
            self.pairs + other.pairs,
        )


def dedup_listings(engine: Engine, *, watch: Watch | None = None) -> DedupReport:
    """Recognise all listings that are new, changed or gone. Running it twice changes nothing more."""
    report, left = DedupReport(), True
    while left:
        with engine.begin() as connection:
            lock(connection)
            _heal(connection)
            told = _unsigned(connection)
            if told:
                report += _step(connection, sorted(set(told.values())))
                connection.execute(_TAKE_OUT, {"told": list(told)})
            left = bool(connection.scalar(_ANY))
        if watch and told:
            watch(report.listings)
    return report


def rebuild(engine: Engine, run: Run = map, *, watch: Watch | None = None) -> DedupReport:
    """Forget all but people's decisions, sign every live listing, and cluster them from nothing.

    run: as `map`; `cluster.recognising` gives one that spreads areas over Ray. Killed on the way, the next
    run of `dedup_listings` takes every listing for a new one.
    """
    with engine.begin() as connection:
        lock(connection)
        _heal(connection)
        connection.execute(text(_FORGET))
        told = connection.execute(text(_TELL_ALL)).scalars().all()
    signed = _sign_all(engine, watch)
    with engine.begin() as connection:
        lock(connection)
        connection.execute(text(shelf.INDEX))
        pairs, merged, split = _cluster_all(connection, run)
        connection.execute(_TAKE_OUT, {"told": told})
    return DedupReport(signed, merged, split, pairs)


_FORGET = """
    delete from property_links where listing_a in (select listing_id from listing_signatures)
        and listing_b in (select listing_id from listing_signatures);
    truncate listing_keys, listing_signatures, agency_boilerplate;
    delete from unsigned_listings;
    alter table listing_keys drop constraint pk_listing_keys
"""
_TELL = "insert into unsigned_listings (listing_id) select unnest(cast(:ids as bigint[]))"
_TELL_ALL = """
    insert into unsigned_listings (listing_id) select id from aggregated_listings where is_active returning id
"""


def _heal(connection: Connection) -> None:
    """Let go of what a rebuild that was killed has signed; make keys again that the server's crash took."""
    if not connection.scalar(text(shelf.INDEXED)):
        connection.execute(text(f"truncate listing_keys, listing_signatures; {shelf.INDEX}"))
    elif connection.scalar(text(shelf.LOST)):
        connection.execute(text(shelf.AGAIN))


def _sign_all(engine: Engine, watch: Watch | None) -> int:
    signed, last = 0, 0
    while True:
        query = select(*_READ).where(L.c.is_active, L.c.id > last).order_by(L.c.id).limit(STEP)
        with engine.begin() as connection:
            lock(connection)
            rows = connection.execute(query).all()
            if not rows:
                return signed
            _sign(connection, rows, learning.boilerplate_of(connection, {row.agency_id for row in rows}))
        signed, last = signed + len(rows), rows[-1].id
        if watch:
            watch(signed)


def _cluster_all(connection: Connection, run: Run) -> tuple[int, int, int]:
    signatures = shelf.signatures_of(connection)
    compared = 0
    named: dict[int, int] = {}
    parts = (signatures.at(chosen) for chosen in whole_areas(signatures))
    for result in run(recognise_signed, parts):
        compared += len(result.pairs.left)
        links.replace(connection, (), links.of(result.signatures, result.pairs))
        named |= {int(listing): int(first) for listing, first in result.named().items()}
    said = links.reach(connection, set(links.decided(connection)))
    named |= links.cluster(connection, sorted(said))
    return compared, *_assign(connection, named, links.properties_of(connection))


def _assign(
    connection: Connection, named: Mapping[int, int], properties: Mapping[int, int]
) -> tuple[int, int]:
    clusters: dict[int, list[Member]] = defaultdict(list)
    for listing, first in named.items():
        clusters[first].append(Member(listing, properties[listing]))
    return assign(connection, clusters.values(), utc_now())


def dwellings(engine: Engine) -> tuple[int, int]:
    """How many live listings there are, and of how many properties."""
    query = "select count(*), count(distinct property_id) from aggregated_listings where is_active"
    with engine.connect() as connection:
        listings, properties = connection.execute(text(query)).one()
    return listings, properties


def lock(connection: Connection) -> None:
    """Until this transaction ends, nobody else recognises."""
    connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": DEDUP_LOCK})


_Listing = Row[Any]
L = AggregatedListing.__table__
#: What an advert is made of, and no more.
_READ = [
    L.c[name]
    for name in ("agency_id", "title", "description", *(told.name for told in fields(Advert)))
    if name in L.c
]
_ANY = text("select exists (select from unsigned_listings)")
_TAKE_OUT = text("delete from unsigned_listings where id = any(:told)")


def _unsigned(connection: Connection) -> dict[int, int]:
    """The first listings that were told of: by the number of their telling."""
    query = "select id, listing_id from unsigned_listings order by id limit :step"
    return dict(map(tuple, connection.execute(text(query), {"step": STEP})))


def _step(connection: Connection, told: Sequence[int]) -> DedupReport:
    live = _live(connection, told)
    learnt = learning.boilerplate_of(connection, {row.agency_id for row in live})
    if stale := sorted(learnt.stale - set(told)):
        live += _live(connection, stale[:STEP])
        connection.execute(text(_TELL), {"ids": stale[STEP:]})
    ids = [*told, *stale[:STEP]]
    touched = {*ids, *links.linked(connection, ids)}
    shelf.remove(connection, ids)
    _sign(connection, live, learnt)
    found, pairs = _found(connection, [row.id for row in live])
    links.replace(connection, [row.id for row in live], found)
    merged, split = recluster(connection, touched)
    return DedupReport(len(ids), merged, split, pairs)


def _live(connection: Connection, ids: Sequence[int]) -> list[_Listing]:
    """Those that are live, in the order of their ids."""
    return list(connection.execute(select(*_READ).where(L.c.id.in_(ids), L.c.is_active).order_by(L.c.id)))


def _sign(connection: Connection, live: Sequence[_Listing], learnt: Boilerplate) -> None:
    pictures = hashes_of(connection, [row.id for row in live])
    signatures = sign([advert_of(row, pictures.get(row.id, ())) for row in live], learnt.left_out)
    shelf.put(connection, [row.id for row in live], signatures, keys_of(signatures))


def advert_of(row: _Listing, pictures: Sequence[int] = ()) -> Advert:
    """A stored listing as an advert, with the hashes of its photos."""
    return Advert.of({**row._mapping, "agency": row.agency_id, "portraits": pictures})


def _found(connection: Connection, ids: Sequence[int]) -> tuple[list[Link], int]:
    """The likely links of these listings with all stored ones; and how many pairs were compared."""
    pairs = shelf.neighbours(connection, ids)
    known, rows = shelf.rows_of(connection, np.unique(pairs).tolist())
    left, right = np.searchsorted(known, pairs[:, 0]), np.searchsorted(known, pairs[:, 1])
    return links.likely(connection, known, rows, left, right), len(pairs)


def recluster(connection: Connection, touched: Iterable[int]) -> tuple[int, int]:
    """Cluster anew all that hangs together with these listings; how many were merged, and split off."""
    members = links.reach(connection, set(touched))
    return _assign(connection, links.cluster(connection, sorted(members)), members)
