"""Traps: calendars, facets, sessions, endless paths, chains and links; what a crawl spends on them at most.

    find = traps.admit(find)          # before the frontier: None when it leads nowhere
    if traps.skips(url, priority):    # before the request
    traps.saw(page, reading, named=True)

Judges by what pages bring: addresses of one shape that bring no listing are not asked for any more, while any
that does opens their shape again. Knows one crawl of one site, no network and no database.
"""

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urlsplit

from crawl.frontier import DuePage, Find, Priority
from crawl.marks import Marks
from crawl.url import key
from extract.page import PageReading
from models.listing import Listing

#: Pages in a row that bring no listing not named before, after which no more are asked for: of one shape with
#: a number or parameters in it, of one with a date, of one as the next page of a list, of one first folder.
BARREN: Final = 20
BARREN_DATED: Final = 6
BARREN_NEXT: Final = 3
BARREN_FOLDER: Final = 100
#: Addresses in a row, of one shape, which lists take for listings and which are none.
BARREN_DETAILS: Final = 50
#: Side pages of one shape given to the frontier, and side pages and lists of one site.
SIDE_OF_SHAPE: Final = 100
SIDE: Final = 400
#: Links of one kind that are looked at on one page.
LINKS: Final = 2_000
#: Folders of an address at most.
DEEPEST: Final = 12
#: Listings that one parameter made no difference to, from which it is taken for noise, if it never made one.
SAME: Final = 2
#: Addresses with parameters, and shapes, remembered to tell by.
_REMEMBERED: Final = 500

_DIGITS: Final = re.compile(r"\d+")
_DATED: Final = re.compile(r"(?<!\d)(?:19|20)\d\d[-/_.]?(?:0[1-9]|1[0-2]|[1-9](?!\d))(?!\d{3})")
_DATE_NAMES: Final = re.compile(r"(?i)(?:^|_)(?:date|mois|month|annee|year|jour|day|semaine|week)(?:$|_)")


def loops(path: str) -> bool:
    """Whether a path repeats itself three times, or is deeper than any real one; figures may repeat."""
    parts = path.strip("/").split("/")
    if len(parts) > DEEPEST:
        return True
    for size in range(1, len(parts) // 3 + 1):
        for start in range(len(parts) - 3 * size + 1):
            first, second, third = (parts[start + n * size : start + (n + 1) * size] for n in range(3))
            if first == second == third and not all(part.isdigit() for part in first):
                return True
    return False


def shape(url: str) -> tuple[str, ...]:
    """What addresses made by one rule share: folder, numbers as `#`, the names of parameters."""
    parts = urlsplit(url)
    names = sorted({pair.partition("=")[0] for pair in parts.query.split("&") if pair})
    path = _DIGITS.sub("#", parts.path)
    folder, _, last = path.rpartition("/")
    return (path if names or "#" in last else f"{folder}/*", *names)


def dated(url: str) -> bool:
    """Whether an address names a month or a day, or has parameters for one."""
    parts = urlsplit(url)
    names = (pair.partition("=")[0] for pair in parts.query.split("&"))
    return bool(_DATED.search(f"{parts.path}?{parts.query}")) or any(map(_DATE_NAMES.search, names))


def without(url: str, noise: frozenset[str]) -> str:
    """An address, or a key, without these parameters."""
    place, mark, query = url.partition("?")
    if not noise or not mark:
        return url
    query, hashed, fragment = query.partition("#")
    kept = "&".join(pair for pair in query.split("&") if pair.partition("=")[0] not in noise)
    return f"{place}{'?' if kept else ''}{kept}{hashed}{fragment}"


@dataclass(slots=True)
class Traps:
    """lists, side: pages of each kind that one crawl may ask for."""

    lists: int
    side: int = SIDE
    noise: frozenset[str] = frozenset()
    asked: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    _admitted: Counter[tuple[str, ...]] = field(default_factory=Counter)
    _barren: Counter[tuple[str, ...]] = field(default_factory=Counter)
    #: The keys visited, and those that noise may be taken out of.
    _visited: Marks = field(default_factory=Marks)
    _queried: list[str] = field(default_factory=list)
    #: Hashed listings by hashed address without one parameter; those that it made no difference to, and the
    #: names that made one.
    _listings: dict[int, tuple[int, int]] = field(default_factory=dict)
    _same: dict[str, set[int]] = field(default_factory=dict)
    _differs: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, pages: int) -> "Traps":
        """For a site of which so many pages may be asked for: half of them lists, a fifth side pages."""
        return cls(max(20, pages // 2), min(SIDE, max(20, pages // 5)))

    def plain(self, url: str) -> str:
        """An address without the parameters that are known to be noise on this site."""
        return without(url, self.noise)

    def admit(self, find: Find) -> Find | None:
        """The find, without noise; None when it leads round in circles or its kind is spent."""
        url = self.plain(find.url)
        if loops(urlsplit(url).path):
            self.skipped["endless paths"] += 1
            return None
        if find.priority == Priority.FOLLOW:
            alike = shape(url)
            if self._admitted[alike] >= SIDE_OF_SHAPE or self._admitted.total() >= self.side:
                self.skipped["side pages"] += 1
                return None
            self._admitted[alike] += 1
        return replace(find, url=url) if url != find.url else find

    def skips(self, url: str, priority: int) -> bool:
        """Whether a page that is due is left alone: its like brought nothing, or was visited already."""
        if priority in (Priority.HOME, Priority.CHANGED, Priority.KNOWN):
            return False
        kind = _kind(priority)
        why = None
        if self.noise and without(key(url), self.noise) in self._visited:
            why = "repetitions"
        elif self._is_barren(url, priority) or (kind == "lists" and self.asked[kind] >= self.lists):
            why = kind
        if why:
            self.skipped[why] += 1
        return why is not None

    def saw(
        self, page: DuePage, reading: PageReading | None, *, named: bool, unchanged: bool = False
    ) -> None:
        """Learn from a page that was asked for; from one that did not answer, nothing but that it was.

        named: whether it names listings that no page of this crawl had named before.
        """
        kind = _kind(page.priority)
        self.asked[kind] += 1
        if reading is None and not unchanged:
            return
        self._visited.add(without(page.key, self.noise))
        if "?" in page.key and len(self._queried) < _REMEMBERED:
            self._queried.append(page.key)
        if reading is not None and reading.listing is not None:
            self._compare(page.key, reading.listing)
        if len(self._barren) > _REMEMBERED:
            self._barren = +self._barren  # those at nought
        detail = (reading or page).kind == "detail"
        for mark in _marks(page.url, kind):
            self._barren[mark] = 0 if detail or (named and kind != "details") else self._barren[mark] + 1

    @property
    def note(self) -> str | None:
        """What was left out, in one line."""
        if not self.skipped:
            return None
        what = ", ".join(f"{number} {name}" for name, number in sorted(self.skipped.items()))
        noise = f" Parameters that change nothing: {', '.join(sorted(self.noise))}." if self.noise else ""
        return f"Left out, as their like brought no new listing or their budget was spent: {what}.{noise}"

    def _is_barren(self, url: str, priority: int) -> bool:
        kind = _kind(priority)
        alike, folder = _marks(url, kind)
        if kind == "details":
            return self._barren[alike] >= BARREN_DETAILS
        most = BARREN_NEXT if kind == "lists" else BARREN_DATED if dated(url) else BARREN
        by_rule = len(alike) > 2 or "#" in alike[1]
        return (by_rule and self._barren[alike] >= most) or self._barren[folder] >= BARREN_FOLDER

    def _compare(self, address: str, listing: Listing) -> None:
        """Note what each parameter of a listing's address does to it."""
        place, _, query = address.partition("?")
        pairs = query.split("&") if query and len(self._listings) < _REMEMBERED else []
        told = hash((listing.title, listing.price, listing.surface, listing.reference, listing.description))
        for pair in pairs:
            name, _, value = pair.partition("=")
            rest = hash((place, name, *(other for other in pairs if other != pair)))
            known, text = self._listings.setdefault(rest, (hash(value), told))
            if known != hash(value) and text != told:
                self._differs.add(name)
            elif known != hash(value):
                self._same.setdefault(name, set()).add(rest)
        for name in self._same.keys() - self._differs - self.noise:
            if len(self._same[name]) >= SAME:
                self._learn(name)

    def _learn(self, name: str) -> None:
        self.noise |= {name}
        for one in self._queried:
            self._visited.add(without(one, self.noise))


def _kind(priority: int) -> str:
    if priority >= Priority.CHANGED:
        return "details"
    return "lists" if priority == Priority.LIST else "side pages"


def _marks(url: str, kind: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a page's yield is counted on: its shape, and its first folder."""
    part = "details" if kind == "details" else "other pages"
    return (kind, *shape(url)), ("folder", part, urlsplit(url).path.split("/")[1])
