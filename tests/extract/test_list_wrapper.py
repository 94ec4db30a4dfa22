"""What a site's lists teach: where their links stand. Believed only where nothing speaks against it."""

import json
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.drift import AUDITED_LISTS, LINKS, READ, is_audited, note_list
from extract.list_wrapper import ListWrapper
from extract.list_wrapping import ListSample, learn
from extract.page import PageReading, read_page
from extract.wrapper import MAX_SIZE, Wrapper
from tests.extract.pages import DETAIL, page

URL = "http://agence.example/ventes?page={}"
CARD = (
    '<article class="bien"><a class="lien" href="/biens/{n}.html"><img src="/p/{n}.jpg">'
    "<h3>Appartement {r} pièces</h3></a><p>{n} 000 €</p><p>{s} m²</p></article>"
)
PAGER = '<div class="pagination"><a href="/ventes?page={}">Suivant</a></div>'


def listed(
    number: int, count: int = 6, *, more: str = "", title: str = "Nos ventes", last: bool = False
) -> str:
    """Page `number` of a list, with what else is on it."""
    first = 100 + 10 * number
    cards = "".join(CARD.format(n=n, r=1 + n % 5, s=20 + n % 70) for n in range(first, first + count))
    found = "<p>Trier par prix</p><p>Affiner votre recherche</p><p>60 annonces</p>"
    pager = "" if last else PAGER.format(number + 1)
    return page(
        f"<h1>{title}</h1>{found}<div class='liste'>{cards}</div>{more}{pager}", "Nos ventes - Agence"
    )


def read(
    html: str, url: str, lists: ListWrapper | None = None, wrapper: Wrapper | None = None
) -> PageReading:
    return read_page(html.encode(), url, wrapper=wrapper, lists=lists)


def sample(number: int, html: str | None = None) -> ListSample:
    html, url = html or listed(number), URL.format(number)
    reading = read(html, url)
    return ListSample(html, url, reading.links, reading.next, reading.follow, reading.platform)


@cache
def lists() -> ListWrapper:
    found = learn(sample(number) for number in range(1, 6))
    assert found is not None
    return found


def test_a_list_like_those_is_read_the_short_way_as_the_readers_read_it() -> None:
    short, whole = (read(listed(8), URL.format(8), known) for known in (lists(), None))
    assert (short.by_wrapper, whole.by_wrapper) == (True, False)
    assert len(short.links) == 6
    assert replace(short, by_wrapper=False, identity=whole.identity) == whole


def test_the_last_page_may_hold_a_single_card() -> None:
    short = read(listed(8, 1, last=True), URL.format(8), lists())
    assert (short.by_wrapper, short.links, short.next) == (True, ("/biens/180.html",), None)


def test_two_lists_or_the_same_list_thrice_teach_nothing() -> None:
    assert learn([sample(1), sample(2)]) is None
    assert learn([sample(1), sample(2, listed(1)), sample(3, listed(1))]) is None


def test_the_order_of_the_lists_does_not_matter() -> None:
    assert learn(sample(number) for number in (5, 3, 1, 2, 4)) == lists()


def test_lists_that_the_readers_read_otherwise_than_any_rule_are_not_learnt() -> None:
    odd = [replace(one, links=one.links[at % 3 :]) for at, one in enumerate(map(sample, range(1, 6)))]
    assert learn(odd) is None


_ONE = CARD.format(n=7, r=3, s=50)


@pytest.mark.parametrize(
    ("html", "url"),
    [
        (listed(8).replace('class="lien"', 'class="carte"'), URL.format(8)),
        (listed(8).replace("</div><div", _ONE.replace("/biens/7", "/neuf/p") + "</div><div"), URL.format(8)),
        (listed(8, more=_ONE.replace("class=", "data-name=")), URL.format(8)),
        (listed(8, 2), URL.format(8)),
        (listed(8, 0, more="<p>Aucun bien ne correspond.</p>", last=True), URL.format(8)),
        (listed(8, more="<p>Une erreur est survenue.</p>"), URL.format(8)),
        (listed(8), "http://agence.example/biens/8.html"),
        (listed(8), "http://agence.example/"),
        (page(DETAIL + _ONE * 4), URL.format(8)),
    ],
    ids=["another template", "an address nobody knows", "a card elsewhere", "half a list", "an empty one",
         "a site in trouble", "at a listing's address", "at the door", "a detail with others"],
)  # fmt: skip
def test_a_list_that_may_be_another_is_read_the_whole_way(html: str, url: str) -> None:
    assert read(html, url, lists()) == read(html, url)


def test_a_list_without_the_part_of_the_frame_that_details_lack_is_read_whole() -> None:
    frame = tuple(text for text in lists().fixed if "trier" not in text and "annonces" not in text)
    details, other = Wrapper(fixed=frame), listed(8).replace("Trier par prix", "").replace("60 annonces", "")
    kept, bare = (read(html, URL.format(8), lists(), details) for html in (listed(8), other))
    assert (kept.by_wrapper, bare.by_wrapper) == (True, False)


def test_a_wrapper_of_lists_survives_its_json() -> None:
    text = json.dumps(lists().to_json())
    assert len(text) < MAX_SIZE / 4
    assert ListWrapper.from_json(json.loads(text)) == lists()


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@given(_JSON, st.sampled_from(sorted(ListWrapper().to_json())))
def test_a_broken_row_is_no_wrapper_or_a_harmless_one(value: object, name: str) -> None:
    broken = ListWrapper.from_json({**lists().to_json(), name: value})
    if broken is not None:
        read(listed(3), URL.format(3), broken)
    ListWrapper.from_json(value)


def test_three_lists_of_eight_that_lead_elsewhere_than_the_readers_say_wear_it_out() -> None:
    worn: ListWrapper | None = lists()
    for right in (False, True, False, True, True):
        assert worn is not None
        worn = note_list(worn, LINKS, right=right)
    assert worn is not None
    assert note_list(worn, LINKS, right=False) is None


def test_lists_that_it_cannot_read_wear_it_out_when_they_are_most_of_the_last() -> None:
    worn: ListWrapper | None = lists()
    for number in range(40):
        assert worn is not None
        worn = note_list(worn, READ, right=number % 2 == 0)
    assert worn is not None
    assert len(worn.record[READ]) <= 20
    assert note_list(replace(worn, record={READ: "-" * 4 + "+"}), READ, right=False) is None


def test_about_one_list_in_ten_is_audited() -> None:
    share = sum(is_audited(URL.format(number), AUDITED_LISTS) for number in range(2_000)) / 2_000
    assert 0.7 / AUDITED_LISTS < share < 1.3 / AUDITED_LISTS
