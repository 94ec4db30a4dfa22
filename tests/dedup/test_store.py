"""Properties in the database: stable ids, merges and splits written down, twice changes nothing."""

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from dedup.store import dedup_listings
from models.listing import PropertyType, Transaction
from models.tables import Agency, AggregatedListing, EventKind, ListingHistory, Property, PropertyLink

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
    listing = AggregatedListing(agency_id=owner.id, property_id=dwelling.id, **{**known, **fields})
    session.add(listing)
    session.flush()
    return listing


def test_a_merge_keeps_the_oldest_property_explains_itself_and_is_written_once(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        oldest, other = add(session, "port"), add(session, "halles", price=249_000)
        add(session, "gare", surface=91.0)
        oldest_id, other_id, kept, left = oldest.id, other.id, oldest.property_id, other.property_id
    report = dedup_listings(engine)
    assert (report.listings, report.properties, report.merged) == (3, 2, 1)
    again = dedup_listings(engine)
    assert (again.properties, again.merged, again.split) == (2, 0, 0)
    with Session(engine) as session:
        merged = session.get_one(AggregatedListing, other_id)
        assert (merged.property_id, merged.duplicate_of, merged.is_duplicate) == (kept, oldest_id, True)
        assert session.get_one(Property, left).merged_into == kept
        events = session.scalars(select(ListingHistory)).all()
        assert [(e.kind, e.listing_id, e.old_value, e.new_value) for e in events] == [
            (EventKind.MERGED, other_id, left, kept)
        ]
        assert session.scalars(select(PropertyLink)).one().reasons


def test_a_merge_explains_itself_after_one_of_its_adverts_was_withdrawn(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        add(session, "port")
        gone = add(session, "halles").id
    dedup_listings(engine)
    with engine.begin() as connection:
        withdraw = "update aggregated_listings set is_active = false, withdrawn_at = now() where id = :id"
        connection.execute(text(withdraw), {"id": gone})
    dedup_listings(engine)
    with Session(engine) as session:
        assert session.scalars(select(PropertyLink)).one().reasons


def test_adverts_that_come_to_differ_are_split_and_the_oldest_keeps_the_id(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        oldest, other = add(session, "port"), add(session, "halles")
        oldest_id, other_id, kept = oldest.id, other.id, oldest.property_id
    dedup_listings(engine)
    with engine.begin() as connection:
        connection.execute(
            text("update aggregated_listings set surface = 91, price = 390000 where id = :id"),
            {"id": other_id},
        )
    assert dedup_listings(engine).split == 1
    with Session(engine) as session:
        assert session.get_one(AggregatedListing, oldest_id).property_id == kept
        parted = session.get_one(AggregatedListing, other_id)
        assert parted.property_id != kept
        assert not parted.is_duplicate
        assert session.scalars(select(ListingHistory.kind).order_by(ListingHistory.id)).all() == [
            EventKind.MERGED,
            EventKind.SPLIT,
        ]
