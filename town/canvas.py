"""A small easel over Pillow: gradients, soft shadows and shapes on a 960 x 645 picture.

Scenes draw in these coordinates; `photos.py` crops and shrinks, which smooths the edges.
"""

from random import Random

from PIL import Image, ImageDraw, ImageFilter, ImageOps

WIDTH, HEIGHT = 960, 645
Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]


def shade(colour: Colour, factor: float) -> Colour:
    """Darker below 1, lighter above."""
    if factor <= 1:
        return (int(colour[0] * factor), int(colour[1] * factor), int(colour[2] * factor))
    mix = min(1.0, factor - 1)
    r, g, b = (int(c + (255 - c) * mix) for c in colour)
    return r, g, b


def near(rng: Random, colour: Colour, spread: int = 14) -> Colour:
    """A colour close to this one."""
    r, g, b = (max(0, min(255, c + rng.randint(-spread, spread))) for c in colour)
    return r, g, b


class Canvas:
    """One picture in the making."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.image = Image.new("RGB", (WIDTH, HEIGHT))
        self.draw = ImageDraw.Draw(self.image)

    def fill(self, box: Box, top: Colour, bottom: Colour) -> None:
        """A box with a vertical gradient."""
        x0, y0, x1, y1 = (round(v) for v in box)
        if x1 <= x0 or y1 <= y0:
            return
        ramp = Image.linear_gradient("L").crop((0, 0, 1, 256))
        column = ImageOps.colorize(ramp.resize((1, y1 - y0)), top, bottom)
        self.image.paste(column.resize((x1 - x0, y1 - y0), Image.Resampling.NEAREST), (x0, y0))

    def box(self, box: Box, colour: Colour, edge: Colour | None = None, radius: int = 0) -> None:
        """A plain box, perhaps with an edge or round corners."""
        self.draw.rounded_rectangle(box, radius, fill=colour, outline=edge, width=3 if edge else 0)

    def shape(self, points: list[tuple[float, float]], colour: Colour) -> None:
        self.draw.polygon(points, fill=colour)

    def oval(self, box: Box, colour: Colour) -> None:
        self.draw.ellipse(box, fill=colour)

    def line(self, points: list[tuple[float, float]], colour: Colour, width: int = 3) -> None:
        self.draw.line(points, fill=colour, width=width)

    def shadow(self, box: Box, strength: int = 90, blur: int = 14) -> None:
        """A soft dark oval, as under a sofa or a tree."""
        x0, y0, x1, y1 = box
        around = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
        self._tint(around, strength, blur, (20, 20, 30), oval=True)

    def light(self, points: list[tuple[float, float]], strength: int = 60, blur: int = 10) -> None:
        """A soft patch of sun."""
        self._tint(points, strength, blur, (255, 250, 225))

    def _tint(
        self,
        points: list[tuple[float, float]],
        strength: int,
        blur: int,
        colour: Colour,
        *,
        oval: bool = False,
    ) -> None:
        """Colour through a blurred mask, made at half size and only where it shows."""
        xs, ys = [x for x, _ in points], [y for _, y in points]
        left, top = round(min(xs)) - 3 * blur, round(min(ys)) - 3 * blur
        size = round(max(xs)) + 3 * blur - left, round(max(ys)) + 3 * blur - top
        mask = Image.new("L", (size[0] // 2, size[1] // 2))
        inner = [((x - left) / 2, (y - top) / 2) for x, y in points]
        pen = ImageDraw.Draw(mask)
        if oval:
            pen.ellipse((*inner[0], *inner[2]), fill=strength)
        else:
            pen.polygon(inner, fill=strength)
        soft = mask.filter(ImageFilter.GaussianBlur(blur / 2)).resize(size)
        self.image.paste(colour, (left, top), soft)

    # Things found both inside and outside ---------------------------------------------------

    def sky(self, box: Box) -> None:
        """Morning, noon or evening, with a few clouds."""
        rng = self.rng
        top, bottom = rng.choice(
            (((92, 156, 219), (205, 228, 244)), ((120, 170, 214), (233, 236, 232)),
             ((74, 134, 204), (250, 224, 196)), ((150, 178, 200), (226, 231, 234)))
        )  # fmt: skip
        self.fill(box, top, bottom)
        x0, y0, x1, y1 = box
        for _ in range(rng.randint(1, 4)):
            x, y = rng.uniform(x0, x1 - 60), rng.uniform(y0, y0 + (y1 - y0) * 0.4)
            for _ in range(5):
                w, h = rng.uniform(40, 110), rng.uniform(14, 28)
                dx, dy = rng.uniform(-40, 60), rng.uniform(-8, 8)
                right, low = min(x1, x + dx + w), min(y1, y + dy + h)
                left, high = max(x0, x + dx), max(y0, y + dy)
                if right > left and low > high:
                    self.oval((left, high, right, low), shade(bottom, 1.7))

    def tree(self, x: float, ground: float, size: float) -> None:
        """A round tree whose foot stands at (x, ground)."""
        green = near(self.rng, self.rng.choice(((86, 128, 68), (104, 146, 84), (70, 112, 74))), 10)
        self.shadow((x - size * 0.6, ground - size * 0.08, x + size * 0.6, ground + size * 0.1), 70, 8)
        trunk = (104, 82, 62)
        self.box((x - size * 0.05, ground - size * 0.7, x + size * 0.05, ground), trunk)
        for at in range(9):
            cx = x + self.rng.uniform(-0.32, 0.32) * size
            cy = ground - size * self.rng.uniform(0.65, 1.25)
            r = size * self.rng.uniform(0.2, 0.33)
            self.oval((cx - r, cy - r, cx + r, cy + r), shade(green, 0.82 + 0.04 * at))

    def plant(self, x: float, ground: float, size: float) -> None:
        """A pot with leaves."""
        green = near(self.rng, (84, 130, 82))
        for _ in range(9):
            tip = (x + self.rng.uniform(-0.6, 0.6) * size, ground - size * self.rng.uniform(0.8, 1.7))
            side = size * 0.09
            middle = ((x + tip[0]) / 2 + side, (ground - size * 0.4 + tip[1]) / 2)
            self.shape(
                [(x - side, ground - size * 0.4), tip, middle], shade(green, self.rng.uniform(0.8, 1.2))
            )
        pot = self.rng.choice(((196, 120, 84), (230, 226, 218), (88, 92, 98)))
        w = size * 0.28
        self.shape(
            [(x - w, ground - size * 0.45), (x + w, ground - size * 0.45), (x + w * 0.7, ground),
             (x - w * 0.7, ground)], pot,
        )  # fmt: skip
