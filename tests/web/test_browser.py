"""The pages in a real browser: they fit, they answer, they complain of nothing."""

import os
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from serve.pages import HTMX

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

PATHS = ("/", "/?transaction=rent", "/listings/1", "/listings/6", "/agencies", "/about", "/nowhere")
CONTRAST = Path(__file__).with_name("contrast.js").read_text()
IMAGES = Path(__file__).parents[2] / "docs" / "images"
needs_htmx = pytest.mark.skipif(not HTMX.exists(), reason="page assets are not installed: make assets")


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_no_page_scrolls_sideways(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for path in PATHS:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_no_page_makes_the_console_complain(page: Page, complaints: list[str]) -> None:
    for path in (*PATHS[:-1], "/docs"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
    assert complaints == []


def test_every_control_has_a_name_and_every_photo_a_text(page: Page) -> None:
    page.goto("/")
    nameless = (
        "e => e.filter(x => !x.labels?.length && !x.ariaLabel && x.type !== 'hidden').map(x => x.outerHTML)"
    )
    assert page.locator("input, select").evaluate_all(nameless) == []
    assert page.locator("img:not([alt])").count() == 0


def test_the_keyboard_reaches_the_content_the_form_and_the_cards_visibly(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.hash") == "#main"
    reached = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.name || document.activeElement.pathname"))
    assert {"transaction", "city", "price_max", "rooms_min"} <= reached
    assert any(str(name).startswith("/listings/") for name in reached)
    page.locator("input[name=city]").focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert page.locator("input[name=city]").evaluate("x => getComputedStyle(x).outlineStyle") == "solid"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_what_is_behind_it(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for path in ("/", "/listings/6", "/agencies"):
        page.goto(path)
        assert page.evaluate(CONTRAST) == [], path
    page.locator("h2").first.evaluate(
        "x => { x.style.color = getComputedStyle(document.body).backgroundColor }"
    )
    assert len(page.evaluate(CONTRAST)) == 1


def test_a_reader_without_javascript_searches_and_pages(browser: Browser, shop: str) -> None:
    context = browser.new_context(base_url=shop, java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    page.goto("/")
    page.get_by_label("Lieux").fill("Lyon")
    page.get_by_role("button", name="Chercher").click()
    assert "city=Lyon" in page.url
    assert page.locator(".card").count() > 0
    page.goto("/")
    page.get_by_role("link", name="Voir la suite").click()
    assert "cursor=" in page.url
    page.locator(".card h3 a").first.click()
    expect(page.locator("h1")).to_be_visible()
    assert "/listings/" in page.url
    context.close()


@needs_htmx
def test_a_changed_criterion_renews_the_results_in_place(page: Page) -> None:
    page.goto("/")
    page.evaluate("window.kept = true")
    before = page.locator("#results h2").inner_text()
    page.get_by_text("Louer", exact=True).click()
    expect(page.locator("#results h2")).not_to_have_text(before)
    expect(page.locator(".card .price").first).to_contain_text("mois")
    assert "transaction=rent" in page.url
    assert "transaction=rent" in (page.locator(".language").get_attribute("href") or "")
    assert page.evaluate("window.kept") is True


@needs_htmx
def test_more_results_join_those_on_the_page(page: Page) -> None:
    page.goto("/")
    assert page.locator(".card").count() == 24
    page.get_by_role("link", name="Voir la suite").click()
    expect(page.locator(".card")).to_have_count(48)


def test_a_photo_that_is_gone_makes_room_for_the_gable(page: Page) -> None:
    page.goto("/listings/73")
    page.wait_for_load_state("networkidle")
    broken = page.locator(".gallery img")
    assert broken.count() > 0
    assert broken.evaluate_all("e => e.every(x => getComputedStyle(x).visibility === 'hidden')")


def test_the_proof_of_a_fact_opens_on_demand(page: Page) -> None:
    page.goto("/listings/2")
    proof = page.locator(".table .why p").first
    expect(proof).to_be_hidden()
    page.locator(".table .why summary").first.click()
    expect(proof).to_be_visible()


@pytest.mark.skipif(os.environ.get("PIGNON_SCREENSHOTS") != "1", reason="PIGNON_SCREENSHOTS=1 draws them")
def test_the_screenshots_of_the_documentation_are_drawn(page: Page) -> None:
    address = os.environ.get("PIGNON_SCREENSHOT_URL", "")
    IMAGES.mkdir(parents=True, exist_ok=True)
    page.set_viewport_size({"width": 1280, "height": 1080})
    page.goto(f"{address}/")
    page.wait_for_load_state("networkidle")
    _picture(page, "search.png")
    page.locator(".card:has(.tag) h3 a, .card h3 a").first.click()
    page.wait_for_load_state("networkidle")
    _picture(page, "listing.png")
    assert (IMAGES / "search.png").stat().st_size > 20_000


def _picture(page: Page, name: str) -> None:
    """A screenshot of 256 colours: a third of the bytes, and nobody sees it."""
    shot = Image.open(BytesIO(page.screenshot()))
    shot.convert("RGB").quantize(256).save(IMAGES / name, optimize=True)
