"""A page at a glance: its texts as short pieces in order, its head, its links; no tree in Python.

What a wrapper reads by, at a tenth of a Document's cost. Knows nothing of estates; bounded as `tree` is.
"""

import re
from collections.abc import Iterator
from functools import cached_property

from selectolax.lexbor import LexborNode, SelectolaxError

from extract.addresses import Addressed
from extract.flatten import parsed

MAX_PIECES = 6_000
MAX_PIECE = 20_000
#: A longer piece is running text: no label stands in it.
SHORT = 160
#: What stands in these is no text of the page.
_SILENT = ["script", "style", "noscript", "template", "iframe", "object", "svg", "select", "textarea"]
_BREAK = "\x1f"
_FEED = re.compile(r"\.json|/api/|/wp-json/")
_SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script", re.S | re.I)
_NUMBER = re.compile(r"\d+(?:[ .,]\d+)*")
_LABELLED = re.compile(r"([^:：]{2,50}[:：])\s*(\S.*)", re.S)
_UNIT = re.compile(
    r"(?:€(?! ?\d)|euros?\b|m²|m2\b|²|kwh|kg\b|(?:[hc]\.?c\.? ?)?(?:/ ?|par )mois|[hc]\.?c\b)", re.I
)


class Anchor:
    """A link at a glance, or an element it stands in."""

    __slots__ = ("_attributes", "node")

    def __init__(self, node: LexborNode) -> None:
        self.node = node
        self._attributes = node.attributes

    def get(self, name: str) -> str:
        """An attribute, empty where absent."""
        return self._attributes.get(name) or ""

    @property
    def names(self) -> str:
        """Class and id in lower case."""
        return f"{self.get('class')} {self.get('id')}".lower()

    @property
    def size(self) -> int:
        """How many elements it is, itself counted."""
        return len(self.node.css("*"))

    def ancestors(self) -> Iterator["Anchor"]:
        """The elements it stands in, the nearest first."""
        above = self.node.parent
        while above is not None and above.is_element_node:
            yield Anchor(above)
            above = above.parent

    @property
    def words(self) -> str:
        """Its text, spaces squeezed."""
        return squeeze(self.node.text()[:MAX_PIECE])


class Glance(Addressed):
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
        for name, content in self.named_metas:
            found.setdefault(name.lower(), content.strip())
        return found

    @cached_property
    def named_metas(self) -> list[tuple[str, str]]:
        """Every meta's name, property or itemprop with its content, in order."""
        metas = [node.attributes for node in self.all("meta[content]")]
        named = [(a.get("property") or a.get("name") or a.get("itemprop"), a["content"]) for a in metas]
        return [(name, content) for name, content in named if name and content]

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
        href = (node.attributes.get("href") or "") if node is not None else ""
        return self.join(self.url, href) if href else self.url

    @cached_property
    def canonical(self) -> str | None:
        """The address that the page gives itself."""
        node = self.first("link[rel~=canonical i][href]")
        return self.absolute(node.attributes.get("href") or "") or None if node is not None else None

    @cached_property
    def anchors(self) -> list[Anchor]:
        """The page's links in order."""
        return [Anchor(node) for node in self.all("a[href]")]

    @cached_property
    def hrefs(self) -> list[str]:
        """Where the page's anchors lead, as they stand, in order."""
        return [href for node in self.all("a[href]") if (href := node.attributes.get("href"))]

    @cached_property
    def scripts(self) -> list[str]:
        """The texts of its scripts that are no data, where one of them may name a feed."""
        if not _FEED.search(self.html):
            return []
        return [
            text for head, text in _SCRIPT.findall(self.html) if " src=" not in head and "json" not in head
        ]

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
        # One search over all of them: their number is what costs, and no number goes on past a break.
        return _NUMBER.sub("#", _BREAK.join(self.lowers)).split(_BREAK) if self.lowers else []


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
