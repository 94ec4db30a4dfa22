"""The page as plain elements in document order, bounded in size and depth whatever the markup.

lexbor reads the HTML; a small Python copy of what matters (tag, attributes, parent, children, texts)
is made in one pass, so that readers walk freely. Knows nothing of estates; goes to `document`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from selectolax.lexbor import LexborNode

from extract.flatten import parsed

MAX_NODES = 60_000
MAX_TEXT = 4_000_000
#: A longer text is no advert's; scripts may hold megabytes of data.
MAX_RUN = 100_000

OPAQUE = frozenset({"script", "style", "template", "noscript", "iframe", "object", "head", "title"})
#: Elements that a line of text goes through.
INLINE = frozenset(
    [
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "data",
        "dfn",
        "em",
        "font",
        "i",
        "img",
        "ins",
        "kbd",
        "label",
        "mark",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "svg",
        "path",
        "time",
        "tt",
        "u",
        "var",
        "use",
        "g",
        "wbr",
        "noscript",
        "picture",
        "source",
    ]
)


class Element:
    """One element. `parts` mixes texts and child elements in order; `end` is one past the subtree."""

    __slots__ = ("attrs", "end", "index", "names", "parent", "parts", "tag")

    def __init__(self, tag: str, attrs: dict[str, str | None], parent: "Element | None", index: int) -> None:
        self.tag = tag
        self.attrs = attrs
        self.parent = parent
        self.index = index
        self.end = index + 1
        self.parts: list[str | Element] = []
        owns = attrs and ("class" in attrs or "id" in attrs)
        #: Class and id in lower case: where sites say what a block is for.
        self.names = _names(attrs.get("class"), attrs.get("id")) if owns else " "

    def get(self, name: str) -> str:
        """An attribute, empty where absent."""
        return self.attrs.get(name) or ""

    @property
    def size(self) -> int:
        """How many elements it is, itself counted."""
        return self.end - self.index

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


# A page repeats its classes, and a string that is one object is hashed once.
@lru_cache(maxsize=4_096)
def _names(classes: str | None, name: str | None) -> str:
    return f"{classes or ''} {name or ''}".lower()


@dataclass(frozen=True, slots=True)
class Tree:
    """A page's elements in document order, the root first; its texts; whether a bound cut some off.

    `texts` holds (text, the element it stands in, how many elements began before it), in page order;
    blanks between blocks, three texts of four in real pages, are left out.
    """

    elements: list[Element]
    texts: list[tuple[str, Element, int]]
    cut: bool


def parse(html: str) -> Tree:
    """The page's elements and texts, whatever the markup."""
    parser, cut = parsed(html)
    top = parser.root
    root = Element("html", top.attributes if top is not None else {}, None, 0)
    tree = Tree([root], [], cut)
    return tree if top is None else _copy(top, tree)


def _copy(top: LexborNode, tree: Tree) -> Tree:
    """Fills a tree that holds its root alone with everything below `top`.

    Children are taken from a stack of iterators: no node is asked for its parent.
    """
    elements, texts = tree.elements, tree.texts
    parent, parts, count, room = elements[0], elements[0].parts, 1, MAX_TEXT
    nodes, inline = top.iter(include_text=True), False
    above: list[tuple[Element, Iterator[LexborNode]]] = []
    while True:
        for node in nodes:
            if node.is_text_node:
                text = node.text_content or ""
                if len(text) > MAX_RUN and parent.tag != "script":
                    text = text[:MAX_RUN]
                room -= len(text)
                if room > 0:
                    if inline or not text.isspace() or (parts and _goes_on(parts[-1])):
                        texts.append((text, parent, count))
                    parts.append(text)
            elif node.is_element_node:
                if count >= MAX_NODES:
                    return Tree(_close(elements), texts, True)
                element = Element(node.tag or "", node.attributes, parent, count)
                parts.append(element)
                elements.append(element)
                count += 1
                above.append((parent, nodes))
                parent, parts, nodes = element, element.parts, node.iter(include_text=True)
                inline = element.tag in INLINE
                break
        else:
            parent.end = count
            if not above:
                return tree
            parent, nodes = above.pop()
            parts, inline = parent.parts, parent.tag in INLINE


def _goes_on(part: "str | Element") -> bool:
    """Whether a line of text goes on after a part: a blank after a block, or before any text, is no text."""
    return isinstance(part, str) or part.tag in INLINE


def release(elements: list[Element]) -> None:
    """Unties elements that are no longer needed: they are freed at once, not by the cycle collector."""
    for element in elements:
        element.parts.clear()


def _close(elements: list[Element]) -> list[Element]:
    for element in reversed(elements):
        parent, end = element.parent, element.end
        if parent is not None and end > parent.end:
            parent.end = end
    return elements
