"""The likely links between live listings, with their reasons, and the clusters that they and people make."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from dedup import clusters, shelf
from dedup.model import probability
from dedup.reasons import Reason, reasons
from dedup.recognise import LIKELY, Scored, compare
from dedup.signature import Signatures
from dedup.vetoes import Side, vetoes

#: Rounds of following links and properties from listing to listing; a component is seldom deeper.
ROUNDS = 12
#: Listings that one component may reach in the database; beyond, those reached are clustered alone.
MOST_REACHED = 20_000


@dataclass(frozen=True, slots=True)
class Link:
    """Two listings that are likely one dwelling, smaller id first."""

    a: int
    b: int
    log_odds: float
    reasons: tuple[Reason, ...]


def likely(
    connection: Connection,
    ids: NDArray[np.int64],
    rows: NDArray[Any],
    left: NDArray[Any],
    right: NDArray[Any],
) -> list[Link]:
    """Compare pairs of positions in `ids`; words are fetched for those that no veto settles."""
    open_ = vetoes(Side(rows, left), Side(rows, right)) == 0
    left, right = left[open_], right[open_]
    signatures = shelf.signatures_of(connection, ids[np.unique(np.concatenate([left, right]))].tolist())
    known = np.array(signatures.ids, np.int64)
    a, b = np.searchsorted(known, ids[left]), np.searchsorted(known, ids[right])
    return of(signatures, compare(signatures, a, b))


def of(signatures: Signatures, pairs: Scored) -> list[Link]:
    """The likely ones of some compared pairs, with their reasons."""
    scored = pairs.likely()
    why = reasons(signatures, scored.left, scored.right, scored.veto)
    return [
        Link(int(signatures.ids[i]), int(signatures.ids[j]), float(odds), told)
        for i, j, odds, told in zip(scored.left, scored.right, scored.log_odds, why, strict=True)
    ]


def replace(connection: Connection, ids: Sequence[int], found: Iterable[Link]) -> None:
    """The links of these listings with live ones are `found` from now on."""
    before = [tuple(pair) for pair in connection.execute(_OF, {"ids": list(ids)})]
    live = shelf.known(connection, {listing for pair in before for listing in pair}) | set(ids)
    gone = [{"a": a, "b": b} for a, b in before if a in live and b in live]
    if gone:
        connection.execute(_DELETE, gone)
    rows = [
        {
            "listing_a": link.a,
            "listing_b": link.b,
            "log_odds": link.log_odds,
            "probability": round(float(probability(np.array(link.log_odds))), 4),
            "reasons": json.dumps([reason.to_dict() for reason in link.reasons]),
        }
        for link in found
    ]
    if rows:
        connection.execute(_INSERT, rows)


#: Plain questions that an index answers, and pairs taken out one by one: as one statement, the planner reads
#: all links there are, half a minute at a million listings.
_OF = text(
    """
    select listing_a, listing_b from property_links where listing_a = any(:ids)
    union select listing_a, listing_b from property_links where listing_b = any(:ids)
    """
)
_DELETE = text("delete from property_links where listing_a = :a and listing_b = :b")
_INSERT = text(
    """
    insert into property_links (listing_a, listing_b, probability, log_odds, reasons, decided_at)
    values (:listing_a, :listing_b, :probability, :log_odds, cast(:reasons as jsonb), now())
    on conflict (listing_a, listing_b) do update set probability = excluded.probability,
        log_odds = excluded.log_odds, reasons = excluded.reasons, decided_at = excluded.decided_at
    """
)


def decided(connection: Connection) -> list[int]:
    """The listings that people said something of."""
    query = "select listing_a from property_decisions union select listing_b from property_decisions"
    return sorted(connection.execute(text(query)).scalars())


def properties_of(connection: Connection) -> dict[int, int]:
    """The property of every listing that is compared."""
    query = """
        select id, property_id from aggregated_listings
        where id in (select listing_id from listing_signatures)
    """
    return dict(map(tuple, connection.execute(text(query))))


def linked(connection: Connection, ids: Iterable[int]) -> set[int]:
    """The live listings that these are linked to, by evidence or by a person's word."""
    query = """
        select l.listing_b from property_links l where l.listing_a = any(:ids)
        union select l.listing_a from property_links l where l.listing_b = any(:ids)
        union select d.listing_b from property_decisions d where d.listing_a = any(:ids) and d.same
        union select d.listing_a from property_decisions d where d.listing_b = any(:ids) and d.same
    """
    return set(connection.execute(text(query), {"ids": list(ids)}).scalars())


def reach(connection: Connection, start: set[int]) -> dict[int, int]:
    """The live listings that hang together with `start`, by links or in one property; their properties."""
    query = text(
        """
        select l.id, l.property_id from aggregated_listings l
        where l.is_active and l.property_id = any(array(
            select property_id from aggregated_listings where id = any(:ids)))
            and exists (select from listing_signatures s where s.listing_id = l.id)
        """
    )
    found: dict[int, int] = {}
    front = start
    for _ in range(ROUNDS):
        rows = connection.execute(query, {"ids": list(front)}).all()
        fresh = {listing_id for listing_id, _ in rows if listing_id not in found}
        found.update((listing_id, property_id) for listing_id, property_id in rows)
        if not fresh or len(found) > MOST_REACHED:
            break
        front = fresh | (linked(connection, fresh) - found.keys())
    return found


def cluster(connection: Connection, ids: Sequence[int]) -> dict[int, int]:
    """Of listings that hang together with no other, the first one of each one's property.

    By the stored links and people's word; signatures are read of those alone that have any.
    """
    a, b, odds = _between(connection, ids)
    words = _decided(connection, ids)
    bound = np.array(sorted({*a.tolist(), *b.tolist(), *(at for pair in words for at in pair)}), np.int64)
    signatures = shelf.signatures_of(connection, bound.tolist())
    links = (np.searchsorted(bound, a), np.searchsorted(bound, b), odds)
    decided = {tuple(np.searchsorted(bound, pair).tolist()): word for pair, word in words.items()}

    def score(left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.float64]:
        scores = compare(signatures, left, right).log_odds
        if decided:
            for at, pair in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
                scores[at] = decided.get(pair, scores[at])
        return scores

    first = clusters.cluster(len(bound), _with_words(links, decided), score)
    return {
        **dict(zip(ids, ids, strict=True)),
        **dict(zip(bound.tolist(), bound[first].tolist(), strict=True)),
    }


def _with_words(links: clusters.Links, decided: dict[tuple[int, int], float]) -> clusters.Links:
    joined = [pair for pair, word in decided.items() if word == clusters.ALWAYS]
    extra = np.array(joined, np.int64).reshape(-1, 2)
    odds = np.full(len(joined), clusters.ALWAYS)
    return (
        np.concatenate([links[0], extra[:, 0]]),
        np.concatenate([links[1], extra[:, 1]]),
        np.concatenate([links[2], odds]),
    )


def _between(connection: Connection, ids: Sequence[int]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    query = """
        select listing_a, listing_b, log_odds from property_links
        where listing_a = any(:ids) and listing_b = any(:ids) and log_odds > :likely
        order by listing_a, listing_b
    """
    rows = connection.execute(text(query), {"ids": list(ids), "likely": LIKELY}).all()
    table = np.array([tuple(row) for row in rows], np.float64).reshape(-1, 3)
    return table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2]


def _decided(connection: Connection, ids: Sequence[int]) -> dict[tuple[int, int], float]:
    query = """
        select listing_a, listing_b, same from property_decisions
        where listing_a = any(:ids) and listing_b = any(:ids)
    """
    told = connection.execute(text(query), {"ids": list(ids)})
    return {(a, b): clusters.ALWAYS if same else clusters.NEVER for a, b, same in told}
