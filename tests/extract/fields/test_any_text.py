"""What holds for every field on every text: no exception, offsets that quote the text, and linear time."""

import inspect
import pkgutil
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extract import features, fields, identity, labels
from extract.fields import energy, transaction
from extract.fields.match import Match
from extract.text import fold, mask_contacts, tidy
from models.places import Places

MODULES = [import_module(f"extract.fields.{module.name}") for module in pkgutil.iter_modules(fields.__path__)]


def bound(function: Callable[..., Any]) -> Callable[[str], Any]:
    """`function` as a function of a text alone."""
    if "places" in inspect.signature(function).parameters:
        return partial(function, places=Places.sample())
    return function


PARSERS = {f"{m.__name__}.parse": bound(m.parse) for m in MODULES if hasattr(m, "parse")} | {
    "features.read": features.read,
    "identity.read": bound(identity.read),
    "labels.field_of": labels.field_of,
    "transaction.from_url": transaction.from_url,
    "energy.from_file_name": energy.from_file_name,
    "mask_contacts": mask_contacts,
}
FINDERS = {
    f"{m.__name__}.{name}": bound(getattr(m, name))
    for m in MODULES
    for name in ("find", "find_dpe", "find_ges")
    if hasattr(m, name)
}
WORDS = (
    *(
        "prix",
        "12",
        "250 000",
        "€",
        "m²",
        "T3",
        "pièces",
        "chambres",
        "étage",
        "3",
        "1er",
        "rue",
        "de",
        "Paris",
        "75015",
    ),
    *(
        "DPE",
        "GES",
        ":",
        "D",
        "kWh",
        "kg",
        "(",
        ")",
        "honoraires",
        "%",
        "charges",
        "/mois",
        "dépôt",
        "garantie",
        "réf",
        "ha",
    ),
    *(
        "à vendre",
        "location",
        "libre",
        "le",
        "01/02/2026",
        "construit",
        "1975",
        "-",
        ",",
        "48.85",
        "lat",
        "\n",
        "\x00",
        "²",
        "½",
    ),
    *(
        "1e308",
        "NaN",
        "salle",
        "bains",
        "sans",
        "ascenseur",
        "RCS",
        "732 829 320",
        "CPI",
        "06 12 34 56 78",
        "a@b.fr",
        "٣",
        "①",
    ),
)
texts = st.one_of(
    st.text(max_size=80),
    st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=14).map("".join),
)


@settings(max_examples=300, deadline=None)
@given(text=texts)
def test_no_text_makes_a_parser_fail(text: str) -> None:
    for parse in PARSERS.values():
        parse(text)


@settings(max_examples=300, deadline=None)
@given(text=texts.map(tidy))
def test_every_match_quotes_the_text_at_its_offset_with_a_score_and_in_order(text: str) -> None:
    for find in FINDERS.values():
        matches: list[Match[Any]] = find(text)
        assert [match.start for match in matches] == sorted(match.start for match in matches)
        for match in matches:
            assert text[match.start : match.end] == match.raw
            assert 0 <= match.score <= 1


@given(text=st.text())
def test_folding_keeps_every_offset(text: str) -> None:
    assert len(fold(text)) == len(text)


def cost(function: Callable[[str], Any], text: str) -> float:
    """Seconds of this process alone, the quickest of two."""

    def once() -> float:
        started = time.process_time()
        function(text)
        return time.process_time() - started

    return min(once(), once())


@pytest.mark.parametrize(
    "unit",
    [" ", "1", "111 ", "1.", "\n", "a", "Abc-", "<a ", "dpe ", "12 rue A ", "un ", "5 m2 ", "5 € ", "0 1 2 ",
     "zéro six ", "a@", "l'A ", "bouquet ", "Réf ", "vue ", "1a", "T", "/-", "à partir du ", "€1 "],
)  # fmt: skip
def test_twice_as_long_a_text_takes_no_more_than_about_twice_the_time(unit: str) -> None:
    text = unit * (40_000 // len(unit))
    for name, function in (PARSERS | FINDERS).items():
        spent = cost(function, text)
        # 40 kB take 3 to 300 ms here; a quadratic pattern takes four times what half of them take.
        if spent > 0.03:
            assert spent < 3.3 * cost(function, text[:20_000]) + 0.03, name
