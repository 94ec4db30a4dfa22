"""The town's lists, every family: learnt on one day and read by what they taught on later ones."""

from collections.abc import Iterator
from functools import cache

import pytest

from extract.charset import decode
from extract.glance import Glance
from extract.list_wrapper import ListWrapper
from extract.list_wrapping import MOST, ListSample, learn
from extract.page import PageReading, read_page
from extract.samples import Sample
from extract.wrapper import Wrapper
from extract.wrapping import learn as learn_details
from models.listing import Transaction
from models.places import Places
from town.family import Response
from town.model import Site
from town.registry import family_named
from town.world import build_world

LATER = 15
#: Sites of each family.
SITES = 2
#: Feeds are read by their keys: there is nothing to learn.
FEEDS = "jsonfeed"
FAMILIES = sorted({agency.family for agency in build_world(0).agencies} - {FEEDS})


def sites(family: str, day: int) -> list[Site]:
    world = build_world(0)
    named = [agency.slug for agency in world.agencies if agency.family == family]
    return [world.site(slug, day, f"http://{slug}.localhost") for slug in named[:SITES]]


def printed(site: Site) -> Iterator[tuple[str, Response, PageReading]]:
    """A site's lists, page by page, as the readers read them."""
    family = family_named(site.agency.family)
    for transaction in (Transaction.SALE, Transaction.RENT):
        url: str | None = site.base_url + family.list_path(transaction)
        while url:
            answer = family.respond(site, url.removeprefix(site.base_url))
            reading = read_page(answer.body, url, content_type=answer.content_type)
            yield url, answer, reading
            url = absolute(answer, url, reading.next) if reading.next else None


def absolute(answer: Response, url: str, href: str) -> str:
    """Where a link of a page leads."""
    return Glance(decode(answer.body, answer.content_type)[0], url).absolute(href)


@cache
def learnt(family: str, at: int) -> tuple[Wrapper | None, ListWrapper | None]:
    """What a site's first eight details and lists teach."""
    site, printer, details = sites(family, 0)[at], family_named(family), []
    for advert in site.adverts[:8]:
        answer = printer.respond(site, path := printer.detail_path(site, advert))
        reading = read_page(answer.body, site.base_url + path, content_type=answer.content_type)
        if reading.listing is not None:
            html = decode(answer.body, answer.content_type)[0]
            details.append(Sample.of(html, site.base_url + path, reading))
    lists = [
        ListSample(decode(answer.body, answer.content_type)[0], url, told.links, told.next, told.follow)
        for url, answer, told in list(printed(site))[:MOST]
    ]
    return learn_details(details, Places.sample()), learn(lists)


@pytest.mark.parametrize("family", FAMILIES)
def test_what_lists_taught_reads_later_ones_as_the_readers_do(family: str) -> None:
    """The readers overlook a last page's second card, or take its only one for a listing: never the other
    way round."""
    short = count = 0
    for at in range(len(sites(family, 0))):
        wrapper, lists = learnt(family, at)
        site = sites(family, LATER)[at]
        ours = {family_named(family).detail_path(site, advert) for advert in site.adverts}
        for url, answer, whole in printed(site):
            told = read_page(answer.body, url, content_type=answer.content_type, wrapper=wrapper, lists=lists)
            count += 1
            if not told.by_wrapper:
                assert told.links == whole.links
                continue
            short += 1
            assert (told.kind, told.next) == ("index", whole.next)
            assert set(whole.links) <= set(told.links)
            led = {absolute(answer, url, to).removeprefix(site.base_url) for to in told.links}
            assert led <= ours
            assert len(led) < 3 or set(told.links) == set(whole.links)
    print(f"\n{family}: {short} of {count} lists the short way")
    assert 2 * short >= count
