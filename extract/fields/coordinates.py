"""Latitude and longitude, WGS 84 degrees. Only a plausible pair counts: a map's default centre does not."""

import math
import re
from dataclasses import dataclass
from typing import Final, Literal

from extract.fields.match import Match
from extract.text import fold, tidy

#: Middles of France (and null island) that map widgets start from; nearer than this many degrees is no place.
_DEFAULTS: Final = (
    (0.0, 0.0),
    (46.227638, 2.213749),
    (46.603354, 1.888334),
    (46.0, 2.0),
    (47.0, 2.0),
    (46.5, 2.5),
)
_NEAR: Final = 0.0005
_DEGREES: Final = r"(-?[0-9]{1,3}\.[0-9]{3,20})"
_PAIRS: Final = (
    re.compile(
        rf"\blat(?:itude)?[\"']? {{0,3}}[:=] {{0,3}}[\"']?{_DEGREES}[\"']?[ ,;&\n]{{1,6}}[\"']?(?:data-)?"
        rf"(?:lng|lon|long|longitude)[\"']? {{0,3}}[:=] {{0,3}}[\"']?{_DEGREES}"
    ),
    re.compile(
        rf"(?:latlng|marker|setview|center|point|coord\w*"
        rf"|position)[\"']?[ :=(\[{{\"']{{1,8}}{_DEGREES} {{0,3}}, {{0,3}}{_DEGREES}"),
    re.compile(rf"[@=/]{_DEGREES},{_DEGREES}"),
    re.compile(rf"[?&](?:q|ll|center|daddr|query)={_DEGREES}(?:,|%2c){_DEGREES}"),
)  # fmt: skip


#: How near a place is meant: its door (metres), its street (tens to a hundred), its quarter or commune.
Precision = Literal["exact", "street", "area"]


@dataclass(frozen=True, slots=True)
class Coordinates:
    """Degrees, WGS 84."""

    latitude: float
    longitude: float


def find(text: str) -> list[Match[Coordinates]]:
    """Every plausible pair in script, links or data attributes, in order, each place once."""
    folded = fold(text)
    found: dict[int, Match[Coordinates]] = {}
    for pattern in _PAIRS:
        for pair in pattern.finditer(folded):
            value = parse_pair(pair[1], pair[2])
            if value:
                start, end = pair.start(1), pair.end(2)
                found.setdefault(start, Match(value, text[start:end], start, 0.7))
    return [found[start] for start in sorted(found)]


def parse(text: str) -> Coordinates | None:
    """The pair a short text is: `48.8566, 2.3522`."""
    parts = re.fullmatch(r"[(\[]? ?(-?[0-9.]{1,24}) ?[,; ] ?(-?[0-9.]{1,24}) ?[)\]]?", tidy(text[:120]))
    return parse_pair(parts[1], parts[2]) if parts else None


def parse_pair(latitude: str, longitude: str) -> Coordinates | None:
    """The pair that two texts are (a decimal comma is accepted); None unless plausible."""
    pair = _degrees(latitude), _degrees(longitude)
    if pair[0] is None or pair[1] is None or not _plausible(pair[0], pair[1]):
        return None
    return Coordinates(pair[0], pair[1])


def precision(latitude: str, longitude: str) -> Precision:
    """What the decimals of a pair as told leave open: the fifth is a metre, the third a hundred, the second
    more than a kilometre."""
    decimals = max(len(text.strip().replace(",", ".").partition(".")[2]) for text in (latitude, longitude))
    return "exact" if decimals >= 5 else "street" if decimals >= 3 else "area"


def _degrees(text: str) -> float | None:
    text = text.strip()[:40].replace(",", ".")
    return float(text) if re.fullmatch(r"-?[0-9]{1,3}(?:\.[0-9]{1,30})?", text) else None


def _plausible(latitude: float, longitude: float) -> bool:
    if abs(latitude) > 85 or abs(longitude) > 180 or (latitude.is_integer() and longitude.is_integer()):
        return False
    return all(math.dist((latitude, longitude), default) > _NEAR for default in _DEFAULTS)
