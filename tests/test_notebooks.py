"""The notebook runs from first cell to last without Jupyter, and its figures are those of a known market."""

import contextlib
import io
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.serve.market import NOW, add_agency, add_event, add_listing, add_property, change_price

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "market.ipynb"
CELLS: list[dict[str, Any]] = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
LYON = {"transaction": "sale", "property_type": "apartment", "city": "Lyon", "insee_code": "69383"}
RENNES = {"transaction": "rent", "property_type": "studio", "city": "Rennes", "insee_code": "35238"}


@pytest.fixture
def printed(engine: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> "Printed":
    """What the cells print of the test's own market, run when asked for."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("PIGNON_ENV", "development")
    monkeypatch.chdir(tmp_path)
    return Printed()


class Printed:
    """Runs the notebook's code cells in order, in one namespace."""

    def __call__(self) -> list[list[str]]:
        """Every line printed, as its columns."""
        heard = io.StringIO()
        names: dict[str, Any] = {"__name__": "__main__"}
        try:
            with contextlib.redirect_stdout(heard):
                for cell in CELLS:
                    if cell["cell_type"] == "code":
                        exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
        finally:
            names["session"].close()
        return [re.split(r"\s{2,}", line.strip()) for line in heard.getvalue().splitlines()]


def _line(lines: list[list[str]], *beginning: str) -> list[str]:
    """What follows `beginning` in the one line that has it."""
    found = [line[len(beginning) :] for line in lines if line[: len(beginning)] == list(beginning)]
    assert len(found) == 1, lines
    return found[0]


def test_a_dwelling_at_three_agencies_counts_once(engine: Engine, printed: Printed) -> None:
    agency = add_agency(engine)
    for price in (3_000, 3_100, 3_200, 3_300):
        add_listing(engine, agency, price=price * 50, surface=50, **LYON)
    shared = add_property(engine)
    for price in (9_000, 9_100, 9_200):
        add_listing(engine, agency, shared, price=price * 50, surface=50, **LYON)
    lines = printed()
    assert _line(lines, "69383", "Lyon", "apartment") == ["3100", "3200", "3300", "5"]
    assert _line(lines, "sale", "7") == ["0", "0", "0", "5"]


def test_sale_and_rent_never_mix(engine: Engine, printed: Printed) -> None:
    agency = add_agency(engine)
    place = {"property_type": "apartment", "city": "Lyon", "insee_code": "69383", "surface": 40}
    for _ in range(5):
        add_listing(engine, agency, transaction="sale", price=160_000, **place)
        add_listing(engine, agency, transaction="rent", price=620, **place)
    lines = printed()
    sold, let = [line[3:] for line in lines if line[:3] == ["69383", "Lyon", "apartment"]]
    assert (sold, let) == (["4000", "4000", "4000", "5"], ["15.5", "15.5", "15.5", "5"])


def test_a_figure_of_four_dwellings_is_not_shown(engine: Engine, printed: Printed) -> None:
    agency = add_agency(engine)
    dwellings = [add_property(engine) for _ in range(4)]
    for dwelling in (*dwellings, *dwellings):
        add_listing(engine, agency, dwelling, price=200_000, surface=50, **LYON)
    lines = printed()
    assert not [line for line in lines if "apartment" in line or line[0] == "sale"]
    assert [line for line in lines if line[0].startswith("(1 non montré(s)")]


def test_an_agency_that_opted_out_is_in_no_figure(engine: Engine, printed: Printed) -> None:
    agency = add_agency(engine, opted_out_at=NOW)
    for _ in range(6):
        change_price(engine, add_listing(engine, agency, price=9, surface=1, **LYON), 10, 9, NOW)
    assert not [line for line in printed() if line[0] in ("sale", "69383")]


def test_a_cut_goes_from_the_first_price_to_the_last(engine: Engine, printed: Printed) -> None:
    agency = add_agency(engine)
    for last in (190_000, 180_000, 170_000, 160_000, 150_000):
        listing = add_listing(engine, agency, price=last, **LYON)
        change_price(engine, listing, 200_000, 195_000, NOW - timedelta(days=9))
        change_price(engine, listing, 195_000, last, NOW - timedelta(days=2))
    for _ in range(5):
        raised = add_listing(engine, agency, price=210_000, **LYON)
        change_price(engine, raised, 200_000, 210_000, NOW)
    lines = printed()
    assert _line(lines, "sale", "apartment") == ["50", "15.0", "5", "10"]


def test_an_advert_that_went_from_sale_to_rent_is_no_cut(engine: Engine, printed: Printed) -> None:
    agency = add_agency(engine)
    for _ in range(5):
        add_listing(engine, agency, price=700, **RENNES)
        moved = add_listing(engine, agency, price=700, **RENNES)
        change_price(engine, moved, 150_000, 700, NOW)
        add_event(engine, moved, "changed", NOW, field="transaction", old_value="sale", new_value="rent")
    assert _line(printed(), "rent", "studio") == ["0", "–", "0", "5"]


def test_time_on_market_counts_those_still_online(engine: Engine, printed: Printed) -> None:
    """Ten arrivals, three gone after 10 days and three after 30: the half is gone at 30, not at 20."""
    agency, began = add_agency(engine), NOW - timedelta(days=100)
    for _ in range(8):  # the first visit's stock, of unknown age
        _online(engine, agency, began, days=3, gone=True)
    came = began + timedelta(days=20)
    for days, gone in (*[(10, True)] * 3, *[(30, True)] * 3, *[(60, False)] * 4):
        _online(engine, agency, came, days, gone)
    assert _line(printed(), "sale")[-4:] == ["10", "30", "6", "10"]


def _online(engine: Engine, agency: int, came: Any, days: int, gone: bool) -> None:
    went = came + timedelta(days=days)
    end = {"is_active": False, "withdrawn_at": went, "withdrawn_reason": "gone"} if gone else {}
    fields = {"transaction": "sale", "price": 200_000, "first_seen": came, "last_seen": went}
    add_listing(engine, agency, **fields, **end)


def test_an_empty_market_breaks_nothing(engine: Engine, printed: Printed) -> None:
    assert printed()


def test_the_notebook_is_committed_without_outputs_and_speaks_french_first() -> None:
    for cell in CELLS:
        if cell["cell_type"] == "code":
            assert (cell["outputs"], cell["execution_count"]) == ([], None), cell["id"]
        else:
            heading, english = "".join(cell["source"]).splitlines()[:2]
            assert heading.startswith("#")
            assert re.fullmatch(r"\*[^*]+\*", english), cell["id"]
