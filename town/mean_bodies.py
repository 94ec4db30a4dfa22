"""What a server may do wrong in a body: encodings, bombs, sizes, lies, walls. See `mean` for the names."""

import asyncio
import gzip
from typing import Final

from town import mean_pages
from town.wire import Wire, resource

_HTML: Final = "Content-Type: text/html"


@resource("plain")
async def plain(wire: Wire) -> None:
    """Nothing wrong at all."""
    await wire.reply(200, mean_pages.page("Bonjour", "<p>Une page comme une autre.</p>"))


@resource("gzip-bomb")
async def gzip_bomb(wire: Wire) -> None:
    """1 GiB from 1 MiB."""
    await wire.reply(200, await asyncio.to_thread(mean_pages.gzip_bomb), Content_Encoding="gzip")


@resource("nested-gzip-bomb")
async def nested_gzip_bomb(wire: Wire) -> None:
    """1 GiB from 5 KiB, in two layers that the header tells."""
    await wire.reply(200, await asyncio.to_thread(mean_pages.nested_bomb), Content_Encoding="gzip, gzip")


@resource("untold-gzip")
async def untold_gzip(wire: Wire) -> None:
    """Two layers, of which the header tells one: the body is gzip, called HTML."""
    inner = gzip.compress(mean_pages.advert(1).encode())
    await wire.reply(200, gzip.compress(inner), Content_Encoding="gzip")


@resource("many-encodings")
async def many_encodings(wire: Wire) -> None:
    """A thousand layers told, none there."""
    await wire.reply(200, "<p>nu</p>", Content_Encoding=", ".join(["gzip"] * 1_000))


@resource("broken-gzip")
async def broken_gzip(wire: Wire) -> None:
    """Gzip whose middle is noise."""
    body = bytearray(gzip.compress(mean_pages.many_links().encode()))
    body[len(body) // 2 : len(body) // 2 + 500] = bytes(500)
    await wire.reply(200, bytes(body), Content_Encoding="gzip")


@resource("cut-gzip")
async def cut_gzip(wire: Wire) -> None:
    """Gzip that ends in its middle, at the length told."""
    body = gzip.compress(mean_pages.many_links().encode())
    await wire.reply(200, body[: len(body) // 2], Content_Encoding="gzip")


@resource("no-gzip")
async def no_gzip(wire: Wire) -> None:
    """Called gzip, plain text."""
    await wire.reply(200, "<p>pas de gzip</p>", Content_Encoding="gzip")


@resource("unknown-encoding")
async def unknown_encoding(wire: Wire) -> None:
    """An encoding that nobody knows."""
    await wire.reply(200, "<p>inconnu</p>", Content_Encoding="rot13")


@resource("lying-charset")
async def lying_charset(wire: Wire) -> None:
    """Called UTF-16 in the header and latin-1 in the page; UTF-8 with a broken end."""
    body = mean_pages.advert(1).replace("utf-8", "latin-1").encode() + b"\xc3"
    await wire.reply(200, body, Content_Type="text/html; charset=utf-16")


@resource("unknown-charset")
async def unknown_charset(wire: Wire) -> None:
    """A charset that does not exist."""
    await wire.reply(200, mean_pages.advert(1), Content_Type="text/html; charset=klingon\x7f")


@resource("lying-type")
async def lying_type(wire: Wire) -> None:
    """A picture called HTML."""
    await wire.reply(200, b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 2_000)


@resource("page-called-image")
async def page_called_image(wire: Wire) -> None:
    """HTML called a picture."""
    await wire.reply(200, mean_pages.advert(1), Content_Type="image/png")


@resource("big-page")
async def big_page(wire: Wire) -> None:
    """50 MB of HTML."""
    await wire.head(_HTML, "Content-Length: 50000000")
    for _ in range(500):
        await wire.raw(b"<p>gros</p>" * 9_090 + b"          ")


@resource("many-links")
async def many_links(wire: Wire) -> None:
    """100,000 links."""
    await wire.reply(200, await asyncio.to_thread(mean_pages.many_links))


@resource("deep-page")
async def deep_page(wire: Wire) -> None:
    """50,000 elements, each within the last."""
    await wire.reply(200, mean_pages.deep_page())


@resource("refresh-loop")
async def refresh_loop(wire: Wire) -> None:
    """A page that loads itself again at once."""
    await wire.reply(200, mean_pages.page("Attendez", "", '<meta http-equiv="refresh" content="0">'))


@resource("cloudflare")
async def cloudflare(wire: Wire) -> None:
    """A challenge page with 403."""
    await wire.reply(403, mean_pages.CLOUDFLARE, Server="cloudflare", cf_mitigated="challenge")


@resource("datadome")
async def datadome(wire: Wire) -> None:
    """A challenge page with 403 and a cookie."""
    await wire.reply(403, mean_pages.DATADOME, X_DataDome="protected", Set_Cookie="datadome=0; Path=/")


@resource("captcha")
async def captcha(wire: Wire) -> None:
    """A captcha with 200, like any page."""
    await wire.reply(200, mean_pages.CAPTCHA)
