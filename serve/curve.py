"""The curve of a listing's price: a step line, as coordinates that a template draws in SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from serve.answers import PricePoint

WIDTH: Final = 640
HEIGHT: Final = 160
#: Room for labels above and below, and for the last point's mark.
TOP, BOTTOM, SIDE = 34, 22, 10


@dataclass(frozen=True, slots=True)
class Mark:
    """One price and where it begins. anchor: which end of a label stands at x."""

    x: float
    y: float
    at: datetime
    price: int
    anchor: str


@dataclass(frozen=True, slots=True)
class Curve:
    """A step line through its marks, in a box of WIDTH by HEIGHT."""

    line: str
    area: str
    marks: tuple[Mark, ...]


def price_curve(points: Sequence[PricePoint], until: datetime) -> Curve | None:
    """The curve from the first price to `until`; None when the price never changed."""
    if len(points) < 2:
        return None
    marks = _marks(points, until)
    path = f"M{marks[0].x:.1f} {marks[0].y:.1f}" + "".join(f"H{m.x:.1f}V{m.y:.1f}" for m in marks[1:])
    line = f"{path}H{WIDTH - SIDE}"
    floor = HEIGHT - BOTTOM
    return Curve(line, f"{line}V{floor}H{marks[0].x:.1f}Z", marks)


def _marks(points: Sequence[PricePoint], until: datetime) -> tuple[Mark, ...]:
    began, low = points[0].at, min(point.price for point in points)
    # A change of a few per cent should look like a step, not like a cliff: the box is 8 % tall at least.
    high = max(*(point.price for point in points), low * 1.08)
    seconds = max((until - began).total_seconds(), 1.0)

    def mark(point: PricePoint) -> Mark:
        share = min(max((point.at - began).total_seconds() / seconds, 0.0), 1.0)
        x = SIDE + share * (WIDTH - 2 * SIDE)
        y = TOP + (high - point.price) / (high - low) * (HEIGHT - TOP - BOTTOM - 12)
        anchor = "start" if share < 0.15 else "end" if share > 0.85 else "middle"
        return Mark(round(x, 1), round(y, 1), point.at, point.price, anchor)

    return tuple(mark(point) for point in points)
