"""What surrounds every request: security headers, and an access log that names nobody.

Plain ASGI, so that responses stream through untouched.
"""

import json
import logging
import time
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serve import metrics, request_id
from serve.limits.budgets import is_export

log = logging.getLogger("pignon.access")

#: No script or style but our own files; photos are the agencies', so images come from anywhere.
CONTENT_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' http: https: data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
}
#: Only where PUBLIC_URL says so: a browser that heard it refuses plain HTTP for a year.
_HTTPS: Final = {"Strict-Transport-Security": "max-age=31536000"}
#: What is one person's is kept by no cache, nor are tokens (RFC 6749, 5.1).
_PERSONAL: Final = ("/api/user", "/api/auth", "/account")


class Heads:
    """Answers HEAD as GET without its body (RFC 9110, 9.3.2): uptime monitors and calendars ask so. The
    outermost, so that all within sees a GET; not for exports, whose bodies are made as they are sent.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; of a HEAD's answer, the head alone back."""
        if scope["type"] != "http" or scope["method"] != "HEAD" or is_export(scope["path"]):
            await self.app(scope, receive, send)
            return
        ended = False

        async def headed(message: Message) -> None:
            nonlocal ended
            if message["type"] == "http.response.start":
                await send(message)
            elif not ended:
                ended = True
                await send({"type": "http.response.body", "body": b""})

        await self.app({**scope, "method": "GET"}, receive, headed)


class SecurityHeaders:
    """Adds the headers that a response does not set itself."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self.app = app
        self._headers = _HEADERS | (_HTTPS if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and its response through."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith(_PERSONAL):
                    headers.setdefault("Cache-Control", "no-store")
                if scope["path"].startswith("/account"):
                    headers["Referrer-Policy"] = "no-referrer"  # their address is a link's secret
            await send(message)

        await self.app(scope, receive, guarded)


class AccessLog:
    """One JSON line per request: id, method, route, status, bytes, milliseconds; and the same as numbers.

    Neither address, agent nor query is kept: what a person looks for is theirs. The outermost but for
    `Heads`, so that every answer bears the request's id.
    """

    def __init__(self, app: ASGIApp, *, tells_id: bool = True) -> None:
        self.app = app
        self._tells_id = tells_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and note how it went, even when it failed."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status, size = time.perf_counter(), 500, 0
        own = scope.setdefault("state", {})["request_id"] = request_id.given_to(scope)
        token = request_id.current.set(scope)
        header = (request_id.HEADER.lower().encode(), own.encode())

        async def noted(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                if self._tells_id:
                    message.setdefault("headers", []).append(header)
            size += len(message.get("body", b""))
            await send(message)

        metrics.IN_FLIGHT.inc()
        try:
            await self.app(scope, receive, noted)
        finally:
            metrics.IN_FLIGHT.dec()
            request_id.current.reset(token)
            elapsed, route = time.perf_counter() - began, request_id.route_of(scope)
            metrics.answered(route, scope["method"], status, elapsed)
            if log.isEnabledFor(logging.INFO):
                line = {"id": own, "method": scope["method"], "route": route, "status": status}
                log.info(json.dumps({**line, "bytes": size, "ms": round(elapsed * 1000, 1)}))
