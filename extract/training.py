"""From labelled pages to the node classifier's examples; `fitting` makes weights of them.

A node is a field's example when the field's own parser reads a value from it: positive when that is the
page's true value, negative otherwise (fees, deposit, €/m², another listing, the agency's address).
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from extract import charset, evaluate
from extract.document import Document
from extract.node_model import FIELDS
from extract.nodes import Nodes, SiteTexts, describe
from extract.readers.classifier import tell
from models.places import Places

Truth = Mapping[str, Collection[Any]]
#: A field of the classifier that is several of the Listing's.
PARTS = {"place": ("postal_code", "city")}
#: A page that somebody labelled counts as much as three of the town's, which are many and alike.
LABELLED = 3.0
#: Pages that share this much of their class words are relatives, whatever their sites are called.
ALIKE = 0.6


@dataclass(frozen=True, slots=True)
class Page:
    """One page with its truth: per field every accepted value, none where the page tells none.

    A field that is not in `truth` is unknown: nothing is learned of it. group: what must be left out
    together (a site and its relatives, a family). weight: how much the page counts.
    """

    group: str
    document: Document
    truth: Truth
    site: SiteTexts | None = None
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Example:
    """One page's nodes; per field the numbers of those that can hold it, and which of them do."""

    group: str
    nodes: Nodes
    told: Mapping[str, tuple[NDArray[np.int32], NDArray[np.bool_]]]
    weight: float = 1.0


def examples(pages: Iterable[Page], places: Places) -> Iterator[Example]:
    """Every page's example."""
    for page in pages:
        nodes = describe(page.document, page.site)
        told = {name: _told(name, nodes, page, places) for name in FIELDS if name in page.truth}
        yield Example(page.group, nodes, told, page.weight)


def _told(name: str, nodes: Nodes, page: Page, places: Places) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    at, right = [], []
    for number, line in enumerate(nodes.lines):
        read = tell(name, line.text, places)
        field = next((part for part in PARTS.get(name, (name,)) if part in read), None)
        if field is not None:
            at.append(number)
            right.append(any(evaluate.same(field, read[field], wanted) for wanted in page.truth[name]))
    return np.array(at, np.int32), np.array(right, np.bool_)


def labelled(folder: Path) -> Iterator[Page]:
    """The labelled property pages of a folder, relatives in one group. InputError where there are none."""
    found = []
    for page in evaluate.pages(folder):
        if page.label["kind"] == "detail" and page.label.get("labels"):
            text, _ = charset.decode(page.body, None)
            site = re.search(r"[\w-]+", page.label.get("site") or page.label["file"])
            group = site[0].lower() if site else page.label["file"]
            found.append(Page(group, Document(text, page.url), _truth(page.label), weight=LABELLED))
    yield from relatives(found)


def _truth(label: evaluate.Label) -> Truth:
    """Accepted values by field, areas in square metres; a field that the label does not name is left out."""
    unit = evaluate.SQUARE_METRES.get(label["labels"].get("surface_unit") or "m2", 1.0)
    truth: dict[str, list[Any]] = {}
    for name in FIELDS:
        for part in PARTS.get(name, (name,)):
            told, accepted = evaluate.accepted_values(label, part)
            if told is not None or accepted:
                known = [value for value in accepted if value is not None]
                truth.setdefault(name, []).extend(v * unit if name == "surface" else v for v in known)
    return truth


def relatives(pages: Sequence[Page]) -> list[Page]:
    """The pages, those whose markup shares most of its class words in one group."""
    words = [frozenset(word for e in page.document.elements for word in e.names.split()) for page in pages]
    names = [page.group for page in pages]
    for at, own in enumerate(words):
        for before in range(at):
            if names[before] != names[at] and len(own & words[before]) > ALIKE * len(own | words[before]):
                old, new = names[at], names[before]
                names = [new if name == old else name for name in names]
    return [replace(page, group=name) for page, name in zip(pages, names, strict=True)]
