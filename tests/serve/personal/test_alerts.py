"""Alerts: the search's own criteria, vetted at once and kept in one form; bounded, one's own, never lost."""

import typing
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest
from pydantic import BaseModel, ValidationError
from sqlalchemy import Engine, insert, select, update

from crawl.guard import Guard
from models.tables import SearchAlert, User
from serve.criteria import Criteria, SearchQuery
from serve.personal import alerts
from serve.personal.saved_criteria import SavedCriteria, canonical
from serve.personal.webhook import objection
from serve.values import Box, Polygon
from tests.serve.market import add_agency, add_listing
from tests.serve.people import add_key
from tests.serve.personal.conftest import Visitor

PATH = "/api/user/alerts"
LYON = {"city": "Lyon", "transaction": "sale", "price_max": 300_000}
FORM = {"name": "T3 à Lyon", "criteria": LYON}


def _made(visitor: Visitor, **said: Any) -> dict[str, Any]:
    answer = visitor.post(PATH, json={**FORM, **said})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_an_alert_is_kept_as_it_was_said(claire: Visitor) -> None:
    said = {
        "channels": ["email"],
        "frequency": "instant",
        "quiet_hours": " 22:00-07:00 , 12:00-13:00",
        "is_active": False,
    }
    made = claire.post(PATH, json={**FORM, **said})
    assert made.headers["Location"] == f"{PATH}/{made.json()['id']}"
    told = claire.get(made.headers["Location"])
    assert told.json() == made.json()
    assert told.headers["ETag"] == '"1"'
    assert told.json()["criteria"] == LYON
    assert told.json()["quiet_hours"] == "22:00-07:00,12:00-13:00"
    assert (told.json()["frequency"], told.json()["is_active"]) == ("instant", False)
    assert claire.get(PATH).json()["alerts"] == [made.json()]


def test_what_is_not_said_has_its_default(claire: Visitor) -> None:
    told = _made(claire)
    assert (told["channels"], told["frequency"], told["is_active"]) == (["email"], "daily", True)
    assert (told["quiet_hours"], told["webhook_url"]) == (None, None)


@pytest.mark.parametrize(
    ("criteria", "parameter"),
    [
        ({"price_max": "cher"}, "price_max"),
        ({"price_min": 2, "price_max": 1}, "price_min"),
        ({"lat": 45.7}, "lng"),
        ({"postal_code": ["6900"]}, "postal_code"),
        ({"feature": ["pool_table"]}, "feature"),
        ({"bbox": "4,45"}, "bbox"),
        ({"color": "blue"}, "color"),
        ({"sort": "price_asc", "city": "Lyon"}, "sort"),
        ({"cursor": "x", "city": "Lyon"}, "cursor"),
        ({"limit": 3, "city": "Lyon"}, "limit"),
    ],
)
def test_criteria_are_refused_as_the_search_refuses_them(
    client: httpx2.Client, claire: Visitor, criteria: dict[str, Any], parameter: str
) -> None:
    answer = claire.post(PATH, json={"name": "x", "criteria": criteria})
    assert answer.status_code == 422
    lines = {line["parameter"]: line["message"] for line in answer.json()["errors"]}
    assert parameter in lines
    asked = client.get("/api/listings/search", params=criteria)
    if asked.status_code == 422 and parameter in Criteria.model_fields:
        assert {line["parameter"]: line["message"] for line in asked.json()["errors"]} == lines


@pytest.mark.parametrize(
    ("said", "parameter"),
    [
        ({"criteria": {}}, "criteria"),
        ({"criteria": {"city": "  ", "postal_code": []}}, "criteria"),
        ({"criteria": [1]}, "criteria"),
        ({"name": " "}, "name"),
        ({"name": "a" * 121}, "name"),
        ({"name": "nul \u0000"}, "name"),
        ({"channels": []}, "channels"),
        ({"channels": ["pigeon"]}, "channels"),
        ({"channels": ["sms"]}, "channels"),  # Claire's account has no phone
        ({"channels": ["webhook"]}, "webhook_url"),
        ({"webhook_url": "https://93.184.216.34/"}, "webhook_url"),
        ({"frequency": "hourly"}, "frequency"),
        ({"quiet_hours": "22-7"}, "quiet_hours"),
        ({"quiet_hours": "00:00-12:00,12:00-00:00"}, "quiet_hours"),
    ],
)
def test_what_leads_to_nobody_is_refused_in_one_line(
    claire: Visitor, said: dict[str, Any], parameter: str
) -> None:
    answer = claire.post(PATH, json={**FORM, **said})
    assert answer.status_code == 422, answer.text
    assert [line["parameter"] for line in answer.json()["errors"]] == [parameter]
    assert claire.get(PATH).json()["total"] == 0


def test_sms_needs_a_phone(hugo: Visitor) -> None:
    assert _made(hugo, channels=["sms", "email", "sms"])["channels"] == ["email", "sms"]


@pytest.mark.parametrize(
    "address",
    [
        "http://93.184.216.34/hook",
        "https://127.0.0.1/hook",
        "https://[::1]/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://localhost/",
        "https://agence-1.localhost/",
        "https://metadata.internal/",
        "https://user:secret@93.184.216.34/",
        "https://93.184.216.34:22/",
        "file:///etc/passwd",
        "gopher://93.184.216.34/",
        "https://１２７.0.0.1/",
        "https://93.184.216.34/\r\nX-Injected: 1",
        "https://",
        "hook",
        "https://[",
    ],
)
def test_a_webhook_that_leads_inward_is_refused(claire: Visitor, address: str) -> None:
    answer = claire.post(PATH, json={**FORM, "channels": ["webhook"], "webhook_url": address})
    assert answer.status_code == 422, answer.text
    assert [line["parameter"] for line in answer.json()["errors"]] == ["webhook_url"]


def test_a_webhook_on_the_public_web_is_kept(claire: Visitor) -> None:
    told = _made(claire, channels=["webhook"], webhook_url="https://93.184.216.34/hook?key=1")
    assert told["webhook_url"] == "https://93.184.216.34/hook?key=1"


@pytest.mark.parametrize(
    ("leads_to", "refused"),
    [(["93.184.216.34"], False), (["93.184.216.34", "10.0.0.1"], True), (["::1"], True), ([], True)],
)
async def test_a_webhooks_name_is_vetted_by_all_that_it_leads_to(leads_to: list[str], refused: bool) -> None:
    async def resolve(name: str, port: int) -> list[str]:
        return leads_to

    wrong = await objection("https://hooks.exemple.fr/x", Guard(resolve=resolve))
    assert (wrong is not None) is refused


async def test_a_webhook_whose_name_is_unknown_is_refused() -> None:
    async def resolve(name: str, port: int) -> list[str]:
        raise OSError("no such name")

    assert "no address" in (await objection("https://hooks.exemple.fr/x", Guard(resolve=resolve)) or "")


def test_equal_searches_are_kept_alike(claire: Visitor) -> None:
    one = {"postal_code": ["69007", "69003", "69007"], "rooms_min": 3, "city": " Lyon ", "q": ""}
    two = {"city": "Lyon", "rooms_min": "3", "postal_code": ["69003", "69007"], "feature": []}
    three = {"city": "Lyon", "postal_code": "69003"}
    kept = [_made(claire, criteria=criteria)["criteria"] for criteria in (one, two, three)]
    assert kept[0] == kept[1] == {"city": "Lyon", "postal_code": ["69003", "69007"], "rooms_min": 3}
    assert kept[2] == {"city": "Lyon", "postal_code": ["69003"]}


@pytest.mark.parametrize(
    "criteria",
    [
        {"bbox": "4.8,45.7,4.9,45.8"},
        {"polygon": "4.8,45.7;4.9,45.7;4.85123456789012,45.8"},
        {"lat": 45.757, "lng": 4.846, "radius": 800},
        {"first_seen_since": "2026-03-01T00:00:00+02:00", "price_drop_since": "2026-03-01"},
        {"first_seen_since": "0001-01-01T00:00:00+14:00"},
        {"furnished": False, "price_drop_min": 0, "surface_min": 12.5, "dpe_worst": "D"},
        {"property_type": ["house", "apartment"], "feature_unknown": ["lift"], "department_not": ["2A"]},
        {"q": '"vue mer" -viager', "agency_id_not": [3, 1, 2], "adverts_min": 2},
    ],
)
def test_what_is_kept_is_what_was_meant(criteria: dict[str, Any]) -> None:
    meant = SavedCriteria.model_validate(criteria)
    kept = canonical(meant)
    again = SearchQuery.model_validate(kept)
    assert canonical(again) == kept
    for name in criteria:
        one, other = getattr(meant, name), getattr(again, name)
        assert (sorted(one), sorted(other)) == (sorted(other),) * 2 if isinstance(one, list) else one == other


def test_every_shape_among_the_criteria_has_a_form() -> None:
    shapes = {
        kind
        for field in Criteria.model_fields.values()
        for kind in (field.annotation, *typing.get_args(field.annotation))
        if isinstance(kind, type) and issubclass(kind, BaseModel)
    }
    assert shapes <= {Box, Polygon}


def test_saved_criteria_refuse_what_the_search_refuses() -> None:
    with pytest.raises(ValidationError):
        SavedCriteria.model_validate({"postal_code": {"a": 1}})


def test_a_preview_is_the_search_itself(client: httpx2.Client, claire: Visitor, engine: Engine) -> None:
    agency = add_agency(engine)
    place = {"city": "Lyon", "insee_code": "69383", "transaction": "sale"}
    for number in range(7):
        add_listing(engine, agency, price=200_000 + number, **place)
    add_listing(engine, agency, price=900_000, **place)
    alert = _made(claire)
    told = claire.get(f"{PATH}/{alert['id']}/preview").json()
    found = client.get("/api/listings/search", params={**alert["criteria"], "limit": 5}).json()
    assert (told["total"], told["listings"]) == (7, found["listings"])


def test_a_put_replaces_and_heeds_the_revision_that_was_read(claire: Visitor) -> None:
    one = f"{PATH}/{_made(claire, quiet_hours='22:00-07:00')['id']}"
    other = {"name": "Maison", "criteria": {"property_type": ["house"]}}
    changed = claire.put(one, json=other, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert changed.json()["criteria"] == {"property_type": ["house"]}
    assert changed.json()["quiet_hours"] is None
    for stale in ('"1"', '"3"', "nonsense", '"' + "9" * 30 + '"'):
        assert claire.put(one, json=FORM, headers={"If-Match": stale}).status_code == 412, stale
    assert claire.get(one).json()["name"] == "Maison"
    for fine in ({}, {"If-Match": "*"}, {"If-Match": 'W/"4"'}):
        assert claire.put(one, json=FORM, headers=fine).status_code == 200, fine


def test_of_two_who_change_it_at_once_one_is_told(claire: Visitor) -> None:
    one = f"{PATH}/{_made(claire)['id']}"

    def change(number: int) -> int:
        form = {**FORM, "name": f"Alerte {number}"}
        return claire.put(one, json=form, headers={"If-Match": '"1"'}).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(change, range(4))) == [200, 412, 412, 412]


def test_an_alert_that_is_deleted_is_gone(claire: Visitor) -> None:
    one = f"{PATH}/{_made(claire)['id']}"
    assert claire.delete(one).status_code == 204
    for answer in (
        claire.get(one),
        claire.delete(one),
        claire.put(one, json=FORM),
        claire.get(one + "/preview"),
    ):
        assert answer.status_code == 404


def test_there_is_an_end_to_alerts(claire: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerts, "MAX_ALERTS", 2)
    with ThreadPoolExecutor(4) as pool:
        codes = list(pool.map(lambda _: claire.post(PATH, json=FORM).status_code, range(4)))
    assert sorted(codes) == [201, 201, 409, 409]


def test_pages_follow_each_other(claire: Visitor) -> None:
    made = [_made(claire)["id"] for _ in range(3)]
    first = claire.get(PATH, params={"limit": 2}).json()
    second = claire.get(PATH, params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [alert["id"] for page in (first, second) for alert in page["alerts"]] == made[::-1]
    assert (first["total"], second["next_cursor"]) == (3, None)
    assert claire.get(PATH, params={"cursor": "WyJmYXZvcml0ZXMiLG51bGwsMzFd"}).status_code == 422


def test_anothers_alert_is_not_there(claire: Visitor, hugo: Visitor) -> None:
    one = f"{PATH}/{_made(claire)['id']}"
    answers = (
        hugo.get(one),
        hugo.put(one, json=FORM),
        hugo.put(one, json=FORM, headers={"If-Match": '"9"'}),
        hugo.delete(one),
        hugo.get(one + "/preview"),
    )
    assert {answer.status_code for answer in answers} == {404}
    assert hugo.get(PATH).json()["alerts"] == []
    assert claire.get(one).json()["revision"] == 1


def test_a_key_needs_the_scope(client: httpx2.Client, claire: Visitor, engine: Engine) -> None:
    assert client.get(PATH).status_code == 401
    assert client.post(PATH, json=FORM).status_code == 401
    narrow, right = (add_key(engine, claire.person, scope) for scope in ("favorites", "alerts"))
    assert client.post(PATH, json=FORM, headers={"X-API-Key": narrow}).status_code == 403
    assert client.post(PATH, json=FORM, headers={"X-API-Key": right}).status_code == 201


def test_a_broken_body_is_one_clear_line(claire: Visitor) -> None:
    for body in (b"", b"{", b"[]", b"null", b'{"name": "x"}', b"\xff\xfe", b"[" * 5_000):
        answer = claire.post(PATH, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in (400, 422), body[:20]
        assert "\n" not in answer.json()["detail"]


def test_an_alert_that_was_kept_before_a_criterion_went_says_so(claire: Visitor, engine: Engine) -> None:
    with engine.begin() as connection:
        row = {
            "user_id": claire.person.id,
            "name": "ancienne",
            "criteria": {"no_more": 1},
            "channels": ["email"],
        }
        alert = connection.execute(insert(SearchAlert).values(row).returning(SearchAlert.id)).scalar_one()
    assert claire.get(f"{PATH}/{alert}").json()["criteria"] == {"no_more": 1}
    preview = claire.get(f"{PATH}/{alert}/preview")
    assert (preview.status_code, preview.json()["errors"][0]["parameter"]) == (422, "no_more")


def test_an_account_that_lost_its_phone_keeps_its_alert_but_cannot_say_sms_anew(
    hugo: Visitor, engine: Engine
) -> None:
    one = f"{PATH}/{_made(hugo, channels=['sms'])['id']}"
    with engine.begin() as connection:
        connection.execute(update(User).values(phone=None))
        assert connection.scalars(select(SearchAlert.channels)).all() == [["sms"]]
    assert hugo.put(one, json={**FORM, "channels": ["sms"]}).status_code == 422
    assert hugo.get(one).json()["channels"] == ["sms"]
