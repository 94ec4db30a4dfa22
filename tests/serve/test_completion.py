"""GET /api/places: what people type leads to the place they mean, the larger ones first."""

from pathlib import Path

import httpx2
import pytest

from models.places import COLUMNS, Places
from serve.answers import PlaceKind, PlaceList
from serve.completion import MOST, Completion
from serve.location import located

SAINT_DENIS = ["Saint-Denis (974)", "Saint-Denis (93)", "Saint-Denis (11)"]
DIRECTORY = """44109,44000,Nantes,,,,327734
44109,44100,Nantes,,,,327734
92050,92000,Nanterre,,,,97351
54395,54000,Nancy,,,,104403
38273,38350,Nantes-en-Ratier,,,,447
73176,73540,Nanté,,,,12
93066,93200,Saint-Denis,,,,149077
97411,97400,Saint-Denis,,,,155634
11339,11310,Saint-Denis,,,,500
72181,72000,Le Mans,,,,146249
16206,16230,Mansle,,,,1600
19062,19800,Corrèze,,,,1171
31150,31410,Montaut,,,,500
31361,31190,Montaut,,,,90
69383,69003,Lyon,,,,100679
69387,69007,Lyon,,,,90000
67482,67000,Strasbourg,,,,293771
"""


@pytest.fixture
def completion(tmp_path: Path) -> Completion:
    """Of a small directory of our own."""
    (tmp_path / "places.csv").write_text(f"{','.join(COLUMNS)}\n{DIRECTORY}", "utf-8")
    return Completion(Places.load(tmp_path))


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("nan", ["Nantes", "Nancy", "Nanterre", "Nantes-en-Ratier", "Nanté"]),
        ("NANTE", ["Nanté", "Nantes", "Nanterre", "Nantes-en-Ratier"]),
        ("nanté", ["Nanté", "Nantes", "Nanterre", "Nantes-en-Ratier"]),
        ("St D", [*SAINT_DENIS, "Seine-Saint-Denis (93)"]),
        ("den", ["Saint-Denis (974)", "Saint-Denis (93)", "Seine-Saint-Denis (93)", "Saint-Denis (11)"]),
        ("mans", ["Le Mans", "Mansle"]),
        ("le m", ["Le Mans"]),
        ("montau", ["31410 Montaut", "31190 Montaut"]),
        ("lyon", ["Lyon", "Lyon 3e", "Lyon 7e"]),
        ("lyon 3", ["Lyon 3e"]),
        ("Lyon 3ème", ["Lyon 3e"]),
        ("69 003", ["Lyon 3e"]),
        ("69000", ["Lyon"]),
        ("69", ["Rhône (69)", "Lyon", "Lyon 3e", "Lyon 7e"]),
        ("440", ["Nantes"]),
        ("corr", ["19800 Corrèze", "Corrèze (19)"]),
        ("paca", ["Provence-Alpes-Côte d'Azur"]),
        ("alsa", ["Alsace"]),
        ("mayen", ["Mayenne (département)"]),
        ("zzz", []),
        ("!", []),
        ("\u0301", []),
    ],
)
def test_what_is_typed_leads_to_places_the_larger_first(
    completion: Completion, typed: str, told: list[str]
) -> None:
    assert [place.text for place in completion.find(typed)] == told


def test_both_readings_of_a_beginning_are_told(completion: Completion) -> None:
    told = [place.text for place in completion.find("st")]
    assert told[:3] == ["Strasbourg", "Saint-Denis (974)", "Saint-Denis (93)"]


def test_a_place_is_told_with_its_kind_and_codes(completion: Completion) -> None:
    (nantes,) = completion.find("nantes")[:1]
    assert nantes.model_dump(mode="json") == {
        "text": "Nantes", "name": "Nantes", "kind": "commune", "insee_code": "44109",
        "postal_codes": ["44000", "44100"], "departments": ["44"], "population": 327734,
    }  # fmt: skip
    (lyon, third, _) = completion.find("lyon")
    assert (lyon.insee_code, lyon.postal_codes, lyon.kind) == ("69123", ["69003", "69007"], "commune")
    assert (third.insee_code, third.kind) == ("69383", PlaceKind.ARRONDISSEMENT)
    (corse, south, _) = completion.find("cors")
    assert (corse.kind, corse.departments, corse.postal_codes) == (PlaceKind.REGION, ["2A", "2B"], [])
    assert (south.kind, south.departments, south.insee_code) == (PlaceKind.DEPARTMENT, ["2A"], None)


def test_without_populations_what_has_many_postal_codes_comes_first(tmp_path: Path) -> None:
    lines = [line.rpartition(",")[0] for line in [",".join(COLUMNS), *DIRECTORY.splitlines()]]
    (tmp_path / "places.csv").write_text("\n".join(lines), "utf-8")
    first = Completion(Places.load(tmp_path)).find("nan")[0]
    assert (first.text, first.population) == ("Nantes", None)


@pytest.mark.parametrize("places", [Places.sample(), Places.shipped()], ids=["sample", "shipped"])
def test_the_text_of_every_place_means_it_alone(places: Places) -> None:
    """Of some thousand communes, and of those that share their name with a département or a region."""
    completion = Completion(places)
    names = [rows[0].city for rows in places.communes()]
    asked = {
        *names[:: max(1, len(names) // 1_000)],
        "Corrèze",
        "Doubs",
        "Vienne",
        "Mayenne",
        "Bretagne",
        "La Réunion",
        "Landes",
    }
    told = {place.text: place for name in asked for place in completion.find(name)}
    assert {place.kind for place in told.values()} == set(PlaceKind)
    for place in told.values():
        there = located(places, place.text)
        codes = {code for commune in there.communes for code in commune.insee_codes}
        if place.insee_code is None:
            assert (set(there.departments), codes) == (set(place.departments), set()), place.text
        elif place.insee_code in ("75056", "69123", "13055"):
            assert place.insee_code in codes, place.text
        else:
            assert (codes, there.departments, there.postal_codes) == ({place.insee_code}, (), ()), place.text


def test_ten_places_are_told_at_most_and_caches_may_keep_them(seeded: httpx2.Client) -> None:
    answer = seeded.get("/api/places", params={"q": "s"})
    assert answer.headers["Cache-Control"] == "public, max-age=86400"
    assert len(PlaceList.model_validate_json(answer.content).places) == MOST == 10


@pytest.mark.parametrize("q", ["x" * 101, "", "a\x00"])
def test_what_cannot_be_a_name_is_refused(seeded: httpx2.Client, q: str) -> None:
    answer = seeded.get("/api/places", params={"q": q})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "q"


@pytest.mark.parametrize("q", ["x" * 100, "%", "\\", "'", "(", "st " * 33, "é" * 100])
def test_anything_else_may_be_typed(seeded: httpx2.Client, q: str) -> None:
    assert seeded.get("/api/places", params={"q": q}).status_code == 200
