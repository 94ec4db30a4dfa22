"""GET /api/events: a feed that misses nothing, whoever writes meanwhile."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import Engine, insert

from models.tables import ListingHistory
from tests.serve.market import NOW, add_agency, add_event, add_listing, change_price

FEED = "/api/events"


def followed(client: httpx2.Client, cursor: str | None = None, **wanted: Any) -> tuple[list[int], str | None]:
    """The ids of all events from a cursor on, and the cursor at their end."""
    seen: list[int] = []
    while True:
        page = client.get(
            FEED, params={"limit": 3, **wanted, **({"cursor": cursor} if cursor else {})}
        ).json()
        seen += [event["id"] for event in page["events"]]
        cursor = page["next_cursor"]
        if not page["more"]:
            return seen, cursor


def test_events_are_told_in_order_and_once(client: httpx2.Client, engine: Engine) -> None:
    assert client.get(FEED).json() == {"events": [], "more": False, "next_cursor": None}
    listing = add_listing(engine, add_agency(engine))
    first = [add_event(engine, listing, "text", NOW) for _ in range(7)]
    seen, cursor = followed(client)
    assert seen == first
    assert followed(client, cursor) == ([], cursor)
    later = [add_event(engine, listing, "photos", NOW) for _ in range(2)]
    assert followed(client, cursor)[0] == later


def test_an_event_that_is_written_late_is_not_missed(client: httpx2.Client, engine: Engine) -> None:
    listing = add_listing(engine, add_agency(engine))
    row = {"listing_id": listing, "kind": "text", "occurred_at": NOW}
    with engine.connect() as slow:
        held = slow.execute(insert(ListingHistory).returning(ListingHistory.id), row).scalar_one()
        quick = add_event(engine, listing, "photos", NOW)
        assert held < quick
        seen, cursor = followed(client)
        assert seen == []
        slow.commit()
    assert followed(client, cursor)[0] == [held, quick]


def test_a_feed_is_of_kinds_listings_dwellings_and_times(client: httpx2.Client, engine: Engine) -> None:
    one, other = (add_listing(engine, add_agency(engine)) for _ in range(2))
    dwelling = client.get(f"/api/listings/{other}").json()["property_id"]
    old = add_event(engine, one, "created", NOW - timedelta(days=9))
    change_price(engine, one, 200_000, 190_000, NOW)
    told = add_event(engine, other, "withdrawn", NOW)
    assert len(followed(client)[0]) == 3
    (price,) = client.get(FEED, params={"kind": "price"}).json()["events"]
    assert (price["listing_id"], price["old_value"], price["new_value"]) == (one, 200_000, 190_000)
    assert followed(client, listing_id=other)[0] == followed(client, property_id=dwelling)[0] == [told]
    assert followed(client, listing_id=one, since=(NOW - timedelta(days=1)).isoformat())[0] == [price["id"]]
    assert followed(client, listing_id=one)[0] == [old, price["id"]]


def test_agencies_that_opted_out_are_not_told_of(client: httpx2.Client, engine: Engine) -> None:
    add_event(engine, add_listing(engine, add_agency(engine, opted_out_at=NOW)), "created", NOW)
    assert followed(client)[0] == []


@pytest.mark.parametrize(
    "query", ["kind=party", "limit=1001", "cursor=nonsense", "since=soon", "listing_id=0"]
)
def test_what_cannot_be_used_gets_one_clear_line(client: httpx2.Client, query: str) -> None:
    answer = client.get(f"{FEED}?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == query.split("=", maxsplit=1)[0]
