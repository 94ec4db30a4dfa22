"""The nodes of a page and their features: the same for the same page, whatever the process."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from extract.document import Document
from extract.nodes import MAX_NODES, SLOTS, SiteTexts, describe
from tests.extract.pages import DETAIL, URL, cards, page


def document(html: str) -> Document:
    return Document(html, URL)


def test_the_same_page_has_the_same_features_whatever_the_processs_hash_seed() -> None:
    code = (
        "import json, sys; from extract.document import Document; from extract.nodes import describe;"
        "nodes = describe(Document(sys.stdin.read(), 'http://agence.example/1'));"
        "print(json.dumps([nodes.slots.tolist(), nodes.starts.tolist()]))"
    )
    told = [
        json.loads(
            subprocess.run(
                [sys.executable, "-c", code], input=page(), text=True, capture_output=True, check=True,
                env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            ).stdout
        )
        for seed in ("1", "2")
    ]  # fmt: skip
    assert told[0] == told[1] and len(told[0][0]) > 100


def test_nodes_are_the_propertys_own_lines_and_headings() -> None:
    nodes = describe(document(page(DETAIL + "<h2>Biens similaires</h2>" + cards(3))))
    texts = [line.text for line in nodes.lines]
    assert "385 000 €" in texts and "Réf. : MB-1204" in texts
    assert not any("201 000" in text or "Agence du Test" in text for text in texts)


def test_every_node_has_features_within_the_slots() -> None:
    nodes = describe(document(page()))
    assert len(nodes.starts) == len(nodes.lines)
    assert (np.diff(np.append(nodes.starts, len(nodes.slots))) > 0).all()
    assert nodes.slots.min() >= 0 and nodes.slots.max() < SLOTS


def test_the_order_of_class_words_tells_nothing() -> None:
    one, other = (
        describe(document(page(DETAIL.replace("class='prix'", f"class='{names}'")))).slots.tolist()
        for names in ("prix grand-titre", "grand-titre prix")
    )
    assert sorted(one) == sorted(other)


@pytest.mark.parametrize("change", ["class='honoraires'", "id='prix'"])
def test_what_a_site_calls_a_node_tells_it_from_others(change: str) -> None:
    named = describe(document(page(DETAIL.replace("class='prix'", change))))
    plain = describe(document(page(DETAIL.replace("class='prix'", ""))))
    assert sorted(named.slots.tolist()) != sorted(plain.slots.tolist())


def test_what_all_pages_of_a_site_say_is_told_from_the_propertys_own() -> None:
    pages = [document(page(DETAIL.replace("385 000", f"{n}85 000"))) for n in (1, 2, 4)]
    site = SiteTexts.of(pages)
    assert "pièces : 5" in site.common and "185 000 €" not in site.common
    with_site, without = describe(document(page()), site), describe(document(page()))
    assert len(with_site.slots) == len(without.slots) + len(without.lines)


def test_an_endless_page_has_a_bounded_number_of_nodes() -> None:
    assert len(describe(document(page("<h1>Maison</h1>" + "<p>80 m²</p>" * 3_000))).lines) == MAX_NODES


@pytest.mark.parametrize("html", ["", "<p>", "<html><body></body></html>", "<h1></h1>"])
def test_a_page_without_text_has_no_nodes(html: str) -> None:
    assert describe(document(html)).lines == ()
