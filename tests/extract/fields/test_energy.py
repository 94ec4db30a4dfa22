"""Energy and emission labels: letters, values, file names, thresholds, and scales that tell nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.fields import energy
from extract.fields.energy import Energy
from extract.fields.match import best
from tests.extract.fields.spelled import NOTHING, after, before


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


@given(
    letter=st.sampled_from("ABCDEFG"), value=st.integers(1, 999), lead=before, tail=after,
    form=st.sampled_from(["DPE : {0} ({1} kWh/m²/an)", "Classe énergie {0} - {1} kWhEP/m².an",
                          "Diagnostic de performance énergétique : {0}, {1} kWh/m²",
                          "Consommation énergétique : {1} kWh/m²/an (classe {0})"]),
)  # fmt: skip
def test_words_around_never_change_an_energy_label(
    letter: str, value: int, lead: str, tail: str, form: str
) -> None:
    found = best(energy.find_dpe(lead + form.format(letter, value) + tail))
    assert found is not None
    assert found.value == Energy(letter, value)


@given(letter=st.sampled_from("ABCDEFG"), value=st.integers(1, 199), lead=before, tail=after)
def test_words_around_never_change_an_emission_label(letter: str, value: int, lead: str, tail: str) -> None:
    for text in (
        f"GES : {letter} ({value} kg CO2/m²/an)",
        f"Émissions de GES : {letter} - {value} kgeqCO2/m².an",
    ):
        found = best(energy.find_ges(lead + text + tail))
        assert found is not None
        assert found.value == Energy(letter, value)


@given(
    dpe=st.sampled_from("ABCDEFG"), ges=st.sampled_from("ABCDEFG"), value=st.integers(1, 600),
    emitted=st.integers(1, 120), join=st.sampled_from([" - ", " / ", ", ", "\n", " "]), order=st.booleans(),
)  # fmt: skip
def test_two_labels_side_by_side_never_mix(
    dpe: str, ges: str, value: int, emitted: int, join: str, order: bool
) -> None:
    parts = [f"DPE : {dpe} ({value} kWh/m²/an)", f"GES : {ges} ({emitted} kg CO2/m²/an)"]
    text = join.join(parts if order else reversed(parts))
    assert [match.value for match in energy.find_dpe(text)] == [Energy(dpe, value)]
    assert [match.value for match in energy.find_ges(text)] == [Energy(ges, emitted)]


@given(
    letter=st.sampled_from("abcdefgABCDEFG"), value=st.integers(1, 600),
    form=st.sampled_from(["/img/dpe-{0}.png", "dpe_{0}_1{1}.jpg", "/i/dpe/{0}.svg", "classe-energie_{0}",
                          "dpe-letter-{0}", "energy-class-{0}", "conso_{0}.gif"]),
)  # fmt: skip
def test_a_file_or_class_name_tells_its_letter(letter: str, value: int, form: str) -> None:
    told = energy.from_file_name(form.format(letter, value))[0]
    assert told is not None
    assert told.letter == letter.upper()


@given(value=st.integers(0, 600), more=st.integers(0, 100), emitted=st.integers(0, 200))
def test_more_energy_or_gas_is_never_a_better_letter(value: int, more: int, emitted: int) -> None:
    both = energy.letter_for(value, emitted)
    assert both is not None
    for worse in (energy.letter_for(value + more, emitted), energy.letter_for(value, emitted + more)):
        assert worse is not None
        assert both <= worse
    assert both == max(energy.letter_for(value) or "", energy.letter_for(None, emitted) or "")


@pytest.mark.parametrize(("bounds", "read"), [(energy.DPE_BOUNDS, "dpe"), (energy.GES_BOUNDS, "ges")])
def test_a_threshold_belongs_to_the_worse_letter(bounds: tuple[int, ...], read: str) -> None:
    for bound, better, worse in zip(bounds, "ABCDEF", "BCDEFG", strict=True):
        for value, letter in ((bound - 1, better), (bound, worse)):
            told = energy.letter_for(value) if read == "dpe" else energy.ges_letter_for(value)
            assert told == letter


@pytest.mark.parametrize("text", [*NOTHING, "vierge", "Non soumis", "DPE vierge", "VI", "NS", "non requis"])
def test_what_is_nothing_is_no_label(text: str) -> None:
    assert energy.parse(text) is None
    assert energy.parse(text, "ges") is None


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("Die Energieeffizienzklasse ist F.", "F"),
        ("Verbrauchsausweis, 98 kWh/(m²*a), Klasse C, Gas", "C"),
        ("Certificado energético: consumo E 176 kWh/m² año · emisiones D 31 kg", "E"),
        ("EPC band D", "D"),
    ],
)
def test_an_energy_class_is_told_in_a_sentence_abroad(text: str, letter: str) -> None:
    found = best(energy.find_dpe(text))
    assert found is not None and found.value.letter == letter
