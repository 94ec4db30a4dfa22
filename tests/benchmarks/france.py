"""A market of any size for the benches of dedup: the towns of many seeds, each moved to other communes.

    python -m tests.benchmarks.france --listings 1000000 --out /tmp/france.jsonl

A town is some 880 live adverts in 33 communes, the same ones for every seed. Here each seed's communes are
others, drawn from the directory of places before a word is written, so that texts, titles and codes agree.
A row has a Listing's fields as its page shows them, `id`, `agency`, `first_seen`, and the true `dwelling`.
"""

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import count, islice
from pathlib import Path
from random import Random
from typing import Any

from models import places
from models.listing import LISTING_FIELDS
from models.places import Places
from town.adverts import habits_of
from town.areas import AREAS, Area, Commune, Density
from town.chance import chance
from town.model import Place, date_of
from town.registry import family_named
from town.truth import advert_truth
from town.world import build_world

Row = dict[str, Any]
#: The seeds below are left to gates and to training: nothing learnt there has seen this market.
FIRST_SEED = 10_000
#: INSEE codes of the arrondissements of Paris, Marseille and Lyon begin so.
_ARRONDISSEMENTS = ("751", "132", "6938")
#: Where communes of unknown coordinates lie: latitudes and longitudes of the mainland's inside.
_LATITUDES, _LONGITUDES = (43.5, 49.8), (-0.5, 6.5)
#: Postal codes from here on are of the Pacific's islands, of which the density rule would make cities.
_LAST_CODE = 97_700
_PROGRESS = 20_000


def market(first_seed: int = FIRST_SEED) -> Iterator[Row]:
    """Live listings without end, town after town; the same at every call."""
    for seed in count(first_seed):
        yield from town(seed, moved(seed))
        habits_of.cache_clear()  # it keeps every agency it was asked about


def town(seed: int, areas: tuple[Area, ...] = AREAS) -> Iterator[Row]:
    """The live listings of the town of that seed on its first day, in those areas."""
    world = build_world(seed, areas=areas)
    digits = _digits(chance(seed, "references"))
    for agency in world.agencies:
        family = family_named(agency.family)
        site = world.site(agency.slug, 0, f"http://{agency.slug}.town-{seed}.localhost")
        for advert in site.adverts:
            truth = advert_truth(family, site, advert)
            yield {
                **{name: None if name in family.hidden else truth.get(name) for name in LISTING_FIELDS},
                "id": f"{seed}/{agency.slug}{family.detail_path(site, advert)}",
                "agency": f"{seed}-{agency.slug}",
                "first_seen": date_of(advert.first_day).isoformat(),
                # Every seed numbers its dwellings alike: without this, agencies' references would agree.
                "reference": truth["reference"].translate(digits),
                "dwelling": f"{seed}-{truth['dwelling']}",
            }


def _digits(rng: Random) -> dict[int, int]:
    """Another digit for each digit, as `str.translate` wants it."""
    return str.maketrans("0123456789", "".join(rng.sample("0123456789", 10)))


def moved(seed: int) -> tuple[Area, ...]:
    """The town's areas with another commune of the same density in each one's stead, no two the same."""
    wanted = [commune.density for area in AREAS for commune in area.communes]
    rng = chance(seed, "communes")
    drawn = {density: iter(rng.sample(found, wanted.count(density))) for density, found in _atlas().items()}
    return tuple(replace(area, communes=tuple(_moved(c, drawn) for c in area.communes)) for area in AREAS)


def _moved(commune: Commune, drawn: dict[Density, Iterator[Place]]) -> Commune:
    return replace(commune, place=next(drawn[commune.density]))


@cache
def _atlas() -> dict[Density, list[Place]]:
    """Every commune and arrondissement under each of its postal codes, by density.

    The built list, not a directory imported on this machine: the market is the same everywhere.
    """
    directory = Places.load(Path(places.__file__).parent)
    found: dict[Density, list[Place]] = defaultdict(list)
    for code in (f"{number:05}" for number in range(_LAST_CODE)):
        for place in directory.by_postal_code(code):
            found[_density(directory, place)].append(_place(place))
    return found


def _density(directory: Places, place: places.Place) -> Density:
    """The directory knows no populations, but postal codes do: 11 million people live in the 181 communes
    with several, at least one to themselves; 21 in the 1,779 with one to themselves, 36 in the 33,000 others.
    """
    alone = len(directory.by_postal_code(place.postal_code or "")) == 1
    several = len(directory.by_insee(place.insee_code)) > 1
    if place.insee_code.startswith(_ARRONDISSEMENTS) or (alone and several):
        return Density.CITY
    return Density.TOWN if alone else Density.VILLAGE


def _place(place: places.Place) -> Place:
    """As the town writes it: "Paris 11e"; a middle is made up, one per commune, where none is known."""
    city, rng = place.city, chance("middle", place.insee_code)
    if place.insee_code.startswith(_ARRONDISSEMENTS):
        number = int((place.postal_code or "")[-2:])
        city += f" {number}{'er' if number == 1 else 'e'}"
    latitude, longitude = place.latitude, place.longitude
    if latitude is None or longitude is None:
        latitude, longitude = rng.uniform(*_LATITUDES), rng.uniform(*_LONGITUDES)
    return Place(place.insee_code, place.postal_code or "", city, latitude, longitude)


def write(path: Path, listings: int) -> None:
    """Write the first `listings` of the market as JSON lines; the file appears when it is whole."""
    part = path.with_name(path.name + ".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with part.open("w", encoding="utf-8") as file:
        for number, row in enumerate(islice(market(), listings), start=1):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            if number % _PROGRESS == 0 or number == listings:
                print(f"{number:,} listings, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    part.replace(path)


def read(path: Path) -> Iterator[Row]:
    """The rows of a file that `write` wrote."""
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--listings", type=int, default=1_000_000)
    parser.add_argument("--out", type=Path, required=True)
    told = parser.parse_args()
    write(told.out, told.listings)


if __name__ == "__main__":
    main()
