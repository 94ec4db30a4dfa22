"""Rendering: one page in a real Chromium, whose every request is ours, within bounds, ending as a value."""

import asyncio
import itertools
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from crawl import answers, render
from crawl.browser import Browser
from crawl.fetch import Fetcher
from crawl.render import Rendered, Rendering, RenderOutcome
from crawl.robots import RobotsBook
from models.tables import utc_now
from tests.crawl.asked import WALL
from tests.crawl.mean_server import MeanServer, Reply, Request
from tests.crawl.shells import open_shell, require_chromium, scripted

pytestmark = pytest.mark.browser


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A Chromium that has not started yet."""
    require_chromium()
    browser = Browser("PignonBot/test")
    yield browser
    await browser.close()


async def shown(browser: Browser, fetcher: Fetcher, url: str) -> Rendered:
    """One page rendered alone."""
    robots = RobotsBook(fetcher, utc_now)
    return await Rendering(browser, fetcher).render(await fetcher.fetch(url), robots.permit)


def text(rendered: Rendered) -> str:
    return rendered.page.body.decode()


async def test_a_shell_shows_what_its_script_fetches_from_its_own_api(
    web: MeanServer, fetcher: Fetcher, browser: Browser
) -> None:
    open_shell(web, "essai", [1])
    rendered = await shown(browser, fetcher, web.url("essai", "/vente/appartement-1"))
    assert rendered.outcome is RenderOutcome.OK
    assert not rendered.page.partial, rendered.reason
    assert "Appartement 3 pièces 41 m²" in text(rendered)
    assert rendered.requests == 2, "the script and the data; the style sheet is not fetched"
    assert web.paths("essai") == ["/vente/appartement-1", "/robots.txt", "/app.js", "/api/bien/1"]
    assert "etag" not in rendered.page.headers
    assert web.log[-1].headers["accept"] == "*/*", "as a script asks, not as a page does"


async def test_every_request_says_who_we_are_and_waits_for_its_turn(
    web: MeanServer, browser: Browser
) -> None:
    from crawl.politeness import Politeness
    from tests.crawl.quick import quick_settings

    show = "then(a => a.text()).then(t => document.body.append(t))"
    many = f"for (let n = 0; n < 5; n++) fetch('/api/' + n).{show}"
    scripted(web, "essai", many)
    for number in range(5):
        web.put("essai", f"/api/{number}", Reply(200, f"<{number}>", delay=0.05))
    settings = quick_settings(min_delay_between_requests=0.3)
    fetcher = Fetcher(settings, Politeness.of(settings))
    rendered = await shown(browser, fetcher, web.url("essai"))
    await fetcher.close()
    assert all(f"&lt;{n}&gt;" in text(rendered) for n in range(5)), (
        "its wait for its turn is not its own time"
    )
    assert len(web.log) == 8
    assert max(request.in_flight for request in web.log) == 1
    times = [request.time for request in web.log]
    assert min(b - a for a, b in itertools.pairwise(times)) >= 0.3
    assert all(request.headers["user-agent"].startswith("PignonBot/") for request in web.log)


async def test_what_robots_txt_does_not_allow_is_not_fetched_for_a_script_either(
    web: MeanServer, fetcher: Fetcher, browser: Browser
) -> None:
    open_shell(web, "essai", [1])
    web.put("essai", "/robots.txt", Reply(200, "User-agent: *\nDisallow: /api/"))
    rendered = await shown(browser, fetcher, web.url("essai", "/vente/appartement-1"))
    assert "/api/bien/1" not in web.paths("essai")
    assert rendered.page.partial
    assert "robots.txt" in rendered.reason


async def test_another_host_is_asked_by_leave_of_its_own_robots_txt(
    web: MeanServer, fetcher: Fetcher, browser: Browser
) -> None:
    get = "fetch('{}').then(a => a.text()).then(t => document.body.append(t));"
    scripted(web, "essai", get.format(web.url("open", "/a.json")) + get.format(web.url("shut", "/b.json")))
    web.put("open", "/a.json", Reply(200, "given", {"Access-Control-Allow-Origin": "*"}))
    web.put("shut", "/b.json", Reply(200, "taken", {"Access-Control-Allow-Origin": "*"}))
    web.put("shut", "/robots.txt", Reply(200, "User-agent: *\nDisallow: /"))
    rendered = await shown(browser, fetcher, web.url("essai"))
    assert "given" in text(rendered)
    assert web.paths("open") == ["/robots.txt", "/a.json"]
    assert web.paths("shut") == ["/robots.txt"]
    assert web.log[-1].headers.get("origin") or web.log[-2].headers.get("origin"), (
        "CORS knows whose page asks"
    )


async def test_another_host_that_no_site_asks_any_more_is_left(
    web: MeanServer, fetcher: Fetcher, browser: Browser
) -> None:
    scripted(web, "essai", f"fetch('{web.url('other', '/a.json')}').catch(() => 0)")
    one, two = Rendering(browser, fetcher), Rendering(browser, fetcher)
    page, permit = await fetcher.fetch(web.url("essai")), RobotsBook(fetcher, utc_now).permit
    for rendering in (one, two):
        await rendering.render(page, permit)
    assert browser.guests == {"other.localhost": 2}
    await one.close()
    assert (browser.guests, web.connections) == ({"other.localhost": 1}, 2)
    await two.close()
    assert not browser.guests
    async with asyncio.timeout(10):
        while web.connections > 1:  # noqa: ASYNC110 - the site's own stays open
            await asyncio.sleep(0.01)


async def test_an_inner_address_is_refused_by_the_same_guard(
    web: MeanServer, fetcher: Fetcher, browser: Browser
) -> None:
    inner = [f"http://127.0.0.1:{web.port}/inner", "http://10.0.0.1/", "http://169.254.169.254/latest/"]
    heard = "then(() => document.body.append('REACHED'), () => document.body.append('no '))"
    script = f"for (const url of {[*inner, 'file:///etc/passwd']}) fetch(url, {{mode: 'no-cors'}}).{heard}"
    scripted(web, "essai", script)
    rendered = await shown(browser, fetcher, web.url("essai"))
    assert "no no no no" in text(rendered)
    assert not [request for request in web.log if "inner" in request.path]


async def test_what_is_no_listing_is_not_asked_for(
    web: MeanServer, fetcher: Fetcher, browser: Browser
) -> None:
    counter = "https://www.google-analytics.com/collect"
    scripted(
        web,
        "essai",
        "document.body.innerHTML = `<img src=/a.jpg><video src=/b.mp4></video><iframe src=/c></iframe>`;"
        "navigator.sendBeacon('/beacon'); window.open('/popup'); new EventSource('/events');"
        f"fetch('{counter}').catch(() => document.body.append('uncounted'));"
        "navigator.serviceWorker?.register('/worker.js').catch(() => 0); location.reload();",
    )
    rendered = await shown(browser, fetcher, web.url("essai"))
    assert "uncounted" in text(rendered)
    assert web.paths("essai") == ["/", "/robots.txt", "/app.js"]
    assert not rendered.page.partial, rendered.reason


async def test_a_script_that_posts_gets_nothing_and_the_page_proves_nothing(
    web: MeanServer, fetcher: Fetcher, browser: Browser
) -> None:
    scripted(web, "essai", "fetch('/graphql', {method: 'POST', body: '{}'})")
    rendered = await shown(browser, fetcher, web.url("essai"))
    assert "/graphql" not in web.paths("essai")
    assert rendered.page.partial


async def test_an_answer_that_says_gone_is_an_answer_and_one_that_breaks_is_not(
    web: MeanServer, fetcher: Fetcher, browser: Browser
) -> None:
    open_shell(web, "essai", [1, 2])
    web.put("essai", "/api/bien/1", Reply(410, "gone"))
    web.put("essai", "/api/bien/2", Reply(500, "broken"))
    gone = await shown(browser, fetcher, web.url("essai", "/vente/appartement-1"))
    broken = await shown(browser, fetcher, web.url("essai", "/vente/appartement-2"))
    assert "introuvable" in text(gone)
    assert "introuvable" in text(broken)
    assert (gone.page.partial, broken.page.partial) == (False, True)


async def test_a_site_s_scripts_are_fetched_once_for_all_its_pages(
    web: MeanServer, fetcher: Fetcher, browser: Browser
) -> None:
    open_shell(web, "essai", [1, 2])
    rendering, robots = Rendering(browser, fetcher), RobotsBook(fetcher, utc_now)
    for number in (1, 2):
        page = await fetcher.fetch(web.url("essai", f"/vente/appartement-{number}"))
        await rendering.render(page, robots.permit)
    assert web.paths("essai").count("/app.js") == 1
    assert browser.starts == 1


async def test_a_wall_that_scripts_would_open_stays_a_wall(
    web: MeanServer, fetcher: Fetcher, browser: Browser
) -> None:
    solve = (
        f"document.cookie = 'clearance=1'; document.write({WALL!r}); setTimeout(() => location.reload(), 50)"
    )
    scripted(web, "essai", solve)
    rendered = await shown(browser, fetcher, web.url("essai"))
    assert web.paths("essai").count("/") == 1
    assert "Just a moment" in text(rendered)


# Bounds ------------------------------------------------------------------------------------


async def test_a_script_without_end_ends_in_time(
    web: MeanServer, fetcher: Fetcher, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted(web, "essai", "while (true) {}")
    open_shell(web, "next", [1])
    with monkeypatch.context() as quick:
        quick.setattr(render, "PATIENCE", 4.0)
        rendered = await shown(browser, fetcher, web.url("essai"))
    assert rendered.outcome is RenderOutcome.TIMED_OUT
    assert "4 s" in rendered.reason
    after = await shown(browser, fetcher, web.url("next", "/vente/appartement-1"))
    assert "Appartement" in text(after)


async def test_a_page_that_never_stands_still_is_taken_as_it_is_and_proves_nothing(
    web: MeanServer, fetcher: Fetcher, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "PATIENCE", 4.0)
    scripted(web, "essai", "setInterval(() => document.body.append('tick '), 20); alert('hello')")
    rendered = await shown(browser, fetcher, web.url("essai"))
    assert rendered.outcome is RenderOutcome.OK
    assert "tick tick" in text(rendered)
    assert rendered.page.partial


async def test_a_thousand_requests_are_bounded(web: MeanServer, fetcher: Fetcher, browser: Browser) -> None:
    asking = "for (let n = 0; n < 1000; n++) fetch('/api/' + n).catch(() => 0)"
    scripted(web, "essai", asking)
    rendered = await shown(browser, fetcher, web.url("essai"))
    assert rendered.requests == answers.MAX_REQUESTS == 60
    assert len(web.log) == 62, "the page, robots.txt and sixty requests"
    assert rendered.page.partial


async def test_a_page_that_asks_the_same_again_and_again_asks_once(
    web: MeanServer, fetcher: Fetcher, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "PATIENCE", 4.0)
    scripted(web, "essai", "setInterval(() => fetch('/poll').then(() => document.body.append('x')), 20)")
    web.put("essai", "/poll", Reply(200, "{}"))
    rendered = await shown(browser, fetcher, web.url("essai"))
    assert "xxx" in text(rendered)
    assert web.paths("essai").count("/poll") == 1


async def test_a_page_that_eats_memory_is_ended_and_the_next_one_is_rendered(
    web: MeanServer, fetcher: Fetcher
) -> None:
    require_chromium()
    browser = Browser("PignonBot/test", max_memory=600 * 1024**2)
    hog = "const kept = []; setInterval(() => kept.push(new Uint8Array(2e7).fill(1)), 20)"
    scripted(web, "essai", hog)
    open_shell(web, "next", [1])
    rendered = await shown(browser, fetcher, web.url("essai"))
    assert rendered.outcome is RenderOutcome.CRASHED
    assert "600 MiB" in rendered.reason
    after = await shown(browser, fetcher, web.url("next", "/vente/appartement-1"))
    await browser.close()
    assert "Appartement" in text(after)
    assert browser.starts == 2


async def test_objects_without_end_crash_their_own_page_alone(
    web: MeanServer, fetcher: Fetcher, browser: Browser
) -> None:
    scripted(web, "essai", "const kept = []; while (true) kept.push({at: kept.length})")
    rendered = await shown(browser, fetcher, web.url("essai"))
    assert rendered.outcome in (RenderOutcome.CRASHED, RenderOutcome.TIMED_OUT)


def end_browser(browser: Browser) -> None:
    assert browser.process
    browser.process.kill()


def end_playwright(browser: Browser) -> None:
    assert browser.process
    driver = browser.process.parent()
    assert driver
    driver.kill()


@pytest.mark.parametrize("end", [end_browser, end_playwright])
async def test_a_browser_that_is_killed_mid_page_is_a_value_and_the_next_page_works(
    web: MeanServer, fetcher: Fetcher, browser: Browser, end: Callable[[Browser], None]
) -> None:
    open_shell(web, "essai", [1, 2])

    def kill(_: Request) -> Reply:
        end(browser)
        return Reply(200, "{}")

    web.put("essai", "/api/bien/1", kill)
    rendered = await shown(browser, fetcher, web.url("essai", "/vente/appartement-1"))
    assert rendered.outcome is RenderOutcome.CRASHED
    assert rendered.page.partial
    after = await shown(browser, fetcher, web.url("essai", "/vente/appartement-2"))
    assert "Appartement" in text(after)
    assert browser.starts == 2


async def test_a_crawl_that_is_cancelled_leaves_no_page_and_asks_nothing_more(
    web: MeanServer, fetcher: Fetcher, browser: Browser
) -> None:
    scripted(web, "essai", "for (let n = 0; n < 50; n++) fetch('/api/' + n)")
    asked = asyncio.Event()

    def answer(_: Request) -> Reply:
        asked.set()
        return Reply(200, "{}", delay=0.5)

    web.put("essai", "/api/0", answer)
    task = asyncio.create_task(shown(browser, fetcher, web.url("essai")))
    await asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    sent = len(web.log)
    open_shell(web, "next", [1])
    after = await shown(browser, fetcher, web.url("next", "/vente/appartement-1"))
    assert "Appartement" in text(after)
    assert [request for request in web.log[sent:] if request.host == "essai"] == []
    assert browser.starts == 1


async def test_a_page_that_waits_for_its_place_loses_none_of_its_time(
    web: MeanServer, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_chromium()
    monkeypatch.setattr(render, "PATIENCE", 4.0)
    monkeypatch.setattr(render, "LONGEST", 6.0)
    browser = Browser("PignonBot/test", contexts=1)
    scripted(web, "slow", "setInterval(() => document.body.append('tick '), 20)")
    open_shell(web, "essai", [1])
    *_, last = await asyncio.gather(
        *(shown(browser, fetcher, web.url("slow")) for _ in range(3)),
        shown(browser, fetcher, web.url("essai", "/vente/appartement-1")),
    )
    await browser.close()
    assert "Appartement" in text(last), "after three times four seconds"


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for temporary files with nothing in it, whose path is short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="pignon-test-") as folder:
        monkeypatch.setattr("tempfile.tempdir", folder)
        yield Path(folder)


async def test_the_browser_is_told_nothing_of_our_environment_and_leaves_nothing_behind(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, temporary: Path
) -> None:
    monkeypatch.setenv("SECRET_KEY", "secret")
    async with browser.context():
        assert browser.process
        told = browser.process.environ()
        assert len(os.listdir(temporary)) == 1  # noqa: PTH208
    await browser.close()
    assert told.keys() >= {"HOME", "PATH"}
    assert "SECRET_KEY" not in told
    assert os.listdir(temporary) == []  # noqa: PTH208


async def test_an_old_browser_is_replaced_once_its_pages_are_done(web: MeanServer, fetcher: Fetcher) -> None:
    require_chromium()
    browser = Browser("PignonBot/test", max_pages=2)
    open_shell(web, "essai", range(1, 4))
    urls = [web.url("essai", f"/vente/appartement-{number}") for number in range(1, 4)]
    pages = await asyncio.gather(*(shown(browser, fetcher, url) for url in urls))
    await browser.close()
    assert all("Appartement" in text(page) for page in pages)
    assert browser.starts == 2


async def test_without_a_browser_one_line_says_what_to_do(
    web: MeanServer, fetcher: Fetcher, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    browser = Browser("PignonBot/test", tmp_path / "chromium")
    open_shell(web, "essai", [1])
    for _ in range(2):
        rendered = await shown(browser, fetcher, web.url("essai"))
        assert rendered.outcome is RenderOutcome.NO_BROWSER
    assert [r.getMessage() for r in caplog.records if r.levelname == "ERROR"] == [
        f"RENDER is on, but PIGNON_CHROMIUM names no program: {tmp_path / 'chromium'}. "
        "The crawl goes on without rendering."
    ]


async def test_without_playwright_the_line_names_the_extra(
    web: MeanServer, fetcher: Fetcher, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "playwright.async_api", None)
    open_shell(web, "essai", [1])
    rendered = await shown(browser, fetcher, web.url("essai"))
    assert rendered.outcome is RenderOutcome.NO_BROWSER
    assert "pignon[render]" in rendered.reason
