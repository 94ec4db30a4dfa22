"""Ingest: one reading against what is known; values that do not fit; silence is no change."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select

from crawl.agencies import register
from crawl.ingest import Outcome, ingest
from crawl.record import changes, columns_of, fingerprint, quality
from models.listing import Evidence, Listing, PropertyType, Transaction
from models.tables import AggregatedListing, ListingHistory

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
URL = "https://agence.example/bien/1"
FLAT = Listing(
    title="Appartement T3",
    price=245_000,
    surface=63.5,
    rooms=3,
    postal_code="75015",
    city="Paris 15e",
    property_type=PropertyType.APARTMENT,
    transaction=Transaction.SALE,
    description="Un appartement traversant au calme, proche de toutes commodités. " * 3,
    photos=("https://agence.example/a.jpg", "https://agence.example/b.jpg"),
    features={"balcony": True, "lift": False},
    reference="VA1234",
)


@dataclass(frozen=True)
class Read:
    """A reading, as the extractor gives it."""

    listing: Listing | None
    evidence: dict[str, Evidence] = field(default_factory=dict)


@pytest.fixture
def site(engine: Engine) -> Iterator[tuple[Connection, int]]:
    agency = register(engine, ["agence.example"])[0]
    with engine.begin() as connection:
        yield connection, agency


def read(site: tuple[Connection, int], listing: Listing | None, url: str = URL, day: int = 0) -> Outcome:
    return ingest(*site, url, Read(listing), now=NOW + timedelta(days=day), log_id=None)


def row(site: tuple[Connection, int], url: str = URL) -> Any:
    return site[0].execute(select(AggregatedListing).where(AggregatedListing.source_url == url)).one()


def history(site: tuple[Connection, int]) -> list[tuple[str, str | None, Any, Any]]:
    rows = site[0].execute(select(ListingHistory).order_by(ListingHistory.id))
    return [(r.kind.value, r.field, r.old_value, r.new_value) for r in rows]


def test_a_new_listing_is_stored_with_all_it_tells(site: tuple[Connection, int]) -> None:
    proof = {"price": Evidence("json_ld", "245000", 0.9)}
    assert ingest(*site, URL, Read(FLAT, proof), now=NOW, log_id=None) is Outcome.NEW
    stored = row(site)
    assert (stored.price, stored.surface, stored.price_per_sqm) == (245_000, 63.5, 3858)
    assert (stored.transaction, stored.property_type) == (Transaction.SALE, PropertyType.APARTMENT)
    assert stored.city_key == "paris 15e"
    assert stored.photos == list(FLAT.photos)
    assert stored.features == dict(FLAT.features)
    assert stored.evidence == {"price": {"source": "json_ld", "raw": "245000", "confidence": 0.9}}
    assert stored.first_seen == stored.last_seen == NOW
    assert stored.is_active
    assert history(site) == [("created", None, None, None)]


def test_phones_and_e_mails_are_masked_wherever_a_text_is_stored(site: tuple[Connection, int]) -> None:
    phones = "06 12 34 56 78, 07.11.22.33.44 ou +33 6 12 34 56 78"
    told = f"Visites avec Paul au {phones}, paul.durand@courriel.example"
    listing = replace(FLAT, title=told, description=told, address=told)
    proofs = {name: Evidence("label", f"{name}: {told}", 0.9) for name in ("price", "description")}
    ingest(*site, URL, Read(listing, proofs), now=NOW, log_id=None)
    read(site, replace(listing, description=f"{told} {told}"), day=1)
    stored = row(site)
    kept = f"{stored.title} {stored.description} {stored.address} {stored.evidence} {history(site)}"
    assert not any(secret in kept for secret in ("12 34", "11.22", "paul.durand"))
    assert stored.description.startswith("Visites avec Paul au [téléphone]")


def test_the_same_reading_again_only_moves_last_seen(site: tuple[Connection, int]) -> None:
    read(site, FLAT)
    before = row(site)
    assert read(site, FLAT, day=1) is Outcome.UNCHANGED
    after = row(site)
    assert after.last_seen - before.last_seen == timedelta(days=1)
    assert after.updated_at == before.updated_at
    assert len(history(site)) == 1


@pytest.mark.parametrize(
    ("values", "event"),
    [
        ({"price": 239_000}, ("price", "price", 245_000, 239_000)),
        ({"surface": 64.0}, ("surface", "surface", 63.5, 64.0)),
        ({"title": "Bel appartement"}, ("text", "title", "Appartement T3", "Bel appartement")),
        ({"rooms": 4}, ("changed", "rooms", 3, 4)),
        ({"transaction": Transaction.RENT}, ("changed", "transaction", "sale", "rent")),
        ({"dpe": "C"}, ("changed", "dpe", None, "C")),
        (
            {"features": {"lift": True}},
            ("changed", "features", {"balcony": True, "lift": False}, {"balcony": True, "lift": True}),
        ),
        (
            {"photos": ("https://agence.example/c.jpg",)},
            ("photos", "photos", list(FLAT.photos), ["https://agence.example/c.jpg"]),
        ),
    ],
)
def test_a_field_that_differs_is_one_event(
    site: tuple[Connection, int], values: dict[str, Any], event: tuple[Any, ...]
) -> None:
    read(site, FLAT)
    assert read(site, replace(FLAT, **values), day=1) is Outcome.CHANGED
    assert history(site)[1:] == [event]
    assert getattr(row(site), event[1]) == event[3]


@pytest.mark.parametrize(
    "values",
    [
        {"price": None},
        {"description": None, "surface": None},
        {"photos": ()},
        {"photos": tuple(reversed(FLAT.photos))},
        {"photos": tuple(f"{url}?utm_source=x" for url in FLAT.photos)},
        {"features": {}},
        {"title": "Appartement  T3 "},
    ],
)
def test_silence_order_and_white_space_are_no_change(
    site: tuple[Connection, int], values: dict[str, Any]
) -> None:
    read(site, FLAT)
    assert read(site, replace(FLAT, **values), day=1) is Outcome.UNCHANGED
    assert (row(site).price, row(site).photos) == (245_000, list(FLAT.photos))
    assert len(history(site)) == 1


@pytest.mark.parametrize(
    "listing", [None, Listing(), Listing(title="Nos conseils"), Listing(price=100_000), Listing(city="Paris")]
)
def test_what_tells_no_advert_is_not_stored(site: tuple[Connection, int], listing: Listing | None) -> None:
    assert read(site, listing) is Outcome.NONE
    assert history(site) == []


@pytest.mark.parametrize(
    "values",
    [
        {"price": 0}, {"price": -5}, {"price": 10**19}, {"surface": 0.0}, {"surface": float("nan")},
        {"surface": float("inf")}, {"rooms": 0}, {"rooms": 4_000}, {"bedrooms": 10**6}, {"floor": 99_999},
        {"dpe": "H"}, {"dpe": "c"}, {"ges": ""}, {"dpe_value": 10**6}, {"latitude": 91.0, "longitude": 2.0},
        {"latitude": 48.0}, {"construction_year": 99_999}, {"currency": "euros"}, {"reference": "x" * 61},
        {"availability": "y" * 30}, {"insee_code": "751150"}, {"charges": -1}, {"city": "z" * 200},
    ],
)  # fmt: skip
def test_a_value_that_the_table_would_refuse_is_null_and_the_rest_is_stored(
    site: tuple[Connection, int], values: dict[str, Any]
) -> None:
    assert read(site, replace(FLAT, **values)) is Outcome.NEW
    assert all(getattr(row(site), name) is None for name in values)
    assert row(site).title == FLAT.title


def test_what_cannot_be_stored_in_a_text_is_left_out(site: tuple[Connection, int]) -> None:
    listing = replace(
        FLAT, title="Appar\x00tement \ud800T3" + "!" * 400, photos=("https://a.example/\x00.jpg",)
    )
    assert read(site, listing) is Outcome.NEW
    assert row(site).title.startswith("Appartement T3!")
    assert len(row(site).title) == 300


def test_another_agencys_address_is_never_written(site: tuple[Connection, int], engine: Engine) -> None:
    read(site, FLAT)
    connection, _ = site
    connection.commit()
    other = register(engine, ["autre.example"])[0]
    with engine.begin() as theirs:
        changed = Read(replace(FLAT, price=1))
        assert ingest(theirs, other, URL, changed, now=NOW, log_id=None) is Outcome.NONE


def test_reused_references_of_other_dwellings_are_not_republications(site: tuple[Connection, int]) -> None:
    from sqlalchemy import update

    read(site, FLAT)
    site[0].execute(update(AggregatedListing).values(is_active=False, withdrawn_at=NOW))
    house = replace(FLAT, property_type=PropertyType.HOUSE, description="Une maison.")
    large = replace(FLAT, surface=120.0)
    short = replace(FLAT, reference="12", description="Belle affaire.")
    for n, listing in enumerate((house, large, short)):
        assert read(site, listing, url=f"{URL}{n}") is Outcome.NEW
    assert read(site, replace(FLAT, price=240_000), url=f"{URL}-bis") is Outcome.REPUBLISHED
    assert row(site, f"{URL}-bis").republishes == row(site).id


def test_an_advert_without_reference_is_known_again_by_its_measured_figures(
    site: tuple[Connection, int],
) -> None:
    from sqlalchemy import update

    bare = replace(FLAT, reference=None, dpe_value=187, ges_value=31)
    read(site, bare)
    site[0].execute(update(AggregatedListing).values(is_active=False, withdrawn_at=NOW))
    neighbour = replace(bare, description="Un autre texte.", ges_value=32)
    named = replace(bare, description="Un autre texte.", reference="VB99")
    again = replace(bare, description="Un autre texte.", price=239_000)
    assert read(site, neighbour, url=f"{URL}-2") is Outcome.NEW
    assert read(site, named, url=f"{URL}-3") is Outcome.REPUBLISHED
    assert read(site, again, url=f"{URL}-4") is Outcome.NEW, "one advert is republished once"


def test_the_fingerprint_does_not_depend_on_order() -> None:
    columns = columns_of(FLAT)
    assert fingerprint(columns) == fingerprint(dict(reversed(columns.items())))
    assert fingerprint(columns) != fingerprint(columns_of(replace(FLAT, price=1)))


def test_quality_is_the_share_of_what_a_buyer_asks_first_and_land_needs_no_rooms() -> None:
    assert quality(columns_of(Listing())) == 0
    assert quality(columns_of(replace(FLAT, dpe="C"))) == 1
    land = replace(FLAT, property_type=PropertyType.LAND, surface=None, rooms=None)
    assert quality(columns_of(land)) == 1


def test_changes_are_in_the_listings_order() -> None:
    old = columns_of(FLAT)
    new = columns_of(replace(FLAT, dpe="C", price=1, title="x"))
    assert [change.field for change in changes(old, new)] == ["title", "price", "dpe"]
