"""The pages in a real browser: they fit, they answer, they complain of nothing."""

import os
import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect

from serve.pages import HTMX

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

PATHS = (
    "/",
    "/?transaction=auction&feature=sea_view",
    "/listings/1",
    "/listings/6",
    "/agencies",
    "/about",
    "/nowhere",
)
CONTRAST = Path(__file__).with_name("contrast.js").read_text()
#: Places that the field of places tells.
COMPLETED = "[role=listbox] [role=option]"
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


def test_a_place_is_completed_and_chosen_by_keyboard_after_others(page: Page, complaints: list[str]) -> None:
    page.goto("/")
    field = page.get_by_role("combobox", name="Lieux")
    field.press_sequentially("Lyon, saint-d")
    options = page.locator(COMPLETED)
    expect(page.get_by_role("listbox", name="Lieux").get_by_role("option").first).to_be_visible()
    expect(options.nth(1)).to_contain_text("Saint-Denis")
    expect(field).to_have_attribute("aria-expanded", "true")
    field.press("ArrowUp")
    field.press("ArrowDown")  # past the last one is the field itself
    expect(field).not_to_have_attribute("aria-activedescendant", re.compile("."))
    field.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    assert field.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    field.press("Enter")
    expect(field).to_have_value("Lyon, Saint-Denis (974)")
    expect(options).to_have_count(0)
    expect(field).to_have_attribute("aria-expanded", "false")
    assert complaints == []


def test_a_place_is_chosen_by_a_click_and_a_list_closed_by_escape_or_by_leaving(page: Page) -> None:
    page.goto("/")
    field, options = page.get_by_role("combobox", name="Lieux"), page.locator(COMPLETED)
    for leave in ("Escape", "Tab"):
        field.press_sequentially("corse")
        expect(options.first).to_be_visible()
        field.press(leave)
        expect(options).to_have_count(0)
        assert field.input_value() == "corse"
        field.fill("")
    field.press_sequentially("rhon")
    options.filter(has_text="département").first.click()
    expect(field).to_have_value("Rhône (69)")
    expect(field).to_be_focused()


def test_an_answer_that_is_late_does_not_replace_a_newer_one(page: Page) -> None:
    page.goto("/")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/places?q=nan", hold)
    field, options = page.get_by_role("combobox", name="Lieux"), page.locator(COMPLETED)
    with page.expect_request("**/api/places?q=nan"):
        field.press_sequentially("nan")
    field.fill("lyon")
    expect(options.first).to_contain_text("Lyon")
    with page.expect_response("**/api/places?q=nan"):
        held[0].continue_()
    page.wait_for_timeout(50)
    expect(options.first).to_contain_text("Lyon")


@needs_htmx
def test_a_chosen_place_renews_the_results_and_empty_fields_are_left_out_of_the_address(page: Page) -> None:
    page.goto("/")
    page.get_by_role("combobox", name="Lieux").press_sequentially("69003")
    page.locator(COMPLETED).first.click()
    page.wait_for_url("**/?transaction=sale&city=Lyon+3e&sort=newest")
    expect(page.locator(".card .place").first).to_contain_text("69003")


def test_the_open_list_fits_and_stands_out(page: Page) -> None:
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto("/?feature=lift")
        page.get_by_role("combobox", name="Lieux").press_sequentially("saint")
        expect(page.locator(COMPLETED).first).to_be_visible()
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(CONTRAST) == []


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
