"""The addresses of accounts: one's own profile."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from serve.accounts.answers import Profile
from serve.accounts.profile import read_profile
from serve.accounts.signed_in import Account, Scope, signed_in
from serve.market import Connection
from serve.problems import documented
from serve.routes import encoded

router = APIRouter()

Reader = Annotated[Account, Depends(signed_in(Scope.READ))]


@router.get("/api/user", tags=["account"], summary="Your account", responses=documented(Profile, 401, 403))
async def get_user(account: Reader, connection: Connection) -> Response:
    """Your own account. Scope `read`."""
    return encoded(await read_profile(connection, account.id))
