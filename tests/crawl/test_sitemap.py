"""Sitemaps of every dialect, and bounds on what they may ask of us."""

import asyncio
import gzip
import time
import tracemalloc
import zlib

import pytest

from crawl.fetch import SITEMAP_BYTES, Fetcher, FetchOutcome, Manner
from crawl.politeness import Politeness
from crawl.sitemap import MAX_FILES, MAX_URLS, SitemapFiles, read_sitemaps
from crawl.sitemap_reader import Listed, SitemapReader
from crawl.unpack import Unpacker
from tests.crawl.mean_server import MeanServer, Reply
from tests.crawl.quick import quick_settings

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


def parse(body: bytes, piece: int = 1_000) -> SitemapReader:
    """A file's reader, after it was fed in pieces of so many bytes."""
    reader = SitemapReader(MAX_URLS)
    unpacker = Unpacker()
    for start in range(0, len(body), piece):
        for unpacked in unpacker.feed(body[start : start + piece]):
            reader.feed(unpacked)
    reader.close()
    return reader


def urls(reader: SitemapReader) -> tuple[str, ...]:
    return tuple(page.url for page in reader.pages)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("piece", [1, 7, 100_000])
def test_every_dialect_names_the_same_pages(dialect: str, piece: int) -> None:
    for body in (DIALECTS[dialect].encode(), gzip.compress(DIALECTS[dialect].encode())):
        assert urls(parse(body, piece)) == PAGES


def test_two_bytes_a_character_are_read_as_well() -> None:
    assert urls(parse(DIALECTS["plain"].encode("utf-16"))) == PAGES


def test_an_index_names_sitemaps_and_no_pages() -> None:
    file = parse(b"<sitemapindex><sitemap><loc>https://a.example/s1.xml</loc></sitemap></sitemapindex>")
    assert (file.sitemaps, file.pages) == (["https://a.example/s1.xml"], [])


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE html><html><link href='https://a.example/x'><loc>https://a.example/y</loc></html>",
        gzip.compress(gzip.compress(b"<urlset><loc>https://a.example/1</loc></urlset>")),
        b"<urlset><!-- <loc>https://a.example/draft</loc> --></urlset>",
        b"<urlset><loc>https://a.example/" + b"x" * 3_000 + b"</loc></urlset>",
        b"\x00\x01\x02" * 5_000,
        b"",
    ],
    ids=["html", "packed twice", "commented", "too long", "binary", "empty"],
)
def test_what_is_no_sitemap_names_nothing(body: bytes) -> None:
    assert not urls(parse(body))


def test_a_damaged_or_cut_file_counts_as_far_as_it_came() -> None:
    body = "".join(f"<url><loc>https://a.example/{hash(n)}-{n * n * 7919}</loc></url>" for n in range(500))
    packed = gzip.compress(f"<urlset>{body}</urlset>".encode())
    assert 100 < len(urls(parse(packed[: len(packed) // 2]))) < 500
    assert len(urls(parse(packed[: len(packed) // 2] + b"\xff" * 2_000))) > 100
    assert (
        urls(parse(gzip.compress(b"<urlset>") + gzip.compress(b"<loc>https://a.example/1</loc>")))
        == PAGES[:1]
    )


def test_dates_in_both_forms_are_kept_with_their_pages() -> None:
    told = {
        "<url><loc>https://a.example/1</loc><lastmod>2026-01-31T10:00:00+01:00</lastmod></url>": (31, 9),
        "<url><lastmod>2026-01-31</lastmod><loc>https://a.example/1</loc></url>": (31, 23),
        "<item><link>https://a.example/1</link><pubDate>Sat, 31 Jan 2026 10:00:00 GMT</pubDate>": (31, 10),
        "<entry><updated>2026-01-31T10:00:00Z</updated><link href='https://a.example/1'/></entry>": (31, 10),
    }  # fmt: skip
    for body, (day, hour) in told.items():
        (page,) = parse(body.encode()).pages
        assert page.lastmod is not None
        assert (page.lastmod.day, page.lastmod.hour) == (day, hour)
    for body in (
        b"<url><loc>https://a.example/1</loc><lastmod>hier</lastmod></url>",
        b"<loc>https://a.example/1",
    ):
        assert parse(body).pages == [Listed("https://a.example/1")]


def test_a_day_that_most_pages_share_tells_of_the_file_and_is_not_believed() -> None:
    days = ["2026-01-31"] * 6 + ["2026-01-12"]
    body = "".join(
        f"<url><loc>https://a.example/{n}</loc><lastmod>{day}</lastmod></url>" for n, day in enumerate(days)
    )
    assert [page.lastmod is not None for page in parse(body.encode()).pages] == [False] * 6 + [True]


@pytest.mark.parametrize(
    "body",
    [
        b"<loc" * 200_000,
        b"<loc>" + b" " * 500_000,
        (b"<loc>" + b" " * 2_500) * 200,
        b"<link " * 200_000 + b"<feed",
        b"<!--" * 200_000,
    ],
)
@pytest.mark.parametrize("piece", [100, 64_000])
def test_no_input_makes_it_slow(body: bytes, piece: int) -> None:
    began = time.process_time()
    parse(b"<urlset>" + body, piece)
    # 10,000 pieces of an unfinished tag take 1 to 3 s; seeking each time from the start would take minutes.
    assert time.process_time() - began < 10


async def test_fifty_mebibytes_of_sitemap_take_less_than_ten_of_memory(web: MeanServer) -> None:
    entry = (
        "<url><loc>{0}vente/appartement-bordeaux-{1}</loc><lastmod>2026-01-{2:02}</lastmod><!--{3}--></url>"
    )
    site, filler = web.url("site"), "x" * 960
    number = SITEMAP_BYTES // 1_100
    body = "".join(entry.format(site, n, n % 28 + 1, filler) for n in range(number)).encode()
    assert 0.95 * SITEMAP_BYTES < len(body) < SITEMAP_BYTES
    # Packed, the server holds little of it, and all of the way to us is measured.
    web.put("site", "/sitemap.xml", Reply(200, gzip.compress(body, 1)))
    settings = quick_settings(scraping_timeout=120)
    fetcher = Fetcher(settings, Politeness.of(settings))
    tracemalloc.start()
    try:
        async for fetched, listed in read_sitemaps(
            fetcher, site, SitemapFiles.of(site, ()), _anything, 20_000
        ):
            assert len(listed) == 20_000
            assert all(page.lastmod for page in listed)
            assert fetched.poured < len(body), "no more is read than is kept"
        _, found = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        async for fetched, listed in read_sitemaps(
            fetcher, site, SitemapFiles.of(site, ()), _anything, number + 1
        ):
            assert (len(listed), fetched.poured) == (number, len(body))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        await fetcher.close()
    print(f"{found / 2**20:.1f} MiB at most with 20,000 pages, {peak / 2**20:.1f} MiB with {number:,}")
    assert found < 10_000_000


async def _anything(url: str) -> bool:
    return True


async def test_a_bomb_is_read_to_its_cap_in_small_pieces(web: MeanServer, fetcher: Fetcher) -> None:
    sizes = []

    def sink(piece: bytes) -> bool:
        sizes.append(len(piece))
        return True

    zeros = gzip.compress(b"\0" * 30_000_000)
    for headers in ({}, {"Content-Encoding": "gzip"}, {"Content-Type": "image/png"}):
        web.put("site", "/sitemap.xml.gz", Reply(200, zeros, headers))
        sizes.clear()
        manner = Manner(cap=1_000_000, cut=True, sink=lambda: sink)
        fetched = await fetcher.fetch(web.url("site", "/sitemap.xml.gz"), manner)
        assert (fetched.outcome, fetched.poured, fetched.body) == (FetchOutcome.OK, 1_000_000, b"")
        assert max(sizes) <= 64 * 1024
        assert sum(sizes) <= 1_000_000


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "raw deflate", "gzip announced only"])
async def test_every_packing_is_undone(web: MeanServer, fetcher: Fetcher, encoding: str) -> None:
    body = f"<urlset><loc>{web.url('site', '/1')}</loc></urlset>".encode()
    packer = {
        "gzip": gzip.compress,
        "deflate": zlib.compress,
        "raw deflate": lambda b: zlib.compress(b)[2:-4],
    }
    packed = packer.get(encoding, bytes)(body)
    announced = "deflate" if "deflate" in encoding else "gzip"
    web.put("site", "/sitemap.xml", Reply(200, packed, {"Content-Encoding": announced}))
    assert await _read(fetcher, web) == [web.url("site", "/1")]


async def test_a_stream_that_drips_ends_in_time_and_is_one_request_of_its_host(
    web: MeanServer, fetcher: Fetcher
) -> None:
    body = f"<urlset><loc>{web.url('site', '/1')}</loc>" + " " * 5_000
    web.put("site", "/sitemap.xml", Reply(200, body, {"Content-Length": "9000000"}))
    web.page("site", "/", "x")
    began = time.monotonic()
    found, _ = await asyncio.gather(_read(fetcher, web), fetcher.fetch(web.url("site")))
    assert found == [web.url("site", "/1")], "it broke off, and counts as far as it came"
    assert time.monotonic() - began < 12, "two tries of two seconds, and as much rest between as they took"
    assert max(request.in_flight for request in web.log) == 1


def _usual(site: str) -> SitemapFiles:
    return SitemapFiles.of(site, ())


async def _read(fetcher: Fetcher, web: MeanServer, told: tuple[str, ...] = ()) -> list[str]:
    async def permit(url: str) -> bool:
        return "private" not in url

    found: list[str] = []
    files = SitemapFiles.of(web.url("site"), told)
    async for _, pages in read_sitemaps(fetcher, web.url("site"), files, permit):
        found += [page.url for page in pages]
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
