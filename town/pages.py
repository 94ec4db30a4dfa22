"""From a host, a day and a path to a finished answer: body, headers, validators. No network here.

Answers are kept, within bounds: a family prints a page once per day of the clock. Hosts differ in
their manners: most send an ETag, some a Last-Modified, a few neither; most can compress.
"""

import gzip
import re
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from threading import Lock
from typing import Any, Generic, TypeVar
from urllib.parse import unquote

from town.chance import chance
from town.family import Response
from town.model import Site, date_of
from town.photos import Photographer
from town.registry import family_named
from town.world import World

T = TypeVar("T")

_PAGES_KEPT = 4000
_PHOTOS_KEPT = 1500
_SITES_KEPT = 120
_PHOTO = re.compile(r"/photos/(\d+)-(\d+)-([0-9a-z]+)\.jpg")
_COMPRESSIBLE = ("text/", "application/json", "application/xml", "application/javascript", "image/svg")


@dataclass(frozen=True, slots=True)
class Manners:
    """What a host's server can do."""

    etag: bool
    last_modified: bool
    compresses: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """The request's headers that change the answer."""

    accepts_gzip: bool = False
    if_none_match: str | None = None
    if_modified_since: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished answer: what goes on the wire."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class _Kept:
    """A page as kept: plain and compressed, with its validators."""

    response: Response
    packed: bytes | None
    etag: str | None
    last_modified: datetime | None


class Shelf(Generic[T]):
    """A bounded store that forgets what was asked for longest ago. Safe between threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = Lock()
        self._items: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The item of that key, made (outside the lock) when it is not there."""
        with self._lock:
            if key in self._items:
                self._items.move_to_end(key)
                return self._items[key]
        item = make()
        with self._lock:
            self._items[key] = item
            if len(self._items) > self._size:
                self._items.popitem(last=False)
        return item

    def __contains__(self, key: Hashable) -> bool:
        return key in self._items

    def __len__(self) -> int:
        return len(self._items)


@dataclass(slots=True)
class Pages:
    """Every answer of every site. `base_url` gives a slug's origin, without a trailing slash."""

    world: World
    base_url: Callable[[str], str]
    _sites: Shelf[tuple[Site, dict[str, Any]]] = field(default_factory=lambda: Shelf(_SITES_KEPT))
    _pages: Shelf[_Kept] = field(default_factory=lambda: Shelf(_PAGES_KEPT))
    _photos: Shelf[_Kept] = field(default_factory=lambda: Shelf(_PHOTOS_KEPT))
    _photographer: Photographer = field(init=False)

    def __post_init__(self) -> None:
        self._photographer = Photographer(self.world)

    def is_photo(self, path: str) -> bool:
        """Whether the answer is a picture to be drawn: slow, so done away from the event loop."""
        return bool(_PHOTO.fullmatch(path)) and path not in self._photos

    def answer(self, slug: str, day: int, path: str, asked: Asked) -> Answer:
        """What `slug` answers to `GET path` (path and query as sent). KeyError: no such agency."""
        manners = manners_of(self.world.seed, slug)
        photo = _PHOTO.fullmatch(path)
        if photo:
            number, index, key = int(photo[1]), int(photo[2]), photo[3]
            kept = self._photos.get(path, lambda: self._photo(number, index, key, manners))
        else:
            kept = self._pages.get((slug, day, path), lambda: self._page(slug, day, path, manners))
        return _finish(kept, asked)

    def site(self, slug: str, day: int) -> Site:
        """The site as its pages show it that day."""
        return self._site(slug, day)[0]

    def _site(self, slug: str, day: int) -> tuple[Site, dict[str, Any]]:
        return self._sites.get((slug, day), lambda: self._build(slug, day))

    def _build(self, slug: str, day: int) -> tuple[Site, dict[str, Any]]:
        site = self.world.site(slug, day, self.base_url(slug))
        return site, family_named(site.agency.family).routes(site)

    def _page(self, slug: str, day: int, path: str, manners: Manners) -> _Kept:
        site, routes = self._site(slug, day)
        family = family_named(site.agency.family)
        found = routes.get(path) or routes.get(unquote(path))
        response = found() if found else family.page(family.render_not_found(site), 404)
        return _keep(response, manners, datetime.combine(date_of(day), time(4), UTC))

    def _photo(self, dwelling: int, index: int, key: str, manners: Manners) -> _Kept:
        jpeg = self._photographer.jpeg(dwelling, index, key)
        if jpeg is None:
            return _keep(Response(b"Not found", 404, "text/plain"), manners, None)
        return _keep(Response(jpeg, content_type="image/jpeg"), manners, None)


def manners_of(seed: int, slug: str) -> Manners:
    """The same for a host on every day."""
    rng = chance(seed, "manners", slug)
    return Manners(rng.random() < 0.7, rng.random() < 0.5, rng.random() < 0.8)


def _keep(response: Response, manners: Manners, day: datetime | None) -> _Kept:
    fresh = response.status == 200
    compress = manners.compresses and response.content_type.startswith(_COMPRESSIBLE) and response.body
    digest = sha256(response.body).hexdigest()[:20]
    return _Kept(
        response=response,
        packed=gzip.compress(response.body, 6, mtime=0) if compress else None,
        etag=f'"{digest}"' if manners.etag and fresh else None,
        last_modified=day if manners.last_modified and fresh else None,
    )


def _finish(kept: _Kept, asked: Asked) -> Answer:
    response = kept.response
    headers = [*response.headers.items()]
    if kept.etag:
        headers.append(("ETag", kept.etag))
    if kept.last_modified:
        headers.append(("Last-Modified", format_datetime(kept.last_modified, usegmt=True)))
    if kept.packed:
        headers.append(("Vary", "Accept-Encoding"))
    if _unchanged(kept, asked):
        return Answer(304, tuple(headers), b"")
    body = response.body
    headers.append(("Content-Type", response.content_type))
    if kept.packed and asked.accepts_gzip:
        headers.append(("Content-Encoding", "gzip"))
        body = kept.packed
    return Answer(response.status, tuple(headers), body)


def _unchanged(kept: _Kept, asked: Asked) -> bool:
    """RFC 9110, 13.2.2: If-None-Match goes before If-Modified-Since."""
    if asked.if_none_match is not None:
        tags = {tag.strip().removeprefix("W/") for tag in asked.if_none_match.split(",")}
        return kept.etag is not None and (kept.etag in tags or "*" in tags)
    if asked.if_modified_since and kept.last_modified:
        try:
            return kept.last_modified <= parsedate_to_datetime(asked.if_modified_since)
        except (TypeError, ValueError):
            return False
    return False
