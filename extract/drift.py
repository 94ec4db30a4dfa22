"""Drift: whether a wrapper still fits its site, from what became of the pages since it was learnt.

    wrapper = note(wrapper, told, reading)

Pure. A field whose places disagree with the readers is dropped; a wrapper whose frame is missed page after
page is worn and learnt anew. Until then a page without the frame is read as if there were no wrapper.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from extract.list_wrapper import ListWrapper
from extract.samples import is_same
from extract.wrapper import Wrapper
from models.listing import Listing

#: One page in so many that was read by the wrapper alone is read by all readers as well.
AUDITED: Final = 20
#: Comparisons remembered per field, and how many failures among the last ones are too many.
WINDOW, LAST, TOO_MANY = 20, 8, 3
#: The same of lists, which hide listings where they are read wrong.
AUDITED_LISTS: Final = 10
#: The two records of a lists' wrapper, and how many failures among the last ones are too many: readings that
#: lead elsewhere than the readers', and lists that it could not read.
LINKS, READ = "links", "read"
_TOO_MANY_LISTS: Final = {LINKS: TOO_MANY, READ: 5}
#: The frame's own record.
FRAME: Final = "*"


def is_audited(url: str, one_in: int = AUDITED) -> bool:
    """Whether a page is one of those that are read both ways: by its address alone, so always the same."""
    return int.from_bytes(hashlib.sha256(url.encode("utf-8", "replace")).digest()[:4], "big") % one_in == 0


def note(wrapper: Wrapper, framed: bool, told: Mapping[str, object], listing: Listing | None) -> Wrapper:
    """The wrapper with one more page in its record.

    framed: whether the page has the learnt frame; told: what the wrapper's places tell of it; listing: what
    the readers made of it without the wrapper, null where they were not asked.
    """
    marks = {FRAME: framed}
    if framed and listing is not None:
        pairs = {name: (value, getattr(listing, name)) for name, value in told.items()}
        marks |= {name: is_same(*pair) for name, pair in pairs.items() if pair[1] is not None}
    record = dict(wrapper.record)
    for name, right in marks.items():
        record[name] = (record.get(name, "") + ("+" if right else "-"))[-WINDOW:]
    noted = replace(wrapper, record=record)
    wrong = {name for name in marks if name != FRAME and _fails(record[name])}
    return _without(noted, wrong) if wrong else noted


def note_list(lists: ListWrapper, name: str, *, right: bool) -> ListWrapper | None:
    """The lists' wrapper with one more mark in a record, None where it is worn."""
    marks = (lists.record.get(name, "") + ("+" if right else "-"))[-WINDOW:]
    worn = marks[-LAST:].count("-") >= _TOO_MANY_LISTS[name]
    return None if worn else replace(lists, record={**lists.record, name: marks})


def is_worn(wrapper: Wrapper) -> bool:
    """Whether the site no longer looks as it did when the wrapper was learnt, or no field is left."""
    return not wrapper.places or _fails(wrapper.record.get(FRAME, ""))


def _fails(record: str) -> bool:
    return record[-LAST:].count("-") >= TOO_MANY


def _without(wrapper: Wrapper, names: set[str]) -> Wrapper:
    """The wrapper without these fields, which the readers alone read from now on: no short way is left."""
    places = tuple(place for place in wrapper.places if place.field not in names)
    sure = tuple(name for name in wrapper.sure if name not in names)
    return replace(wrapper, places=places, sure=sure, swift=False)
