"""Which of seven printed letters is the property's: by class, size, value or an image's name; else none."""

import pytest

from tests.extract.pages import DETAIL, page, read

LETTERS = "ABCDEFG"


def scale(active: str, on: str, off: str = "class='l'") -> str:
    spans = "".join(f"<div {on if letter == active else off}>{letter}</div>" for letter in LETTERS)
    return f"<h3>Consommation énergétique</h3><div class='scale'>{spans}</div>"


@pytest.mark.parametrize(
    "html",
    [
        scale("D", "class='l is-active'"),
        scale("D", "class='l big'"),
        scale("D", "class='l' style='font-size:32px'", "class='l' style='font-size:12px'"),
        "<img src='/img/dpe-d.png' alt='Diagnostic'>",
        "<p>DPE : D</p>",
    ],
)
def test_the_letter_that_stands_out_is_told(html: str) -> None:
    listing = read(page(DETAIL + html)).listing
    assert listing is not None and listing.dpe == "D"


def test_a_scale_without_a_mark_tells_nothing() -> None:
    listing = read(page(DETAIL + scale("", ""))).listing
    assert listing is not None and listing.dpe is None


def test_the_emission_scale_is_not_the_energy_scale() -> None:
    ges = scale("B", "class='l is-active'").replace("Consommation énergétique", "Gaz à effet de serre")
    listing = read(page(DETAIL + scale("E", "class='l is-active'") + ges)).listing
    assert listing is not None and (listing.dpe, listing.ges) == ("E", "B")
