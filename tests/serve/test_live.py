"""What a search asks is what is stored: the live tables follow every change, whoever makes it and however."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from tests.serve.market import NOW, add_agency, add_listing, add_property, change_price

SEARCH = "/api/listings/search"
_LISTINGS = 6
_CHANGES = (
    "update aggregated_listings set price = coalesce(price, 100000) + 1000 where id = :id",
    "update aggregated_listings set property_id = :dwelling where id = any(:ids)",
    "update aggregated_listings set title = 'Loft ' || :id, last_seen = now() where id = :id",
    "update aggregated_listings set is_active = false, withdrawn_at = now() where id = :id and is_active",
    "update aggregated_listings set is_active = true, withdrawn_at = null where id = any(:ids)",
    "update aggregated_listings set last_seen = now()",
    "update aggregated_listings set insee_code = null, postal_code = '20137' where id = :id",
    "update aggregated_listings set property_type = 'house', transaction = 'rent' where id = any(:ids)",
    "update aggregated_listings set currency = case when id % 2 = 0 then 'XPF' else 'CHF' end where id = :id",
    "update aggregated_listings set currency = null, postal_code = '98800' where id = any(:ids)",
    "update aggregated_listings set latitude = 48.85, longitude = -0.05 where id = :id",
    "update agencies set opted_out_at = now() where id = :agency",
    "update agencies set opted_out_at = null",
    "insert into listing_history (listing_id, kind, field, old_value, new_value, occurred_at)"
    " values (:id, 'price', 'price', '200000', '180000', now())",
    "insert into listing_history (listing_id, kind, field, old_value, new_value, occurred_at)"
    " select x, 'price', 'price', '180000', 'null', now() from unnest(cast(:ids as bigint[])) x",
    "insert into listing_history (listing_id, kind, field, old_value, new_value, occurred_at)"
    " values (:id, 'changed', 'currency', '\"CHF\"', '\"EUR\"', now())",
)
_DIFFERENCES = """
    select (select count(*) from (table live_listings except select * from live_of(:all)) x)
        + (select count(*) from (select * from live_of(:all) except table live_listings) x)
        + (select count(*) from (
            table live_words except select said.* from live_of(:all) live
            join aggregated_listings l on l.id = live.id,
                lateral said_by(live, l.title, l.description) said) x)
        + (select count(*) from live_listings) - (select count(*) from live_words)
"""


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(_CHANGES), st.integers(0, _LISTINGS - 1), st.lists(st.integers(0, _LISTINGS - 1))
        ),
        max_size=8,
    )
)
def test_any_history_of_changes_leaves_what_is_stored(
    engine: Engine, changes: list[tuple[str, int, list[int]]]
) -> None:
    agencies = [add_agency(engine) for _ in range(2)]
    ids = [
        add_listing(engine, agencies[at % 2], title=f"Appartement {at}", price=100_000, surface=50.0)
        for at in range(_LISTINGS)
    ]
    dwelling = add_property(engine)
    for change, at, several in changes:
        told = {"id": ids[at], "ids": [ids[other] for other in several], "dwelling": dwelling}
        with engine.begin() as connection:
            connection.execute(text(change), {**told, "agency": agencies[at % 2]})
    with engine.connect() as connection:
        everything = list(connection.scalars(text("select id from aggregated_listings")))
        assert connection.scalar(text(_DIFFERENCES), {"all": everything}) == 0


def test_an_agency_that_opts_out_is_not_found_from_that_moment_on(
    client: httpx2.Client, engine: Engine
) -> None:
    agency = add_agency(engine)
    listing = add_listing(engine, agency)
    assert [card["id"] for card in client.get(SEARCH).json()["listings"]] == [listing]
    with engine.begin() as connection:
        connection.execute(text("update agencies set opted_out_at = now()"))
    assert client.get(SEARCH).json()["total"] == 0


def test_an_advert_counts_those_of_its_dwelling_that_may_be_shown(
    client: httpx2.Client, engine: Engine
) -> None:
    agencies = [add_agency(engine) for _ in range(3)]
    dwelling = add_property(engine)
    for agency in agencies:
        add_listing(engine, agency, dwelling)
    with engine.begin() as connection:
        connection.execute(
            text("update agencies set opted_out_at = now() where id = :id"), {"id": agencies[0]}
        )
    assert [card["adverts"] for card in client.get(SEARCH).json()["listings"]] == [2, 2]
    assert client.get(SEARCH, params={"adverts_min": 3}).json()["total"] == 0


def test_the_largest_cut_comes_first_and_what_was_not_cut_last(client: httpx2.Client, engine: Engine) -> None:
    agency = add_agency(engine)
    small, raised, large, never = (add_listing(engine, agency, price=200_000) for _ in range(4))
    change_price(engine, small, 204_000, 200_000, NOW)
    change_price(engine, large, 400_000, 200_000, NOW - timedelta(days=3))
    change_price(engine, raised, 100_000, 200_000, NOW)
    found = client.get(SEARCH, params={"sort": "price_drop", "limit": 2}).json()
    assert [card["id"] for card in found["listings"]] == [large, small]
    after = client.get(SEARCH, params={"sort": "price_drop", "cursor": found["next_cursor"]}).json()
    assert [card["id"] for card in after["listings"]] == [never, raised]


def test_words_of_a_title_are_more_relevant_than_those_of_a_text(
    client: httpx2.Client, engine: Engine
) -> None:
    agency = add_agency(engine)
    said = add_listing(engine, agency, title="Maison", description="Proche de la mer, avec une terrasse.")
    titled = add_listing(engine, agency, title="Terrasse face à la mer", description="Calme.")
    add_listing(engine, agency, title="Maison", description="Au calme.")
    add_listing(engine, agency, title="Terrasse")
    asked = {"q": "terrasse mer", "sort": "relevance"}
    assert [card["id"] for card in client.get(SEARCH, params=asked).json()["listings"]] == [titled, said]
    answer = client.get(SEARCH, params={"sort": "relevance"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"parameter": "sort", "message": "needs words in q"}]


@pytest.mark.parametrize("path", [SEARCH, "/api/properties/search"])
@pytest.mark.parametrize("place", [{}, {"postal_code": "69003"}])
@pytest.mark.parametrize("sort", ["newest", "price_asc", "surface_desc", "price_drop", "relevance"])
def test_pages_of_more_than_is_counted_neither_repeat_nor_miss(
    client: httpx2.Client,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    sort: str,
    place: dict[str, str],
) -> None:
    """With small limits, so that every way of finding is taken: picked, walked, gathered and sorted."""
    monkeypatch.setattr("serve.engines.postgresql.COUNT_LIMIT", 5)
    monkeypatch.setattr("serve.engines.postgresql.ASKED", 6)
    monkeypatch.setattr("serve.engines.postgresql.WALK", 12)
    agency = add_agency(engine)
    dwellings = [add_property(engine) for _ in range(30)]
    for at in range(40):
        add_listing(
            engine, agency, dwellings[at % 30], transaction="sale",
            title="Villa" if at % 3 else "Villa villa",
            price=100_000 + at % 7 * 1000 if at % 5 else None, surface=30.0 + at % 11,
            property_type="house" if at % 2 else "apartment", first_seen=NOW - timedelta(hours=at % 13),
            postal_code="69003",
        )  # fmt: skip
        add_listing(engine, agency, transaction="sale", title="Chalet", property_type="house",
                    postal_code="69003", price=100_000 + at % 7 * 1000, surface=30.0 + at % 11)  # fmt: skip
    asked = {"q": "villa", "sort": sort, "limit": 4, "transaction": "sale", "property_type": "house", **place}
    found = [card["id"] for card in _pages_of_many(client, path, asked)]
    assert len(found) == len(set(found)) == (20 if path == SEARCH else 15)


def _pages_of_many(client: httpx2.Client, path: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
    """The cards of all pages, each of which tells that there are more than the five that are counted."""
    cards: list[dict[str, Any]] = []
    cursor = ""
    while cursor is not None:
        answer = client.get(path, params={**asked, "cursor": cursor}).json()
        assert (answer["total"], answer["total_is_exact"]) == (5, False)
        cards += answer.get("listings") or answer["properties"]
        cursor = answer["next_cursor"]
    return cards


@pytest.mark.parametrize("path", [SEARCH, "/api/properties/search"])
@pytest.mark.parametrize("place", [{}, {"postal_code": "69003", "transaction": "sale"}, {"q": "villa"}])
@pytest.mark.parametrize("sort", ["oldest", "price_asc"])
@pytest.mark.parametrize("far", [5, 100_000])
def test_pages_go_on_where_the_first_stored_come_first_in_the_order(
    client: httpx2.Client,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    far: int,
    sort: str,
    place: dict[str, str],
) -> None:
    """Those that are gathered all lie before the cursor then, and say nothing of what comes after."""
    monkeypatch.setattr("serve.engines.postgresql.COUNT_LIMIT", 5)
    monkeypatch.setattr("serve.engines.postgresql.WALK", 5)
    monkeypatch.setattr("serve.engines.postgresql.LONG_WALK", far)
    agency = add_agency(engine)
    stored = [
        add_listing(engine, agency, transaction="sale", title="Villa", postal_code="69003",
                    price=100_000 + at, first_seen=NOW - timedelta(hours=20 - at))
        for at in range(20)
    ]  # fmt: skip
    cards = _pages_of_many(client, path, {"sort": sort, "limit": 4, **place})
    found = [card.get("listing", card)["id"] for card in cards]
    assert found == stored


@pytest.mark.parametrize("path", [SEARCH, "/api/properties/search"])
@pytest.mark.parametrize("sort", ["price_asc", "price_desc", "price_per_sqm_asc", "surface_desc"])
def test_an_order_holds_over_sales_rents_and_what_is_unknown_alike(
    client: httpx2.Client, engine: Engine, monkeypatch: pytest.MonkeyPatch, path: str, sort: str
) -> None:
    """Each transaction lies by itself in the order's index: a page is put together from all of them."""
    monkeypatch.setattr("serve.engines.postgresql.LONG_WALK", -1)
    monkeypatch.setattr("serve.engines.postgresql.WALK", 9)
    agency = add_agency(engine)
    kinds = ("sale", "rent", "seasonal", "life_annuity", "auction", None)
    for at in range(36):
        rank = at * 17 % 36  # six of a kind cost nearly the same
        add_listing(engine, agency, transaction=kinds[rank // 6], price=1_000 * (rank + 1),
                    surface=20.0 + at * 23 % 36)  # fmt: skip
    told, cursor = [], ""
    while cursor is not None:
        answer = client.get(path, params={"sort": sort, "limit": 5, "cursor": cursor}).json()
        told += [card.get("listing", card) for card in answer.get("listings") or answer["properties"]]
        cursor = answer["next_cursor"]
    values = [card[sort.removesuffix("_asc").removesuffix("_desc")] for card in told]
    assert values == sorted(values, reverse=sort.endswith("_desc"))
    assert len({card["id"] for card in told}) == len(told) == 36
