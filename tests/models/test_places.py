"""Places: every usual spelling leads to one place, an ambiguous one to none."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InputError
from models.place_names import fold
from models.places import BUILT, COLUMNS, DIRECTORY, Place, Places

SAMPLE = Places.sample()
CODES = (None, "75015", "01000", "20167", "31200")


@pytest.mark.parametrize(
    ("text", "postal_code", "insee_code"),
    [
        ("75015", None, "75115"),
        ("75015 Paris", None, "75115"),
        ("Paris 75015", None, "75115"),
        ("F-75015 PARIS", None, "75115"),
        ("75 015 Paris", None, "75115"),
        ("Paris 15e", None, "75115"),
        ("Paris 15ème", None, "75115"),
        ("Paris 15 ème arrondissement", None, "75115"),
        ("PARIS XV", None, "75115"),
        ("Paris XVe", None, "75115"),
        ("Paris XVIème", "75016", "75116"),
        ("Paris XVIème", None, "75116"),
        ("Paris (15e)", None, "75115"),
        ("Paris 75 015", None, "75115"),
        ("Paris-15", None, "75115"),
        ("15e arrondissement de Paris", None, "75115"),
        ("Paris 15e - Convention", None, "75115"),
        ("Bastille, Paris 11e", None, "75111"),
        ("Paris 1er", None, "75101"),
        ("PARIS 01", None, "75101"),
        ("75755 PARIS CEDEX 15", None, "75115"),
        ("Paris", "75116", "75116"),
        ("Lyon 3", None, "69383"),
        ("Lyon 3ème", "69003", "69383"),
        ("Lyon II", None, "69382"),
        ("Marseille (13008)", None, "13208"),
        ("Marseille 8e", None, "13208"),
        ("", "75015", "75115"),
        (None, "75015", "75115"),
        ("ST DENIS", "93200", "93066"),
        ("Saint-Denis", "97400", "97411"),
        ("Saint Denis (93)", None, "93066"),
        ("93 - St-Denis", None, "93066"),
        ("La Plaine-Saint-Denis", "93210", "93066"),
        ("Saint-Denis", "01000", "01344"),
        ("Bourg en Bresse", "01000", "01053"),
        ("1000 Bourg-en-Bresse", None, "01053"),
        ("Bourg-en-Bresse", "1000", "01053"),
        ("Bourg", "01000", "01053"),
        ("Asnières", "92600", "92004"),
        ("Ivry s/ Seine", None, "94041"),
        ("Ivry/Seine", None, "94041"),
        ("villeneuve d’ascq", None, "59009"),
        ("Havre (Le)", None, "76351"),
        ("TOULOUSE", "31200", "31555"),
        ("Toulouse Cedex 4", None, "31555"),
        ("Nice, Côte d'Azur", None, "06088"),
        ("Nice Nord", None, "06088"),
        ("Bordeaux centre-ville", None, "33063"),
        ("Quartier Beaulieu", "35700", "35238"),
        ("Montreuil, Nice", "06300", "06088"),
        ("AJACCIO", "20167", "2A004"),
        ("Mezzavia", "20167", "2A004"),
        ("Sarrola Carcopino 20167", None, "2A271"),
        ("Bastia (20)", None, "2B033"),
        ("Ajaccio 2A", None, "2A004"),
        ("St-Etienne", None, "42218"),
    ],
)
def test_a_usual_spelling_leads_to_its_place(
    text: str | None, postal_code: str | None, insee_code: str
) -> None:
    place = SAMPLE.resolve(text, postal_code)
    assert place is not None
    assert place.insee_code == insee_code


@pytest.mark.parametrize(
    ("text", "postal_code"),
    [
        ("", None),
        ("Paris", None),
        ("Marseille (13)", None),
        ("Saint-Denis", None),
        ("Montreuil", None),
        ("01000", None),
        ("20167", None),
        ("Lyon", "75015"),
        ("Lyon 3e", "69004"),
        ("75014 Paris", "75015"),
        ("Paris 15e", "75014"),
        ("Paris 21e", None),
        ("Lyon 3 pièces", None),
        ("Paris 1er étage", None),
        ("Nice, Antibes", None),
        ("Lyon - Vaise", "75015"),
        ("à 5 min de la gare", None),
        ("proche Bourg-en-Bresse", "01000"),
        ("Atlantis", None),
        ("Nice-Ville", None),
        ("Lille/Lyon", None),
        ("Paris (75)", None),
        ("99999", None),
    ],
)
def test_an_unknown_ambiguous_or_contradicted_place_is_none(text: str, postal_code: str | None) -> None:
    assert SAMPLE.resolve(text, postal_code) is None


def test_a_commune_of_several_postal_codes_named_alone_has_no_postal_code() -> None:
    toulouse = SAMPLE.resolve("Toulouse")
    assert toulouse is not None
    assert (toulouse.insee_code, toulouse.postal_code) == ("31555", None)
    told = SAMPLE.resolve("Toulouse", "31300")
    assert told is not None
    assert told.postal_code == "31300"


def test_a_place_is_found_by_each_of_its_codes_and_names() -> None:
    assert [place.city for place in SAMPLE.by_postal_code("01000")] == [
        "Bourg-en-Bresse",
        "Saint-Denis-lès-Bourg",
    ]
    assert len(SAMPLE.by_insee("31555")) == 6
    assert len({place.insee_code for place in SAMPLE.by_name("PARIS")}) == 20
    assert len(SAMPLE.names("20167")) == 10
    assert SAMPLE.names("75015") == ("Paris",)
    assert SAMPLE.by_postal_code("99999") == SAMPLE.by_insee("99999") == SAMPLE.by_name("Atlantis") == ()


def test_the_sample_holds_every_arrondissement_with_coordinates_and_departments() -> None:
    codes = [*range(75101, 75121), *range(69381, 69390), *range(13201, 13217)]
    places = [place for code in codes for place in SAMPLE.by_insee(str(code))]
    assert {int(place.insee_code) for place in places} == set(codes)
    assert all(place.latitude and place.longitude for place in places)
    assert {place.department for place in places} == {"75", "69", "13"}
    assert SAMPLE.by_insee("2B033")[0].department == "2B"
    assert SAMPLE.by_insee("97411")[0].department == "974"


@given(st.text(st.sampled_from("ParisLyonSt-é'/() 0123456789eèXVI,"), max_size=40), st.sampled_from(CODES))
def test_whatever_the_text_the_answer_agrees_with_the_postal_code(text: str, code: str | None) -> None:
    place = SAMPLE.resolve(text, code)
    assert place is None or code is None or place in SAMPLE.by_postal_code(code)
    assert fold(fold(text)) == fold(text)


def test_folding_levels_case_accents_punctuation_and_saints() -> None:
    assert fold("  St-Étienne s/ Loire ") == fold("SAINT ETIENNE SUR LOIRE") == "saint etienne sur loire"
    assert fold("L’Haÿ-les-Roses") == fold("L HAY LES ROSES")
    assert fold("Œuilly") == fold("OEUILLY")
    assert fold("Fontenay s/s Bois") == fold("Fontenay-sous-Bois")


def test_an_imported_directory_replaces_the_sample(tmp_path: Path) -> None:
    header = ",".join(COLUMNS)
    (tmp_path / DIRECTORY).write_text(f"{header}\n01001,01400,L'Abergement-Clémenciat,,,\n", encoding="utf-8")
    places = Places.load(tmp_path)
    assert places.resolve("01400") == Place("01001", "01400", "L'Abergement-Clémenciat", "01", None, None)
    assert len(places) == 1
    built = Places.read(BUILT) if BUILT.exists() else Places.sample()
    assert len(Places.load(tmp_path / "nowhere")) == len(built)


def test_a_directory_imported_before_populations_were_kept_is_read(tmp_path: Path) -> None:
    header = ",".join(COLUMNS[:-1])
    (tmp_path / DIRECTORY).write_text(f"{header}\n01001,01400,L'Abergement-Clémenciat,,,\n", encoding="utf-8")
    (place,) = Places.load(tmp_path).by_postal_code("01400")
    assert (place.insee_code, place.population) == ("01001", None)


def test_a_broken_directory_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / DIRECTORY).write_text("not,a,directory\n", encoding="utf-8")
    with pytest.raises(InputError, match="places import"):
        Places.load(tmp_path)


def test_a_whole_country_of_ones_own_is_loaded(tmp_path: Path) -> None:
    rows = (f"{i:05},{i:05},Saint-Exemple-sur-{i},46.1,2.2,\n" for i in range(1_000, 40_000))
    (tmp_path / DIRECTORY).write_text(",".join(COLUMNS) + "\n" + "".join(rows), encoding="utf-8")
    places = Places.load(tmp_path)
    for i in range(1_000, 40_000, 500):
        place = places.resolve(f"St Exemple s/ {i}", f"{i:05}")
        assert place is not None and place.insee_code == f"{i:05}"
