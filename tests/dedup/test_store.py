"""Properties in the database: stable ids, merges and splits written down, twice changes nothing."""

import hashlib
import os
import signal
from pathlib import Path

import psutil
import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from dedup.canonical import canonical
from dedup.decisions import merge_properties, split_listing
from dedup.store import dedup_listings, dwellings, rebuild
from models.database import open_engine, upgrade
from models.errors import InputError
from models.listing import PropertyType, Transaction
from models.postgres import embedded
from models.tables import (
    Agency,
    AggregatedListing,
    EventKind,
    ListingHistory,
    ListingKey,
    ListingSignature,
    PhotoHash,
    Property,
    PropertyLink,
    UnsignedListing,
    utc_now,
)

WORDS = (
    "Au troisième étage d'un immeuble de 1930, trois pièces traversant avec parquet, cheminée de marbre "
    "et vue sur les toits. Cave et chauffage collectif. À deux pas du métro."
)


def add(session: Session, agency: str, **fields: object) -> AggregatedListing:
    owner, dwelling = Agency(name=agency, website_url=f"http://{agency}.example"), Property()
    session.add_all([owner, dwelling])
    session.flush()
    known: dict[str, object] = {
        "transaction": Transaction.SALE,
        "property_type": PropertyType.APARTMENT,
        "price": 245_000,
        "surface": 65.4,
        "rooms": 3,
        "postal_code": "69003",
        "description": WORDS,
        "hash": agency,
        "source_url": f"http://{agency}.example/1",
    }
    known["property_id"] = dwelling.id
    listing = AggregatedListing(agency_id=owner.id, **{**known, **fields})
    session.add(listing)
    session.flush()
    return listing


def change(engine: Engine, listing: int, **fields: object) -> None:
    """As the crawl does: the fields, and their hash."""
    told = hashlib.sha256(repr(fields).encode()).hexdigest()
    columns = ", ".join(f"{name} = :{name}" for name in fields)
    statement = text(f"update aggregated_listings set {columns}, hash = :told where id = :id")
    with engine.begin() as connection:
        connection.execute(statement, {**fields, "told": told, "id": listing})


def withdraw(engine: Engine, listing: int) -> None:
    with engine.begin() as connection:
        statement = "update aggregated_listings set is_active = false, withdrawn_at = now() where id = :id"
        connection.execute(text(statement), {"id": listing})


def of(engine: Engine, listing: int) -> int:
    with Session(engine) as session:
        return session.get_one(AggregatedListing, listing).property_id


def test_a_merge_keeps_the_oldest_property_explains_itself_and_is_written_once(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        oldest, other = add(session, "port"), add(session, "halles", price=249_000)
        add(session, "gare", surface=91.0)
        oldest_id, other_id, kept, left = oldest.id, other.id, oldest.property_id, other.property_id
    report = dedup_listings(engine)
    assert (report.listings, report.merged, dwellings(engine)) == (3, 1, (3, 2))
    again = dedup_listings(engine)
    assert (again.listings, again.merged, again.split, dwellings(engine)) == (0, 0, 0, (3, 2))
    with Session(engine) as session:
        merged = session.get_one(AggregatedListing, other_id)
        assert (merged.property_id, merged.duplicate_of, merged.is_duplicate) == (kept, oldest_id, True)
        assert session.get_one(Property, left).merged_into == kept
        events = session.scalars(select(ListingHistory)).all()
        assert [(e.kind, e.listing_id, e.old_value, e.new_value) for e in events] == [
            (EventKind.MERGED, other_id, left, kept)
        ]
        names = {reason["name"] for reason in session.scalars(select(PropertyLink)).one().reasons}
        assert {"surface equal to the decimal", "texts alike"} <= names


def test_a_new_advert_joins_the_property_of_those_already_compared(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        oldest = add(session, "port").id
    dedup_listings(engine)
    with Session(engine) as session, session.begin():
        new = add(session, "halles").id
    report = dedup_listings(engine)
    assert (report.listings, report.merged) == (1, 1)
    assert of(engine, new) == of(engine, oldest)


def test_photos_that_look_alike_speak_for_one_dwelling_and_others_against(engine: Engine) -> None:
    words = {"description": None, "price": None, "surface": 65.0}
    with Session(engine) as session, session.begin():
        shown = [
            add(session, name, photos=["a.jpg", "b.jpg"], **words).id for name in ("port", "halles", "gare")
        ]
    dedup_listings(engine)
    assert len({of(engine, listing) for listing in shown}) == 3
    with Session(engine) as session, session.begin():
        for listing, pictures in zip(shown, ((7, 2**60), (6, 2**60), (2**40 - 1, 2**63 - 1)), strict=True):
            for url, told in zip(("a.jpg", "b.jpg"), pictures, strict=True):
                session.add(PhotoHash(listing_id=listing, url=url, hash=told, fetched_at=utc_now()))
        session.add_all(UnsignedListing(listing_id=listing) for listing in shown)
    dedup_listings(engine)
    first, second, third = (of(engine, listing) for listing in shown)
    assert first == second != third


def test_a_merge_explains_itself_after_one_of_its_adverts_was_withdrawn(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        first, gone = add(session, "port").id, add(session, "halles").id
    dedup_listings(engine)
    withdraw(engine, gone)
    dedup_listings(engine)
    with Session(engine) as session:
        assert session.scalars(select(PropertyLink)).one().reasons
        assert session.get_one(ListingSignature, first)
        assert session.get(ListingSignature, gone) is None
        assert gone not in session.scalars(select(ListingKey.listing_id)).all()
    assert of(engine, gone) == of(engine, first)


def test_what_is_withdrawn_follows_the_last_live_advert_of_its_property(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        oldest = add(session, "port", surface=91.0).id
        gone = add(session, "halles")
        live = add(session, "gare", property_id=gone.property_id)
        gone_id, live_id = gone.id, live.id
    withdraw(engine, gone_id)
    dedup_listings(engine)
    assert of(engine, gone_id) == of(engine, live_id) != of(engine, oldest)
    change(engine, oldest, surface=65.4)
    dedup_listings(engine)
    assert of(engine, gone_id) == of(engine, live_id) == of(engine, oldest)


def test_adverts_that_come_to_differ_are_split_and_the_oldest_keeps_the_id(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        oldest, other = add(session, "port"), add(session, "halles")
        oldest_id, other_id, kept = oldest.id, other.id, oldest.property_id
    dedup_listings(engine)
    change(engine, other_id, surface=91.0, price=390_000)
    assert dedup_listings(engine).split == 1
    assert of(engine, oldest_id) == kept
    with Session(engine) as session:
        parted = session.get_one(AggregatedListing, other_id)
        assert parted.property_id != kept
        assert not parted.is_duplicate
        assert session.scalars(select(ListingHistory.kind).order_by(ListingHistory.id)).all() == [
            EventKind.MERGED,
            EventKind.SPLIT,
        ]


def test_adverts_split_by_hand_stay_apart_for_ever_and_those_merged_by_hand_together(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        first, second = add(session, "port").id, add(session, "halles").id
        third = add(session, "gare", surface=91.0, price=390_000, floor=6).id
    dedup_listings(engine)
    assert split_listing(engine, second, note="another stairway") == of(engine, second) != of(engine, first)
    merge_properties(engine, of(engine, first), of(engine, third))
    for listing in (first, second, third):
        change(engine, listing, description=f"{WORDS} Visites le samedi.")
    dedup_listings(engine)
    assert of(engine, first) == of(engine, third) != of(engine, second)
    merge_properties(engine, of(engine, first), of(engine, second))
    dedup_listings(engine)
    assert of(engine, first) == of(engine, second) == of(engine, third)


def test_what_was_merged_by_hand_stays_together_when_one_of_it_is_split_off(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        rows = [(f"agence-{at}", {"surface": 40.0 + 20 * at, "price": 100_000 * (2 + at)}) for at in range(3)]
        apart = [add(session, name, **fields).id for name, fields in rows]
    dedup_listings(engine)
    first = of(engine, apart[0])
    for listing in apart[1:]:
        merge_properties(engine, first, of(engine, listing))
    assert len({of(engine, listing) for listing in apart}) == 1
    split_listing(engine, apart[0])
    assert of(engine, apart[1]) == of(engine, apart[2]) != of(engine, apart[0])


def test_a_rebuild_from_nothing_changes_nothing_and_keeps_peoples_word(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        listings = [add(session, f"agence-{number}").id for number in range(6)]
        add(session, "gare", surface=91.0)
    dedup_listings(engine)
    split_listing(engine, listings[3])
    before = {listing: of(engine, listing) for listing in listings}
    report = rebuild(engine)
    assert (report.listings, report.merged, report.split) == (7, 0, 0)
    assert {listing: of(engine, listing) for listing in listings} == before
    assert len(set(before.values())) == 2
    assert dedup_listings(engine).listings == 0


def test_a_rebuild_leaves_nothing_to_compare_but_what_changes_meanwhile(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        listings = [add(session, f"agence-{number}").id for number in range(3)]
    assert rebuild(engine, watch=lambda signed: change(engine, listings[1], price=1_000 * signed)).merged == 2
    assert told(engine) == [listings[1]]
    assert dedup_listings(engine).split == 1
    assert told(engine) == []


def test_a_rebuild_that_was_killed_is_forgotten_by_the_next_run(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        listings = [add(session, f"agence-{number}").id for number in range(4)]
    dedup_listings(engine)
    before = {listing: of(engine, listing) for listing in listings}

    def killed(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(engine, watch=killed)
    assert dedup_listings(engine).listings == 4
    assert {listing: of(engine, listing) for listing in listings} == before
    assert dedup_listings(engine).listings == 0


def test_keys_that_a_crash_of_the_server_took_are_made_again(tmp_path: Path) -> None:
    with embedded(tmp_path / "home") as url:
        upgrade(url)
        engine = open_engine(url)
        with Session(engine) as session, session.begin():
            oldest = add(session, "port").id
        dedup_listings(engine)
        engine.dispose()
        server = int((tmp_path / "home" / "postgres" / "postmaster.pid").read_text().split()[0])
        os.kill(server, signal.SIGQUIT)  # stops at once, as a crash does
        psutil.Process(server).wait(20)
    with embedded(tmp_path / "home") as url:
        engine = open_engine(url)
        with Session(engine) as session, session.begin():
            assert session.scalar(select(func.count()).select_from(ListingKey)) == 0
            new = add(session, "halles").id
        assert dedup_listings(engine).merged == 1
        assert of(engine, new) == of(engine, oldest)
        engine.dispose()


def test_a_decision_on_what_is_not_there_is_one_clear_line(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        alone = add(session, "port")
        listing, dwelling = alone.id, alone.property_id
    dedup_listings(engine)
    with pytest.raises(InputError, match="only live advert"):
        split_listing(engine, listing)
    with pytest.raises(InputError, match="one property already"):
        merge_properties(engine, dwelling, dwelling)
    withdraw(engine, listing)
    with pytest.raises(InputError, match="none of its adverts is live"):
        split_listing(engine, listing)
    with pytest.raises(InputError, match="not there"):
        merge_properties(engine, dwelling, 10**9)


def test_the_canonical_record_tells_the_best_value_its_source_and_what_others_say(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        first = add(session, "port", floor=3)
        second = add(session, "halles", surface=65.0, price=249_000, bedrooms=2)
        third = add(session, "gare", rooms=4)
        ids, kept = (first.id, second.id, third.id), first.property_id
    dedup_listings(engine)
    with engine.connect() as connection:
        told = canonical(connection, kept)
    assert told is not None
    assert told.listings == ids
    assert (told.lowest_price, told.highest_price) == (245_000, 249_000)
    assert told.agencies == ("port", "halles", "gare")
    assert (told.facts["surface"].value, told.facts["surface"].otherwise) == (65.4, {})
    assert (told.facts["rooms"].value, told.facts["rooms"].otherwise) == (3, {ids[2]: 4})
    assert (told.facts["bedrooms"].value, told.facts["bedrooms"].source) == (2, ids[1])


def test_every_listing_has_one_property_and_every_stored_key_its_listing(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        for number in range(30):
            add(session, f"agence-{number}", price=200_000 + 1_000 * number, description=None)
    dedup_listings(engine)
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(ListingSignature)) == 30
        assert session.scalar(select(func.count(func.distinct(ListingKey.listing_id)))) == 30


def told(engine: Engine) -> list[int]:
    with Session(engine) as session:
        return list(session.scalars(select(UnsignedListing.listing_id).order_by(UnsignedListing.id)))


def test_whoever_writes_a_listing_tells_when_it_is_new_changed_or_gone(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        listing = add(session, "port").id
    assert told(engine) == [listing]
    dedup_listings(engine)
    assert told(engine) == []
    with engine.begin() as connection:
        connection.execute(text("update aggregated_listings set view_count = 7, last_seen = now()"))
    assert told(engine) == []
    change(engine, listing, price=251_000)
    withdraw(engine, listing)
    assert told(engine) == [listing, listing]
    assert dedup_listings(engine).listings == 1
    assert told(engine) == []


def test_boilerplate_learnt_anew_has_those_signed_again_that_hold_it(engine: Engine) -> None:
    slogan = "Votre maison est notre passion depuis toujours"
    texts = [
        f"{slogan}. Vue sur le port.",
        "Sans vis-à-vis.",
        f"{slogan}. Près du lac.",
        f"{slogan}. Au calme.",
    ]
    with Session(engine) as session, session.begin():
        first = add(session, "port", description=texts[0], surface=30.0)
        agency, shown = first.agency_id, [first.id]
        for at, own in enumerate(texts[1:], 2):
            shown.append(_another(session, agency, at, own))
    assert dedup_listings(engine).listings == 4
    assert words(engine, shown[0]).startswith("votre maison")
    with Session(engine) as session, session.begin():
        for at, own in enumerate([*texts[2:], texts[0], texts[1]], 5):
            shown.append(_another(session, agency, at, own))
    assert dedup_listings(engine).listings == 4 + 3
    assert [words(engine, listing) for listing in shown[:4]] == [
        "vue sur le port", "sans vis a vis", "pres du lac", "au calme"
    ]  # fmt: skip
    assert dedup_listings(engine).listings == 0


def _another(session: Session, agency: int, at: int, description: str) -> int:
    dwelling = Property()
    session.add(dwelling)
    session.flush()
    listing = AggregatedListing(
        agency_id=agency, property_id=dwelling.id, surface=30.0 * at, description=description, hash=f"{at}",
        postal_code="69003", source_url=f"http://port.example/{at}", transaction=Transaction.SALE,
    )  # fmt: skip
    session.add(listing)
    session.flush()
    return listing.id


def words(engine: Engine, listing: int) -> str:
    with Session(engine) as session:
        return session.get_one(ListingSignature, listing).words
