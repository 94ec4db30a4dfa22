"""Features: true where the text says so, false where it denies, unknown where it is silent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract import features
from models.features import FEATURES

#: How an advert names each feature.
FRENCH = {
    "air_conditioning": "climatisation",
    "alarm": "alarme",
    "attic": "grenier",
    "balcony": "balcon",
    "basement": "sous-sol",
    "bathtub": "baignoire",
    "bike_room": "local à vélos",
    "cable_or_fibre": "fibre optique",
    "caretaker": "gardien",
    "cellar": "cave",
    "collective_heating": "chauffage collectif",
    "corner_plot": "terrain d'angle",
    "double_glazing": "double vitrage",
    "dressing_room": "dressing",
    "electric_heating": "chauffage électrique",
    "electric_shutters": "volets roulants électriques",
    "entry_phone": "interphone",
    "equipped_kitchen": "cuisine équipée",
    "fireplace": "cheminée",
    "floor_heating": "plancher chauffant",
    "garage": "garage",
    "garden": "jardin",
    "gas_heating": "chauffage gaz",
    "heat_pump": "pompe à chaleur",
    "individual_heating": "chauffage individuel",
    "laundry_room": "buanderie",
    "lift": "ascenseur",
    "loggia": "loggia",
    "mezzanine": "mezzanine",
    "needs_work": "travaux à prévoir",
    "new_build": "programme neuf",
    "open_kitchen": "cuisine ouverte",
    "open_view": "vue dégagée",
    "outbuilding": "dépendance",
    "parking_space": "place de stationnement",
    "parquet": "parquet",
    "patio": "patio",
    "pets_allowed": "animaux acceptés",
    "quiet": "au calme",
    "renovated": "entièrement rénové",
    "sea_view": "vue mer",
    "single_storey": "plain-pied",
    "solar_panels": "panneaux solaires",
    "swimming_pool": "piscine",
    "tenanted": "vendu loué",
    "terrace": "terrasse",
    "top_floor": "dernier étage",
    "veranda": "véranda",
    "videophone": "visiophone",
    "walk_in_shower": "douche à l'italienne",
    "wheelchair_access": "accès PMR",
    "wood_heating": "poêle à bois",
}


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
        ("pas de vis-à-vis", "open_view", True),
        ("pas de vue dégagée", "open_view", False),
        ("absence d'ascenseur", "lift", False),
        ("sans gardien ni ascenseur", "lift", False),
        ("sans travaux", "needs_work", False),
        ("aucuns travaux à prévoir", "needs_work", False),
        ("travaux récents", "needs_work", None),
        ("animaux non acceptés", "pets_allowed", False),
        ("animaux interdits", "pets_allowed", False),
        ("garage à proximité", "garage", None),
        ("parking en sus", "parking_space", None),
        ("piscinable", "swimming_pool", None),
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


def test_the_vocabulary_is_the_markets() -> None:
    assert len(FEATURES) >= 40
    assert set(FRENCH) == set(FEATURES)


@pytest.mark.parametrize(("name", "words"), FRENCH.items())
def test_every_feature_is_affirmed_denied_and_passed_over(name: str, words: str) -> None:
    for text in (words, f"avec {words}", f"{words.capitalize()} : oui", f"Belle affaire, {words}, à voir"):
        assert features.read(text).get(name) is True, text
    for text in (f"sans {words}", f"pas de {words}", f"ni {words}", f"{words.capitalize()} : non"):
        assert features.read(text).get(name) is False, text
    assert name not in features.read("Bel appartement lumineux de trois pièces")


@given(told=st.sets(st.sampled_from(FEATURES), min_size=1, max_size=8))
def test_a_list_of_features_tells_each_of_them(told: set[str]) -> None:
    read = features.read("\n".join(FRENCH[name] for name in sorted(told)))
    assert told <= {name for name, value in read.items() if value}
