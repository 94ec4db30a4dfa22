"""The data that a page carries for its own scripts: JSON blocks, assigned objects, framework caches.

Knows how frameworks write them (Next, Nuxt, Angular, Inertia, Livewire), nothing of estates;
`readers/state_json` and `links` look inside.
"""

import html
import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from extract.document import Document

MAX_SCRIPT = 3_000_000
MAX_VALUES = 60
MAX_NODES = 60_000
MAX_DEPTH = 40
#: An attribute that holds an object is longer than this.
LEAST_ATTRIBUTE = 120

_SET = r"\s*=\s*(?=[{\[])"
# Each alternative begins with a plain character, so that `re` skips to those (measured: 4 times faster).
_ASSIGNED = re.compile(
    "|".join(
        [rf"{name}(?:\.[\w$]+|\[[\"'][\w$-]+[\"']\])+{_SET}" for name in ("window", "self", "globalThis")]
        + [rf"{name}\s+[\w$]+{_SET}" for name in ("var", "let", "const")]
        + [r"dataLayer\.push\(\s*(?=\{)"]
    )
)
#: Next's app router sends its tree in pieces: `self.__next_f.push([1,"…"])`.
_FLIGHT = re.compile(r"__next_f\.push\(\s*(\[1\s*,\s*\"[^\"\\]*+(?:\\.[^\"\\]*+)*+\"\s*\])\s*\)")
_FLIGHT_ROW = re.compile(r"(?:^|\n)[0-9a-f]{1,4}:(?=[\[{])")
#: Angular escapes the quotes of its transfer state.
_ANGULAR = (("&q;", '"'), ("&s;", "'"), ("&l;", "<"), ("&g;", ">"), ("&a;", "&"))
_CARRIES = re.compile(r"=(?:\"(?:\{|\[\{)&quot;|'(?:\{|\[\{)\"|\"\{&#)")
_DECODER = json.JSONDecoder(strict=False)


def data(document: Document) -> list[Any]:
    """Every value that the page's scripts and attributes carry, JSON-LD aside; decoded once per page."""
    known = document.memory.get("state")
    if known is None:
        known = document.memory["state"] = [
            value for value, _ in zip(_data(document), range(MAX_VALUES), strict=False)
        ]
    return known


def _data(document: Document) -> Iterator[Any]:
    pieces: list[str] = []
    for kind, name, text in document.scripts:
        if "ld+json" in kind or not 20 <= len(text) <= MAX_SCRIPT:
            continue
        if "json" in kind:
            yield from _block(name, text)
            continue
        pieces += [found[1] for found in _FLIGHT.finditer(text)] if "__next_f" in text else []
        for found in islice(_ASSIGNED.finditer(text), 20):
            yield from _decoded(text, found.end())
    yield from _flight(pieces)
    yield from _attributes(document)


def _block(name: str, text: str) -> Iterator[Any]:
    """A JSON block, as the framework that it is named for writes it."""
    if "&q;" in text:
        for sign, plain in _ANGULAR:
            text = text.replace(sign, plain)
    for value in _decoded(text.lstrip(), 0):
        yield _revived(value) if isinstance(value, list) and "nuxt" in name.lower() else value


def _decoded(text: str, start: int) -> Iterator[Any]:
    try:
        yield _DECODER.raw_decode(text, start)[0]
    except (ValueError, RecursionError):
        return


def _flight(pieces: list[str]) -> Iterator[Any]:
    """The rows of a tree that was sent in pieces."""
    sent = []
    for piece in pieces[:2_000]:
        sent += [value[1] for value in _decoded(piece, 0) if isinstance(value[1], str)]
    text = "".join(sent)[:MAX_SCRIPT]
    for row in _FLIGHT_ROW.finditer(text):
        yield from _decoded(text, row.end())


def _attributes(document: Document) -> Iterator[Any]:
    """Objects that elements carry for components: `data-page`, `wire:snapshot`, `:listing`."""
    for element in document.elements if _CARRIES.search(document.html) else ():
        for value in element.attrs.values():
            if value and len(value) > LEAST_ATTRIBUTE and value[0] in "{[" and len(value) <= MAX_SCRIPT:
                yield from _decoded(html.unescape(value) if "&quot;" in value else value, 0)


def _revived(flat: list[Any]) -> Any:
    """Nuxt's payload: objects and lists hold places in one flat list instead of values."""
    budget = [MAX_NODES]

    def at(place: Any, depth: int) -> Any:
        if not isinstance(place, int) or isinstance(place, bool) or not 0 <= place < len(flat):
            return None
        budget[0] -= 1
        value = flat[place]
        if depth > MAX_DEPTH or budget[0] < 0:
            return None
        if isinstance(value, dict):
            return {key: at(inner, depth + 1) for key, inner in value.items()}
        if isinstance(value, list):
            wrapped = len(value) == 2 and isinstance(value[0], str)  # ["Reactive", 1]
            return at(value[1], depth + 1) if wrapped else [at(inner, depth + 1) for inner in value]
        return value

    return at(0, 0) if flat else None
