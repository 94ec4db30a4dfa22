"""Where a site's descriptions truly begin: lines of facts that its template writes above the agent's text.

One page cannot tell them from the text; several side by side can, because between the facts they use the
same words. `wrapping` learns those words, `page` and `shortcut` leave out the lines that are made of them.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from extract import values
from extract.text import fold
from models.listing import Listing
from models.places import Places

#: A template writes a line or two above a text; more of them are a list, which the agent may have written.
MOST: Final = 3
#: A longer line is no template's.
LONGEST: Final = 700
#: Share of the pages whose description begins with such a line.
OFTEN: Final = 0.7
#: Share of the pages that a phrase stands on where it shows that there is a template; once that is shown,
#: a phrase of two pages is the template's as well: it writes others for rents than for sales.
USUAL, SHARED = 0.33, 2
#: Share of the letters between a line's facts that such phrases make: to show a template, and to be its line.
SHOWN, COVERED = 0.6, 0.85
#: What follows is the agent's text where it begins with a paragraph, not with another short line.
PARAGRAPH: Final = 60
#: Facts told with words, masked as figures are.
_WORDED: Final = ("property_type", "floor", "rooms", "bedrooms", "bathrooms", "surface")
_CODE: Final = re.compile(r"(?<!\d)\d{5}(?!\d)")
#: Facts and the signs that part phrases.
_BETWEEN: Final = re.compile(r"[#.,:;()|/•–-][ #.,:;()|/•–-]*")
_LETTER: Final = re.compile(r"[^\W\d_]")
#: Somebody speaks: an agent's sentence, however often its like is written.
_SPOKEN: Final = re.compile(r"\b(?:vous|nous|notre|votre|propos|present|decouvr|venez|exclu|coup de)")
_JOINED: Final = str.maketrans("-'", "  ")


def learn(listings: Sequence[Listing], places: Places) -> tuple[str, ...]:
    """The phrases of the lines above the texts, none where the descriptions begin with the agent's words."""
    pages = [list(_heads(listing, places)) for listing in listings if listing.description]
    counts = Counter(phrase for page in pages for phrase in {p for line in page for p in line})
    usual = {phrase for phrase, count in counts.items() if count >= max(SHARED, USUAL * len(pages))}
    if sum(_count(page, usual, SHOWN) > 0 for page in pages) < OFTEN * len(listings):
        return ()
    shared = {phrase for phrase, count in counts.items() if count >= SHARED}
    return tuple(
        sorted({p for page in pages for line in page[: _count(page, shared)] for p in line} & shared)
    )


def without(listing: Listing, phrases: Sequence[str], places: Places) -> Listing:
    """The listing with the description less the lines that the site's template wrote above it."""
    if not phrases or not listing.description:
        return listing
    count = _count(list(_heads(listing, places)), set(phrases))
    rest = listing.description
    for _ in range(count):
        rest = rest.partition("\n")[2].lstrip("\n")
    return replace(listing, description=rest) if len(rest.partition("\n")[0]) >= PARAGRAPH else listing


def _heads(listing: Listing, places: Places) -> Iterator[list[str]]:
    """The phrases between the facts of each of the first lines but the last; up to one without figures."""
    lines = [line for line in (listing.description or "").split("\n") if line.strip()]
    for line in lines[: min(MOST + 1, len(lines) - 1)]:
        if len(line) > LONGEST or not any(map(str.isdigit, line)) or _SPOKEN.search(fold(line)):
            return
        yield _phrases(line, listing.city, places)


def _phrases(line: str, city: str | None, places: Places) -> list[str]:
    """What stands between the figures, kinds, floors and communes of a line; empty where nothing does."""
    folded = fold(line)
    for name in _WORDED:
        for found in values.find(name, line, places):
            folded = _masked(folded, found.start, found.start + len(found.raw))
    plain = folded.translate(_JOINED)
    codes = _CODE.findall(line)
    for place in (city or "", *(name for code in codes for name in places.names(code))):
        at = plain.find(fold(place).translate(_JOINED)) if place else -1
        if at >= 0:
            folded = _masked(folded, at, at + len(place))
    masked = re.sub(r"\d", "#", folded)
    return [" ".join(part.split()) for part in _BETWEEN.split(masked)]


def _masked(text: str, start: int, end: int) -> str:
    return f"{text[:start]}{'#' * (end - start)}{text[end:]}"


def _count(lines: Sequence[Sequence[str]], phrases: set[str], share: float = COVERED) -> int:
    """How many of the first lines are the template's; of a longer list none."""
    count = 0
    for line in lines:
        told = sum(map(_letters, line))
        known = sum(_letters(phrase) for phrase in line if phrase in phrases)
        if known < share * told:
            break
        count += 1
    return count if count <= MOST else 0


def _letters(text: str) -> int:
    return len(_LETTER.findall(text))
