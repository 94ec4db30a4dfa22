"""Pages to read: the town's details with their truth, and real pages kept beside the project."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from tests.benchmarks.harness import ROOT
from town.registry import family_named
from town.world import build_world

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page:
    """One page as a crawler gets it. price: what it truly displays, null where nobody says; live: a real
    site's, no template."""

    url: str
    body: bytes
    content_type: str | None = None
    price: int | None = None
    live: bool = False


def town_details(limit: int, seed: int = 0) -> list[Page]:
    """`limit` live detail pages of the town, spread over all its agencies."""
    pages = []
    for agency in (world := build_world(seed)).agencies:
        site = world.site(agency.slug, 0, f"http://{agency.slug}.localhost")
        family = family_named(agency.family)
        for advert in site.adverts:
            path = family.detail_path(site, advert)
            pages.append((site, family, path, advert.price))
    return [
        Page(site.base_url + path, (answer := family.respond(site, path)).body, answer.content_type, price)
        for site, family, path, price in _spread(pages, limit)
    ]


def real_pages() -> list[Page]:
    """The labelled real pages, which belong to others and are never committed; none where they are not."""
    folder = ROOT.parent / "shared" / "pages"
    if told := os.environ.get("PIGNON_LABELLED"):
        folder = ROOT / told / "pages"
    manifest = folder / "manifest.jsonl"
    if not manifest.exists():
        return []
    rows = [json.loads(line) for line in manifest.read_text(encoding="utf-8").splitlines()]
    return [
        Page(f"https://{row['site'].split()[0]}/", (folder / row["file"]).read_bytes(), live=row["real"])
        for row in rows
    ]


def _spread(items: Sequence[T], limit: int) -> list[T]:
    return [items[i * len(items) // limit] for i in range(min(limit, len(items)))]
