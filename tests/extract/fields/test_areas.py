"""Living surface and plot: units, separators, and which area is which."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.fields import land, surface
from extract.fields.match import best
from tests.extract.fields.spelled import NOTHING, after, before, decimal


@pytest.mark.parametrize(
    ("text", "m2"),
    [
        ("65 m²", 65),
        ("65,5m2", 65.5),
        ("65.52 M²", 65.52),
        ("54.320 m²", 54.32),
        ("1 250 m²", 1250),
        ("65", 65),
        ("65.0", 65),
        ("T3 de 65 m²", 65),
        ("T3 150 m²", 150),
        ("env. 48 mètres carrés", 48),
        ("120 qm", 120),
        ("90 mq", 90),
        ("85 m2 habitables, terrain 600 m²", 85),
        ("Terrain 600 m², surface habitable 85 m²", 85),
        ("47,16 m² Carrez (50,38 m² au sol)", 47.16),
    ],
)
def test_a_living_surface_is_read_in_square_metres(text: str, m2: float) -> None:
    area = surface.parse(text)
    assert area is not None
    assert area.m2 == m2


def test_square_feet_keep_their_unit_and_amount() -> None:
    area = surface.parse("1,200 sq ft")
    assert area is not None
    assert (area.amount, area.unit, area.m2) == (1200, "sqft", 111.48)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "NaN",
        "-3",
        "0 m²",
        "1e308",
        "999999999 m²",
        "terrain de 500 m²",
        "3 500 €",
        "NC",
        "3 500 €/m²",
        "187 kWh/m²/an",
    ],
)
def test_what_is_no_living_surface_is_none(text: str) -> None:
    assert surface.parse(text) is None


@pytest.mark.parametrize(
    ("prose", "m2"),
    [
        ("Séjour de 32 m² donnant sur terrasse de 18 m². Appartement de 74 m² au calme.", 74),
        ("Maison de 110 m² sur un terrain de 850 m² avec garage de 20 m²", 110),
        ("Bel appartement 3 pièces 62,4 m², cave de 5 m²", 62.4),
    ],
)
def test_in_prose_the_dwelling_scores_above_its_rooms_and_its_plot(prose: str, m2: float) -> None:
    found = best(surface.find(prose))
    assert found is not None
    assert found.value.m2 == m2


def test_the_ends_of_a_range_of_lots_score_low() -> None:
    assert all(match.score < 0.2 for match in surface.find("surfaces disponibles de 26 m² à 210 m²"))


@pytest.mark.parametrize(
    ("text", "m2"),
    [
        ("500", 500),
        ("12.500 m²", 12_500),
        ("1 ha 25 a 30 ca", 12_530),
        ("12 ares 50", 1250),
        ("2,5 hectares", 25_000),
        ("8 ares", 800),
        ("0.5 acres", 2023.43),
    ],
)
def test_a_plot_is_read_in_any_unit(text: str, m2: float) -> None:
    area = land.parse(text)
    assert area is not None
    assert area.m2 == m2


def test_only_words_make_an_area_the_plot() -> None:
    prose = "Maison de 110 m² avec jardin de 60 m², terrasse 20 m², le tout sur une parcelle de 850 m²."
    found = {match.value.m2: match.score for match in land.find(prose)}
    assert found[850] > 0.8
    assert max(found[110], found[60], found[20]) < 0.3


@given(
    hundredths=st.integers(300, 499_999),
    point=st.sampled_from([",", "."]),
    unit=st.sampled_from([" m²", "m2", "\u00a0m²", " M2", " m ²"]),
)
def test_every_formatted_surface_reads_back(hundredths: int, point: str, unit: str) -> None:
    area = surface.parse(f"{hundredths / 100:.2f}".replace(".", point) + unit)
    assert area is not None
    assert area.m2 == hundredths / 100


@given(
    area=decimal(900, 49_999),
    lead=before,
    tail=after,
    type_=st.sampled_from(["T3 de ", "Maison ", "F4, ", ""]),
)
def test_words_around_never_change_a_surface(
    area: tuple[float, str], lead: str, tail: str, type_: str
) -> None:
    found = best(surface.find(f"{lead}{type_}{area[1]} m²{tail}"))
    assert found is not None
    assert found.value.m2 == area[0]


@given(living=decimal(2_000, 29_999), plot=st.integers(300, 9_999), order=st.booleans())
def test_a_living_surface_and_a_plot_never_mix(living: tuple[float, str], plot: int, order: bool) -> None:
    parts = [f"surface habitable {living[1]} m²", f"terrain de {plot} m²"]
    text = ", ".join(parts if order else reversed(parts))
    assert [best(surface.find(text)), best(land.find(text))] == [
        next(m for m in surface.find(text) if m.value.m2 == living[0]),
        next(m for m in land.find(text) if m.value.m2 == plot),
    ]


@given(
    hectares=st.integers(0, 99),
    ares=st.integers(1, 99),
    centiares=st.integers(0, 99),
    form=st.sampled_from(
        ["{} ha {} a {} ca", "{}ha{}a{}ca", "{} hectares {} ares {} centiares", "{}h {}a {}ca"]
    ),
)
def test_the_land_registrys_units_add_up(hectares: int, ares: int, centiares: int, form: str) -> None:
    area = land.parse(form.format(f"{hectares:02d}", f"{ares:02d}", f"{centiares:02d}"))
    assert area is not None
    assert area.m2 == hectares * 10_000 + ares * 100 + centiares


@given(ares=st.integers(1, 99), centiares=st.integers(0, 99), gap=st.sampled_from(["", " ", "\u202f"]))
def test_ares_and_centiares_alone_are_a_plot(ares: int, centiares: int, gap: str) -> None:
    area = land.parse(f"{ares}{gap}a {centiares:02d}{gap}ca")
    assert area is not None
    assert area.m2 == ares * 100 + centiares


@given(square=decimal(2_000, 9_999), floor_=st.integers(100, 200))
def test_the_carrez_surface_wins_over_the_one_on_the_floor(square: tuple[float, str], floor_: int) -> None:
    for text in (
        f"{square[1]} m² Carrez ({floor_} m² au sol)",
        f"{floor_} m² au sol, {square[1]} m² loi Carrez",
    ):
        area = surface.parse(text)
        assert area is not None
        assert area.m2 == square[0]


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_nothing_is_no_area(text: str) -> None:
    assert surface.parse(text) is None
    assert surface.parse(f"{text} m²") is None
    assert land.parse(text) is None


def test_a_garden_told_in_ares_is_a_plot() -> None:
    found = best(land.find("Beau jardin de 5a 60ca bien exposé"))
    assert found is not None
    assert (found.value.m2, found.score >= 0.6) == (560, True)


@pytest.mark.parametrize(
    ("prose", "m2"),
    [
        ("Immeuble de 5 appartements (3 T3 de 66 m², 2 T2 de 41 m²). Surface utile totale de 335 m².", 335),
        ("Surface totale de 335 m². Grenier aménageable de 70 m²", 335),
    ],
)
def test_a_building_is_not_one_of_its_flats(prose: str, m2: float) -> None:
    found = best(surface.find(prose))
    assert found is not None
    assert found.value.m2 == m2


@pytest.mark.parametrize(
    ("text", "m2"),
    [("parc de 11 ha 40 clos de murs", 114_000), ("11 ha 40", 114_000), ("3 ha 10 minutes", 30_000)],
)
def test_what_follows_hectares_without_a_unit_is_ares(text: str, m2: float) -> None:
    area = land.parse(text)
    assert area is not None
    assert area.m2 == m2


@pytest.mark.parametrize(
    ("text", "metres"),
    [("Plot of 240 sq-yrd", 200.67), ("Site area 0.38 ac", 1537.81), ("Land: 500 square yards", 418.06)],
)
def test_a_plot_is_read_in_yards_and_abbreviated_acres(text: str, metres: float) -> None:
    found = best(land.find(text))
    assert found is not None and found.value.m2 == metres


@pytest.mark.parametrize(
    "text", ["Perth, PH1 5HA", "Leeds LS6 3HA", "London N10 2HA", "Fitted with 2 AC units"]
)
def test_a_british_postcode_and_air_conditioners_are_no_land(text: str) -> None:
    assert land.find(text) == []


def test_hectares_are_land_behind_a_type_of_flat_as_well() -> None:
    found = best(land.find("terrain de 5 ha"))
    assert found is not None and found.value.m2 == 50_000


def test_a_lot_behind_its_figure_is_land() -> None:
    found = best(land.find("180 m² lote"), floor=0.6)
    assert found is not None and found.value.m2 == 180
