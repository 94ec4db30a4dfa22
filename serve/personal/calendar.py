"""Visits as an iCalendar feed (RFC 5545), at a secret address: calendars send no bearer token.

A visit that was taken away stays as CANCELLED until its time has passed, for calendars that add up what they
read; one of a favourite that is gone leaves the feed, as nothing of it is kept. A withdrawn advert cancels no
visit: that two people will meet is theirs to say, so the event stays and tells it.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final
from unicodedata import category

from icalendar import Alarm, Calendar, Event
from icalendar.prop import vDuration, vUri
from sqlalchemy import RowMapping, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from models.money import currency_of
from models.tables import Agency, AggregatedListing, CalendarFeed, Favorite, User, utc_now
from serve.accounts.secrets import hashed, new_secret
from serve.accounts.signed_in import Account, hold
from serve.personal.favorite_forms import FeedState
from serve.wording import Wording, choose_language

F: Final = Favorite
L: Final = AggregatedListing

#: How long a visit takes, as long as nobody says otherwise, and how long before it a calendar reminds.
VISIT: Final = timedelta(minutes=30)
REMINDER: Final = timedelta(hours=1)
#: Visits in the feed: of the last year and to come, the latest ones.
PAST: Final = timedelta(days=366)
MAX_VISITS: Final = 500
#: How often calendars are asked to look.
REFRESH: Final = timedelta(hours=1)
_LONGEST_SECRET: Final = 100
#: Line ends to some readers, though not to RFC 5545: controls, halves of pairs, separators.
_BREAKS: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})


async def make_feed(connection: AsyncConnection, account: Account) -> tuple[str, datetime]:
    """A new secret for the user's feed, and since when it holds; the one before is of no use any more. 401
    when their login has ended meanwhile.
    """
    await hold(connection, account)
    secret, now = new_secret(), utc_now()
    row = {"hash": hashed(secret), "created_at": now}
    statement = insert(CalendarFeed).values(user_id=account.id, **row)
    await connection.execute(statement.on_conflict_do_update(index_elements=[CalendarFeed.user_id], set_=row))
    return secret, now


async def read_feed(connection: AsyncConnection, user_id: int) -> FeedState:
    """Whether the user has a feed."""
    made = select(CalendarFeed.created_at).where(CalendarFeed.user_id == user_id)
    created_at = (await connection.execute(made)).scalar_one_or_none()
    return FeedState(exists=created_at is not None, created_at=created_at)


async def revoke_feed(connection: AsyncConnection, user_id: int) -> bool:
    """Put the user's feed out of use. False when there is none."""
    gone = delete(CalendarFeed).where(CalendarFeed.user_id == user_id)
    return (await connection.execute(gone)).rowcount == 1


async def read_calendar(connection: AsyncConnection, secret: str, home: str) -> bytes | None:
    """The feed of that secret; None when there is none. home: the address of our pages, with a slash."""
    if len(secret) > _LONGEST_SECRET:
        return None
    whose = select(User.id, User.language).join(CalendarFeed, CalendarFeed.user_id == User.id)
    whose = whose.where(CalendarFeed.hash == hashed(secret), User.is_active)
    user = (await connection.execute(whose)).first()
    if user is None:
        return None
    visits = await _visits(connection, user.id)
    return write_calendar(visits, Wording(choose_language(user.language, None)), home)


def write_calendar(visits: Sequence[RowMapping], words: Wording, home: str) -> bytes:
    """Visits as an iCalendar file."""
    calendar = Calendar()
    calendar.add("prodid", "-//Pignon//Visits//FR")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", words("visit.calendar"))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH))
    for visit in visits:
        calendar.add_component(_event(visit, words, home))
    return bytes(calendar.to_ical())


def _event(visit: RowMapping, words: Wording, home: str) -> Event:
    cancelled = visit["visit_at"] is None
    begins = visit["cancelled_visit_at"] if cancelled else visit["visit_at"]
    event = Event()
    event.add("uid", f"visit-{visit['id']}@pignon")
    event.add("dtstamp", visit["updated_at"])
    event.add("last-modified", visit["updated_at"])
    event.add("created", visit["created_at"])
    event.add("sequence", visit["visit_sequence"])
    event.add("dtstart", begins)
    event.add("dtend", begins + VISIT)
    event.add("summary", _line(words("visit.summary", title=visit["title"] or words("card.untitled"))))
    event.add("description", "\n".join(_line(line) for line in _description(visit, words)))
    if place := ", ".join(_line(part) for part in _place(visit)):
        event.add("location", place)
    if visit["shown"]:
        event.add("url", vUri(f"{home}listings/{visit['listing_id']}"))
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    if not cancelled:
        event.add_component(Alarm.new_display(_line(words("visit.calendar")), -REMINDER))
    return event


def _description(visit: RowMapping, words: Wording) -> Iterator[str]:
    if not visit["shown"]:
        yield words("visit.hidden")
    elif not visit["is_active"]:
        yield words("visit.withdrawn")
    if visit["price"] is not None:
        yield words.price(visit["price"], currency_of(visit["currency"], visit["postal_code"]))
    if visit["agency_name"]:
        yield " · ".join(filter(None, (visit["agency_name"], visit["phone"])))
    yield from (visit["note"] or "").splitlines()


def _place(visit: RowMapping) -> Iterator[str]:
    if visit["address"]:
        yield visit["address"]
    if town := " ".join(filter(None, (visit["postal_code"], visit["city"]))):
        yield town


def _line(text: str) -> str:
    """`text` on one line: no line of an agency's title may become one of the calendar's."""
    # icalendar takes a written \N for a line's end, though not \n.
    plain = "".join(" " if category(c) in _BREAKS else c for c in text.replace("\\N", "\\n"))
    return " ".join(plain.split())


async def _visits(connection: AsyncConnection, user_id: int) -> Sequence[RowMapping]:
    """The user's visits, the latest first. Of a listing that is not shown any more, none of its fields."""
    now = utc_now()
    upcoming = or_(F.visit_at > now - PAST, F.cancelled_visit_at > now)
    listing = (
        select(L.id, *(getattr(L, name) for name in _LISTING), Agency.name.label("agency_name"), Agency.phone)
        .join(Agency, Agency.id == L.agency_id)
        .where(Agency.opted_out_at.is_(None))
        .subquery()
    )
    told = [column for column in listing.c if column.name != "id"]
    statement = (
        select(*(getattr(F, name) for name in _OWN), listing.c.id.is_not(None).label("shown"), *told)
        .outerjoin(listing, listing.c.id == F.listing_id)
        .where(F.user_id == user_id, upcoming)
        .order_by(func.coalesce(F.visit_at, F.cancelled_visit_at).desc(), F.id)
        .limit(MAX_VISITS)
    )
    return (await connection.execute(statement)).mappings().all()


_OWN: Final = (
    "id", "listing_id", "note", "visit_at", "cancelled_visit_at", "visit_sequence", "created_at",
    "updated_at",
)  # fmt: skip
_LISTING: Final = ("title", "price", "currency", "address", "postal_code", "city", "is_active")
