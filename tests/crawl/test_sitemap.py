"""Sitemaps of every dialect, and bounds on what they may ask of us."""

import gzip
import time

import pytest

from crawl.fetch import Fetcher
from crawl.sitemap import MAX_FILES, parse, read_sitemaps, unpack
from tests.crawl.mean_server import MeanServer, Reply

PAGES = ("https://a.example/1", "https://a.example/2?a=1&b=2")
DIALECTS = {
    "plain": "<urlset><url><loc>https://a.example/1</loc></url><url><loc> https://a.example/2?a=1&amp;b=2\n</loc></url></urlset>",
    "cdata": "<urlset><url><loc><![CDATA[https://a.example/1]]></loc></url><url><loc><![CDATA[https://a.example/2?a=1&b=2]]></loc></url></urlset>",
    "namespace": '<s:urlset xmlns:s="x"><s:url><s:loc>https://a.example/1</s:loc></s:url><s:url><s:loc>https://a.example/2?a=1&amp;b=2</s:loc></s:url></s:urlset>',
    "unclosed": "<urlset><url><loc>https://a.example/1<url><loc>https://a.example/2?a=1&amp;b=2",
    "text": "https://a.example/1\r\nhttps://a.example/2?a=1&b=2\r\n",
    "rss": "<rss><channel><item><link>https://a.example/1</link></item><item><link>https://a.example/2?a=1&amp;b=2</link></item></channel></rss>",
    "atom": '<feed><entry><link href="https://a.example/1"/></entry><entry><link rel="x" href="https://a.example/2?a=1&amp;b=2"/></entry></feed>',
    "images": "<urlset><url><loc>https://a.example/1</loc><image:image><image:loc>https://a.example/p.jpg</image:loc></image:image></url><url><loc>https://a.example/2?a=1&amp;b=2</loc></url></urlset>",
}  # fmt: skip


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_names_the_same_pages(dialect: str) -> None:
    for body in (DIALECTS[dialect].encode(), gzip.compress(DIALECTS[dialect].encode())):
        assert parse(body).pages == PAGES


def test_an_index_names_sitemaps_and_no_pages() -> None:
    file = parse(b"<sitemapindex><sitemap><loc>https://a.example/s1.xml</loc></sitemap></sitemapindex>")
    assert (file.sitemaps, file.pages) == (("https://a.example/s1.xml",), ())


def test_a_home_page_served_as_sitemap_names_nothing() -> None:
    assert parse(b"<!DOCTYPE html><html><link href='https://a.example/x'></html>").pages == ()


def test_a_gzip_bomb_is_unpacked_to_its_cap_only() -> None:
    assert len(unpack(gzip.compress(b"x" * 10_000_000), cap=1000)) == 1000


@pytest.mark.parametrize(
    "body", [b"<loc" * 200_000, b"<loc>" + b" " * 500_000, b"<link " * 200_000 + b"<feed"]
)
def test_no_input_makes_it_slow(body: bytes) -> None:
    began = time.monotonic()
    parse(b"<urlset>" + body)
    assert time.monotonic() - began < 2


async def _read(fetcher: Fetcher, web: MeanServer, told: tuple[str, ...] = ()) -> list[str]:
    async def permit(url: str) -> bool:
        return "private" not in url

    found: list[str] = []
    async for _, pages in read_sitemaps(fetcher, web.url("site"), told, permit):
        found += pages
    return found


async def test_only_the_sites_own_pages_come_out_absolute_and_tidy(web: MeanServer, fetcher: Fetcher) -> None:
    locs = [
        web.url("www.site", "/a?utm_source=x"),
        "/b",
        "https://other.example/c",
        web.url("site", "/d.pdf"),
    ]
    web.put("site", "/sitemap.xml", Reply(200, "".join(f"<loc>{u}</loc>" for u in locs)))
    assert await _read(fetcher, web) == [web.url("www.site", "/a"), web.url("site", "/b")]


async def test_loops_and_endless_indexes_are_bounded(web: MeanServer, fetcher: Fetcher) -> None:
    for n in range(MAX_FILES + 20):
        body = (
            f"<sitemapindex><loc>{web.url('site', f'/s{n + 1}.xml')}</loc><loc>/s0.xml</loc></sitemapindex>"
        )
        web.put("site", f"/s{n}.xml", Reply(200, body))
    await _read(fetcher, web, ("/s0.xml",))
    assert len(web.log) == MAX_FILES


async def test_robots_governs_sitemaps_and_a_missing_one_is_no_trouble(
    web: MeanServer, fetcher: Fetcher
) -> None:
    web.put("site", "/private.xml", Reply(200, "<loc>/a</loc>"))
    told = (web.url("site", "/private.xml"), "http://[::1/cut.xml", web.url("site", "/none.xml"))
    assert await _read(fetcher, web, told) == []
    assert web.paths("site") == ["/none.xml"]
