"""The curve of a listing's price: a step line, as coordinates that a template draws in SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from serve.answers import PricePoint

WIDTH: Final = 640
HEIGHT: Final = 230
#: Room for labels above, for a base below, and for marks at both sides.
TOP, BOTTOM, SIDE = 50, 14, 10
#: However recent the last change, its price runs on for so long: its label stands there.
TAIL: Final = 170


@dataclass(frozen=True, slots=True)
class Mark:
    """One price and where it begins."""

    x: float
    y: float
    at: datetime
    price: int


@dataclass(frozen=True, slots=True)
class Curve:
    """A step line through its marks, in a box of WIDTH by HEIGHT."""

    line: str
    area: str
    marks: tuple[Mark, ...]


def price_curve(points: Sequence[PricePoint], until: datetime) -> Curve | None:
    """The curve from the first price in the last one's currency to `until`; None when it never changed."""
    points = _of_one_currency(points)
    if len(points) < 2:
        return None
    marks = _marks(points, until)
    path = f"M{marks[0].x:.1f} {marks[0].y:.1f}" + "".join(f"H{m.x:.1f}V{m.y:.1f}" for m in marks[1:])
    line = f"{path}H{WIDTH - SIDE}"
    floor = HEIGHT - BOTTOM
    return Curve(line, f"{line}V{floor}H{marks[0].x:.1f}Z", marks)


def _of_one_currency(points: Sequence[PricePoint]) -> Sequence[PricePoint]:
    """The points after the last that is in another currency; one that is not told is the euro."""
    currency = (points[-1].currency if points else None) or "EUR"
    others = [at for at, point in enumerate(points) if (point.currency or "EUR") != currency]
    return points[others[-1] + 1 :] if others else points


def _marks(points: Sequence[PricePoint], until: datetime) -> tuple[Mark, ...]:
    began, low = points[0].at, min(point.price for point in points)
    # A change of a few per cent should look like a step, not like a cliff: the box is 8 % tall at least.
    high = max(*(point.price for point in points), low * 1.08)
    seconds = max((until - began).total_seconds(), 1.0)

    def mark(point: PricePoint) -> Mark:
        share = min(max((point.at - began).total_seconds() / seconds, 0.0), 1.0)
        x = SIDE + share * (WIDTH - 2 * SIDE - TAIL)
        y = TOP + (high - point.price) / (high - low) * (HEIGHT - TOP - BOTTOM - 40)
        return Mark(round(x, 1), round(y, 1), point.at, point.price)

    return tuple(mark(point) for point in points)
