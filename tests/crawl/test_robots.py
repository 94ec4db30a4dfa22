"""robots.txt by RFC 9309: every status class, redirects, size, bytes, cache, delay, sitemaps."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from crawl.fetch import Fetcher
from crawl.robots import STALE_FOR, Robots, RobotsBook, RobotsStatus
from crawl.robots_rules import MAX_BYTES, decode
from tests.crawl.mean_server import MeanServer, Reply

NOW = datetime(2026, 1, 5, tzinfo=UTC)


def book(fetcher: Fetcher, now: datetime = NOW) -> RobotsBook:
    return RobotsBook(fetcher, lambda: now)


@pytest.mark.parametrize(
    ("status", "allowed"),
    [(404, True), (403, True), (401, True), (410, True), (500, False), (503, False), (429, False)],
)
async def test_absent_means_yes_and_unreachable_means_no(
    web: MeanServer, fetcher: Fetcher, status: int, allowed: bool
) -> None:
    web.put("site", "/robots.txt", Reply(status, headers={"Retry-After": "0"}))
    assert await book(fetcher).permit(web.url("site", "/bien")) is allowed


async def test_no_answer_means_no(fetcher: Fetcher) -> None:
    assert not await book(fetcher).permit("http://nobody.localhost:1/")


async def test_rules_for_our_token_go_before_those_for_all(web: MeanServer, fetcher: Fetcher) -> None:
    rules = "User-agent: *\nDisallow: /\n\nUser-agent: pignonbot\nDisallow: /prive\nAllow: /prive/bien$\n"
    web.put("site", "/robots.txt", Reply(200, rules))
    permit = book(fetcher).permit
    assert await permit(web.url("site", "/bien"))
    assert not await permit(web.url("site", "/prive/autre"))
    assert await permit(web.url("site", "/prive/bien"))
    assert web.paths("site") == ["/robots.txt"], "asked once"


async def test_a_page_that_answers_200_as_robots_forbids_nothing_and_is_not_kept(
    web: MeanServer, fetcher: Fetcher
) -> None:
    web.page("site", "/robots.txt", "<html><body>Bienvenue</body></html>")
    ours = book(fetcher)
    assert await ours.permit(web.url("site", "/bien"))
    known = ours.known(web.url("site"))
    assert known is not None
    assert (known.status, known.text) == ("rules", "")


async def test_an_answer_that_is_neither_file_nor_error_means_no(web: MeanServer, fetcher: Fetcher) -> None:
    web.put("site", "/robots.txt", Reply(302, "redirects nowhere"))
    assert not await book(fetcher).permit(web.url("site", "/bien"))


async def test_a_byte_order_mark_does_not_hide_the_first_group(web: MeanServer, fetcher: Fetcher) -> None:
    web.put("site", "/robots.txt", Reply(200, b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /x\r\n"))
    assert not await book(fetcher).permit(web.url("site", "/x"))


async def test_redirects_are_followed_across_hosts_and_too_many_mean_absent(
    web: MeanServer, fetcher: Fetcher
) -> None:
    web.put("site", "/robots.txt", Reply(301, headers={"Location": web.url("other", "/r")}))
    web.put("other", "/r", Reply(200, "User-agent: *\nDisallow: /x"))
    assert not await book(fetcher).permit(web.url("site", "/x"))
    for n in range(1, 6):
        web.put(f"hop{n}", "/r", Reply(302, headers={"Location": web.url(f"hop{n - 1}", "/r")}))
    web.put("hop0", "/r", Reply(200, "User-agent: *\nDisallow: /x"))
    web.put("five", "/robots.txt", Reply(302, headers={"Location": web.url("hop4", "/r")}))
    web.put("six", "/robots.txt", Reply(302, headers={"Location": web.url("hop5", "/r")}))
    assert not await book(fetcher).permit(web.url("five", "/x"))
    assert await book(fetcher).permit(web.url("six", "/x"))


async def test_what_lies_beyond_500_kib_is_not_read_and_the_rest_counts(
    web: MeanServer, fetcher: Fetcher
) -> None:
    head, filler = "User-agent: *\nDisallow: /x\n", "# filler line of a big file\n"
    body = head + filler * (MAX_BYTES // len(filler) + 10) + "Disallow: /y\n"
    web.put("site", "/robots.txt", Reply(200, body))
    permit = book(fetcher).permit
    assert not await permit(web.url("site", "/x"))
    assert await permit(web.url("site", "/y"))


def test_a_line_cut_in_two_is_dropped() -> None:
    assert decode(b"a\n" + b"b" * MAX_BYTES) == "a"


async def test_a_copy_is_good_for_a_day_and_no_longer(web: MeanServer, fetcher: Fetcher) -> None:
    web.put("site", "/robots.txt", Reply(200, "User-agent: *\nDisallow: /x"))
    for age, asked in ((timedelta(hours=23), 0), (timedelta(hours=25), 1)):
        ours = book(fetcher)
        ours.remember(web.url("site"), Robots(RobotsStatus.RULES, NOW - age, ""))
        await ours.permit(web.url("site", "/x"))
        assert len(web.log) == asked


async def test_a_failure_to_answer_is_never_a_copy(web: MeanServer, fetcher: Fetcher) -> None:
    ours = book(fetcher)
    ours.remember(web.url("site"), Robots(RobotsStatus.UNREACHABLE, NOW))
    assert await ours.permit(web.url("site", "/x"))
    assert len(web.log) == 1


def a_copy(age: timedelta, text: str = "User-agent: *\nDisallow: /x") -> Robots:
    return Robots(RobotsStatus.RULES, NOW - age, text)


@pytest.mark.parametrize("failure", [Reply(500), Reply(503), Reply(200, "User-agent", cut=4)])
async def test_an_old_copy_stands_in_while_the_site_is_down(
    web: MeanServer, fetcher: Fetcher, caplog: pytest.LogCaptureFixture, failure: Reply
) -> None:
    web.put("site", "/robots.txt", failure)
    ours = book(fetcher)
    ours.remember(web.url("site"), a_copy(STALE_FOR - timedelta(hours=1)))
    assert await ours.permit(web.url("site", "/y"))
    asked = len(web.log)
    assert not await ours.permit(web.url("site", "/x"))
    assert len(web.log) == asked, "asked again for every page"
    assert "its copy of 06 December is obeyed" in (ours.notice or "")
    assert "cannot be renewed" in caplog.text
    known = ours.known(web.url("site"))
    assert known is not None
    assert known.fetched_at == NOW - STALE_FOR + timedelta(hours=1), "it does not grow younger by use"


async def test_an_old_copy_stands_in_when_nothing_answers_and_the_site_may_live_elsewhere(
    fetcher: Fetcher,
) -> None:
    ours = book(fetcher)
    ours.remember("http://nobody.localhost:1/", a_copy(timedelta(days=2)))
    answer = await ours.of("http://nobody.localhost:1/y")
    assert (answer.status, answer.answered) == ("rules", False)


async def test_no_copy_stands_in_for_a_month_or_for_a_site_that_bids_us_wait(
    web: MeanServer, fetcher: Fetcher
) -> None:
    for status, age in ((500, STALE_FOR), (429, timedelta(days=2))):
        web.put("site", "/robots.txt", Reply(status, headers={"Retry-After": "0"}))
        ours = book(fetcher)
        ours.remember(web.url("site"), a_copy(age))
        assert not await ours.permit(web.url("site", "/y"))
        assert ours.notice is None


async def test_what_was_absent_is_no_copy_that_could_stand_in(web: MeanServer, fetcher: Fetcher) -> None:
    web.put("site", "/robots.txt", Reply(500))
    ours = book(fetcher)
    ours.remember(web.url("site"), Robots(RobotsStatus.ABSENT, NOW - timedelta(days=2)))
    assert not await ours.permit(web.url("site", "/y"))


async def test_a_copy_is_renewed_as_soon_as_the_site_is_back(web: MeanServer, fetcher: Fetcher) -> None:
    web.put("site", "/robots.txt", Reply(200, "User-agent: *\nDisallow: /y"))
    ours = book(fetcher)
    ours.remember(web.url("site"), a_copy(timedelta(days=2)))
    assert await ours.permit(web.url("site", "/x"))
    assert not await ours.permit(web.url("site", "/y"))
    assert ours.notice is None


async def test_many_who_ask_at_once_are_told_by_one_request(web: MeanServer, fetcher: Fetcher) -> None:
    web.put("site", "/robots.txt", Reply(200, "User-agent: *\nDisallow: /x"))
    permit = book(fetcher).permit
    assert await asyncio.gather(*(permit(web.url("site", path)) for path in ("/x", "/y", "/x/z"))) == [
        False,
        True,
        False,
    ]
    assert len(web.log) == 1


async def test_each_origin_has_its_own(web: MeanServer, fetcher: Fetcher) -> None:
    web.put("www.site", "/robots.txt", Reply(200, "User-agent: *\nDisallow: /"))
    permit = book(fetcher).permit
    assert await permit(web.url("site", "/x"))
    assert not await permit(web.url("www.site", "/x"))


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        ("User-agent: *\nCrawl-delay: 7.5", 7.5),
        ("User-agent: *\nCrawl-delay: 1\nRequest-rate: 1/30", 30.0),
        ("User-agent: other\nCrawl-delay: 7", None),
        ("User-agent: *\nCrawl-delay: 999999", 3600.0),
        ("User-agent: *\nCrawl-delay: soon", None),
    ],
)
async def test_the_delay_that_a_site_asks_for_is_owed(
    web: MeanServer, fetcher: Fetcher, text: str, delay: float | None
) -> None:
    web.put("site", "/robots.txt", Reply(200, text))
    rules = await book(fetcher).rules(web.url("site"))
    assert rules.crawl_delay == delay
    assert fetcher.politeness.delay("site.localhost") == (delay or 0)


async def test_the_longest_delay_of_a_sites_origins_is_owed(web: MeanServer, fetcher: Fetcher) -> None:
    web.put("site", "/robots.txt", Reply(200, "User-agent: *\nCrawl-delay: 1"))
    robots = book(fetcher)
    await robots.of(web.url("site"))
    await robots.of(web.url("www.site"))
    assert fetcher.politeness.delay("site.localhost") == 1


async def test_sitemaps_are_told(web: MeanServer, fetcher: Fetcher) -> None:
    web.put(
        "site", "/robots.txt", Reply(200, "Sitemap: https://a.example/plan.xml\nUser-agent: *\nDisallow:")
    )
    assert (await book(fetcher).rules(web.url("site"))).sitemaps == ("https://a.example/plan.xml",)
