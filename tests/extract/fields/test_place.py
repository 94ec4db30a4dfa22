"""Street lines, postal codes with their communes, and coordinates."""

import pytest

from extract.fields import address, coordinates, postal
from extract.fields.coordinates import Coordinates
from models.places import Places


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("12 bis, rue de la Paix 75002 Paris", "12 bis, rue de la Paix"),
        ("3 avenue du 8 Mai 1945, 69003 LYON", "3 avenue du 8 Mai 1945"),
        ("12 RUE DES LILAS", "12 RUE DES LILAS"),
        ("Rue des Tanneurs", "Rue des Tanneurs"),
        ("4 place Saint-Michel", "4 place Saint-Michel"),
        ("27, boulevard de l'Ouest - 33000 Bordeaux", "27, boulevard de l'Ouest"),
        ("181, rue de Verville LE HAVRE", "181, rue de Verville"),
        ("38 Harbour Street, Bristol", "38 Harbour Street"),
        ("Lindenstraße 4, 10969 Berlin", "Lindenstraße 4"),
        ("Rua dos Carvalhos 7", "Rua dos Carvalhos 7"),
    ],
)
def test_a_street_line_is_read_without_its_town(text: str, line: str) -> None:
    assert address.parse(text) == line


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Bordeaux",
        "33000 Bordeaux",
        "Centre ville",
        "250 000 €",
        "a@b.fr",
        "12",
        "1 200 Square Feet",
        "Villa for Sale",
    ],
)
def test_a_town_alone_is_no_street_line(text: str) -> None:
    assert address.parse(text) is None


def test_in_prose_the_line_ends_where_the_prose_goes_on() -> None:
    found = address.find("Situé au 14 rue Camille Rosier dans un immeuble ancien, proche de la rue Haute")
    assert [(match.value, match.score > 0.5) for match in found] == [
        ("14 rue Camille Rosier", True),
        ("rue Haute", False),
    ]


@pytest.mark.parametrize(
    ("text", "code", "insee"),
    [
        ("75015 Paris", "75015", "75115"),
        ("Paris 15e", "75015", "75115"),
        ("Paris 15ème arrondissement", "75015", "75115"),
        ("Lyon 3ème (69003)", "69003", "69383"),
        ("69003 LYON", "69003", "69383"),
        ("BORDEAUX (33000)", "33000", "33063"),
        ("F-33000 Bordeaux", "33000", "33063"),
        ("Bordeaux - 33000", "33000", "33063"),
    ],
)
def test_a_place_is_read_in_either_order(text: str, code: str, insee: str) -> None:
    read = postal.parse(text, Places.sample())
    assert read is not None
    assert read.place is not None
    assert (read.postal_code, read.place.insee_code) == (code, insee)


def test_a_code_that_the_directory_does_not_know_keeps_the_name_beside_it() -> None:
    read = postal.parse("48999 Trifouilly-les-Oies", Places.sample())
    assert read == postal.Locality("48999", "Trifouilly-les-Oies", None)


@pytest.mark.parametrize(
    "text", ["", "45 000 €", "33000 €", "00000", "99123 Paris", "12345678", "Centre ville"]
)
def test_what_is_no_place_is_none(text: str) -> None:
    assert postal.parse(text, Places.sample()) is None


def test_numbers_after_a_registers_name_are_no_postal_code() -> None:
    assert postal.find("Réf : 33000 - Mandat n° 69003", Places.sample()) == []


def test_a_district_and_its_code_are_one_place() -> None:
    found = postal.find("Vente à Lyon 3ème (69003), proche Bordeaux (33000)", Places.sample())
    assert [match.value.postal_code for match in found] == ["69003", "33000"]


@pytest.mark.parametrize(
    "text",
    [
        '{"lat": 48.85661, "lng": 2.35222}',
        "@48.85661,2.35222,15z",
        "new google.maps.LatLng(48.85661, 2.35222)",
        "data-latitude='48.85661' data-longitude='2.35222'",
        "https://maps.example/?q=48.85661,2.35222",
    ],
)
def test_a_pair_is_found_in_script_links_and_attributes(text: str) -> None:
    assert [match.value for match in coordinates.find(text)] == [Coordinates(48.85661, 2.35222)]


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        ("0", "0"),
        ("0.0", "0.0"),
        ("NaN", "2.35"),
        ("1e308", "2"),
        ("95.2", "2.1"),
        ("46.227638", "2.213749"),
        ("", ""),
        ("48", "2"),
        ("48.85", "200.5"),
    ],
)
def test_an_implausible_pair_or_a_maps_default_is_none(latitude: str, longitude: str) -> None:
    assert coordinates.parse_pair(latitude, longitude) is None


def test_a_decimal_comma_is_accepted() -> None:
    assert coordinates.parse_pair("48,8566", "2,3522") == Coordinates(48.8566, 2.3522)
    assert coordinates.parse("48.8566, 2.3522") == Coordinates(48.8566, 2.3522)
