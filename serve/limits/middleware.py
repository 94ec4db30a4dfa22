"""Counts every request before anything is done for it, and tells the budget in the answer's headers.

Plain ASGI. Leaves in the request's state what routes need: `account`, `address` and `limits`.
"""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.settings import Settings
from serve.accounts.signed_in import Account, identify
from serve.limits import budgets
from serve.limits.address import client_address, counted_as
from serve.limits.gcra import Budget, Verdict
from serve.limits.shared import Limiter
from serve.problems import problem

_SPAN: Final = {60: "minute", 300: "5 minutes", 600: "10 minutes", 900: "15 minutes", 3600: "hour"}


class RateLimits:
    """Answers 429 where a budget is used up, and passes everything else on."""

    def __init__(self, app: ASGIApp, limiter: Limiter, settings: Settings) -> None:
        self.app = app
        self._limiter = limiter
        self._trusted = settings.trusted_networks
        self._rate = settings.rate_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count a request and pass it on, or refuse it."""
        if scope["type"] != "http" or budgets.is_free(scope["path"]):
            await self.app(scope, receive, send)
            return
        state: dict[str, Any] = scope.setdefault("state", {})
        limits: list[Verdict] = []
        state["limits"] = limits
        state["address"] = counted_as(client_address(scope, self._trusted))

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start" and limits:
                headers = MutableHeaders(scope=message)
                for name, value in headers_of(limits):
                    headers[name] = value
            await send(message)

        limits.extend(await self._count(scope, state))
        refused = next((verdict for verdict in limits if not verdict.allowed), None)
        if refused is None:
            await self.app(scope, receive, told)
        else:
            await refusal(refused)(scope, receive, told)

    async def _count(self, scope: Scope, state: dict[str, Any]) -> list[Verdict]:
        """The verdicts on a request, by its address or by whoever shows that they are somebody."""
        path, address = scope["path"], state["address"]
        if (own := budgets.of_address(path)) is not None:
            return [await self._limiter.take(own, address)]
        by_address = budgets.general(self._rate, signed_in=False) if self._rate else None
        if by_address is not None and _shows_a_key(scope):
            # A flood of made-up keys is not worth a look into the database for each; of tokens, only those
            # that we signed get one.
            before = await self._limiter.take(by_address, address, cost=0)
            if not before.allowed:
                return [before]
        account = await _identified(scope, state)
        asked = list(self._asked(account, address))
        if budgets.is_export(path):
            asked.insert(0, (budgets.EXPORT, address if account is None else f"user {account.id}"))
        return await self._take(asked)

    def _asked(self, account: Account | None, address: str) -> Iterator[tuple[Budget, str]]:
        """The general budgets of a request, and whose they are."""
        if not self._rate:
            return
        if account is None:
            yield budgets.general(self._rate, signed_in=False), address
            return
        mine = budgets.general(self._rate, signed_in=True)
        if account.key is None:
            yield mine, f"user {account.id}"
        else:
            yield mine, f"key {account.key}"
            yield budgets.all_keys(self._rate), f"user {account.id}"

    async def _take(self, asked: list[tuple[Budget, str]]) -> list[Verdict]:
        """The verdicts up to the first refusal: what is refused costs the budgets after it nothing."""
        verdicts: list[Verdict] = []
        for budget, whose in asked:
            verdicts.append(await self._limiter.take(budget, whose))
            if not verdicts[-1].allowed:
                break
        return verdicts


def headers_of(limits: list[Verdict]) -> Iterator[tuple[str, str]]:
    """draft-ietf-httpapi-ratelimit-headers-10: the policies, and what is left of each."""
    yield (
        "RateLimit-Policy",
        ", ".join(f'"{v.budget.name}";q={v.budget.amount};w={v.budget.seconds}' for v in limits),
    )
    yield "RateLimit", ", ".join(f'"{v.budget.name}";r={v.remaining};t={v.reset}' for v in limits)


def refusal(verdict: Verdict) -> Any:
    """429: what the budget is, and when one more request is answered."""
    budget, wait = verdict.budget, verdict.retry_after
    detail = f"Too many requests: {budget.amount} per {_SPAN[budget.seconds]} here. Try again in {wait} s."
    return problem(429, detail, headers={"Retry-After": str(wait)})


def _shows_something(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return "authorization" in headers or "x-api-key" in headers


def _shows_a_key(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return "x-api-key" in headers and not headers.get("authorization", "").lower().startswith("bearer ")


async def _identified(scope: Scope, state: dict[str, Any]) -> Account | None:
    """Whoever the request shows to be; None when nobody, or when the database does not answer."""
    if not _shows_something(scope):
        return None
    try:
        state["account"] = await identify(scope["app"].state, Headers(scope=scope))
    except SQLAlchemyError:
        return None  # the route asks again, and says so
    account: Account | None = state["account"]
    return account
