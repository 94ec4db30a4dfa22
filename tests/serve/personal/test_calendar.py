"""The feed of visits: read back by an iCalendar reader, whatever is in titles; its address is a secret."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from icalendar import Calendar, Event
from sqlalchemy import Engine, select, update

from models.tables import AggregatedListing, CalendarFeed, Favorite, User
from tests.serve.market import NOW, add_agency, add_listing
from tests.serve.people import add_key, sign_up
from tests.serve.personal.conftest import Visitor
from tests.serve.served import served

PATH = "/api/user/favorites"
VISIT = datetime(2099, 6, 1, 9, tzinfo=UTC)


def _feed(visitor: Visitor) -> str:
    answer = visitor.post("/api/user/calendar")
    assert answer.status_code == 201, answer.text
    return str(answer.json()["address"])


def _events(client: httpx2.Client, address: str) -> list[Event]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    lines = answer.content.split(b"\r\n")
    assert lines[-1] == b""
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in lines)
    return list(Calendar.from_ical(answer.content).events)


def _visit(visitor: Visitor, engine: Engine, at: datetime = VISIT, **values: Any) -> int:
    listing = add_listing(engine, add_agency(engine, phone="04 78 00 00 01"), **values)
    visitor.post(f"{PATH}/{listing}", json={"visit_at": at.isoformat(), "note": "Sonner\nchez Morvan"})
    return listing


def test_a_visit_is_an_event_with_place_link_and_reminder(
    client: httpx2.Client, claire: Visitor, engine: Engine
) -> None:
    where = {"address": "3 rue des Tanneurs", "postal_code": "69003", "city": "Lyon"}
    listing = _visit(claire, engine, title="T3 avec balcon", price=245_000, **where)
    (event,) = _events(client, _feed(claire))
    assert str(event["SUMMARY"]) == "Visite : T3 avec balcon"
    assert str(event["LOCATION"]) == "3 rue des Tanneurs, 69003 Lyon"
    assert urlsplit(event["URL"]).path == f"/listings/{listing}"
    assert event["DTSTART"].dt == VISIT
    assert event.to_ical().count(b"DTSTART:20990601T090000Z") == 1
    assert event["DTEND"].dt - VISIT == timedelta(minutes=30)
    assert event["DTSTAMP"].dt <= datetime.now(UTC)
    assert (int(event["SEQUENCE"]), str(event["STATUS"])) == (0, "CONFIRMED")
    description = str(event["DESCRIPTION"]).splitlines()
    assert description == ["245 000 €", "Agence du Beffroi · 04 78 00 00 01", "Sonner", "chez Morvan"]
    assert b"\r\nX-PUBLISHED-TTL:PT1H\r\n" in client.get(_feed(claire)).content
    (alarm,) = event.walk("VALARM")
    assert (str(alarm["ACTION"]), alarm["TRIGGER"].dt) == ("DISPLAY", -timedelta(hours=1))


def test_a_visit_tells_a_price_in_its_own_currency(
    client: httpx2.Client, claire: Visitor, engine: Engine
) -> None:
    _visit(claire, engine, price=30_000_000, currency="XPF", postal_code="98800")
    (event,) = _events(client, _feed(claire))
    assert str(event["DESCRIPTION"]).splitlines()[0] == "30 000 000 XPF"


def test_a_reader_of_english_is_told_in_english(client: httpx2.Client, hugo: Visitor, engine: Engine) -> None:
    _visit(hugo, engine)
    (event,) = _events(client, _feed(hugo))
    assert str(event["SUMMARY"]) == "Viewing: Untitled listing"


@pytest.mark.parametrize(
    "title",
    [
        "T3\r\nEND:VEVENT\r\nEND:VCALENDAR",
        "T3\nBEGIN:VALARM\nACTION:EMAIL\nATTENDEE:mailto:a@b.example",
        'T3; DTSTART:19700101T000000Z, "x" \\n \\N \\, \\; \\\\',
        "T3 \u2028BEGIN:VEVENT\u2029 \x85 \x0b \x0c \x1b[2J \x7f",
        "é" * 300,
        "🏠" * 150,
        "a:b;c=d,e^n^'^^",
        " \t ",
    ],
)
def test_no_title_becomes_a_line_of_the_calendar(
    client: httpx2.Client, claire: Visitor, engine: Engine, title: str
) -> None:
    _visit(claire, engine, title=title[:300], city=title[:100])
    (event,) = _events(client, _feed(claire))
    assert str(event["SUMMARY"]) == " ".join(f"Visite : {_printable(title)}".split())
    assert (event["DTSTART"].dt, len(event.walk("VALARM"))) == (VISIT, 1)
    assert "ATTENDEE" not in event


def _printable(title: str) -> str:
    """Controls and separators are blanks; a title of nothing else is still a title."""
    title = title.replace("\\N", "\\n")
    return "".join(" " if c in "\r\n\t\u2028\u2029\x85\x0b\x0c\x1b\x7f" else c for c in title[:300])


def test_a_visit_that_moves_is_the_same_event_revised(
    client: httpx2.Client, claire: Visitor, engine: Engine
) -> None:
    one = f"{PATH}/{_visit(claire, engine)}"
    address = _feed(claire)
    (before,) = _events(client, address)
    later = VISIT + timedelta(days=1)
    claire.patch(one, json={"visit_at": later.isoformat()})
    claire.patch(one, json={"visit_at": later.isoformat(), "note": "Même heure"})
    (after,) = _events(client, address)
    assert str(after["UID"]) == str(before["UID"])
    assert (after["DTSTART"].dt, int(after["SEQUENCE"])) == (later, 1)
    assert after["DTSTAMP"].dt >= before["DTSTAMP"].dt


def test_a_visit_taken_away_is_struck_out_until_its_time_and_may_come_back(
    client: httpx2.Client, claire: Visitor, engine: Engine
) -> None:
    one = f"{PATH}/{_visit(claire, engine)}"
    address = _feed(claire)
    claire.patch(one, json={"visit_at": None})
    (event,) = _events(client, address)
    assert (str(event["STATUS"]), event["DTSTART"].dt, int(event["SEQUENCE"])) == ("CANCELLED", VISIT, 1)
    assert event.walk("VALARM") == []
    claire.patch(one, json={"visit_at": VISIT.isoformat()})
    (event,) = _events(client, address)
    assert (str(event["STATUS"]), int(event["SEQUENCE"])) == ("CONFIRMED", 2)
    claire.delete(one)
    assert _events(client, address) == []


def test_a_cancelled_visit_is_forgotten_once_its_time_has_passed(
    client: httpx2.Client, claire: Visitor, engine: Engine
) -> None:
    _visit(claire, engine)
    address = _feed(claire)
    with engine.begin() as connection:
        connection.execute(
            update(Favorite).values(visit_at=None, cancelled_visit_at=NOW - timedelta(minutes=1))
        )
    assert _events(client, address) == []


def test_a_withdrawn_advert_cancels_no_visit_but_is_told(
    client: httpx2.Client, claire: Visitor, engine: Engine
) -> None:
    _visit(claire, engine, is_active=False, withdrawn_at=NOW, withdrawn_reason="gone")
    (event,) = _events(client, _feed(claire))
    assert str(event["STATUS"]) == "CONFIRMED"
    assert str(event["DESCRIPTION"]).startswith("L’annonce n’est plus en ligne.")


def test_of_an_agency_that_opted_out_the_visit_stays_without_its_listing(
    client: httpx2.Client, claire: Visitor, engine: Engine
) -> None:
    agency = add_agency(engine, "Agence Discrète")
    listing = add_listing(engine, agency, title="Secret", city="Lyon")
    claire.post(f"{PATH}/{listing}", json={"visit_at": VISIT.isoformat()})
    address = _feed(claire)
    with engine.begin() as connection:
        connection.exec_driver_sql("update agencies set opted_out_at = now()")
    (event,) = _events(client, address)
    assert "LOCATION" not in event
    assert "URL" not in event
    assert b"Secret" not in event.to_ical()
    assert b"Discr" not in event.to_ical()


def test_links_lead_to_the_address_that_people_know(
    engine: Engine, database_url: str, tmp_path: Path
) -> None:
    person = sign_up(engine, tmp_path)
    with (
        served(database_url, tmp_path, public_url="https://pignon.example/immo/") as address,
        httpx2.Client(base_url=address, headers=person.headers) as client,
    ):
        told = client.post("/api/user/calendar").json()["address"]
        listing = add_listing(engine, add_agency(engine))
        client.post(f"{PATH}/{listing}", json={"visit_at": VISIT.isoformat()})
        feed = client.get(f"{PATH}.ics", params={"token": told.partition("token=")[2]})
    assert told.startswith("https://pignon.example/immo/api/user/favorites.ics?token=")
    (event,) = Calendar.from_ical(feed.content).events
    assert event["URL"] == f"https://pignon.example/immo/listings/{listing}"


def test_old_visits_leave_the_feed(client: httpx2.Client, claire: Visitor, engine: Engine) -> None:
    _visit(claire, engine, at=NOW - timedelta(days=300))
    _visit(claire, engine, at=NOW - timedelta(days=400))
    assert len(_events(client, _feed(claire))) == 1


def test_the_address_can_be_replaced_and_revoked_and_only_its_hash_is_kept(
    client: httpx2.Client, claire: Visitor, engine: Engine
) -> None:
    assert claire.get("/api/user/calendar").json() == {"exists": False, "created_at": None}
    first = _feed(claire)
    second = _feed(claire)
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    assert claire.get("/api/user/calendar").json()["exists"] is True
    with engine.connect() as connection:
        (kept,) = connection.scalars(select(CalendarFeed.hash)).all()
    assert len(kept) == 32
    assert second.partition("token=")[2].encode() not in kept
    assert claire.delete("/api/user/calendar").status_code == 204
    assert client.get(second).status_code == 404
    assert claire.delete("/api/user/calendar").status_code == 404


def test_no_key_makes_an_address_that_would_outlive_it(
    client: httpx2.Client, claire: Visitor, engine: Engine
) -> None:
    key = {"X-API-Key": add_key(engine, claire.person, "favorites")}
    assert client.post("/api/user/calendar", headers=key).status_code == 403
    assert claire.get("/api/user/calendar").json()["exists"] is False


def test_a_feed_is_its_users_alone_and_falls_with_them(
    client: httpx2.Client, claire: Visitor, hugo: Visitor, engine: Engine
) -> None:
    _visit(claire, engine)
    theirs, mine = _feed(hugo), _feed(claire)
    assert _events(client, theirs) == []
    with engine.begin() as connection:
        connection.execute(update(User).where(User.id == claire.person.id).values(is_active=False))
    assert client.get(mine).status_code == 404


@pytest.mark.parametrize("token", ["", "x", "a" * 101, "\x00", "é", "' or 1=1 --"])
def test_no_forged_address_leads_anywhere(client: httpx2.Client, claire: Visitor, token: str) -> None:
    _feed(claire)
    answer = client.get(PATH + ".ics", params={"token": token})
    assert answer.status_code == (422 if len(token) > 100 else 404)
    assert client.get(PATH + ".ics").status_code == 422


def test_the_listing_may_be_gone_altogether(client: httpx2.Client, claire: Visitor, engine: Engine) -> None:
    listing = _visit(claire, engine)
    address = _feed(claire)
    with engine.begin() as connection:
        connection.execute(AggregatedListing.__table__.delete().where(AggregatedListing.id == listing))
    assert _events(client, address) == []
