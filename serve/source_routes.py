"""The sources, for programs at /api/sources and for people at /sources."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import HTMLResponse, Response

from models.settings import Settings
from serve.asked import reads
from serve.cursor import CursorError
from serve.market import Connection
from serve.pages import page
from serve.problems import documented
from serve.routes import encoded
from serve.sources import HOW_TO_OPT_OUT, SourcePage, SourceQuery, read_sources

router = APIRouter()


@router.get(
    "/api/sources", tags=["agencies"], summary="Whose sites are read", responses=documented(SourcePage, 422)
)
async def get_sources(
    query: Annotated[SourceQuery, reads(SourceQuery)], request: Request, connection: Connection
) -> Response:
    """Every site that is read: when last, how that ended, how many listings it has here, what its robots.txt
    answered; and how an owner has theirs left alone. `host` tells of one site, and whether it opted out.
    """
    settings: Settings = request.app.state.settings
    return encoded(await read_sources(connection, query, settings.user_agent, settings.crawler_contact))


@router.get("/sources", include_in_schema=False)
async def sources_page(request: Request, connection: Connection) -> HTMLResponse:
    """The same for people, in French or English."""
    settings: Settings = request.app.state.settings
    wanted = {name: value for name in ("host", "cursor") if (value := request.query_params.get(name))}
    who = settings.user_agent, settings.crawler_contact
    try:
        found = await read_sources(connection, SourceQuery.model_validate({"limit": 60, **wanted}), *who)
    except (ValidationError, CursorError):
        wanted = {}
        found = await read_sources(connection, SourceQuery(limit=60), *who)
    how = {
        language: text.format(contact=settings.crawler_contact) for language, text in HOW_TO_OPT_OUT.items()
    }
    return page(request, "sources.html", {"found": found, "wanted": wanted, "how": how})
