"""The reader on the town: every family's live listings, no invented one, fields against the truth."""

from collections import Counter
from functools import cache

import pytest

from extract.page import PageReading, read_page
from models.listing import Listing, Transaction
from town.family import Family
from town.model import Advert, Site, Withdrawal
from town.registry import families
from town.truth import advert_truth
from town.world import World, build_world

#: Per family, to keep the suite short.
ADVERTS = 6
FLOOR = 0.97
#: One process reads the adverts, once for all these tests.
FIELDS = ("price", "transaction", "surface", "rooms", "postal_code")


@cache
def town() -> World:
    return build_world(3, 2 * len(families()))


@cache
def sites() -> tuple[tuple[Family, Site], ...]:
    """One site of each family."""
    world = town()
    slugs = {agency.family: agency.slug for agency in world.agencies}
    return tuple(
        (family, world.site(slugs[family.name], 0, f"http://{slugs[family.name]}.localhost:8000"))
        for family in families()
        if family.name in slugs
    )


def reading(family: Family, site: Site, path: str) -> PageReading:
    response = family.respond(site, path)
    return read_page(response.body, site.base_url + path, content_type=response.content_type)


@cache
def details() -> tuple[tuple[Family, Site, Advert, PageReading], ...]:
    return tuple(
        (family, site, advert, reading(family, site, family.detail_path(site, advert)))
        for family, site in sites()
        for advert in site.adverts[:ADVERTS]
    )


def test_ninety_eight_in_a_hundred_live_adverts_are_read() -> None:
    missed = [(f.name, r.kind, r.reason) for f, _, _, r in details() if r.listing is None]
    assert len(missed) <= 0.02 * len(details()), missed


@pytest.mark.parametrize("name", FIELDS)
def test_a_main_field_reaches_its_floor(name: str) -> None:
    counts: Counter[str] = Counter()
    for family, site, advert, read in details():
        wanted = advert_truth(family, site, advert)[name]
        got = getattr(read.listing or Listing(), name)
        counts["right"] += wanted is not None and got == wanted
        counts["wrong"] += got is not None and got != wanted
        counts["missed"] += wanted is not None and got != wanted
    f1 = 2 * counts["right"] / (2 * counts["right"] + counts["wrong"] + counts["missed"])
    assert f1 >= FLOOR, counts


def test_no_listing_is_invented_from_a_sites_own_pages() -> None:
    invented = [
        (family.name, path)
        for family, site in sites()
        for path in ("/", *family.info_paths().values(), *map(family.article_path, site.articles))
        if reading(family, site, path).listing is not None
    ]
    assert not invented


def test_no_listing_is_read_from_a_withdrawn_adverts_page() -> None:
    invented = [
        (family.name, advert.withdrawn)
        for family, site in sites()
        for advert in site.withdrawn[:ADVERTS]
        if advert.withdrawn is not Withdrawal.REDIRECT_TO_LIST
        and reading(family, site, family.detail_path(site, advert)).listing is not None
    ]
    assert not invented


@pytest.mark.parametrize("transaction", [Transaction.SALE, Transaction.RENT])
def test_every_list_leads_to_its_adverts_or_to_its_feed(transaction: Transaction) -> None:
    for family, site in sites():
        wanted = len(family.slice(site, transaction, 1))
        page = reading(family, site, family.list_path(transaction))
        feeds = [url for url in page.follow if "json" in url or "/api/" in url]
        assert len(page.links) == wanted or feeds, (family.name, wanted, page.links)
