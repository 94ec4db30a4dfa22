"""What dedup is told of photos: the hashes of what a listing shows now, in its order, no common ones."""

import pytest
from sqlalchemy import Engine, insert
from sqlalchemy.orm import Session

from dedup.photos import SHARED, hashes_of
from models.tables import PhotoHash
from tests.dedup.test_store import add


def _look(session: Session, listing: int, **hashes: int | None) -> None:
    for url, told in hashes.items():
        session.execute(insert(PhotoHash).values(listing_id=listing, url=url, hash=told))


def test_a_listing_s_hashes_are_those_of_the_photos_it_shows_in_their_order(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        port = add(session, "port", photos=["b", "a", "flat", "unseen", "again"]).id
        halles = add(session, "halles", photos=["a"]).id
        gare = add(session, "gare", photos=["flat"]).id
        _look(session, port, a=1, b=2**64 - 1, flat=None, former=7, again=1)
        _look(session, halles, a=2**63)
        _look(session, gare, flat=None)
    with engine.connect() as connection:
        assert hashes_of(connection, [port, halles, gare]) == {port: (2**64 - 1, 1), halles: (2**63,)}
        assert hashes_of(connection, (halles,)) == {halles: (2**63,)}
        assert hashes_of(connection, []) == {}


@pytest.mark.parametrize("adverts", [SHARED, SHARED + 1])
def test_a_picture_that_many_adverts_of_one_agency_show_names_none_of_them(
    engine: Engine, adverts: int
) -> None:
    with Session(engine) as session, session.begin():
        first = add(session, "port", photos=["sign", "own"])
        ids = [first.id]
        for number in range(1, adverts):
            other = add(session, f"n{number}", photos=["sign"])
            other.agency_id = first.agency_id
            ids.append(other.id)
        elsewhere = add(session, "gare", photos=["sign"]).id
        for listing in (*ids, elsewhere):
            _look(session, listing, sign=5)
        _look(session, first.id, own=6)
    with engine.connect() as connection:
        told = hashes_of(connection, [*ids[:2], elsewhere])
    common = adverts > SHARED
    assert told[ids[0]] == ((6,) if common else (5, 6))
    assert (ids[1] in told) is not common
    assert told[elsewhere] == (5,), "another agency's picture is not that agency's sign"


def test_a_hash_goes_with_its_listing(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        listing = add(session, "port", photos=["a"])
        _look(session, listing.id, a=1)
        session.delete(listing)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("select count(*) from photo_hashes").scalar() == 0
