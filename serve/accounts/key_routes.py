"""The addresses of API keys. Only who signed in may make one or take one away."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from serve.accounts.answers import KeyList, KeyRequest, NewKey
from serve.accounts.keys import MOST, list_keys, make_key, revoke_key
from serve.accounts.signed_in import ByLogin
from serve.market import Connection, Writing
from serve.problems import documented, problem
from serve.routes import encoded
from serve.values import MAX_ID

router = APIRouter(tags=["account"])

KeyId = Annotated[int, Path(ge=1, le=MAX_ID, description="The key's id.", examples=[3])]


@router.get("/api/user/keys", summary="Your API keys", responses=documented(KeyList, 401, 403))
async def get_keys(account: ByLogin, connection: Connection) -> Response:
    """What they are called, how they begin, what they may do, until when, and when they last did."""
    return encoded(KeyList(keys=await list_keys(connection, account.id)))


@router.post(
    "/api/user/keys",
    status_code=201,
    summary="Make an API key",
    responses=documented(NewKey, 401, 403, 409, 422, status=201),
)
async def post_key(told: KeyRequest, account: ByLogin, connection: Writing) -> Response:
    """Shown in this answer and never again. Scopes: `read` to search and to read your account, `favorites`,
    `alerts`, `export`, and `account` to change your profile and consents and to export your data.
    """
    made = await make_key(connection, account, told)
    if made is None:
        return problem(409, f"You have {MOST} keys, as many as one may; revoke one first.")
    answer = encoded(made)
    answer.status_code = 201
    return answer


@router.delete(
    "/api/user/keys/{key_id}",
    status_code=204,
    summary="Revoke an API key",
    responses=documented(None, 401, 403, 404, 422, status=204),
)
async def delete_key(key_id: KeyId, account: ByLogin, connection: Writing) -> Response:
    """It stops working at once."""
    if not await revoke_key(connection, account.id, key_id):
        return problem(404, f"You have no key {key_id}.")
    return Response(status_code=204)
