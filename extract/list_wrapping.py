"""Learning where a site's lists have their links, from lists that the readers have read.

    >>> lists = learn([ListSample(html, url, reading.links, …), …])   # None below three, or where not exact

Pure and deterministic: lists are put in the order of their addresses. `list_wrapper` reads by the result.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median_low
from typing import Final, NamedTuple

from selectolax.lexbor import LexborNode

from extract.cards import is_page, key
from extract.glance import Glance
from extract.list_wrapper import ListWrapper, address_shape, is_same, links_at, take
from extract.samples import common, names, step

#: Fewer lists tell nothing of what varies; more than this teach nothing new.
LEAST, MOST = 3, 8
#: Rules for where links stand, how many are tried, and how many elements deep.
RULES, PROPOSED, _LEVELS = 4, 60, 5
MAX_FIXED, MAX_SHAPES, MAX_CHROME = 250, 40, 150
_NAMED: Final = re.compile(r"[.\[]")


@dataclass(frozen=True, slots=True)
class ListSample:
    """A list and what the readers made of it."""

    html: str
    url: str
    links: tuple[str, ...]
    next: str | None = None
    follow: tuple[str, ...] = ()
    platform: str | None = None


@dataclass(frozen=True, slots=True)
class _List:
    """A sample at work. wanted: the keys of its links."""

    sample: ListSample
    glance: Glance
    wanted: frozenset[str]


def learn(samples: Iterable[ListSample]) -> ListWrapper | None:
    """What the lists have in common, where reading by it gives exactly what the readers gave on each."""
    pages = _unlike({sample.url: sample for sample in samples})
    if len(pages) < LEAST:
        return None
    fixed = sorted(common((page.glance.masks for page in pages), 1.0))
    shapes = {address_shape(page.glance, to) for page in pages for to in page.sample.links}
    chrome = {
        href
        for href in common((page.glance.hrefs for page in pages), 1.0)
        if address_shape(pages[0].glance, href) in shapes and not any(key(href) in p.wanted for p in pages)
    }
    places, others = _places(pages, shapes, chrome)
    draft = ListWrapper(
        tuple(fixed[:MAX_FIXED]),
        places,
        tuple(sorted(shapes)[:MAX_SHAPES]),
        tuple(sorted(others)[:MAX_SHAPES]),
        tuple(sorted(chrome)[:MAX_CHROME]),
        median_low(len(page.wanted) for page in pages),
        platform=Counter(page.sample.platform for page in pages).most_common(1)[0][0],
    )
    found = replace(draft, alone=not any(links_at(draft, page.glance)[2] for page in pages))
    return found if all(_is_exact(found, page) for page in pages) else None


def _unlike(by_url: Mapping[str, ListSample]) -> list[_List]:
    """The lists in the order of their addresses, less those that mostly show what one before them shows."""
    pages: list[_List] = []
    seen: set[str] = set()
    for url in sorted(by_url):
        sample = by_url[url]
        wanted = frozenset(map(key, sample.links))
        if 2 * len(wanted - seen) > len(wanted) and len(pages) < MOST:
            pages.append(_List(sample, Glance(sample.html, url), wanted))
            seen |= wanted
            _ = pages[-1].glance.pieces  # which strips what is no text, before any element is sought
    return pages


def _is_exact(lists: ListWrapper, page: _List) -> bool:
    """Whether reading by the wrapper alone gives the readers' links, next page and places to visit."""
    got, sample = take(lists, page.glance, None), page.sample
    if got is None or not is_same(got, sample):
        return False
    # A list's only card may be told among both.
    listed = {key(page.glance.absolute(href)) for href in got.links}
    return set(got.follow) - listed == set(sample.follow) - listed


def _places(
    pages: Sequence[_List], shapes: Collection[str], chrome: Collection[str]
) -> tuple[tuple[str, ...], set[str]]:
    """The fewest rules that choose all links to listings and no other at an address like theirs, with the
    shapes of what else they choose: nothing, where such rules do. No rules where there are none.
    """
    lasting = common(names(page.glance) for page in pages)
    counts: Counter[str] = Counter()
    for page in pages:
        counts.update(_rules(page, lasting))
    likely = sorted(counts.items(), key=lambda item: (-item[1], -item[0].count(">"), item[0]))[:PROPOSED]
    told = {rule: _chosen(rule, pages, chrome) for rule, _ in likely}
    good = {rule: got for rule, got in told.items() if got.others.isdisjoint(shapes)}
    pure = {rule: got for rule, got in good.items() if not got.others}
    named = {rule: got for rule, got in pure.items() if _NAMED.search(rule)}
    rules = _fewest(named, pages) or _fewest(pure, pages) or _fewest(good, pages)
    return tuple(rules), {like for rule in rules for like in good[rule].others}


class _Chosen(NamedTuple):
    """What a rule chooses on all pages: links by page and key, and the shapes of the rest."""

    links: set[tuple[int, str]]
    others: set[str]


def _fewest(told: Mapping[str, _Chosen], pages: Sequence[_List]) -> list[str]:
    """The rules that together choose every link, by greed."""
    left = {(at, name) for at, page in enumerate(pages) for name in page.wanted}
    rules: list[str] = []
    while left and len(rules) < RULES:
        best = max(told, key=lambda rule: len(told[rule].links & left), default=None)
        if best is None or not told[best].links & left:
            return []
        rules.append(best)
        left -= told[best].links
    return [] if left else rules


def _chosen(rule: str, pages: Sequence[_List], chrome: Collection[str]) -> _Chosen:
    got = _Chosen(set(), set())
    for at, page in enumerate(pages):
        for node in page.glance.all(rule):
            href = node.attributes.get("href") or ""
            if key(href) in page.wanted:
                got.links.add((at, key(href)))
            elif is_page(href) and href not in chrome:
                got.others.add(address_shape(page.glance, href))
    return got


def _rules(page: _List, lasting: Collection[str]) -> Iterator[str]:
    """Paths to the page's links to listings, by lasting names and tags."""
    for anchor in page.glance.anchors:
        if key(anchor.get("href")) in page.wanted:
            yield from _paths(anchor.node, lasting)


def _paths(node: LexborNode, lasting: Collection[str]) -> Iterator[str]:
    path = ""
    above: LexborNode | None = node
    for _ in range(_LEVELS):
        if above is None or above.tag in {"html", "body"}:
            return
        path = f"{step(above, lasting)} > {path}" if path else step(above, lasting)
        yield path
        above = above.parent
