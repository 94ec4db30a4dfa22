"""What a crawl learns of its site: kept with the site, used by the next crawl, and never in its way."""

import re
from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, insert, select

from crawl.apprentice import ENOUGH, Apprentice, Known, Shelf, load, save
from crawl.context import CrawlContext
from crawl.site import crawl_site
from extract.drift import AUDITED_LISTS, is_audited
from extract.list_wrapper import ListWrapper
from extract.wrapper import MAX_SIZE, Place, Wrapper
from models.places import Places
from models.tables import AggregatedListing, SiteWrapper, utc_now
from tests.crawl.asked import active, changes, enter
from tests.crawl.mean_server import MeanServer
from tests.crawl.sites import detail, listing_page, open_site, path


def known(engine: Engine, site: int) -> Known:
    with engine.connect() as connection:
        return load(connection, site)


def learnt(engine: Engine, site: int) -> Wrapper | None:
    return known(engine, site).details


def prices(engine: Engine) -> set[int | None]:
    with engine.connect() as connection:
        return set(connection.scalars(select(AggregatedListing.price)))


async def test_a_crawl_learns_its_site_and_the_next_one_reads_new_pages_by_it(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, ENOUGH + 2)))
    await crawl_site(context, site)
    wrapper = learnt(engine, site)
    assert wrapper is not None
    assert wrapper.pages == ENOUGH
    open_site(web, "essai", range(1, ENOUGH + 4))
    report = await crawl_site(context, site)
    assert report.new == 2
    assert {path(ENOUGH + 2)[1:], path(ENOUGH + 3)[1:]} <= active(engine)
    with engine.connect() as connection:
        query = select(AggregatedListing.evidence).where(
            AggregatedListing.source_url.endswith(path(ENOUGH + 3))
        )
        sources = {proof["source"] for proof in connection.scalar(query).values()}
    assert "wrapper" in sources


async def test_a_small_site_is_learnt_at_the_end_of_its_crawl(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 7)))
    await crawl_site(context, site)
    wrapper = learnt(engine, site)
    assert wrapper is not None
    assert wrapper.pages == 6


async def test_the_same_crawl_twice_changes_nothing_though_something_was_learnt_between(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, ENOUGH + 4)))
    await crawl_site(context, site)
    assert changes(await crawl_site(context, site)) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    "data", [{}, {"version": 1}, {"version": 1, "places": "x"}, {"version": 999}, {"places": [None] * 9}]
)
async def test_a_broken_row_does_a_crawl_no_harm(
    web: MeanServer, context: CrawlContext, engine: Engine, data: dict[str, object]
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 4)))
    with engine.begin() as connection:
        connection.execute(insert(SiteWrapper).values(agency_id=site, data=data, updated_at=utc_now()))
    report = await crawl_site(context, site)
    assert (report.status, report.new) == ("ok", 3)


async def test_a_site_that_is_redesigned_is_learnt_anew_and_no_wrong_price_is_stored(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 20)))
    await crawl_site(context, site)
    before = learnt(engine, site)
    for number in range(1, 20):
        web.page("essai", path(number), redesigned(number))
    report = await crawl_site(context, site)
    after = learnt(engine, site)
    assert report.status == "ok"
    assert prices(engine) == {250_000}
    assert after is not None
    assert before is not None
    assert after.places != before.places


def redesigned(number: int) -> str:
    """An advert in a new frame; what held its price holds the fees."""
    new = detail(number, more="Nouveau site.")
    for old, now in (
        ("<main><h1>", "<section class='bien'><header class='haut'><h1>"),
        ("</h1>", "</h1></header>"),
        ('<p class="prix">Prix : 250,000 €</p>',
         '<div class="cout"><span>250 000 €</span></div><p class="prix">Honoraires : 9 000 €</p>'),
        ("<ul>", "<dl>"), ("</ul>", "</dl>"), ("<li>", "<dd>"), ("</li>", "</dd>"),
        ("Référence :", "Réf. annonce :"), ("Surface :", "Surface habitable :"), ("Nos ventes", "Acheter"),
        ("Nombre de pièces :", "Pièces :"), ("Honoraires à la charge du vendeur.", "Maison fondée en 1985."),
        ("<h2>Description</h2>", "<h3>Le bien</h3>"), ("</main>", "</section><footer>Agence Essai</footer>"),
    ):  # fmt: skip
        new = new.replace(old, now)
    return new


def test_pages_in_another_order_of_workers_but_the_same_order_of_the_site_are_read_alike() -> None:
    readings = []
    for _ in range(2):
        apprentice = Apprentice(Known(), Places.sample())
        readings.append([
            apprentice.read(detail(n).encode(), f"http://essai.localhost{path(n)}", None) for n in range(15)
        ])  # fmt: skip
    assert readings[0] == readings[1]


def test_what_was_learnt_and_fails_is_dropped_and_the_page_read_without() -> None:
    broken = Apprentice(Known(object()), Places.sample())  # type: ignore[arg-type]
    reading = broken.read(detail(1).encode(), "http://essai.localhost/vente/1", None)
    assert reading.listing is not None
    assert broken.wrapper is None
    assert broken.changed


def test_crawls_keep_pages_to_learn_from_while_the_shelf_has_room_and_give_it_back() -> None:
    shelf, pages = Shelf(3 * len(detail(1))), [detail(n) for n in range(10)]
    first, second = (Apprentice(Known(), Places.sample(), shelf) for _ in range(2))
    room = shelf.room
    for number in (1, 2):
        first.read(pages[number].encode(), f"http://essai.localhost{path(number)}", None)
    assert shelf.room == room - len(pages[1]) - len(pages[2])
    for number in range(10):  # no room for as many as learning needs: read all the same
        reading = second.read(pages[number].encode(), f"http://autre.localhost{path(number)}", None)
        assert reading.listing is not None
    assert 0 <= shelf.room < len(pages[1])
    second.conclude()
    assert second.wrapper is None
    for apprentice in (first, second):
        apprentice.close()
    assert shelf.room == room


# Lists -----------------------------------------------------------------------------------------


def open_lists(web: MeanServer, lists: int, changed: Callable[[str], str] = str) -> str:
    """A site whose sitemap names nothing, with so many lists of three adverts each."""
    numbers = range(1, 3 * lists + 1)
    address = open_site(web, "essai", numbers)
    web.remove("essai", "/sitemap.xml")
    for at in range(lists):
        here, following = (f"/ventes/{n}" if n > 1 else "/ventes" for n in (at + 1, at + 2))
        html = listing_page(numbers[3 * at : 3 * at + 3], following if at + 1 < lists else None)
        web.page("essai", here, changed(html))
    return address


def retold(html: str) -> str:
    """The same list in another template."""
    new = re.sub(r'<article class="bien"><a href="([^"]+)"><h2>(.*?)</h2></a>',
                 r'<li class="carte"><h3>\2</h3><a class="voir" href="\1">Voir</a>', html)  # fmt: skip
    return new.replace("</article>", "</li>").replace("Nos biens à vendre", "Acheter avec nous")


async def test_a_crawl_learns_the_lists_of_its_site_and_the_next_one_finds_new_adverts_by_it(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_lists(web, 4))
    await crawl_site(context, site)
    before = known(engine, site)
    assert before.lists is not None
    apprentice = Apprentice(before, Places.sample())
    new = listing_page([16, 17, 18], "/ventes/7").encode()
    assert apprentice.read(new, "http://essai.localhost/ventes/6", None).by_wrapper
    open_lists(web, 6)
    report = await crawl_site(context, site)
    assert report.new == 6
    assert path(18)[1:] in active(engine)


async def test_lists_in_a_new_template_are_read_whole_and_learnt_anew(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_lists(web, 7))
    await crawl_site(context, site)
    before = known(engine, site).lists
    open_lists(web, 10, retold)
    report = await crawl_site(context, site)
    after = known(engine, site).lists
    assert report.new == 9
    assert before is not None
    assert after is not None
    assert after.places != before.places


def test_of_an_audited_list_the_readers_links_count_where_they_know_more() -> None:
    """A wrapper that knows one of two kinds of cards."""
    half = ListWrapper(("nos biens à vendre",), ("article > a",), ("vente/w#?",))
    html = listing_page(range(1, 4)) + retold(listing_page(range(4, 8)))
    found = Counter[int]()
    for number in range(60):
        url = f"http://essai.localhost/ventes/{number}"
        reading = Apprentice(Known(None, half), Places.sample()).read(html.encode(), url, None)
        assert len(reading.links) == (7 if is_audited(url, AUDITED_LISTS) else 3)
        found[len(reading.links)] += 1
    assert found[7] > 2


def test_lists_that_it_cannot_read_wear_a_wrapper_out() -> None:
    bad = ListWrapper(fixed=("accueil",), places=("h2",), shapes=("x",))
    lists = Apprentice(Known(None, bad), Places.sample())
    for number in range(1, 6):
        html = listing_page(range(number, number + 3)).encode()
        assert len(lists.read(html, f"http://essai.localhost/ventes/{number}", None).links) == 3
    assert lists.lists is None


def test_details_and_lists_share_a_row_and_lists_go_first_where_it_is_too_large(engine: Engine) -> None:
    site = enter(engine, "http://essai.localhost/")
    small, large = (ListWrapper(fixed=("x" * size,), places=("a",)) for size in (100, MAX_SIZE))
    details = Wrapper((Place("price", "css", "p"),))
    for kept, stored in ((small, small), (large, None)):
        with engine.begin() as connection:
            save(connection, site, Known(details, kept), utc_now())
        assert known(engine, site) == Known(details, stored)
