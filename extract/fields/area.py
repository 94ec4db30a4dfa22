"""Areas in any text, in any unit, with the words around each. Knows neither living surface nor plot:
`surface.py` and `land.py` judge the same areas by their own words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from extract.fields.match import after, before, begun
from extract.fields.number import DIGITS, NUMBER, decimal, number

Unit = Literal["m2", "sqft", "sqyd", "are", "ha", "acre"]
#: Square metres in one unit.
SQUARE_METRES: Final[dict[Unit, float]] = {
    "m2": 1.0,
    "sqft": 0.09290304,
    "sqyd": 0.83612736,
    "are": 100.0,
    "ha": 10_000.0,
    "acre": 4_046.8564224,
}
_UNITS: Final[tuple[tuple[Unit, str], ...]] = (
    (
        "m2",
            r"m ?(?:²|\^?2(?![0-9]))|㎡|m\.?q\.?(?![a-z])|qm\b|sqm\b|sq\.? ?m(?:t|et(?:er|re)s?)?\b"
            r"|metres? carres?|metros cuadrados"),
    ("sqft", r"sq[. -]{0,2}(?:ft|feet)\b|sqft\b|sf\b|square f(?:ee|oo)t|ft ?(?:²|2\b)|pieds carres"),
    ("sqyd", r"sq[. -]{0,2}(?:yards?|yr?ds?)\b|square yards?|gaj\b"),
    ("ha", r"(?<!\b[a-z][0-9] [0-9])(?<!\b[a-z]{2}[0-9] [0-9])(?<![a-z][0-9]{2} [0-9])ha\b|hectares?\b"),
    ("are", r"ares?\b"),
    ("acre", r"acres?\b|(?<=\.[0-9] )ac\b|(?<=\.[0-9][0-9] )ac\b"),
)  # fmt: skip
_UNIT = "|".join(f"(?P<{name}>{pattern})" for name, pattern in _UNITS)
_AREA = re.compile(rf"(?P<number>{NUMBER}) ?(?:{_UNIT})")
#: A word after an area is about the next one when a number follows it: "85 m², terrain 600 m²".
NO_NUMBER_NEXT: Final = r"(?![a-z]{0,3}[ :=]{0,3}(?:de |d'environ |environ |ca\.? )?[0-9])"
# "1 ha 25 a 30 ca" and "12 ares 50": the land registry's way.
_CADASTRE = re.compile(
    r"(?<![0-9])(?:(?P<ha>[0-9]{1,4}+) ?(?:ha?|hectares?) {0,2}(?:et )?)?(?P<a>[0-9]{1,2}+) ?(?:ares?"
    r"|a)(?![a-z]) {0,2}(?:et )?(?:(?P<ca>[0-9]{2}) ?(?:ca\b|centiares?)?(?![0-9]))?"
)
# "11 ha 40 clos de murs": what follows hectares without a unit is ares.
_BARE_ARES = re.compile(
    r"(?<![0-9.,])(?P<ha>[0-9]{1,4}+) ?(?:ha|hectares?) (?P<a>[0-9]{2})"
    r"(?=$|[,;)]|\.(?![0-9])"
    r"| (?:clos|environ|de (?:terrain|terres?|parc|bois|prairies?)|arbores?|attenants?)\b)"
)


@dataclass(frozen=True, slots=True)
class Area:
    """`amount` as displayed, in `unit`; `m2` is the same in square metres."""

    amount: float
    unit: Unit = "m2"

    @property
    def m2(self) -> float:
        """Square metres, to a hundredth."""
        return round(self.amount * SQUARE_METRES[self.unit], 2)


@dataclass(frozen=True, slots=True)
class FoundArea:
    """An area at `start`..`end` of a folded text; `lead` and `tail` are the words around."""

    area: Area
    start: int
    end: int
    lead: str
    tail: str


def areas(folded: str, dense: float) -> Iterator[FoundArea]:
    """Every area in a folded text, in order.

    dense: square metres above which `54.320` cannot be thousands and is read as 54.32.
    """
    taken = 0
    for start, end, area in sorted(_candidates(folded, dense), key=lambda found: (found[0], -found[1])):
        if start >= taken:
            taken = end
            yield FoundArea(area, start, end, before(folded, start, 48, "\n€²"), after(folded, end, 40, "\n"))


def _candidates(folded: str, dense: float) -> Iterator[tuple[int, int, Area]]:
    for found in begun(DIGITS, _CADASTRE, folded):
        if (found["ha"] or found["ca"]) and not found["a"].startswith("00"):
            ares = int(found["ha"] or 0) * 100 + int(found["a"]) + int(found["ca"] or 0) / 100
            yield found.start(), found.end(), Area(round(ares, 2), "are")
    for found in begun(DIGITS, _BARE_ARES, folded):
        yield found.start(), found.end(), Area(int(found["ha"]) * 100.0 + int(found["a"]), "are")
    for found in begun(DIGITS, _AREA, folded):
        unit: Unit = next(name for name, _ in _UNITS if found[name])
        value = number(found["number"])
        if value is not None and value * SQUARE_METRES[unit] > dense:
            value = decimal(found["number"]) or value
        if value is not None:
            yield found.start(), found.end(), Area(value, unit)
