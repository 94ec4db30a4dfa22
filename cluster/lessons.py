"""The town's property pages with their truth: lessons for the node classifier, a family being a group.

And the reader whose classifier has learned from them and from a labelled folder without the page's site.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from extract import charset, evaluate
from extract.document import Document
from extract.fitting import Table, fit
from extract.node_model import FIELDS
from extract.nodes import SiteTexts
from extract.page import read_page
from extract.training import Page, Truth, examples, labelled
from models.places import Places
from town.family import Family
from town.model import Site
from town.registry import families, family_named
from town.truth import advert_truth
from town.world import build_world

#: Another town than the demo's and the gates' (0 and 3), so that they judge pages that nobody has learned.
SEED = 7
AGENCIES, ADVERTS = 2, 6


def town_pages(places: Places, seed: int = SEED) -> Iterator[Page]:
    """Adverts of two agencies of each family; half of them with what their site's other pages say."""
    world = build_world(seed, AGENCIES * len(families()))
    for agency in world.agencies:
        family = family_named(agency.family)
        site = world.site(agency.slug, 0, f"http://{agency.slug}.localhost")
        read = [_document(family, site, family.detail_path(site, one)) for one in site.adverts[:ADVERTS]]
        for at, (document, advert) in enumerate(zip(read, site.adverts, strict=False)):
            texts = SiteTexts.of([*read[:at], *read[at + 1 :]]) if at % 2 else None
            yield Page(family.name, document, _truth(advert_truth(family, site, advert), places), texts)


def _document(family: Family, site: Site, path: str) -> Document:
    response = family.respond(site, path)
    text, _ = charset.decode(response.body, response.content_type)
    return Document(text, site.base_url + path)


def _truth(row: dict[str, Any], places: Places) -> Truth:
    """A town's record as the classifier's truth: what the family never shows is unknown."""
    place = places.resolve(row["city"], row["postal_code"])
    told = row | {"place": None}
    truth = {name: [told[name]] if told[name] is not None else [] for name in FIELDS}
    truth["place"] = [row["postal_code"], row["city"], *([place.city] if place else [])]
    return {name: known for name, known in truth.items() if name not in row["hidden"]}


def reader_without_site(folder: Path, places: Places) -> Callable[[evaluate.Page], evaluate.Reader]:
    """For `evaluate`: reads each property page with a classifier that has not seen its site or relatives."""
    pages = list(labelled(folder))
    table = Table(list(examples([*pages, *town_pages(places)], places)))
    models = {group: fit(table, (group,)) for group in sorted({page.group for page in pages})}
    own = {page.document.url: models[page.group] for page in pages}
    return lambda page: partial(read_page, places=places, model=own.get(page.url))
