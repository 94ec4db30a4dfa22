"""The page as plain elements in document order, bounded in size and depth whatever the markup.

lexbor reads the HTML; a small Python copy of what matters (tag, attributes, parent, children, texts)
is made in one pass, so that readers walk freely. Knows nothing of estates; goes to `document`.
"""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser

MAX_NODES = 60_000
MAX_TEXT = 4_000_000
#: lexbor is quadratic in depth (measured: 22 s for 100,000 nested divs); browsers stop at 512.
MAX_DEPTH = 512

OPAQUE = frozenset({"script", "style", "template", "noscript", "iframe", "object", "head", "title"})
VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ]
)
#: Closed by their next sibling: an old page leaves hundreds open without nesting them.
IMPLIED = frozenset(
    ["p", "li", "dd", "dt", "td", "th", "tr", "tbody", "thead", "tfoot", "option", "optgroup"]
)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)[^<>]*?(/?)>")


class Element:
    """One element. `parts` mixes texts and child elements in order; `end` is one past the subtree."""

    __slots__ = ("attrs", "end", "index", "parent", "parts", "tag")

    def __init__(self, tag: str, attrs: dict[str, str | None], parent: "Element | None", index: int) -> None:
        self.tag = tag
        self.attrs = attrs
        self.parent = parent
        self.index = index
        self.end = index + 1
        self.parts: list[str | Element] = []

    def get(self, name: str) -> str:
        """An attribute, empty where absent."""
        return self.attrs.get(name) or ""

    @property
    def names(self) -> str:
        """Class and id in lower case: where sites say what a block is for."""
        return f"{self.attrs.get('class') or ''} {self.attrs.get('id') or ''}".lower()

    def children(self) -> Iterator["Element"]:
        for part in self.parts:
            if not isinstance(part, str):
                yield part

    def ancestors(self) -> Iterator["Element"]:
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def raw_text(self) -> str:
        """The element's own texts, its children's left out (scripts, options, titles)."""
        return "".join(part for part in self.parts if isinstance(part, str))

    def __repr__(self) -> str:
        return f"<{self.tag} {self.names.strip()!r} #{self.index}>"


def parse(html: str) -> tuple[list[Element], bool]:
    """All elements in document order, the root first, and whether a bound cut some off."""
    flat, cut = flatten(html)
    parser = LexborHTMLParser(flat)
    root = Element("html", {}, None, 0)
    elements = [root]
    top = parser.root
    if top is None:
        return elements, cut
    known: dict[int, Element] = {top.mem_id: root}
    root.attrs = dict(top.attributes)
    room = MAX_TEXT
    for node in top.traverse(include_text=True):
        above = node.parent
        parent = known.get(above.mem_id) if above is not None else None
        if parent is None:
            continue
        if node.is_text_node:
            text = node.text_content or ""
            room -= len(text)
            if room > 0:
                parent.parts.append(text)
        elif node.is_element_node:
            if len(elements) >= MAX_NODES:
                return _close(elements), True
            element = Element(node.tag or "", node.attributes, parent, len(elements))
            known[node.mem_id] = element
            parent.parts.append(element)
            elements.append(element)
    return _close(elements), cut


def _close(elements: list[Element]) -> list[Element]:
    for element in reversed(elements):
        if element.parent is not None and element.end > element.parent.end:
            element.parent.end = element.end
    return elements


def flatten(html: str) -> tuple[str, bool]:
    """`html` without the tags nested deeper than MAX_DEPTH, and whether there were any."""
    if html.count("<") - 2 * html.count("</") < MAX_DEPTH:
        return html, False
    depth, out, last, cut = 0, [], 0, False
    for found in _TAG.finditer(html):
        name = found.group(2).lower()
        if name in VOID or name in IMPLIED or found.group(3):
            continue
        depth = max(0, depth - 1) if found.group(1) else depth + 1
        if depth > MAX_DEPTH:
            out.append(html[last : found.start()])
            last, cut = found.end(), True
    return ("".join(out) + html[last:], True) if cut else (html, False)
