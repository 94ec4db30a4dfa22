"""The addresses of a person's rights: what they consent to, all that is kept of them, and its erasure."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends
from starlette.responses import Response

from serve.accounts.signed_in import Account, Scope, signed_in
from serve.market import Connection, Writing
from serve.personal.consent_forms import ConsentForm, Consents
from serve.personal.consent_texts import VERSION
from serve.personal.consents import MAX_WORDS, Unheard, read_consents, say
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
