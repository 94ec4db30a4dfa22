"""The commune of a short text of place names."""

import pytest

from extract.fields import city
from models.places import Places


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Cuges-les-Pins (Bouches-du-Rhône)", "Cuges-les-Pins"),
        ("Sainte-Marie (La Réunion)", "Sainte-Marie"),
        ("à Séné, Morbihan", "Séné"),
        ("Dahlem, Berlin", "Berlin"),
        ("Vienne (Isère)", "Vienne"),
        ("Loire", None),
    ],
)
def test_no_departement_is_taken_for_the_commune(text: str, told: str | None) -> None:
    assert city.parse(text, Places(())) == told
