"""The stored signatures and their keys: a new listing meets only its own buckets, by index."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from dedup.candidates import WINDOW
from dedup.keys import NONE, Keys
from dedup.signature import ROW, Signatures

#: Each of some buckets' neighbours of some listings, by price on either side.
_NEIGHBOURS = """
    with mine as (
        select s.listing_id as id, key, greatest(coalesce(l.price, 0), 0) as price
        from listing_signatures s join aggregated_listings l on l.id = s.listing_id, unnest(s.keys) key
        where s.listing_id = any(%(ids)s)
    )
    select distinct least(mine.id, near.listing_id), greatest(mine.id, near.listing_id)
    from mine cross join lateral (
        (select k.listing_id from listing_keys k
         where k.key = mine.key and (k.price, k.listing_id) > (mine.price, mine.id)
         order by k.price, k.listing_id limit %(window)s)
        union all
        (select k.listing_id from listing_keys k
         where k.key = mine.key and (k.price, k.listing_id) < (mine.price, mine.id)
         order by k.price desc, k.listing_id desc limit %(window)s)
    ) near join listing_signatures there on there.listing_id = near.listing_id
"""

#: Built at once, the index costs a tenth of what it does row by row.
INDEX = "alter table listing_keys add constraint pk_listing_keys primary key (key, price, listing_id)"
INDEXED = "select exists (select from pg_constraint where conname = 'pk_listing_keys')"
#: The server was killed: its table without a journal is empty.
LOST = """
    select exists (select from listing_signatures) and not exists (select from listing_keys)
"""
AGAIN = f"""
    alter table listing_keys drop constraint pk_listing_keys;
    insert into listing_keys (key, price, listing_id)
    select key, greatest(coalesce(l.price, 0), 0), s.listing_id
    from listing_signatures s join aggregated_listings l on l.id = s.listing_id, unnest(s.keys) key;
    {INDEX}
"""  # noqa: S608
_REMOVE = "delete from listing_keys where listing_id = %s and key = %s"


def put(connection: Connection, listing_ids: Sequence[int], signatures: Signatures, keys: Keys) -> None:
    """Store signatures and keys of listings of which none are stored."""
    prices = np.nan_to_num(signatures.rows["price"]).astype(np.int64)
    keys = np.sort(keys, axis=1)
    first = (keys != NONE) & np.pad(keys[:, 1:] != keys[:, :-1], ((0, 0), (1, 0)), constant_values=True)
    cursor = _cursor(connection)
    columns = "listing_id, row, words, address, keys"
    with cursor.copy(f"copy listing_signatures ({columns}) from stdin (format binary)") as copy:
        copy.set_types(["int8", "bytea", "text", "text", "int8[]"])
        for at, listing_id in enumerate(listing_ids):
            row, own = signatures.rows[at].tobytes(), keys[at][first[at]].astype(np.int64).tolist()
            copy.write_row((listing_id, row, signatures.words[at], signatures.addresses[at], own))
    line, slot = np.nonzero(first)
    lines = np.zeros(len(line), _LINE)
    lines["fields"], lines["cells"]["size"] = 3, 8
    told = lines["cells"]["value"]
    told[:, 0], told[:, 1] = keys[line, slot].astype(np.int64), prices[line]
    told[:, 2] = np.array(listing_ids, np.int64)[line]
    with cursor.copy("copy listing_keys (key, price, listing_id) from stdin (format binary)") as copy:
        copy.write(_HEAD + lines.tobytes() + _TAIL)


#: PostgreSQL's binary form of rows of three bigints, written at once: a call for each would cost more.
_HEAD = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TAIL = b"\xff\xff"
_LINE = np.dtype([("fields", ">i2"), ("cells", [("size", ">i4"), ("value", ">i8")], 3)])


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
    told = _cursor(connection, binary=True).execute(_NEIGHBOURS, {"ids": list(listing_ids), "window": WINDOW})
    pairs = np.array(told.fetchall(), np.int64).reshape(-1, 2)
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]


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
