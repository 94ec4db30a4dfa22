"""Photos: after the pages, the first photos of a site's listings are fetched for their hashes, and let go.

    album = Album(context, lease, robots.permit)
    await album.look(left=120, goes_on=lambda: True)
    await album.close()

By the pages' own fetcher: robots.txt, guard, politeness, opt-outs and bounds hold for each of them, on other
hosts (`annex`) too. What fails passingly is due again in the next crawl; no photo fails a listing or a crawl.
Knows no page; `dedup.photos` reads what is stored.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, Row, text
from sqlalchemy.dialects.postgresql import insert

from crawl import lease
from crawl.annex import Annexes
from crawl.context import CrawlContext
from crawl.fetch import PATIENCE, TRANSIENT, Fetched, FetchOutcome, Manner, Permit, Sink
from crawl.lease import Lease
from crawl.meter import Step
from crawl.politeness import Owed
from crawl.url import MAX_LENGTH, site_host
from crawl.verdict import FAILURES
from extract.wishes import read_wishes
from models.photo_hash import MAX_BYTES, perceptual_hash
from models.tables import PhotoHash, UnsignedListing

_log = logging.getLogger(__name__)

#: Requests for photos, and seconds, of one crawl of a site.
MOST: Final = 200
LONGEST: Final = 3_600.0
#: Photos that are due of which one crawl is told: those on hosts that are left alone cost no request.
_TOLD: Final = 2_000
#: Nothing was learnt of the photo: a later crawl tries again.
_LATER: Final = TRANSIENT | {FetchOutcome.DISALLOWED}
_ACCEPT: Final = {"accept": "image/jpeg,image/png;q=0.9,image/webp;q=0.8,image/*;q=0.1"}

_DUE: Final = text(
    """
    select listing.id, photo.url
    from aggregated_listings as listing
        cross join lateral jsonb_array_elements_text(listing.photos) with ordinality as photo (url, place)
    where listing.agency_id = :agency_id and listing.is_active and photo.place <= :number
        and octet_length(photo.url) <= :length
        and not exists (
            select from photo_hashes as known where known.listing_id = listing.id and known.url = photo.url
        )
    order by listing.first_seen desc, listing.id desc, photo.place
    limit :told
    """
)


def due(connection: Connection, agency_id: int, number: int) -> Sequence[Row[Any]]:
    """The photos, by listing and address, that are among the first `number` of a listing on line and were not
    looked at; the newest listings' first.
    """
    told = {"agency_id": agency_id, "number": number, "length": MAX_LENGTH, "told": _TOLD}
    return connection.execute(_DUE, told).all()


class Album:
    """The photos of one site in one crawl of it. looked_at: stored; requests, bytes: asked and got."""

    def __init__(self, context: CrawlContext, held: Lease, permit: Permit) -> None:
        self.looked_at = 0
        self.requests = 0
        self.bytes = 0
        self._context = context
        self._lease = held
        self._permit = permit
        self._host = site_host(held.agency.website_url)
        self._annexes = Annexes(context.store, context.fetcher)
        #: By host, how many in a row showed no picture.
        self._failures: Counter[str] = Counter()
        #: What was told of each address: adverts of one programme share some.
        self._told: dict[str, int | None] = {}

    async def look(self, left: int, goes_on: Callable[[], bool]) -> None:
        """Look at what is due, with `left` requests at most, while `goes_on` says so."""
        number = self._context.settings.photo_hashes
        if not number:
            return
        began = time.monotonic()
        for row in await self._context.store.run(due, self._lease.agency_id, number):
            listing_id, url = row.id, row.url
            over = self.requests >= min(left, MOST) or time.monotonic() - began > LONGEST
            if over or not goes_on():
                return
            if url in self._told:
                await self._keep(listing_id, url, self._told[url])
            elif await self._may_ask(url):
                await self._look_at(listing_id, url)

    async def close(self) -> None:
        """Leave the other hosts to other crawls."""
        await self._annexes.close()

    async def _may_ask(self, url: str) -> bool:
        """Whether a photo's host has not failed us, is ours to ask, allows it and wants no long pause."""
        fetcher, name = self._context.fetcher, site_host(url)
        if self._failures[name] >= FAILURES:
            return False
        if name != self._host and not await self._annexes.have(name):
            return False
        if fetcher.objection(url):  # which is what the fetcher will answer
            return True
        return await self._permit(url) and fetcher.politeness.remaining(name) <= PATIENCE

    async def _look_at(self, listing_id: int, url: str) -> None:
        fetched, image = await self._fetch(url)
        if fetched.outcome is not FetchOutcome.DISALLOWED:
            self.requests += 1 + len(fetched.redirects)
            self.bytes += fetched.size
        told = None
        if self._may_keep(fetched):
            with self._context.meter.step(Step.READ):
                told = perceptual_hash(image)
        self._note(site_host(url), fetched, shown=told is not None)
        if fetched.outcome not in _LATER:
            self._told[url] = told
            await self._keep(listing_id, url, told)

    async def _fetch(self, url: str) -> tuple[Fetched, bytes]:
        name, film = site_host(url), _Film()
        manner = Manner(permit=self._permit, cap=MAX_BYTES + 1, cut=True, sink=film, more=_ACCEPT)
        try:
            async with asyncio.timeout(None if name == self._host else self._annexes.patience(name)):
                return await self._context.fetcher.fetch(url, manner), bytes(film.body)
        except TimeoutError:
            return Fetched(url, url, FetchOutcome.TIMED_OUT, reason="its turn did not come"), b""

    def _may_keep(self, fetched: Fetched) -> bool:
        """Whether it is a whole answer, and does not ask us not to list it."""
        wishes = read_wishes(fetched.headers.get("x-robots-tag", ""))
        whole = fetched.outcome is FetchOutcome.OK and fetched.size <= MAX_BYTES
        return whole and not wishes.hides(self._context.clock())

    def _note(self, name: str, fetched: Fetched, *, shown: bool) -> None:
        """Count what shows no picture: walls answer with pages. A host that asks us to slow down, or is not
        there, is left alone at once.
        """
        is_picture = shown or (fetched.content_type or "").startswith("image/")
        if fetched.outcome is FetchOutcome.OK and is_picture:
            self._failures[name] = 0
        elif fetched.outcome in (FetchOutcome.LIMITED, FetchOutcome.UNREACHABLE):
            self._failures[name] = FAILURES
        elif fetched.outcome is not FetchOutcome.DISALLOWED:
            self._failures[name] += 1
        if self._failures[name] >= FAILURES:
            _log.info(
                "no more photos of a host", extra={"url": fetched.url, "outcome": fetched.outcome.value}
            )

    async def _keep(self, listing_id: int, url: str, told: int | None) -> None:
        await self._context.store.run(self._store, listing_id, url, told)
        self.looked_at += 1

    def _store(self, connection: Connection, listing_id: int, url: str, told: int | None) -> None:
        now = self._context.clock()
        lease.hold(connection, self._lease, now, self._owed())
        row = {"hash": told, "fetched_at": now}
        query = insert(PhotoHash).values(listing_id=listing_id, url=url, **row)
        connection.execute(query.on_conflict_do_update(index_elements=["listing_id", "url"], set_=row))
        if told is not None:  # its listing is to be compared again
            connection.execute(insert(UnsignedListing).values(listing_id=listing_id))

    def _owed(self) -> Owed:
        return self._context.fetcher.politeness.owed(self._host)


@dataclass(slots=True)
class _Film:
    """A sink that keeps the last good answer's body; the manner's cap bounds it."""

    body: bytearray = field(default_factory=bytearray)

    def __call__(self) -> Sink:
        self.body = bytearray()
        return self._take

    def _take(self, piece: bytes) -> bool:
        self.body += piece
        return True
