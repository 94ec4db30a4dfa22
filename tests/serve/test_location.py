"""Places as people write them in one field: communes, codes, départements, regions, one or several."""

from pathlib import Path

import pytest

from models.places import Places
from serve.criteria import Criteria
from serve.location import located, unknown

PLACES = Places.sample()
#: Villages that bear a département's or a region's name, and a town that does.
NAMESAKES = """insee_code,postal_code,city,latitude,longitude,locality
36024,36110,Bretagne,,,
17202,17380,Landes,,,
38544,38200,Vienne,,,
86194,86000,Poitiers,,,
"""


def _told(places: Places, city: str) -> list[str]:
    """INSEE codes of each commune, then postal codes, then départements."""
    there = located(places, city)
    communes = ["+".join(commune.insee_codes) or "?" for commune in there.communes]
    return [*communes, *there.postal_codes, *(f"dep {code}" for code in there.departments)]


@pytest.mark.parametrize(
    ("city", "told"),
    [
        ("Rhône", ["dep 69"]),
        ("le rhone", ["dep 69"]),
        ("Rhône (69)", ["dep 69"]),
        ("69", ["dep 69"]),
        ("Département de l'Ain", ["dep 01"]),
        ("le département du Gard", ["dep 30"]),
        ("Corse-du-Sud", ["dep 2A"]),
        ("2b", ["dep 2B"]),
        ("Corse", ["dep 2A", "dep 2B"]),
        ("La Réunion", ["dep 974"]),
        ("seine st denis", ["dep 93"]),
        ("PACA", [f"dep {code}" for code in ("04", "05", "06", "13", "83", "84")]),
        ("Île de France", [f"dep {code}" for code in (75, 77, 78, 91, 92, 93, 94, 95)]),
        ("Région Alsace", ["dep 67", "dep 68"]),
        ("Isère, Savoie", ["dep 38", "dep 73"]),
        ("Isère, Auvergne-Rhône-Alpes", ["dep 38"]),
        ("Rhône (42)", ["?"]),
    ],
)
def test_a_departement_or_a_region_is_its_departements(city: str, told: list[str]) -> None:
    assert _told(PLACES, city) == told


@pytest.mark.parametrize(
    ("city", "told"),
    [
        ("Nantes, Nice", ["44109", "06088"]),
        ("Nantes ; Nice", ["44109", "06088"]),
        ("Nantes ou Nice", ["44109", "06088"]),
        ("Nantes, Nantes,", ["44109"]),
        ("69001, 69002", ["69001", "69002"]),
        ("Nantes, 69003", ["44109", "69003"]),
        ("69001, Villeurbanne", ["69266", "69001"]),
        ("Nantes, Rhône", ["44109", "dep 69"]),
        ("69001, Corse-du-Sud, 44000", ["69001", "44000", "dep 2A"]),
        ("Nantes, Atlantis", ["44109", "?"]),
        ("Lyon 3e, 6e, 7", ["69383", "69386", "69387"]),
        ("Paris 15e, 92", ["75115", "dep 92"]),
        ("Saint-Denis, 93, Saint-Denis, Réunion", ["93066", "97411"]),
    ],
)
def test_several_places_are_each_found(city: str, told: list[str]) -> None:
    assert _told(PLACES, city) == told


@pytest.mark.parametrize(
    ("city", "told"),
    [
        ("Saint-Denis, Réunion", ["97411"]),
        ("Saint-Denis (La Réunion)", ["97411"]),
        ("Saint-Denis, Seine-Saint-Denis, France", ["93066"]),
        ("Mérignac (33)", ["33281"]),
        ("Mérignac, 33", ["33281"]),
        ("Mérignac, Gironde", ["33281"]),
        ("Mérignac, 33700, Gironde", ["33281"]),
        ("33700, Mérignac", ["33281"]),
        ("69003, Lyon", ["69383"]),
        ("69003, Rhône", ["69003"]),
        ("Paris, 15e", ["75115"]),
        ("Havre (Le)", ["76351"]),
    ],
)
def test_what_a_place_lies_in_is_no_second_place(city: str, told: list[str]) -> None:
    assert _told(PLACES, city) == told


@pytest.mark.parametrize("city", ["Paris (75)", "Paris, 75", "Paris, Île-de-France", "75000", "75000, Paris"])
def test_paris_is_the_city_with_its_arrondissements(city: str) -> None:
    (paris,) = located(PLACES, city).communes
    assert {"75056", "75101", "75120"} <= set(paris.insee_codes)


@pytest.mark.parametrize(
    ("city", "told"),
    [
        ("Bretagne", ["dep 22", "dep 29", "dep 35", "dep 56"]),
        ("Bretagne (36)", ["36024"]),
        ("36110 Bretagne", ["36024"]),
        ("Landes", ["dep 40"]),
        ("Landes (17)", ["17202"]),
        ("Vienne", ["38544"]),
        ("Vienne (86)", ["dep 86"]),
        ("Vienne (département)", ["dep 86"]),
        ("Vienne (Isère)", ["38544"]),
        ("Poitiers, Vienne", ["86194"]),
        ("Landes, 17380", ["17202"]),
    ],
)
def test_a_name_that_a_village_shares_is_the_departement_and_a_known_towns_is_the_town(
    tmp_path: Path, city: str, told: list[str]
) -> None:
    (tmp_path / "places.csv").write_text(NAMESAKES, "utf-8")
    assert _told(Places.load(tmp_path), city) == told


def test_only_what_nobody_knows_is_told_as_unknown() -> None:
    asked = {"Lyon, Atlantis, Rhône, 69003": ["Atlantis"], "Lyon": [], "Bretagne": [], "Ys": ["Ys"]}
    for city, missed in asked.items():
        assert unknown(PLACES, Criteria(city=city)) == missed
    assert unknown(PLACES, Criteria()) == []
