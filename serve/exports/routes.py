"""The addresses of exports: a search as a file."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from serve.answers import ParameterProblem
from serve.asked import reads
from serve.engines.contract import Search
from serve.exports.columns import LISTINGS, PROPERTIES
from serve.exports.contract import About, Format
from serve.exports.files import MEDIA, writer
from serve.exports.query import MAX_ROWS, ExportQuery
from serve.exports.rows import counted
from serve.exports.stream import Export, FileResponse, file_of
from serve.market import Directory
from serve.problems import documented, invalid

router = APIRouter()

_HEADERS: Final = {
    "X-Rows": ("Rows in the file.", "integer"),
    "X-Truncated": ("Whether more satisfy the criteria than `limit` asked for.", "boolean"),
}


def _file() -> dict[int | str, dict[str, Any]]:
    """The documentation of an answer that is a file."""
    content: dict[str, dict[str, Any]] = {MEDIA[form].partition(";")[0]: {} for form in Format}
    headers = {
        name: {"description": told, "schema": {"type": kind}} for name, (told, kind) in _HEADERS.items()
    }
    answer = {"description": "The file.", "content": content, "headers": headers}
    return {**documented(None, 403, 422), 200: answer}


@router.get(
    "/api/listings/export",
    tags=["listings"],
    summary="A search of listings as a file",
    responses=_file(),
    response_class=Response,
)
async def export_listings(
    query: Annotated[ExportQuery, reads(ExportQuery)], export: Export, places: Directory, request: Request
) -> Response:
    """All listings that the search finds, in its order, as CSV, XLSX, GeoJSON or Parquet, streamed.

    A search that holds more than an export may is refused with what would help; with `limit` the first ones
    are sent, and `X-Truncated` says whether there are more. Columns and units: docs/exports.md.
    """
    return await _answer(query, export, places, request, once=False)


@router.get(
    "/api/properties/export",
    tags=["properties"],
    summary="A search of dwellings as a file",
    responses=_file(),
    response_class=Response,
)
async def export_properties(
    query: Annotated[ExportQuery, reads(ExportQuery)], export: Export, places: Directory, request: Request
) -> Response:
    """As the export of listings, each dwelling once, by the advert that comes first of those that satisfy
    the criteria.
    """
    return await _answer(query, export, places, request, once=True)


async def _answer(
    query: ExportQuery, export: Export, places: Directory, request: Request, *, once: bool
) -> Response:
    try:
        return await export.while_there(_file_or_refusal(query, export, places, request, once))
    except ClientDisconnect:
        return Response(status_code=499)  # nobody reads it


async def _file_or_refusal(
    query: ExportQuery, export: Export, places: Directory, request: Request, once: bool
) -> Response:
    """The file with its first part made, so that what fails early fails as a problem."""
    most = query.limit or request.app.state.settings.export_rows
    search = Search(query.search(), places, once=once)
    found = await counted(export.connection, search, most)
    name = "properties" if once else "listings"
    if found > most and query.limit is None:
        return _refused(name, most)
    columns = PROPERTIES if once else LISTINGS
    about = About(name, columns, datetime.now(UTC), found > most, query.told())
    form = writer(query.format, about, semicolon=query.separator == "semicolon", bom=query.bom)
    body = file_of(export.connection, search, columns, form, most)
    file = f"pignon-{name}-{about.at:%Y-%m-%d}.{query.format}"
    headers = {
        "Content-Disposition": f'attachment; filename="{file}"',
        "X-Rows": str(min(found, most)),
        "X-Truncated": "true" if about.truncated else "false",
    }
    return FileResponse(export, await anext(body), body, headers=headers, media_type=MEDIA[query.format])


def _refused(name: str, most: int) -> Response:
    """What would help: narrower criteria, or a limit that is named."""
    line = (
        f"must be named, up to {MAX_ROWS:,}, as the search holds more than {most:,} {name}; "
        "or narrow it by place, price or date"
    )
    return invalid([ParameterProblem(parameter="limit", message=line)])
