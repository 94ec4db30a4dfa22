"""Energy and emission labels: letters, values, file names, thresholds, and scales that tell nothing."""

import pytest

from extract.fields import energy
from extract.fields.energy import Energy


@pytest.mark.parametrize(
    ("text", "letter", "value"),
    [
        ("D", "D", None),
        ("D (187)", "D", 187),
        ("DPE : D (187 kWh/m²/an)", "D", 187),
        ("Classe énergie C", "C", None),
        ("Classe énergie : E - 290 kWhEP/m².an", "E", 290),
        ("187 kWh/m²/an", None, 187),
        ("Consommation énergétique : 187 kWh/m²/an (classe D)", "D", 187),
        ("Energy rating: B", "B", None),
    ],
)
def test_an_energy_label_is_a_letter_a_value_or_both(
    text: str, letter: str | None, value: int | None
) -> None:
    assert energy.parse(text) == Energy(letter, value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "vierge",
        "en cours",
        "non soumis",
        "Non communiqué",
        "NC",
        "A B C D E F G",
        "DPE A B C D E F G",
        "99999",
        "-1",
        "ABCDEFG",
        "GES : B",
        "H",
    ],
)
def test_a_missing_label_or_a_whole_scale_is_none(text: str) -> None:
    assert energy.parse(text) is None


def test_the_two_labels_of_one_sentence_do_not_mix() -> None:
    prose = "DPE : D (187 kWh/m²/an) - GES : B (9 kg CO2/m²/an)"
    assert [match.value for match in energy.find_dpe(prose)] == [Energy("D", 187)]
    assert [match.value for match in energy.find_ges(prose)] == [Energy("B", 9)]
    assert energy.parse("GES : B 12 kg CO2", "ges") == Energy("B", 12)


def test_prose_that_only_mentions_energy_gives_no_letter() -> None:
    assert energy.find_dpe("Le DPE a été réalisé. Énergie : gaz de ville") == []


@pytest.mark.parametrize(
    ("name", "dpe", "ges"),
    [
        ("/img/dpe_C_187.png", Energy("C", 187), None),
        ("ges-b.svg", None, Energy("B", None)),
        ("dpe-d ges-e", Energy("D", None), Energy("E", None)),
        ("/photos/depart.jpg", None, None),
        ("dpe.png", None, None),
    ],
)
def test_an_image_or_class_name_tells_a_label(name: str, dpe: Energy | None, ges: Energy | None) -> None:
    assert energy.from_file_name(name) == (dpe, ges)


@pytest.mark.parametrize(
    ("dpe", "ges", "letter"),
    [
        (69, 5, "A"),
        (70, 5, "B"),
        (60, 6, "B"),
        (187, 12, "D"),
        (187, 60, "E"),
        (100, 100, "G"),
        (420, None, "G"),
        (None, 29, "C"),
    ],
)
def test_the_letter_is_the_worse_of_the_two_thresholds_of_2021(
    dpe: int | None, ges: int | None, letter: str
) -> None:
    assert energy.letter_for(dpe, ges) == letter


def test_no_value_gives_no_letter() -> None:
    assert energy.letter_for(None, None) is None
    assert energy.ges_letter_for(-1) is None
    assert energy.ges_letter_for(10) == "B"
