"""The node classifier: what it learns, what its file may hold, and where it speaks."""

import io
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cluster.lessons as lessons_of_the_town
from cluster.lessons import town_pages
from extract import node_model
from extract.document import Document
from extract.evaluate import pages
from extract.fitting import Table, fit, leave_out
from extract.node_model import FIELDS, NodeModel, shipped
from extract.page import read_page
from extract.training import Example, Page, examples, labelled, relatives
from models.errors import InputError
from models.places import Places
from tests.extract.pages import DETAIL, URL, page

FAMILIES = ("hektorlike", "nettylike", "table2005", "webflowlike", "wp_habitat")
#: No currency sign and no label that a rule knows: only the node's looks tell its price.
UNLABELLED = DETAIL.replace(
    "<p class='prix'>385 000 €</p>",
    "<div class='property-price prix'><span class='price'>385 000 HAI</span></div>",
)
LOUD = DETAIL.replace("385 000 €", "Prix de vente : 385 000 €") + "<div class='price prix'>412 000 €</div>"


@cache
def lessons() -> tuple[Example, ...]:
    """Some families' pages, enough to learn the most common fields."""
    places = Places.sample()
    pages = [one for one in town_pages(places) if one.group in FAMILIES]
    return tuple(examples(pages, places))


def test_the_same_examples_give_the_same_bytes_and_other_examples_do_not() -> None:
    first, again = fit(Table(lessons())).to_bytes(), fit(Table(list(lessons()))).to_bytes()
    assert first == again
    assert fit(Table(lessons()), without=[FAMILIES[0]]).to_bytes() != first


def test_a_model_comes_back_from_its_file_as_it_went() -> None:
    told = fit(Table(lessons())).to_bytes()
    assert NodeModel.from_bytes(told).to_bytes() == told


def test_each_group_is_judged_by_a_model_that_has_not_seen_it() -> None:
    table = Table(lessons())
    out = list(leave_out(table, folds=2))
    assert sorted(group for groups, _ in out for group in groups) == table.groups
    assert out[0][1].to_bytes() == fit(table, out[0][0]).to_bytes()


def test_the_shipped_weights_are_small_and_hold_no_pickle() -> None:
    path = node_model.shipped_path()
    assert path.stat().st_size < 2_000_000
    with np.load(path, allow_pickle=False) as held:
        assert {str(held[name].dtype.kind) for name in held.files} <= {"i", "f", "U"}


def test_a_file_with_a_pickle_in_it_is_refused() -> None:
    told = io.BytesIO()
    np.savez(told, version=np.int32(1), fields=np.array([{"code": "runs"}], dtype=object))
    with pytest.raises(InputError, match="pignon train"):
        NodeModel.from_bytes(told.getvalue())


@pytest.mark.parametrize("told", [b"", b"PK", b"not a model", b"\x80\x04N."])
def test_a_broken_file_gives_one_clear_error(told: bytes, tmp_path: Path) -> None:
    path = tmp_path / "nodes.npz"
    path.write_bytes(told)
    with pytest.raises(InputError) as caught:
        NodeModel.load(path)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_weights_of_other_fields_are_refused() -> None:
    held = dict(np.load(io.BytesIO(shipped().to_bytes()), allow_pickle=False))
    told = io.BytesIO()
    np.savez(told, **(held | {"fields": np.array(["price"])}))
    with pytest.raises(InputError, match="another version"):
        NodeModel.from_bytes(told.getvalue())


def test_a_missing_file_gives_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Cannot read the node model"):
        NodeModel.load(tmp_path / "nodes.npz")


def test_reading_pages_imports_no_scikit_learn() -> None:
    code = (
        "import sys; from extract.page import read_page; read_page(b'<h1>Maison 3 pieces</h1>', '');"
        "print([name for name in sys.modules if name.split('.')[0] in ('sklearn', 'scipy')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_price_that_no_rule_finds_is_told_by_its_node() -> None:
    body = page(UNLABELLED).encode()
    without = read_page(body, URL, model=None).listing
    reading = read_page(body, URL)
    assert without is not None and without.price is None
    assert reading.listing is not None and reading.listing.price == 385_000
    assert reading.evidence["price"].source == "classifier"


def test_what_the_rules_are_sure_of_stays() -> None:
    with_model, without = (read_page(page(LOUD).encode(), URL, model=m).listing for m in (shipped, None))
    assert with_model is not None and without is not None
    assert with_model.price == without.price == 385_000


def test_a_node_is_positive_where_its_parser_reads_the_labelled_value() -> None:
    told = Page("one", Document(page(), URL), {"price": [385_000], "rooms": [5], "floor": []})
    (example,) = examples([told], Places.sample())
    texts = [line.text for line in example.nodes.lines]
    at, right = example.told["price"]
    assert [texts[number] for number in at[right]] == ["385 000 €"]
    assert not example.told["floor"][1].any() and "surface" not in example.told


def test_pages_of_one_markup_are_relatives_whatever_their_sites_are_called() -> None:
    other = page("<div class='a b c d e'><h2 class='f g'>Maison</h2></div>")
    pages = [Page(name, Document(html, URL), {}) for name, html in
             (("one", page()), ("two", page(DETAIL)), ("three", other))]  # fmt: skip
    assert [one.group for one in relatives(pages)] == ["one", "one", "three"]


def test_a_labelled_folder_gives_its_property_pages_with_areas_in_square_metres(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(page(), encoding="utf-8")
    row = (
        '{"file": "a.html", "site": "agence.example", "kind": "detail", "negative": false, "real": true,'
        ' "labels": {"price": 385000, "surface": 1000, "surface_unit": "sqft", "postal_code": "33000"},'
        ' "accept_also": {"price": [380000]}}'
    )
    (tmp_path / "labels.jsonl").write_text(row + "\n", encoding="utf-8")
    (found,) = labelled(tmp_path)
    assert found.group == "agence" and found.truth["place"] == ["33000"]
    assert found.truth["price"] == [385_000, 380_000]
    assert found.truth["surface"] == [pytest.approx(92.9, abs=0.1)]


def test_a_page_is_judged_by_a_classifier_that_has_not_seen_its_site(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(page(UNLABELLED), encoding="utf-8")
    row = (
        '{"file": "a.html", "site": "agence.example", "kind": "detail", "negative": false, "real": true,'
        ' "labels": {"price": 385000}, "accept_also": {}}'
    )
    (tmp_path / "labels.jsonl").write_text(row + "\n", encoding="utf-8")
    (own,) = pages(tmp_path)
    read: Any = lessons_of_the_town.reader_without_site(tmp_path, Places.sample())(own)
    model = read.keywords["model"]
    assert isinstance(model, NodeModel) and model.to_bytes() != shipped().to_bytes()
    assert read(own.body, own.url).kind == "detail"


def test_probabilities_are_one_row_per_node_and_one_column_per_field() -> None:
    example = lessons()[0]
    sure = shipped().probabilities(example.nodes)
    assert sure.shape == (len(example.nodes.lines), len(FIELDS))
    assert ((sure >= 0) & (sure <= 1)).all()
