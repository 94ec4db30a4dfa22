"""The apprentice: reads a site's pages by what was learnt of them, learns from them, notices what changed.

What a crawl learns is used from the next one on, so that a crawl that was killed and taken up again reads
its pages as one that was not.

    apprentice = Apprentice(await store.run(load, agency_id), places)
    reading = apprentice.read(body, url, content_type)
    if apprentice.changed: await store.run(save, agency_id, apprentice.known, now)

In memory during one crawl: a dozen bodies at most, on a shelf that all crawls of a process share; a site that
finds it full learns at its next crawl. A wrapper that fails is dropped.
"""

import json
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from extract import charset, drift, feed, list_wrapping
from extract.glance import Glance
from extract.list_wrapper import ListWrapper, is_same
from extract.list_wrapping import ListSample
from extract.page import PageReading, read_page
from extract.samples import Sample
from extract.wrapper import MAX_SIZE, Finder, Wrapper, recognises, told_by
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
#: Characters of the lists kept.
MAX_LISTS: Final = 6_000_000
#: Characters kept of all sites under way, one or two bytes each.
SHELF: Final = 100_000_000


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a site's pages: its details and its lists."""

    details: Wrapper | None = None
    lists: ListWrapper | None = None


@dataclass(slots=True)
class Shelf:
    """Room for the pages that the crawls of one process keep to learn from, in characters."""

    room: int = SHELF

    def take(self, size: int) -> bool:
        """Take that much, if there is as much."""
        if size > self.room:
            return False
        self.room -= size
        return True

    def give(self, size: int) -> None:
        """Give it back."""
        self.room += size


class Apprentice:
    """One per crawl of a site; pages come in the crawl's order, which alone decides what is learnt while the
    shelf has room. `close` it, as it may hold some of that.
    """

    def __init__(self, known: Known, places: Places, shelf: Shelf | None = None) -> None:
        self.wrapper, self.lists = known.details, known.lists
        self.places = places
        self.shelf = shelf or Shelf()
        #: Whether what is known is another than was loaded or saved.
        self.changed = False
        #: What this crawl learnt, for the next one.
        self._learnt: Wrapper | None = None
        self._samples: list[Sample] = []
        self._kept = 0
        self._lists: list[ListSample] = []

    @property
    def known(self) -> Known:
        """What is known now, to be kept with the site."""
        return Known(self.wrapper, self.lists)

    def read(self, body: bytes, url: str, content_type: str | None) -> PageReading:
        """The page's reading, by what was learnt where it may be believed."""
        try:
            reading = self._read(body, url, content_type)
        except Exception as error:  # what was learnt may never harm the crawl
            if self.wrapper is None and self.lists is None:
                raise
            _log.warning("what was learnt failed on %s and is dropped: %r", url, error)
            self.wrapper, self.lists, self.changed = None, None, True
            return self._read_alone(body, url, content_type)
        return self._checked(reading, body, url, content_type) if reading.kind == "index" else reading

    def conclude(self) -> None:
        """Hand on what was learnt, else learn from what there was, at the end of a crawl."""
        if self.wrapper is None and self._learnt is None and len(self._samples) >= FEW:
            self._learn()
        if self._learnt is not None:
            self.wrapper, self.changed = self._learnt, True
        if self.lists is None and len(self._lists) >= list_wrapping.LEAST:
            self._learn_lists()

    def close(self) -> None:
        """Forget the pages kept."""
        self._take_samples()
        self._take_lists()

    def _read(self, body: bytes, url: str, content_type: str | None) -> PageReading:
        if self.wrapper is not None:
            return self._read_by(self.wrapper, body, url, content_type)
        reading = read_page(body, url, content_type=content_type, places=self.places, lists=self.lists)
        self._keep(body, url, content_type, reading)
        return reading

    def _read_alone(self, body: bytes, url: str, content_type: str | None) -> PageReading:
        return read_page(body, url, content_type=content_type, places=self.places)

    def _read_by(self, wrapper: Wrapper, body: bytes, url: str, content_type: str | None) -> PageReading:
        reading = read_page(
            body, url, content_type=content_type, places=self.places, wrapper=wrapper, lists=self.lists
        )
        if reading.kind != "detail" or (reading.by_wrapper and not drift.is_audited(url)):
            return reading
        finder = Finder(Glance(charset.decode(body, content_type)[0], url), wrapper.sections)
        framed = recognises(wrapper, finder, self.places)
        if not framed or drift.is_audited(url):
            alone = self._read_alone(body, url, content_type)
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
        if self._kept + len(html) > MAX_KEPT or not self.shelf.take(len(html)):
            return
        self._kept += len(html)
        self._samples.append(Sample.of(html, url, reading))
        if self.wrapper is None and len(self._samples) >= ENOUGH:
            self._learn()

    def _learn(self) -> None:
        samples = self._take_samples()
        try:
            self._learnt = learn(samples, self.places)
        except Exception as error:  # noqa: BLE001 - a site that cannot be learnt is read as before
            _log.warning("nothing was learnt of %s: %r", samples[0].url, error)

    def _take_samples(self) -> list[Sample]:
        self.shelf.give(self._kept)
        samples, self._samples, self._kept = self._samples, [], 0
        return samples

    # Lists ---------------------------------------------------------------------------------

    def _checked(self, reading: PageReading, body: bytes, url: str, content_type: str | None) -> PageReading:
        """A list's reading; of one in ten read the short way, the readers' where they found more in it."""
        if reading.by_wrapper and drift.is_audited(url, drift.AUDITED_LISTS):
            alone = self._read_alone(body, url, content_type)
            self._note_list(drift.LINKS, right=is_same(alone, reading))
            return reading if set(alone.links) <= set(reading.links) else alone
        html, _ = charset.decode(body, content_type)
        if not reading.by_wrapper and not feed.is_json(html, content_type):
            self._note_list(drift.READ, right=False)
            self._keep_list(html, url, reading)
        elif self.lists is not None and "-" in self.lists.record.get(drift.READ, ""):
            self._note_list(drift.READ, right=True)
        return reading

    def _note_list(self, name: str, *, right: bool) -> None:
        """Write down what became of a list; a wrapper that fails too often is dropped, and learnt anew."""
        if self.lists is not None:
            self.lists, self.changed = drift.note_list(self.lists, name, right=right), True

    def _keep_list(self, html: str, url: str, reading: PageReading) -> None:
        if not reading.links or len(self._lists) >= list_wrapping.MOST:
            return
        if sum(len(one.html) for one in self._lists) + len(html) > MAX_LISTS:
            return
        if self.shelf.take(len(html)):
            told = (reading.links, reading.next, reading.follow, reading.platform)
            self._lists.append(ListSample(html, url, *told))

    def _take_lists(self) -> list[ListSample]:
        self.shelf.give(sum(len(one.html) for one in self._lists))
        samples, self._lists = self._lists, []
        return samples

    def _learn_lists(self) -> None:
        samples = self._take_lists()
        try:
            lists = list_wrapping.learn(samples)
        except Exception as error:  # noqa: BLE001 - a site that cannot be learnt is read as before
            _log.warning("nothing was learnt of the lists of %s: %r", samples[0].url, error)
            return
        if lists is not None:
            self.lists, self.changed = lists, True


def load(connection: Connection, agency_id: int) -> Known:
    """What was learnt of a site; nothing where nothing was, or the row is broken or of another version."""
    data = connection.scalar(select(SiteWrapper.data).where(SiteWrapper.agency_id == agency_id))
    lists = ListWrapper.from_json(data.get("lists")) if isinstance(data, dict) else None
    return Known(Wrapper.from_json(data), lists)


def save(connection: Connection, agency_id: int, known: Known, now: datetime) -> None:
    """Write it, in the caller's transaction under the site's lease."""
    row = {"data": _data(known), "updated_at": now}
    query = insert(SiteWrapper).values(agency_id=agency_id, **row)
    connection.execute(query.on_conflict_do_update(index_elements=["agency_id"], set_=row))


def _data(known: Known) -> dict[str, Any] | None:
    """Details' wrapper and lists' in one row; the lists' only where both are small enough."""
    data = known.details.to_json() if known.details else {}
    if known.lists is not None:
        both = {**data, "lists": known.lists.to_json()}
        data = both if len(json.dumps(both)) <= MAX_SIZE else data
    return data or None
