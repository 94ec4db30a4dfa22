"""The addresses of a person's rights: what they consent to, all that is kept of them, and its erasure."""

from typing import Annotated, Final

from fastapi import APIRouter, Body, Depends, Request
from starlette.responses import Response

from serve.accounts.routes import EntryOf, limited
from serve.accounts.signed_in import Account, ByLogin, Scope, signed_in
from serve.market import Connection, Writing
from serve.personal.consent_forms import ConsentForm, Consents
from serve.personal.consent_texts import VERSION
from serve.personal.consents import MAX_WORDS, Unheard, read_consents, say
from serve.personal.erasure import Erased, Erasure, erase, is_proven
from serve.personal.export import PersonalData, export
from serve.problems import documented, problem
from serve.routes import encoded

router = APIRouter(tags=["account"])

Reader = Annotated[Account, Depends(signed_in(Scope.READ))]
Owner = Annotated[Account, Depends(signed_in(Scope.ACCOUNT))]
_CONSENTS: Final = "/api/user/consents"


@router.get(_CONSENTS, summary="What you consent to", responses=documented(Consents, 401, 403, 429))
async def get_consents(account: Reader, connection: Connection) -> Response:
    """By channel, whether you consent to be told by it, the text to read before you do, and your words so
    far. Scope `read`.
    """
    return encoded(await read_consents(connection, account.id))


@router.put(
    _CONSENTS,
    summary="Consent, or withdraw it",
    responses=documented(Consents, 401, 403, 409, 422, 429),
)
async def put_consents(said: ConsentForm, account: Owner, connection: Writing) -> Response:
    """Say for the channels that you name whether you consent; the others stay. To give needs the `version` of
    the text that you read, to withdraw needs nothing. Scope `account`.
    """
    unheard = await say(connection, account.id, said)
    if unheard is Unheard.OLD_TEXT:
        return problem(409, f"The text that holds now is version {VERSION}; read it, then consent to it.")
    if unheard is Unheard.FULL:
        return problem(
            409, f"You said so {MAX_WORDS} times, the most that are kept; withdrawing still works."
        )
    return encoded(await read_consents(connection, account.id))


@router.get(
    "/api/user/export",
    summary="All that is kept of you",
    responses=documented(PersonalData, 401, 403, 429),
)
async def get_export(account: Owner, connection: Connection) -> Response:
    """Every row of every table that is yours, as one JSON document; what would let somebody in is kept back,
    and named. Scope `account`.
    """
    response = encoded(await export(connection, account.id, account.email))
    response.headers["Content-Disposition"] = 'attachment; filename="pignon.json"'
    response.headers["Cache-Control"] = "no-store"
    return response


@router.delete(
    "/api/user",
    summary="Erase your account and all that is kept of you",
    responses=documented(Erased, 401, 403, 422, 429),
)
async def delete_user(
    account: ByLogin,
    request: Request,
    entry: EntryOf,
    told: Annotated[Erasure | None, Body(examples=[{"password": "trois pigeons sur un toit"}])] = None,
) -> Response:
    """Erases the account, favourites, alerts, consents, logins, keys, feeds and messages to your address, at
    once and for ever. Needs the password, or a login of the last ten minutes. No API key may do it.
    """
    password = told.password.get_secret_value() if told and told.password else None
    if password is not None and (refused := await limited(request, entry, f"user {account.id}")) is not None:
        return refused
    if not await is_proven(entry, account, password):
        return problem(
            403, "The password is wrong, or you signed in too long ago: tell it, or sign in again."
        )
    async with entry.market.writer.begin() as connection:
        erased = await erase(connection, account)
    return encoded(erased)
