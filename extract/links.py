"""Where a page leads: to listings (by cards, see `cards`), to the next page, to pages worth a visit.

Knows no URL pattern of any site; the crawl's frontier takes it from here.
"""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from extract import cards, zones
from extract.cards import is_page, key
from extract.document import Document
from extract.readers import state_json
from extract.tree import Element

MAX_LINKS = 1_000
MAX_FOLLOW = 60

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

#: What follows an origin where splitting it again would tell nothing new.
_PLAIN = re.compile(r"/[^\s#]*")
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


def next_page(document: Document) -> str | None:
    """The link to the next page of the list as it stands, from rel, words, names or page numbers."""
    for element in document.all("link", "a"):
        if "next" in element.get("rel").lower().split() and _leads_elsewhere(document, element):
            return element.get("href")
    numbered: dict[int, str] = {}
    for anchor in document.all("a"):
        if anchor.end - anchor.index > 8:
            continue
        text = anchor_text(document, anchor)
        if _says_next(anchor, text) and _leads_elsewhere(document, anchor):
            return anchor.get("href")
        if text.isdecimal() and len(text) < 4 and _names(anchor.get("href"), int(text)):
            numbered.setdefault(int(text), anchor.get("href"))
    return _next_number(document, numbered)


def anchor_text(document: Document, anchor: Element) -> str:
    """A link's words; kept, since every question about links begins with them."""
    known: dict[int, str] = document.memory.setdefault("anchors", {})
    text = known.get(anchor.index)
    if text is None:
        text = known[anchor.index] = zones.heading_text(anchor)
    return text


def _names(href: str, number: int) -> bool:
    return bool(re.search(rf"\D{number}(?:\D|$)", href))


def _leads_elsewhere(document: Document, anchor: Element) -> bool:
    href = anchor.get("href")
    if not href or not is_page(href):
        return False
    return same_site(document, document.absolute(href)) and key(document.absolute(href)) != key(document.url)


def _says_next(anchor: Element, text: str) -> bool:
    words = (text, anchor.get("title"), anchor.get("aria-label"))
    if any(word and len(word) < 40 and _NEXT_TEXT.match(word.strip()) for word in words):
        return _in_pager(anchor) or bool(text.strip(" ›»>→")) or "page" in anchor.get("href").lower()
    return bool(_NEXT_NAME.search(anchor.names)) and _in_pager(anchor)


def _in_pager(anchor: Element) -> bool:
    for depth, above in enumerate((anchor, *anchor.ancestors())):
        if re.search(r"pag(?:in|er|es?\b)|nav-links", above.names):
            return True
        if depth > 4:
            return False
    return False


def _next_number(document: Document, numbered: dict[int, str]) -> str | None:
    """The link written as the number after the current page's."""
    here = _PAGED.search(document.url.split("//", 1)[-1].partition("/")[2])
    if here and int(here.group(1)) + 1 in numbered:
        return numbered[int(here.group(1)) + 1]
    return None if here else numbered.get(2)


def same_site(document: Document, url: str) -> bool:
    """Whether an absolute address is on the page's own host, `www.` aside."""
    return own_path(document, url) is not None


def own_path(document: Document, url: str) -> str | None:
    """Path and query of an absolute address on the page's own host, `www.` aside; None for any other."""
    own = document.own_origin
    if own and url.startswith(own) and _PLAIN.fullmatch(url, len(own)):
        return url[len(own) :]
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or host != document.host:
        return None
    return f"{parts.path}?{parts.query}"


def follow(document: Document) -> tuple[str, ...]:
    """Absolute same-site addresses worth a visit: lists first, then legal, contact and fees pages."""
    ranked: dict[str, tuple[int, int]] = {}
    seen: set[str] = set()
    details = {key(document.absolute(card.href)) for card in document.cards.found}
    here = key(document.url)
    for order, anchor in enumerate(document.all("a")):
        href = anchor.get("href")
        if not href or not is_page(href):
            continue
        url = key(document.absolute(href))
        if url in ranked or url in seen or url in details:
            continue
        seen.add(url)
        path = own_path(document, url)
        if path is None or url == here:
            continue
        promise = rank(f"{anchor_text(document, anchor)[:80]}\n{path}".lower())
        if promise is not None:
            ranked[url] = (promise, order)
    for order, url in enumerate(feeds(document)):
        ranked.setdefault(url, (0, order))
    best = sorted(ranked, key=lambda url: ranked[url])
    return _bounded(best, ranked)


def _bounded(urls: list[str], ranked: dict[str, tuple[int, int]]) -> tuple[str, ...]:
    """At most MAX_FOLLOW, and never all of one rank: a menu of towns must not hide the legal page."""
    lists = [url for url in urls if ranked[url][0] == 0]
    rest = [url for url in urls if ranked[url][0] != 0][: MAX_FOLLOW // 3]
    return (*lists[: MAX_FOLLOW - len(rest)], *rest)


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
    seen: set[str] = set()
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
    for text in texts:
        for address in _quoted_feeds(text[:300_000]):
            url = document.absolute(address)
            if url not in seen and same_site(document, url) and not _ASSET_FEED.search(address):
                seen.add(url)
                yield url
            if len(seen) >= 10:
                return
