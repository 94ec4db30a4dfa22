"""Labels: spelling, units and colons do not matter; every field named is a Listing's."""

import pytest

from extract import labels
from models.listing import LISTING_FIELDS


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ("Surface habitable (m²) :", "surface"),
        ("SURFACE TERRAIN", "land_surface"),
        ("Nb de pièces", "rooms"),
        ("Loyer charges comprises*", "price"),
        ("Dépôt de garantie", "deposit"),
        ("Réf.", "reference"),
        ("Wohnfläche:", "surface"),
        ("Habitaciones", "bedrooms"),
        ("Prezzo", "price"),
        ("Slaapkamers", "bedrooms"),
        ("Réf. annonce :", "reference"),
        ("Nb. de pièces", "rooms"),
        ("Listing reference", "reference"),
        ("Muster & Partner ID", "reference"),
        ("Cód. del anuncio", "reference"),
        ("Code postal", "postal_code"),
        ("Numéro de téléphone", None),
        ("Code promo", None),
        ("Contact", None),
        ("", None),
    ],
)
def test_a_label_names_its_field_whatever_its_dress(label: str, field: str | None) -> None:
    assert labels.field_of(label) == field


def test_every_label_is_folded_and_names_a_listing_field() -> None:
    assert set(labels.LABELS.values()) <= set(LISTING_FIELDS)
    assert all(labels.plain(label) == label for label in labels.LABELS)


def test_shower_rooms_are_a_part_of_the_bathrooms() -> None:
    assert labels.part_of("Salle(s) d'eau") == "bathrooms"
    assert labels.field_of("Salle(s) d'eau") is None
