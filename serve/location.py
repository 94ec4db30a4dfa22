"""Where: a city, as asked, to the codes and spellings that listings there carry.

>>> locate(Places.sample(), "Lyon 3e", None).insee_codes
('69383',)
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from models.place_names import department_of_postal_code, fold, read_spelling, without_vague
from models.places import Place, Places
from serve.criteria import Box, Criteria

#: Metres: the mean radius of the Earth, and a degree of latitude on it.
EARTH: Final = 6_371_000.0
_DEGREE: Final = EARTH * math.pi / 180
#: Cities that are also numbered districts: the city's INSEE code and the range of its districts' codes.
_DIVIDED: Final = {"75056": range(75101, 75121), "69123": range(69381, 69390), "13055": range(13201, 13217)}
_CITY_OF: Final = {str(code): city for city, codes in _DIVIDED.items() for code in codes}
#: What people write for all of them, though no address has it.
_GENERAL: Final = {"75000": "Paris", "69000": "Lyon", "13000": "Marseille"}


@dataclass(frozen=True, slots=True)
class Location:
    """What a listing in the wanted place carries: an INSEE code, else a city's name, else a postal code.

    postal_codes: those that lie in the wanted communes alone, so that they prove the place. departments: the
    only ones in which the name means them; none where the communes are unknown.
    """

    insee_codes: tuple[str, ...]
    city_keys: tuple[str, ...]
    postal_codes: tuple[str, ...]
    departments: tuple[str, ...]


def locate(places: Places, city: str, postal_code: str | None) -> Location:
    """The place meant by `city`, with the postal code beside it if one was given.

    A name that several communes share means all of them; an unknown one is compared by its folded name.
    """
    city = _GENERAL.get(city, city)
    place = places.resolve(city, postal_code)
    named = _named(places, city) if place is None else places.by_insee(place.insee_code)
    codes = {row.insee_code for row in named}
    proving = {
        row.postal_code
        for row in named
        if row.postal_code and all(o.insee_code in codes for o in places.by_postal_code(row.postal_code))
    }
    # "Lyon" alone does not say which district, so it is no name of "Lyon 3e".
    keys = {fold(city), *(fold(row.city) for row in named if place is None or row.insee_code not in _CITY_OF)}
    if place is None:
        codes |= {_CITY_OF[code] for code in codes if code in _CITY_OF}
    # A commune's post may come from the département beside its own.
    around = {row.department for row in named}
    around |= {department_of_postal_code(row.postal_code) for row in named if row.postal_code}
    return Location(*(tuple(sorted(told)) for told in (codes, keys - {""}, proving, around)))


def _named(places: Places, city: str) -> Sequence[Place]:
    """The communes of a name that several share; of "Lyon (69)" and "75000 Paris" the whole city."""
    spelling = read_spelling(city)
    if spelling is None or places.by_postal_code(spelling.postal_code):
        return places.by_name(city)
    name = spelling.name if spelling.arrondissement is None else ""
    found = places.by_name(city) or places.by_name(name) or places.by_name(without_vague(name))
    department = department_of_postal_code(spelling.postal_code) or spelling.department
    within = ("2A", "2B") if department == "20" else (department,)
    return [row for row in found if not department or row.department in within]


def whole_cities(insee_codes: Iterable[str]) -> list[str]:
    """These codes and, of a city that is also numbered districts, theirs: its listings carry those."""
    return list(dict.fromkeys(str(one) for code in insee_codes for one in (code, *_DIVIDED.get(code, ()))))


def beside(criteria: Criteria) -> str | None:
    """The postal code that tells which of the cities of this name is meant, were one asked for."""
    return criteria.postal_code[0] if len(criteria.postal_code) == 1 else None


def is_known(places: Places, criteria: Criteria) -> bool:
    """Whether the city that is asked for, if one is, is a commune that we know, or a postal code."""
    city = criteria.city
    return not city or is_postal_code(city) or bool(locate(places, city, beside(criteria)).insee_codes)


def is_postal_code(text: str) -> bool:
    """Whether a city's name is a postal code instead, such as addresses have."""
    return len(text) == 5 and text.isascii() and text.isdigit() and text not in _GENERAL


def around(lat: float, lng: float, radius: float) -> Box:
    """The box that holds the circle."""
    high = radius / _DEGREE
    wide = min(180.0, high / max(0.01, math.cos(math.radians(min(89.0, abs(lat) + high)))))
    return Box(west=lng - wide, south=lat - high, east=lng + wide, north=lat + high)
