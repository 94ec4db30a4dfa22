"""The stored signatures and their keys: a new listing meets only its own buckets, by index."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from dedup.candidates import WINDOW
from dedup.keys import NONE, Keys
from dedup.signature import ROW, Signatures

#: Each of some buckets' neighbours of some listings, by price on either side.
_NEIGHBOURS = text(
    """
    with mine as (
        select s.listing_id as id, key, greatest(coalesce(l.price, 0), 0) as price
        from listing_signatures s join aggregated_listings l on l.id = s.listing_id, unnest(s.keys) key
        where s.listing_id = any(:ids)
    )
    select distinct least(mine.id, near.listing_id), greatest(mine.id, near.listing_id)
    from mine cross join lateral (
        (select k.listing_id from listing_keys k
         where k.key = mine.key and (k.price, k.listing_id) > (mine.price, mine.id)
         order by k.price, k.listing_id limit :window)
        union all
        (select k.listing_id from listing_keys k
         where k.key = mine.key and (k.price, k.listing_id) < (mine.price, mine.id)
         order by k.price desc, k.listing_id desc limit :window)
    ) near join listing_signatures there on there.listing_id = near.listing_id
    """
)


_REMOVE = "delete from listing_keys where listing_id = %s and key = %s"


def put(connection: Connection, listing_ids: Sequence[int], signatures: Signatures, keys: Keys) -> None:
    """Store signatures and keys of listings of which none are stored."""
    prices = np.nan_to_num(signatures.rows["price"]).astype(np.int64).tolist()
    own = [sorted(set(line[line != NONE].astype(np.int64).tolist())) for line in keys]
    cursor = _cursor(connection)
    columns = "listing_id, row, words, address, keys"
    with cursor.copy(f"copy listing_signatures ({columns}) from stdin (format binary)") as copy:
        copy.set_types(["int8", "bytea", "text", "text", "int8[]"])
        for at, listing_id in enumerate(listing_ids):
            row = signatures.rows[at].tobytes()
            copy.write_row((listing_id, row, signatures.words[at], signatures.addresses[at], own[at]))
    with cursor.copy("copy listing_keys (key, price, listing_id) from stdin (format binary)") as copy:
        copy.set_types(["int8", "int8", "int8"])
        for listing_id, price, lines in zip(listing_ids, prices, own, strict=True):
            for key in lines:
                copy.write_row((key, price, listing_id))


def remove(connection: Connection, listing_ids: Sequence[int]) -> None:
    """Take listings out of all buckets."""
    cursor = _cursor(connection)
    query = "delete from listing_signatures where listing_id = any(%s) returning listing_id, keys"
    gone = cursor.execute(query, (list(listing_ids),)).fetchall()
    keys = [(listing_id, key) for listing_id, own in gone for key in own]
    # One by one: joined with a list of keys, the planner reads all there are, 2 to 6 s at a million listings.
    cursor.executemany(_REMOVE, keys)


def neighbours(connection: Connection, listing_ids: Sequence[int]) -> NDArray[np.int64]:
    """Shape (pairs, 2): listings that share a bucket with these, each pair once, smaller id first."""
    rows = connection.execute(_NEIGHBOURS, {"ids": list(listing_ids), "window": WINDOW}).all()
    return np.array(sorted(map(tuple, rows)), np.int64).reshape(-1, 2)


def known(connection: Connection, listing_ids: Iterable[int]) -> set[int]:
    """Those of which a signature is stored: live, and compared."""
    query = "select listing_id from listing_signatures where listing_id = any(%s)"
    return {listing for (listing,) in _cursor(connection).execute(query, (list(listing_ids),))}


def rows_of(connection: Connection, listing_ids: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Ids, ascending, and rows of those that are stored; words are left where they are."""
    cursor = _cursor(connection, binary=True)
    cursor.execute(
        "select listing_id, row from listing_signatures where listing_id = any(%s) order by listing_id",
        (list(listing_ids),),
    )
    told = cursor.fetchall()
    rows = np.frombuffer(b"".join(row for _, row in told), ROW)
    return np.array([listing_id for listing_id, _ in told], np.int64), rows


def signatures_of(connection: Connection, listing_ids: Sequence[int] | None = None) -> Signatures:
    """Stored signatures in the order of their ids; all of them, if None."""
    chosen = "" if listing_ids is None else "where listing_id = any(%s)"
    cursor = _cursor(connection, binary=True)
    cursor.execute(
        f"select listing_id, row, words, address from listing_signatures {chosen} order by listing_id",  # noqa: S608
        () if listing_ids is None else (list(listing_ids),),
    )
    ids: list[str] = []
    rows, words, addresses = [], [], []
    for listing_id, row, own, address in cursor:
        ids.append(str(listing_id))
        rows.append(row)
        words.append(own)
        addresses.append(address)
    return Signatures(ids, np.frombuffer(b"".join(rows), ROW), words, addresses)


def _cursor(connection: Connection, *, binary: bool = False) -> Any:
    driver: Any = connection.connection.driver_connection
    return driver.cursor(binary=binary)
