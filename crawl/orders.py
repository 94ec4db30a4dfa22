"""Orders: what an operator tells all crawls on a database: pause a site or everything, resume, stop.

    pause(engine, [agency_id]); resume(engine, [agency_id]); stop(engine)
    orders = read(connection, since)
    if (ending := orders.ending(agency_id)): ...       # after every page

A pause outlives restarts and lasts until it is lifted. A stop ends the crawls that began before it.
Times are the database's, as crawls may run on many machines.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, Engine, Row, func, select, update
from sqlalchemy.dialects.postgresql import insert

from crawl.report import Ending
from models.tables import Agency, CrawlOrder, ScrapingStatus


class Order(StrEnum):
    """Why a crawl gave its site back: the `error_type` of its report."""

    PAUSED = "Paused"
    STOPPED = "Stopped"
    #: Not the operator's order: another worker of the same crawl has the site now.
    MOVED = "Moved"


_LINES: Final = {
    Order.PAUSED: "Paused by the operator; pignon crawl --resume takes it up again.",
    Order.STOPPED: "Stopped by the operator; the next crawl resumes.",
    Order.MOVED: "Given to another worker, which goes on.",
}


@dataclass(frozen=True, slots=True)
class Orders:
    """The orders that stand: everything paused, everything stopped, the sites paused."""

    paused: bool = False
    stopped: bool = False
    sites: frozenset[int] = frozenset()

    def to(self, agency_id: int) -> Order | None:
        """What this site's crawl is ordered; None when it may go on."""
        if self.stopped:
            return Order.STOPPED
        return Order.PAUSED if self.paused or agency_id in self.sites else None

    def ending(self, agency_id: int) -> Ending | None:
        """How this site's crawl ends now; None when it may go on."""
        order = self.to(agency_id)
        return _ending(order) if order else None


@dataclass(slots=True)
class Standing:
    """Where a process keeps the orders that it was told last, and the sites that another is to have."""

    orders: Orders = field(default_factory=Orders)
    leaving: set[int] = field(default_factory=set)

    def moving(self, agency_id: int) -> Ending | None:
        """How this site's crawl ends here, if another worker is to go on with it."""
        return _ending(Order.MOVED) if agency_id in self.leaving else None


def _ending(order: Order) -> Ending:
    return Ending(ScrapingStatus.INTERRUPTED, _LINES[order], order, unfinished=True)


def now(connection: Connection) -> datetime:
    """The database's time, which orders are dated by."""
    instant: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return instant


def standing(connection: Connection) -> Row[datetime | None, datetime | None] | None:
    """Since when everything is paused (`paused_at`) and when crawls were stopped (`stopped_at`), if ever."""
    return connection.execute(select(CrawlOrder.paused_at, CrawlOrder.stopped_at)).first()


def read(connection: Connection, since: datetime) -> Orders:
    """The orders to a crawl that began at `since`."""
    row = standing(connection)
    sites = frozenset(connection.scalars(select(Agency.id).where(Agency.paused_at.is_not(None))))
    if row is None:
        return Orders(sites=sites)
    return Orders(row.paused_at is not None, row.stopped_at is not None and row.stopped_at >= since, sites)


def pause(engine: Engine, agency_ids: Sequence[int] | None = None) -> None:
    """Visit these sites no more until they are resumed; all of them when null."""
    with engine.begin() as connection:
        if agency_ids is None:
            _write(connection, paused_at=now(connection))
        else:
            waiting = Agency.id.in_(agency_ids), Agency.paused_at.is_(None)
            connection.execute(update(Agency).where(*waiting).values(paused_at=now(connection)))


def resume(engine: Engine, agency_ids: Sequence[int] | None = None) -> int:
    """Lift the pause of these sites; when null the general one, and no site's own. How many there were."""
    with engine.begin() as connection:
        if agency_ids is None:
            held = select(func.count()).select_from(CrawlOrder).where(CrawlOrder.paused_at.is_not(None))
            paused = connection.execute(held).scalar_one()
            _write(connection, paused_at=None)
            return paused
        lifted = update(Agency).where(Agency.id.in_(agency_ids), Agency.paused_at.is_not(None))
        return connection.execute(lifted.values(paused_at=None)).rowcount


def stop(engine: Engine) -> None:
    """End the crawls under way: each site ends its page and is given back."""
    with engine.begin() as connection:
        _write(connection, stopped_at=now(connection))


def _write(connection: Connection, **values: datetime | None) -> None:
    statement = insert(CrawlOrder).values(id=1, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=[CrawlOrder.id], set_=values))
