"""What is drawn outdoors: houses, buildings, shops, gardens, plots of land, car parks."""

from town.canvas import HEIGHT, WIDTH, Box, Canvas, Colour, near, shade

_WALLS: tuple[Colour, ...] = (
    (240, 230, 210), (232, 214, 186), (246, 241, 232), (221, 205, 184), (214, 186, 160),
    (205, 150, 122), (228, 224, 218), (236, 206, 158),
)  # fmt: skip
_ROOFS: tuple[Colour, ...] = ((164, 84, 60), (186, 104, 72), (88, 94, 106), (72, 78, 92), (140, 96, 78))
_SHUTTERS: tuple[Colour, ...] = (
    (84, 126, 156), (110, 140, 110), (150, 60, 56), (240, 238, 232), (96, 100, 108), (58, 92, 96),
)  # fmt: skip
_GLASS: Colour = (126, 158, 182)


def house(c: Canvas) -> None:
    """A house with its roof, shutters, lawn and trees."""
    rng = c.rng
    ground = rng.randint(430, 480)
    c.sky((0, 0, WIDTH, ground))
    _hills(c, ground)
    _lawn(c, ground)
    for _ in range(rng.randint(1, 3)):
        c.tree(rng.choice((rng.randint(20, 170), rng.randint(800, 940))), ground + 4, rng.randint(130, 230))
    left, right = rng.randint(170, 260), rng.randint(690, 790)
    top = ground - rng.choice((150, 165, 240, 255))
    wall, roof, shutter = near(rng, rng.choice(_WALLS)), near(rng, rng.choice(_ROOFS)), rng.choice(_SHUTTERS)
    c.shadow((left - 30, ground - 18, right + 60, ground + 34), 110)
    c.fill((left, top, right, ground), shade(wall, 1.15), shade(wall, 0.95))
    _roof(c, (left, top, right, ground), roof)
    floors = 2 if ground - top > 200 else 1
    door = rng.randint(1, 3)
    _openings(c, (left, top, right, ground), floors, door, shutter)
    if rng.random() < 0.5:
        _annex(c, right, ground, wall, roof)
    _path(c, left + (right - left) * (door + 0.5) / 5, ground)
    _bushes(c, left, right, ground)


def building(c: Canvas) -> None:
    """A block of flats on its street: modern with balconies, or old with a mansard roof."""
    rng = c.rng
    street = rng.randint(540, 575)
    c.sky((0, 0, WIDTH, street))
    _neighbours(c, street)
    left, right = rng.randint(110, 210), rng.randint(740, 850)
    floors, columns = rng.randint(4, 6), rng.randint(4, 7)
    top = street - floors * 84 - rng.randint(0, 20)
    old = rng.random() < 0.5
    wall = near(rng, rng.choice(_WALLS))
    c.fill((left, top, right, street), shade(wall, 1.12), shade(wall, 0.94))
    if old:
        _mansard(c, (left, top, right, street))
    else:
        c.box((left - 8, top - 12, right + 8, top + 4), shade(wall, 0.75))
    _flat_windows(c, (left, top, right, street), floors, columns, old)
    _street(c, street)
    for x in rng.sample(range(40, 920, 110), rng.randint(1, 3)):
        c.tree(x, street + 10, rng.randint(120, 180))


def shop(c: Canvas) -> None:
    """A shop front with its sign and awning."""
    rng = c.rng
    building(c)
    paint = rng.choice(((42, 72, 84), (110, 42, 48), (38, 40, 46), (70, 92, 72), (196, 150, 60)))
    c.box((120, 350, 840, 560), paint)
    c.box((120, 350, 840, 392), shade(paint, 0.75))
    c.box((390, 360, 570, 382), shade(paint, 1.6), radius=5)
    for x in (145, 377, 609):
        c.fill((x, 405, x + 205, 548), (206, 222, 230), (96, 112, 120))
        c.light([(x, 405), (x + 80, 405), (x, 500)], 60)
    stripes = 18
    for at in range(stripes):
        edge = 110 + at * 740 / stripes
        hue: Colour = (244, 240, 232) if at % 2 else shade(paint, 1.25)
        end = edge + 740 / stripes
        c.shape([(edge + 10, 392), (end + 10, 392), (end, 440), (edge, 440)], hue)


def garden(c: Canvas) -> None:
    """Lawn, hedge, table and parasol; sometimes a pool."""
    rng = c.rng
    ground = rng.randint(270, 330)
    c.sky((0, 0, WIDTH, ground))
    _hills(c, ground)
    hedge = near(rng, (72, 112, 66), 8)
    for x in range(-30, WIDTH, 46):
        c.oval(
            (x, ground - 72 + rng.randint(-8, 8), x + 92, ground + 40), shade(hedge, rng.uniform(0.85, 1.1))
        )
    _lawn(c, ground + 10)
    if rng.random() < 0.4:
        c.shape([(330, 470), (760, 470), (900, 610), (220, 610)], (226, 216, 198))
        c.shape([(352, 482), (740, 482), (862, 596), (262, 596)], (84, 178, 202))
        c.shape([(352, 482), (740, 482), (752, 494), (342, 494)], (62, 150, 178))
    x = rng.randint(200, 660)
    c.shadow((x - 110, 440, x + 130, 484), 90)
    c.line([(x, 220), (x, 455)], (120, 104, 88), 7)
    cloth = rng.choice(((232, 226, 210), (196, 84, 66), (64, 110, 132), (226, 176, 76)))
    c.shape([(x - 130, 262), (x, 196), (x + 130, 262)], cloth)
    c.shape([(x - 45, 262), (x, 196), (x + 45, 262)], shade(cloth, 1.25))
    c.box((x - 84, 384, x + 84, 396), (150, 118, 88))
    for leg in (-70, 70):
        c.line([(x + leg, 396), (x + leg, 462)], (126, 98, 72), 7)
    c.tree(rng.choice((70, 880)), 420, rng.randint(200, 260))


def land(c: Canvas) -> None:
    """A meadow to build on, with its stakes."""
    rng = c.rng
    ground = rng.randint(280, 350)
    c.sky((0, 0, WIDTH, ground))
    _hills(c, ground)
    _lawn(c, ground)
    for x in range(30, WIDTH, rng.randint(70, 120)):
        c.box((x, ground - 26, x + 8, ground + 22), (142, 114, 84))
    c.line([(0, ground - 10), (WIDTH, ground - 10)], (150, 124, 96), 4)
    for x, y in ((210, 560), (770, 540), (330, 400), (640, 396)):
        c.box((x, y - 52, x + 9, y), (222, 96, 62))
    c.line([(214, 512), (334, 352), (644, 348), (774, 492)], (250, 244, 230), 2)
    for _ in range(rng.randint(2, 5)):
        c.tree(rng.randint(0, WIDTH), ground + 14, rng.randint(70, 150))


def parking(c: Canvas) -> None:
    """A space underground, with pillars, painted lines and perhaps a car."""
    rng = c.rng
    paint = rng.choice(((214, 178, 62), (86, 142, 120), (178, 82, 70), (92, 128, 176)))
    c.fill((0, 0, WIDTH, 200), (120, 122, 124), (158, 160, 160))
    c.fill((0, 200, WIDTH, 380), (196, 197, 194), (172, 173, 170))
    c.box((0, 320, WIDTH, 380), paint)
    c.fill((0, 380, WIDTH, HEIGHT), (128, 130, 132), (164, 166, 166))
    for x in (110, 480, 850):
        c.light([(x - 60, 60), (x + 60, 60), (x + 100, 84), (x - 100, 84)], 200, 8)
    for x, low in ((60, 640), (345, 640), (620, 640), (905, 640)):
        c.line([(480 + (x - 480) * 0.62, 384), (x, low)], (238, 236, 226), 9)
    for x in (20, 880):
        c.fill((x, 60, x + 64, 560), (214, 214, 208), (184, 184, 178))
        c.box((x, 430, x + 64, 520), paint)
    if rng.random() < 0.6:
        _car(c, rng.choice((340, 60)))


def _car(c: Canvas, x: int) -> None:
    body = c.rng.choice(((172, 44, 44), (52, 84, 128), (226, 226, 224), (62, 66, 72), (120, 146, 126)))
    c.shadow((x - 10, 540, x + 300, 590), 140)
    c.shape([(x + 50, 440), (x + 90, 390), (x + 200, 390), (x + 240, 440)], shade(body, 0.85))
    c.shape([(x + 66, 438), (x + 98, 400), (x + 192, 400), (x + 224, 438)], (150, 176, 190))
    c.box((x, 438, x + 290, 545), body, radius=34)
    for light in (x + 20, x + 222):
        c.box((light, 462, light + 48, 486), (250, 244, 214), radius=10)
    c.box((x + 105, 500, x + 185, 522), (244, 244, 240), radius=3)
    for wheel in (x + 24, x + 216):
        c.box((wheel, 536, wheel + 50, 572), (38, 38, 42), radius=10)


def _hills(c: Canvas, ground: float) -> None:
    for at in range(2):
        tone = shade((122, 150, 134), 1.35 - at * 0.25)
        y = ground - 70 + at * 28
        points = [(x, y - c.rng.randint(0, 44)) for x in range(-60, WIDTH + 160, 150)]
        c.shape([(-60, ground + 2), *points, (WIDTH + 160, ground + 2)], tone)


def _lawn(c: Canvas, ground: float) -> None:
    green = near(c.rng, (126, 164, 84), 12)
    c.fill((0, ground, WIDTH, HEIGHT), shade(green, 0.92), shade(green, 1.12))
    for at in range(0, 6, 2):
        y = ground + (HEIGHT - ground) * (at / 6) ** 1.4
        end = ground + (HEIGHT - ground) * ((at + 1) / 6) ** 1.4
        c.fill((0, y, WIDTH, end), shade(green, 1.03), shade(green, 1.1))


def _roof(c: Canvas, walls: Box, roof: Colour) -> None:
    left, top, right, _ = walls
    rise = c.rng.randint(80, 130)
    inset = c.rng.choice((60, 130, 0))
    ridge = [(left + inset, top - rise), (right - inset, top - rise)]
    if inset == 0:
        middle = (left + right) / 2
        ridge = [(middle, top - rise - 30)]
    if c.rng.random() < 0.7:
        x = left + (right - left) * c.rng.choice((0.28, 0.7))
        c.box((x, top - rise - 34, x + 40, top - 30), (168, 120, 100))
        c.box((x - 5, top - rise - 42, x + 45, top - rise - 30), (120, 84, 72))
    outline = [(left - 26, top + 8), *ridge, (right + 26, top + 8)]
    c.shape(outline, roof)
    for step in range(1, 6):
        y = top + 8 - step * rise / 6
        slip = (inset or (right - left) / 2) * step / 6
        c.line([(left - 22 + slip, y), (right + 22 - slip, y)], shade(roof, 0.88), 3)
    c.box((left - 26, top + 4, right + 26, top + 14), shade(roof, 0.7))


def _openings(c: Canvas, walls: Box, floors: int, door: int, shutter: Colour) -> None:
    left, _, right, ground = walls
    step = (right - left) / 5
    for floor in range(floors):
        low = ground - 34 - (floor * 112)
        for column in range(5):
            x = left + step * column + step / 2
            if floor == 0 and column == door:
                c.box((x - 30, ground - 124, x + 30, ground), shade(shutter, 0.8), (245, 243, 238))
                c.oval((x + 14, ground - 66, x + 22, ground - 58), (222, 196, 120))
            elif column != 2 or floors == 1 or floor == 1:
                _window(c, (x - 25, low - 72, x + 25, low), shutter)


def _window(c: Canvas, box: Box, shutter: Colour | None = None) -> None:
    x0, y0, x1, y1 = box
    if shutter:
        wide = (x1 - x0) * 0.46
        for side in (x0 - wide - 4, x1 + 4):
            c.box((side, y0, side + wide, y1), shutter)
            for y in range(int(y0) + 8, int(y1) - 4, 9):
                c.line([(side + 4, y), (side + wide - 4, y)], shade(shutter, 0.85), 2)
    c.fill(box, shade(_GLASS, 1.4), shade(_GLASS, 0.8))
    c.draw.rectangle(box, outline=(246, 244, 240), width=4)
    c.line([((x0 + x1) / 2, y0), ((x0 + x1) / 2, y1)], (246, 244, 240), 3)
    c.box((x0 - 5, y1, x1 + 5, y1 + 6), (214, 208, 198))


def _annex(c: Canvas, right: float, ground: float, wall: Colour, roof: Colour) -> None:
    """A garage against the house."""
    end = right + 130
    c.fill((right, ground - 118, end, ground), shade(wall, 1.05), shade(wall, 0.9))
    c.shape(
        [(right - 4, ground - 150), (end + 18, ground - 112), (right - 4, ground - 112)], shade(roof, 0.95)
    )
    c.box((right + 20, ground - 90, end - 16, ground), (228, 226, 220), (190, 188, 182))
    for y in range(int(ground) - 72, int(ground), 18):
        c.line([(right + 22, y), (end - 18, y)], (200, 198, 192), 2)


def _path(c: Canvas, x: float, ground: float) -> None:
    c.shape([(x - 26, ground), (x + 26, ground), (x + 120, HEIGHT), (x - 90, HEIGHT)], (214, 202, 180))


def _bushes(c: Canvas, left: float, right: float, ground: float) -> None:
    for _ in range(c.rng.randint(4, 8)):
        x, r = (
            c.rng.choice((c.rng.uniform(left, left + 170), c.rng.uniform(right - 150, right))),
            c.rng.uniform(18, 34),
        )
        green = near(c.rng, (92, 134, 76), 16)
        c.oval((x - r, ground - r * 0.9, x + r, ground + r * 0.7), green)
        if c.rng.random() < 0.5:
            flower = c.rng.choice(((214, 110, 140), (240, 214, 110), (186, 140, 200)))
            for _ in range(5):
                fx, fy = x + c.rng.uniform(-r, r) * 0.7, ground - c.rng.uniform(0, r) * 0.7
                c.oval((fx - 3, fy - 3, fx + 3, fy + 3), flower)


def _neighbours(c: Canvas, street: float) -> None:
    for left, right in ((-20, 180), (780, WIDTH + 20)):
        top = street - c.rng.randint(220, 420)
        wall = shade(near(c.rng, c.rng.choice(_WALLS)), 0.92)
        c.fill((left, top, right, street), wall, shade(wall, 0.9))
        for y in range(int(top) + 24, int(street) - 60, 74):
            for x in range(int(left) + 26, int(right) - 36, 58):
                c.box((x, y, x + 28, y + 44), shade(_GLASS, 0.95))


def _mansard(c: Canvas, walls: Box) -> None:
    left, top, right, _ = walls
    slate = near(c.rng, (92, 100, 114), 8)
    c.shape([(left - 6, top), (left + 26, top - 66), (right - 26, top - 66), (right + 6, top)], slate)
    for x in range(int(left) + 70, int(right) - 70, 118):
        c.box((x, top - 54, x + 42, top - 8), (238, 234, 226))
        c.box((x + 6, top - 46, x + 36, top - 10), _GLASS)
    c.box((left - 10, top - 6, right + 10, top + 8), (226, 218, 204))


def _flat_windows(c: Canvas, walls: Box, floors: int, columns: int, old: bool) -> None:
    left, top, right, street = walls
    tall, wide = (street - top) / floors, (right - left) / columns
    rail = c.rng.choice(((60, 64, 70), (236, 236, 234), (120, 150, 160)))
    balconies = {col for col in range(columns) if c.rng.random() < 0.5}
    for floor in range(floors):
        base = street - floor * tall
        for column in range(columns):
            x = left + wide * (column + 0.5)
            if floor == 0:
                c.box(
                    (x - wide * 0.34, base - tall * 0.72, x + wide * 0.34, base),
                    (88, 84, 82),
                    (206, 198, 186),
                )
                continue
            _window(c, (x - wide * 0.2, base - tall * 0.82, x + wide * 0.2, base - tall * 0.2))
            if column in balconies or (old and floor in {2, floors - 1}):
                _balcony(c, (x - wide * 0.38, base - tall * 0.42, x + wide * 0.38, base - tall * 0.14), rail)
    c.box((left, street - tall - 6, right, street - tall + 4), (226, 218, 204))


def _balcony(c: Canvas, box: Box, rail: Colour) -> None:
    x0, y0, x1, y1 = box
    c.box((x0 - 4, y1, x1 + 4, y1 + 7), (206, 200, 190))
    c.line([(x0, y0), (x1, y0)], rail, 4)
    for x in range(int(x0), int(x1) + 1, 9):
        c.line([(x, y0), (x, y1)], rail, 2)


def _street(c: Canvas, street: float) -> None:
    c.box((0, street, WIDTH, street + 22), (208, 204, 198))
    c.fill((0, street + 22, WIDTH, HEIGHT), (112, 114, 118), (136, 138, 142))
    for x in range(20, WIDTH, 150):
        c.box((x, street + 52, x + 74, street + 58), (236, 234, 226))
