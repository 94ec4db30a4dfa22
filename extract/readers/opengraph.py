"""Shared metas: Open Graph's place and Facebook's product vocabulary, of the page as a whole.

Titles and summaries are `prose`'s and `texts`' trade; values go through the same parsers as JSON-LD's.
"""

from collections.abc import Iterator

from extract.candidates import Candidate
from extract.document import Document
from extract.readers.json_ld import coordinates, typed
from models.places import Places

SOURCE = "opengraph"
#: Meta's name, lower case: (Listing field, confidence).
METAS = {
    "product:price:amount": ("price", 0.7), "og:price:amount": ("price", 0.7), "og:locality": ("city", 0.5),
    "og:postal-code": ("postal_code", 0.5), "og:street-address": ("address", 0.5),
    "product:retailer_item_id": ("reference", 0.4),
}  # fmt: skip
_DEGREES = (
    ("og:latitude", "og:longitude"),
    ("place:location:latitude", "place:location:longitude"),
)


def read(document: Document, places: Places) -> Iterator[Candidate]:
    """What the page's metas tell."""
    metas = document.metas
    for name, (field, confidence) in METAS.items():
        if name in metas:
            yield from typed(field, metas[name], SOURCE, confidence, places)
    for latitude, longitude in _DEGREES:
        yield from coordinates(metas.get(latitude), metas.get(longitude), SOURCE)
