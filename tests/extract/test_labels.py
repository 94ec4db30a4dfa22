"""Labels: spelling, units and colons do not matter; every field named is a Listing's."""

from collections import Counter

import pytest

from extract import labels
from models.listing import LISTING_FIELDS

NUMERIC = {"price", "surface", "land_surface", "rooms", "bedrooms", "bathrooms", "floor", "charges", "fees",
           "deposit", "construction_year"}  # fmt: skip


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
    for table in labels.by_language().values():
        for field, names in table.items():
            assert field.removeprefix("part of ") in {*LISTING_FIELDS, "fees_payer"}
            assert all(labels.plain(name) == name for name in names), field


def test_every_language_tells_every_numeric_field() -> None:
    table = labels.by_language()
    assert set(table) == {"fr", "en", "de", "es", "it", "nl", "pt", "pl"}
    for language, fields in table.items():
        assert {field for field in NUMERIC if fields.get(field)} == NUMERIC, language


def test_no_label_stands_twice_whatever_the_language() -> None:
    every = [name for table in labels.by_language().values() for names in table.values() for name in names]
    assert [name for name, count in Counter(every).items() if count > 1] == []


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ("Kaltmiete", "price"), ("Renta mensual", "price"), ("Vraagprijs", "price"), ("Preço", "price"),
        ("Wohnfläche", "surface"), ("Metros útiles", "surface"), ("Superficie calpestabile", "surface"),
        ("Área útil (m²)", "surface"), ("Grundstücksfläche", "land_surface"), ("Tamaño de la parcela",
        "land_surface"), ("Zimmeranzahl", "rooms"), ("Assoalhadas", "rooms"), ("Camere da letto", "bedrooms"),
        ("Baños", "bathrooms"), ("Stockwerk", "floor"), ("Andar", "floor"), ("Hausgeld", "charges"),
        ("Gastos de comunidad", "charges"), ("Condomínio", "charges"), ("Provvigione", "fees"),
        ("Maklerprovision", "fees"), ("Fianza", "deposit"), ("Waarborgsom", "deposit"), ("Caução", "deposit"),
        ("Baujahr", "construction_year"), ("Año de construcción", "construction_year"),
    ],
)  # fmt: skip
def test_numeric_fields_are_named_in_seven_languages(label: str, field: str) -> None:
    assert labels.field_of(label) == field


def test_shower_rooms_are_a_part_of_the_bathrooms() -> None:
    assert labels.part_of("Salle(s) d'eau") == "bathrooms"
    assert labels.field_of("Salle(s) d'eau") is None
