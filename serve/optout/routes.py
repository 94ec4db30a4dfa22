"""The addresses by which an agency leaves, and the page that the mail's link opens."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from serve.accounts.answers import AddressOnly, Confirmation, Done
from serve.accounts.pages import Secret, Words, asking, ended, form_of
from serve.accounts.routes import EntryOf, mailed, no_mail
from serve.answers import ParameterProblem
from serve.mail.outbox import is_possible
from serve.optout import leaving
from serve.optout.leaving import Refusal
from serve.problems import documented, invalid, problem
from serve.routes import AgencyId, encoded

router = APIRouter(tags=["agencies"])
pages = APIRouter(include_in_schema=False)

_NOT_THEIRS: Final = "must be an address at the site's own domain, or the one that the site shows"
_WORDS: Final = {
    "fr": Words(
        "Ne plus être visité",
        "Pignon cesse aussitôt de visiter votre site et retire vos annonces de la recherche.",
        "Retirer mon site",
        "C’est fait : votre site n’est plus visité et vos annonces ne sont plus montrées. "
        "Pour revenir, écrivez-nous (voir « À propos »).",
        "Ce lien ne vaut plus : il a servi, ou il est trop ancien.",
    ),
    "en": Words(
        "Not to be visited any more",
        "Pignon stops at once visiting your site, and takes your adverts out of the search.",
        "Take my site out",
        "It is done: your site is not visited any more, and your adverts are not shown. "
        "To come back, write to us (see “About”).",
        "This link is not good any more: it was used, or it is too old.",
    ),
}


@router.post(
    "/api/agencies/{agency_id}/opt-out",
    status_code=202,
    summary="Ask that an agency's site be visited no more",
    responses=documented(Done, 404, 409, 422, status=202),
)
async def ask_to_leave(agency_id: AgencyId, told: AddressOnly, entry: EntryOf) -> Response:
    """For the agency itself: mails a link, in French and English, to an address at the site's own domain, or
    to the one that the site shows. Opening it and confirming takes the site out at once.
    """
    if not is_possible(entry.settings):
        return no_mail(entry.settings)
    refusal = await leaving.ask(entry, agency_id, told.email)
    if refusal is Refusal.UNKNOWN:
        return problem(404, f"There is no agency {agency_id}.")
    if refusal is Refusal.LEFT:
        return problem(409, "This site is not visited any more already.")
    if refusal is Refusal.NOT_THEIRS:
        return invalid([ParameterProblem(parameter="email", message=_NOT_THEIRS)])
    return mailed(entry.settings)


@router.post(
    "/api/agencies/opt-out/confirm",
    summary="Take an agency's site out, by a mail's link",
    responses=documented(Done, 400, 422),
)
async def confirm_leaving(told: Confirmation, entry: EntryOf) -> Response:
    """Once: the site is not visited any more, and its adverts are shown no more, from now on."""
    left = await leaving.leave(entry, told.link)
    if left is None:
        return problem(400, "This link is not good any more: it was used, or it is too old.")
    return encoded(
        Done(detail=f"{left.host} is not visited any more; adverts taken off line: {left.listings}.")
    )


@pages.get("/account/opt-out")
async def ask_page(request: Request, link: Secret = "") -> HTMLResponse:
    """Whether to leave."""
    return asking(request, _WORDS, link)


@pages.post("/account/opt-out")
async def leave_page(request: Request, entry: EntryOf) -> HTMLResponse:
    """Leave."""
    told = await form_of(request)
    return ended(request, _WORDS, done=await leaving.leave(entry, told.get("link", "")) is not None)
