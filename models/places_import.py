"""The official postal directory of La Poste, read once into Pignon's own file.

    >>> import_places(Path("base-officielle-codes-postaux.csv"), settings.home).communes

Knows both column styles that La Poste has published, and where the file is published. `models.places`
reads what is written here. The data is La Poste's, under the Licence Ouverte; populations are those of the
list of communes that comes with Pignon.
"""

import csv
import io
import os
import re
import tempfile
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Final

from models.errors import InputError, ServiceError
from models.place_names import display_name, fold, is_arrondissement
from models.places import COLUMNS, DIRECTORY, Places

#: "Base officielle des codes postaux", as its publisher serves it.
OFFICIAL_ADDRESS: Final = (
    "https://datanova.laposte.fr/data-fair/api/v1/datasets/laposte-hexasmal"
    "/metadata-attachments/base-officielle-codes-postaux.csv"
)
#: The file of 2024 has 3 MB.
MAX_BYTES: Final = 64_000_000
_TIMEOUT: Final = 30.0

#: Each field's column names over the years, folded.
_COLUMN_NAMES: Final = {
    "insee_code": {"code commune insee"},
    "city": {"nom de la commune", "nom commune"},
    "postal_code": {"code postal"},
    "locality": {"ligne 5"},
    "point": {"geopoint", "coordonnees gps", "coordonnees geographiques"},
}
_REQUIRED: Final = ("insee_code", "city", "postal_code")
_INSEE_CODE: Final = re.compile(r"\d{5}|2[AB]\d{3}")
_POSTAL_CODE: Final = re.compile(r"\d{5}")

#: One line of Pignon's directory, in the order of `COLUMNS`.
Row = tuple[str, str, str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did. rows: lines read; skipped: those that were broken."""

    path: Path
    rows: int
    skipped: int
    communes: int
    postal_codes: int
    without_coordinates: int


def import_places(source: Path | str | None, home: Path) -> ImportReport:
    """Read the official directory and write `home/places.csv`, whole or not at all.

    source: a file, an http(s) address, or None for the official address.
    InputError when it is no such directory, ServiceError when it cannot be fetched or written.
    """
    text = _decode(_read(source))
    rows, read, skipped = _parse(text)
    if not rows:
        raise InputError(f"{source or OFFICIAL_ADDRESS} holds no place that can be read; nothing was changed")
    path = home / DIRECTORY
    write_directory(rows, path)
    return ImportReport(
        path=path,
        rows=read,
        skipped=skipped,
        communes=len({row[0] for row in rows}),
        postal_codes=len({row[1] for row in rows}),
        without_coordinates=sum(1 for row in rows if not row[3]),
    )


def _read(source: Path | str | None) -> bytes:
    if source is None or str(source).startswith(("http://", "https://")):
        return _download(str(source or OFFICIAL_ADDRESS))
    try:
        with Path(source).open("rb") as file:
            return _capped(file.read(MAX_BYTES + 1), str(source))
    except OSError as error:
        raise InputError(f"Cannot read {source}: {error.strerror}") from error


def _download(address: str) -> bytes:
    request = urllib.request.Request(address, headers={"User-Agent": "Pignon"})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310
            return _capped(answer.read(MAX_BYTES + 1), address)
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise ServiceError(
            f"Cannot download {address} ({reason}); fetch the file elsewhere and name it: "
            "pignon places import FILE"
        ) from error


def _capped(content: bytes, source: str) -> bytes:
    if len(content) > MAX_BYTES:
        raise InputError(f"{source} is larger than {MAX_BYTES // 1_000_000} MB: this is no postal directory")
    return content


def _decode(content: bytes) -> str:
    """UTF-8 with or without a mark, else the Windows code page of the older files."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _parse(text: str) -> tuple[list[Row], int, int]:
    """Rows each once and in order, the number of lines read and of those skipped."""
    head = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if head.count(";") > 1 else ",")
    try:
        columns, known = _columns(next(reader, [])), Places.shipped()
        rows = [_row(line, columns, known) for line in reader if line]
    except csv.Error as error:
        raise InputError(f"This is no readable CSV file ({error})") from error
    return list(dict.fromkeys(row for row in rows if row)), len(rows), rows.count(None)


def _columns(header: list[str]) -> dict[str, int]:
    """Where each field stands; InputError when one that is needed is missing."""
    folded = [fold(name) for name in header]
    columns = {
        field: place
        for field, names in _COLUMN_NAMES.items()
        for place, name in enumerate(folded)
        if name in names
    }
    missing = [field for field in _REQUIRED if field not in columns]
    if missing:
        raise InputError(
            "This is not the official postal directory: no column for " + ", ".join(missing).replace("_", " ")
        )
    return columns


def _row(line: list[str], columns: dict[str, int], known: Places) -> Row | None:
    """One line in Pignon's columns; None when its codes or its name are broken."""
    fields = {field: line[place].strip() for field, place in columns.items() if place < len(line)}
    insee_code = fields.get("insee_code", "").upper().zfill(5)
    postal_code = fields.get("postal_code", "").zfill(5)
    official = fields.get("city", "")
    if not (official and _INSEE_CODE.fullmatch(insee_code) and _POSTAL_CODE.fullmatch(postal_code)):
        return None
    if insee_code == "00000" or postal_code == "00000":
        return None
    if is_arrondissement(insee_code):
        official = official.rstrip("0123456789 ")
    latitude, longitude = _point(fields.get("point", ""))
    locality = fields.get("locality", "")
    locality = "" if locality == official else display_name(locality)
    population = next((str(place.population or "") for place in known.by_insee(insee_code)), "")
    return insee_code, postal_code, display_name(official), latitude, longitude, locality, population


def _point(text: str) -> tuple[str, str]:
    """ "46.1517018, 4.9306005" to five decimals (a metre), or twice nothing."""
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        return "", ""
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return "", ""
    return f"{latitude:.5f}", f"{longitude:.5f}"


def write_directory(rows: Iterable[Row], path: Path) -> None:
    """Write beside the old directory, then put the new one in its place in one step.

    ServiceError when it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(COLUMNS)
                writer.writerows(rows)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise ServiceError(f"Cannot write {path}: {error.strerror}") from error
