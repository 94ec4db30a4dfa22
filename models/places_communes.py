"""The State's list of communes, built into the distribution: every place of the country out of the box.

Its data team publishes it as the npm package `@etalab/decoupage-administratif` (MIT), which the assets'
step installs; it has no coordinates, so the sample's are kept. `pignon places import` brings La Poste's
directory, which has them all and goes before it.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from models.place_names import display_name
from models.places import BUILT, COLUMNS, Places
from models.places_import import Row, write_directory

#: The list, as it stands in its package.
SOURCE: Final = "@etalab/decoupage-administratif/data/communes.json"
_ARRONDISSEMENT: Final = "arrondissement-municipal"


def build(source: Path, target: Path = BUILT) -> int:
    """Write the directory of every commune with its postal codes; how many lines it has."""
    communes: list[dict[str, Any]] = json.loads(source.read_text("utf-8"))
    sample = Places.sample()
    rows = sorted(dict.fromkeys(_rows(communes, sample)))
    write_directory(rows, target)
    return len(rows)


def is_built(target: Path = BUILT) -> bool:
    """Whether the directory is there, with the columns of today."""
    return target.is_file() and target.read_text("utf-8").startswith(",".join(COLUMNS) + "\n")


def _rows(communes: list[dict[str, Any]], sample: Places) -> Iterator[Row]:
    """A line per commune and postal code; former communes are localities of the one that took them in."""
    current = {one["code"]: one for one in communes if "codesPostaux" in one}
    divided = {one["commune"] for one in communes if one["type"] == _ARRONDISSEMENT}
    for one in communes:
        chief = current.get(one.get("chefLieu") or one["code"])
        if chief is None or chief["code"] in divided:
            continue
        locality = display_name(one["nom"]) if one["code"] != chief["code"] else ""
        latitude, longitude = _point(sample, chief["code"])
        population = str(chief.get("population", ""))
        for code in chief["codesPostaux"]:
            yield chief["code"], code, _city(chief, sample), latitude, longitude, locality, population


def _city(commune: dict[str, Any], sample: Places) -> str:
    """The commune's name as the whole project writes it; an arrondissement's is its city's."""
    known = sample.by_insee(commune["code"])
    if known:
        return known[0].city
    name: str = commune["nom"]
    return name.partition(" ")[0] if commune["type"] == _ARRONDISSEMENT else name


def _point(sample: Places, code: str) -> tuple[str, str]:
    known = sample.by_insee(code)
    if not known or known[0].latitude is None or known[0].longitude is None:
        return "", ""
    return f"{known[0].latitude:.5f}", f"{known[0].longitude:.5f}"
