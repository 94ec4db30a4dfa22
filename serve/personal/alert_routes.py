"""The addresses of alerts. Another user's alert is not there: 404, as for one that never was."""

import re
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Path, Request
from pydantic import ValidationError
from starlette.responses import Response

from crawl.guard import Guard
from serve.accounts.signed_in import Account, Scope, signed_in
from serve.answers import ParameterProblem
from serve.asked import reads
from serve.criteria import SearchQuery
from serve.market import Connection, Directory, Finding, Writing
from serve.personal.alert_forms import AlertAnswer, AlertForm, AlertPage, AlertPreview, AlertQuery
from serve.personal.alerts import (
    MAX_ALERTS,
    Refusal,
    add_alert,
    drop_alert,
    read_alert,
    read_alerts,
    replace_alert,
    unreachable,
)
from serve.personal.webhook import objection
from serve.problems import documented, explain, invalid, problem
from serve.routes import encoded
from serve.search import search
from serve.values import MAX_ID

router = APIRouter(tags=["alerts"])

Keeper = Annotated[Account, Depends(signed_in(Scope.ALERTS))]
AlertId = Annotated[int, Path(ge=1, le=MAX_ID, description="The alert's id.", examples=[31])]
_PATH: Final = "/api/user/alerts"
_ONE: Final = _PATH + "/{alert_id}"
_ERRORS: Final = (401, 403, 404, 422, 429)
#: Listings in a preview.
_PREVIEWED: Final = 5
_REVISION: Final = re.compile(r'(?:W/)?"(\d{1,9})"')


@dataclass(frozen=True, slots=True)
class Judged:
    """An alert as it was asked for, and what of its webhook cannot be used."""

    form: AlertForm
    problems: tuple[ParameterProblem, ...]


async def judged(request: Request, account: Keeper, form: AlertForm) -> Judged:
    """The form with its webhook vetted: before a connection is taken, as DNS may be slow."""
    guard = Guard(town=request.app.state.settings.pignon_town)
    wrong = await objection(form.webhook_url, guard) if form.webhook_url else None
    return Judged(form, (ParameterProblem(parameter="webhook_url", message=wrong),) if wrong else ())


Vetted = Annotated[Judged, Depends(judged)]


@router.get(_PATH, summary="Your alerts", responses=documented(AlertPage, 401, 403, 422, 429))
async def get_alerts(
    account: Keeper, query: Annotated[AlertQuery, reads(AlertQuery)], connection: Connection
) -> Response:
    """Your alerts, the latest made first. Scope `alerts`."""
    return encoded(await read_alerts(connection, account.id, query))


@router.post(
    _PATH,
    summary="Make an alert",
    status_code=201,
    responses=documented(AlertAnswer, 401, 403, 409, 422, 429, status=201),
)
async def post_alert(asked: Vetted, account: Keeper, connection: Writing) -> Response:
    """Save a search to be told of. The criteria are the search's own, and refused for the same reasons; they
    are kept in one form. Nothing is sent yet by any channel: alerts are kept, not told. Scope `alerts`.
    """
    if wrong := [*asked.problems, *await unreachable(connection, account.id, asked.form)]:
        return invalid(wrong)
    made = await add_alert(connection, account.id, asked.form)
    if isinstance(made, Refusal):
        return problem(409, f"You have {MAX_ALERTS} alerts, the most there may be; delete one first.")
    return await _told(connection, account, made, status=201)


@router.get(_ONE, summary="One of your alerts", responses=documented(AlertAnswer, *_ERRORS))
async def get_alert(alert_id: AlertId, account: Keeper, connection: Connection) -> Response:
    """One alert, with its revision as ETag. Scope `alerts`."""
    return await _told(connection, account, alert_id)


@router.put(_ONE, summary="Replace an alert", responses=documented(AlertAnswer, *_ERRORS, 412))
async def put_alert(
    alert_id: AlertId,
    asked: Vetted,
    account: Keeper,
    connection: Writing,
    if_match: Annotated[
        str | None,
        Header(
            max_length=100,
            description="The ETag that you read: 412 when somebody changed it since.",
            examples=['"1"'],
        ),
    ] = None,
) -> Response:
    """Put another search in the place of this one; what you do not name takes its default. Scope `alerts`."""
    if wrong := [*asked.problems, *await unreachable(connection, account.id, asked.form)]:
        return invalid(wrong)
    refused = await replace_alert(connection, account.id, alert_id, asked.form, _revision(if_match))
    if refused is Refusal.STALE:
        return problem(412, "The alert was changed since you read it; read it again.")
    return await _told(connection, account, alert_id)


@router.delete(
    _ONE, summary="Delete an alert", status_code=204, responses=documented(None, *_ERRORS, status=204)
)
async def delete_alert(alert_id: AlertId, account: Keeper, connection: Writing) -> Response:
    """Forget an alert. Scope `alerts`."""
    if not await drop_alert(connection, account.id, alert_id):
        return _none(alert_id)
    return Response(status_code=204)


@router.get(
    _ONE + "/preview", summary="What an alert would find now", responses=documented(AlertPreview, *_ERRORS)
)
async def preview_alert(
    alert_id: AlertId, account: Keeper, finder: Finding, connection: Connection, places: Directory
) -> Response:
    """How many live listings satisfy it, and the newest, by the search itself. Scope `alerts`."""
    alert = await read_alert(connection, account.id, alert_id)
    if alert is None:
        return _none(alert_id)
    try:
        query = SearchQuery.model_validate({**alert.criteria, "limit": _PREVIEWED})
    except ValidationError as error:  # kept by an older search, which knew other criteria
        return invalid(explain(error.errors()))
    found = await search(finder, connection, places, query)
    return encoded(
        AlertPreview(total=found.total, total_is_exact=found.total_is_exact, listings=found.listings)
    )


async def _told(connection: Connection, account: Account, alert_id: int, status: int = 200) -> Response:
    found = await read_alert(connection, account.id, alert_id)
    if found is None:
        return _none(alert_id)
    response = encoded(found)
    response.status_code = status
    response.headers["ETag"] = f'"{found.revision}"'
    if status == 201:
        response.headers["Location"] = f"{_PATH}/{alert_id}"
    return response


def _none(alert_id: int) -> Response:
    return problem(404, f"You have no alert {alert_id}.")


def _revision(if_match: str | None) -> int | None:
    """The revision of an If-Match; 0, which no alert has, when it is none of ours."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = _REVISION.fullmatch(if_match.strip())
    return int(found[1]) if found else 0
