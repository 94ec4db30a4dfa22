"""A site's home page, as what its other pages are compared with: a listing's address that shows it, or leads
where it leads, is a listing that is gone.

    home = HomePage.of(body, links)
    home.is_like(other_body)
    HomePage.unpack(home.packed())      # for whoever takes the crawl over

Kept as hashes that are the same in every process, so that nobody asks for the page twice in a crawl.
"""

import re
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self
from zlib import crc32

from crawl.marks import Marks

_WORDS: Final = re.compile(rb">([^<>]{3,200})<")
#: Bytes of a page that are compared, and marks that are kept for who takes over: 240 KB.
_COMPARED: Final = 2_000_000
_MOST: Final = 30_000
#: Share of two pages' pieces of text that they share, from which they are one page.
_ALIKE: Final = 0.9
NO_MARKS: Final = Marks()


@dataclass(frozen=True, slots=True)
class HomePage:
    """The home page's pieces of text, and the keys of the pages that it links to."""

    words: Marks = NO_MARKS
    links: Marks = NO_MARKS

    @classmethod
    def of(cls, body: bytes, links: Iterable[str]) -> Self:
        """The home page, once it was visited. links: the keys of the pages it leads to."""
        return cls(_words(body), Marks(map(_mark, links)))

    def is_like(self, body: bytes) -> bool:
        """Whether a page is this one. Never when this one leads nowhere: a notice of maintenance, or the
        shell of a script, is what every address of a site answers, and says nothing of any listing.
        """
        return len(self.links) > 0 and _words(body).likeness(self.words) >= _ALIKE

    def links_to(self, key: str) -> bool:
        """Whether it leads to the page of this key."""
        return _mark(key) in self.links

    def packed(self) -> bytes | None:
        """As bytes, eight a mark; None where that is too much to keep."""
        if len(self.words) + len(self.links) > _MOST:
            return None
        return array("q", [len(self.words), *self.words, *self.links]).tobytes()

    @classmethod
    def unpack(cls, packed: bytes) -> Self:
        """What `packed` gave."""
        number, *marks = array("q", packed)
        return cls(Marks(marks[:number]), Marks(marks[number:]))


def _words(body: bytes) -> Marks:
    return Marks(_mark(piece) for one in _WORDS.findall(body[:_COMPARED]) if (piece := one.strip()))


def _mark(told: str | bytes) -> int:
    """32 bits: with a thousand links, another address is taken for one of them once in four million."""
    return crc32(told.encode("utf-8", "surrogatepass") if isinstance(told, str) else told)
