"""Where a description truly begins: lines of facts that are a site's own, told from the agent's words."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from extract import leads
from extract.page import read_page
from extract.samples import Sample
from extract.wrapping import learn
from models.listing import Listing
from models.places import Places

PLACES = Places.sample()
_TEXTS = (
    "Au calme d'une cour pavée, un bel appartement aux volumes généreux, baigné de lumière toute la journée.",
    "Notre agence vous propose ce bien rénové avec goût, à deux pas des commerces et de la gare routière.",
    "Rare dans le quartier : traversant, sans vis-à-vis, avec une cave et un grenier à aménager.",
    "Sous les toits, poutres apparentes et parquet d'origine, une adresse de charme au pied du tramway.",
    "Coup de cœur assuré pour ce dernier étage, ses deux balcons filants et sa vue dégagée sur les collines.",
)
_TOWNS = (("Marseille 8e", "13008"), ("Aix-en-Provence", "13100"), ("Lyon 7e", "69007"))


def _facts(number: int) -> str:
    return (
        f"Appartement {2 + number % 3} pièces - {40 + 7 * number} m2 - {1 + number % 3} chambres"
        f" - {1 + number}e étage"
    )


def _town(number: int) -> str:
    return f"{_TOWNS[number % 3][0].upper()} ({_TOWNS[number % 3][1]})"


def _summary(number: int) -> str:
    town, code = _TOWNS[number % 3]
    lift = ", avec ascenseur" if number % 2 else ""
    return (
        f"Prix : {150 + number} 000 €, dont {4 + number} % d'honoraires. Appartement de {2 + number % 3}"
        f" pièces d'une surface de {40 + 7 * number} m² à {town} ({code}){lift}."
    )


def _listing(number: int, *above: str) -> Listing:
    return Listing(description="\n".join([*above, _TEXTS[number % 5]]), city=_TOWNS[number % 3][0])


def _learnt(pages: list[Listing]) -> tuple[str, ...]:
    return leads.learn(pages, PLACES)


@pytest.mark.parametrize(
    "above", [lambda n: [_town(n), _facts(n)], lambda n: [_summary(n), ""], lambda n: [_facts(n)]]
)
def test_lines_of_facts_above_every_text_are_left_out(above: Callable[[int], list[str]]) -> None:
    phrases = _learnt([_listing(n, *above(n)) for n in range(6)])
    unseen = _listing(7, *above(7))
    assert leads.without(unseen, phrases, PLACES).description == _TEXTS[2]


def test_a_text_without_such_lines_stays_whole_on_a_site_that_writes_them() -> None:
    phrases = _learnt([_listing(n, _facts(n)) for n in range(6)])
    assert leads.without(_listing(7), phrases, PLACES) == _listing(7)


@pytest.mark.parametrize(
    "above",
    [
        # An agent's greeting, a mention, a headline of his own, on every advert.
        lambda n: [f"L'agence vous propose cet appartement de {40 + n} m² :"],
        lambda n: ["EXCLUSIVITÉ !"],
        lambda n: ["À VENDRE"],
        lambda n: [("Vue mer et", "Calme,", "Proche gare,", "Au sud,", "Duplex")[n % 5] + f" {40 + n} m²"],
        # A list of facts that goes on is the advert.
        lambda n: [f"{room} : {20 + n} m²" for room in ("Séjour", "Cuisine", "Salon", "Bureau")],
    ],
)  # fmt: skip
def test_an_agents_own_lines_stay(above: Callable[[int], list[str]]) -> None:
    pages = [_listing(n, *above(n)) for n in range(8)]
    phrases = _learnt(pages)
    assert [leads.without(page, phrases, PLACES) for page in pages] == pages


def test_a_line_on_a_few_pages_is_no_templates() -> None:
    assert _learnt([_listing(n, *([_facts(n)] if n < 3 else [])) for n in range(6)]) == ()


def test_facts_that_no_paragraph_follows_stay() -> None:
    phrases = _learnt([_listing(n, _facts(n)) for n in range(6)])
    bare = Listing(description=f"{_facts(8)}\nÀ visiter.")
    assert leads.without(bare, phrases, PLACES) == bare


def _page(number: int, facts: str) -> str:
    text = f"{facts}{_TEXTS[number % 5]} {_TEXTS[(number + 1) % 5]}"
    return f"""<html><head><title>Appartement {40 + 7 * number} m²</title></head><body>
<header><a href='/'>Agence du Port</a></header><main><h1>Appartement {40 + 7 * number} m²</h1>
<p class="prix">{150 + 10 * number} 000 €</p><div class="texte">{text}</div>
<ul><li><span>Référence</span> <b>A{number}000{number}</b></li></ul>
<img class="photo" src="/photos/{number}-1.jpg"></main></body></html>"""


def _url(number: int) -> str:
    return f"https://agence.example/bien/{number}"


@pytest.mark.parametrize("swift", [True, False])
def test_a_site_is_learnt_with_its_lines_and_read_without_them_both_ways(swift: bool) -> None:
    html = [_page(n, f"{_facts(n)}<br><br>") for n in range(8)]
    read = [read_page(page.encode(), _url(n), places=PLACES) for n, page in enumerate(html)]
    assert read[7].listing is not None and (read[7].listing.description or "").startswith("Appartement")
    wrapper = learn([Sample.of(html[n], _url(n), read[n]) for n in range(6)], PLACES)
    assert wrapper is not None and wrapper.leads and wrapper.swift
    wrapper = replace(wrapper, swift=swift)
    helped = read_page(html[7].encode(), _url(7), places=PLACES, wrapper=wrapper)
    assert helped.by_wrapper is swift
    assert helped.listing is not None and (helped.listing.description or "").startswith(_TEXTS[2])
