"""`pignon stats`: the market's figures for a person, and their refresh."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cluster.console import plural, print_json, stderr, stdout
from models.errors import InputError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from serve.answers import ParameterProblem
    from serve.statistics.answers import Market, MarketAnswer
    from serve.statistics.criteria import MarketQuery


def stats(
    *,
    postal_code: Annotated[list[str] | None, typer.Option(help="Five digits; several may be told.")] = None,
    city: Annotated[str | None, typer.Option(help="A commune, in any usual spelling.")] = None,
    department: Annotated[list[str] | None, typer.Option(help="A département's number.")] = None,
    refresh: Annotated[bool, typer.Option(help="First bring the figures up to date.")] = False,
    rebuild: Annotated[bool, typer.Option(help="First make all figures again from the history.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """The market's figures, over dwellings, of an area or the whole country.

    Example: pignon stats --postal-code 69003 --refresh
    """
    from models.database import database, open_engine, upgrade
    from models.settings import load_settings

    told = {"postal_code": postal_code or [], "city": city or "", "department": department or []}
    queries = _queries(told)
    settings = load_settings()
    with database(settings) as url:
        upgrade(url)
        engine = open_engine(url)
        try:
            _bring_up_to_date(engine, refresh, rebuild)
        finally:
            engine.dispose()
        answer = _read(url, settings.home, queries)
    if as_json:
        print_json(answer.model_dump(mode="json"))
    else:
        _show(answer)


def _queries(told: dict[str, Any]) -> list["MarketQuery"]:
    """All homes together, then each type for itself."""
    from pydantic import ValidationError

    from serve.problems import explain
    from serve.statistics.bounds import HOMES
    from serve.statistics.criteria import MarketQuery

    try:
        return [MarketQuery.model_validate({**told, "property_type": types}) for types in ([], list(HOMES))]
    except ValidationError as error:
        lines = [f"--{line.parameter.replace('_', '-')} {line.message}" for line in explain(error.errors())]
        raise InputError(f"{'; '.join(lines)}.") from None


def _bring_up_to_date(engine: "Engine", wanted: bool, rebuild: bool) -> None:
    from sqlalchemy import text

    from serve.statistics.refresh import refresh

    with engine.connect() as connection:
        is_first = connection.scalar(text("select refreshed_at from statistics_cursor")) is None
    if not (wanted or rebuild or is_first):
        return
    with stderr.status("Following the history …") as status:
        done = refresh(
            engine,
            rebuild=rebuild,
            watch=lambda areas, left: status.update(f"{plural(areas, 'area')} figured, {left:,} left …"),
        )
    stderr.print(f"{plural(done.events, 'event')} read, {plural(done.areas, 'area')} figured again.")


def _read(url: str, home: Path, queries: list["MarketQuery"]) -> "MarketAnswer":
    import asyncio

    from models.database import open_async_engine
    from models.places import Places
    from serve.statistics.read import read_market

    places = Places.load(home)

    async def read() -> "list[MarketAnswer | ParameterProblem]":
        engine = open_async_engine(url, 1)
        try:
            async with engine.connect() as connection:
                return [await read_market(connection, places, query) for query in queries]
        finally:
            await engine.dispose()

    return _together(asyncio.run(read()))


def _together(answers: "list[MarketAnswer | ParameterProblem]") -> "MarketAnswer":
    """One answer, area by area and sale before rent."""
    from serve.answers import ParameterProblem

    whole: list[MarketAnswer] = []
    for answer in answers:
        if isinstance(answer, ParameterProblem):
            raise InputError(f"--{answer.parameter} {answer.message}.")
        whole.append(answer)
    markets = [market for answer in whole for market in answer.markets]
    places = list(dict.fromkeys(market.area.code for market in markets))
    markets.sort(key=lambda market: (places.index(market.area.code), market.transaction != "sale"))
    return whole[0].model_copy(update={"markets": markets})


def _show(answer: "MarketAnswer") -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for title in (
        "Area",
        "Offer",
        "Active",
        "Total",
        "New this month",
        "Median",
        "Per m²",
        "Days",
        "Cut",
        "Yield",
    ):
        table.add_column(title, justify="left" if title in ("Area", "Offer") else "right")
    for market in answer.markets:
        table.add_row(*_row(market))
    stdout.print(table)


def _row(market: "Market") -> tuple[str, ...]:
    rent = market.transaction == "rent"
    name = market.area.name or market.area.code
    code = "" if name in (market.area.code, "France") else f" ({market.area.code})"
    return (
        f"{name}{code}",
        " ".join((market.transaction, market.property_type or "")).strip(),
        f"{market.active:,}",
        f"{market.total:,}",
        f"{market.added.this_month:,}",
        _told(market.price.median, "€{:,.0f}"),
        _told(market.price_per_sqm.median, "€{:,.2f}" if rent else "€{:,.0f}"),
        _told(market.age_days.median, "{:,.0f}"),
        _told(market.price_cuts.share, "{:.0%}"),
        _told(market.gross_yield.value if market.gross_yield else None, "{:.1%}"),
    )


def _told(value: float | None, form: str) -> str:
    """A dash where fewer than five dwellings would tell it."""
    return "–" if value is None else form.format(value)
