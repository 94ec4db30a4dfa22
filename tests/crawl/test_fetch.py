"""Fetching: bounds on bytes, seconds and redirects; conditional requests; every end a value."""

import gzip
import time
import zlib

import pytest

from crawl.fetch import Fetcher, FetchOutcome, Manner
from tests.crawl.mean_server import MeanServer, Reply, Request


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, FetchOutcome.OK),
        (404, FetchOutcome.NOT_FOUND),
        (410, FetchOutcome.GONE),
        (401, FetchOutcome.FORBIDDEN),
        (403, FetchOutcome.FORBIDDEN),
        (451, FetchOutcome.FORBIDDEN),
        (500, FetchOutcome.SERVER_ERROR),
        (502, FetchOutcome.SERVER_ERROR),
    ],
)
async def test_a_status_is_an_outcome(
    web: MeanServer, fetcher: Fetcher, status: int, outcome: FetchOutcome
) -> None:
    web.put("site", "/", Reply(status, "x"))
    assert (await fetcher.fetch(web.url("site"))).outcome is outcome


async def test_the_crawler_says_who_it_is_on_every_request(web: MeanServer, fetcher: Fetcher) -> None:
    await fetcher.fetch(web.url("site"))
    assert web.log[0].headers["user-agent"].startswith("PignonBot/")
    assert "http" in web.log[0].headers["user-agent"]


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_compression_bomb_stops_at_the_cap_of_decoded_bytes(
    web: MeanServer, fetcher: Fetcher, encoding: str
) -> None:
    zeros = b"\0" * 30_000_000
    body = gzip.compress(zeros) if encoding == "gzip" else zlib.compress(zeros)
    web.put("site", "/", Reply(200, body, {"Content-Encoding": encoding}))
    fetched = await fetcher.fetch(web.url("site"), Manner(cap=1_000_000))
    assert fetched.outcome is FetchOutcome.TOO_BIG
    assert fetched.body == b""


async def test_a_long_body_may_be_cut_where_that_is_asked_for(web: MeanServer, fetcher: Fetcher) -> None:
    web.put("site", "/", Reply(200, "x" * 5_000))
    fetched = await fetcher.fetch(web.url("site"), Manner(cap=1_000, cut=True))
    assert fetched.outcome is FetchOutcome.OK
    assert len(fetched.body) == 1_000


async def test_a_film_is_not_downloaded(web: MeanServer, fetcher: Fetcher) -> None:
    web.put("site", "/", Reply(200, "x" * 5_000, {"Content-Type": "video/mp4"}))
    fetched = await fetcher.fetch(web.url("site"))
    assert fetched.outcome is FetchOutcome.NOT_HTML
    assert fetched.body == b""


async def test_an_answer_that_does_not_come_is_given_up(web: MeanServer, fetcher: Fetcher) -> None:
    web.put("site", "/", Reply(200, "late", delay=30))
    began = time.monotonic()
    fetched = await fetcher.fetch(web.url("site"))
    assert fetched.outcome is FetchOutcome.TIMED_OUT
    assert time.monotonic() - began < 8, "two answers of 2 s, and a pause of as much between them"
    assert len(web.log) == 2, "one more try, no more"


async def test_an_answer_that_breaks_off_is_an_outcome(web: MeanServer, fetcher: Fetcher) -> None:
    web.put("site", "/", Reply(200, "x" * 1_000, cut=10))
    assert (await fetcher.fetch(web.url("site"))).outcome is FetchOutcome.SERVER_ERROR


async def test_a_host_where_nobody_listens_is_unreachable_and_asked_once(fetcher: Fetcher) -> None:
    fetched = await fetcher.fetch("http://nobody.localhost:1/")
    assert fetched.outcome is FetchOutcome.UNREACHABLE


async def test_a_passing_failure_is_tried_once_more(web: MeanServer, fetcher: Fetcher) -> None:
    replies = iter([Reply(500), Reply(200, "there")])
    web.put("site", "/", lambda request: next(replies))
    assert (await fetcher.fetch(web.url("site"))).body == b"there"


async def test_redirects_within_the_site_are_followed_and_remembered(
    web: MeanServer, fetcher: Fetcher
) -> None:
    web.put("site", "/a", Reply(301, headers={"Location": "/b"}))
    web.put("site", "/b", Reply(302, headers={"Location": web.url("www.site", "/c")}))
    web.put("www.site", "/c", Reply(200, "end"))
    fetched = await fetcher.fetch(web.url("site", "/a"))
    assert fetched.outcome is FetchOutcome.OK
    assert fetched.final_url == web.url("www.site", "/c")
    assert fetched.redirects == (web.url("site", "/a"), web.url("site", "/b"))


async def test_a_redirect_to_another_site_is_told_and_not_followed(web: MeanServer, fetcher: Fetcher) -> None:
    web.put("site", "/", Reply(301, headers={"Location": web.url("other")}))
    fetched = await fetcher.fetch(web.url("site"))
    assert fetched.outcome is FetchOutcome.AWAY
    assert fetched.final_url == web.url("other")
    assert web.paths("other") == []


async def test_redirects_end_after_five_and_at_the_first_loop(web: MeanServer, fetcher: Fetcher) -> None:
    for n in range(9):
        web.put("site", f"/{n}", Reply(302, headers={"Location": f"/{n + 1}"}))
    assert (await fetcher.fetch(web.url("site", "/0"))).outcome is FetchOutcome.REDIRECT_LOOP
    assert len(web.log) == 6
    web.put("loop", "/", Reply(302, headers={"Location": "/"}))
    assert (await fetcher.fetch(web.url("loop"))).outcome is FetchOutcome.REDIRECT_LOOP
    assert len(web.paths("loop")) == 1


async def test_a_robots_txt_that_has_moved_on_its_own_host_is_followed(
    web: MeanServer, fetcher: Fetcher
) -> None:
    web.put("site", "/robots.txt", Reply(301, headers={"Location": "/fr/robots.txt"}))
    web.put("site", "/fr/robots.txt", Reply(200, "User-agent: *"))
    assert (await fetcher.fetch(web.url("site", "/robots.txt"))).body == b"User-agent: *"


async def test_a_redirect_that_leads_nowhere_is_the_servers_mistake(
    web: MeanServer, fetcher: Fetcher
) -> None:
    web.put("site", "/", Reply(302, "<html>"))
    assert (await fetcher.fetch(web.url("site"))).outcome is FetchOutcome.SERVER_ERROR


async def test_what_follows_an_answer_is_not_taken_for_the_next_one(
    web: MeanServer, fetcher: Fetcher
) -> None:
    smuggled = "pageHTTP/1.1 410 Gone\r\nContent-Length: 4\r\n\r\ngone"
    web.put("site", "/a", Reply(200, smuggled, {"Content-Length": "4"}))
    web.put("site", "/b", Reply(200, "there"))
    assert (await fetcher.fetch(web.url("site", "/a"))).body == b"page"
    assert (await fetcher.fetch(web.url("site", "/b"))).body == b"there"


async def test_every_hop_needs_leave(web: MeanServer, fetcher: Fetcher) -> None:
    web.put("site", "/a", Reply(302, headers={"Location": "/private"}))
    web.put("site", "/private", Reply(200, "secret"))

    async def permit(url: str) -> bool:
        return "private" not in url

    fetched = await fetcher.fetch(web.url("site", "/a"), Manner(permit=permit))
    assert fetched.outcome is FetchOutcome.DISALLOWED
    assert web.paths("site") == ["/a"]


async def test_a_page_that_did_not_change_is_not_sent_again(web: MeanServer, fetcher: Fetcher) -> None:
    def answer(request: Request) -> Reply:
        same = request.headers.get("if-none-match") == '"v1"'
        return Reply(304, headers={"ETag": '"v1"'}) if same else Reply(200, "page", {"ETag": '"v1"'})

    web.put("site", "/", answer)
    first = await fetcher.fetch(web.url("site"))
    again = await fetcher.fetch(web.url("site"), Manner(etag=first.headers["etag"]))
    assert (first.outcome, again.outcome) == (FetchOutcome.OK, FetchOutcome.NOT_MODIFIED)


async def test_retry_after_is_waited_for(web: MeanServer, fetcher: Fetcher) -> None:
    replies = iter([Reply(429, headers={"Retry-After": "1"}), Reply(200, "there")])
    web.put("site", "/", lambda request: next(replies))
    assert (await fetcher.fetch(web.url("site"))).outcome is FetchOutcome.OK
    assert web.log[1].time - web.log[0].time >= 1.0


async def test_a_long_retry_after_is_not_tried_but_owed(web: MeanServer, fetcher: Fetcher) -> None:
    web.put("site", "/", Reply(503, headers={"Retry-After": "900"}))
    fetched = await fetcher.fetch(web.url("site"))
    assert fetched.outcome is FetchOutcome.LIMITED
    assert len(web.log) == 1
    assert 890 < fetcher.politeness.remaining("site.localhost") <= 900


@pytest.mark.parametrize(
    "told", ["²", "Fri, 31 Dec 9999 23:59:59 -0100", "-5", "9" * 5000, "nan", "soon", ""]
)
async def test_a_retry_after_that_makes_no_sense_is_an_outcome_all_the_same(
    web: MeanServer, fetcher: Fetcher, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawl.fetch._DEFAULT_WAIT", 0.05)  # half a minute of every test, else
    web.put("site", "/", Reply(429, headers={"Retry-After": told}))
    fetched = await fetcher.fetch(web.url("site"), Manner(cap=1))
    assert fetched.outcome is FetchOutcome.LIMITED
    assert 0 < (fetched.retry_after or 0) <= 7 * 86_400


async def test_a_redirect_to_an_address_without_end_is_refused(web: MeanServer, fetcher: Fetcher) -> None:
    web.put("site", "/", Reply(302, headers={"Location": web.url("site", "/" + "x" * 5_000)}))
    assert (await fetcher.fetch(web.url("site"))).outcome is FetchOutcome.REFUSED
    assert len(web.log) == 1
