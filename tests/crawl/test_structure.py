"""Templates told apart, and what a redesigned site may not do: withdraw listings by words."""

from sqlalchemy import Engine

from crawl.agencies import register
from crawl.context import CrawlContext
from crawl.site import crawl_site
from crawl.structure import REDESIGNED, distance, fingerprint
from tests.crawl.mean_server import MeanServer, Reply
from tests.crawl.sites import detail, open_site, path

NUMBERS = range(1, 9)


def _dressed(page: str, names: str) -> str:
    """The page in a template whose classes begin with `names`."""
    boxes = "".join(f'<div class="{names}-{n} {names}box{n}"></div>' for n in range(30))
    return page.replace("</main>", f"</main>{boxes}")


def _sold(number: int) -> str:
    return detail(number).replace("<h1>", "<h1>VENDU - ").replace("<main>", "<main><p>Ce bien est vendu.</p>")


def test_one_template_with_other_words_is_the_same_and_another_template_is_not() -> None:
    before = fingerprint(_dressed(detail(1), "old").encode())
    assert distance(before, fingerprint(_dressed(detail(2, 99_000), "old").encode())) < REDESIGNED / 3
    assert distance(before, fingerprint(_dressed(detail(1), "new").encode())) > REDESIGNED
    assert fingerprint(b"") == 0
    assert fingerprint(b"<" * 1_000_000) == 0


async def test_a_redesigned_site_withdraws_nothing_by_words_and_a_later_crawl_does(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    url = open_site(web, "essai", NUMBERS)
    for number in NUMBERS:
        web.page("essai", path(number), _dressed(detail(number), "old"))
    (agency,) = register(engine, [url], town=True)
    assert (await crawl_site(context, agency)).new == len(NUMBERS)
    for number in NUMBERS:
        page = _sold(number) if number < 3 else detail(number, more="Rafraîchi.")
        web.page("essai", path(number), _dressed(page, "new"))
    redesigned = await crawl_site(context, agency)
    assert (redesigned.withdrawn, redesigned.held) == (0, 2)
    assert (await crawl_site(context, agency)).withdrawn == 2


async def test_a_redesigned_sites_page_that_says_gone_is_words_and_its_404_is_none(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    url = open_site(web, "essai", NUMBERS)
    for number in NUMBERS:
        web.page("essai", path(number), _dressed(detail(number), "old"))
    (agency,) = register(engine, [url], town=True)
    await crawl_site(context, agency)
    for number in NUMBERS:
        web.page("essai", path(number), _dressed(detail(number, more="Rafraîchi."), "new"))
    web.page("essai", path(1), "<html><body><h1>Cette annonce n'est plus disponible</h1></body></html>")
    web.put("essai", path(2), Reply(404))
    redesigned = await crawl_site(context, agency)
    assert (redesigned.withdrawn, redesigned.held) == (1, 1)


async def test_a_sold_listing_of_a_site_that_stays_as_it_is_is_withdrawn_at_once(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    url = open_site(web, "essai", NUMBERS)
    (agency,) = register(engine, [url], town=True)
    await crawl_site(context, agency)
    web.page("essai", path(1), _sold(1))
    assert (await crawl_site(context, agency)).withdrawn == 1
