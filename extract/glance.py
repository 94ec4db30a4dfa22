"""A page at a glance: its texts as short pieces in order, its head, its links; no tree in Python.

What a wrapper reads by, at a tenth of a Document's cost. Knows nothing of estates; bounded as `tree` is.
"""

import re
from collections.abc import Iterator
from functools import cached_property
from urllib.parse import urljoin

from selectolax.lexbor import LexborNode, SelectolaxError

from extract.flatten import parsed

MAX_PIECES = 6_000
MAX_PIECE = 20_000
#: A longer piece is running text: no label stands in it.
SHORT = 160
#: What stands in these is no text of the page.
_SILENT = ["script", "style", "noscript", "template", "iframe", "object", "svg", "select", "textarea"]
_BREAK = "\x1f"
_NUMBER = re.compile(r"\d+(?:[ .,]\d+)*")
_DIGIT = re.compile(r"\d")
_LABELLED = re.compile(r"([^:：]{2,50}[:：])\s*(\S.*)", re.S)
_UNIT = re.compile(
    r"(?:€(?! ?\d)|euros?\b|m²|m2\b|²|kwh|kg\b|(?:[hc]\.?c\.? ?)?(?:/ ?|par )mois|[hc]\.?c\b)", re.I
)


class Glance:
    """One HTML page. Never raises, whatever the markup."""

    def __init__(self, html: str, url: str) -> None:
        self.html = html
        self.url = url
        self._parser, self.cut = parsed(html)

    def all(self, selector: str) -> list[LexborNode]:
        """The elements that a CSS selector chooses, none where it is no selector."""
        try:
            return self._parser.css(selector)
        except (SelectolaxError, ValueError, RuntimeError):
            return []

    def first(self, selector: str) -> LexborNode | None:
        """The first of them."""
        try:
            return self._parser.css_first(selector)
        except (SelectolaxError, ValueError, RuntimeError):
            return None

    @cached_property
    def metas(self) -> dict[str, str]:
        """Meta contents by name, property or itemprop, lower case; the first one wins."""
        found: dict[str, str] = {}
        for node in self.all("meta[content]"):
            attributes = node.attributes
            name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
            if name and attributes.get("content"):
                found.setdefault(name.lower(), (attributes["content"] or "").strip())
        return found

    @cached_property
    def title(self) -> str:
        node = self.first("head > title")
        return squeeze(node.text()) if node is not None else ""

    @cached_property
    def h1(self) -> str:
        node = self.first("h1")
        return squeeze(node.text(separator=" "))[:300] if node is not None else ""

    @cached_property
    def base(self) -> str:
        """The address that relative links start from."""
        node = self.first("base[href]")
        return join(self.url, node.attributes.get("href") or "") if node is not None else self.url

    def absolute(self, href: str) -> str:
        """`href` made absolute, or empty where it is no address."""
        return join(self.base, href)

    @cached_property
    def canonical(self) -> str | None:
        """The address that the page gives itself."""
        node = self.first("link[rel~=canonical i][href]")
        return self.absolute(node.attributes.get("href") or "") or None if node is not None else None

    @cached_property
    def hrefs(self) -> list[str]:
        """Where the page's anchors lead, as they stand, in order."""
        return [href for node in self.all("a[href]") if (href := node.attributes.get("href"))]

    @cached_property
    def pieces(self) -> list[str]:
        """The body's texts in order: squeezed, parted after a label's colon, units glued to their figure."""
        self._parser.strip_tags(_SILENT)
        body = self._parser.body
        text = body.text(separator=_BREAK) if body is not None else ""
        return list(parted(text.split(_BREAK)))

    @cached_property
    def lowers(self) -> list[str]:
        """Every short piece in small letters, a long one empty."""
        return [piece.lower() if len(piece) <= SHORT else "" for piece in self.pieces]

    @cached_property
    def masks(self) -> list[str]:
        """What every piece has in common with its like on other pages: `#` for each number."""
        return [_NUMBER.sub("#", text) if _DIGIT.search(text) else text for text in self.lowers]


def join(base: str, href: str) -> str:
    """`href` made absolute, or empty where it is no address."""
    try:
        return urljoin(base, href.strip())
    except ValueError:
        return ""


def squeeze(text: str) -> str:
    """Runs of any space as one plain space."""
    return " ".join(text.split())


def parted(texts: list[str]) -> Iterator[str]:
    """Texts as pieces, bounded."""
    last: str | None = None
    count = 0
    for text in texts:
        if not text or text.isspace():
            continue
        piece = squeeze(text[:MAX_PIECE])
        if last is not None and len(last) < 40 and _UNIT.match(piece):
            last = f"{last} {piece}"
            continue
        if last is not None:
            yield last
            last = None
            count += 1
            if count >= MAX_PIECES:
                return
        labelled = _LABELLED.fullmatch(piece) if ":" in piece and len(piece) <= SHORT else None
        if labelled:
            yield labelled[1]
            piece = labelled[2]
        last = piece
    if last is not None:
        yield last
