"""The hostile suite: every misdeed of the mean town fetched, every trap of it crawled, all of it contained.

Contained: a value comes back, in time, from a process that still reads the next page right, that dialled
nothing but the town, and whose memory rose by 64 MiB at most. `contained` says how that is measured.
With HOSTILE_TABLE=FILE the figures are written there as the table of docs/crawling.md.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.crawl.asked import enter
from tests.crawl.contained import BUDGET, TIMEOUT, Contained, crawl_contained, fetch_contained
from town import mean_pages, mean_photos
from town.mean import MeanTown, running_mean_town
from town.mean_answers import INNER_TARGETS
from town.wire import RESOURCES, SITES

MOST_MIB = 64
#: One more try of every request, and what a shared machine takes.
IN_TIME = 2 * TIMEOUT + 4
SITE_IN_TIME = 45

ENDS = {
    "plain": "ok",
    # time
    "silence": "timed_out", "slow-drip": "timed_out", "slow-headers": "timed_out",
    "endless-continue": "timed_out",
    # lengths and breaks
    "endless-body": "too_big", "endless-chunks": "timed_out", "short-body": "server_error",
    "long-body": "ok", "two-lengths": "server_error", "negative-length": "server_error",
    "huge-length": "server_error", "reset-before-headers": "server_error",
    "reset-in-headers": "server_error", "reset-in-body": "server_error", "bad-chunks": "server_error",
    "negative-chunk": "server_error", "huge-chunk": "server_error", "http-0.9": "server_error",
    "garbage": "server_error", "no-status": "server_error", "switching": "server_error",
    # statuses
    "fails-once": "ok", "limited-seconds": "limited", "limited-date": "limited",
    "limited-century": "limited", "unavailable": "limited", "odd-status": "server_error",
    # redirects
    "redirect-self": "redirect_loop", "redirect-loop": "redirect_loop", "redirect-chain": "redirect_loop",
    "redirect-nowhere": "server_error", "cookie-wall": "redirect_loop",
    # headers
    "endless-headers": "server_error", "many-headers": "server_error", "huge-header": "server_error",
    "many-cookies": "ok", "bad-header": "server_error",
    # encodings
    "gzip-bomb": "too_big", "nested-gzip-bomb": "too_big", "untold-gzip": "ok",
    "many-encodings": "server_error", "broken-gzip": "server_error", "cut-gzip": "ok",
    "no-gzip": "server_error", "unknown-encoding": "ok",
    # content
    "lying-charset": "ok", "unknown-charset": "ok", "lying-type": "ok", "page-called-image": "not_html",
    "big-page": "too_big", "many-links": "ok", "deep-page": "ok", "refresh-loop": "ok",
    "cloudflare": "forbidden", "datadome": "forbidden", "captcha": "ok",
} | {f"redirect-to/{name}": "refused" for name in INNER_TARGETS}  # fmt: skip

#: Statuses of the crawl; "ok" where the budget of pages ended it.
SITE_ENDS = {
    "plain": "ok",
    "calendar": "ok", "sessions": "ok", "facets": "ok", "deeper": "ok", "many-links": "ok",
    "same-everywhere": "not_an_agency", "base-elsewhere": "not_an_agency", "links-inward": "not_an_agency",
    "deep-pages": "not_an_agency", "refresh-loop": "not_an_agency", "bombs": "not_an_agency",
    "sitemap-loop": "ok", "sitemap-bomb": "ok",
    "cookie-wall": "unreachable", "slow": "unreachable", "resets": "unreachable",
    "cloudflare": "challenged", "datadome": "challenged", "captcha": "challenged",
    "robots-503": "unreachable", "robots-hangs": "unreachable", "robots-inward": "unreachable",
    "robots-huge": "not_an_agency", "robots-redirects": "ok",
    "photos": "ok",
}  # fmt: skip

#: Sites whose robots.txt cannot be had: nothing else may be asked for.
SILENT = {"robots-503", "robots-hangs", "robots-inward"}


@pytest.fixture(scope="module")
def town() -> Iterator[MeanTown]:
    """The mean town, in a thread of this process; the crawler runs in others."""
    mean_pages.nested_bomb()  # which takes longer to make than a crawler waits
    mean_pages.many_links()
    mean_photos.pictures()
    with running_mean_town() as town:
        yield town


def test_every_misdeed_and_every_site_of_the_mean_town_is_in_the_suite(town: MeanTown) -> None:
    assert set(town.names()) == set(ENDS)
    assert set(town.sites()) == set(SITE_ENDS)
    assert all(answer.__doc__ for answer in (*RESOURCES.values(), *SITES.values()))


@pytest.mark.parametrize("name", ENDS)
def test_a_misdeed_is_contained(town: MeanTown, name: str) -> None:
    inner = town.inner_visits
    case = fetch_contained(town.url(name), town.url("plain"))
    _tell(name, case)
    assert case.outcome == ENDS[name], case
    assert case.seconds < IN_TIME, case
    assert case.extra <= MOST_MIB, case
    assert case.dialled <= {("127.0.0.1", town.port)}
    assert town.inner_visits == inner


@pytest.mark.parametrize("name", SITE_ENDS)
def test_a_trap_is_left_within_its_budget(
    town: MeanTown, name: str, engine: Engine, database_url: str
) -> None:
    inner, before = town.inner_visits, len(town.asked)
    agency, plain = enter(engine, town.site(name)), enter(engine, town.site("plain"))
    case = crawl_contained(database_url, agency, plain)
    _tell(f"{name} (site)", case)
    assert case.outcome == SITE_ENDS[name], case
    assert case.seconds < SITE_IN_TIME, case
    assert case.extra <= MOST_MIB, case
    assert case.dialled <= {("127.0.0.1", town.port)}
    assert town.inner_visits == inner
    asked = [one for one in town.asked[before:] if not one.host.startswith("plain.")]
    assert {one.host.removeprefix("www.") for one in asked} <= {f"{name}.mean.localhost"}
    assert len(asked) <= 2 * BUDGET + 10, "a failed request is tried once more"
    if name in SILENT:
        assert {one.path for one in asked} == {"/robots.txt"}
    if name == "photos":
        assert {"/photo/forbidden.jpg", "/photo/bomb.jpg"} & {one.path for one in asked} == {
            "/photo/bomb.jpg"
        }
    if name == "robots-huge":
        assert not [one.path for one in asked if one.path.startswith("/annonce/")], (
            "forbidden at its beginning"
        )


def _tell(name: str, case: Contained) -> None:
    if path := os.environ.get("HOSTILE_TABLE"):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(f"| {name} | {case.outcome} | {case.seconds:.1f} s | {case.extra:.0f} MiB |\n")
