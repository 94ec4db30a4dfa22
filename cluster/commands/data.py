"""`pignon db` and `pignon places`: the database's schema and the postal directory."""

from pathlib import Path
from typing import Annotated

import typer

from cluster.console import plural, print_json, stderr, stdout
from models.errors import InputError
from models.settings import load_settings

db = typer.Typer(help="The database.", no_args_is_help=True)
places = typer.Typer(help="The postal directory.", no_args_is_help=True)


@db.command()
def upgrade() -> None:
    """Bring the database to this version's schema. Safe to run again.

    Example: pignon db upgrade
    """
    from models.database import database
    from models.database import upgrade as run_migrations

    with database(load_settings()) as url:
        run_migrations(url)
    stdout.print("The database is up to date.")


@places.command("import")
def import_(
    file: Annotated[Path | None, typer.Argument(help="The official file; downloaded when left out.")] = None,
) -> None:
    """Import La Poste's official file of postal codes.

    Example: pignon places import laposte_hexasmal.csv
    """
    from models.places_import import import_places

    with stderr.status("Importing the postal directory …"):
        report = import_places(file, load_settings().home)
    stdout.print(
        f"{report.communes:,} communes with {report.postal_codes:,} postal codes imported from "
        f"{plural(report.rows, 'row')}, {report.skipped:,} broken ones left out."
    )


@places.command()
def find(
    text: Annotated[str, typer.Argument(help="A postal code or a commune, as people write it.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, or null.")] = False,
) -> None:
    """Say which commune a spelling means.

    Example: pignon places find "Paris 15e"
    """
    from dataclasses import asdict

    from models.places import Places

    place = Places.load(load_settings().home).resolve(text)
    if as_json:
        print_json(asdict(place) if place else None)
    elif place:
        postal_code = f"{place.postal_code} " if place.postal_code else ""
        stdout.print(f"{postal_code}{place.city}, INSEE {place.insee_code}", markup=False)
    if place is None:
        raise InputError(f"“{text}” means no single commune of the directory.")
