"""GET /api/listings/{id}, /api/agencies, /healthz, /readyz, /api/progress and errors."""

import json
import time
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import Engine, insert, update

from models.tables import Agency, ScrapingLog
from serve.answers import AgencyList, ListingDetail, Progress
from tests.serve.market import NOW, add_agency, add_event, add_listing, add_property, change_price, seed
from tests.serve.served import served


def test_a_listing_tells_its_fields_its_evidence_and_its_agency(seeded: httpx2.Client) -> None:
    listing = ListingDetail.model_validate_json(seeded.get("/api/listings/1").content)
    assert listing.agency.name == listing.agency_name == "Agence du Beffroi"
    assert listing.evidence["surface"].raw == "Surface habitable : 64 m²"
    assert listing.features["cellar"] is True
    assert "garden" not in listing.features


def test_a_listing_tells_its_history_oldest_first(client: httpx2.Client, engine: Engine) -> None:
    began = NOW - timedelta(days=30)
    listing = add_listing(engine, add_agency(engine), price=190_000, first_seen=began)
    add_event(engine, listing, "created", began)
    change_price(engine, listing, 210_000, 200_000, NOW - timedelta(days=9))
    change_price(engine, listing, 200_000, 190_000, NOW - timedelta(days=2))
    answer = client.get(f"/api/listings/{listing}").json()
    assert [event["kind"] for event in answer["history"]] == ["created", "price", "price"]
    assert [point["price"] for point in answer["price_history"]] == [210_000, 200_000, 190_000]
    assert answer["previous_price"] == 200_000


def test_a_listing_tells_its_dwelling_at_other_agencies_with_price_differences(
    client: httpx2.Client, engine: Engine
) -> None:
    dwelling = add_property(engine)
    listing = add_listing(engine, add_agency(engine), dwelling, price=200_000)
    dearer = add_listing(engine, add_agency(engine, "L’Adresse Rare"), dwelling, price=208_000)
    silent = add_listing(engine, add_agency(engine), dwelling)
    add_listing(engine, add_agency(engine), price=200_000)
    others = client.get(f"/api/listings/{listing}").json()["others"]
    assert [(other["id"], other["price_difference"]) for other in others] == [(dearer, 8_000), (silent, None)]
    assert others[0]["agency"]["name"] == "L’Adresse Rare"


def test_a_withdrawn_listing_still_answers_and_says_why(client: httpx2.Client, engine: Engine) -> None:
    gone = {"is_active": False, "withdrawn_at": NOW, "withdrawn_reason": "sold"}
    listing = add_listing(engine, add_agency(engine), **gone)
    answer = client.get(f"/api/listings/{listing}").json()
    assert (answer["is_active"], answer["withdrawn_reason"]) == (False, "sold")


def test_an_agency_that_opted_out_is_not_shown(client: httpx2.Client, engine: Engine) -> None:
    agency = add_agency(engine, opted_out_at=NOW)
    listing = add_listing(engine, agency)
    assert client.get(f"/api/listings/{listing}").status_code == 404
    assert client.get(f"/api/agencies/{agency}").status_code == 404
    assert client.get("/api/agencies").json()["agencies"] == []
    assert client.get("/api/listings/search").json()["listings"] == []


@pytest.mark.parametrize("path", ["/api/listings/99", "/api/agencies/99", "/api/nothing"])
def test_what_does_not_exist_is_a_problem_with_one_line(client: httpx2.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()) == {"type", "title", "status", "detail", "request_id"}


@pytest.mark.parametrize("name", ["0", "-1", "1.5", "abc", "99999999999999999999", "1%27--"])
def test_an_id_that_is_none_is_refused(client: httpx2.Client, name: str) -> None:
    answer = client.get(f"/api/listings/{name}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "listing_id"


def test_agencies_come_by_name_with_their_live_stock(client: httpx2.Client, engine: Engine) -> None:
    seed(engine, number=24)
    agency = add_agency(engine, "Zénith Habitat")
    for transaction in ("sale", "sale", "rent"):
        add_listing(engine, agency, transaction=transaction)
    add_listing(engine, agency, is_active=False, withdrawn_at=NOW)
    answer = AgencyList.model_validate_json(client.get("/api/agencies").content)
    names = [card.name for card in answer.agencies]
    assert answer.total == len(names) == 9
    assert (
        names.index("Côté Jardin Immobilier")
        < names.index("Étude Vauquelin")
        < names.index("Pierre & Ardoise")
    )
    last = answer.agencies[-1]
    assert (last.name, last.for_sale, last.for_rent, last.active_listings) == ("Zénith Habitat", 2, 1, 3)
    assert client.get(f"/api/agencies/{agency}").json()["for_sale"] == 2


def test_agencies_follow_their_cursor_without_repeating(client: httpx2.Client, engine: Engine) -> None:
    for _ in range(3):
        seed(engine, number=0)
    seen, cursor = [], None
    while True:
        page = client.get(
            "/api/agencies", params={"limit": 5, **({"cursor": cursor} if cursor else {})}
        ).json()
        seen += [agency["id"] for agency in page["agencies"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert len(seen) == len(set(seen)) == 24


def test_a_cursor_works_after_any_name(client: httpx2.Client, engine: Engine) -> None:
    names = ["Agence\u00ad du Port", "Agence\u200b du Quai", "\U0001f3e0" * 200, "不" * 200]
    for name in names:
        add_agency(engine, name)
    seen, cursor = [], ""
    while cursor is not None:
        answer = client.get("/api/agencies", params={"limit": 1, "cursor": cursor})
        assert answer.status_code == 200
        seen += [agency["name"] for agency in answer.json()["agencies"]]
        cursor = answer.json()["next_cursor"]
    assert sorted(seen) == sorted(names)


def test_agencies_are_found_by_a_part_of_their_name(seeded: httpx2.Client) -> None:
    agencies = seeded.get("/api/agencies", params={"name": "beffroi"}).json()["agencies"]
    assert [agency["name"] for agency in agencies] == ["Agence du Beffroi"]
    assert seeded.get("/api/agencies", params={"name": "%"}).json()["total"] == 0


@pytest.mark.parametrize("asked", ["etude", "ÉTUDE", "Oeil d'or", "œil d’Or"])
def test_agencies_are_found_whatever_their_accents(client: httpx2.Client, engine: Engine, asked: str) -> None:
    for name in ("Étude de l’Œil d’Or", "Agence du Beffroi"):
        add_agency(engine, name)
    agencies = client.get("/api/agencies", params={"name": asked}).json()["agencies"]
    assert [agency["name"] for agency in agencies] == ["Étude de l’Œil d’Or"]


def test_progress_counts_the_round_under_way(client: httpx2.Client, engine: Engine) -> None:
    old, done, running, waiting, dead = (add_agency(engine) for _ in range(5))
    later = NOW + timedelta(days=1)
    with engine.begin() as connection:
        for agency in (old, done):
            connection.execute(update(Agency).where(Agency.id == agency).values(next_crawl_at=later))
        for agency, until in ((running, later), (dead, NOW - timedelta(minutes=1))):
            lease = {"scraping_status": "running", "leased_until": until, "next_crawl_at": later}
            connection.execute(update(Agency).where(Agency.id == agency).values(**lease))
        for agency, ago, ended in ((old, 600, 500), (done, 60, 20), (running, 30, None)):
            visit = {"agency_id": agency, "status": "ok", "pages_fetched": 7}
            visit["started_at"] = NOW - timedelta(seconds=ago)
            visit["ended_at"] = ended and NOW - timedelta(seconds=ended)
            connection.execute(insert(ScrapingLog).values(**visit))
    assert waiting
    progress = Progress.model_validate_json(client.get("/api/progress").content)
    assert (progress.running, progress.done, progress.total, progress.pages) == (1, 1, 3, 7)


def test_progress_is_still_when_nothing_runs(seeded: httpx2.Client) -> None:
    assert seeded.get("/api/progress").json()["running"] == 0


def test_the_process_answers_even_when_the_database_does_not(tmp_path: Path) -> None:
    nowhere = "postgresql://nobody@127.0.0.1:1/none"
    with served(nowhere, tmp_path) as address, httpx2.Client(base_url=address) as client:
        assert client.get("/healthz").json()["status"] == "ok"
        for path in ("/readyz", "/api/listings/search"):
            answer = client.get(path)
            assert answer.status_code == 503
            assert answer.headers["retry-after"]
            assert "127.0.0.1" not in answer.text


def test_the_service_is_ready_when_its_database_answers(seeded: httpx2.Client) -> None:
    assert seeded.get("/readyz").json() == {"status": "ok", "search": "postgresql"}


def test_a_body_that_no_address_takes_is_refused(seeded: httpx2.Client) -> None:
    assert seeded.post("/api/listings/search", content=b"x" * 100_000).status_code in (405, 413)


def test_every_response_carries_the_security_headers(seeded: httpx2.Client) -> None:
    for path in ("/api/agencies", "/nothing", "/api/listings/search?rooms=x"):
        headers = seeded.get(path).headers
        assert "'unsafe-inline'" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_a_long_answer_is_compressed(seeded: httpx2.Client) -> None:
    answer = seeded.get("/api/listings/search", headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"


def test_the_access_log_names_the_route_and_nobody(
    seeded: httpx2.Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", logger="pignon.access"):
        seeded.get("/api/listings/7", headers={"user-agent": "someone"})
        seeded.get("/listings/7")
        seeded.get("/api/listings/search", params={"city": "Rennes"})
        seeded.get("/me@example.org")
        # A line is written once its answer is sent, which the reader of the answer may outrun.
        deadline = time.monotonic() + 10
        while len(caplog.records) < 4 and time.monotonic() < deadline:
            time.sleep(0.02)
    lines = [json.loads(record.message) for record in caplog.records]
    routes = ["/api/listings/{listing_id}", "/listings/{listing_id}", "/api/listings/search", "-"]
    assert sorted(line["route"] for line in lines) == sorted(routes)
    assert sorted(line["status"] for line in lines) == [200, 200, 200, 404]
    assert all(set(line) == {"id", "method", "route", "status", "bytes", "ms"} for line in lines)
