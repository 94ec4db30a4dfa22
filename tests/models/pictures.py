"""Pictures for tests: real photos, drawn placeholders, and files that lie, break or burst."""

import random
import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import sklearn.datasets
from PIL import Image, ImageDraw, ImageEnhance, ImageFont

PHOTOS = tuple(sorted((Path(sklearn.datasets.__file__).parent / "images").glob("*.jpg")))


def photo(number: int = 0) -> Image.Image:
    """A real photo, 640 x 427."""
    return Image.open(PHOTOS[number]).convert("RGB")


def encoded(picture: Image.Image, kind: str = "JPEG", **how: Any) -> bytes:
    """The picture as a file."""
    out = BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


def as_shown(picture: Image.Image, seed: int) -> bytes:
    """As some agency shows it: cropped by up to 6 %, lit, coloured, sized and encoded its own way."""
    rng = random.Random(seed)
    width, height = picture.size
    cut_x, cut_y = rng.uniform(0, 0.06) * width, rng.uniform(0, 0.06) * height
    x, y = rng.uniform(0, cut_x), rng.uniform(0, cut_y)
    size = (rng.choice((320, 640, 1024)), rng.choice((240, 430, 700)))
    shot = picture.resize(size, box=(x, y, x + width - cut_x, y + height - cut_y))
    shot = ImageEnhance.Brightness(shot).enhance(rng.uniform(0.9, 1.1))
    shot = ImageEnhance.Color(shot).enhance(rng.uniform(0.8, 1.2))
    return encoded(shot, quality=rng.randint(50, 90))


def plain(colour: str = "white") -> Image.Image:
    """One colour."""
    return Image.new("RGB", (640, 430), colour)


def _soon() -> Image.Image:
    picture = plain("#ebebeb")
    ImageDraw.Draw(picture).text((150, 180), "Photo à venir", fill="#777", font=ImageFont.load_default(56))
    return picture


def _logo() -> Image.Image:
    picture = plain()
    pen = ImageDraw.Draw(picture)
    pen.polygon([(320, 60), (180, 190), (460, 190)], fill="#be1e28")
    pen.rectangle((210, 190, 430, 300), fill="#be1e28")
    pen.text((120, 320), "AGENCE DU PORT", fill="#1e1e1e", font=ImageFont.load_default(60))
    return picture


def _gradient() -> Image.Image:
    return Image.linear_gradient("L").resize((640, 430)).convert("RGB")


#: Pictures that name nobody.
FLAT: dict[str, Callable[[], Image.Image]] = {
    "white": plain,
    "blue": lambda: plain("#143c8c"),
    "gradient": _gradient,
    "photo to come": _soon,
    "logo on white": _logo,
}


def animated(kind: str) -> bytes:
    """A film of two photos."""
    return encoded(photo(0), kind, save_all=True, append_images=[photo(1)])


def bomb(kind: str = "PNG") -> bytes:
    """Fifty megapixels in some hundred kilobytes."""
    return encoded(Image.new("L", (7_100, 7_100), 255), kind)


def boast(side: int) -> bytes:
    """A PNG that is said to have so many pixels a side, and has none."""
    head = b"IHDR" + struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    chunks = (head, b"IDAT" + zlib.compress(b"\0"), b"IEND")
    packed = (struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)
