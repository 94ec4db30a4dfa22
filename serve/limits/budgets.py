"""Which budget a request is counted against. docs/accounts.md has the same table."""

from typing import Final

from serve.limits.gcra import Budget

#: Per address. A person mistypes a few times; a list of leaked passwords is tried by the thousand.
LOGIN: Final = Budget("login", 20, 300)
#: Per e-mail address and network address: the owner of an account is not kept out by others' attempts.
LOGIN_TO_ONE: Final = Budget("login-account", 10, 900)
#: Per address.
REGISTER: Final = Budget("register", 10, 3600)
#: Per address: whatever makes a mail.
MAIL: Final = Budget("mail", 10, 3600)
#: Per recipient, whoever asks: nobody's letter box is flooded through us.
MAIL_TO_ONE: Final = Budget("mail-recipient", 4, 3600)
#: The same of links to another password: whoever registers with an address keeps its owner from none.
RESET_TO_ONE: Final = Budget("reset-recipient", 4, 3600)
#: Per address: renewing a login, and the links of mails.
AUTH: Final = Budget("auth", 60, 60)
#: Per account, else per address.
EXPORT: Final = Budget("export", 20, 600)

_BY_ADDRESS: Final = {
    "/api/auth/login": LOGIN,
    "/api/auth/register": REGISTER,
    "/api/auth/confirm/resend": MAIL,
    "/api/auth/password/forgot": MAIL,
    "/api/user/email": MAIL,
    "/api/auth/refresh": AUTH,
    "/api/auth/confirm": AUTH,
    "/api/auth/password/reset": AUTH,
    "/api/auth/email/confirm": AUTH,
    "/api/auth/email/undo": AUTH,
    "/api/agencies/opt-out/confirm": AUTH,
}
_FREE: Final = frozenset(("/healthz", "/readyz", "/metrics", "/openapi.json"))


def of_address(path: str) -> Budget | None:
    """The budget of an address alone, whoever asks; None for most requests."""
    if path in _BY_ADDRESS:
        return _BY_ADDRESS[path]
    if path.startswith("/api/agencies/") and path.endswith("/opt-out"):
        return MAIL
    return AUTH if path.startswith("/account/") else None


def is_free(path: str) -> bool:
    """Whether a request is not counted at all."""
    return path in _FREE or path.startswith("/static/")


def is_export(path: str) -> bool:
    """Whether a request is for more than a page."""
    return path.startswith("/api/") and "/export" in path


def general(rate: int, *, signed_in: bool) -> Budget:
    """Everything else. rate: RATE_LIMIT, above 0."""
    return Budget("account", 2 * rate, 60) if signed_in else Budget("address", rate, 60)


def all_keys(rate: int) -> Budget:
    """Of all API keys of an account together: who makes another one gets no new budget by it."""
    return Budget("keys", 4 * rate, 60)
