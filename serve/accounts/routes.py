"""The addresses of accounts: ways in, logins, and one's own profile."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from models.settings import Settings
from serve.accounts import sessions
from serve.accounts.answers import (
    AddressOnly,
    ChangedPassword,
    Confirmation,
    Credentials,
    Done,
    PasswordChange,
    PasswordReset,
    Profile,
    ProfileChange,
    RefreshRequest,
    Registration,
    Tokens,
)
from serve.accounts.entry import Entry
from serve.accounts.passwords import objection
from serve.accounts.profile import change_profile, read_profile
from serve.accounts.sessions import Login
from serve.accounts.signed_in import Account, ByLogin, Scope, signed_in
from serve.answers import ParameterProblem
from serve.limits import budgets
from serve.limits.middleware import refusal
from serve.mail.outbox import is_configured, is_possible
from serve.market import Connection, Writing
from serve.problems import documented, invalid, problem
from serve.routes import encoded

router = APIRouter()

Reader = Annotated[Account, Depends(signed_in(Scope.READ))]
Changer = Annotated[Account, Depends(signed_in(Scope.ACCOUNT))]

_CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="pignon"'}
_WRONG: Final = "The address or the password is wrong, or the address is not confirmed yet."
LINK_OVER: Final = "This link is not good any more: it was used, or it is too old. Ask for another one."
_NO_MAIL: Final = (
    "No mail is sent from here yet, so nothing that needs one works: the operator must set {names}."
)
_ON_ITS_WAY: Final = "If that can be, a mail is on its way; its link says what to do."
_IN_THE_LOG: Final = (
    "If that can be, its link is in PIGNON_HOME/mails.log and this server's log: SMTP_SERVER is not set."
)


async def entry(request: Request) -> Entry:
    """What ways in need, of the application's state."""
    state = request.app.state
    return Entry(state.market, state.settings, state.passwords, state.limiter)


EntryOf = Annotated[Entry, Depends(entry)]


@router.post(
    "/api/auth/register",
    tags=["account"],
    status_code=202,
    summary="Ask for an account",
    responses=documented(Done, 422, status=202),
)
async def register(told: Registration, entry: EntryOf) -> Response:
    """Mails a link that opens the account. The answer is the same for an address that has one."""
    password = told.password.get_secret_value()
    if (reason := objection(password, told.email)) is not None:
        return refuse_password(reason)
    if not is_possible(entry.settings):
        return no_mail(entry.settings)
    await entry.register(told.email, password, told.name or None, told.language)
    return mailed(entry.settings)


@router.post(
    "/api/auth/confirm",
    tags=["account"],
    summary="Open the account that was asked for",
    responses=documented(Done, 400, 422),
)
async def confirm(told: Confirmation, entry: EntryOf) -> Response:
    """By the link of the mail, once. Sign in then."""
    if not await entry.confirm(told.link):
        return problem(400, LINK_OVER)
    return encoded(Done(detail="The address is confirmed and the account open. Sign in."))


@router.post(
    "/api/auth/confirm/resend",
    tags=["account"],
    status_code=202,
    summary="Mail the link again",
    responses=documented(Done, 422, status=202),
)
async def resend(told: AddressOnly, entry: EntryOf) -> Response:
    """For an address that waits to be confirmed; the answer is the same for any other."""
    if not is_possible(entry.settings):
        return no_mail(entry.settings)
    await entry.resend(told.email)
    return mailed(entry.settings)


@router.post("/api/auth/login", tags=["account"], summary="Sign in", responses=documented(Tokens, 401, 422))
async def log_in(told: Credentials, request: Request, entry: EntryOf) -> Response:
    """An access token for some minutes, and a refresh token to get the next one with."""
    if (refused := await limited(request, entry, told.email.lower())) is not None:
        return refused
    login = await entry.log_in(told.email, told.password.get_secret_value())
    return encoded(_shown(request, login)) if login else problem(401, _WRONG, headers=_CHALLENGE)


@router.post(
    "/api/auth/refresh", tags=["account"], summary="Renew a login", responses=documented(Tokens, 401, 422)
)
async def refresh(told: RefreshRequest, request: Request, connection: Writing) -> Response:
    """New tokens for a refresh token, which is used up. One that comes twice was copied: its login ends."""
    login = await sessions.renew(connection, told.refresh_token)
    if login is None:
        return problem(401, "This refresh token is not good, or no longer. Sign in.", headers=_CHALLENGE)
    return encoded(_shown(request, login))


@router.post(
    "/api/auth/logout",
    tags=["account"],
    status_code=204,
    summary="Sign out",
    responses=documented(None, 401, 403, status=204),
)
async def log_out(account: ByLogin, connection: Writing) -> Response:
    """Ends this login: its access and refresh tokens stop working at once."""
    assert account.session is not None
    await sessions.end(connection, account.session)
    return Response(status_code=204)


@router.post(
    "/api/auth/logout-all",
    tags=["account"],
    status_code=204,
    summary="Sign out everywhere",
    responses=documented(None, 401, 403, status=204),
)
async def log_out_everywhere(account: ByLogin, connection: Writing) -> Response:
    """Ends all your logins. API keys stay."""
    await sessions.end_all(connection, account.id)
    return Response(status_code=204)


@router.post(
    "/api/auth/password/forgot",
    tags=["account"],
    status_code=202,
    summary="Forgot the password",
    responses=documented(Done, 422, status=202),
)
async def forgot(told: AddressOnly, entry: EntryOf) -> Response:
    """Mails a link that sets another one, if there is an account; the answer does not tell."""
    if not is_possible(entry.settings):
        return no_mail(entry.settings)
    await entry.forgot(told.email)
    return mailed(entry.settings)


@router.post(
    "/api/auth/password/reset",
    tags=["account"],
    summary="Set another password by a mail's link",
    responses=documented(Done, 400, 422),
)
async def reset(told: PasswordReset, entry: EntryOf) -> Response:
    """By the link of the mail, once. Ends every login, revokes every API key (a mail tells how many) and puts
    the secret address of the visits' calendar out of use.
    """
    password = told.password.get_secret_value()
    address = await entry.address_of("reset", told.link)
    if address is not None and (reason := objection(password, address)) is not None:
        return refuse_password(reason)
    revoked = None if address is None else await entry.reset(told.link, password)
    if revoked is None:
        return problem(400, LINK_OVER)
    done = f"The password is changed and every login ended; API keys revoked: {revoked}. Sign in."
    return encoded(Done(detail=done))


@router.post(
    "/api/auth/password/change",
    tags=["account"],
    summary="Change the password",
    responses=documented(ChangedPassword, 401, 403, 422),
)
async def change_password(
    told: PasswordChange, account: ByLogin, request: Request, entry: EntryOf
) -> Response:
    """Ends every login, and begins one anew for whoever changed it. API keys stay; the answer and a mail tell
    how many.
    """
    if (refused := await limited(request, entry, f"user {account.id}")) is not None:
        return refused
    new = told.new_password.get_secret_value()
    if (reason := objection(new, account.email)) is not None:
        return refuse_password(reason, "new_password")
    changed = await entry.change(account.id, told.password.get_secret_value(), new)
    if changed is None:
        return problem(403, "The password is wrong.")
    login, keys = changed
    return encoded(ChangedPassword(**_shown(request, login).model_dump(), api_keys=keys))


@router.get("/api/user", tags=["account"], summary="Your account", responses=documented(Profile, 401, 403))
async def get_user(account: Reader, connection: Connection) -> Response:
    """Your own account. Scope `read`."""
    return encoded(await read_profile(connection, account.id))


@router.patch(
    "/api/user", tags=["account"], summary="Change your account", responses=documented(Profile, 401, 403, 422)
)
async def patch_user(told: ProfileChange, account: Changer, connection: Writing) -> Response:
    """Name, phone, language: what is told changes, and nothing else. Scope `account`."""
    return encoded(await change_profile(connection, account.id, told))


def _shown(request: Request, login: Login) -> Tokens:
    tokens = request.app.state.tokens
    access = tokens.issue(login.user, login.session)
    return Tokens(access_token=access, refresh_token=login.refresh, expires_in=tokens.seconds)


async def limited(request: Request, entry: Entry, whose: str) -> Response | None:
    """429 when this account was tried too often from the address that asks: not from others, or whoever
    tries would lock the owner out.
    """
    verdict = await entry.limiter.take(budgets.LOGIN_TO_ONE, f"{whose} {request.state.address}")
    request.state.limits.append(verdict)
    return None if verdict.allowed else refusal(verdict)


def refuse_password(reason: str, parameter: str = "password") -> Response:
    """422 with why a password cannot be chosen."""
    return invalid([ParameterProblem(parameter=parameter, message=reason)])


def mailed(settings: Settings) -> Response:
    """202: the same whether a mail goes out or not."""
    answer = encoded(Done(detail=_ON_ITS_WAY if is_configured(settings) else _IN_THE_LOG))
    answer.status_code = 202
    return answer


def no_mail(settings: Settings) -> Response:
    """503 where no mail can be sent, with what is missing."""
    missing = [name for name in ("smtp_server", "public_url") if getattr(settings, name) is None]
    return problem(503, _NO_MAIL.format(names=" and ".join(missing).upper().replace(" AND ", " and ")))
