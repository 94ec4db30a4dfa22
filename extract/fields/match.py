"""A candidate value as found in a text, and the words around it by which it is scored."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Match(Generic[T]):
    """A value read from `raw` at offset `start`; `score` is how sure the words around it make us, 0 to 1."""

    value: T
    raw: str
    start: int
    score: float

    @property
    def end(self) -> int:
        """The offset just after `raw`."""
        return self.start + len(self.raw)


def named(**words: str) -> str:
    """One pattern of named alternatives, tried in order."""
    return "|".join(f"(?P<{name}>{pattern})" for name, pattern in words.items())


def best(matches: Iterable[Match[T]], floor: float = 0.0) -> Match[T] | None:
    """The surest match that reaches `floor`, the first of equals; None when there is none."""
    sure = [match for match in matches if match.score >= floor]
    return max(sure, key=lambda match: (match.score, -match.start), default=None)


def begun(starts: re.Pattern[str], pattern: re.Pattern[str], folded: str) -> Iterator[re.Match[str]]:
    """What `pattern.finditer` yields, tried only where `starts` begins: a few places, not every character."""
    end = 0
    for start in starts.finditer(folded):
        at = start.start()
        found = pattern.match(folded, at) if at >= end else None
        if found:
            end = found.end()
            yield found


def near(
    marks: re.Pattern[str], pattern: re.Pattern[str], folded: str, reach: int = 48
) -> Iterator[re.Match[str]]:
    """What `pattern.finditer` yields, sought only about `marks`, of which each match holds one.

    A match begins at most `reach` characters before its first mark and ends at most `reach` after it.
    """
    end = 0
    for mark in marks.finditer(folded):
        at = mark.start()
        while end <= at:
            found = pattern.search(folded, max(end, at - reach), at + 2 * reach)
            if found is None or found.start() > at:
                break
            end = max(found.end(), found.start() + 1)
            yield found


def before(folded: str, start: int, width: int = 48, stop: str = "\n") -> str:
    """Up to `width` characters that lead to `start`, from the last character of `stop` on."""
    lead = folded[max(0, start - width) : start]
    cut = max(lead.rfind(char) for char in stop)
    return lead[cut + 1 :]


def after(folded: str, end: int, width: int = 32, stop: str = "\n") -> str:
    """Up to `width` characters that follow `end`, to the first character of `stop`."""
    tail = folded[end : end + width]
    cuts = [cut for cut in (tail.find(char) for char in stop) if cut >= 0]
    return tail[: min(cuts)] if cuts else tail


def last_word(pattern: re.Pattern[str], lead: str) -> str | None:
    """The name of the group of the last match of `pattern` in `lead`: the nearest word decides."""
    found = None
    for match in pattern.finditer(lead):
        found = match.lastgroup
    return found
