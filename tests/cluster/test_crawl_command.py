"""`pignon crawl` as a process: bad sites beside good ones, on a running cluster as a job, and interrupted."""

import json
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from sqlalchemy import Engine, func, select

from models.database import open_engine
from models.postgres import embedded
from models.tables import Agency, AggregatedListing, EventKind, ListingHistory
from tests.cluster.command import MARK, Pignon, Running, free_port
from tests.crawl.local_proxy import running_proxy
from town.server import Town, running_town

pytestmark = [pytest.mark.ray, pytest.mark.timeout(240)]
BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with running_town(agencies=3) as town:
        yield town


@dataclass(frozen=True)
class LocalCluster:
    """A cluster as `ray start --head` makes it. variables: what commands need to use it; folder: its logs."""

    jobs: str
    variables: dict[str, str]
    folder: str


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """A running cluster with a token of its own, so that neither a person's nor another test's matters."""
    port, jobs, client = free_port(), free_port(), free_port()
    auth = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    with tempfile.TemporaryDirectory(prefix="pgn-ray-", ignore_cleanup_errors=True) as folder:
        line = [str(BIN / "ray"), "start", "--head", "--block", "--disable-usage-stats"]
        line += ["--port", str(port), "--dashboard-port", str(jobs), "--ray-client-server-port", str(client)]
        line += ["--min-worker-port", "0", "--max-worker-port", "0", "--dashboard-agent-listen-port", "0"]
        line += ["--num-cpus", "2", "--temp-dir", folder, "--include-dashboard", "true"]
        environment = Pignon(Path(folder) / "home", auth).environment({MARK: secrets.token_hex(8)})
        with _running(line, environment):
            yield LocalCluster(
                f"http://127.0.0.1:{jobs}", auth | {"RAY_ADDRESS": f"127.0.0.1:{port}"}, folder
            )


@contextmanager
def _running(line: list[str], environment: dict[str, str]) -> Iterator[None]:
    """`ray start --block` from its word that it runs, to its end with all that it started."""
    process = subprocess.Popen(
        line,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        said = []
        for text in process.stdout:
            said.append(text)
            if "runtime started" in text:
                break
        else:
            pytest.fail("".join(said))
        # Its pipe is emptied, or it would stop when that is full.
        threading.Thread(target=process.stdout.readlines, daemon=True).start()
        yield
    finally:
        Running(
            process, environment[MARK], Path()
        ).end()  # at once: a terminated head drains for half a minute
        process.stdout.close()


class _Bakery(BaseHTTPRequestHandler):
    """A site that is no agency: one page about bread."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        found = self.path == "/"
        body = b"<html><title>Boulangerie</title><p>Du pain au levain, cuit au feu de bois.</p></html>"
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body) if found else 0))
        self.end_headers()
        if found:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Quietly."""


@pytest.fixture(scope="module")
def bakery() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Bakery)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://bakery.localhost:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def on_cluster(in_town: Pignon, cluster: LocalCluster) -> Pignon:
    return Pignon(in_town.home, in_town.variables | cluster.variables)


def _live(engine: Engine) -> int:
    with engine.connect() as connection:
        query = select(func.count()).select_from(AggregatedListing).where(AggregatedListing.is_active)
        return connection.scalar(query) or 0


def _leased(engine: Engine) -> int:
    with engine.connect() as connection:
        query = select(func.count()).select_from(Agency).where(Agency.leased_until.is_not(None))
        return connection.scalar(query) or 0


def test_bad_sites_are_a_line_each_and_the_good_one_beside_them_is_stored(
    on_cluster: Pignon, town: Town, bakery: str, engine: Engine, tmp_path: Path
) -> None:
    good, out = town.urls()[0], tmp_path / "out.jsonl"
    nowhere = f"http://nothing.localhost:{free_port()}/"
    ran = on_cluster("crawl", nowhere, good, bakery, "--out", str(out))
    assert ran.code == 0
    assert "Traceback" not in ran.err
    told = sorted(line for line in ran.err.splitlines() if line.startswith("pignon: "))
    assert len(told) == 2
    assert told[0].startswith("pignon: bakery.localhost: not_an_agency. ")
    assert told[1].startswith("pignon: nothing.localhost: unreachable. ")
    assert len(ran.out.splitlines()) == 1
    written = [json.loads(line) for line in out.read_text().splitlines()]
    assert len(written) == _live(engine) > 5
    assert all(row["source_url"].startswith(good) and row["price"] for row in written)


def test_a_crawl_that_reads_nothing_at_all_is_one_line_and_exit_1(on_cluster: Pignon) -> None:
    ran = on_cluster("crawl", f"http://nothing.localhost:{free_port()}/", "--json")
    assert ran.code == 1
    assert [row["status"] for row in ran.rows] == ["unreachable"]
    assert ran.err.splitlines()[-1].startswith("pignon: nothing.localhost: unreachable. ")


def test_proxies_that_are_dead_stop_the_crawl_with_one_line_and_no_account_is_shown_anywhere(
    on_cluster: Pignon, cluster: LocalCluster, bakery: str, engine: Engine
) -> None:
    user, password = "pignonuser", "s3cretw0rd"
    with running_proxy("gate", f"{user}:{password}") as proxy:
        passing = on_cluster("crawl", bakery, "--json", PROXIES=proxy.address)
        assert passing.rows[0]["status"] == "not_an_agency"
        assert {passed.target for passed in proxy.log} >= {bakery, f"{bakery}robots.txt"}
        assert {passed.status for passed in proxy.log} == {None}
        asked = len(_Bakery.asked)
    dead = on_cluster("crawl", bakery, "--json", PROXIES=proxy.address)
    assert (dead.code, dead.out) == (1, "")
    *progress, last = dead.err.splitlines()
    assert all(line.startswith("Crawling: 0 of 1 site, 0 pages") for line in progress)
    assert last.startswith("pignon: The crawl stopped, no proxy works (127.0.0.1:")
    assert len(_Bakery.asked) == asked, "nothing went directly"
    assert _leased(engine) == 0
    shown = [passing.out, passing.err, dead.out, dead.err]
    logs = [file for file in Path(cluster.folder).rglob("*") if file.is_file()]
    shown += [file.read_text(errors="replace") for file in logs]
    assert any("rests for" in text for text in shown), "the logs are those of the shards"
    assert not any(secret in text for text in shown for secret in (user, password, "cGlnbm9udXNlcg"))


def test_with_json_logs_every_line_is_an_event_the_shards_included(on_cluster: Pignon, town: Town) -> None:
    nowhere = f"http://nothing.localhost:{free_port()}/"
    ran = on_cluster("crawl", nowhere, town.urls()[1], LOG_FORMAT="json")
    assert ran.code == 0
    events = [json.loads(line) for line in ran.err.splitlines()]
    named = {event["event"] for event in events}
    assert {"crawl begins", "site begins", "progress", "crawl ended"} <= named
    ended = {event["host"]: event for event in events if event["event"] == "site ended"}
    assert ended["nothing.localhost"]["outcome"] == "unreachable"
    assert ended["nothing.localhost"]["shard"].startswith("shard-")
    good = next(event for host, event in ended.items() if host != "nothing.localhost")
    assert (good["outcome"], good["agency"] > 0, good["pages_fetched"] > 5) == ("ok", True, True)
    assert [event["level"] for event in events if event["event"].startswith("pignon: ")] == ["error"]


def test_a_cluster_that_is_not_there_is_one_line(in_town: Pignon) -> None:
    ran = in_town("crawl", "http://a.localhost:1/", RAY_ADDRESS=f"127.0.0.1:{free_port()}")
    assert ran.code == 1
    assert "Cannot reach the Ray cluster at 127.0.0.1:" in ran.error
    assert "Check RAY_ADDRESS" in ran.error


def test_ray_job_submit_crawls_what_is_due_on_the_running_cluster(
    on_cluster: Pignon, cluster: LocalCluster, town: Town, engine: Engine
) -> None:
    with engine.begin() as connection:
        known = [
            {"name": f"agency {at}", "website_url": url, "discovered_from": "test"}
            for at, url in enumerate(town.urls()[:2])
        ]
        connection.execute(Agency.__table__.insert(), known)
    variables = {name: value for name, value in on_cluster.variables.items() if not name.startswith("RAY_")}
    runtime = json.dumps({"env_vars": variables | {"PIGNON_HOME": str(on_cluster.home)}})
    line = [str(BIN / "ray"), "job", "submit", "--address", cluster.jobs, "--runtime-env-json", runtime]
    done = subprocess.run(
        [*line, "--", "pignon", "crawl", "--due"],
        env=on_cluster.environment({}),
        cwd=on_cluster.folder(),
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 of 2 sites" in done.stdout, "its progress is in the job's log"
    assert "succeeded" in done.stdout + done.stderr
    assert _live(engine) > 10
    with engine.connect() as connection:
        assert set(connection.scalars(select(Agency.scraping_status))) == {"ok"}


def test_ctrl_c_gives_the_sites_back_and_the_next_crawl_completes(
    in_town: Pignon, on_cluster: Pignon, pignon: Pignon
) -> None:
    """In its own Ray and its own database, as at home; the signal reaches all processes, as in a terminal."""
    variables = {name: value for name, value in in_town.variables.items() if name != "DATABASE_URL"}
    at_home = Pignon(pignon.home, variables)
    with running_town(agencies=3, latency=0.05) as slow:
        running = at_home.start("crawl", *slow.urls())
        try:
            running.wait_for(lambda: len(slow.log.all()) > 40, 100)
            code = running.interrupt()
            said, left = running.err.splitlines(), _left(running.left)
        finally:
            running.end()
        with embedded(pignon.home) as url:
            engine = open_engine(url)
            assert (code, said[-1], left) == (130, "pignon: stopped.", [])
            assert len([line for line in said if not line.startswith("Crawling: ")]) == 1
            before, leased = _live(engine), _leased(engine)
            slow.latency = 0.0
            ran = on_cluster("crawl", *slow.urls(), "--json", DATABASE_URL=url)
            after, created = _live(engine), _created_twice(engine)
            engine.dispose()
    assert leased == 0
    assert ran.code == 0
    assert [row["status"] for row in ran.rows] == ["ok"] * 3
    assert any(row["resumed"] for row in ran.rows)
    assert after == sum(row["found"] for row in ran.rows) > before
    assert created == 0


def test_a_stop_said_elsewhere_ends_a_crawl_in_good_order(on_cluster: Pignon, engine: Engine) -> None:
    with running_town(agencies=2, latency=0.8) as slow:
        running = on_cluster.start("crawl", *slow.urls())
        try:
            running.wait_for(lambda: len(slow.log.all()) > 8, 100)
            assert '"running": 2' in on_cluster("crawl", "--status", "--json").out
            assert on_cluster("crawl", "--stop").code == 0
            code = running.process.wait(60)
        finally:
            running.end()
        asked = len(slow.log.all())
    said = [line for line in running.err.splitlines() if line.startswith("pignon: ")]
    assert code == 130
    assert len([line for line in said if "Stopped by the operator; the next crawl resumes." in line]) == 2
    assert _leased(engine) == 0
    assert asked < 70, "it went on to the end"
    with engine.connect() as connection:
        assert set(connection.scalars(select(Agency.scraping_status))) == {"interrupted"}


def test_ctrl_c_stops_the_schedule_in_the_middle_of_a_round_and_a_second_one_is_refused(
    on_cluster: Pignon, engine: Engine
) -> None:
    with running_town(agencies=2, latency=0.1) as slow:
        known = [{"name": url, "website_url": url, "discovered_from": "test"} for url in slow.urls()]
        with engine.begin() as connection:
            connection.execute(Agency.__table__.insert(), known)
        running = on_cluster.start("schedule", "--every", "60")
        try:
            running.wait_for(lambda: len(slow.log.all()) > 10, 100)
            second = on_cluster("schedule")
            code = running.interrupt()
            assert _left(running.left) == []
        finally:
            running.end()
    assert second.code == 1
    assert second.error == "pignon: Another scheduler runs on this database; stop it first."
    assert code == 130
    assert "Traceback" not in running.err
    assert running.err.splitlines()[-1] == "pignon: stopped."
    assert _leased(engine) == 0


def _left(ask: object, seconds: float = 15) -> list[str]:
    """What still runs once the last ones had their time to end."""
    assert callable(ask)
    end = time.monotonic() + seconds
    while (left := ask()) and time.monotonic() < end:
        time.sleep(0.3)
    return list(left)


def _created_twice(engine: Engine) -> int:
    born = (
        select(ListingHistory.listing_id)
        .where(ListingHistory.kind == EventKind.CREATED)
        .group_by(ListingHistory.listing_id)
        .having(func.count() > 1)
    )
    with engine.connect() as connection:
        return len(connection.scalars(born).all())
