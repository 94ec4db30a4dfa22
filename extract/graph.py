"""The JSON-LD graphs of a page: their objects, and the one dwelling that the page is about.

Knows schema.org's types; reads no field. `readers/json_ld` and `kind` ask.
"""

import re
from collections.abc import Iterator
from typing import Any

from extract.document import Document
from extract.loose_json import load

MAX_BLOCK = 2_000_000
MAX_NODES = 20_000
MAX_DEPTH = 40

#: Types that are, hold or offer a dwelling; the number orders them when several stand in a page.
DWELLINGS = {
    "realestatelisting": 5, "apartment": 5, "house": 5, "singlefamilyresidence": 5, "residence": 4,
    "accommodation": 4, "apartmentcomplex": 3, "product": 4, "individualproduct": 4, "offer": 2, "place": 2,
    "landform": 2, "suite": 3, "room": 3, "vacationrental": 4, "lodgingbusiness": 1,
}  # fmt: skip
#: Types that are somebody, a menu or a list: what lies below them is not the property's.
OTHERS = frozenset(
    [
        "realestateagent",
        "organization",
        "localbusiness",
        "person",
        "website",
        "webpage",
        "breadcrumblist",
        "itemlist",
        "searchaction",
        "imageobject",
        "corporation",
        "postaladdressbook",
        "article",
        "blogposting",
        "newsarticle",
        "review",
        "aggregaterating",
        "faqpage",
        "collectionpage",
        "searchresultspage",
    ]
)
#: Below these keys stands somebody else.
_SOMEBODY = frozenset({"seller", "agent", "broker", "provider", "author", "publisher", "brand", "offeredby",
                       "manufacturer", "issimilarto", "isrelatedto", "review", "landlord",
                       "realestateagent"})  # fmt: skip
#: What XHTML pages wrap a script in.
_WRAPPED = re.compile(r"^\s*(?:/\*\s*|//\s*)?<!\[CDATA\[(?:\s*\*/)?|(?:/\*\s*|//\s*)?\]\]>(?:\s*\*/)?\s*$")


def blocks(document: Document) -> list[Any]:
    """Every JSON-LD block that can be read, repaired where line breaks stand in strings; read once."""
    known: list[Any] | None = document.memory.get("graph")
    if known is not None:
        return known
    found = document.memory["graph"] = []
    for kind, _, text in document.scripts:
        if "ld+json" in kind and len(text) <= MAX_BLOCK:
            data = load(_WRAPPED.sub("", text))
            if data is not None:
                found.append(data)
    return found


def nodes(data: Any) -> Iterator[tuple[dict[str, Any], bool]]:
    """Every object of a graph with whether it stands in a list of several peers, bounded."""
    stack: list[tuple[Any, int, bool]] = [(data, 0, False)]
    count = 0
    while stack and count < MAX_NODES:
        value, depth, peer = stack.pop()
        count += 1
        if isinstance(value, dict):
            yield value, peer
            if depth < MAX_DEPTH:
                inside = peer or bool(types(value) & {"itemlist"})
                stack.extend(
                    (v, depth + 1, inside)
                    for k, v in reversed(value.items())
                    if isinstance(v, (dict, list)) and k.lower() not in _SOMEBODY
                )
        elif isinstance(value, list) and depth < MAX_DEPTH:
            stack.extend((v, depth + 1, peer) for v in reversed(value))


def types(node: dict[str, Any]) -> set[str]:
    """The node's schema.org types, lower case, without the vocabulary's address."""
    kind = node.get("@type")
    kinds = kind if isinstance(kind, list) else [kind]
    return {re.split("[/:#]", str(k))[-1].lower() for k in kinds if k}


#: Keys under which an offer or a page holds what it is about.
_HOLDS = ("itemOffered", "mainEntity", "about", "object")


def holders(document: Document, node: dict[str, Any]) -> list[dict[str, Any]]:
    """The offers and listings that hold a node or name its `@id`: the price often stands there alone."""
    found = []
    for data in blocks(document):
        for above, _ in nodes(data):
            offers = above.get("offers")
            inner = [above, *(offers[:5] if isinstance(offers, list) else [offers])]
            held = [part.get(key) for part in inner if isinstance(part, dict) for key in _HOLDS]
            if any(_is_same(one, node) for one in held) and any(DWELLINGS.get(kind) for kind in types(above)):
                found.append(above)
    return found[:5]


def _is_same(one: Any, other: dict[str, Any]) -> bool:
    return isinstance(one, dict) and (
        one == other or (bool(one.get("@id")) and one["@id"] == other.get("@id"))
    )


def subject(document: Document) -> dict[str, Any] | None:
    """The dwelling that the page is about: best type, most told; None where peers tie."""
    if "dwelling" not in document.memory:
        document.memory["dwelling"] = _dwelling(document)
    found: dict[str, Any] | None = document.memory["dwelling"]
    return found


def _dwelling(document: Document) -> dict[str, Any] | None:
    scored: list[tuple[int, int, dict[str, Any]]] = []
    for order, data in enumerate(blocks(document)):
        for node, peer in nodes(data):
            weight = max((DWELLINGS.get(kind, 0) for kind in types(node)), default=0)
            if weight and not peer and not types(node) & OTHERS:
                scored.append((weight + min(8, len(node)), -order, node))
    if not scored:
        return None
    top = max(scored, key=lambda row: (row[0], row[1]))
    offers = [n for s, _, n in scored if "price" in n or "offers" in n]
    names = {str(n.get("name"))[:80] for n in offers if n.get("name")}
    return None if len(names) > 2 else top[2]


def is_article(document: Document) -> bool:
    """Whether a top object of the page's graphs is an article, and none is a dwelling."""
    kinds: set[str] = set()
    for data in blocks(document):
        for node, _ in nodes(data):
            kinds |= types(node)
    return bool(kinds & {"article", "blogposting", "newsarticle"}) and not any(
        DWELLINGS.get(kind, 0) > 2 for kind in kinds
    )
