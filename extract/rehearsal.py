"""A new wrapper tried on the pages it was learnt from: what else they share, and whether it may read alone.

Photos, links, the site's own menu and the fields that only the text tells complete it; `swift` is granted
where reading by the wrapper alone gave what the readers gave.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from extract import leads, pictures, shortcut, values
from extract.cards import key
from extract.readers import places as place_reader
from extract.samples import Page, common, is_same, step
from extract.wrapper import Wrapper, told_by
from models.listing import LISTING_FIELDS, Listing
from models.places import Places

#: Share of all values on which the short way and the readers must agree.
ALIKE: Final = 0.95
#: And on which they must for each field that several pages tell.
FIELD_ALIKE: Final = 0.7
#: Menu links kept; more than these are a site's catalogue.
MAX_CHROME: Final = 150
RULES: Final = 3
#: Told by the words about another field.
_BESIDE: Final = {"dpe_value": "dpe", "ges_value": "ges", "fees_payer": "fees"}
_IMAGES: Final = "img,a[href],source,[style*=background],[data-bg],[data-src],[data-background]"


def complete(wrapper: Wrapper, pages: Sequence[Page], places: Places) -> Wrapper:
    """The wrapper with all that the short way needs, and whether it may go it."""
    shared = common((page.glance.hrefs for page in pages), 0.6)
    chrome = sorted(href for href in shared if len(href) < 200)[:MAX_CHROME]
    full = replace(
        wrapper,
        photos=_photo_rules(pages),
        shapes=_shapes(pages),
        chrome=tuple(chrome),
        platform=Counter(page.sample.platform for page in pages).most_common(1)[0][0],
        french=sum(len(place_reader.directory(page.document, places)) > 0 for page in pages) * 2 > len(pages),
        prose=_prose(wrapper, pages, places),
        currency=_currency(pages),
    )
    return replace(full, swift=_is_swift(full, pages, places))


def _prose(wrapper: Wrapper, pages: Sequence[Page], places: Places) -> tuple[str, ...]:
    """The fields that a page told where neither a place nor a label tells anything.

    A street in the text is the agency's as often as the property's: only the readers tell which.
    """
    found = set()
    for page in pages:
        known = {one.field for one in shortcut.labelled(wrapper, page.finder, places)}
        known |= {one.field for one in told_by(wrapper, page.finder, places)}
        found |= page.sample.listing.known().keys() - known
    return tuple(sorted({_BESIDE.get(name, name) for name in found} & (values.FIELDS - {"city", "address"})))


def _currency(pages: Sequence[Page]) -> str | None:
    told = {page.sample.listing.currency for page in pages} - {None}
    return told.pop() if len(told) == 1 else None


def _shapes(pages: Sequence[Page]) -> tuple[str, ...]:
    """The shapes of the addresses that the pages' cards lead to."""
    return tuple(
        sorted({shortcut.shape(key(page.glance.absolute(to))) for page in pages for to in page.sample.links})
    )[:40]


def _photo_rules(pages: Sequence[Page]) -> tuple[str, ...]:
    """The rules that give exactly the pages' photos, most pages first; together they must do for all."""
    counts: Counter[str] = Counter()
    for page in pages:
        if page.sample.listing.photos:
            counts.update(set(_rules(page)))
    right: dict[str, set[int]] = {}
    for rule, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:40]:
        given = [shortcut.shown_photos((rule,), page.glance) for page in pages]
        right[rule] = {
            at for at, page in enumerate(pages) if given[at] == page.sample.listing.photos and given[at]
        }
    return tuple(
        sorted((rule for rule in right if right[rule]), key=lambda rule: (-len(right[rule]), rule))[:RULES]
    )


def _rules(page: Page) -> Iterator[str]:
    """Rules that may give the page's photos, from the elements that hold the first of them."""
    wanted = {pictures.key(address) for address in page.sample.listing.photos}
    for node in page.glance.all(_IMAGES):
        for name, value in node.attributes.items():
            if not value or name in {"class", "id", "alt", "title"}:
                continue
            address = shortcut.image(page.glance, value, name)
            if address and pictures.key(address) in wanted:
                path = step(node, page.lasting)
                above = node.parent
                yield f"{path}@{name}"
                for _ in range(3):
                    if above is None or above.tag in {"html", "body"}:
                        break
                    yield f"{step(above, page.lasting)} {step(node, page.lasting)}@{name}"
                    path = f"{step(above, page.lasting)} > {path}"
                    yield f"{path}@{name}"
                    above = above.parent


def _is_swift(wrapper: Wrapper, pages: Sequence[Page], places: Places) -> bool:
    """Whether the short way gives what the readers gave, on all pages together and field by field."""
    same: Counter[str] = Counter()
    told: Counter[str] = Counter()
    for page in pages:
        got = shortcut.read(wrapper, page.finder, places)
        if got is None or set(got.links) != set(page.sample.links):
            return False
        alike = compare(got.listing, leads.without(page.sample.listing, wrapper.leads, places))
        told.update(alike.keys())
        same.update(name for name, right in alike.items() if right)
    weak = any(count > 1 and same[name] < FIELD_ALIKE * count for name, count in told.items())
    return not weak and told.total() > 0 and same.total() >= ALIKE * told.total()


def compare(one: Listing, other: Listing) -> dict[str, bool]:
    """Per field that either tells, whether they tell the same."""
    pairs = {name: (getattr(one, name), getattr(other, name)) for name in LISTING_FIELDS}
    return {name: is_same(*pair) for name, pair in pairs.items() if any(map(_is_told, pair))}


def _is_told(value: Any) -> bool:
    return value not in (None, (), {})
