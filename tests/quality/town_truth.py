"""Comparing what the crawl stored with the town's truth: listings found and invented, fields, events."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, select

from crawl.url import tidy
from models.tables import AggregatedListing, ListingHistory
from town.truth import event_lines, truth_lines
from town.world import World

#: The fields of the issue's floor, and the others that a home hunter asks for. The commune is compared by
#: its INSEE code: the town writes "Paris 15e" where the directory says "Paris".
FIELDS = (
    "price", "transaction", "surface", "rooms", "postal_code",
    "property_type", "bedrooms", "floor", "dpe", "ges", "reference", "charges", "fees", "deposit",
    "construction_year", "furnished", "land_surface", "insee_code", "title",
)  # fmt: skip
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Coverage:
    """found: share of the live adverts that are stored and active; the others are counts."""

    live: int
    found: float
    missing: tuple[str, ...]
    invented: tuple[str, ...]


def stored(engine: Engine) -> dict[str, Row]:
    """Every stored listing by address."""
    with engine.connect() as connection:
        rows = connection.execute(select(AggregatedListing.__table__)).mappings()
        return {row["source_url"]: dict(row) for row in rows}


def truth(world: World, day: int, url: Callable[[str], str]) -> dict[str, Row]:
    """Every advert of the town by address, live or withdrawn."""
    return {tidy(line["url"]): line for line in truth_lines(world, day, url)}


def coverage(listings: Mapping[str, Row], adverts: Mapping[str, Row]) -> Coverage:
    """Active listings against live adverts."""
    live = {url for url, advert in adverts.items() if advert["live"]}
    active = {url for url, row in listings.items() if row["is_active"]}
    return Coverage(
        len(live),
        len(live & active) / len(live),
        tuple(sorted(live - active)),
        tuple(sorted(active - live)),
    )


def field_scores(listings: Mapping[str, Row], adverts: Mapping[str, Row]) -> dict[str, float]:
    """F1 per field over the listings that were found."""
    pairs = [(listings[url], advert) for url, advert in adverts.items() if url in listings and advert["live"]]
    return {name: _f1(name, pairs) for name in FIELDS}


def _f1(name: str, pairs: Iterable[tuple[Row, Row]]) -> float:
    counts: Counter[str] = Counter()
    for row, advert in pairs:
        got, want = row[name], advert[name]
        if same(got, want):
            counts["right"] += want is not None
            continue
        counts["wrong"] += got is not None
        counts["missed"] += want is not None and not (got is None and name in advert["hidden"])
    return 2 * counts["right"] / max(1, 2 * counts["right"] + counts["wrong"] + counts["missed"])


def same(got: Any, want: Any) -> bool:
    """Whether a stored value is the displayed one."""
    if isinstance(got, float) and isinstance(want, float | int):
        return abs(got - want) < 0.01
    return bool(got == want)


def true_events(
    world: World, since: int, day: int, url: Callable[[str], str], known: Collection[str]
) -> dict[str, set[Any]]:
    """Per kind, what happened between two days: addresses, with both prices for a price.

    known: the addresses seen on the first of them. An advert that was gone before then cannot be seen
    to come back.
    """
    events: dict[str, set[Any]] = {kind: set() for kind in ("created", "price", "withdrawn", "republished")}
    for line in event_lines(world, since, day, url):
        unseen = line["event"] == "republished" and tidy(line["old"]) not in known
        if line["event"] in events and not unseen:
            events[line["event"]].add(_event(line["event"], tidy(line["url"]), line["old"], line["new"]))
    return events


def stored_events(engine: Engine, after: int) -> dict[str, set[Any]]:
    """The same from the history, for events past id `after`."""
    events: dict[str, set[Any]] = {kind: set() for kind in ("created", "price", "withdrawn", "republished")}
    table = ListingHistory
    query = (
        select(table.kind, AggregatedListing.source_url, table.old_value, table.new_value)
        .join(AggregatedListing, AggregatedListing.id == table.listing_id)
        .where(table.id > after)
    )
    with engine.connect() as connection:
        for kind, url, old, new in connection.execute(query):
            if kind in events:
                events[kind].add(_event(kind, url, old, new))
    return events


def _event(kind: str, url: str, old: Any, new: Any) -> Any:
    return (url, int(old), int(new)) if kind == "price" else url
