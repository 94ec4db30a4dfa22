"""One dwelling at several agencies is one property; likeness alone never is."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import vetoes
from dedup.advert import MAX_TEXT, Advert
from dedup.reasons import LABELS, reasons
from dedup.recognise import Recognition, recognise

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
SHOWN = {"transaction": "sale", "property_type": "apartment", "price": 245_000, "surface": 65.4, "rooms": 3,
         "postal_code": "69003", "dpe_value": 187}  # fmt: skip
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


def told(result: Recognition) -> list[str]:
    """Every reason of every pair."""
    pairs = result.pairs
    why = reasons(result.signatures, pairs.left, pairs.right, pairs.veto)
    return [reason.told() for own in why for reason in own]


def test_two_agencies_words_for_one_flat_are_one_property_with_reasons() -> None:
    result = recognise([FLAT, ELSEWHERE])
    assert result.named() == {"a": "a", "b": "a"}
    assert any("same surface once rounded: 65.4 m² and 65 m²" in reason for reason in told(result))


@pytest.mark.parametrize(
    ("change", "veto"),
    [
        ({"transaction": "rent", "price": 1_200.0}, "different offers"),
        ({"floor": 5, "text": ""}, "different storeys: 3 and 5"),
        ({"surface": 72.0}, "surfaces that contradict"),
        ({"property_type": "parking"}, "different types"),
        ({"postal_code": "69007"}, "different postal areas"),
        ({"agency": "Agence du Port", "reference": "V-1235"}, "different references"),
    ],
)
def test_a_contradiction_parts_adverts_of_the_very_same_words(change: dict[str, object], veto: str) -> None:
    first = replace(FLAT, floor=3, reference="V-1234")
    second = replace(first, id="b", **{"agency": "Cabinet des Halles", **change})  # type: ignore[arg-type]
    result = recognise([first, second])
    assert result.named() == {"a": "a", "b": "b"}
    assert all(veto in reason for reason in told(result))


def test_a_storey_that_the_text_tells_counts_beside_a_wrong_field() -> None:
    first = replace(FLAT, floor=3)
    assert len(set(recognise([first, replace(ELSEWHERE, floor=5)]).named().values())) == 2
    both = f"{ELSEWHERE.text} Au 3ème étage."
    assert len(set(recognise([first, replace(ELSEWHERE, floor=5, text=both)]).named().values())) == 1


def test_agencies_that_write_different_postal_codes_of_one_commune_meet() -> None:
    first = replace(FLAT, postal_code="31000", city="Toulouse")
    second = replace(ELSEWHERE, postal_code="31400", city="Toulouse")
    assert len(set(recognise([first, second]).named().values())) == 1


def test_the_price_without_fees_tells_one_dwelling_at_two_agencies() -> None:
    bare = replace(FLAT, property_type="parking", rooms=None, surface=None, dpe_value=None, text="")
    fees = (
        "Prix {} € dont {} % d'honoraires à la charge de l'acquéreur. Parking en sous-sol rue des Tanneurs."
    )
    first = replace(bare, price=20_700, text=fees.format(20_700, "3,5"))
    second = replace(bare, id="b", agency="B", price=21_000, text=fees.format(21_000, "5"))
    third = replace(bare, id="c", agency="C", price=24_000, text=fees.format(24_000, "2"))
    properties = recognise([first, second, third]).named()
    assert properties["a"] == properties["b"] != properties["c"]


def test_every_veto_and_piece_of_evidence_is_told_in_both_languages() -> None:
    from dedup import evidence

    assert {*LABELS} == {*evidence.NAMES, *vetoes.NAMES}
    assert all(english and french for english, french in LABELS.values())


def test_no_chain_joins_two_adverts_that_contradict_each_other() -> None:
    words = FLAT.text.removeprefix("Au troisième étage d'")
    second = replace(FLAT, id="b", agency="B", floor=2, text=words)
    third = replace(FLAT, id="c", agency="C", floor=4, text=words)
    silent = replace(FLAT, id="a", agency="A", floor=None, text=words)
    properties = recognise([silent, second, third]).named()
    assert properties["b"] != properties["c"]


def test_adverts_that_say_nothing_are_never_merged() -> None:
    assert len(set(recognise([Advert(id=str(n)) for n in range(50)]).named().values())) == 50


def test_an_agencys_boilerplate_merges_nothing() -> None:
    slogan = "Votre agence de confiance depuis 1950. Estimation offerte en 48 heures. Honoraires en agence."
    adverts = [
        Advert.of(
            {"id": n, "agency": "A", "transaction": "sale", "postal_code": "75011", "description": slogan}
        )
        for n in range(30)
    ]
    assert len(set(recognise(adverts).named().values())) == 30


def test_ten_thousand_identical_adverts_of_one_agency_stay_bounded() -> None:
    adverts = [replace(FLAT, id=f"{n:05d}", reference=f"V-{n}") for n in range(10_000)]
    result = recognise(adverts)
    assert len(result.pairs.left) < 40 * 10_000
    assert len(set(result.named().values())) == 10_000


def test_ten_thousand_identical_adverts_that_nothing_tells_apart_join_nobody() -> None:
    adverts = [replace(FLAT, id=f"{n:05d}", agency=f"Agence {n}") for n in range(10_000)]
    assert len(set(recognise(adverts).named().values())) == 10_000


def test_a_description_of_a_megabyte_is_read_in_part_and_still_recognised() -> None:
    long = FLAT.text + " Parquet, cheminée et vue sur les toits." * 25_000
    first = Advert.of({"id": "a", "agency": "A", **SHOWN, "description": long})
    second = Advert.of({"id": "b", "agency": "B", **SHOWN, "description": FLAT.text})
    assert len(first.text) <= MAX_TEXT
    assert len(set(recognise([first, second]).named().values())) == 1


@pytest.mark.parametrize(
    "text", ["", "x", "1" * 20_000, "à" * 20_000, "rue " * 5_000, "\x00\ud800 é", ". . . ."]
)
def test_any_text_is_signed_and_merges_nothing(text: str) -> None:
    adverts = [Advert(id=str(n), agency=f"A{n}", postal_code="69003", text=text) for n in range(3)]
    assert len(set(recognise(adverts).named().values())) == 3


def test_the_order_of_the_adverts_changes_nothing() -> None:
    adverts = [replace(FLAT, id=f"{n}", surface=60 + n / 3, agency=f"A{n % 4}") for n in range(24)]
    shuffled = random.Random(4).sample(adverts, len(adverts))
    assert recognise(adverts).named() == recognise(shuffled).named()
    assert told(recognise(adverts)) == told(recognise(shuffled))


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
    assert recognise(adverts).named().keys() == {a.id for a in adverts}
