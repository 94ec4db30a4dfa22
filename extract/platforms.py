"""Which software made the site, from marks in its HTML; the marks are data in `platforms.json`.

Only marks that a maker alone leaves count, each where it leaves them: an asset's host, a generator, a class.
A hint for people and statistics, and for `readers/platform.py`, which knows some makers' class names.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from extract.document import Document, Line
from extract.text import fold
from extract.tree import Element

#: Makers set their variables first, comment in the head, and sign in the last lines.
_SCRIPT, _HEAD, _LAST = 1_500, 40_000, 30
#: More links to other sites in the last lines are partners, no signature.
_SIGNED = 10
_ADDRESSES: Final = {
    "link": "href", "script": "src", "img": "src", "iframe": "src", "form": "action",
}  # fmt: skip
_NAMED: Final = ("generator", "author", "application-name")
_COMMENT = re.compile(r"<!--(.{0,200}?)-->", re.DOTALL)
_HOST = re.compile(r"(?:https?:)?//([\w.-]+)")


@dataclass(frozen=True, slots=True)
class Platform:
    """A maker: its marks by where they stand, and the public fact that makes them its own."""

    name: str
    evidence: str
    marks: dict[str, tuple[str, ...]]


@cache
def fingerprints() -> tuple[Platform, ...]:
    """Every platform, from the most telling to the most general."""
    rows = json.loads(files(__package__).joinpath("platforms.json").read_text("utf-8"))
    return tuple(
        Platform(row["name"], row["evidence"], {where: tuple(marks) for where, marks in row["marks"].items()})
        for row in rows
    )


def recognise(document: Document) -> str | None:
    """The platform whose mark the page bears, the most telling first; None where nothing tells."""
    if "platform" not in document.memory:
        document.memory["platform"] = _recognise(document)
    name: str | None = document.memory["platform"]
    return name


def _recognise(document: Document) -> str | None:
    traces = _traces(document)
    for name, sought in _sought():
        if any(mark in traces[where] for where, mark in sought):
            return name
    return None


def _traces(document: Document) -> dict[str, str]:
    return {where: f" {' '.join(trace(document))} ".lower() for where, trace in WHERE.items()}


def bears(document: Document, family: str) -> bool:
    """Whether the page bears a mark of this platform, or of what is made for it ("WordPress: Houzez"),
    whatever other maker's it bears as well.
    """
    traces = _traces(document)
    return any(
        mark in traces[where]
        for name, sought in _sought()
        if name == family or name.startswith(f"{family}: ")
        for where, mark in sought
    )


@cache
def _sought() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Each platform's marks as they are spelled in a page's traces."""
    return tuple(
        (
            platform.name,
            tuple(
                (where, _SPELLED.get(where, "{}").format(mark))
                for where, marks in platform.marks.items()
                for mark in marks
            ),
        )
        for platform in fingerprints()
    )


def _hosts(document: Document) -> Iterator[str]:
    """Every host, and the hosts above it, of the page's files and of the links in its last lines.

    Other links are no marks: a portal links to makers, a blog to anybody.
    """
    files = (element.attrs.get(name) for tag, name in _ADDRESSES.items() for element in document.all(tag))
    signed = {link.get("href") for line in document.lines[-_LAST:] for link in _links(line)}
    for host in {_host(address) for address in (*files, *(signed if len(signed) <= _SIGNED else ()))}:
        parts = host.split(".")[-5:]
        yield from (".".join(parts[start:]) for start in range(len(parts) - 1))


def _host(address: str | None) -> str:
    found = _HOST.match(address or "")
    return found[1].lower() if found else ""


def _links(line: Line) -> Iterator[Element]:
    for _, element in line.runs:
        for above in (element, element.parent):
            if above is not None and above.tag == "a" and _HOST.match(above.get("href")):
                yield above


def _assets(document: Document) -> Iterator[str]:
    """Addresses of files; a picture of another site's tells that site's maker."""
    for tag in ("link", "script", "iframe"):
        yield from {element.attrs.get(_ADDRESSES[tag]) or "" for element in document.all(tag)}
    sources = {element.attrs.get("src") or "" for element in document.all("img")}
    yield from (source for source in sources if _host(source) in {"", document.host, f"www.{document.host}"})


def _metas(document: Document) -> Iterator[str]:
    return (f"\n{document.metas[name]}" for name in _NAMED if name in document.metas)


def _roots(document: Document) -> Iterator[str]:
    for element in (document.elements[0], *document.all("body")[:1]):
        yield from element.attrs


def _classes(document: Document) -> Iterator[str]:
    yield from {element.names for element in document.elements}


def _scripts(document: Document) -> Iterator[str]:
    return (f"{name} {text[:_SCRIPT]}" for _, name, text in document.scripts)


def _comments(document: Document) -> Iterator[str]:
    return (found[1] for found in _COMMENT.finditer(document.html[:_HEAD]))


def _credits(document: Document) -> Iterator[str]:
    return (re.sub(r"\W+", " ", fold(line.text[:400])) for line in document.lines[-_LAST:])


#: Where a mark may stand -> the page's texts there.
WHERE: Final[dict[str, Callable[[Document], Iterator[str]]]] = {
    "host": _hosts, "asset": _assets, "meta": _metas, "root": _roots, "class": _classes,
    "script": _scripts, "comment": _comments, "credit": _credits,
}  # fmt: skip
#: Whole hosts, attributes and words; the beginning of a generator's name and of a class.
_SPELLED: Final = {"host": " {} ", "root": " {} ", "credit": " {} ", "meta": "\n{}", "class": " {}"}
