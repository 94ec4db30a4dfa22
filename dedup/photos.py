"""Photos in the database: what the hashes of a listing's photos are, for whoever compares two adverts.

    hashes = hashes_of(connection, [12, 31])
    any(distance(a, b) <= ALIKE for a in hashes.get(12, ()) for b in hashes.get(31, ()))

`crawl.photos` stores them, `models.photo_hash` says how near two must be and what that is worth.
"""

from collections import defaultdict
from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection, text

from models.tables import PhotoHash

#: Adverts of one agency that may share a picture. More share its sign, an energy label, a programme's facade.
SHARED: Final = 3

_HASHES: Final = text(
    """
    with shown as (
        select listing.id as listing_id, listing.agency_id, kept.hash, photo.place
        from aggregated_listings as listing
            cross join lateral jsonb_array_elements_text(listing.photos) with ordinality as photo (url, place)
            join photo_hashes as kept on kept.listing_id = listing.id and kept.url = photo.url
        where listing.id = any(:ids) and kept.hash is not null
    ), common as (
        select listing.agency_id, kept.hash
        from photo_hashes as kept join aggregated_listings as listing on listing.id = kept.listing_id
        where kept.hash in (select hash from shown)
        group by listing.agency_id, kept.hash
        having count(distinct kept.listing_id) > :shared
    )
    select listing_id, hash from shown
    where not exists (
        select from common where common.agency_id = shown.agency_id and common.hash = shown.hash
    )
    order by listing_id, place
    """
).columns(PhotoHash.listing_id, PhotoHash.hash)


def hashes_of(connection: Connection, listing_ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    """Per listing that has any, the distinct hashes of the photos it shows now, first photo first, each below
    2^64. Left out: photos that were not looked at or name nobody, and pictures that more than SHARED adverts
    of the same agency show.
    """
    found: defaultdict[int, dict[int, None]] = defaultdict(dict)
    for listing_id, told in connection.execute(_HASHES, {"ids": list(listing_ids), "shared": SHARED}):
        found[listing_id][told] = None
    return {listing_id: tuple(hashes) for listing_id, hashes in found.items()}
