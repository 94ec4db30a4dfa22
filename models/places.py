"""French places: postal code and commune, as people spell them, to one INSEE code, name and coordinates.

    >>> Places.sample().resolve("Paris 15ème").insee_code
    '75115'

Reads the directory that `models.places_import` wrote, else the list of communes that was built into the
distribution, else the small sample that the tests' truth rests on; knows no network.
How a spelling is taken apart is `models.place_names`' trade. An ambiguous place is None, never a guess.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Final, Self

from models.errors import InputError
from models.place_names import Spelling, arrondissement_code, fold, read_spelling, split_parts, without_vague

#: Name of the imported directory under Pignon's home.
DIRECTORY: Final = "places.csv"
#: Its columns; `locality` is an old commune or a quarter that has its own line in the mail. A directory that
#: was imported before populations were kept has none, and goes on being read.
COLUMNS: Final = ("insee_code", "postal_code", "city", "latitude", "longitude", "locality", "population")
#: The State's list of communes, which the assets' step builds (`models.places_communes`); never committed.
BUILT: Final = Path(__file__).with_name("places_communes.csv")
_SAMPLE: Final = Path(__file__).with_name("places_sample.csv")


@dataclass(frozen=True, slots=True)
class Place:
    """One commune (or arrondissement) under one postal code.

    postal_code is None only when `resolve` is sure of a commune that has several and none was told.
    latitude and longitude: degrees, WGS 84, the commune's middle; None where the directory has none, as of
    population, who live in the commune.
    """

    insee_code: str
    postal_code: str | None
    city: str
    department: str
    latitude: float | None
    longitude: float | None
    population: int | None = None


class Places:
    """A directory of places held in memory: every question is a dictionary look-up."""

    def __init__(self, rows: Iterable[tuple[Place, str]]) -> None:
        """Index rows of a place and its locality (empty for the commune itself)."""
        by_postal_code: dict[str, dict[str, Place]] = {}
        self._by_insee: dict[str, tuple[Place, ...]] = {}
        self._localities: dict[str, list[tuple[str, str]]] = {}
        for place, locality in rows:
            code = place.postal_code or ""
            known = by_postal_code.setdefault(code, {})
            if place.insee_code not in known:
                known[place.insee_code] = place
                self._by_insee[place.insee_code] = (*self._by_insee.get(place.insee_code, ()), place)
            if locality:
                self._localities.setdefault(code, []).append((locality, place.insee_code))
        self._by_postal_code = {code: tuple(known.values()) for code, known in by_postal_code.items()}

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        """INSEE codes by folded name; made at the first question, it costs as much as all the rest."""
        index: dict[str, list[str]] = {}
        for insee_code, places in self._by_insee.items():
            index.setdefault(fold(places[0].city), []).append(insee_code)
        return index

    @classmethod
    def sample(cls) -> "Places":
        """The hand-made sample shipped with Pignon: the large cities and what is ambiguous with them."""
        return _sample()

    @classmethod
    def load(cls, home: Path) -> "Places":
        """The directory imported under `home`, else the built list of communes, else the sample.

        InputError when one is there and cannot be read.
        """
        path = home / DIRECTORY
        return cls.read(path) if path.exists() else cls.shipped()

    @classmethod
    def shipped(cls) -> "Places":
        """The built list of communes, else the sample."""
        return _built() if BUILT.exists() else cls.sample()

    @classmethod
    def read(cls, path: Path) -> Self:
        """A directory file in Pignon's own columns. InputError when it cannot be read."""
        try:
            with path.open(encoding="utf-8", newline="") as file:
                return cls(_rows(csv.reader(file)))
        except (OSError, ValueError, StopIteration) as error:
            raise InputError(f"{path} is no directory of places: run `pignon places import` again") from error

    def __len__(self) -> int:
        """Number of communes and arrondissements."""
        return len(self._by_insee)

    def postal_codes(self) -> Iterator[tuple[str, ...]]:
        """Of each commune, its postal codes."""
        for places in self.communes():
            yield tuple(place.postal_code or "" for place in places)

    def communes(self) -> Iterable[tuple[Place, ...]]:
        """Every commune, one place per postal code."""
        return self._by_insee.values()

    def by_postal_code(self, code: str) -> tuple[Place, ...]:
        """Every commune under a postal code, in the directory's order."""
        return self._by_postal_code.get(code, ())

    def by_insee(self, code: str) -> tuple[Place, ...]:
        """One place per postal code of a commune."""
        return self._by_insee.get(code, ())

    def by_name(self, name: str) -> tuple[Place, ...]:
        """Every place whose commune bears this name, whatever the spelling: "Paris" gives them all."""
        return tuple(place for code in self._by_name.get(fold(name), ()) for place in self._by_insee[code])

    def names(self, postal_code: str) -> tuple[str, ...]:
        """The communes' names under a postal code, each once."""
        return tuple(dict.fromkeys(place.city for place in self.by_postal_code(postal_code)))

    def resolve(self, text: str | None, postal_code: str | None = None) -> Place | None:
        """The one place that is meant, or None when it is unknown, ambiguous or contradicts its postal code.

        text: a commune, an arrondissement, a postal code or both ("ST DENIS", "75015 Paris", "Lyon 3e").
        postal_code: what is known beside it; it settles an ambiguous name.
        """
        spelling = read_spelling(text or "", postal_code)
        if spelling is None:
            return None
        if spelling.postal_code in self._by_postal_code:
            return self._under_postal_code(spelling, [fold(part) for part in split_parts(text or "")])
        return self._by_spelling(spelling) or (None if spelling.postal_code else self._by_parts(text or ""))

    def _under_postal_code(self, spelling: Spelling, parts: list[str]) -> Place | None:
        """Among a known postal code's communes, the one named; without a name, the only one."""
        places = self._by_postal_code[spelling.postal_code]
        if spelling.arrondissement:
            wanted = arrondissement_code(spelling.name, spelling.arrondissement)
            return next((place for place in places if place.insee_code == wanted), None)
        named = self._named(spelling.name, spelling.postal_code, places) if spelling.name else []
        named = named or [place for place in places if fold(place.city) in parts]
        elsewhere = any(name in self._by_name for name in (spelling.name, *parts))
        if not named and not elsewhere:
            named = list(places)
        return named[0] if len(named) == 1 else None

    def _named(self, name: str, code: str, places: tuple[Place, ...]) -> list[Place]:
        """The communes of that name, else with such a quarter, else whose name begins alike."""
        exact = [place for place in places if fold(place.city) == name]
        exact = exact or self._by_locality(name, code, places)
        return exact or [place for place in places if _begins_alike(fold(place.city), name)]

    def _by_locality(self, name: str, code: str, places: tuple[Place, ...]) -> list[Place]:
        """The communes that have, under this postal code, a quarter or former commune of that name."""
        wanted = {insee for locality, insee in self._localities.get(code, ()) if fold(locality) == name}
        return [place for place in places if place.insee_code in wanted]

    def _by_spelling(self, spelling: Spelling) -> Place | None:
        """The one commune of that name, in the department if one was told."""
        if spelling.arrondissement:
            codes = [arrondissement_code(spelling.name, spelling.arrondissement)]
        else:
            codes = self._by_name.get(spelling.name) or self._by_name.get(without_vague(spelling.name), [])
        departments = {spelling.department} if spelling.department != "20" else {"2A", "2B"}
        communes = [self._by_insee[code] for code in codes if code in self._by_insee]
        if spelling.department:
            communes = [commune for commune in communes if commune[0].department in departments]
        if len(communes) != 1:
            return None
        commune = communes[0]
        return commune[0] if len(commune) == 1 else replace(commune[0], postal_code=None)

    def _by_parts(self, text: str) -> Place | None:
        """ "Nice, Côte d'Azur" or "Bastille - Paris 11e": the one place that the parts name together."""
        parts = [read_spelling(part) for part in split_parts(text)]
        places = {place for part in parts if part and (place := self._by_spelling(part))}
        return places.pop() if len(places) == 1 else None


def department_of(insee_code: str) -> str:
    """The department of an INSEE code: two characters, three overseas."""
    return insee_code[:3] if insee_code[:2] in {"97", "98"} else insee_code[:2]


def _rows(lines: Iterator[list[str]]) -> Iterator[tuple[Place, str]]:
    if tuple(next(lines)) not in (COLUMNS, COLUMNS[:-1]):
        raise ValueError("unexpected columns")
    for insee_code, postal_code, city, latitude, longitude, locality, *population in lines:
        place = Place(
            insee_code,
            postal_code,
            city,
            department_of(insee_code),
            float(latitude) if latitude else None,
            float(longitude) if longitude else None,
            int(population[0]) if population and population[0] else None,
        )
        yield place, locality


def _begins_alike(city: str, name: str) -> bool:
    """Whether one name begins with the other, in whole words: "asnieres" and "asnieres sur seine"."""
    return city.startswith(name + " ") or name.startswith(city + " ")


@cache
def _built() -> Places:
    return Places.read(BUILT)


@cache
def _sample() -> Places:
    return Places.read(_SAMPLE)
