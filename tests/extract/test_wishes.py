"""What a page asks of robots: X-Robots-Tag and metas, for all or for us, with dates."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.page import read_page
from extract.wishes import Wishes, read_wishes

DAY = datetime(2026, 6, 27, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("lines", "noindex", "nofollow"),
    [
        ("noindex", True, False),
        ("NoIndex, NoFollow", True, True),
        ("none", True, True),
        ("all", False, False),
        ("noarchive, max-snippet: 50, noindex", True, False),
        ("max-image-preview: none", False, False),
        ("pignonbot: noindex", True, False),
        ("PignonBot/1.0: noindex", True, False),
        ("*: nofollow", False, True),
        ("otherbot: noindex, nofollow", False, False),
        ("otherbot: noindex, pignonbot: nofollow", False, True),
        ("otherbot: noindex\nnofollow", False, True),
        ("pignon: noindex", False, False),
        ("noindex nofollow", True, True),
        ("", False, False),
    ],
)
def test_a_header_asks_all_or_those_it_names(lines: str, noindex: bool, nofollow: bool) -> None:
    assert read_wishes(lines) == Wishes(noindex, nofollow)


@pytest.mark.parametrize(
    "told",
    [
        "27 Jun 2026 15:00:00 GMT",
        "Saturday, 27 Jun 2026 15:00:00 GMT",
        "Saturday, 27-Jun-26 15:00:00 UTC",
        "2026-06-27T15:00:00Z",
        "2026-06-27T17:00:00+02:00",
        "2026-06-27 15:00",
    ],
)
def test_a_page_may_be_listed_until_its_date(told: str) -> None:
    wishes = read_wishes(f"unavailable_after: {told}, nofollow")
    assert wishes == Wishes(nofollow=True, until=DAY)
    assert wishes.hides(DAY)
    assert not wishes.hides(DAY - timedelta(seconds=1))


def test_a_date_that_is_none_asks_nothing_and_the_earlier_of_two_counts() -> None:
    assert read_wishes("unavailable_after: soon") == Wishes()
    assert read_wishes("unavailable_after: 2027-01-01\nunavailable_after: 2026-06-27T15:00Z").until == DAY


@pytest.mark.parametrize(
    ("metas", "wishes"),
    [
        ('<meta name="robots" content="index"><meta name="ROBOTS" content="noindex">', Wishes(noindex=True)),
        ('<meta name="pignonbot" content="nofollow">', Wishes(nofollow=True)),
        ('<meta name="otherbot" content="none">', Wishes()),
        ('<meta name="robots" content="unavailable_after:\n 2026-06-27T15:00Z">', Wishes(until=DAY)),
        ('<meta property="robots" content="noindex">', Wishes(noindex=True)),
    ],
)
def test_metas_ask_as_headers_do(metas: str, wishes: Wishes) -> None:
    page = f"<html><head>{metas}<title>Maison</title></head><body><p>Bonjour</p></body></html>"
    assert read_page(page.encode(), "https://agence.example/1").wishes == wishes


def test_a_page_of_metas_costs_nothing() -> None:
    head = '<meta name="robots" content="' + "a," * 4_000 + '">'
    page = f"<html><head>{head * 900}<title>Maison</title></head><body><p>Bonjour</p></body></html>"
    began = time.process_time()
    assert read_page(page.encode(), "https://agence.example/1").wishes == Wishes()
    assert time.process_time() - began < 5


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    read_wishes(f"unavailable_after: {text}").hides(DAY)
    read_wishes(text)
