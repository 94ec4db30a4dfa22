"""The short way for lists: where a site's lists have their links to listings. Learnt by `list_wrapping`.

    >>> lists = ListWrapper.from_json(row)     # never raises; a broken row is None
    >>> take(lists, glance, wrapper)           # None: read the list the whole way

A list read wrong hides listings. So links are told by two signs that must agree, where they stand and what
their addresses look like; what else a list tells is read as the readers read it (`links`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final, NamedTuple, Protocol

from extract import kind, links
from extract.cards import is_page, key
from extract.glance import Anchor, Glance
from extract.shortcut import shape
from extract.wrapper import SAME_CHROME, Wrapper

#: Pieces that lists have and details have not, without which nothing tells a list.
LEAST_OWN: Final = 2
_TEXTS: Final = ("fixed", "places", "shapes", "others", "chrome")


class Shortlist(NamedTuple):
    """What the short way tells of a list."""

    links: tuple[str, ...]
    next: str | None
    follow: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListWrapper:
    """What was learnt of one site's lists.

    fixed: masks of pieces that every list has; places: selectors of the links to listings; shapes: of
    their addresses; others: of what else stands at those places; usual: how many links a list has;
    alone: whether no link elsewhere had such an address.
    """

    fixed: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    #: Links to listings' like addresses that stand on every list: a menu's.
    chrome: tuple[str, ...] = ()
    usual: int = 0
    alone: bool = False
    platform: str | None = None
    #: What became of the last lists, as `drift.note_list` marks them: `+` or `-` each.
    record: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain data for a JSON column."""
        return asdict(self)

    @staticmethod
    def from_json(data: Any) -> "ListWrapper | None":
        """The wrapper that `to_json` wrote; None where the data is none. Never raises."""
        try:
            told = {f.name: data[f.name] for f in fields(ListWrapper)}
            for name in _TEXTS:
                told[name] = tuple(told[name])
            told["record"] = {str(name): str(marks)[-99:] for name, marks in told["record"].items()}
        except (TypeError, KeyError, ValueError, AttributeError):
            return None
        texts = (told["platform"] or "", *(text for name in _TEXTS for text in told[name]))
        sound = all(isinstance(text, str) for text in texts) and type(told["usual"]) is int
        return ListWrapper(**told) if sound and type(told["alone"]) is bool and told["places"] else None


def take(lists: ListWrapper, glance: Glance, wrapper: Wrapper | None) -> Shortlist | None:
    """The list as its wrapper reads it, None where that is not to be believed."""
    if not has_frame(lists, glance, wrapper) or _has_doubts(lists, glance):
        return None
    found = read(lists, glance)
    if found is None or not found.links or (found.next and 2 * len(found.links) < lists.usual):
        return None
    return found


def has_frame(lists: ListWrapper, glance: Glance, wrapper: Wrapper | None) -> bool:
    """Whether a page is one of the lists learnt from, by its address and their chrome, and no detail."""
    addresses = {glance.url, glance.canonical or glance.url}
    if shape(glance.url) in lists.shapes or any(map(kind.is_door, addresses)):
        return False
    masks = set(glance.masks)
    return _stands(lists.fixed, masks) and (wrapper is None or _is_no_detail(lists.fixed, masks, wrapper))


def _is_no_detail(fixed: Sequence[str], masks: Collection[str], wrapper: Wrapper) -> bool:
    """By what the site's lists have and its details have not; where that is nothing, the other way round."""
    own = set(fixed).difference(wrapper.fixed)
    if len(own) >= LEAST_OWN:
        return _stands(own, masks)
    theirs = set(wrapper.fixed).difference(fixed)
    return len(theirs) >= LEAST_OWN and not _stands(theirs, masks, 0.5)


def _stands(fixed: Collection[str], masks: Collection[str], share: float = SAME_CHROME) -> bool:
    return sum(mask in masks for mask in fixed) >= share * len(fixed)


def _has_doubts(lists: ListWrapper, glance: Glance) -> bool:
    fixed = set(lists.fixed)
    told = (text for text, mask in zip(glance.lowers, glance.masks, strict=True) if mask not in fixed)
    return kind.list_has_doubts(f"{glance.title}\n{glance.h1}", told)


def read(lists: ListWrapper, glance: Glance) -> Shortlist | None:
    """The links, the next page and what is worth a visit; None where the two signs of a link disagree."""
    chosen, strange, strays = links_at(lists, glance)
    if strange or (lists.alone and strays):
        return None
    marked = (Anchor(node) for tag in ("link", "a") for node in glance.all(f"{tag}[rel~=next i][href]"))
    details = {key(glance.absolute(href)) for href in chosen.values()}
    follow = links.follow_of(glance, glance.anchors, _words, details, links.feeds_in(glance, glance.scripts))
    following = links.next_of(glance, marked, glance.anchors, _words)
    return Shortlist(tuple(chosen.values())[: links.MAX_LINKS], following, follow)


def _words(anchor: Anchor) -> str:
    return anchor.words


def links_at(lists: ListWrapper, glance: Glance) -> tuple[dict[str, str], bool, bool]:
    """The links at the learnt places by key, in page order; whether one there leads to an address of a
    shape that nobody knows, and whether one elsewhere leads to an address like theirs.
    """
    at = {node.mem_id for place in lists.places for node in glance.all(place)}
    shapes, others, chrome = set(lists.shapes), set(lists.others), set(lists.chrome)
    chosen: dict[str, str] = {}
    elsewhere: set[str] = set()
    strange = False
    for anchor in glance.anchors:
        href = anchor.get("href")
        if not is_page(href) or href in chrome or key(href) in chosen:
            continue
        if (like := address_shape(glance, href)) not in shapes:
            strange |= anchor.node.mem_id in at and like not in others
        elif anchor.node.mem_id in at:
            chosen[key(href)] = href
        else:
            elsewhere.add(key(href))
    return chosen, strange, not elsewhere <= chosen.keys()


def address_shape(glance: Glance, href: str) -> str:
    return shape(key(glance.absolute(href)))


class Told(Protocol):
    """A list's reading, by whomever."""

    @property
    def links(self) -> tuple[str, ...]:
        """Links to listings."""

    @property
    def next(self) -> str | None:
        """The link to the next page."""


def is_same(one: Told, other: Told) -> bool:
    """Whether two readings of one list lead to the same listings and the same next page."""
    return set(map(key, one.links)) == set(map(key, other.links)) and one.next == other.next
