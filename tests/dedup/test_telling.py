"""What an advert's words tell of its dwelling, and what of them is not its own."""

import pytest

from dedup.advert import Advert
from dedup.telling import net_price, storey, streets, year
from dedup.wording import boilerplate, learnt_from, own_words, sentences


def words(text: str) -> str:
    return " ".join(own_words(sentences(text)))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Au 3ème étage d'un immeuble de 5 étages", 3),
        ("situé au 3ième étage", 3),
        ("3e ét. avec ascenseur", 3),
        ("au 1er et dernier étage", 1),
        ("au deuxième étage sans ascenseur", 2),
        ("en rez-de-chaussée sur cour", 0),
        ("au rez-de-jardin ou au 2e étage", None),
        ("un bel appartement", None),
    ],
)
def test_a_text_tells_the_storey_or_nothing(text: str, told: int | None) -> None:
    assert storey(words(text)) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Dans un bel immeuble de 1930", 1930),
        ("résidence récente de 1992", 1992),
        ("disponible en 2026", None),
        ("immeuble de 1930, résidence de 1990", None),
    ],
)
def test_a_text_tells_the_year_of_the_building_or_nothing(text: str, told: int | None) -> None:
    assert year(words(text)) == told


def test_streets_are_told_by_their_names_alone() -> None:
    assert streets(words("Au 2 rue du Président Wilson").split()) == ["president", "wilson"]
    assert streets(words("près de la rue piétonne et de la place du marché").split()) == []


@pytest.mark.parametrize(
    ("fields", "text", "told"),
    [
        ({"fees": 10_000}, "", 240_000),
        ({}, "Honoraires de 4 % TTC, soit un prix de 240 384 € hors honoraires.", 240_384),
        ({}, "Prix 250 000 € dont 4,17 % d'honoraires à la charge de l'acquéreur.", 250_000 / 1.0417),
        ({}, "Prix hors honoraires : 240 384 €", 240_384),
        ({}, "Honoraires à la charge du vendeur.", None),
        ({"fees": 240_000}, "", None),
        ({"transaction": "rent", "price": 850, "charges": 50}, "", 800),
    ],
)
def test_the_price_without_fees_is_told_by_field_or_text(
    fields: dict[str, object], text: str, told: float | None
) -> None:
    row = {"id": "a", "price": 250_000, "transaction": "sale", **fields}
    assert net_price(Advert.of(row), sentences(text)) == told


def test_numbers_are_one_word_and_phones_are_none() -> None:
    assert sentences("245 000 € pour 65,4 m². Appelez le 04 65 71 99 80.") == [
        "245000 pour 65.4 m2",
        "appelez le",
    ]


def test_boilerplate_is_learnt_from_the_first_adverts_and_seldom_anew() -> None:
    assert [learnt_from(n) for n in (0, 3, 4, 7, 8, 63, 64, 5_000)] == [0, 0, 4, 4, 8, 16, 64, 256]
    said = [["votre agence de confiance", f"un appartement au numero {n}"] for n in range(8)]
    assert boilerplate(said) == {"votre agence de confiance"}
    assert boilerplate(said[:3]) == frozenset()
