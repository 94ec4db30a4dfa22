"""The pages people read: search, one listing, agencies, who we are. HTML that works without JavaScript."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from pydantic import ValidationError
from starlette.responses import HTMLResponse

from models.features import FEATURES
from serve import curve
from serve.agencies import list_agencies, read_agency
from serve.answers import ListingDetail, ParameterProblem
from serve.criteria import AgencyQuery, SearchQuery, Sort
from serve.cursor import CursorError
from serve.listings import read_listing
from serve.market import Connection, Directory, Finding
from serve.problems import explain
from serve.progress import read_progress
from serve.search import search
from serve.wording import Wording, choose_language

router = APIRouter(include_in_schema=False)

STATIC: Final = Path(__file__).with_name("static")
HTMX: Final = STATIC / "vendor" / "htmx.min.js"
SWAGGER: Final = STATIC / "vendor" / "swagger-ui-bundle.js"
#: Parameters of the search that may be repeated.
SEVERAL: Final = frozenset(
    n for n, field in SearchQuery.model_fields.items() if field.default_factory is list
)
#: Those under "more criteria"; all that the form has fields for, or that another search begins without.
MORE: Final = (
    "property_type", "feature", "q", "price_min", "surface_max", "bedrooms_min", "land_surface_min",
    "dpe_worst", "price_drop_min", "days_on_market_max", "sort",
)  # fmt: skip
IN_FORM: Final = frozenset(
    ("transaction", "city", "price_max", "surface_min", "rooms_min", "cursor", "limit", *MORE)
)
#: What a buyer asks for most, of those that an advert may have.
ASKED_FEATURES: Final = (
    "lift", "balcony", "terrace", "garden", "garage", "parking_space", "cellar", "swimming_pool",
)  # fmt: skip
#: Orders that mean nothing without another parameter.
_NEEDS: Final = {Sort.DISTANCE: "lat", Sort.RELEVANCE: "q"}
#: Cards on a page: fills rows of two, three and four.
CARDS: Final = 24
#: Facts in the order of a buyer's questions.
FACTS: Final = (
    "price", "price_per_sqm", "transaction", "property_type", "surface", "land_surface", "rooms", "bedrooms",
    "bathrooms", "floor", "construction_year", "address", "postal_code", "city", "charges", "fees", "deposit",
    "furnished", "exclusive", "availability", "reference",
)  # fmt: skip

_templates: Final = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(
    request: Request, template: str, context: Mapping[str, Any] | None = None, status: int = 200
) -> HTMLResponse:
    """A template in the reader's language. `link` makes addresses that keep a language asked for."""
    asked = request.query_params.get("lang")
    words = _words(request)
    sticky = {"lang": words.language} if asked in ("fr", "en") else {}

    def link(path: str, **parameters: object) -> str:
        query = urlencode({**parameters, **sticky}, doseq=True)
        return f"{path}?{query}" if query else path

    kept = [told for told in request.query_params.multi_items() if told[0] not in ("lang", "cursor")]
    common = {
        "t": words,
        "other_language": "?" + urlencode([*kept, ("lang", "en" if words.language == "fr" else "fr")]),
        "link": link,
        "asked_language": sticky.get("lang"),
        "here": request.url.path,
        "with_htmx": HTMX.exists(),
        "web": web_address,
    }
    html = _templates.get_template(template).render(**common, **(context or {}))
    headers = {"Content-Language": words.language, "Vary": "Accept-Language"}
    return HTMLResponse(html, status, headers)


def _words(request: Request) -> Wording:
    return Wording(choose_language(request.query_params.get("lang"), request.headers.get("accept-language")))


@router.get("/")
async def search_page(
    request: Request, finder: Finding, connection: Connection, places: Directory
) -> HTMLResponse:
    """The form and its results. A criterion that cannot be used is told beside its field."""
    asked = parameters(request)
    progress = await read_progress(connection)
    context: dict[str, Any] = {
        "asked": asked,
        "carried": _carried(asked),
        "without": lambda *names: {n: v for n, v in asked.items() if n not in ("cursor", *names)},
        "is_detailed": any(asked.get(name, "") not in ("", [], Sort.NEWEST) for name in MORE),
        "features": list(ASKED_FEATURES),
        "progress": progress,
        "sorts": [sort for sort in Sort if sort not in _NEEDS or asked.get(_NEEDS[sort])],
    }
    try:
        query = SearchQuery.model_validate({"limit": CARDS, **asked})
        found = await search(finder, connection, places, query)
    except (ValidationError, CursorError) as error:
        wrong = {"errors": _lines(error, _words(request)), "found": None, "agency": None}
        return page(request, "search.html", {**context, **wrong}, 422)
    agency = await read_agency(connection, query.agency_id[0]) if len(query.agency_id) == 1 else None
    told = {"errors": {}, "found": found, "agency": agency}
    return page(request, "search.html", {**context, **told})


@router.get("/listings/{listing_id}")
async def listing_page(request: Request, listing_id: str, connection: Connection) -> HTMLResponse:
    """One listing with its proofs, its history and its dwelling at other agencies."""
    listing = await read_listing(connection, _row_id(listing_id))
    if listing is None:
        return not_found(request)
    until = listing.withdrawn_at or datetime.now(UTC)
    context = {
        "listing": listing,
        "facts": [(name, getattr(listing, name)) for name in FACTS if getattr(listing, name) is not None],
        "features": _features(listing),
        "curve": curve.price_curve(listing.price_history, until),
        "box": (curve.WIDTH, curve.HEIGHT),
    }
    return page(request, "listing.html", context)


@router.get("/agencies")
async def agencies_page(request: Request, connection: Connection) -> HTMLResponse:
    """Agencies by name, each with a link to its listings and to its site."""
    wanted = {name: value for name in ("name", "cursor") if (value := request.query_params.get(name))}
    try:
        found = await list_agencies(connection, AgencyQuery.model_validate({"limit": 60, **wanted}))
    except (ValidationError, CursorError):
        wanted = {}
        found = await list_agencies(connection, AgencyQuery(limit=60))
    return page(request, "agencies.html", {"found": found, "wanted": wanted})


@router.get("/about")
async def about_page(request: Request) -> HTMLResponse:
    """Who visits, how, and how to be left alone."""
    settings = request.app.state.settings
    return page(request, "about.html", {"agent": settings.user_agent, "contact": settings.crawler_contact})


@router.get("/progress")
async def progress_part(request: Request, connection: Connection) -> HTMLResponse:
    """The banner of the crawl under way, which fetches itself again."""
    return page(request, "progress.html", {"progress": await read_progress(connection)})


@router.get("/docs")
async def docs_page(request: Request) -> HTMLResponse:
    """The API's documentation, from files of our own: no other server is asked."""
    return page(request, "docs.html", {"with_swagger": SWAGGER.exists()})


def not_found(request: Request) -> HTMLResponse:
    """The page for an address that leads nowhere."""
    return failed(request, 404)


def failed(request: Request, status: int) -> HTMLResponse:
    """The page for a request that did not work."""
    return page(request, "error.html", {"status": status}, status)


def parameters(request: Request) -> dict[str, Any]:
    """The search's own parameters of an address; others, such as a campaign's, are not ours to refuse.

    Sale when nothing is said: buying and renting are never mixed unless asked for.
    """
    given = request.query_params
    asked: dict[str, Any] = {name: given[name] for name in SearchQuery.model_fields if name in given}
    asked |= {name: given.getlist(name) for name in SEVERAL if name in given}
    needed = _NEEDS.get(asked.get("sort", ""))
    if needed and not asked.get(needed):
        del asked["sort"]  # the field that it needs was emptied
    if "transaction" not in asked and "agency_id" not in asked:
        asked["transaction"] = "sale"
    return asked


def _carried(asked: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Criteria that the form has no field for: they stay as they were asked."""
    told = [(name, value) for name, value in asked.items() if name not in IN_FORM]
    return [(name, one) for name, value in told for one in (value if name in SEVERAL else [value])]


def web_address(address: str | None) -> str | None:
    """`address` when it is a web address, so that no other scheme becomes a link."""
    try:
        return address if address and urlsplit(address).scheme in ("http", "https") else None
    except ValueError:
        return None


def _lines(error: ValidationError | CursorError, words: Wording) -> Mapping[str, str]:
    if isinstance(error, CursorError):
        return {"cursor": words("wrong.cursor")}
    problems: list[ParameterProblem] = explain(error.errors(), words)
    return {line.parameter: line.message for line in problems}


def _features(listing: ListingDetail) -> dict[str, list[str]]:
    """Feature names that are there, are not, and are unknown, in the vocabulary's order."""
    told = listing.features
    return {
        "yes": [name for name in FEATURES if told.get(name) is True],
        "no": [name for name in FEATURES if told.get(name) is False],
        "unknown": [name for name in FEATURES if name not in told],
    }


def _row_id(text: str) -> int:
    """An id as typed in an address; 0, which no row has, when it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0
