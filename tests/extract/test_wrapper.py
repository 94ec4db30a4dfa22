"""A site's wrapper: learnt from pages on which the readers agree, preferred after, believed with care."""

import json
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.glance import Glance
from extract.page import PageReading, read_page
from extract.samples import Sample
from extract.wrapper import MAX_SIZE, Finder, Place, Wrapper, told_by
from extract.wrapping import learn
from models.places import Places

PLACES = Places.sample()
_STREETS = ("Près du port", "Face au parc", "Au pied du métro", "Derrière la gare", "Sur la colline")
URL = "https://agence.example/bien/{}"
_HEADER = "<header><a href='/'>Agence du Port</a> 13002 Marseille</header>"
_HEAD = "<html><head><title>{title}</title></head><body>" + _HEADER
_FOOT = "<footer>Agence du Port, 3 quai du Port, 13002 Marseille - 04 91 00 00 00</footer></body></html>"


def page(number: int, *, bare: bool = False) -> str:
    """A page of a site whose label for the rooms nobody knows; a bare one has a title that tells nothing."""
    surface, price, rooms = 40 + 7 * number, 150_000 + 10_000 * number, 2 + number % 3
    title = "Notre bien du moment" if bare else f"Appartement {rooms} pièces {surface} m²"
    return f"""{_HEAD.format(title=title)}<main><h1>{title}</h1><p class="prix">{price:,} €</p>
<div class="desc"><p>{_STREETS[number % 5]} : bel appartement lumineux au calme,
proche des commerces, des écoles et des transports, à
visiter sans tarder : cuisine équipée, séjour et rangements.</p></div>
<ul class="faits"><li><span>Surface</span> <b>{surface} m²</b></li><li><span>Zolmebe</span>
<b>{rooms}</b></li><li><span>Référence</span> <b>A{number}000{number}</b></li></ul>
<img class="photo" src="/photos/{number}-1.jpg"><img class="photo" src="/photos/{number}-2.jpg"></main>
{_FOOT}""".replace(",", " ")


def read(html: str, number: int, wrapper: Wrapper | None = None) -> PageReading:
    return read_page(html.encode(), URL.format(number), places=PLACES, wrapper=wrapper)


@cache
def samples() -> tuple[Sample, ...]:
    return tuple(
        Sample.of(page(number), URL.format(number), read(page(number), number)) for number in range(6)
    )


@cache
def wrapper() -> Wrapper:
    found = learn(samples(), PLACES)
    assert found is not None
    return found


def test_two_pages_teach_nothing() -> None:
    assert learn(samples()[:2], PLACES) is None


def test_the_order_of_the_pages_does_not_matter() -> None:
    assert learn(reversed(samples()), PLACES) == wrapper()


def test_texts_that_begin_alike_and_have_a_button_are_learnt() -> None:
    start = "Notre agence du vieux port vous propose en exclusivité, dans un immeuble de caractère bien tenu,"
    button = "</p><button>Voir plus</button><p>Visites tous les jours"

    def text(number: int) -> str:
        told = page(number).replace(
            f"{_STREETS[number % 5]} : bel", f"{start} {_STREETS[number % 5]}, un bel"
        )
        return told.replace(" à\nvisiter sans tarder", f" à visiter sans tarder.{button}")

    found = learn([Sample.of(text(n), URL.format(n), read(text(n), n)) for n in range(6)], PLACES)
    assert found is not None
    assert found.of("description")


def test_a_value_that_stands_beside_an_unknown_label_is_found_where_the_title_does_not_tell_it() -> None:
    bare = page(9, bare=True)
    alone = read(bare, 9).listing
    helped = read(bare, 9, wrapper())
    assert alone is not None and alone.rooms is None
    assert helped.listing is not None
    assert helped.listing.rooms == 2
    assert helped.evidence["rooms"].source == "wrapper"


def test_a_heading_in_parts_and_a_number_that_only_the_address_tells_go_the_short_way() -> None:
    """Learnt from pages without a labelled reference, whose heading's words stand in elements of its own."""

    def other(number: int) -> tuple[str, str]:
        html = page(number).replace("<h1>", "<h1><span>").replace("</h1>", "</span></h1>")
        url = f"https://agence.example/bien/maison-10{number}450{number}"
        return html.replace("Référence", "Parking"), url

    known = learn(
        [Sample.of(html, url, read_page(html.encode(), url)) for html, url in map(other, range(6))], PLACES
    )
    html, url = other(8)
    short, whole = (read_page(html.encode(), url, wrapper=one) for one in (known, None))
    assert short.by_wrapper
    assert short.listing is not None and whole.listing is not None
    assert short.listing.reference == whole.listing.reference == "1084508"
    assert short.listing.title == whole.listing.title


def test_what_stays_on_every_page_is_no_data() -> None:
    assert "agence du port" in wrapper().fixed
    assert all(place.field != "postal_code" for place in wrapper().places)


def test_a_page_like_those_is_read_the_short_way_and_says_so() -> None:
    short, whole = read(page(7), 7, wrapper()), read(page(7), 7)
    assert (short.by_wrapper, whole.by_wrapper) == (True, False)
    assert short.listing is not None
    assert short.listing.known() == whole.listing.known() if whole.listing else False


@pytest.mark.parametrize(
    "change",
    [
        ('<p class="prix">', '<p class="sold">VENDU</p><p class="prix">'),
        ("<h1>", "<h1>VENDU - "),
        ('class="prix"', 'class="montant"'),
        (_HEADER, ""),
    ],
)
def test_a_page_that_may_be_another_is_read_the_whole_way(change: tuple[str, str]) -> None:
    other = page(8).replace(*change)
    assert other != page(8)
    assert not read(other, 8, wrapper()).by_wrapper


def test_a_street_beside_a_label_is_told_the_short_way_unless_every_page_has_it() -> None:
    street = '<ul class="faits"><li><span>Adresse</span> <b>{}</b></li>'
    there = page(7).replace('<ul class="faits">', street.format("12 rue des Tanneurs"))
    short = read(there, 7, wrapper())
    assert short.by_wrapper and short.listing is not None
    assert short.listing.address == "12 rue des Tanneurs"
    office = page(7).replace('<ul class="faits">', street.format("8 rue du Port"))
    known = replace(wrapper(), offices=("8 rue du port",))
    short = read(office, 7, known)
    assert short.by_wrapper and short.listing is not None
    assert short.listing.address is None


def test_the_streets_that_every_page_has_are_the_agencys() -> None:
    assert wrapper().offices == ("3 quai du port",)


def test_a_place_that_tells_what_every_page_has_tells_no_street() -> None:
    office = Place("address", "css", "footer", agreed=8)
    html = page(7).replace(
        "Agence du Port, 3 quai du Port, 13002 Marseille - 04 91 00 00 00", "3 quai du Port"
    )
    finder = Finder(Glance(html, URL.format(7)), {})
    assert [one.value for one in told_by(Wrapper((office,)), finder, PLACES)] == ["3 quai du Port"]
    assert not list(told_by(Wrapper((office,), offices=wrapper().offices), finder, PLACES))


def test_a_letter_that_only_a_class_tells_is_learnt_for_the_short_way() -> None:
    def marked(number: int) -> str:
        # The value of an A may be rounded to the least of a B: only the class tells.
        letter, value = "ABCDE"[number % 5].lower(), (6, 10, 29, 49, 69)[number % 5]
        mark = f'<div class="mark ges-letter-{letter}"><span>GES</span> {value} kg CO2/m²/an</div>'
        return page(number).replace('<ul class="faits">', f'{mark}<ul class="faits">')

    pages = [Sample.of(marked(n), URL.format(n), read(marked(n), n)) for n in range(8)]
    found = learn(pages, PLACES)
    assert found is not None and [place.how for place in found.of("ges")][:1] == ["block"]
    short = read(marked(10), 10, found)
    assert short.by_wrapper and short.listing is not None
    assert short.listing.ges == "A"


def test_a_home_page_with_the_same_frame_is_no_listing() -> None:
    home = f"{_HEAD.format(title='Agence du Port')}<main><h1>Bienvenue</h1><p>Votre agence.</p></main>{_FOOT}"
    assert read(home, 1, wrapper()).listing is None


def test_a_wrapper_survives_its_json() -> None:
    text = json.dumps(wrapper().to_json())
    assert len(text) < MAX_SIZE
    assert Wrapper.from_json(json.loads(text)) == wrapper()


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@given(_JSON, st.sampled_from(sorted(Wrapper().to_json())))
def test_a_broken_row_is_no_wrapper_or_a_harmless_one(value: object, key: str) -> None:
    broken = Wrapper.from_json({**wrapper().to_json(), key: value})
    if broken is not None:
        read(page(3), 3, broken)
    Wrapper.from_json(value)


def test_a_selector_that_is_none_finds_nothing() -> None:
    assert Glance("<p>a</p>", URL).all("p[[") == []
    place = Place("price", "css", "!!", agreed=3)
    assert read(page(2), 2, Wrapper((place,), swift=True)).listing is not None
