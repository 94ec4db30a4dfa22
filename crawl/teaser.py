"""Teasers: a fingerprint of what a list says of each listing, so that one that says the same as yesterday
need not be asked for again today.

    >>> told(body, ("/bien/1", "/bien/2"))
    {"/bien/1": 2768625435, "/bien/2": 113895127}

What stands between a listing's first link and the next listing's is its teaser. One that tells the hour, or
stands otherwise every day, differs every day: its page is fetched, and nothing is missed.
"""

import re
import zlib
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

#: Bytes of a teaser that count.
_LONGEST: Final = 8_000
_TAGS: Final = re.compile(
    rb"^[^<>]*>|<[^<>]*>?|\s+|&nbsp;|&#160;|&#8239;|\xc2\xa0|\xe2\x80\xaf|(?<=\d)\xa0(?=\d)", re.I
)
#: An amount, as figures without their spaces: 1 250 000 €, 950 €, EUR 245.000, "price":245000.
_PRICE: Final = re.compile(
    "\\d(?:[.,]?\\d){2,}(?:€|&euro;|eur|k€)|(?:€|eur|price\\W{1,3})\\d{3}".encode(), re.I
)
_SCRIPT: Final = re.compile(rb"<(script|style)\b.*?(?:</\1|$)", re.S | re.I)


def told(body: bytes, links: Sequence[str]) -> dict[str, int]:
    """By link as it stands in the page, the fingerprint (31 bits) of its teaser.

    Links that are not found, and teasers without a price, whose change would go unnoticed, are left out.
    """
    places = sorted((at, link) for link in links if link and (at := _place(body, link)) >= 0)
    gaps = sorted(after[0] - before[0] for before, after in pairwise(places))
    usual = gaps[len(gaps) // 2] if gaps else _LONGEST
    ends = [at for at, _ in places[1:]] + [places[-1][0] + usual] if places else []
    spans = zip(places, ends, strict=True)
    texts = {link: _text(body[at : min(end, at + _LONGEST)]) for (at, link), end in spans}
    return {link: zlib.crc32(text) & 0x7FFFFFFF for link, text in texts.items() if _PRICE.search(text)}


def _place(body: bytes, link: str) -> int:
    """Where a link stands first, as an attribute or in a script's data."""
    for written in (link, link.replace("&", "&amp;"), link.replace("/", "\\/")):
        for quote in ('"', "'"):
            at = body.find(f"{quote}{written}{quote}".encode(errors="replace"))
            if at >= 0:
                return at
    return -1


def _text(markup: bytes) -> bytes:
    """The words without tags, scripts and spaces of any kind."""
    return _TAGS.sub(b"", _SCRIPT.sub(b"", markup))
