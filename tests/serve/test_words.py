"""Search by words: French endings, accents, synonyms, phrases and exclusion; and whatever people type."""

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from serve.words import MOST_TERMS, read
from tests.serve.market import add_agency, add_listing

SEARCH = "/api/listings/search"
ADVERTS = {
    "sea": ("Appartement T3 avec vue mer", "Grande terrasse, résidence sécurisée, ascenseur."),
    "house": (
        "Maison de ville",
        "Trois chambres, jardin arboré, travaux à prévoir. Proche de la mer, vue dégagée.",
    ),
    "large": ("Appartement 4 pièces", "Entièrement rénové, 3 chambres, deux salles de bains."),
    "studio": (
        "Studio meublé",
        "Au rez-de-chaussée d\u2019un immeuble ancien, cœur de ville, 2 pièces possibles.",
    ),
    "joined": (
        "Duplex T5bis",
        "Séjour/cuisine de 31.5 m² au calme.Proche du port, buanderie et/ou bureau, +2 places",
    ),
}
#: What is asked, and the adverts that say it; of every engine.
CASES: list[tuple[str, set[str]]] = [
    ("terrasse", {"sea"}),
    ("TERRASSES", {"sea"}),
    ("securise", {"sea"}),
    ("SÉCURISÉES", {"sea"}),
    ("securisee", {"sea"}),
    ("arbore", {"house"}),
    ("3 pièces", {"sea"}),
    ("3 pièces terrasse", {"sea"}),
    ("-3 pieces", {"house", "large", "studio", "joined"}),
    ("F3", {"sea"}),
    ("3p", {"sea"}),
    ("mer", {"sea", "house"}),
    ('"vue mer"', {"sea"}),
    ("vue mer", {"sea", "house"}),
    ('"mer appartement"', set()),
    ('"ascenseur grande"', set()),
    ('"mer grande"', set()),
    ("mer grande", {"sea"}),
    ('"jardin arboré" -"vue mer"', {"house"}),
    ('"rez de chaussée"', {"studio"}),
    ("plain-pied", set()),
    ("mer -jardin", {"sea"}),
    ('mer -"vue mer"', {"house"}),
    ("rdc", {"studio"}),
    ("rez de chaussee", {"studio"}),
    ("sdb", {"large"}),
    ("salle de bain", {"large"}),
    ("-salle de bain mer", {"sea", "house"}),
    ("\u201cvue mer\u201d", {"sea"}),
    ("mer -\u00ab\u00a0vue mer\u00a0\u00bb", {"house"}),
    ("travaux", {"house"}),
    ("-travaux", {"sea", "large", "studio", "joined"}),
    ("coeur", {"studio"}),
    ("cuisine calme", {"joined"}),
    ("proche port", {"joined"}),
    ("séjour/cuisine", {"joined"}),
    ("sejour cuisine/calme", set()),
    ("T5", {"joined"}),
    ("T5bis", {"joined"}),
    ("5 pièces -duplex", set()),
    ("31.5", {"joined"}),
    ('"2 places"', {"joined"}),
    ("buanderie.bureau", set()),
    ("ville -chambre", {"studio"}),
    ("licorne", set()),
    ('"', set()),
    ("-", set()),
    ("le", set()),
    ("l'ascenseur", {"sea"}),
    ("a & b | !c <-> d:*", set()),
    ("\\ ' '' %", set()),
]


@pytest.mark.parametrize(("asked", "wanted"), CASES)
def test_words_find_the_adverts_that_say_them(
    client: httpx2.Client, engine: Engine, asked: str, wanted: set[str]
) -> None:
    agency = add_agency(engine)
    ids = {
        add_listing(engine, agency, title=title, description=text): name
        for name, (title, text) in ADVERTS.items()
    }
    answer = client.get(SEARCH, params={"q": asked})
    assert answer.status_code == 200, answer.text
    assert {ids[listing["id"]] for listing in answer.json()["listings"]} == wanted


def test_words_are_bounded() -> None:
    assert len(read("mot " * 100)) == MOST_TERMS


@given(st.text(max_size=200))
def test_any_text_is_read(asked: str) -> None:
    assert all(term.alternatives[0] in asked for term in read(asked))
