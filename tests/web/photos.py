"""Photos for the pages' tests: drawn, not taken, by a tiny server on loopback."""

import colorsys
import io
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from PIL import Image, ImageDraw

SIZE = (640, 480)


@contextmanager
def photo_server() -> Iterator[str]:
    """An address under which every path ending in .jpg is a drawn house; paths with `missing` answer 404."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Photos)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


class _Photos(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """A photo that depends on its path alone."""
        if "missing" in self.path:
            self.send_error(404)
            return
        body = draw(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "image/jpeg")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silence."""


def draw(seed: str) -> bytes:
    """A house under a sky, as JPEG."""
    chance = random.Random(seed)
    image = Image.new("RGB", SIZE)
    pen = ImageDraw.Draw(image)
    hue = chance.uniform(0.52, 0.62)
    for y in range(SIZE[1]):
        pen.line([(0, y), (SIZE[0], y)], fill=_colour(hue, 0.45 - y / 1600, 0.85 + y / 3600))
    left = -chance.randint(0, 60)
    while left < SIZE[0]:
        width, height = chance.randint(130, 240), chance.randint(150, 290)
        _house(pen, chance, (left, 430 - height, left + width, 430))
        left += width + chance.randint(-6, 12)
    pen.rectangle((0, 430, *SIZE), fill=_colour(chance.choice((0.27, 0.1, 0.6)), 0.25, 0.55))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=82)
    return buffer.getvalue()


def _house(pen: ImageDraw.ImageDraw, chance: random.Random, box: tuple[int, int, int, int]) -> None:
    left, top, right, bottom = box
    wall = _colour(chance.uniform(0.06, 0.14), chance.uniform(0.08, 0.38), chance.uniform(0.78, 0.96))
    roof = _colour(chance.choice((0.03, 0.6)), chance.uniform(0.25, 0.6), chance.uniform(0.38, 0.6))
    pen.rectangle(box, fill=wall)
    pen.polygon(
        [(left - 8, top), ((left + right) // 2, top - chance.randint(40, 90)), (right + 8, top)], fill=roof
    )
    glass = _colour(0.57, 0.35, chance.uniform(0.35, 0.95))
    for x in range(left + 22, right - 30, 48):
        for y in range(top + 22, bottom - 44, 62):
            pen.rectangle((x, y, x + 24, y + 36), fill=glass, outline=(250, 250, 246), width=3)


def _colour(hue: float, saturation: float, value: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, min(max(saturation, 0), 1), min(max(value, 0), 1))
    return int(red * 255), int(green * 255), int(blue * 255)
