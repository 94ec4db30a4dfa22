"""The index is kept in step by itself, built anew without a search that fails, and heals."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import Engine, text

from crawl.optout import opt_out
from models.database import open_engine
from serve.engines.documents import VERSION
from serve.engines.index import Document, Indices, alias_of
from serve.engines.keeper import connection
from serve.engines.server import Server
from tests.serve.engines.processes import ELASTICSEARCH, OPENSEARCH_2, Process, running
from tests.serve.market import NOW, add_agency, add_event, add_listing, add_property, seed
from tests.serve.served import served

#: An engine starts in seconds, but on a machine with much else to do.
pytestmark = pytest.mark.timeout(600)

SEARCH = "/api/listings/search"
#: Seconds in which what is awaited must come.
PATIENCE = 120
#: Seconds in which the index is in step again; one or two where nothing else runs.
SOON = 120
#: Seconds that a search may take while the engine is out: the engine's one and PostgreSQL's, on a busy one.
LATEST = 3


@pytest.fixture(scope="module", params=[ELASTICSEARCH, OPENSEARCH_2], ids=["elasticsearch", "opensearch"])
def process(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """An engine of this file's own."""
    with running(request.param, Path(tmp_path_factory.mktemp("engine"))) as process:
        yield process


@pytest.fixture(scope="module")
def market(module_database_url: str) -> Iterator[Engine]:
    """A market that the tests of this file add to."""
    engine = open_engine(module_database_url)
    seed(engine, number=20)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def api(
    market: Engine, process: Process, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx2.Client]:
    """The API on that market with the engine beside it, once it is in step."""
    url = market.url.render_as_string(hide_password=False)
    home = tmp_path_factory.mktemp("home")
    with (
        served(url, home, elasticsearch_url=process.url) as address,
        httpx2.Client(base_url=address, timeout=10) as client,
    ):
        within(PATIENCE, lambda: not asked(client)["degraded"])
        yield client


def asked(client: httpx2.Client, path: str = SEARCH, **criteria: Any) -> dict[str, Any]:
    answer = client.get(path, params={"limit": 100, **criteria})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def ids(client: httpx2.Client, **criteria: Any) -> set[int]:
    """What the engine itself finds."""
    page = asked(client, **criteria)
    assert not page["degraded"]
    return {listing["id"] for listing in page["listings"]}


def within(seconds: float, holds: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it did not come"
        time.sleep(0.05)


def run(engine: Engine, statement: str, **values: Any) -> Any:
    with engine.begin() as opened:
        return opened.execute(text(statement), values)


def standing(engine: Engine) -> Any:
    with engine.connect() as opened:
        return opened.execute(text("select * from search_index")).one()


def created(engine: Engine, agency: int, dwelling: int | None = None, **values: Any) -> int:
    """As the crawl writes a new advert, with its event."""
    listing = add_listing(engine, agency, dwelling, **values)
    add_event(engine, listing, "created", NOW)
    return listing


def test_the_engine_answers_and_says_so(api: httpx2.Client, process: Process) -> None:
    answer = api.get(SEARCH)
    name = process.kind.name.partition("-")[0]
    assert answer.json()["engine"] == answer.headers["Search-Engine"] == name
    assert api.get("/readyz").json() == {"status": "ok", "search": name}


def test_what_happens_is_found_within_seconds(api: httpx2.Client, market: Engine) -> None:
    agency = add_agency(market)
    listing = created(market, agency, price=777_000, title="Manoir avec douves")
    within(SOON, lambda: ids(api, q="douve") == {listing})
    run(market, "update aggregated_listings set price = 700000 where id = :id", id=listing)
    add_event(market, listing, "price", NOW, field="price", old_value=777_000, new_value=700_000)
    within(SOON, lambda: ids(api, q="douve", price_max=700_000, price_drop_min=9) == {listing})
    run(
        market,
        "update aggregated_listings set is_active = false, withdrawn_at = now() where id = :id",
        id=listing,
    )
    assert asked(api, q="douve")["listings"] == [], "what is withdrawn is not shown, whatever the engine says"
    add_event(market, listing, "withdrawn", NOW)
    within(SOON, lambda: asked(api, q="douve")["total"] == 0)


def test_neighbours_hear_that_a_dwelling_has_another_advert(api: httpx2.Client, market: Engine) -> None:
    agency, one, other = add_agency(market), add_property(market), add_property(market)
    first, second = created(market, agency, one), created(market, agency, other)
    within(SOON, lambda: ids(api, agency_id=agency) == {first, second})
    assert ids(api, agency_id=agency, adverts_min=2) == set()
    run(market, "update aggregated_listings set property_id = :one where id = :id", one=one, id=second)
    moved = {"field": "property_id", "old_value": other, "new_value": one}
    add_event(market, second, "merged", NOW, property_id=one, **moved)
    within(SOON, lambda: ids(api, agency_id=agency, adverts_min=2) == {first, second})
    third = created(market, agency, one)
    within(SOON, lambda: ids(api, agency_id=agency, adverts_min=3) == {first, second, third})
    dwellings = asked(api, "/api/properties/search", agency_id=agency)
    assert [card["id"] for card in dwellings["properties"]] == [one]


def test_an_agency_that_opts_out_is_shown_no_more(api: httpx2.Client, market: Engine) -> None:
    host = f"sortie-{uuid4().hex}.example"
    agency = add_agency(market, website_url=f"https://{host}/")
    listing = created(market, agency)
    within(SOON, lambda: ids(api, agency_id=agency) == {listing})
    opt_out(market, host)
    assert asked(api, agency_id=agency)["listings"] == []
    within(SOON, lambda: asked(api, agency_id=agency)["total"] == 0)


def test_no_search_fails_while_the_index_is_built_anew(
    api: httpx2.Client, market: Engine, process: Process
) -> None:
    before, agency = standing(market), add_agency(market)
    run(market, "update search_index set rebuild_asked_at = now()")
    until, answers, new = time.monotonic() + PATIENCE, 0, []
    while standing(market).uuid == before.uuid:
        assert time.monotonic() < until
        new.append(created(market, agency))
        assert not asked(api)["degraded"]
        answers += 1
    assert answers > 3
    within(SOON, lambda: ids(api, agency_id=agency) == set(new[-100:]))
    within(SOON, lambda: len(indices(market, process)) == 1)


def test_the_command_builds_anew_by_whoever_keeps_the_index_and_tells_where_it_stands(
    api: httpx2.Client, market: Engine, process: Process, tmp_path: Path
) -> None:
    before = standing(market).uuid
    told = pignon(market, process, tmp_path, "index", "--rebuild", "--json")
    assert (told["fresh"], told["answers"], told["trouble"]) == (True, True, None)
    assert told["uuid"] == standing(market).uuid != before
    assert pignon(market, process, tmp_path, "index", "--status", "--json")["name"] == told["name"]


def pignon(market: Engine, process: Process, home: Path, *arguments: str) -> dict[str, Any]:
    """The command's answer."""
    url = market.url.set(drivername="postgresql").render_as_string(hide_password=False)
    environment = {"ELASTICSEARCH_URL": process.url, "DATABASE_URL": url, "PIGNON_HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-m", "cluster.cli", *arguments],
        env={**os.environ, **environment}, capture_output=True, text=True, check=False, timeout=90,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_an_index_of_another_version_is_built_again(api: httpx2.Client, market: Engine) -> None:
    before = standing(market).uuid
    run(market, "update search_index set version = 'old'")
    within(PATIENCE, lambda: standing(market).version == VERSION)
    assert standing(market).uuid != before
    within(SOON, lambda: not asked(api)["degraded"])


def test_an_engine_that_was_emptied_is_filled_again(
    api: httpx2.Client, market: Engine, process: Process
) -> None:
    wanted = ids(api)
    httpx2.delete(f"{process.url}/{standing(market).name}").raise_for_status()
    assert {listing["id"] for listing in asked(api)["listings"]} == wanted
    within(PATIENCE, lambda: not asked(api)["degraded"])
    assert ids(api) == wanted


def test_an_old_document_never_overwrites_a_newer_one(
    api: httpx2.Client, market: Engine, process: Process
) -> None:
    agency = add_agency(market)
    listing = created(market, agency, price=500_000)
    within(SOON, lambda: ids(api, agency_id=agency) == {listing})

    async def late() -> None:
        server = Server(process.url)
        async with connection(market.url.render_as_string(hide_password=False)) as own:
            indices = Indices(server, await alias_of(own))
        await indices.put([Document(listing, 1, f'{{"id":{listing},"price":1,"property_id":1}}')])
        await indices.put([Document(listing, 1, None)])
        await indices.refresh()
        await server.close()

    asyncio.run(late())
    assert ids(api, agency_id=agency, price_min=500_000) == {listing}


def test_a_disk_that_is_full_delays_the_index_until_there_is_room(
    api: httpx2.Client, market: Engine, process: Process
) -> None:
    agency, name = add_agency(market), standing(market).name
    blocked(process, name, blocked=True)
    listing = created(market, agency)
    within(SOON, lambda: standing(market).trouble is not None)
    assert "block" in standing(market).trouble
    assert ids(api, agency_id=agency) == set()
    blocked(process, name, blocked=None)
    within(PATIENCE, lambda: ids(api, agency_id=agency) == {listing})
    within(SOON, lambda: standing(market).trouble is None)


def test_an_index_that_is_behind_is_not_asked(api: httpx2.Client, market: Engine, process: Process) -> None:
    name = standing(market).name
    blocked(process, name, blocked=True)
    created(market, add_agency(market))
    within(SOON, lambda: standing(market).trouble is not None)
    run(market, "update search_index set in_step_at = now() - interval '2 minutes'")
    within(SOON, lambda: bool(asked(api)["degraded"]))
    assert "behind" in api.get("/readyz").json()["search"]
    blocked(process, name, blocked=None)
    within(PATIENCE, lambda: not asked(api)["degraded"])


def test_a_killed_engine_is_not_missed_and_catches_up_when_it_is_back(
    api: httpx2.Client, market: Engine, process: Process
) -> None:
    agency, cursor = add_agency(market), asked(api, limit=5)["next_cursor"]
    process.kill()
    listing = created(market, agency)
    answers = [timed(api, agency_id=agency) for _ in range(10)]
    assert all(page["degraded"] and page["engine"] == "postgresql" for page, _ in answers)
    assert all([card["id"] for card in page["listings"]] == [listing] for page, _ in answers)
    assert max(seconds for _, seconds in answers) < LATEST
    assert asked(api, limit=5, cursor=cursor)["listings"], "a page goes on with the other engine"
    ready = api.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "ok")
    assert ready.json()["search"].startswith("postgresql, as")
    process.start()
    within(PATIENCE, lambda: not asked(api)["degraded"])
    within(PATIENCE, lambda: ids(api, agency_id=agency) == {listing})


def test_an_engine_that_hangs_delays_a_few_searches_by_a_second(api: httpx2.Client, process: Process) -> None:
    process.signal(signal.SIGSTOP)
    try:
        answers = [timed(api) for _ in range(12)]
        assert all(page["degraded"] for page, _ in answers)
        assert max(seconds for _, seconds in answers) < LATEST
        assert sum(seconds > 0.7 for _, seconds in answers) <= 4, "it is left alone after some of them"
    finally:
        process.signal(signal.SIGCONT)
    within(PATIENCE, lambda: not asked(api)["degraded"])


def timed(client: httpx2.Client, **criteria: Any) -> tuple[dict[str, Any], float]:
    began = time.monotonic()
    return asked(client, **criteria), time.monotonic() - began


def indices(market: Engine, process: Process) -> list[str]:
    """Every index of this database that the engine has."""
    told = httpx2.get(f"{process.url}/_alias").json()
    alias = standing(market).name.rsplit("-", 2)[0]
    return [name for name in told if name.startswith(alias)]


def blocked(process: Process, name: str, *, blocked: bool | None) -> None:
    """As the engine itself does when its disk is nearly full."""
    body = {"index.blocks.read_only_allow_delete": blocked}
    httpx2.put(f"{process.url}/{name}/_settings", json=body).raise_for_status()
