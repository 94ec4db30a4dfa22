"""The apprentice: reads a site's pages by what was learnt of them, learns from them, notices what changed.

What a crawl learns is used from the next one on, so that a crawl that was killed and taken up again reads
its pages as one that was not.

    apprentice = Apprentice(await store.run(load, agency_id), places)
    reading = apprentice.read(body, url, content_type)
    if apprentice.changed: await store.run(save, agency_id, apprentice.wrapper, now)

In memory during one crawl: a dozen bodies at most. A wrapper that fails is dropped.
"""

import logging
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from extract import charset, drift
from extract.glance import Glance
from extract.page import PageReading, read_page
from extract.samples import Sample
from extract.wrapper import Finder, Wrapper, recognises, told_by
from extract.wrapping import MOST, learn
from models.places import Places
from models.tables import SiteWrapper

_log = logging.getLogger(__name__)

#: Details read before learning: with fewer, a place that agrees by chance is believed.
ENOUGH: Final = 8
#: With so few at the end of a crawl, the site is learnt from what there was.
FEW: Final = 5
#: Characters of the pages kept to learn from.
MAX_KEPT: Final = 12_000_000


class Apprentice:
    """One per crawl of a site; pages come in the crawl's order, which alone decides what is learnt."""

    def __init__(self, wrapper: Wrapper | None, places: Places) -> None:
        self.wrapper = wrapper
        self.places = places
        #: Whether the wrapper is another one than was loaded or saved.
        self.changed = False
        #: What this crawl learnt, for the next one.
        self._learnt: Wrapper | None = None
        self._samples: list[Sample] = []
        self._kept = 0

    def read(self, body: bytes, url: str, content_type: str | None) -> PageReading:
        """The page's reading, by the wrapper where it may be believed."""
        if self.wrapper is None:
            reading = read_page(body, url, content_type=content_type, places=self.places)
            self._keep(body, url, content_type, reading)
            return reading
        try:
            return self._read_by(self.wrapper, body, url, content_type)
        except Exception as error:  # noqa: BLE001 - what was learnt may never harm the crawl
            _log.warning("the wrapper failed on %s and is dropped: %r", url, error)
            self._forget()
            return read_page(body, url, content_type=content_type, places=self.places)

    def conclude(self) -> None:
        """Hand on what was learnt, else learn from what there was, at the end of a crawl."""
        if self.wrapper is None and self._learnt is None and len(self._samples) >= FEW:
            self._learn()
        if self._learnt is not None:
            self.wrapper, self.changed = self._learnt, True

    def _read_by(self, wrapper: Wrapper, body: bytes, url: str, content_type: str | None) -> PageReading:
        reading = read_page(body, url, content_type=content_type, places=self.places, wrapper=wrapper)
        if reading.kind != "detail" or (reading.by_wrapper and not drift.is_audited(url)):
            return reading
        finder = Finder(Glance(charset.decode(body, content_type)[0], url), wrapper.sections)
        framed = recognises(wrapper, finder, self.places)
        if not framed or drift.is_audited(url):
            alone = read_page(body, url, content_type=content_type, places=self.places)
            told = {one.field: one.value for one in told_by(wrapper, finder, self.places)} if framed else {}
            self._note(drift.note(wrapper, framed, told, alone.listing))
            if not framed:
                self._keep(body, url, content_type, alone)
        elif "-" in wrapper.record.get(drift.FRAME, ""):
            self._note(drift.note(wrapper, framed, {}, None))
        return reading

    def _note(self, noted: Wrapper) -> None:
        self.wrapper, self.changed = noted, True
        if drift.is_worn(noted):
            self._forget()
            if len(self._samples) >= ENOUGH:
                self._learn()

    def _forget(self) -> None:
        self.wrapper, self.changed = None, True

    def _keep(self, body: bytes, url: str, content_type: str | None, reading: PageReading) -> None:
        """Keep a detail to learn from; learn once there are enough."""
        if reading.listing is None or self._learnt is not None or len(self._samples) >= MOST:
            return
        html, _ = charset.decode(body, content_type)
        if self._kept + len(html) > MAX_KEPT:
            return
        self._kept += len(html)
        self._samples.append(Sample.of(html, url, reading))
        if self.wrapper is None and len(self._samples) >= ENOUGH:
            self._learn()

    def _learn(self) -> None:
        samples, self._samples, self._kept = self._samples, [], 0
        try:
            self._learnt = learn(samples, self.places)
        except Exception as error:  # noqa: BLE001 - a site that cannot be learnt is read as before
            _log.warning("nothing was learnt of %s: %r", samples[0].url, error)


def load(connection: Connection, agency_id: int) -> Wrapper | None:
    """What was learnt of a site; None where nothing was, or the row is broken or of another version."""
    data = connection.scalar(select(SiteWrapper.data).where(SiteWrapper.agency_id == agency_id))
    return Wrapper.from_json(data)


def save(connection: Connection, agency_id: int, wrapper: Wrapper | None, now: datetime) -> None:
    """Write it, in the caller's transaction under the site's lease."""
    row = {"data": wrapper.to_json() if wrapper else None, "updated_at": now}
    query = insert(SiteWrapper).values(agency_id=agency_id, **row)
    connection.execute(query.on_conflict_do_update(index_elements=["agency_id"], set_=row))
