"""Our reader beside its peers on the same real pages: pages per core-second, and prices and titles right.

Each peer's answer is mapped as a user of it would:
- extruct (JSON-LD, microdata, RDFa, Open Graph): the first price of an offer, in the page's order; the first
  `og:title`, else the first name of an object that has a price;
- trafilatura (metadata and text): its title; it gives no price;
- BeautifulSoup (html.parser): the first amount in euros of the text; the first h1, else the title element.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from extract.evaluate import address, labels, same
from extract.page import read_page
from tests.benchmarks.harness import ROOT, Track

pytestmark = pytest.mark.filterwarnings("ignore")  # their own

Told = dict[str, Any]
_EUROS = re.compile(r"(\d[\d .\u00a0\u202f]*)\s*€")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A real page and what people say that it shows; no labels on lists and other pages."""

    url: str
    body: bytes
    html: str
    label: dict[str, Any]


@pytest.fixture(scope="module")
def pages() -> list[Labelled]:
    for peer in ("extruct", "trafilatura", "bs4"):
        pytest.importorskip(peer, reason="peers are installed by `make bench`")
    folder = Path(os.environ.get("PIGNON_LABELLED") or ROOT.parent / "shared") / "pages"
    if not (folder / "labels.jsonl").exists():
        pytest.skip("no real pages here; name their folder in PIGNON_LABELLED")
    found = []
    for label in labels(folder):
        if label.get("real"):
            body = (folder / label["file"]).read_bytes()
            found.append(Labelled(address(label), body, body.decode("utf-8", "replace"), label))
    return found


def pignon(page: Labelled) -> Told:
    listing = read_page(page.body, page.url).listing
    return {"price": listing.price, "title": listing.title} if listing else {}


def extruct(page: Labelled) -> Told:
    from extruct import extract

    syntaxes = ["json-ld", "microdata", "rdfa", "opengraph"]
    found = extract(page.html, base_url=page.url, syntaxes=syntaxes, uniform=True, errors="ignore")
    objects = [one for syntax in syntaxes for root in found.get(syntax, ()) for one in _objects(root)]
    priced = [(one, price) for one in objects if (price := _price(one)) is not None]
    shared = next((one["og:title"] for one in objects if isinstance(one.get("og:title"), str)), None)
    named = next((one["name"] for one, _ in priced if isinstance(one.get("name"), str)), None)
    return {"price": priced[0][1] if priced else None, "title": shared or named}


def _objects(root: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if isinstance(root, dict):
        yield root
    below = root.values() if isinstance(root, dict) else root if isinstance(root, list) else ()
    for one in below if depth < 20 else ():
        yield from _objects(one, depth + 1)


def _price(one: dict[str, Any]) -> float | None:
    for name in ("price", "lowPrice", "product:price:amount", "og:price:amount"):
        try:
            return float(str(one[name]).replace(" ", "").replace(",", "."))
        except (KeyError, ValueError):
            continue
    return None


def trafilatura(page: Labelled) -> Told:
    from trafilatura import bare_extraction

    found = bare_extraction(page.html, url=page.url, with_metadata=True)
    return {"title": found.title if found else None}


def beautifulsoup(page: Labelled) -> Told:
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(page.html, "html.parser")
    found = _EUROS.search(soup.get_text(" "))
    digits = re.sub(r"\D", "", found[1]) if found else ""
    head = soup.h1 or soup.title
    return {
        "price": int(digits) if digits else None,
        "title": head.get_text(" ", strip=True) if head else None,
    }


def quality(reader: Callable[[Labelled], Told], pages: list[Labelled]) -> dict[str, float]:
    """Right, wrong and missing prices and titles, as `pignon evaluate` counts; a value that nobody labelled
    on a page without any is wrong."""
    counts: dict[str, float] = {}
    for page in pages:
        told = reader(page)
        for field in ("price", "title"):
            wanted = (page.label.get("labels") or {}).get(field)
            also = (page.label.get("accept_also") or {}).get(field, [])
            got = told.get(field)
            if not page.label.get("labels") or (got is None and (wanted is None or None in also)):
                continue
            accepted = [value for value in (wanted, *also) if value is not None]
            right = got is not None and any(same(field, got, value) for value in accepted)
            name = f"{field}_{'right' if right else 'missing' if got is None else 'wrong'}"
            counts[name] = counts.get(name, 0) + 1
    return counts


def test_peers_read_the_same_pages(track: Track, pages: list[Labelled]) -> None:
    ours = 0.0
    for reader in (pignon, extruct, trafilatura, beautifulsoup):
        told = quality(reader, pages)  # also fills what is filled once
        figure = track.measure(
            f"{reader.__name__}, real", "pages", lambda read=reader: _all(read, pages), rounds=3
        )
        ours = ours or figure.per_core_second
        track.note(times=figure.per_core_second / ours, **told)


def _all(reader: Callable[[Labelled], Told], pages: list[Labelled]) -> int:
    for page in pages:
        reader(page)
    return len(pages)
