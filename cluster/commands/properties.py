"""`pignon property`: one dwelling with all its adverts, why they are one, and a person's word on it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cluster.console import print_json, stdout
from models.errors import InputError
from models.settings import load_settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from dedup.account import Account, Tie
    from dedup.canonical import Fact
    from serve.wording import Wording

#: Pairs that a person is shown; a property of ten adverts has 45.
MOST_TIES: Final = 12
#: Less than this is told as +0.0.
LEAST: Final = 0.05

app = typer.Typer(help="One property and its adverts.", no_args_is_help=True)
Id = Annotated[int, typer.Argument(help="The property's id.", metavar="ID", min=1, max=2**63 - 1)]
Note = Annotated[str | None, typer.Option(help="Who says so and why, 300 characters at most.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]


@app.command()
def show(
    property_id: Id,
    french: Annotated[bool, typer.Option("--french", help="In French.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what is known of a property, which agencies say so, and why their adverts are one.

    An id that was merged into another one is followed.

    Example: pignon property show 41
    """
    from dedup.account import account
    from serve.wording import Wording

    with _engine() as engine, engine.connect() as connection:
        told = account(connection, property_id)
    if as_json:
        print_json(told.to_dict())
    else:
        stdout.print("\n".join(_lines(told, Wording("fr" if french else "en"))), markup=False)


@app.command()
def merge(
    one: Id,
    other: Annotated[int, typer.Argument(help="The other one's.", metavar="ID", min=1, max=2**63 - 1)],
    note: Note = None,
    as_json: AsJson = False,
) -> None:
    """Say that two properties are one dwelling, whatever their adverts say. The oldest id stays.

    Example: pignon property merge 41 97 --note "the owner called"
    """
    from dedup.decisions import merge_properties

    _check(note)
    with _engine() as engine:
        kept = merge_properties(engine, one, other, note)
    if as_json:
        print_json({"property_id": kept, "merged": [one, other]})
    else:
        stdout.print(f"Properties {one} and {other} are one from now on: property {kept}.", markup=False)


@app.command()
def split(
    listing_id: Annotated[
        int, typer.Argument(help="The listing's id.", metavar="LISTING_ID", min=1, max=2**63 - 1)
    ],
    note: Note = None,
    as_json: AsJson = False,
) -> None:
    """Say that an advert is not for the dwelling of the others; it gets a property of its own.

    Example: pignon property split 1204 --note "another stairway"
    """
    from dedup.decisions import split_listing

    _check(note)
    with _engine() as engine:
        own = split_listing(engine, listing_id, note)
    if as_json:
        print_json({"property_id": own, "listing_id": listing_id})
    else:
        stdout.print(f"Listing {listing_id} stands apart from now on: property {own}.", markup=False)


def _check(note: str | None) -> None:
    if note is not None and len(note) > 300:
        raise InputError("The note is too long: 300 characters at most.")


def _lines(told: "Account", say: "Wording") -> Iterator[str]:
    """The account as a person reads it."""
    agencies = {voice.id: voice.agency for voice in told.adverts}
    yield from _head(told, say)
    for name, fact in told.record.facts.items():
        yield _field(name, fact, agencies, say)
    yield f"\n{say('property.adverts')}"
    for voice in told.adverts:
        price = say.value("price", voice.price)
        gone = "" if voice.is_active else f", {say('property.withdrawn')}"
        yield f"  {voice.id}  {voice.agency}: {price}, {say.value('surface', voice.surface)}{gone}"
        yield f"      {voice.source_url}"
    yield from _why(told.links, agencies, say)
    yield from _said(told, say)


def _head(told: "Account", say: "Wording") -> Iterator[str]:
    record = told.record
    yield say("property.title", id=record.id) + ("" if record.is_active else f", {say('property.withdrawn')}")
    if record.lowest_price is not None and record.highest_price is not None:
        prices = dict.fromkeys((say.price(record.lowest_price), say.price(record.highest_price)))
        yield f"  {say('field.price')}: {' – '.join(prices)}"
    yield f"  {say('property.first_seen')}: {say.date(record.first_seen)}"


def _field(name: str, fact: "Fact", agencies: dict[int, str], say: "Wording") -> str:
    """The value, whose it is, and who says otherwise."""
    line = f"  {say.known('field', name)}: {say.value(name, fact.value)} ({agencies.get(fact.source, '…')})"
    others = [f"{agencies.get(at, '…')}: {say.value(name, value)}" for at, value in fact.otherwise.items()]
    return line + (f"; {say('property.otherwise')} {', '.join(others)}" if others else "")


def _why(ties: "Sequence[Tie]", agencies: dict[int, str], say: "Wording") -> Iterator[str]:
    """Each pair of adverts, the surest first, with its reasons, the weightiest first."""
    if ties:
        yield f"\n{say('property.why')}"
    for tie in ties[:MOST_TIES]:
        pair = f"{tie.a} ({agencies[tie.a]}), {tie.b} ({agencies[tie.b]})"
        yield f"  {pair}: {say.number(100 * tie.probability)} %"
        yield from (
            f"      {reason.told(say.language == 'fr')}"
            for reason in tie.reasons
            if reason.weight is None or abs(reason.weight) >= LEAST
        )
    if len(ties) > MOST_TIES:
        yield f"  {say('property.more', count=len(ties) - MOST_TIES)}"


def _said(told: "Account", say: "Wording") -> Iterator[str]:
    if told.decisions:
        yield f"\n{say('property.decisions')}"
    for word in told.decisions:
        note = f" – {word.note}" if word.note else ""
        said = say("property.same" if word.same else "property.apart", a=word.a, b=word.b)
        yield f"  {say.date(word.decided_at)}: {said}{note}"


@contextmanager
def _engine() -> "Iterator[Engine]":
    from models.database import database, open_engine, upgrade

    with database(load_settings()) as url:
        upgrade(url)
        engine = open_engine(url)
        try:
            yield engine
        finally:
            engine.dispose()
