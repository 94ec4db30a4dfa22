"""What is drawn indoors: living room, kitchen, bedroom, bathroom, an empty room."""

from town.canvas import HEIGHT, WIDTH, Canvas, Colour, near, shade

_PAINTS: tuple[Colour, ...] = (
    (240, 236, 228), (226, 232, 232), (236, 224, 208), (214, 222, 212), (232, 216, 210), (222, 226, 236),
)  # fmt: skip
_WOODS: tuple[Colour, ...] = (
    (196, 154, 108),
    (172, 126, 84),
    (214, 180, 140),
    (138, 98, 68),
    (186, 176, 164),
)
_CLOTHS: tuple[Colour, ...] = (
    (90, 112, 132), (168, 92, 74), (196, 184, 164), (104, 122, 96), (74, 78, 88), (206, 160, 84),
    (146, 110, 130),
)  # fmt: skip


def living_room(c: Canvas) -> None:
    """Sofa, rug, table, lamp, a picture, a window."""
    rng = c.rng
    floor = _room(c)
    _window(c, rng.choice((90, 600)), 110, rng.choice((200, 260)), floor - 130)
    if rng.random() < 0.7:
        _pictures(c, rng.choice((390, 430)), 150)
    rug = rng.choice(_CLOTHS)
    c.shape([(250, 560), (760, 560), (860, 632), (160, 632)], shade(rug, 1.45))
    c.shape([(272, 568), (740, 568), (820, 624), (200, 624)], shade(rug, 1.6))
    _sofa(c, rng.randint(230, 360), floor - 110, rng.choice(_CLOTHS))
    wood = rng.choice(_WOODS)
    c.shadow((390, 570, 620, 622), 80)
    c.box((400, 548, 610, 566), wood, radius=6)
    for x in (418, 584):
        c.line([(x, 566), (x, 612)], shade(wood, 0.7), 7)
    _lamp(c, rng.choice((150, 845)), floor)
    c.plant(rng.choice((70, 900)), floor + 70, rng.randint(100, 140))


def kitchen(c: Canvas) -> None:
    """A run of units with worktop, hob, hood and fridge."""
    rng = c.rng
    floor = _room(c, tiles=rng.random() < 0.5)
    front = rng.choice(((244, 243, 240), (92, 112, 106), (62, 74, 92), (206, 190, 168), (168, 74, 66)))
    top = rng.choice((*_WOODS, (58, 58, 62), (224, 222, 218)))
    c.fill((120, 300, 840, 420), (236, 236, 232), (226, 226, 222))
    for y in range(300, 420, 30):
        c.line([(120, y), (840, y)], (212, 212, 208), 2)
    for x in range(120, 841, 60):
        c.line([(x, 300), (x, 420)], (212, 212, 208), 2)
    gap = rng.choice((2, 3))
    for at in range(6):
        x = 120 + at * 120
        if at != gap:
            c.box((x + 2, 130, x + 118, 300), front, shade(front, 0.86))
            c.line([(x + 100, 270), (x + 100, 288)], (150, 150, 150), 5)
        c.box((x + 2, 438, x + 118, floor + 50), shade(front, 0.97), shade(front, 0.84))
        c.line([(x + 30, 458), (x + 90, 458)], (150, 150, 150), 5)
    c.box((110, 418, 850, 440), top)
    _hob(c, 120 + gap * 120)
    c.box((640, 408, 760, 420), (168, 172, 176), radius=4)
    c.line([(700, 410), (700, 366), (726, 366), (726, 380)], (176, 180, 184), 6)
    c.fill((856, 150, WIDTH, floor + 60), (214, 217, 220), (176, 180, 184))
    c.line([(872, 300), (872, 390)], (130, 134, 138), 6)
    c.line([(856, 280), (WIDTH, 280)], (150, 154, 158), 3)
    c.light([(0, 80), (160, 200), (60, 640), (0, 640)], 50, 40)


def bedroom(c: Canvas) -> None:
    """Bed, bedside tables, window with curtains."""
    rng = c.rng
    floor = _room(c)
    _window(c, rng.choice((70, 690)), 100, 190, floor - 130)
    cloth, wood = rng.choice(_CLOTHS), rng.choice(_WOODS)
    x = rng.randint(250, 330)
    c.shadow((x - 40, floor + 50, x + 440, floor + 130), 110)
    c.box((x, floor - 190, x + 400, floor + 20), rng.choice((wood, shade(cloth, 1.1))), radius=14)
    c.box((x + 8, floor - 70, x + 392, floor + 40), (246, 245, 242), radius=16)
    for pillow in (x + 40, x + 215):
        c.box((pillow, floor - 104, pillow + 145, floor - 36), (252, 252, 250), (226, 226, 222), 18)
    c.shape(
        [(x + 8, floor - 14), (x + 392, floor - 14), (x + 424, floor + 104), (x - 24, floor + 104)], cloth
    )
    c.shape(
        [(x + 8, floor - 14), (x + 392, floor - 14), (x + 398, floor + 10), (x + 2, floor + 10)],
        shade(cloth, 1.3),
    )
    for side in (x - 92, x + 420):
        c.box((side, floor - 50, side + 74, floor + 34), wood, shade(wood, 0.8), 4)
        c.line([(side + 37, floor - 50), (side + 37, floor - 84)], (120, 108, 96), 5)
        c.shape(
            [
                (side + 8, floor - 80),
                (side + 66, floor - 80),
                (side + 52, floor - 122),
                (side + 22, floor - 122),
            ],
            (250, 238, 204),
        )
    if rng.random() < 0.6:
        _pictures(c, x + 130, floor - 330)


def bathroom(c: Canvas) -> None:
    """Tiles, basin and mirror, bath or shower."""
    rng = c.rng
    tile = near(rng, rng.choice(((220, 232, 232), (238, 236, 230), (206, 220, 226), (228, 216, 204))))
    floor = 470
    c.fill((0, 0, WIDTH, floor), shade(tile, 1.1), tile)
    for y in range(0, floor, 46):
        c.line([(0, y), (WIDTH, y)], shade(tile, 0.94), 2)
    for x in range(0, WIDTH, 62):
        c.line([(x, 0), (x, floor)], shade(tile, 0.94), 2)
    _floor(c, floor, tiles=True)
    wood = rng.choice(_WOODS)
    x = rng.choice((90, 560))
    c.box((x, 120, x + 260, 290), (232, 240, 244), (190, 196, 198), 10)
    c.light([(x + 10, 130), (x + 120, 130), (x + 10, 260)], 120)
    c.shadow((x - 10, 500, x + 280, 546), 90)
    c.box((x - 10, 370, x + 270, 520), wood, shade(wood, 0.8), 6)
    c.box((x - 20, 348, x + 280, 374), (250, 250, 248), radius=8)
    c.line([(x + 130, 348), (x + 130, 318), (x + 152, 318)], (170, 176, 180), 8)
    other = 480 if x == 90 else 60
    if rng.random() < 0.5:
        c.shadow((other, 540, other + 420, 600), 100)
        c.box((other, 410, other + 420, 575), (252, 252, 250), (222, 222, 220), 40)
        c.box((other + 14, 418, other + 406, 440), (224, 232, 234), radius=12)
        c.line([(other + 380, 410), (other + 380, 370), (other + 350, 370)], (170, 176, 180), 8)
    else:
        c.fill((other + 40, 70, other + 380, 560), shade(tile, 0.9), shade(tile, 0.82))
        c.draw.rectangle((other + 40, 70, other + 380, 560), outline=(150, 158, 162), width=6)
        c.line([(other + 210, 70), (other + 210, 560)], (150, 158, 162), 5)
        c.line([(other + 330, 480), (other + 330, 150), (other + 280, 150)], (176, 182, 186), 7)
        c.oval((other + 250, 146, other + 310, 162), (176, 182, 186))


def empty_room(c: Canvas) -> None:
    """Walls, floor and light: a room to let unfurnished."""
    rng = c.rng
    floor = _room(c)
    for x in rng.choice(((120, 560), (380,), (90, 390, 690))):
        _window(c, x, 90, 190, floor - 60)
    if rng.random() < 0.5:
        c.box((700, 330, 900, floor + 20), (244, 242, 238), (220, 216, 210))
        c.box((735, 390, 865, floor + 20), (60, 52, 48))
        c.box((690, 312, 910, 334), (236, 232, 226))


def _room(c: Canvas, tiles: bool = False) -> int:
    """Walls, skirting and floor; the height where they meet."""
    paint = near(c.rng, c.rng.choice(_PAINTS), 8)
    floor = c.rng.randint(440, 470)
    c.fill((0, 0, WIDTH, floor), shade(paint, 1.2), shade(paint, 0.96))
    c.shape([(0, 0), (70, 40), (70, floor - 10), (0, floor + 60)], shade(paint, 0.9))
    c.fill((0, 0, WIDTH, 26), (252, 251, 248), (238, 236, 232))
    _floor(c, floor, tiles)
    c.box((70, floor - 14, WIDTH, floor), (248, 247, 244))
    return floor


def _floor(c: Canvas, floor: int, tiles: bool) -> None:
    wood = near(c.rng, c.rng.choice(_WOODS), 10) if not tiles else near(c.rng, (206, 200, 190), 10)
    c.fill((0, floor, WIDTH, HEIGHT), shade(wood, 0.92), shade(wood, 1.12))
    for at in range(-14, 30):
        x = 480 + (at - 7) * 58
        c.line([(480 + (x - 480) * 0.8, floor), (480 + (x - 480) * 1.7, HEIGHT)], shade(wood, 0.87), 2)
    if tiles:
        for step in range(1, 6):
            y = floor + (HEIGHT - floor) * (step / 6) ** 1.3
            c.line([(0, y), (WIDTH, y)], shade(wood, 0.87), 2)


def _window(c: Canvas, x: int, y: int, width: int, low: int) -> None:
    """A window, its view, its curtains and the sun that comes in."""
    c.sky((x, y, x + width, low))
    c.fill((x, low - 60, x + width, low), (136, 162, 118), (112, 142, 96))
    frame = (250, 249, 246)
    c.draw.rectangle((x, y, x + width, low), outline=frame, width=10)
    c.line([(x + width / 2, y), (x + width / 2, low)], frame, 8)
    c.box((x - 14, low, x + width + 14, low + 12), frame)
    if c.rng.random() < 0.6:
        cloth = shade(c.rng.choice(_CLOTHS), 1.5)
        for left in (x - 46, x + width + 2):
            c.fill((left, y - 18, left + 44, low + 60), cloth, shade(cloth, 0.88))
            for fold in range(left + 9, left + 44, 11):
                c.line([(fold, y - 18), (fold, low + 60)], shade(cloth, 0.92), 2)
        c.line([(x - 56, y - 20), (x + width + 56, y - 20)], (110, 100, 92), 6)
    c.light([(x, 500), (x + width, 500), (x + width + 110, 630), (x + 60, 630)], 70, 26)


def _sofa(c: Canvas, x: int, y: int, cloth: Colour) -> None:
    c.shadow((x - 30, y + 130, x + 420, y + 190), 120)
    c.box((x, y, x + 390, y + 110), shade(cloth, 0.92), radius=22)
    for seat in (x + 24, x + 200):
        c.box((seat, y + 10, seat + 166, y + 92), cloth, shade(cloth, 0.88), 16)
    c.box((x + 10, y + 84, x + 380, y + 150), shade(cloth, 1.08), shade(cloth, 0.88), 14)
    for arm in (x - 28, x + 362):
        c.box((arm, y + 48, arm + 56, y + 158), shade(cloth, 0.98), shade(cloth, 0.86), 18)
    accent = c.rng.choice(_CLOTHS)
    c.box((x + 44, y + 34, x + 118, y + 96), shade(accent, 1.2), radius=12)
    c.box((x + 276, y + 34, x + 350, y + 96), shade(accent, 1.4), radius=12)
    for leg in (x + 10, x + 366):
        c.line([(leg, y + 156), (leg, y + 174)], (92, 74, 58), 9)


def _pictures(c: Canvas, x: int, y: int) -> None:
    for at in range(c.rng.randint(1, 2)):
        left = x + at * 130
        c.box((left, y, left + 110, y + 130), (250, 249, 246), (92, 84, 78))
        c.fill(
            (left + 16, y + 18, left + 94, y + 112), c.rng.choice(_CLOTHS), shade(c.rng.choice(_CLOTHS), 1.4)
        )
        c.oval((left + 34, y + 34, left + 66, y + 66), shade(c.rng.choice(_CLOTHS), 1.6))


def _lamp(c: Canvas, x: int, floor: int) -> None:
    c.line([(x, floor - 210), (x, floor + 36)], (84, 78, 72), 6)
    c.box((x - 34, floor + 32, x + 34, floor + 42), (84, 78, 72), radius=5)
    c.shape(
        [(x - 52, floor - 190), (x + 52, floor - 190), (x + 34, floor - 264), (x - 34, floor - 264)],
        (250, 236, 200),
    )


def _hob(c: Canvas, x: int) -> None:
    c.box((x + 8, 412, x + 112, 420), (40, 40, 44))
    c.box((x + 14, 456, x + 106, 496), (48, 50, 54), (90, 92, 96), 4)
    c.shape([(x + 12, 250), (x + 108, 250), (x + 84, 210), (x + 36, 210)], (190, 194, 198))
    c.box((x + 44, 26, x + 76, 212), (200, 204, 208))
