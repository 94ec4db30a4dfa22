"""Places whose names begin as somebody types: communes, arrondissements, départements, regions, postal codes.

    >>> [place.text for place in Completion(Places.sample()).find("cors")]
    ['Corse', 'Corse-du-Sud (2A)', 'Haute-Corse (2B)']

All names stand in one string, those where most people live first; what is typed is looked for in it, which
takes a millisecond or two, and what is found first is told first. Knows no listing.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Final, NamedTuple

from models.place_areas import DEPARTMENTS, FORMER_REGIONS, REGIONS, departments_named
from models.place_names import fold
from models.places import Place, Places
from serve.answers import PlaceKind, PlaceName
from serve.location import CITY_OF, TOWNS, called, whole_cities

#: Places told at once.
MOST: Final = 10
#: People look for towns: a département counts as a tenth of those who live there.
_AREA: Final = 10
_ARTICLES: Final = ("le ", "la ", "les ", "l ")


class _Spot(NamedTuple):
    """A place that may be told. typed: codes by which it is found."""

    name: str
    kind: PlaceKind
    insee_code: str | None
    typed: tuple[str, ...]
    postal_codes: tuple[str, ...]
    departments: tuple[str, ...]
    population: int


@dataclass(frozen=True, slots=True)
class _Index:
    """Every name in a line of its own, what each line tells, and where each begins."""

    lines: str
    spots: list[_Spot]
    begins: list[int]
    #: By INSEE code; areas by their départements.
    by_code: dict[str | tuple[str, ...], _Spot]


class Completion:
    """The places of a directory by what their names begin with. The first question costs making the index."""

    def __init__(self, places: Places) -> None:
        self._places = places

    def find(self, typed: str) -> list[PlaceName]:
        """At most MOST places: called just so, whose name begins so, in which a word or a code does."""
        # "s" and "st" may be short for "sur" and "saint", or the beginning of another word.
        start, whole = fold(f"{typed}x")[:-1].strip(), fold(typed)
        if not start:
            return []
        found = dict.fromkeys(self._meant(typed))
        ways = [("\n{}\t", start), ("\n{}", whole), (" {}", whole)]
        if start[0].isdigit():
            ways.insert(2, (" {} ", start))
        for way, other in ways:
            if len(found) < MOST:
                found |= dict.fromkeys(self._with(way.format(start), way.format(other)))
        return [self._told(spot) for spot in [*found][:MOST]]

    @cached_property
    def _index(self) -> _Index:
        communes = [*_communes(self._places)]
        ordered = sorted([*_areas(communes), *communes], key=_rank)
        told = [(line, spot) for spot in ordered for line in _lines(spot)]
        begins = [1]
        for line, _ in told:
            begins.append(begins[-1] + len(line))
        lines, spots = "\n" + "".join(line for line, _ in told), [spot for _, spot in told]
        return _Index(lines, spots, begins, {spot.insee_code or spot.departments: spot for spot in ordered})

    def _meant(self, typed: str) -> Iterator[_Spot]:
        """What is known by more than its own name: "Paca", "69003 Lyon", "Lyon 3ème"."""
        place = self._places.resolve(typed)
        for code in (departments_named(typed), place and place.insee_code):
            if code in self._index.by_code:
                yield self._index.by_code[code]

    def _with(self, *parts: str) -> list[_Spot]:
        """The most populous in whose lines such a part stands; a place has two lines at most."""
        found = (spot for part in dict.fromkeys(parts) for spot in islice(self._lines_with(part), 2 * MOST))
        return sorted(dict.fromkeys(found), key=_rank)

    def _lines_with(self, part: str) -> Iterator[_Spot]:
        """Whose line has this part, the most populous first."""
        index = self._index
        at = index.lines.find(part)
        while at >= 0:
            number = bisect_right(index.begins, at + 1) - 1
            yield index.spots[number]
            at = index.lines.find(part, index.begins[number + 1] - 1)

    def _told(self, spot: _Spot) -> PlaceName:
        return PlaceName(
            text=self._text(spot),
            name=spot.name,
            kind=spot.kind,
            insee_code=spot.insee_code,
            postal_codes=[*spot.postal_codes],
            departments=[*spot.departments],
            population=spot.population or None,
        )

    def _text(self, spot: _Spot) -> str:
        """What means this place alone where places are asked for (`serve.location`)."""
        if spot.kind is PlaceKind.DEPARTMENT:
            within = "département" if fold(spot.name) in TOWNS else spot.departments[0]
            return f"{spot.name} ({within})"
        if spot.kind is not PlaceKind.COMMUNE or spot.insee_code in CITY_OF.values():
            return spot.name
        (department,) = spot.departments
        namesakes = {place.insee_code: place.department for place in self._places.by_name(spot.name)}
        if len(namesakes) == 1 and not departments_named(spot.name):
            return spot.name
        text = f"{spot.name} ({department})"
        is_clear = [*namesakes.values()].count(department) == 1 and department in DEPARTMENTS
        return text if is_clear and not departments_named(text) else f"{spot.postal_codes[0]} {spot.name}"


def _rank(spot: _Spot) -> tuple[int, int]:
    weight = spot.population if spot.insee_code else spot.population // _AREA
    return -weight, -len(spot.postal_codes)  # without populations, what has many postal codes is large


def _lines(spot: _Spot) -> Iterator[str]:
    """Its name and its codes; "Le Havre" is typed without its article, too."""
    name = fold(spot.name)
    for article in ("", *_ARTICLES):
        if name.startswith(article):
            yield f"{name.removeprefix(article)}\t {' '.join(spot.typed)} \n"


def _communes(places: Places) -> Iterator[_Spot]:
    """Communes and arrondissements, and each city that is several of these."""
    for rows in places.communes():
        yield _commune(rows)
    for city in dict.fromkeys(CITY_OF.values()):
        rows = tuple(row for code in whole_cities([city]) for row in places.by_insee(code))
        if rows:
            department = rows[0].department
            people = sum({row.insee_code: row.population or 0 for row in rows}.values())
            typed = (department, f"{department}000")
            yield _Spot(rows[0].city, PlaceKind.COMMUNE, city, typed, _codes(rows), (department,), people)


def _commune(rows: tuple[Place, ...]) -> _Spot:
    first, codes = rows[0], _codes(rows)
    kind = PlaceKind.ARRONDISSEMENT if first.insee_code in CITY_OF else PlaceKind.COMMUNE
    people = first.population or 0
    return _Spot(called(first), kind, first.insee_code, codes, codes, (first.department,), people)


def _codes(rows: Iterable[Place]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row.postal_code or "" for row in rows))


def _areas(communes: list[_Spot]) -> Iterator[_Spot]:
    """Départements and regions; Paris is a city already."""
    people = dict.fromkeys(DEPARTMENTS, 0)
    for spot in communes:
        if spot.kind is PlaceKind.COMMUNE and spot.departments[0] in people:
            people[spot.departments[0]] += spot.population
    for name, told in (REGIONS | FORMER_REGIONS).items():
        codes = tuple(told.split())
        yield _Spot(name, PlaceKind.REGION, None, (), (), codes, sum(people[code] for code in codes))
    for code, name in DEPARTMENTS.items():
        if code != "75":
            yield _Spot(name, PlaceKind.DEPARTMENT, None, (code.lower(),), (), (code,), people[code])
