"""Addresses as other countries write them, and whose they are."""

import pytest

from extract.candidates import Candidate
from extract.document import Document
from extract.readers import abroad

FRAME = (
    "<html lang='{lang}'><head><title>x</title></head><body><main><h1>{title}</h1>{text}</main></body></html>"
)


def told(text: str, title: str = "A fine home", lang: str = "en") -> dict[str, Candidate]:
    document = Document(FRAME.format(lang=lang, title=title, text=text), "https://x.example/p/1")
    found: dict[str, Candidate] = {}
    for one in abroad.read(document):
        if one.field not in found or one.confidence > found[one.field].confidence:
            found[one.field] = one
    return found


@pytest.mark.parametrize(
    ("line", "address", "city", "code"),
    [
        ("38 St. Pauls Square, Birmingham B3 1QX", "38 St. Pauls Square", "Birmingham", "B3 1QX"),
        ("Cecil Park, Herne Bay CT6", "Cecil Park", "Herne Bay", "CT6"),
        (
            "Flat 1, 5 Cliff Road, Woodhouse, Leeds LS6 2ET",
            "Flat 1, 5 Cliff Road, Woodhouse",
            "Leeds",
            "LS6 2ET",
        ),
        ("4836 Sicily Dr, Lake Elsinore, CA 92530", "4836 Sicily Dr", "Lake Elsinore", "92530"),
        ("24 New Street Miami, OR 24560", "24 New Street", "Miami", "24560"),
        ("Frankfurter Allee 218, 10365 Berlin", None, "Berlin", "10365"),
        ("1012 AB Amsterdam", None, "Amsterdam", "1012 AB"),
        ("1350-206 Lisboa", None, "Lisboa", "1350-206"),
        ("Alba (CN) – CAP 12051", None, "Alba", "12051"),
    ],
)
def test_a_whole_address_is_taken_apart(line: str, address: str | None, city: str, code: str) -> None:
    found = told(f"<p>{line}</p>")
    assert (found["city"].value, found["postal_code"].value) == (city, code)
    assert (found["address"].value if "address" in found else None) == address


@pytest.mark.parametrize("line", ["Apartamento T3", "Room Q2 Plan", "1,050 sq ft 12345 yards", "Ref 12345"])
def test_what_only_looks_like_a_code_is_none(line: str) -> None:
    assert "postal_code" not in told(f"<p>{line}</p>")


def test_an_address_far_below_counts_less_and_one_above_the_title_not_at_all() -> None:
    far = told("<p>Text</p>" * 30 + "<p>8 Market Place, Ludlow SY8 1BS</p>")
    assert far["postal_code"].confidence <= 0.25
    header = "<p>52 Otley Road, Leeds LS6 2AL</p>" + "<p>Text</p>" * 5
    html = FRAME.format(lang="en", title="A fine home", text="").replace("<h1>", f"{header}<h1>")
    assert not list(abroad.read(Document(html, "https://x.example/p/1")))


@pytest.mark.parametrize(
    ("lang", "line"), [("de-AT", "8010 Graz"), ("fr-BE", "5590 Ciney"), ("de-CH", "8004 Zürich")]
)
def test_codes_of_four_figures_are_read_where_the_country_has_them(lang: str, line: str) -> None:
    found = told(f"<p>{line}</p>", lang=lang)
    assert f"{found['postal_code'].value} {found['city'].value}" == line
    assert "postal_code" not in told(f"<p>{line}</p>", lang="en")
