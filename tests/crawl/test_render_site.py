"""The crawl of a site that is an empty shell: read when RENDER is on, and said plainly when it is off."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from crawl.context import CrawlContext, open_context
from crawl.site import crawl_site
from models.places import Places
from tests.crawl.asked import WALL, active, changes, enter, events
from tests.crawl.mean_server import MeanServer, Reply
from tests.crawl.quick import quick_settings
from tests.crawl.shells import SHELL, open_shell, require_chromium, scripted, told
from tests.crawl.sites import detail, listing_page, open_site, path

pytestmark = pytest.mark.browser


@pytest.fixture
async def rendering(database_url: str) -> AsyncIterator[CrawlContext]:
    """A crawl's context that renders."""
    require_chromium()
    async with open_context(quick_settings(render=True), database_url, places=Places.sample()) as context:
        yield context


async def test_a_shell_s_listings_are_read_and_its_next_crawl_changes_nothing(
    web: MeanServer, rendering: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_shell(web, "essai", [1, 2]))
    report = await crawl_site(rendering, site)
    assert report.status == "ok", report
    assert active(engine) == {path(n)[1:] for n in (1, 2)}
    asked = [request.path for request in web.log if request.path != "/robots.txt"]
    assert report.pages == len(asked), "what scripts ask for counts as well"
    assert rendering.meter.total.requests.total() == len(web.log)
    report = await crawl_site(rendering, site)
    assert changes(report) == (0, 0, 0, 0)
    assert report.found == 2


async def test_a_change_behind_an_unchanged_shell_is_noticed(
    web: MeanServer, rendering: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_shell(web, "essai", [1]))
    await crawl_site(rendering, site)
    web.put("essai", "/api/bien/1", told(detail(1, price=240_000)))
    report = await crawl_site(rendering, site)
    assert changes(report) == (0, 1, 0, 0)


async def test_an_api_that_breaks_withdraws_nothing_and_one_that_says_gone_does(
    web: MeanServer, rendering: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_shell(web, "essai", [1, 2]))
    await crawl_site(rendering, site)
    web.put("essai", "/api/biens", told(listing_page([1])))
    gone = (
        "<h1>Cette annonce n'est plus disponible</h1><p>Le bien que vous cherchez a été vendu ou retiré.</p>"
    )
    missing = told(f"<title>Annonce indisponible</title><body>{gone}</body>")
    web.put("essai", "/api/bien/2", Reply(500, missing.body, missing.headers))
    web.put("essai", "/app.js", Reply(200, _SHOWS_ANY, {"Content-Type": "text/javascript"}))
    report = await crawl_site(rendering, site)
    assert report.withdrawn == 0
    assert path(2)[1:] in active(engine)
    web.put("essai", "/api/bien/2", missing)
    report = await crawl_site(rendering, site)
    assert report.withdrawn == 1, report
    assert events(engine)["withdrawn"] == 1


async def test_pages_that_look_like_home_until_they_are_filled_prove_nothing(
    web: MeanServer, context: CrawlContext, rendering: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_shell(web, "essai", [1, 2]))
    await crawl_site(rendering, site)
    for at in ("/", "/ventes", path(1), path(2)):
        web.page("essai", at, FRAMED)
    web.put("essai", "/app.js", Reply(200, "", {"Content-Type": "text/javascript"}))
    for how in (context, rendering):
        report = await crawl_site(how, site)
        assert (report.withdrawn, report.held) == (0, 0), report
    assert len(active(engine)) == 2


async def test_scripts_that_show_the_home_page_for_a_listing_prove_nothing(
    web: MeanServer, rendering: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_shell(web, "essai", [1, 2]))
    await crawl_site(rendering, site)
    home = "fetch('/api/accueil').then(a => a.json()).then(told => document.body.innerHTML = told.html)"
    web.put("essai", "/app.js", Reply(200, home, {"Content-Type": "text/javascript"}))
    report = await crawl_site(rendering, site)
    assert (report.withdrawn, report.held) == (0, 0), report
    assert len(active(engine)) == 2


async def test_once_shells_were_filled_twice_pages_with_a_frame_but_no_content_are_rendered_too(
    web: MeanServer, rendering: CrawlContext, engine: Engine
) -> None:
    url = open_shell(web, "essai", [1, 2])
    for number in (1, 2):
        web.page("essai", path(number), FRAMED)
    await crawl_site(rendering, enter(engine, url))
    assert len(active(engine)) == 2


async def test_a_wall_that_scripts_put_up_is_respected(
    web: MeanServer, rendering: CrawlContext, engine: Engine
) -> None:
    url = open_shell(web, "essai", [1])
    wall = f"document.write({WALL!r}); setTimeout(() => location.reload(), 50)"
    web.put("essai", "/app.js", Reply(200, wall, {"Content-Type": "text/javascript"}))
    report = await crawl_site(rendering, enter(engine, url))
    assert report.status == "challenged"
    assert web.paths("essai").count("/") == 1


async def test_with_rendering_off_the_report_says_how_to_turn_it_on(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    report = await crawl_site(context, enter(engine, open_shell(web, "essai", [1, 2])))
    assert report.status == "empty"
    assert "RENDER=on" in report.line
    assert "/app.js" not in web.paths("essai")


async def test_turning_rendering_on_reads_what_an_earlier_crawl_saw_as_a_shell(
    web: MeanServer, context: CrawlContext, rendering: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_shell(web, "essai", [1]))
    await crawl_site(context, site)
    report = await crawl_site(rendering, site)
    assert report.new == 1


async def test_turning_rendering_off_withdraws_nothing(
    web: MeanServer, context: CrawlContext, rendering: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_shell(web, "essai", [1, 2]))
    await crawl_site(rendering, site)
    await crawl_site(context, site)
    assert len(active(engine)) == 2


async def test_a_site_that_is_no_shell_starts_no_browser(
    web: MeanServer, rendering: CrawlContext, engine: Engine
) -> None:
    report = await crawl_site(rendering, enter(engine, open_site(web, "essai", [1, 2, 3])))
    assert report.found == 3
    assert rendering.browser is not None
    assert rendering.browser.starts == 0


async def test_a_site_whose_scripts_show_nothing_is_not_rendered_for_ever(
    web: MeanServer, rendering: CrawlContext, engine: Engine
) -> None:
    url = open_shell(web, "essai", range(1, 11))
    web.put("essai", "/app.js", Reply(200, "", {"Content-Type": "text/javascript"}))
    locs = "".join(f"<url><loc>{web.url('essai', path(n))}</loc></url>" for n in range(1, 11))
    web.put("essai", "/sitemap.xml", Reply(200, f"<urlset>{locs}</urlset>", {"Content-Type": "text/xml"}))
    report = await crawl_site(rendering, enter(engine, url))
    assert report.status == "empty"
    assert web.paths("essai").count("/app.js") == 1
    assert rendering.browser is not None
    assert rendering.browser.rendered == 3
    assert rendering.browser.process is None, "it ends with the last site that needed it"


async def test_without_a_browser_the_crawl_goes_on_and_says_why(
    web: MeanServer, database_url: str, engine: Engine, tmp_path: Path
) -> None:
    settings = quick_settings(render=True, pignon_chromium=tmp_path / "none")
    shell, plain = enter(engine, open_shell(web, "essai", [1])), enter(engine, open_site(web, "plain", [1]))
    async with open_context(settings, database_url, places=Places.sample()) as context:
        report = await crawl_site(context, shell)
        assert report.status == "empty"
        assert "PIGNON_CHROMIUM" in report.line
        assert (await crawl_site(context, plain)).found == 1


#: A page with a long frame around the place that its script fills.
FRAMED = SHELL.replace(
    "<body>",
    "<body><header><a href='/'>Accueil</a> <a href='/ventes'>Nos ventes</a></header><footer>"
    + " ".join(f"<p>Agence Essai, {n} rue des Acacias, notre équipe vous accueille.</p>" for n in range(8))
    + "</footer>",
)
_SHOWS_ANY = """
const at = location.pathname, advert = at.match(/appartement-(\\d+)/);
fetch(advert ? '/api/bien/' + advert[1] : at == '/ventes' ? '/api/biens' : '/api/accueil').then(a => a.json())
  .then(told => { document.title = told.title; document.getElementById('root').innerHTML = told.html; });
"""


async def test_a_script_is_not_given_what_another_agencys_site_has(
    web: MeanServer, rendering: CrawlContext, engine: Engine
) -> None:
    """Its own crawl, of another process, may be asking that site at the same moment."""
    get = "fetch('{}').then(a => a.text()).then(t => document.body.append(t)).catch(() => 0);"
    wanted = [web.url("voisine", "/biens.json"), web.url("tiers", "/ailleurs"), web.url("tiers", "/a.json")]
    site = enter(engine, scripted(web, "essai", "".join(map(get.format, wanted))))
    enter(engine, web.url("voisine"))
    open_to_all = {"Access-Control-Allow-Origin": "*"}
    web.put("voisine", "/biens.json", Reply(200, "taken", open_to_all))
    web.put("tiers", "/a.json", Reply(200, "given", open_to_all))
    web.put("tiers", "/ailleurs", Reply(302, headers=open_to_all | {"Location": wanted[0]}))
    await crawl_site(rendering, site)
    assert web.paths("voisine") == [], "neither robots.txt nor data, directly or by a redirect"
    assert set(web.paths("tiers")) == {"/robots.txt", "/a.json", "/ailleurs"}
