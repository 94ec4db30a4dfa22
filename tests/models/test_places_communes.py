"""The State's list of communes becomes a directory: every postal code, arrondissements, former communes."""

import json
from pathlib import Path

import pytest

from models.places import BUILT, Places
from models.places_communes import build

#: In the shape of the published list, with names of our own where no real one is needed.
COMMUNES = [
    {"code": "75056", "nom": "Paris", "type": "commune-actuelle", "codesPostaux": ["75001", "75015"]},
    {"code": "75115", "nom": "Paris 15e Arrondissement", "type": "arrondissement-municipal",
     "commune": "75056", "codesPostaux": ["75015"]},
    {"code": "14572", "nom": "Saint-Denis-de-Méré", "type": "commune-actuelle", "codesPostaux": ["14110"],
     "population": 1717},
    {"code": "01015", "nom": "Arboys en Bugey", "type": "commune-actuelle",
     "codesPostaux": ["01300", "01301"]},
    {"code": "01015", "nom": "Arbignieu", "type": "commune-deleguee", "chefLieu": "01015"},
    {"code": "01340", "nom": "Saint-Bois", "type": "commune-deleguee", "chefLieu": "01015"},
    {"code": "99998", "nom": "Orpheline", "type": "commune-associee", "chefLieu": "99999"},
]  # fmt: skip


@pytest.fixture
def places(tmp_path: Path) -> Places:
    source = tmp_path / "communes.json"
    source.write_text(json.dumps(COMMUNES), "utf-8")
    build(source, tmp_path / "places.csv")
    return Places.load(tmp_path)


def test_a_small_commune_is_known_under_its_postal_code(places: Places) -> None:
    (place,) = places.by_postal_code("14110")
    assert (place.city, place.insee_code, place.department) == ("Saint-Denis-de-Méré", "14572", "14")
    assert place.population == 1717
    assert {row.population for row in places.by_insee("01015")} == {None}


def test_a_divided_city_is_its_arrondissements_with_the_samples_coordinates(places: Places) -> None:
    (place,) = places.by_postal_code("75015")
    assert (place.city, place.insee_code) == ("Paris", "75115") and place.latitude is not None
    assert places.by_insee("75056") == ()


def test_a_commune_has_a_line_for_each_postal_code_and_knows_its_former_communes(places: Places) -> None:
    assert [place.postal_code for place in places.by_insee("01015")] == ["01300", "01301"]
    former = places.resolve("Saint-Bois", "01300")
    assert former is not None and former.insee_code == "01015"


def test_a_former_commune_of_nowhere_is_left_out(places: Places) -> None:
    assert len(places) == 3


def test_the_same_list_gives_the_same_file(tmp_path: Path) -> None:
    for name, rows in (("a", COMMUNES), ("b", COMMUNES[::-1])):
        (tmp_path / f"{name}.json").write_text(json.dumps(rows), "utf-8")
        build(tmp_path / f"{name}.json", tmp_path / f"{name}.csv")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_the_built_directory_holds_the_country() -> None:
    if not BUILT.exists():
        pytest.skip("the list of communes is not built: run `make assets`")
    places = Places.read(BUILT)
    assert len(places) > 34_000 and len(places.by_postal_code("20167")) == 10
