"""Facts that stand among a live advert's words: with them, one index finds the balconies of Lyon.

>>> any_of(SearchQuery(q="balcon", postal_code=["69001", "69002"]), Places.sample())
[['postal 69001', 'postal 69002']]

They narrow what is asked of the index, and no more: whoever asks still looks whether all criteria hold. Each
costs the index time, so the narrowest place alone is told, and only without any place the kind of advert.
"""

import math
from collections.abc import Iterator
from itertools import product
from typing import Final

from models.places import Places
from serve.criteria import Criteria
from serve.location import Wanted, around, places_of, whole_cities
from serve.values import Box

#: The longest city key that a listing has.
_LONGEST: Final = 120
#: Cells, tenths of a degree each way, of the largest area whose cells are told.
_MOST_CELLS: Final = 60


def any_of(criteria: Criteria, places: Places) -> list[list[str]]:
    """Of each list, an advert that satisfies the criteria has one fact at least among its words."""
    if there := place(criteria, places):
        return [there]
    kinds = [f"kind {kind.value}" for kind in criteria.property_type]
    deals = [f"transaction {criteria.transaction.value}"] if criteria.transaction else []
    return [told for told in (deals, kinds) if told]


def place(criteria: Criteria, places: Places) -> list[str]:
    """Facts of the narrowest place, of which each advert there has one; none where all of France is asked."""
    return next(filter(None, _places(criteria, places)), [])


def _places(criteria: Criteria, places: Places) -> Iterator[list[str]]:
    """The places that are asked for, each as facts; the narrower ones first."""
    if criteria.insee_code:
        yield [f"insee {code}" for code in whole_cities(criteria.insee_code)]
    if criteria.postal_code:
        yield [f"postal {code}" for code in criteria.postal_code]
    there = places_of(criteria, places)
    if not there.departments:
        yield _there(there)
    if criteria.agency_id:
        yield [f"agency {agency}" for agency in criteria.agency_id]
    for area in _areas(criteria):
        cells = [_tenths(low, high) for low, high in ((area.south, area.north), (area.west, area.east))]
        if math.prod(map(len, cells)) <= _MOST_CELLS:
            yield [f"cell {latitude} {longitude}" for latitude, longitude in product(*cells)]
    if criteria.department:
        yield [f"department {code}" for code in criteria.department]
    yield _there(there)


def _there(there: Wanted) -> list[str]:
    """As `serve.conditions` finds places: by INSEE code, else by name or a postal code; by département."""
    communes = there.communes
    told = [f"insee {code}" for commune in communes for code in commune.insee_codes]
    told += [f"city {key}" for commune in communes for key in commune.city_keys if len(key) <= _LONGEST]
    told += [f"postal {code}" for commune in communes for code in commune.postal_codes]
    told += [f"postal {code}" for code in there.postal_codes]
    return told + [f"department {code}" for code in there.departments]


def _areas(criteria: Criteria) -> Iterator[Box]:
    """Boxes around what is drawn on the map."""
    if criteria.bbox is not None:
        yield criteria.bbox
    if criteria.lat is not None and criteria.lng is not None and criteria.radius is not None:
        yield around(criteria.lat, criteria.lng, criteria.radius)
    if criteria.polygon is not None:
        longitudes, latitudes = zip(*criteria.polygon.corners, strict=True)
        yield Box(west=min(longitudes), south=min(latitudes), east=max(longitudes), north=max(latitudes))


def _tenths(low: float, high: float) -> range:
    """Numbers of the tenths of a degree between these."""
    return range(math.floor(low * 10), math.floor(high * 10) + 1)
