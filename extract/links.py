"""Where a page leads: to listings (by cards, see `cards`), to the next page, to pages worth a visit.

Knows no URL pattern of any site; the crawl's frontier takes it from here.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import lru_cache
from typing import Protocol, TypeVar

from extract import cards, zones
from extract.addresses import Addressed
from extract.cards import is_page, key
from extract.document import Document
from extract.readers import state_json
from extract.tree import Element

MAX_LINKS = 1_000
MAX_FOLLOW = 60
#: A link of more elements holds more than words.
_LARGE = 8

_NEXT_TEXT = re.compile(
    r"^(?:page |annonces? |r[ée]sultats? )?(?:suivante?s?|next|weiter|n[äa]chste|siguiente|"
    r"pr[óo]xim[ao]|volgende|successiv[ao]|"
    r"nast[ęe]pna|plus d'annonces|voir plus)(?: page| ?[>»›→]+)?$|^(?:›|»|>|>>|→)$",
    re.I,
)
_NEXT_NAME = re.compile(r"(?:^|[\s_-])(?:next|suivante?)(?:$|[\s_-])", re.I)
_PAGED = re.compile(
    r"(?:[?&;/_-](?:page|p|pg|paged|pagination|numpage|num_page|pn)[=/_-]?|/)(\d{1,4})(?=\D|$)", re.I
)

#: What a link promises, by its words or address in lower case: the first that matches gives the rank.
_WORTH: tuple[tuple[int, re.Pattern[str]], ...] = (
    (
        0,
        re.compile(
            r"nos[ -_]biens|nos[ -_]annonces|annonces?|toutes?[ -_]nos|biens[ -_]|ventes?\b|vendre|"
            r"acheter|achat|louer|"
            r"locations?\b|immobili|appartements?|maisons?|terrains?|listings?|properties|buy|rent|"
            r"for-sale|catalog|collections/"
        ),
    ),
    (1, re.compile(r"mentions?[ -_]?l[ée]gales|legal|imprint|impressum")),
    (2, re.compile(r"contact|l'agence|notre[ -_]agence|agences?\b|qui[ -_]sommes|about")),
    (3, re.compile(r"honoraires|bar[èe]mes?|tarifs")),
)
_NOT_WORTH = re.compile(
    r"estim|blog|actualit|news|recrut|vend(?:re|ez)[ -_](?:mon|son|votre)|alerte|favori|login|"
    r"connexion|compte|wp-login|"
    r"wp-admin|cookie|confidential|cgu|cgv|/feed|partenaire|avis|guide|conseil|simul|panier|cart|mailto"
)
_FEED = re.compile(
    r"""["'`](/?[^"'`\s<>\\]{2,200}?(?:\.json|/api/[^"'`\s<>\\]{2,200}|/wp-json/[^"'`\s<>\\]{2,200})(?:\?[^"'`\s<>\\]{0,200})?)["'`]"""
)
_FEED_MARK = re.compile(r"\.json|/api/|/wp-json/")
_ASSET_FEED = re.compile(
    r"manifest|package\.json|schema|locale|i18n|lang|config|font|lottie|oembed|swagger", re.I
)


def detail_links(document: Document, is_list: bool = False) -> tuple[str, ...]:
    """The links to listings as they stand in the page, once each, in page order."""
    found = tuple(card.href for card in document.cards.found[:MAX_LINKS])
    if found or not is_list:
        return found
    only = cards.alone(document)
    return (only,) if only else state_json.links(document)[:MAX_LINKS]


class Anchor(Protocol):
    """A link as a tree or a glance has it."""

    @property
    def names(self) -> str:
        """Its class and id in lower case."""

    @property
    def size(self) -> int:
        """How many elements it is, itself counted."""

    def get(self, name: str) -> str:
        """An attribute, empty where absent."""

    def ancestors(self) -> Iterator["Anchor"]:
        """The elements it stands in, the nearest first."""


A = TypeVar("A", bound=Anchor)


def next_page(document: Document) -> str | None:
    """The link to the next page of the list as it stands, from rel, words, names or page numbers."""
    return next_of(document, document.all("link", "a"), document.all("a"), _words_in(document))


def next_of(
    page: Addressed, elements: Iterable[Anchor], anchors: Iterable[A], words: Callable[[A], str]
) -> str | None:
    """The same of any page: elements that may say `rel`, its links, and what gives a link's words."""
    for element in elements:
        if "next" in element.get("rel").lower().split() and _leads_elsewhere(page, element):
            return element.get("href")
    numbered: dict[int, str] = {}
    for anchor in anchors:
        if anchor.size > _LARGE:
            continue
        text = words(anchor)
        if _says_next(anchor, text) and _leads_elsewhere(page, anchor):
            return anchor.get("href")
        if text.isdecimal() and len(text) < 4 and _names(anchor.get("href"), int(text)):
            numbered.setdefault(int(text), anchor.get("href"))
    return _next_number(page, numbered)


def _words_in(document: Document) -> Callable[[Element], str]:
    """What gives a link's words; kept, since every question about links begins with them."""
    known: dict[int, str] = document.memory.setdefault("anchors", {})

    def words(anchor: Element) -> str:
        text = known.get(anchor.index)
        if text is None:
            text = known[anchor.index] = zones.heading_text(anchor)
        return text

    return words


def _names(href: str, number: int) -> bool:
    return bool(re.search(rf"\D{number}(?:\D|$)", href))


def _leads_elsewhere(page: Addressed, anchor: Anchor) -> bool:
    href = anchor.get("href")
    if not href or not is_page(href):
        return False
    return page.is_own(page.absolute(href)) and key(page.absolute(href)) != key(page.url)


def _says_next(anchor: Anchor, text: str) -> bool:
    words = (text, anchor.get("title"), anchor.get("aria-label"))
    if any(word and len(word) < 40 and _NEXT_TEXT.match(word.strip()) for word in words):
        return _in_pager(anchor) or bool(text.strip(" ›»>→")) or "page" in anchor.get("href").lower()
    return bool(_NEXT_NAME.search(anchor.names)) and _in_pager(anchor)


def _in_pager(anchor: Anchor) -> bool:
    for depth, above in enumerate((anchor, *anchor.ancestors())):
        if re.search(r"pag(?:in|er|es?\b)|nav-links", above.names):
            return True
        if depth > 4:
            return False
    return False


def _next_number(page: Addressed, numbered: dict[int, str]) -> str | None:
    """The link written as the number after the current page's."""
    here = _PAGED.search(page.url.split("//", 1)[-1].partition("/")[2])
    if here and int(here.group(1)) + 1 in numbered:
        return numbered[int(here.group(1)) + 1]
    return None if here else numbered.get(2)


def follow(document: Document) -> tuple[str, ...]:
    """Absolute same-site addresses worth a visit: lists first, then legal, contact and fees pages."""
    details = {key(document.absolute(card.href)) for card in document.cards.found}
    return follow_of(document, document.all("a"), _words_in(document), details, feeds(document))


def follow_of(
    page: Addressed,
    anchors: Iterable[A],
    words: Callable[[A], str],
    details: Collection[str],
    named: Iterable[str],
) -> tuple[str, ...]:
    """The same of any page: its links and what gives their words, its listings' addresses, its feeds."""
    ranked: dict[str, tuple[int, int]] = {}
    seen: set[str] = set()
    here = key(page.url)
    for order, anchor in enumerate(anchors):
        href = anchor.get("href")
        if not href or not is_page(href):
            continue
        url = key(page.absolute(href))
        if url in ranked or url in seen or url in details:
            continue
        seen.add(url)
        path = page.own_path(url)
        if path is None or url == here:
            continue
        promise = rank(f"{words(anchor)[:80]}\n{path}".lower())
        if promise is not None:
            ranked[url] = (promise, order)
    for order, url in enumerate(named):
        ranked.setdefault(url, (0, order))
    best = sorted(ranked, key=lambda url: ranked[url])
    return _bounded(best, ranked)


def _bounded(urls: list[str], ranked: dict[str, tuple[int, int]]) -> tuple[str, ...]:
    """At most MAX_FOLLOW, and never all of one rank: a menu of towns must not hide the legal page."""
    lists = [url for url in urls if ranked[url][0] == 0]
    rest = [url for url in urls if ranked[url][0] != 0][: MAX_FOLLOW // 3]
    return (*lists[: MAX_FOLLOW - len(rest)], *rest)


# A site's pages share their menus.
@lru_cache(maxsize=4_096)
def rank(told: str) -> int | None:
    """What a link promises by its words and address, in lower case, a line each."""
    if _NOT_WORTH.search(told):
        return None
    return next((promise for promise, pattern in _WORTH if pattern.search(told)), None)


def _names_feed(text: str) -> bool:
    return ".json" in text or "/api/" in text or "/wp-json/" in text


def _quoted_feeds(text: str) -> Iterator[str]:
    """Quoted feed addresses, tried only about the marks of one: at the last quote before it."""
    end = 0
    for mark in _FEED_MARK.finditer(text):
        at = mark.start()
        start = max(text.rfind(quote, max(end, at - 203), at) for quote in "\"'`")
        found = _FEED.match(text, start) if start >= 0 else None
        if found:
            end = found.end()
            yield found.group(1)


def feeds(document: Document) -> Iterator[str]:
    """JSON addresses that the page's own scripts or data attributes name."""
    texts = [text for kind, _, text in document.scripts if "json" not in kind and _names_feed(text)]
    named = {
        element.index: element
        for attribute, elements in document.by_attribute.items()
        if attribute.startswith("data-")
        for element in elements
        if (value := element.attrs[attribute]) and (".json" in value or "/api/" in value)
    }
    texts += [
        f'"{value}"'
        for _, element in sorted(named.items())
        for name, value in element.attrs.items()
        if value and name.startswith("data-") and (".json" in value or "/api/" in value)
    ]
    yield from feeds_in(document, texts)


def feeds_in(page: Addressed, texts: Iterable[str]) -> Iterator[str]:
    """JSON addresses that these texts quote."""
    seen: set[str] = set()
    for text in texts:
        for address in _quoted_feeds(text[:300_000]):
            url = page.absolute(address)
            if url not in seen and page.is_own(url) and not _ASSET_FEED.search(address):
                seen.add(url)
                yield url
            if len(seen) >= 10:
                return
