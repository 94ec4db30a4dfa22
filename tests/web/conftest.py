"""A headless Chromium on the application, with a market whose photos a server of ours draws."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.serve.market import seed
from tests.serve.served import fresh_engine, served
from tests.web.photos import photo_server

ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


# A file's own: Playwright leaves its event loop running, in which no other file's tests can run theirs.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; without one the tests are skipped, or fail when PIGNON_REQUIRE_BROWSER=1."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        reason = f"no Chromium on PATH (looked for {', '.join(names)})"
        if os.environ.get("PIGNON_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def shop(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the application on a seeded market; one photo in some is gone from its site."""
    with fresh_engine(postgres_url) as engine, photo_server() as photos:
        seed(engine, photo=photos + "/{number}-{index}.jpg")
        seed(engine, photo=photos + "/missing-{number}-{index}.jpg", number=3)
        url = engine.url.render_as_string(hide_password=False)
        with served(url, tmp_path_factory.mktemp("home")) as address:
            yield address


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console complained of during the test."""
    return []


@pytest.fixture
def page(browser: Browser, shop: str, complaints: list[str]) -> Iterator[Page]:
    """A French reader's window, 1280 pixels wide."""
    context = browser.new_context(base_url=shop, locale="fr-FR", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.on("console", lambda message: complaints.extend(_complaint(message)))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()


def _complaint(message: ConsoleMessage) -> list[str]:
    """The message, when it is a complaint about anything but a photo that is meant to be gone."""
    line = f"{message.text} {message.location.get('url')}"
    return [line] if message.type in ("error", "warning") and "/missing-" not in line else []
