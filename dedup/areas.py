"""Where an advert may meet another: its postal area, and its commune as far as it is known.

A commune with several postal codes is one area, whichever of them an agency writes ("31000 Toulouse" for a
flat of 31400): codes that share such a commune belong together. 5,835 areas of 35,006 communes, of at most
16 codes.

>>> Areas(Places.sample()).of(Advert(id="a", postal_code="69003"))
('69003', '69383')
"""

from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from dedup.advert import Advert
from dedup.wording import fold
from models.places import Places


class Where(NamedTuple):
    """`area`: the postal code that stands for it, else a folded name. `commune`: INSEE code, else name."""

    area: str | None
    commune: str | None


class Areas:
    """Postal areas by a directory of places."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._leader: dict[str, str] = {}
        for codes in places.postal_codes():
            for code in codes:
                self._join(codes[0], code)
        self._named = lru_cache(50_000)(self._of)

    @classmethod
    def shipped(cls) -> "Areas":
        """By the list of communes that comes with Pignon."""
        return _shipped()

    def of(self, advert: Advert) -> Where:
        """None where the advert tells no place."""
        return self._named(advert.insee_code, advert.postal_code, advert.city)

    def _of(self, insee: str | None, code: str | None, city: str | None) -> Where:
        if not insee and (city or code):
            place = self._places.resolve(city, code)
            insee = place.insee_code if place else None
        known = self._places.by_insee(insee) if insee else ()
        code = code or (known[0].postal_code if known else None)
        name = fold(city) if city else None
        return Where(self._lead(code) if code else insee or name, insee or name)

    def _join(self, one: str, other: str) -> None:
        one, other = sorted((self._lead(one), self._lead(other)))
        self._leader[other] = one

    def _lead(self, code: str) -> str:
        while (leader := self._leader.get(code, code)) != code:
            code = leader
        return code


@cache
def _shipped() -> Areas:
    return Areas(Places.load(Path("no directory of one's own")))
