"""`pignon export`: a search as a file, or the whole market as a dump."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from cluster.console import plural, print_json, stderr, stdout
from models.errors import InputError
from models.settings import Settings, load_settings

if TYPE_CHECKING:
    from serve.exports.query import ExportQuery

_FORMATS: Final = ("csv", "xlsx", "geojson", "parquet")
#: Criteria that have an option of their own; `--where` takes the others.
_OPTIONS: Final = (
    "q", "postal_code", "city", "department", "transaction", "property_type", "price_min", "price_max",
    "surface_min", "surface_max", "rooms_min", "rooms_max", "sort", "limit", "format",
)  # fmt: skip


def export(
    *,
    out: Annotated[
        Path | None, typer.Option(help="File of a search, or folder of dumps; see the documentation.")
    ] = None,
    form: Annotated[
        str | None, typer.Option("--format", help="csv, xlsx, geojson or parquet; else the file's ending.")
    ] = None,
    q: Annotated[str | None, typer.Option(help="Words of title and text.")] = None,
    postal_code: Annotated[list[str] | None, typer.Option(help="Five digits; several may be told.")] = None,
    city: Annotated[str | None, typer.Option(help="A commune, in any usual spelling.")] = None,
    department: Annotated[list[str] | None, typer.Option(help="A département's number.")] = None,
    transaction: Annotated[str | None, typer.Option(help="sale or rent.")] = None,
    property_type: Annotated[list[str] | None, typer.Option(help="apartment, house, …")] = None,
    price_min: Annotated[str | None, typer.Option(help="Euros.")] = None,
    price_max: Annotated[str | None, typer.Option(help="Euros.")] = None,
    surface_min: Annotated[str | None, typer.Option(help="Living area, m².")] = None,
    surface_max: Annotated[str | None, typer.Option(help="Living area, m².")] = None,
    rooms_min: Annotated[str | None, typer.Option(help="Main rooms.")] = None,
    rooms_max: Annotated[str | None, typer.Option(help="Main rooms.")] = None,
    where: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE: any other parameter of the API's search.")
    ] = None,
    sort: Annotated[str | None, typer.Option(help="Order, as in the API's search.")] = None,
    limit: Annotated[str | None, typer.Option(help="Only the first so many rows.")] = None,
    dwellings: Annotated[bool, typer.Option("--dwellings", help="Each dwelling once.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """A search as a file; without any criterion the whole market as a dump.

    Example: pignon export --city Lyon --transaction sale --out lyon.csv
    """
    given = (q, postal_code, city, department, transaction, property_type, price_min, price_max,
             surface_min, surface_max, rooms_min, rooms_max, sort, limit, form)  # fmt: skip
    told = {name: value for name, value in zip(_OPTIONS, given, strict=True) if value is not None}
    _add(told, where or [])
    ending = out.suffix[1:].lower() if out else ""
    if out and ending and ending not in _FORMATS and not out.is_dir():
        raise InputError(f"--out {out}: a file ends in {', '.join(_FORMATS)}; a dump goes into a folder.")
    settings = load_settings()
    if told or dwellings or ending in _FORMATS:
        _search(
            {"format": ending if ending in _FORMATS else "csv", **told}, out, settings, dwellings, as_json
        )
    else:
        _dump(out.expanduser() if out else settings.dumps, settings, as_json)


def _add(told: dict[str, Any], where: list[str]) -> None:
    """Put the criteria of `--where` to the others; repeated ones become lists."""
    for word in where:
        name, equals, value = word.partition("=")
        if not equals or name in _OPTIONS:
            own = f": it is --{name.replace('_', '-')}" if equals else ""
            raise InputError(f"--where {word!r} is no NAME=VALUE such as dpe_worst=D{own}.")
        before = told.get(name)
        told[name] = value if before is None else [*(before if isinstance(before, list) else [before]), value]


def _search(
    told: dict[str, Any], out: Path | None, settings: Settings, dwellings: bool, as_json: bool
) -> None:
    from models.database import database, upgrade
    from models.places import Places
    from serve.exports.search_file import TooMany, save

    query = _query(told)
    path = _path(out, query, "properties" if dwellings else "listings")
    with database(settings) as url, stderr.status("Looking …") as status:
        upgrade(url)
        saved = save(
            url,
            Places.load(settings.home),
            query,
            path,
            settings.export_rows,
            once=dwellings,
            watch=lambda size: status.update(f"{size / 1e6:,.1f} MB …"),
        )
    if isinstance(saved, TooMany):
        raise InputError(
            f"The search holds more than {saved.most:,}: narrow it, or name a --limit up to 100,000."
        )
    if as_json:
        print_json(asdict(saved))
    else:
        more = ", and there are more" if saved.truncated else ""
        stdout.print(f"{path}: {plural(saved.rows, 'row')}{more}.", markup=False)


def _query(told: dict[str, Any]) -> "ExportQuery":
    from pydantic import ValidationError

    from serve.exports.query import ExportQuery
    from serve.problems import explain

    lists = {name for name, field in ExportQuery.model_fields.items() if field.default_factory is list}
    told = {
        name: [value] if name in lists and not isinstance(value, list) else value
        for name, value in told.items()
    }
    try:
        return ExportQuery.model_validate(told)
    except ValidationError as error:
        lines = [
            f"{f'--{line.parameter}'.replace('_', '-') if line.parameter in _OPTIONS else line.parameter} "
            f"{line.message.replace('of this address', 'of the search')}"
            for line in explain(error.errors())
        ]
        raise InputError(f"{'; '.join(lines)}.") from None


def _path(out: Path | None, query: "ExportQuery", name: str) -> Path:
    from models.tables import utc_now

    path = out.expanduser() if out else Path()
    if path.is_dir():
        path /= f"pignon-{name}-{utc_now():%Y-%m-%d}.{query.format}"
    if not path.parent.is_dir():
        raise InputError(f"--out {path}: there is no folder {path.parent}.")
    return path


def _dump(folder: Path, settings: Settings, as_json: bool) -> None:
    from models.database import database, open_engine, upgrade
    from serve.dumps.dump import dump

    with database(settings) as url, stderr.status("Dumping …") as status:
        upgrade(url)
        engine = open_engine(url, pool_size=1)
        try:
            done = dump(engine, folder, lambda table, rows: status.update(f"{table}: {rows:,} …"))
        finally:
            engine.dispose()
    if as_json:
        print_json({"folder": str(done.folder), **done.manifest})
        return
    counted = {file["table"]: file["rows"] for file in done.manifest["files"]}
    told = ", ".join(f"{rows:,} {table}" for table, rows in counted.items())
    stdout.print(f"{done.folder}: {told}.", markup=False)
