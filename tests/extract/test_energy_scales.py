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


def states(active: str, name: str, value: str = "true") -> str:
    spans = "".join(f'<span {name}="{value if x == active else "false"}">{x}</span>' for x in LETTERS)
    return f"<h3>Énergie</h3><div>{spans}</div>"


def bars(active: str, more: str) -> str:
    divs = "".join(f'<div class="bar {x}{more if x == active else ""}"></div>' for x in LETTERS)
    return f'<div class="dpe-scale">{divs}</div>'


@pytest.mark.parametrize(
    "html",
    [
        states("D", "data-active"),
        states("D", "aria-current"),
        states("D", "aria-selected"),
        states("D", "data-state", "active"),
        bars("D", " active"),
        '<div class="etiq" aria-label="Classe énergie D"><i>A</i><i>B</i><i>C</i></div>',
        '<div class="curseur" style="top:96px" title="DPE : D (187)">187</div>',
        '<img src="https://img.example/dpe/D-187-12/graph.svg" alt="">',
        '<div><span class="n">D</span><span class="u">classe énergie</span></div>'
        '<div><span class="n">B</span><span class="u">classe climat</span></div>',
        "<div>D</div><div>Énergie</div><div>B</div><div>Climat</div>",
        "<div>Énergie</div><div>D</div><div>Climat</div><div>B</div>",
        "<p>Ce logement est classé D pour la performance énergétique et B pour les émissions de gaz.</p>",
    ],
)
def test_attributes_bars_captions_and_sentences_tell_the_letter(html: str) -> None:
    listing = read(page(DETAIL + html)).listing
    assert listing is not None
    assert listing.dpe == "D"
    assert listing.ges in {"B", None}


@pytest.mark.parametrize("more", ["", " bar"])
def test_bars_of_which_none_is_on_tell_nothing(more: str) -> None:
    listing = read(page(DETAIL + bars("D", more))).listing
    assert listing is not None
    assert listing.dpe is None


def test_the_emission_scale_inside_the_energy_block_is_the_emissions() -> None:
    def items(active: str, kind: str) -> str:
        rows = "".join(f'<li class="{"current" if x == active else "l"}"><b>{x}</b></li>' for x in LETTERS)
        return f'<ul class="epc-list{kind}">{rows}</ul>'

    html = f'<div class="epc-details">{items("D", "")}{items("B", " ges")}</div>'
    listing = read(page(DETAIL + html)).listing
    assert listing is not None
    assert (listing.dpe, listing.ges) == ("D", "B")


def test_labels_of_a_list_are_not_the_propertys() -> None:
    spoken = "".join(f'<div aria-label="Classe énergie {letter}"></div>' for letter in "CE")
    listing = read(page(DETAIL + spoken)).listing
    assert listing is not None
    assert listing.dpe is None
