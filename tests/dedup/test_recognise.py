"""One dwelling at several agencies is one property; likeness alone never is."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.advert import Advert
from dedup.recognise import recognise

FLAT = Advert.of(
    {
        "id": "a",
        "agency": "Agence du Port",
        "transaction": "sale",
        "property_type": "apartment",
        "price": 245_000,
        "surface": 65.4,
        "rooms": 3,
        "postal_code": "69003",
        "dpe_value": 187,
        "description": "Au troisième étage d'un immeuble de 1930, trois pièces traversant avec parquet, "
        "cheminée de marbre et vue sur les toits. Cave et chauffage collectif. À deux pas du métro.",
    }
)
#: The same flat in another agency's words, rounded and with its own fees.
ELSEWHERE = replace(
    FLAT,
    id="b",
    agency="Cabinet des Halles",
    price=249_000,
    surface=65,
    text="Métro à deux pas : beau T3 traversant, parquet ancien, cheminée en marbre, vue dégagée sur les "
    "toits, immeuble 1930. Cave. Chauffage collectif compris.",
)


def same(a: Advert, b: Advert) -> bool:
    properties = recognise([a, b]).properties
    return properties[a.id] == properties[b.id]


def test_two_agencies_words_for_one_flat_are_one_property_with_reasons() -> None:
    result = recognise([FLAT, ELSEWHERE])
    assert result.properties == {"a": "a", "b": "a"}
    assert any("texts alike" in reason for reason in result.comparisons[0].reasons)


@pytest.mark.parametrize(
    ("change", "veto"),
    [
        ({"transaction": "rent", "price": 1_200.0}, "different offers"),
        ({"floor": 5}, "different floors"),
        ({"surface": 72.0}, "different surfaces"),
        ({"property_type": "parking"}, "different types"),
        ({"postal_code": "69007"}, "different places"),
        ({"agency": "Agence du Port", "reference": "V-1235"}, "different references"),
    ],
)
def test_a_contradiction_parts_adverts_of_the_very_same_words(change: dict[str, object], veto: str) -> None:
    first = replace(FLAT, floor=3, reference="V-1234")
    second = replace(first, id="b", **{"agency": "Cabinet des Halles", **change})  # type: ignore[arg-type]
    result = recognise([first, second])
    assert result.properties == {"a": "a", "b": "b"}
    assert all(veto in pair.reasons[0] for pair in result.comparisons)


def test_no_chain_joins_two_adverts_that_contradict_each_other() -> None:
    second = replace(FLAT, id="b", agency="B", floor=2)
    third = replace(FLAT, id="c", agency="C", floor=4)
    silent = replace(FLAT, id="a", agency="A", floor=None)
    properties = recognise([silent, second, third]).properties
    assert properties["b"] != properties["c"]


def test_adverts_that_say_nothing_are_never_merged() -> None:
    assert len(set(recognise([Advert(id=str(n)) for n in range(50)]).properties.values())) == 50


def test_an_agencys_boilerplate_merges_nothing() -> None:
    slogan = "Votre agence de confiance depuis 1950. Estimation offerte en 48 heures. Honoraires en agence."
    adverts = [
        Advert.of(
            {"id": n, "agency": "A", "transaction": "sale", "postal_code": "75011", "description": slogan}
        )
        for n in range(30)
    ]
    assert len(set(recognise(adverts).properties.values())) == 30


def test_ten_thousand_identical_adverts_of_one_agency_stay_bounded() -> None:
    adverts = [replace(FLAT, id=f"{n:05d}", reference=f"R{n}") for n in range(10_000)]
    result = recognise(adverts)
    assert len(result.comparisons) < 10_000
    assert len(result.properties) == 10_000


def test_the_order_of_the_adverts_changes_nothing() -> None:
    adverts = [replace(FLAT, id=f"{n}", surface=60 + n / 3, agency=f"A{n % 4}") for n in range(24)]
    shuffled = random.Random(4).sample(adverts, len(adverts))
    assert recognise(adverts) == recognise(shuffled)


_values = st.one_of(st.none(), st.text(max_size=20), st.floats(), st.integers(), st.booleans())
_rows = st.dictionaries(
    st.sampled_from(
        ["price", "surface", "rooms", "floor", "description", "photos", "furnished", "postal_code"]
    ),
    _values,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_rows, max_size=5))
def test_any_row_with_an_id_is_an_advert_and_gets_one_property(rows: list[dict[str, object]]) -> None:
    adverts = [Advert.of({**row, "id": n}) for n, row in enumerate(rows)]
    assert recognise(adverts).properties.keys() == {a.id for a in adverts}
