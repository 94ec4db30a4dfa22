"""Rooms, bedrooms, bathrooms and the floor: digits, letters, words and what only looks like them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.fields import bathrooms, bedrooms, floor, rooms
from extract.fields.match import best
from tests.extract.fields.spelled import NOTHING, after, before


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("T3", 3),
        ("F4 bis", 4),
        ("3 pièces", 3),
        ("3 pièce(s)", 3),
        ("3P", 3),
        ("3", 3),
        ("3.0", 3),
        ("studio", 1),
        ("trois pièces", 3),
        ("5/6 pièces", 5),
        ("Type 2", 2),
        ("4 Zimmer", 4),
        ("3 locali", 3),
        ("3,5 Zimmer", 3),
    ],
)
def test_rooms_are_counted_the_french_way(text: str, count: int) -> None:
    assert rooms.parse(text) == count


@pytest.mark.parametrize(
    "text", ["", "NaN", "-3", "0", "5000", "1e9", "pièce de vie", "2 pièces d'eau", "65 m²"]
)
def test_what_counts_no_rooms_is_none(text: str) -> None:
    assert rooms.parse(text) is None


@pytest.mark.parametrize("prose", ["à deux pas du tramway T3", "des logements du studio au 5 pièces duplex"])
def test_a_tram_line_and_a_programmes_range_are_no_count(prose: str) -> None:
    assert all(match.score < 0.2 for match in rooms.find(prose))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("3", 3),
        ("3 chambres", 3),
        ("deux chambres", 2),
        ("3 ch.", 3),
        ("4 bedrooms", 4),
        ("2 Schlafzimmer", 2),
        ("3 dormitorios", 3),
        ("2 slaapkamers", 2),
        ("2 belles chambres", 2),
    ],
)
def test_bedrooms_are_read(text: str, count: int) -> None:
    assert bedrooms.parse(text) == count


@pytest.mark.parametrize(
    ("prose", "count"),
    [
        ("une chambre au rez-de-chaussée, deux belles chambres à l'étage", 3),
        ("4 chambres dont une chambre parentale", 4),
        ("un séjour, une chambre", 1),
    ],
)
def test_prose_that_names_bedrooms_one_by_one_is_added_up(prose: str, count: int) -> None:
    found = bedrooms.total(prose)
    assert found is not None
    assert found.value == count


def test_shower_rooms_count_as_bathrooms() -> None:
    assert bathrooms.parse("une salle de bains et deux salles d'eau") == 3
    assert bathrooms.parse("2 salles de bains") == 2
    assert bathrooms.parse("1 sdb, 1 sde") == 2
    assert bathrooms.parse("2") == 2
    assert bathrooms.parse("WC séparés") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RDC", 0),
        ("Rez-de-chaussée", 0),
        ("rez de jardin", 0),
        ("1er étage", 1),
        ("2ème étage", 2),
        ("3e", 3),
        ("3/5", 3),
        ("étage 3/5", 3),
        ("3 sur 5", 3),
        ("troisième étage", 3),
        ("Étage : 4", 4),
        ("0", 0),
        ("-1", -1),
        ("5e et dernier étage", 5),
    ],
)
def test_the_floor_is_a_number_and_the_ground_floor_is_zero(text: str, expected: int) -> None:
    assert floor.parse(text) == expected


@pytest.mark.parametrize(
    "text", ["", "dernier étage", "NaN", "500", "1e9", "sans étage", "immeuble de 5 étages", "duplex"]
)
def test_what_tells_no_floor_is_none(text: str) -> None:
    assert floor.parse(text) is None


def test_a_houses_walk_through_its_floors_scores_below_a_flats_floor() -> None:
    house = best(floor.find("Au rez-de-chaussée : séjour, cuisine. 1er étage : trois chambres."))
    flat = best(floor.find("Situé au 4ème étage avec ascenseur d'un immeuble récent de 6 étages"))
    assert house is not None
    assert flat is not None
    assert flat.value == 4
    assert house.score < 0.5 < flat.score


@given(
    number=st.integers(1, 9),
    form=st.sampled_from(
        [
            "T{}",
            "F{}",
            "T {}",
            "T.{}",
            "{} pièces",
            "{}\u00a0pièces",
            "{} pièce(s)",
            "Type {}",
            "T{} bis",
            "F{}bis",
            "{} p.",
            "{}P",
            "{}",
        ]
    ),
)
def test_every_spelling_of_a_count_of_rooms_reads_back(number: int, form: str) -> None:
    assert rooms.parse(form.format(number)) == number


@pytest.mark.parametrize("text", ["T10", "10 pièces", "dix pièces"])
def test_more_than_nine_rooms_are_read(text: str) -> None:
    assert rooms.parse(text) == 10


@given(
    number=st.integers(1, 9),
    lead=before,
    tail=after,
    form=st.sampled_from(["T{}", "F{}", "{} pièces", "T{} bis"]),
)
def test_words_around_never_change_a_count_of_rooms(number: int, lead: str, tail: str, form: str) -> None:
    found = best(rooms.find(f"{lead}Appartement {form.format(number)}{tail}"))
    assert found is not None
    assert found.value == number


@given(low=st.integers(1, 8), join=st.sampled_from(["/", "-", " ou ", " à "]))
def test_of_two_counts_the_lower_is_sure(low: int, join: str) -> None:
    assert rooms.parse(f"{low}{join}{low + 1} pièces") == low
    assert bedrooms.parse(f"{low}{join}{low + 1} chambres") == low


@given(number=st.integers(1, 30), lead=before, tail=after)
def test_words_around_never_change_a_count_of_bedrooms(number: int, lead: str, tail: str) -> None:
    for text in (f"{number} chambres", f"Chambres : {number}", f"{number} ch."):
        found = best(bedrooms.find(f"{lead}{text}{tail}"))
        assert found is not None
        assert found.value == number


@given(baths=st.integers(0, 6), showers=st.integers(0, 6), join=st.sampled_from([", ", " et ", " / ", "\n"]))
def test_bathrooms_and_shower_rooms_are_added(baths: int, showers: int, join: str) -> None:
    named = [f"{n} {name}" for n, name in ((baths, "salles de bains"), (showers, "salles d'eau")) if n]
    total = bathrooms.total(join.join(named))
    assert (total.value if total else 0) == baths + showers


@given(level=st.integers(1, 15), storeys=st.integers(0, 20), lead=before, tail=after)
def test_every_spelling_of_a_floor_reads_back(level: int, storeys: int, lead: str, tail: str) -> None:
    top = level + storeys
    ordinal = f"{level}er" if level == 1 else f"{level}ème"
    for text in (
        f"{level}/{top}",
        f"{level} / {top}",
        f"{ordinal} étage",
        f"{level}e sur {top}",
        f"{level}°/{top}",
    ):
        assert floor.parse(text) == level
    found = best(floor.find(f"{lead}Appartement au {ordinal} étage sur {top}{tail}"))
    assert found is not None
    assert found.value == level


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("RDJ", 0),
        ("R.D.C.", 0),
        ("rez-de-jardin", 0),
        ("RCH", 0),
        ("onzième étage", 11),
        ("0/4", 0),
        ("-2", -2),
        ("entresol", None),
        ("R+2", None),
        ("sous-sol", None),
        ("dernier", None),
    ],
)
def test_the_ground_floor_has_many_names_and_half_floors_none(text: str, level: int | None) -> None:
    assert floor.parse(text) == level


def test_a_tram_line_alone_is_no_count() -> None:
    assert rooms.parse("tram T3") is None


@pytest.mark.parametrize("text", [text for text in NOTHING if text not in {"0", "-1"}])
def test_what_is_nothing_counts_nothing(text: str) -> None:
    assert [field.parse(text) for field in (rooms, bedrooms, bathrooms, floor)] == [None] * 4


def test_a_bath_that_nobody_counts_is_no_bathroom() -> None:
    named = bathrooms.total("A bathroom with a shower over the bath, ten minutes from Bath")
    assert named is not None and named.value == 1
    assert bathrooms.parse("2 baths") == 2


def test_rooms_are_counted_in_polish() -> None:
    assert (rooms.parse("3 pokoje"), rooms.parse("mieszkanie 2-pokojowe")) == (3, 2)


@pytest.mark.parametrize("text", ["3 bd | 1.5 ba", "3 hab.", "3 recámaras", "Woning met 3 slpks en tuin"])
def test_bedrooms_are_abbreviated_abroad(text: str) -> None:
    assert bedrooms.parse(text) == 3


@pytest.mark.parametrize("text", ["12 bd Voltaire", "8 bd. de la Liberté", "85 m2 hab. sur deux niveaux"])
def test_a_boulevard_and_a_living_area_count_no_bedrooms(text: str) -> None:
    assert bedrooms.find(text) == []


def test_rooms_of_which_some_are_bedrooms_are_all_rooms() -> None:
    assert (rooms.parse("5 dont 3 chambres"), rooms.parse("dont 3 chambres")) == (5, None)
