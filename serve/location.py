"""Where: places, as asked, to the codes and spellings that listings there carry.

>>> located(Places.sample(), "Saint-Denis, Réunion; Lyon 3e; Ardèche").departments
('07',)
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from models.place_areas import departments_named
from models.place_names import department_of_postal_code, fold, read_spelling, split_list, without_vague
from models.places import Place, Places
from serve.criteria import Criteria
from serve.values import Box

#: Metres: the mean radius of the Earth, and a degree of latitude on it.
EARTH: Final = 6_371_000.0
_DEGREE: Final = EARTH * math.pi / 180
#: Cities that are also numbered districts: the city's INSEE code and the range of its districts' codes.
_DIVIDED: Final = {"75056": range(75101, 75121), "69123": range(69381, 69390), "13055": range(13201, 13217)}
CITY_OF: Final = {str(code): city for city, codes in _DIVIDED.items() for code in codes}
#: What people write for all of them, though no address has it.
_GENERAL: Final = {"75000": "Paris", "69000": "Lyon", "13000": "Marseille"}
#: Towns as well known as the département of their name; the villages of such names are asked for with a code.
TOWNS: Final = frozenset(("mayenne", "paris", "vienne"))
#: What a place lies in: "Saint-Denis (Réunion)".
_IN_BRACKETS: Final = re.compile(r"\s*\((?!\d)([^()]+)\)")
#: What tells where in a city, or which of a name: a postal code, an arrondissement, a département.
_NUMBER: Final = re.compile(r"\d{5}|\d{2} \d{3}|\d{1,2} ?(?:er|e|è|eme|ème)?(?: arr\w*)?", re.IGNORECASE)


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


@dataclass(frozen=True, slots=True)
class Wanted:
    """All places that are asked for: a listing lies in one of them."""

    communes: tuple[Location, ...] = ()
    postal_codes: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()

    @property
    def are_communes(self) -> bool:
        """Whether there are communes, and nothing else."""
        return bool(self.communes) and not self.postal_codes and not self.departments


@dataclass(frozen=True, slots=True)
class _Told:
    """One place as written, and the départements that it lies in, where they were told beside it."""

    text: str
    within: tuple[str, ...] = ()


def places_of(criteria: Criteria, places: Places) -> Wanted:
    """The places that `city` asks for; none where nothing is asked."""
    return located(places, criteria.city, _beside(criteria)) if criteria.city else Wanted()


def _beside(criteria: Criteria) -> str | None:
    """The postal code that tells which of the cities of this name is meant, were one asked for."""
    return criteria.postal_code[0] if len(criteria.postal_code) == 1 else None


def located(places: Places, city: str, postal_code: str | None = None) -> Wanted:
    """The places meant by `city`: communes, postal codes, départements, regions, one or several.

    postal_code: the one that is asked for beside a single place.
    """
    told = _told(places, city)
    if len(told) == 1:
        return _meant(places, told[0], postal_code)
    meant = [_meant(places, one) for one in told]
    return Wanted(
        tuple(commune for one in meant for commune in one.communes),
        tuple(code for one in meant for code in one.postal_codes),
        tuple(code for one in meant for code in one.departments),
    )


def _meant(places: Places, told: _Told, postal_code: str | None = None) -> Wanted:
    """One place. A name that is a département's, too, means that one, unless it is of `TOWNS`."""
    if is_postal_code(told.text):
        there = [place.department for place in places.by_postal_code(told.text)]
        return Wanted(postal_codes=(told.text,)) if _lies(there, told.within) else Wanted()
    whole = departments_named(told.text)
    if whole and not _is_town(places, told.text):
        return Wanted(departments=whole) if _lies(whole, told.within) else Wanted()
    return Wanted((locate(places, told.text, postal_code, told.within),))


def _is_town(places: Places, text: str) -> bool:
    spelling = read_spelling(text)
    if spelling is None or spelling.name not in TOWNS:
        return False
    return any(spelling.department in ("", town.department) for town in places.by_name(spelling.name))


def _lies(departments: Sequence[str], within: Sequence[str]) -> bool:
    return not within or (bool(departments) and set(departments) <= set(within))


def _told(places: Places, city: str) -> list[_Told]:
    """The places of a field one by one; what only says where the one before lies is told with it."""
    told: list[_Told] = []
    for part in _parts(city):
        joined = _joined(places, told[-1], part) if told else None
        if joined is None:
            told.append(_Told(_continued(places, told[-1].text, part) if told else part))
        else:
            told[-1] = joined
    return list(dict.fromkeys(told))


def _parts(city: str) -> list[str]:
    """The text between commas; "Vienne (Isère)" is two parts, "Mérignac (33)" and "Havre (Le)" one."""
    if "(" in city:
        city = _IN_BRACKETS.sub(lambda told: f",{told[1]}" if departments_named(told[1]) else told[0], city)
    return split_list(city)


def _joined(places: Places, before: _Told, part: str) -> _Told | None:
    """The place before, as `part` tells it more closely; None when that is another place."""
    if fold(part) == "france":
        return before
    narrowed = replace(before, within=departments_named(part))
    if narrowed.within and _is_known(_meant(places, narrowed)):
        return narrowed
    for name, number in ((before.text, part), (part, before.text)):
        both = f"{before.text} {part}"
        if _NUMBER.fullmatch(number) and not _NUMBER.fullmatch(name) and _is_one(places, name, both):
            return replace(before, text=both)
    return None


def _is_one(places: Places, name: str, both: str) -> bool:
    """Whether a name and a number are one commune; the name may be of a part of it, but of no département."""
    codes = locate(places, both, None).insee_codes
    own = not departments_named(name) or any(place.insee_code in codes for place in places.by_name(name))
    return bool(codes) and own


def _continued(places: Places, before: str, part: str) -> str:
    """In "Lyon 3e, 6e" the second is an arrondissement of Lyon, too."""
    spelling = read_spelling(before)
    if spelling and spelling.arrondissement and _NUMBER.fullmatch(part):
        longer = f"{spelling.name} {part}"
        return longer if locate(places, longer, None).insee_codes else part
    return part


def _is_known(wanted: Wanted) -> bool:
    found = wanted.postal_codes or wanted.departments
    return bool(found) or any(commune.insee_codes for commune in wanted.communes)


def locate(places: Places, city: str, postal_code: str | None, within: Sequence[str] = ()) -> Location:
    """The commune meant by `city`, with the postal code beside it or the départements it lies in, if told.

    A name that several communes share means all of them; an unknown one is compared by its folded name.
    """
    city = _GENERAL.get(city, city)
    place = places.resolve(city, postal_code)
    named = _named(places, city) if place is None else places.by_insee(place.insee_code)
    if within:
        named = [row for row in named if row.department in within]
    codes = {row.insee_code for row in named}
    proving = {
        row.postal_code
        for row in named
        if row.postal_code and all(o.insee_code in codes for o in places.by_postal_code(row.postal_code))
    }
    # "Lyon" alone does not say which district, so it is no name of "Lyon 3e".
    keys = {fold(city), *(fold(row.city) for row in named if place is None or row.insee_code not in CITY_OF)}
    if place is None:
        codes |= {CITY_OF[code] for code in codes if code in CITY_OF}
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


def called(place: Place) -> str:
    """A commune's name; an arrondissement's with its number, as "Lyon 3e"."""
    city = CITY_OF.get(place.insee_code)
    if city is None:
        return place.city
    number = whole_cities([city]).index(place.insee_code)
    return f"{place.city} {number}{'er' if number == 1 else 'e'}"


def whole_cities(insee_codes: Iterable[str]) -> list[str]:
    """These codes and, of a city that is also numbered districts, theirs: its listings carry those."""
    return list(dict.fromkeys(str(one) for code in insee_codes for one in (code, *_DIVIDED.get(code, ()))))


def unknown(places: Places, criteria: Criteria) -> list[str]:
    """Those of the places asked for, as they were written, that we know nothing of."""
    told = _told(places, criteria.city) if criteria.city else []
    code = _beside(criteria) if len(told) == 1 else None
    return [one.text for one in told if not _is_known(_meant(places, one, code))]


def is_postal_code(text: str) -> bool:
    """Whether a city's name is a postal code instead, such as addresses have."""
    return len(text) == 5 and text.isascii() and text.isdigit() and text not in _GENERAL


def around(lat: float, lng: float, radius: float) -> Box:
    """The box that holds the circle."""
    high = radius / _DEGREE
    wide = min(180.0, high / max(0.01, math.cos(math.radians(min(89.0, abs(lat) + high)))))
    return Box(west=lng - wide, south=lat - high, east=lng + wide, north=lat + high)
