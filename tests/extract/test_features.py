"""Features: true where the text says so, false where it denies, unknown where it is silent."""

import pytest

from extract import features
from models.features import FEATURES


def test_every_feature_of_the_vocabulary_has_words_and_no_other_has() -> None:
    assert set(features.WORDS) == set(FEATURES)


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("3e étage avec ascenseur", "lift", True),
        ("2e étage sans ascenseur", "lift", False),
        ("Ascenseur : non", "lift", False),
        ("Ascenseur : oui", "lift", True),
        ("pas de balcon", "balcony", False),
        ("grand balcon", "balcony", True),
        ("aucun travaux, ni cave", "cellar", False),
        ("proche jardin public", "garden", None),
        ("jardin arboré", "garden", True),
        ("possibilité de parking", "parking_space", None),
        ("cuisine ouverte et équipée", "open_kitchen", True),
        ("cuisine aménagée équipée", "equipped_kitchen", True),
        ("chauffage individuel gaz", "individual_heating", True),
        ("chauffage individuel au gaz", "gas_heating", True),
        ("sans vis-à-vis", "open_view", True),
        ("travaux à prévoir", "needs_work", True),
        ("entièrement rénové", "renovated", True),
        ("vue mer", "sea_view", True),
        ("douche à l'italienne", "walk_in_shower", True),
        ("double vitrage", "double_glazing", True),
        ("maison de plain-pied", "single_storey", True),
        ("poêle à bois", "wood_heating", True),
        ("bel appartement", "lift", None),
        ("", "lift", None),
    ],
)
def test_a_feature_is_true_false_or_unknown(text: str, name: str, expected: bool | None) -> None:
    assert features.read(text).get(name) is expected


@pytest.mark.parametrize(
    ("label", "value", "expected"),
    [
        ("Ascenseur", "Non", {"lift": False}),
        ("Ascenseur", "Oui", {"lift": True}),
        ("Balcon", "2", {"balcony": True}),
        ("Terrasse", "12 m²", {"terrace": True}),
        ("Cave", "0", {"cellar": False}),
        ("Prix", "250 000 €", {}),
    ],
)
def test_a_label_and_its_answer_tell_a_feature(label: str, value: str, expected: dict[str, bool]) -> None:
    assert features.read_pair(label, value) == expected


def test_the_surest_reading_decides_when_two_differ() -> None:
    assert features.merge(({"lift": False}, {"lift": True, "cellar": True})) == {
        "cellar": True,
        "lift": False,
    }
