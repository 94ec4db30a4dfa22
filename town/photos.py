"""Photos of dwellings, drawn: the same picture at every agency, but cropped, lit and encoded anew.

`Photographer.jpeg(dwelling, index, key)`: index 0 is the facade, then room by room; `key` is the
agency's. About 640 x 430 and 30 KB at most. Scenes are drawn in `exteriors.py` and `interiors.py`.
"""

from collections.abc import Callable
from functools import lru_cache
from io import BytesIO
from threading import Lock

from PIL import Image, ImageEnhance

from models.listing import PropertyType
from town import exteriors, interiors
from town.canvas import HEIGHT, WIDTH, Canvas
from town.chance import chance
from town.world import World

Scene = Callable[[Canvas], None]

_MAX_BYTES = 30_000
_SCENES_KEPT = 48
_FLAT: tuple[Scene, ...] = (
    exteriors.building, interiors.living_room, interiors.kitchen, interiors.bedroom, interiors.bathroom,
    interiors.empty_room, interiors.living_room, interiors.bedroom, interiors.empty_room,
)  # fmt: skip
_HOUSE: tuple[Scene, ...] = (
    exteriors.house, interiors.living_room, interiors.kitchen, exteriors.garden, interiors.bedroom,
    interiors.bathroom, interiors.bedroom, interiors.living_room, interiors.empty_room,
)  # fmt: skip
_SCENES: dict[PropertyType, tuple[Scene, ...]] = {
    PropertyType.APARTMENT: _FLAT,
    PropertyType.STUDIO: _FLAT,
    PropertyType.HOUSE: _HOUSE,
    PropertyType.LAND: (exteriors.land,),
    PropertyType.PARKING: (exteriors.parking,),
    PropertyType.COMMERCIAL: (exteriors.shop, interiors.empty_room),
    PropertyType.BUILDING: (exteriors.building, exteriors.building, interiors.empty_room),
}


class Photographer:
    """Draws the photos of one world; keeps the last scenes, since agencies share them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._lock = Lock()
        self._scene = lru_cache(_SCENES_KEPT)(self._draw)

    def jpeg(self, dwelling: int, index: int, key: str) -> bytes | None:
        """One agency's encoding of one photo, or None where there is no such dwelling or photo."""
        try:
            lot = self._world.lot(dwelling)
        except KeyError:
            return None
        if index > lot.dwelling.photo_count:
            return None
        scene = lot.facade if index == 0 else lot.scene
        with self._lock:
            picture = self._scene(scene, lot.dwelling.property_type, index)
        return _encode(picture, f"{key}/{dwelling}/{index}")

    def _draw(self, scene: int, kind: PropertyType, index: int) -> Image.Image:
        scenes = _SCENES[kind]
        canvas = Canvas(chance(self._world.seed, "scene", scene, index))
        scenes[index % len(scenes)](canvas)
        return _framed(canvas)


def _framed(canvas: Canvas) -> Image.Image:
    """The photographer's own frame: nearer or farther, sometimes from the other side.

    Without it every kitchen has the same outline, and a perceptual hash takes two for one.
    """
    rng = canvas.rng
    picture = canvas.image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if rng.random() < 0.5 else canvas.image
    share = rng.uniform(0.72, 1.0)
    x, y = rng.uniform(0, 1 - share) * WIDTH, rng.uniform(0.3, 1) * (1 - share) * HEIGHT
    box = (x, y, x + share * WIDTH, y + share * HEIGHT)
    return picture.resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR, box=box)


def _encode(picture: Image.Image, key: str) -> bytes:
    """Cropped by up to 6 %, lit, perhaps turned warmer, then compressed within bounds."""
    rng = chance("encoding", key)
    cut_x, cut_y = rng.uniform(0, 0.06) * WIDTH, rng.uniform(0, 0.06) * HEIGHT
    x, y = rng.uniform(0, cut_x), rng.uniform(0, cut_y)
    width = rng.choice((600, 640, 640, 680))
    size = (width, round(width * rng.choice((0.66, 0.67, 0.68))))
    box = (x, y, x + WIDTH - cut_x, y + HEIGHT - cut_y)
    shot = picture.resize(size, Image.Resampling.LANCZOS, box=box)
    shot = ImageEnhance.Brightness(shot).enhance(rng.uniform(0.92, 1.08))
    shot = ImageEnhance.Color(shot).enhance(rng.uniform(0.85, 1.15))
    quality = rng.randint(68, 84)
    while True:
        out = BytesIO()
        shot.save(out, "JPEG", quality=quality, optimize=True)
        if out.tell() <= _MAX_BYTES or quality <= 30:
            return out.getvalue()
        quality -= 10
