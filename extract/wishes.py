"""Wishes: what a page asks of those who list it, in X-Robots-Tag headers or in meta elements.

    >>> read_wishes("otherbot: nofollow\\npignonbot: noindex, unavailable_after: 2026-01-31")
    Wishes(noindex=True, nofollow=False, until=datetime.datetime(2026, 1, 31, 0, 0, tzinfo=...utc))

Several are added up: the strictest counts. Knows no clock; whoever has one asks `hides`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice

from models.settings import PRODUCT_TOKEN

#: Of a page, metas to robots and characters of each that are read.
MAX_METAS = 20
MAX_CONTENT = 1_000
_US = {"*", "robots", PRODUCT_TOKEN.lower()}
#: What a colon follows that names no robot.
_VALUED = {"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"}
#: The comma after a weekday ("Saturday, 25 Jun 2026") parts nothing.
_COMMA = re.compile(r",(?!\s*\d{1,2}[\s-]+[A-Za-z]{3})")
_NAME = re.compile(r"[a-z_*-]+")


@dataclass(frozen=True, slots=True)
class Wishes:
    """noindex: do not list the page; nofollow: do not follow its links; until: noindex from then on."""

    noindex: bool = False
    nofollow: bool = False
    until: datetime | None = None

    def __or__(self, other: "Wishes") -> "Wishes":
        ends = [end for end in (self.until, other.until) if end is not None]
        return Wishes(
            self.noindex or other.noindex, self.nofollow or other.nofollow, min(ends) if ends else None
        )

    def hides(self, now: datetime) -> bool:
        """Whether the page is not to be listed at `now`, UTC."""
        return self.noindex or (self.until is not None and self.until <= now)


def read_wishes(lines: str) -> Wishes:
    """What header values, one a line, ask of us. A robot's name holds for the rest of its line."""
    wishes = Wishes()
    for line in lines.splitlines():
        for_us = True
        for part in _COMMA.split(line):
            name, value = _split(part)
            if value is not None and name not in _VALUED:
                for_us = bool(_US & set(_NAME.findall(name)[:1]))
                name, value = _split(value)
            if for_us:
                wishes |= _wish(name, value)
    return wishes


def of_metas(metas: Iterable[tuple[str, str]]) -> Wishes:
    """What meta elements, as (name, content), ask of all robots or of us."""
    asked = (content[:MAX_CONTENT] for name, content in metas if name.strip().lower() in _US)
    return read_wishes("\n".join(" ".join(content.split()) for content in islice(asked, MAX_METAS)))


def _split(part: str) -> tuple[str, str | None]:
    name, colon, value = part.partition(":")
    return name.strip().lower(), value.strip() if colon else None


def _wish(name: str, value: str | None) -> Wishes:
    if name == "unavailable_after":
        return Wishes(until=_date(value or ""))
    words = set(_NAME.findall(name)) if value is None else set()
    return Wishes("noindex" in words or "none" in words, "nofollow" in words or "none" in words)


def _date(text: str) -> datetime | None:
    """An instant in ISO 8601 or as mail writes it, UTC where it tells no zone; None for anything else."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(text)
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
    return None
