"""The application: the API, its documentation and the pages, as plain ASGI.

app = create_app(settings, database_url)     # uvicorn runs it as it is; serve/app.py runs it on Ray
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from models.settings import Settings
from serve import metrics, openapi, pages, problems, request_id, routes, source_routes
from serve.accounts import key_routes
from serve.accounts import pages as account_pages
from serve.accounts import routes as accounts
from serve.accounts.passwords import Passwords
from serve.accounts.tokens import AccessTokens
from serve.answers import ParameterProblem
from serve.cursor import CursorError
from serve.exports import routes as exports
from serve.exports.files import PACKED
from serve.guards import AccessLog, Heads, SecurityHeaders
from serve.limits.middleware import RateLimits
from serve.limits.shared import Limiter
from serve.load import MAX_BODY, Limits, Load
from serve.mail.sender import sending
from serve.market import open_market
from serve.optout import routes as optout
from serve.personal import address_routes, alert_routes, rights_routes
from serve.personal import routes as personal
from serve.statistics import routes as statistics
from serve.turns import Busy

_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
_TOO_SLOW: Final = "This search takes too long; narrow it."
_NO_DATABASE: Final = "The database does not answer now; try again."
_DESCRIPTION: Final = (
    "Every estate agency's listings, read from their own sites, as one honest market. "
    "Prices are whole euros, surfaces square metres, times UTC; null is unknown, never zero."
)


def create_app(settings: Settings, database_url: str, *, tells_id: bool = True) -> FastAPI:
    """The application on a migrated database. Opens nothing until it is served.

    tells_id: whether answers bear the request's id; not where Serve writes it, as it always does.
    """

    limiter = Limiter(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_market(settings, database_url) as market:
            app.state.market = market
            with sending(settings, database_url):
                yield
        await limiter.close()

    app = FastAPI(
        title="Pignon",
        version=version("pignon"),
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        # A redirect would lead to http behind a TLS proxy, and clients send a login's password along.
        redirect_slashes=False,
    )
    app.state.settings = settings
    app.state.load = Load(settings.api_max_requests, settings.api_timeout)
    app.state.tokens = AccessTokens(settings)
    app.state.limiter = limiter
    app.state.passwords = Passwords()
    _include(app)
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=MAX_BODY)
    packed = (*DEFAULT_EXCLUDED_CONTENT_TYPES, *PACKED)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5, exclude_content_types=packed)
    app.add_middleware(RateLimits, limiter=limiter, settings=settings)
    if settings.cors_origins:
        app.add_middleware(CORSMiddleware, **cors(settings))
    app.add_middleware(Limits, load=app.state.load, refuse=_refused)
    app.add_middleware(SecurityHeaders, https=(settings.public_url or "").startswith("https:"))
    app.add_middleware(AccessLog, tells_id=tells_id)
    app.add_middleware(Heads)
    _answer_errors(app)
    openapi.describe(app)
    return app


def _include(app: FastAPI) -> None:
    """Every address that there is."""
    # These before `/api/listings/{listing_id}`, which would take them for ids.
    app.include_router(exports.router)
    app.include_router(routes.searches)
    app.include_router(routes.router)
    app.include_router(accounts.router)
    app.include_router(key_routes.router)
    app.include_router(optout.router)
    app.include_router(optout.pages)
    app.include_router(personal.router)
    app.include_router(alert_routes.router)
    app.include_router(rights_routes.router)
    app.include_router(address_routes.router)
    app.include_router(address_routes.pages)
    app.include_router(account_pages.router)
    app.include_router(statistics.router)
    app.include_router(source_routes.router)
    app.include_router(pages.router)
    app.mount("/static", StaticFiles(directory=pages.STATIC), name="static")


def cors(settings: Settings) -> dict[str, Any]:
    """What pages of other origins may do: ask with a token that they hold. Cookies never cross."""
    return {
        "allow_origins": settings.origins,
        "allow_methods": _METHODS,
        "allow_headers": ["Authorization", "Content-Type", "If-Match", "X-API-Key", request_id.HEADER],
        "expose_headers": [request_id.HEADER, "ETag", "Location", "RateLimit", "Retry-After"],
        "allow_credentials": False,
        "max_age": 600,
    }


def _refused(request: Request, status: int, detail: str, headers: dict[str, str]) -> Response:
    """What `serve.load` answers: a page to a person, one line to a program."""
    metrics.REFUSED.labels(str(status)).inc()
    if _wants_page(request):
        answer = pages.failed(request, status)
        answer.headers.update(headers)
        return answer
    return problems.problem(status, detail, headers=headers)


def _answer_errors(app: FastAPI) -> None:
    """Every error as one clear line, none with our insides."""

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Response:
        return problems.invalid(problems.explain(error.errors()))

    @app.exception_handler(CursorError)
    async def _cursor(request: Request, error: CursorError) -> Response:
        return problems.invalid([ParameterProblem(parameter="cursor", message=str(error))])

    @app.exception_handler(Busy)
    async def _busy(request: Request, error: Busy) -> Response:
        return _refused(request, 503, str(error), {"Retry-After": "3"})

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        if _wants_page(request):
            return pages.failed(request, error.status_code)
        headers = {"Allow": _allowed(request)} if error.status_code == 405 else error.headers
        return problems.problem(error.status_code, error.detail, headers=headers)

    @app.exception_handler(SQLAlchemyError)
    async def _database(request: Request, error: SQLAlchemyError) -> Response:
        if _wants_page(request):
            return pages.failed(request, 503)
        slow = isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) == "57014"
        return problems.problem(503, _TOO_SLOW if slow else _NO_DATABASE, headers={"Retry-After": "5"})


def _allowed(request: Request) -> str:
    """The methods of an address, of all its routes: the router tells those of the first alone."""
    asked = [{**request.scope, "method": method} for method in _METHODS]
    met = [scope["method"] for scope in asked if any(_answers(route, scope) for route in request.app.routes)]
    return ", ".join(met)


def _answers(route: BaseRoute, scope: Scope) -> bool:
    return route.matches(scope)[0] is Match.FULL


def _wants_page(request: Request) -> bool:
    """A person with a browser, not a program: programs are answered in JSON."""
    api = request.url.path.startswith(("/api/", "/static/", "/healthz", "/readyz"))
    return not api and "text/html" in request.headers.get("accept", "")
