"""The main job on real input: labelled pages of real sites, served on loopback, crawled by `pignon crawl`.

Reader and crawl together, against labels: nothing invented, details found, what is stored is right.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from crawl.url import key
from extract.evaluate import compare
from extract.page import PageReading
from extract.scores import Report
from models.listing import LISTING_FIELDS, Listing
from tests.quality.conftest import assert_at_least
from tests.quality.saved_sites import Asked, SavedPage, SavedSites

pytestmark = [pytest.mark.ray, pytest.mark.timeout(400)]

ROOT = Path(__file__).parents[2]
#: What a site may end as: the others tell of a failure of ours or of the server's.
_IN_ORDER = {"ok", "empty", "not_an_agency", "challenged"}
#: The fields whose errors are printed: a wrong one hides a listing from who searches, or shows it in vain.
_SEARCHED = {"price", "transaction", "postal_code", "surface", "property_type"}
#: Ray runs each shard in a program of this name; its own helpers dial what they like.
_SHARD = "default_worker.py"
#: Audits every Python process of the crawl: "program host" per name looked up or address dialled.
_WITNESS = """
import os, socket, sys

def note(event, arguments, path=os.environ["DIALLED"]):
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event != "socket.connect" or arguments[0].type != socket.SOCK_STREAM:
        return
    elif isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, f"{os.path.basename(sys.argv[0])} {host}\\n".encode())
    os.close(file)

sys.addaudithook(note)
"""


@dataclass(frozen=True)
class Crawl:
    """One run of the command: how it ended, what it printed, wrote and asked of the server."""

    code: int
    stderr: str
    reports: list[dict[str, Any]]
    listings: list[dict[str, Any]]
    asked: list[Asked]


@dataclass(frozen=True)
class Crawled:
    """Two runs over the same sites; pages by their address."""

    pages: dict[str, SavedPage]
    urls: list[str]
    first: Crawl
    second: Crawl
    dialled: set[str]

    @property
    def stored(self) -> dict[str, dict[str, Any]]:
        """The first run's listings by the key of their address."""
        return {key(row["source_url"]): row for row in self.first.listings}


@pytest.fixture(scope="module")
def crawled(labelled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    """All sites in one command, twice, on a home of their own."""
    home = tmp_path_factory.mktemp("home")
    with SavedSites(labelled / "pages") as web:
        first, second = _crawl(web, home), _crawl(web, home)
        dialled = set((home / "dialled").read_text().splitlines())
        yield Crawled(web.pages, web.urls, first, second, dialled)


def _crawl(web: SavedSites, home: Path) -> Crawl:
    out, since = home / "listings.jsonl", len(web.log)
    command = [sys.executable, "-m", "cluster.cli", "crawl", *web.urls, "--json", "--out", str(out)]
    done = subprocess.run(
        command, env=_environment(home), cwd=home, capture_output=True, text=True, timeout=300, check=False
    )
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    listings = [json.loads(line) for line in out.read_text("utf-8").splitlines()] if out.exists() else []
    return Crawl(done.returncode, done.stderr, reports, listings, web.log[since:])


def _environment(home: Path) -> dict[str, str]:
    (home / "sitecustomize.py").write_text(_WITNESS)
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "RAY_ADDRESS")}
    # uvloop dials in C, unheard by Python's audit.
    return kept | {
        "PIGNON_HOME": str(home),
        "PIGNON_TOWN": "1",
        "MIN_DELAY_BETWEEN_REQUESTS": "0",
        "MIN_GLOBAL_DELAY": "0",
        "PYTHONPATH": f"{home}{os.pathsep}{ROOT}",
        "DIALLED": str(home / "dialled"),
        "RAY_USE_UVLOOP": "0",
    }


def test_every_site_is_crawled_and_reported_once(crawled: Crawled) -> None:
    first = crawled.first
    assert first.code == 0, first.stderr
    assert sorted(r["host"] for r in first.reports) == sorted(str(urlsplit(u).hostname) for u in crawled.urls)
    amiss = [(r["host"], r["status"], r["error"]) for r in first.reports if r["status"] not in _IN_ORDER]
    assert amiss == []


def test_every_saved_page_is_fetched_once(crawled: Crawled) -> None:
    asked = [(request.host, request.path) for request in crawled.first.asked]
    for address, page in crawled.pages.items():
        host, path = urlsplit(address).netloc.partition(".localhost")[0], page.path
        assert asked.count((host, path)) == 1, address


def test_the_crawler_stays_on_its_sites(crawled: Crawled) -> None:
    hosts = {line.split()[1] for line in crawled.dialled if line.startswith(_SHARD)}
    assert hosts == {"127.0.0.1"}
    asked = {request.host for request in (*crawled.first.asked, *crawled.second.asked)}
    assert asked == {urlsplit(url).netloc.partition(".localhost")[0] for url in crawled.urls}


def test_nothing_is_invented(crawled: Crawled) -> None:
    """Neither from walls, shells, errors, homes and other pages, nor from addresses that were not saved."""
    tell = {key(a) for a, p in crawled.pages.items() if p.kind != "other" and not p.label["negative"]}
    assert [url for url in crawled.stored if url not in tell] == []


def test_lists_are_not_taken_for_listings(crawled: Crawled) -> None:
    lists = [key(address) for address, page in crawled.pages.items() if page.kind == "index"]
    taken = [address for address in lists if address in crawled.stored]
    print(f"\n{len(taken)} of {len(lists)} lists are stored as a listing:", *taken, sep="\n  ")
    assert_at_least("saved_sites_lists", {"left_alone": 1 - len(taken) / len(lists)})


def test_a_page_that_asks_not_to_be_taken_up_is_not(crawled: Crawled) -> None:
    refused = {key(address): page.kind for address, page in crawled.pages.items() if page.noindex}
    assert "detail" in refused.values()
    assert refused.keys() & crawled.stored.keys() == set()


def test_details_become_listings(crawled: Crawled) -> None:
    details = [a for a, page in crawled.pages.items() if page.kind == "detail" and not page.noindex]
    missing = [address for address in details if key(address) not in crawled.stored]
    print(f"\n{len(missing)} of {len(details)} details are not stored:", *missing, sep="\n  ")
    assert_at_least("saved_sites_listings", {"found": 1 - len(missing) / len(details)})


def test_what_is_stored_is_right(crawled: Crawled) -> None:
    outcomes = []
    for address, page in crawled.pages.items():
        if (row := crawled.stored.get(key(address))) is not None:
            listing = Listing(**{name: row[name] for name in LISTING_FIELDS})
            outcomes.append(compare(page.label, PageReading("detail", listing=listing)))
    report = Report(tuple(outcomes))
    precision = {name: score.precision for name, score in report.fields.items()}
    print("", *(f"{name:14} {share:.4f}" for name, share in precision.items()), sep="\n")
    print(*(miss for miss in report.misses if miss.got is not None and miss.field in _SEARCHED), sep="\n")
    assert_at_least("saved_sites_precision", precision)


def test_a_second_crawl_changes_nothing_and_says_so(crawled: Crawled) -> None:
    second = crawled.second
    assert second.code == 0, second.stderr
    counts = ("new", "changed", "withdrawn", "republished", "held")
    assert [r for r in second.reports if any(r[name] for name in counts)] == []
    assert second.listings == crawled.first.listings
