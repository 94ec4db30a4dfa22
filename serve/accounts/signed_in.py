"""Who asks: the user behind an access token or an API key, as what a route depends on.

    async def list_favorites(account: SignedIn): …                       # any signed-in user
    Favorites = Annotated[Account, Depends(signed_in(Scope.FAVORITES))]  # or a key with this scope
    async def new_key(account: ByLogin): …                               # no API key may do it

Refusals are problem+json: 401 with the challenge, 403 with the scope that is missing.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.datastructures import Headers, State
from starlette.exceptions import HTTPException

from models.tables import ApiKey, User, UserSession, utc_now
from serve.accounts.secrets import hashed
from serve.accounts.seen import note_seen
from serve.accounts.tokens import AccessTokens
from serve.market import Market


class Scope(StrEnum):
    """What an API key may be allowed to do; a login may do all of it."""

    READ = "read"
    FAVORITES = "favorites"
    ALERTS = "alerts"
    EXPORT = "export"
    ACCOUNT = "account"


#: What each scope opens, in the words of the documentation.
SCOPES: Final = {
    Scope.READ: "search at an account's own pace, and read one's own account",
    Scope.FAVORITES: "read and change favourites",
    Scope.ALERTS: "read and change alerts",
    Scope.EXPORT: "export searches",
    Scope.ACCOUNT: "change one's own profile and consents, and export what is kept of one",
}
#: An API key begins with it, so that tools that look for leaked secrets know one.
KEY_PREFIX: Final = "pgn_"
#: A key's last use is written once a minute at most.
_NOTED_EVERY: Final = timedelta(minutes=1)
_LONGEST_KEY: Final = 100

_bearer = HTTPBearer(
    scheme_name="AccessToken",
    bearerFormat="JWT",
    description="The `access_token` of `POST /api/auth/login`.",
    auto_error=False,
)
_api_key = APIKeyHeader(
    name="X-API-Key",
    scheme_name="ApiKey",
    description="A key of `POST /api/user/keys`.",
    auto_error=False,
)


@dataclass(frozen=True, slots=True)
class Account:
    """The user who asks. scopes: of a login all, of an API key its own. session, key: the way they came."""

    id: int
    email: str
    name: str | None
    language: str
    confirmed: bool
    scopes: frozenset[Scope]
    session: UUID | None = None
    key: int | None = None


async def account(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    api_key: Annotated[str | None, Security(_api_key)],
) -> Account:
    """Whoever shows a valid access token or API key; 401 otherwise. A token wins over a key."""
    if bearer is None and api_key is None:
        raise unauthorized("Sign in: this address needs an access token or an API key.")
    known: dict[str, Account | None] = request.scope.get("state", {})
    # Counting the request has identified it already, unless the database did not answer then.
    found = known["account"] if "account" in known else await identify(request.app.state, request.headers)
    if found is None:
        raise unauthorized("The access token or API key is not valid, or no longer.", invalid=True)
    return found


async def identify(state: State, headers: Headers) -> Account | None:
    """Whoever a request's headers show. state: the application's."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return await _by_token(state.market, state.tokens, token.strip())
    key = headers.get("x-api-key")
    return await _by_key(state.market, key) if key else None


SignedIn = Annotated[Account, Depends(account)]


def signed_in(scope: Scope | str) -> Callable[[Account], Awaitable[Account]]:
    """A dependency: a signed-in user, by an API key only if it has this scope; 403 otherwise."""
    needed = Scope(scope)

    async def allowed(account: SignedIn) -> Account:
        if needed not in account.scopes:
            challenge = f'Bearer realm="pignon", error="insufficient_scope", scope="{needed}"'
            raise HTTPException(
                403, f"This API key lacks the scope `{needed}`.", headers={"WWW-Authenticate": challenge}
            )
        return account

    return allowed


async def _by_login(account: SignedIn) -> Account:
    if account.session is None:
        challenge = 'Bearer realm="pignon", error="insufficient_scope"'
        raise HTTPException(
            403, "An API key cannot do this; sign in.", headers={"WWW-Authenticate": challenge}
        )
    return account


#: A user who signed in: what changes who has access is not for API keys.
ByLogin = Annotated[Account, Depends(_by_login)]


async def hold(connection: AsyncConnection, account: Account) -> None:
    """Let nobody else change who gets into the account until this transaction ends. 401 when the login that
    let them in was ended meanwhile, as by a password's reset or an erasure: it leaves nothing behind.
    """
    await connection.execute(select(User.id).where(User.id == account.id).with_for_update())
    still = select(UserSession.id).where(UserSession.id == account.session, UserSession.revoked_at.is_(None))
    if await connection.scalar(still) is None:
        raise unauthorized("This login was ended. Sign in.", invalid=True)


def unauthorized(detail: str, *, invalid: bool = False) -> HTTPException:
    """401 with the challenge of RFC 6750."""
    challenge = 'Bearer realm="pignon"' + (', error="invalid_token"' if invalid else "")
    return HTTPException(401, detail, headers={"WWW-Authenticate": challenge})


_USER: Final = (User.id, User.email, User.name, User.language, User.confirmed_at)


async def _by_token(market: Market, tokens: AccessTokens, token: str) -> Account | None:
    """The token's user, while the login it belongs to is neither ended nor revoked."""
    claims = tokens.read(token)
    if claims is None:
        return None
    query = (
        select(*_USER)
        .join(UserSession, UserSession.user_id == User.id)
        .where(User.is_active, User.id == claims.user, UserSession.id == claims.session)
        .where(UserSession.revoked_at.is_(None), UserSession.expires_at > utc_now())
    )
    async with market.engine.connect() as connection:
        row = (await connection.execute(query)).one_or_none()
    return row and Account(**_fields(row), scopes=frozenset(Scope), session=claims.session)


async def _by_key(market: Market, secret: str) -> Account | None:
    if not secret.startswith(KEY_PREFIX) or len(secret) > _LONGEST_KEY:
        return None
    now = utc_now()
    query = (
        select(*_USER, ApiKey.id.label("key"), ApiKey.scopes, ApiKey.last_used_at)
        .join(ApiKey, ApiKey.user_id == User.id)
        .where(User.is_active, ApiKey.hash == hashed(secret))
        .where(or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now))
    )
    async with market.engine.connect() as connection:
        row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    if row.last_used_at is None or now - row.last_used_at > _NOTED_EVERY:
        async with market.writer.begin() as writing:
            await note_seen(writing, row.id)
            await _note_use(writing, row.key)
    scopes = frozenset(Scope(scope) for scope in row.scopes)
    return Account(**_fields(row), scopes=scopes, key=row.key)


async def _note_use(connection: AsyncConnection, key: int) -> None:
    await connection.execute(update(ApiKey).where(ApiKey.id == key).values(last_used_at=utc_now()))


def _fields(row: Any) -> dict[str, Any]:
    confirmed = row.confirmed_at is not None
    return {
        "id": row.id, "email": row.email, "name": row.name, "language": row.language, "confirmed": confirmed,
    }  # fmt: skip
