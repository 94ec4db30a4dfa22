"""The measure itself: what counts as right, wrong and missed, and why; intervals over sites."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from extract import scores
from extract.evaluate import compare, evaluate, same
from extract.page import PageReading
from extract.scores import Outcome, Report, Score
from models.errors import InputError
from models.listing import Evidence, Listing
from tests.extract.pages import DESCRIPTION, cards, page

LABEL = {
    "file": "html/a.html", "site": "a.example", "kind": "detail", "negative": False, "real": True,
    "lang": "fr",
    "labels": {
        "title": "Maison 5 pièces 112 m² Bordeaux", "price": 385_000, "surface": 112, "rooms": 5, "dpe": None
    },
}  # fmt: skip


def label(**changes: object) -> dict[str, object]:
    return {**LABEL, **changes}


def reading(**values: object) -> PageReading:
    return PageReading("detail", listing=Listing(**values))  # type: ignore[arg-type]


def test_a_false_value_counts_against_precision_and_recall_and_a_lone_one_against_precision() -> None:
    outcome = compare(LABEL, reading(price=1, surface=112.4, dpe="A", title=LABEL["labels"]["title"]))
    assert outcome.scores["price"] == Score(wrong=1, missed=1)
    assert outcome.scores["surface"] == Score(right=1)
    assert outcome.scores["dpe"] == Score(wrong=1)
    assert outcome.scores["rooms"] == Score(missed=1)
    assert "bedrooms" not in outcome.scores


def test_an_accepted_alternative_is_right_and_an_accepted_null_is_no_miss() -> None:
    also = {"price": [380_000], "rooms": [None]}
    outcome = compare(label(accept_also=also), reading(price=380_000))
    assert outcome.scores["price"] == Score(right=1)
    assert outcome.scores["rooms"] == Score()


def test_an_accepted_kind_is_right() -> None:
    assert not compare(LABEL, PageReading("index")).kind_right
    assert compare(label(accept_also={"kind": ["index"]}), PageReading("index")).kind_right


def test_each_error_tells_its_cause() -> None:
    told = PageReading(
        "detail", listing=Listing(price=1, dpe="B"), evidence={"dpe": Evidence("text", "B", 0.9)}
    )
    causes = {miss.field: miss.cause for miss in compare(LABEL, told).misses}
    assert causes["dpe"] == "told by text where the page tells none"
    assert causes["rooms"] == "found by no reader"
    causes = {miss.field: miss.cause for miss in compare(LABEL, PageReading("other", "sold")).misses}
    assert causes["price"] == "page taken for sold"


@pytest.mark.parametrize(
    ("wanted", "got", "right"),
    [
        (DESCRIPTION, DESCRIPTION, True),
        (DESCRIPTION[:60], DESCRIPTION, True),
        (DESCRIPTION + DESCRIPTION.upper() + " suite" * 9, DESCRIPTION[:90], False),
        (DESCRIPTION, DESCRIPTION + " Nos honoraires et toutes nos autres annonces du mois" * 4, False),
        (DESCRIPTION, "Contactez-nous", False),
    ],
)
def test_a_whole_description_must_be_whole_and_clean(wanted: str, got: str, right: bool) -> None:
    assert same("description", got, wanted) is right


def test_a_folder_is_read_and_compared_with_live_sites_french_ones_and_templates_apart(
    tmp_path: Path,
) -> None:
    write(tmp_path, [("a", page(), LABEL), ("b", page(cards(4), "Nos annonces"), index("b"))])
    report = evaluate(tmp_path)
    assert report.pages == 2 and report.kinds_right == 2 and report.invented == []
    assert report.fields["price"].f1 == report.links.f1 == 1.0
    assert [report.parts[name].pages for name in ("real", "french", "template")] == [1, 1, 1]
    assert "list links" in report.table() and report.to_dict()["parts"]["french"]["exact_core"] == 1.0


def test_a_listing_from_a_negative_page_is_invented(tmp_path: Path) -> None:
    write(tmp_path, [("a", page(), label(kind="other", negative=True, labels=None))])
    assert evaluate(tmp_path).invented == ["html/a.html"]


def test_a_folder_without_labels_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"labels\.jsonl"):
        evaluate(tmp_path)


def test_the_interval_draws_sites_and_not_pages() -> None:
    one_site = outcomes([("a", 1), ("a", 0)] * 20)
    two_sites = outcomes([("a", 1), ("b", 0)] * 20)
    names = ("price",)
    assert one_site.interval(scores.recalls, names) == (0.5, 0.5)
    assert two_sites.interval(scores.recalls, names) == (0.0, 1.0)
    assert Report(()).interval(scores.precisions, names) == (1.0, 1.0)
    assert np.isclose(scores.mean_f1s(np.array([[[1, 1, 1], [0, 0, 0]]])), 0.75).all()


def test_confidence_is_calibrated_where_it_is_right_as_often_as_it_says() -> None:
    sure = ((0.9, True),) * 9 + ((0.9, False),)
    assert (
        Report((Outcome("f", "s", frozenset(), ("", ""), True, confidences=sure),)).calibration_error < 1e-9
    )
    vain = ((0.9, False),) * 10
    assert (
        Report((Outcome("f", "s", frozenset(), ("", ""), True, confidences=vain),)).calibration_error == 0.9
    )


def outcomes(rows: Sequence[tuple[str, int]]) -> Report:
    return Report(
        tuple(
            Outcome("f", site, frozenset(), ("", ""), True, scores={"price": Score(right, 0, 1 - right)})
            for site, right in rows
        )
    )


def index(name: str) -> dict[str, object]:
    hrefs = [f"/biens/{n}.html" for n in range(1, 5)]
    return {"file": f"html/{name}.html", "kind": "index", "negative": False, "real": False, "hrefs": hrefs}


def write(folder: Path, rows: Sequence[tuple[str, str, dict[str, object]]]) -> None:
    (folder / "html").mkdir()
    for name, html, _ in rows:
        (folder / "html" / f"{name}.html").write_text(html, "utf-8")
    lines = [json.dumps({**told, "file": f"html/{name}.html"}) for name, _, told in rows]
    (folder / "labels.jsonl").write_text("\n".join(lines), "utf-8")
