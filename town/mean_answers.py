"""What a server may do wrong in statuses, redirects and headers. See `mean` for the names."""

import itertools
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Final

from town.wire import Wire, resource

_HTML: Final = "Content-Type: text/html"
#: Where a redirect may try to lead a crawler; {inner} is a port of this machine that listens.
INNER_TARGETS: Final[Mapping[str, str]] = {
    "loopback": "http://127.0.0.1:{inner}/",
    "loopback-name": "http://localhost:{inner}/",
    "loopback-v6": "http://[::1]:{inner}/",
    "loopback-mapped": "http://[::ffff:127.0.0.1]:{inner}/",
    "loopback-number": "http://2130706433:{inner}/",
    "loopback-hex": "http://0x7f.1:{inner}/",
    "loopback-short": "http://127.1/",
    "unspecified": "http://0.0.0.0/",
    "private": "http://10.0.0.1/admin",
    "link-local": "http://[fe80::1]/",
    "metadata": "http://169.254.169.254/latest/meta-data/",
    "metadata-name": "http://metadata.google.internal/computeMetadata/v1/",
    "user-name": "http://agence.example@127.0.0.1:{inner}/",
    "file": "file:///etc/passwd",
    "gopher": "gopher://127.0.0.1:{inner}/_",
    "script": "javascript:alert(1)",
    "unreadable": "http://[::1",
    "endless": "http://mean.localhost/" + "x" * 60_000,
}


@resource("fails-once")
async def fails_once(wire: Wire) -> None:
    """500, then 200, by turns."""
    await wire.reply(500 if wire.count % 2 else 200, "<p>une fois sur deux</p>")


@resource("limited-seconds")
async def limited_seconds(wire: Wire) -> None:
    """429 with Retry-After in seconds."""
    await wire.reply(429, "", Retry_After="1")


@resource("limited-date")
async def limited_date(wire: Wire) -> None:
    """429 with Retry-After as a date, an hour ahead."""
    await wire.reply(
        429, "", Retry_After=format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    )


@resource("limited-century")
async def limited_century(wire: Wire) -> None:
    """429 with a Retry-After of a hundred years."""
    await wire.reply(429, "", Retry_After="3155760000")


@resource("unavailable")
async def unavailable(wire: Wire) -> None:
    """503 with Retry-After, ten minutes."""
    await wire.reply(503, "<p>maintenance</p>", Retry_After="600")


@resource("odd-status")
async def odd_status(wire: Wire) -> None:
    """A status that no standard knows."""
    await wire.reply(999, "<p>999</p>")


@resource("redirect-self")
async def redirect_self(wire: Wire) -> None:
    """To itself."""
    await wire.redirect("/redirect-self")


@resource("redirect-loop")
async def redirect_loop(wire: Wire) -> None:
    """From a to b and back."""
    await wire.redirect("/redirect-loop/b" if not wire.path.endswith("/b") else "/redirect-loop/a")


@resource("redirect-chain")
async def redirect_chain(wire: Wire) -> None:
    """Thirty, each to a new address."""
    done = int(wire.path.rpartition("/")[2]) if wire.path[-1:].isdigit() else 0
    await (wire.redirect(f"/redirect-chain/{done + 1}") if done < 30 else wire.reply(200, "<p>enfin</p>"))


@resource("redirect-to")
async def redirect_to(wire: Wire) -> None:
    """To the inner address that the path names."""
    await wire.redirect(INNER_TARGETS[wire.path.rpartition("/")[2]].format(inner=wire.inner))


@resource("redirect-nowhere")
async def redirect_nowhere(wire: Wire) -> None:
    """302 without Location."""
    await wire.reply(302, "")


@resource("cookie-wall")
async def cookie_wall(wire: Wire) -> None:
    """To itself until a cookie comes back with a value that changes every time."""
    await wire.redirect(f"/cookie-wall?{wire.count}", Set_Cookie=f"mur={wire.count}; Path=/")


@resource("endless-headers")
async def endless_headers(wire: Wire) -> None:
    """Headers without end."""
    await wire.raw(b"HTTP/1.1 200 OK\r\n")
    for number in itertools.count():
        await wire.raw(b"X-%d: encore\r\n" % number * 100)


@resource("many-headers")
async def many_headers(wire: Wire) -> None:
    """10,000 headers."""
    await wire.head(_HTML, "Content-Length: 0", *(f"X-{n}: {n}" for n in range(10_000)))


@resource("huge-header")
async def huge_header(wire: Wire) -> None:
    """One header of 1 MB."""
    await wire.head(_HTML, "Content-Length: 0", f"X-Grand: {'x' * 1_000_000}")


@resource("many-cookies")
async def many_cookies(wire: Wire) -> None:
    """2,000 cookies, as long as the headers of an answer may be."""
    await wire.head(_HTML, "Content-Length: 4", *(f"Set-Cookie: c{n}={'v' * 20}" for n in range(2_000)))
    await wire.raw(b"miam")


@resource("bad-header")
async def bad_header(wire: Wire) -> None:
    """Header names and values with bytes that none may hold."""
    await wire.raw(b"HTTP/1.1 200 OK\r\nX-\xff\x00: \x00\x01\r\n: vide\r\nContent-Length: 0\r\n\r\n")
