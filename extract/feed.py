"""JSON feeds: the lists that a site's own script loads. From the text to the detail links in it.

Knows no site's keys: an object is a listing's when it names an address and a price or a surface.
"""

import json
import re
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin, urlsplit

MAX_LINKS = 1_000
MAX_NODES = 100_000
MAX_DEPTH = 30

_LINK = re.compile(
    r"^(?:url|href|link|permalink|lien|path|uri|slug_?url|detail_?url|page_?url|seo_?url|canonical_?url)$",
    re.I,
)
_FACT = re.compile(r"prix|price|loyer|rent|surface|area|pieces|rooms|bedrooms|chambres|size", re.I)
_NEXT = re.compile(r"^(?:next|suivante?|next_?page(?:_?url)?|next_?url)$", re.I)
_ADDRESS = re.compile(
    r"^(?:https?://|/|\./|\?|[\w-]+/)[^\s<>\"]{1,600}$|^[\w-]+\.(?:html?|php)[^\s<>\"]{0,300}$"
)


def is_json(text: str, content_type: str | None) -> bool:
    """Whether a document is JSON, by its header or its first character."""
    declared = (content_type or "").lower()
    return text.lstrip("\ufeff \t\r\n")[:1] in {"{", "["} and ("json" in declared or "html" not in declared)


def read(text: str, url: str) -> tuple[tuple[str, ...], str | None]:
    """The listings' links in order, and the next page's; both empty where the text is no feed."""
    try:
        data = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return (), None
    return collect(data, url)


def collect(data: Any, url: str) -> tuple[tuple[str, ...], str | None]:
    """The listings' links in any JSON data, and the next page's."""
    found: dict[str, None] = {}
    following: str | None = None
    stack: list[tuple[Any, int]] = [(data, 0)]
    for _ in range(MAX_NODES):
        if not stack:
            break
        value, depth = stack.pop()
        if isinstance(value, dict):
            href = _link(value, url)
            if href:
                found.setdefault(href)
            following = following or _following(value, url)
        below = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
        if depth < MAX_DEPTH:
            stack.extend((item, depth + 1) for item in reversed(below) if isinstance(item, (dict, list)))
    return tuple(found)[:MAX_LINKS], following


# A feed's objects repeat their keys.
@lru_cache(maxsize=4_096)
def _is_fact(key: str) -> bool:
    return bool(_FACT.search(key))


@lru_cache(maxsize=4_096)
def _is_next(key: str) -> bool:
    return bool(_NEXT.match(key))


def _link(node: dict[str, Any], url: str) -> str | None:
    if not any(_is_fact(key) for key in node):
        return None
    for key, value in node.items():
        if isinstance(value, str) and _LINK.match(key) and _ADDRESS.match(value) and _same_site(value, url):
            return value
    return None


def _following(node: dict[str, Any], url: str) -> str | None:
    for key, value in node.items():
        if isinstance(value, str) and _is_next(key) and _ADDRESS.match(value) and _same_site(value, url):
            return value
    return None


def _same_site(href: str, url: str) -> bool:
    try:
        there, here = urlsplit(urljoin(url, href)).hostname, urlsplit(url).hostname
    except ValueError:
        return False
    return (there or "").removeprefix("www.") == (here or "").removeprefix("www.")
