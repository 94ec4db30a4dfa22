"""The pages that links of mails open. They ask before they do anything: programs open links of mails, too."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import parse_qs

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from serve.accounts.links import Purpose
from serve.accounts.passwords import objection
from serve.accounts.routes import EntryOf
from serve.pages import page

router = APIRouter(include_in_schema=False)

Secret = Annotated[str, Query(alias="link", max_length=100)]


@dataclass(frozen=True, slots=True)
class Words:
    """What a page says: before, on its button, after, when its link is good no more, and of a password's
    field where its title does not say it.
    """

    title: str
    before: str
    button: str
    done: str
    over: str = ""
    password: str = ""


_CONFIRM: Final = {
    "fr": Words(
        "Confirmer votre adresse",
        "Ouvrir un compte Pignon avec cette adresse ?",
        "Ouvrir mon compte",
        "Votre compte est ouvert. Connectez-vous.",
        "Ce lien ne vaut plus : il a servi, ou il est trop ancien. Inscrivez-vous de nouveau.",
    ),
    "en": Words(
        "Confirm your address",
        "Open a Pignon account with this address?",
        "Open my account",
        "Your account is open. Sign in.",
        "This link is not good any more: it was used, or it is too old. Register again.",
    ),
}
_RESET: Final = {
    "fr": Words(
        "Nouveau mot de passe",
        "Choisissez un mot de passe de 8 à 128 caractères. Toutes les connexions ouvertes seront fermées "
        "et toutes les clés d’API révoquées, ainsi que l’adresse secrète de l’agenda des visites.",
        "Changer le mot de passe",
        "Votre mot de passe est changé. Connectez-vous.",
        "Ce lien ne vaut plus : il a servi, ou il est trop ancien. Demandez-en un autre.",
    ),
    "en": Words(
        "New password",
        "Choose a password of 8 to 128 characters. Every open login will be ended and every API key revoked, "
        "and the secret address of the visits’ calendar put out of use.",
        "Change the password",
        "Your password is changed. Sign in.",
        "This link is not good any more: it was used, or it is too old. Ask for another one.",
    ),
}
#: Why a password was refused, in the reader's words; English is the rule's own.
_OBJECTIONS: Final = {
    "must have 8 to 128 characters": "Il faut de 8 à 128 caractères.",
    "must not be your e-mail address": "Ce ne peut pas être votre adresse.",
    "is among the commonest passwords; choose another": "Ce mot de passe est parmi les plus courants : "
    "choisissez-en un autre.",
}


@router.get("/account/confirm")
async def ask_to_confirm(request: Request, link: Secret = "") -> HTMLResponse:
    """Whether to open the account."""
    return asking(request, _CONFIRM, link)


@router.post("/account/confirm")
async def confirm(request: Request, entry: EntryOf) -> HTMLResponse:
    """Open the account."""
    told = await form_of(request)
    return ended(request, _CONFIRM, done=await entry.confirm(told.get("link", "")))


@router.get("/account/reset")
async def ask_to_reset(request: Request, link: Secret = "") -> HTMLResponse:
    """Which password to have from now on."""
    return asking(request, _RESET, link, password=True)


@router.post("/account/reset")
async def reset(request: Request, entry: EntryOf) -> HTMLResponse:
    """Set the password."""
    return await with_password(request, entry, _RESET, "reset", entry.reset)


async def with_password(
    request: Request,
    entry: EntryOf,
    words: Mapping[str, Words],
    purpose: Purpose,
    use: Callable[[str, str], Awaitable[int | None]],
) -> HTMLResponse:
    """The page after a form with a link and a password. use: takes both; None when the link is not good."""
    told = await form_of(request)
    link, password = told.get("link", ""), told.get("password", "")
    address = await entry.address_of(purpose, link)
    if address is not None and (reason := objection(password, address)) is not None:
        return asking(request, words, link, password=True, reason=reason)
    return ended(request, words, done=address is not None and await use(link, password) is not None)


def asking(
    request: Request,
    words: Mapping[str, Words],
    link: str,
    *,
    password: bool = False,
    reason: str | None = None,
) -> HTMLResponse:
    """A page with a button, and what was wrong with what was typed."""
    context = {"words": words, "link_secret": link, "password": password, "state": "asking"}
    told = {"fr": _OBJECTIONS.get(reason, reason), "en": f"The password {reason}."} if reason else None
    return page(request, "link.html", {**context, "reason": told}, 422 if reason else 200)


def ended(request: Request, words: Mapping[str, Words], *, done: bool) -> HTMLResponse:
    """A page that says how it went."""
    context = {"words": words, "link_secret": "", "password": False, "reason": None}
    return page(request, "link.html", {**context, "state": "done" if done else "over"}, 200 if done else 400)


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a form, each once; none of what is not ours. The size of a body is bounded already."""
    body = (await request.body()).decode("utf-8", "replace")
    try:
        fields = parse_qs(body, keep_blank_values=True, max_num_fields=10)
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items()}
