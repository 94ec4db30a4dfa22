"""A site whose adverts show pictures that lie, burst, break off, never end or lead inward."""

from collections.abc import Mapping
from functools import cache
from io import BytesIO
from typing import Any, Final

from PIL import Image

from town import mean_pages
from town.mean_pages import advert, card, listing
from town.wire import Wire, site

_ROBOTS: Final = "User-agent: *\nDisallow: /photo/forbidden.jpg\n"
#: The pictures of three adverts.
SHOWN: Final = (
    ("truncated", "bomb", "wide", "ink", "layers"),
    ("page", "gzip", "inward", "forbidden", "circle"),
    ("drawing", "film", "endless", "reset"),
)


@site("photos")
async def photos(wire: Wire) -> None:
    """Three adverts whose every picture misbehaves: sizes, types, ends, redirects."""
    name = wire.path.rpartition("/")[2].removesuffix(".jpg")
    if wire.path == "/robots.txt":
        await wire.reply(200, _ROBOTS, Content_Type="text/plain")
    elif wire.path.startswith("/photo/"):
        await _picture(wire, name)
    elif wire.path.startswith("/annonce/") and name.isdigit():
        shown = "".join(f'<img src="{wire.url(f"/photo/{one}.jpg")}">' for one in SHOWN[int(name) % 3])
        await wire.reply(200, advert(int(name), shown))
    else:
        await wire.reply(200, listing("".join(card(f"/annonce/{n}", n) for n in range(3))))


async def _picture(wire: Wire, name: str) -> None:
    match name:
        case "inward":
            await wire.redirect(f"http://127.0.0.1:{wire.inner}/photo.jpg")
        case "circle":
            await wire.redirect(wire.path)
        case "reset":
            wire.reset()
        case "gzip":
            await wire.reply(200, mean_pages.gzip_bomb(), Content_Type="image/jpeg", Content_Encoding="gzip")
        case "endless":
            await wire.head("Content-Type: image/jpeg")
            while True:
                await wire.raw(pictures()["truncated"])
        case _:
            await wire.reply(200, pictures().get(name, b""), Content_Type="image/jpeg")


@cache
def pictures() -> Mapping[str, bytes]:
    """By name: broken off; fifty megapixels; as many as a crawler may take, as costly as they come; …"""
    return {
        "truncated": _file((640, 430), "JPEG")[:900],
        "bomb": _file((7_100, 7_100), "PNG"),
        "wide": _file((3_800, 2_100), "JPEG", progressive=True, subsampling=0),
        "ink": _file((2_000, 1_490), "JPEG", mode="CMYK", progressive=True),
        "layers": _file((2_000, 1_490), "WEBP"),
        "page": mean_pages.page("Vendu", "<p>Ce bien est vendu.</p>").encode(),
        "drawing": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "film": _file((90, 60), "GIF", save_all=True, append_images=[Image.new("RGB", (90, 60), "red")] * 9),
    }


def _file(size: tuple[int, int], kind: str, mode: str = "RGB", **how: Any) -> bytes:
    out = BytesIO()
    Image.new(mode, size, (200,) * len(mode)).save(out, kind, **how)
    return out.getvalue()
