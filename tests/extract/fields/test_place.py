"""Street lines, postal codes with their communes, and coordinates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.fields import address, coordinates, postal
from extract.fields.coordinates import Coordinates
from extract.fields.match import best
from models.places import Place, Places
from tests.extract.fields.spelled import NOTHING, after, before


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


PLACES = Places.sample()
KNOWN = sorted(
    {
        (place.postal_code, place.city, place.insee_code)
        for code in (
            "01100",
            "13008",
            "20000",
            "20200",
            "33000",
            "69001",
            "69003",
            "75001",
            "75015",
            "93200",
            "97400",
        )
        for place in PLACES.by_postal_code(code)
        if place.postal_code
    }
)


@given(
    place=st.sampled_from(KNOWN),
    lead=before,
    tail=after,
    form=st.sampled_from(["{0} {1}", "{1} ({0})", "{0}, {1}", "{1} {0}", "{1} - {0}", "F-{0} {1}"]),
    shouted=st.booleans(),
)
def test_every_spelling_of_a_place_is_the_directorys(
    place: tuple[str, str, str], lead: str, tail: str, form: str, shouted: bool
) -> None:
    code, city, insee = place
    text = form.format(code, city.upper() if shouted else city)
    read = postal.parse(text, PLACES)
    assert read is not None and read.place is not None
    assert (read.postal_code, read.place.insee_code) == (code, insee)
    found = best(postal.find(f"{lead}{text}{tail}", PLACES))
    assert found is not None
    assert found.value.postal_code == code


@given(
    number=st.integers(1, 20),
    city=st.sampled_from([("Paris", 20, 75000), ("Lyon", 9, 69000), ("Marseille", 16, 13000)]),
    form=st.sampled_from(["{} {}e", "{} {}ème", "{} {}ème arrondissement", "{} {}", "{}-{}e"]),
)
def test_an_arrondissement_is_its_postal_code(number: int, city: tuple[str, int, int], form: str) -> None:
    number = (number - 1) % city[1] + 1
    read = postal.parse(form.format(city[0], number), PLACES)
    assert read is not None
    # The sixteenth of Paris has two postal codes: none is told.
    wanted = None if (city[0], number) == ("Paris", 16) else f"{city[2] + number:05d}"
    assert read.postal_code == wanted


@pytest.mark.parametrize(
    "text", ["75739 Paris Cedex 15", "PARIS CEDEX 15", "33000 Bordeaux Cedex", "69443 LYON CEDEX 03"]
)
def test_no_property_stands_at_a_cedex(text: str) -> None:
    assert postal.parse(text, PLACES) is None
    assert postal.find(f"Au calme, {text}, à voir", PLACES) == []


@pytest.mark.parametrize("text", ["2A004", "2B033", "20A", "2A"])
def test_an_insee_code_of_corsica_is_no_postal_code(text: str) -> None:
    assert postal.find(text, PLACES) == []


@given(
    number=st.integers(1, 999),
    repeat=st.sampled_from(["", " bis", " ter"]),
    comma=st.sampled_from([" ", ", "]),
    way=st.sampled_from(
        ["rue", "avenue", "boulevard", "impasse", "chemin", "place", "allée", "quai", "cours"]
    ),
    name=st.sampled_from(
        [
            "des Lilas",
            "de l'Église",
            "Victor Hugo",
            "du 8 mai 1945",
            "du 11 novembre 1918",
            "de la Paix",
            "Jean Jaurès",
            "du Général de Gaulle",
        ]
    ),
    town=st.sampled_from(["", ", 69003 Lyon", " - 33000 BORDEAUX", "\n75015 Paris"]),
)
def test_every_street_line_is_read_without_its_town(
    number: int, repeat: str, comma: str, way: str, name: str, town: str
) -> None:
    line = f"{number}{repeat}{comma}{way} {name}"
    assert address.parse(line + town) == line
    assert [match.value for match in address.find(f"Situé au {line}{town}")] == [line]


def test_a_street_that_is_only_near_is_no_address() -> None:
    assert address.parse("proche rue de la Paix") is None


@given(
    latitude=st.floats(41.0, 51.5),
    longitude=st.floats(-5.0, 9.6),
    digits=st.integers(4, 15),
    form=st.sampled_from(
        [
            '{{"lat": {}, "lng": {}}}',
            "LatLng({}, {})",
            "@{},{},15z",
            "?q={},{}",
            "data-latitude='{}' data-longitude='{}'",
            "setView([{}, {}]",
        ]
    ),
)
def test_every_pair_in_france_reads_back(latitude: float, longitude: float, digits: int, form: str) -> None:
    told = f"{latitude:.{digits}f}", f"{longitude:.{digits}f}"
    wanted = coordinates.parse_pair(*told)
    assert wanted == coordinates.parse(", ".join(told))
    assert [match.value for match in coordinates.find(form.format(*told))] == ([wanted] if wanted else [])


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_nothing_is_no_place(text: str) -> None:
    assert postal.parse(text, PLACES) is None
    assert address.parse(text) is None
    assert coordinates.parse(text) is None


def test_a_number_before_a_latin_street_is_its_own() -> None:
    assert address.parse("7 Rua Padre Bernardo Maria Silva") == "7 Rua Padre Bernardo Maria Silva"
    assert [match.value for match in address.find("T3 Rua Nova, 7")] == ["Rua Nova, 7"]


def test_a_ground_floor_is_no_street() -> None:
    assert address.find("Sis à Vannes. En rez-de-chaussée d'un immeuble") == []
    assert address.find("12 chaussée de Wavre")[0].value == "12 chaussée de Wavre"


def test_a_way_without_a_number_is_surer_where_its_postal_code_stands_behind_it() -> None:
    alone, placed = (
        address.find(text)[0] for text in ("Avenue Foch, vue mer", "Avenue Foch, 76600 Le Havre")
    )
    assert alone.value == placed.value == "Avenue Foch" and placed.score > alone.score


def test_a_name_alone_tells_no_postal_code() -> None:
    here = Places([(Place("35051", "35510", "Cesson", "35", None, None), "")])
    told = postal.parse("Cesson", here), postal.parse("35510 Cesson", here)
    assert [(one.city, one.postal_code) for one in told if one] == [("Cesson", None), ("Cesson", "35510")]
