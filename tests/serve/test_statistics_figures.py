"""Each figure of a market small enough to be reckoned by hand; what counts when, and what does not."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from serve.statistics.refresh import refresh
from tests.serve.lives import Lives, paris

BEGUN = paris("2026-03-02 09:00")  # a Monday
DAY = timedelta(days=1)


@pytest.fixture
def lives(engine: Engine) -> Lives:
    """An empty market."""
    return Lives(engine)


def _six(lives: Lives) -> list[int]:
    """Six flats of 50 m² for sale, one a day, from 100,000 to 350,000 euros."""
    return [lives.born(BEGUN + i * DAY, price=100_000 + i * 50_000) for i in range(6)]


def test_prices_are_those_of_the_dwellings_on_the_market(lives: Lives) -> None:
    adverts = _six(lives)
    lives.withdraw(adverts[5], BEGUN + 7 * DAY)
    cell = lives.cell()
    assert (cell["number"], cell["total"], cell["priced"], cell["measured"]) == (5, 6, 5, 5)
    assert (cell["average_price"], cell["median_price"]) == (200_000, 200_000)
    assert (cell["min_price"], cell["price_q1"], cell["price_q3"], cell["max_price"]) == (
        100_000, 150_000, 250_000, 300_000,
    )  # fmt: skip
    assert (cell["average_price_per_sqm"], cell["median_price_per_sqm"]) == (4_000, 4_000)
    assert (cell["price_per_sqm_q1"], cell["price_per_sqm_q3"]) == (3_000, 5_000)
    middle = datetime.fromtimestamp(cell["median_first_seen"], BEGUN.tzinfo)
    assert middle == BEGUN + 2 * DAY


def test_the_average_price_per_square_metre_is_that_of_dwellings_not_of_square_metres(lives: Lives) -> None:
    for surface in (20.0, 30.0, 40.0, 50.0, 100.0):
        lives.born(BEGUN, price=200_000, surface=surface)
    cell = lives.cell()
    assert cell["average_price_per_sqm"] == pytest.approx((10_000 + 6_666.67 + 5_000 + 4_000 + 2_000) / 5)
    assert cell["median_price_per_sqm"] == 5_000


def test_a_dwelling_of_several_adverts_counts_once_at_its_lowest_price(lives: Lives) -> None:
    first = lives.born(BEGUN, price=300_000)
    second = lives.born(BEGUN + DAY, lives.home(first), price=290_000, surface=52.0, rooms=None)
    assert lives.cell()["number"] == 1
    assert lives.cell()["min_price"] == 290_000
    assert lives.cell()["cuts"] == 0, "another advert is cheaper; none was cut"
    assert lives.cell()["average_price_per_sqm"] == 5_800, "the oldest live advert tells the surface"
    lives.withdraw(second, BEGUN + 3 * DAY)
    assert lives.cell()["min_price"] == 300_000
    assert (lives.cell()["number"], lives.cell()["withdrawn"]) == (1, 0), "one advert is still there"


def test_cells_are_by_place_transaction_type_and_rooms(lives: Lives) -> None:
    _six(lives)
    lives.born(BEGUN, transaction="rent", price=800, rooms=2, property_type="apartment")
    lives.born(BEGUN, property_type="house", rooms=7)
    lives.born(BEGUN, property_type="studio", rooms=None)
    lives.born(BEGUN, property_type="land", rooms=None, price=40_000)
    lives.born(BEGUN, property_type=None, price=40_000)
    number = {
        name: (lives.cell(**key) or {"number": None})["number"]
        for name, key in {
            "all homes": {},
            "apartments": {"property_type": "apartment"},
            "apartments of 3 rooms": {"property_type": "apartment", "rooms": 3},
            "3 rooms": {"rooms": 3},
            "five and more": {"property_type": "house", "rooms": 5},
            "a studio has one room": {"property_type": "studio", "rooms": 1},
            "land": {"property_type": "land"},
            "rent": {"transaction": "rent"},
            "commune": {"area": "insee:69383"},
            "city": {"area": "insee:69123"},
            "département": {"area": "dep:69"},
            "postal code": {"area": "cp:69003"},
            "elsewhere": {"area": "cp:69007"},
        }.items()
    }
    homes = dict.fromkeys(("all homes", "commune", "city", "département", "postal code"), 8)
    assert number == {
        **homes, "apartments": 6, "apartments of 3 rooms": 6, "3 rooms": 6, "five and more": 1,
        "a studio has one room": 1, "land": 1, "rent": 1, "elsewhere": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("insee", "postal", "department"),
    [("2A004", "20000", "2A"), (None, "20000", "2A"), (None, "20200", "2B"), (None, "97400", "974"),
     ("97411", "97400", "974"), (None, "07000", "07"), ("01004", "69003", "01")],
)  # fmt: skip
def test_the_departement_is_that_of_the_insee_code_else_of_the_postal_code(
    lives: Lives, insee: str | None, postal: str, department: str
) -> None:
    lives.born(BEGUN, insee_code=insee, postal_code=postal)
    assert lives.cell(f"dep:{department}")["number"] == 1


def test_weeks_and_months_tell_what_came_and_went(lives: Lives) -> None:
    adverts = _six(lives)
    lives.change(adverts[0], BEGUN + 8 * DAY, price=90_000)
    lives.withdraw(adverts[1], BEGUN + 9 * DAY)
    lives.born(BEGUN + 10 * DAY, price=400_000)
    first, second = (lives.cell(period="week", starts_on=day) for day in ("2026-03-02", "2026-03-09"))
    month = lives.cell(period="month", starts_on="2026-03-01")
    names = ("number", "on_offer", "added", "withdrawn", "cuts")
    assert [first[name] for name in names] == [6, 6, 6, 0, 0]
    assert [second[name] for name in names] == [6, 7, 1, 1, 1]
    assert [month[name] for name in names] == [6, 7, 7, 1, 1]
    assert second["median_cut"] == pytest.approx(0.1)
    assert second["median_days"] == 8.0
    assert first["median_price"] == 225_000, "a past week keeps its stock"
    assert second["median_price"] == 275_000
    assert lives.cell(period="week", starts_on="2026-03-16") is None, "nothing happened, nothing is kept"


def test_of_now_is_told_what_came_on_the_last_day_that_brought_any(lives: Lives) -> None:
    for at in ("2026-03-01 12:00", "2026-03-02 12:00", "2026-03-05 09:00", "2026-03-05 23:59"):
        last = lives.born(paris(at))
    lives.withdraw(last, paris("2026-03-06 08:00"))
    cell = lives.cell()
    assert cell["added_on"] == date(2026, 3, 5)
    assert (cell["added_day"], cell["added_week"], cell["added_month"]) == (2, 3, 4)
    assert cell["withdrawn_on"] == date(2026, 3, 6)
    assert (cell["withdrawn_day"], cell["withdrawn_week"], cell["withdrawn_month"]) == (1, 1, 1)


@pytest.mark.parametrize(
    ("at", "day", "month"),
    [
        ("2026-01-31T23:00:00+00:00", "2026-02-01", "2026-02-01"),  # winter: midnight in Paris
        ("2026-01-31T22:59:59+00:00", "2026-01-31", "2026-01-01"),
        ("2026-03-28T23:00:00+00:00", "2026-03-29", "2026-03-01"),  # the night of the change
        ("2026-03-29T21:59:59+00:00", "2026-03-29", "2026-03-01"),  # a day of 23 hours
        ("2026-03-29T22:00:00+00:00", "2026-03-30", "2026-03-01"),
        ("2026-06-30T22:00:00+00:00", "2026-07-01", "2026-07-01"),  # summer
        ("2026-10-25T22:59:59+00:00", "2026-10-25", "2026-10-01"),  # a day of 25 hours
        ("2026-10-25T23:00:00+00:00", "2026-10-26", "2026-10-01"),
    ],
)
def test_days_and_months_are_those_of_paris(lives: Lives, at: str, day: str, month: str) -> None:
    for _ in range(5):
        lives.born(datetime.fromisoformat(at))
    assert f"{lives.cell()['added_on']}" == day
    assert lives.cell(period="month", starts_on=month)["added"] == 5


def test_a_republication_neither_restarts_the_age_nor_adds(lives: Lives) -> None:
    adverts = _six(lives)
    lives.withdraw(adverts[0], paris("2026-04-10 10:00"))
    assert lives.cell()["withdrawn"] == 1
    lives.return_(adverts[0], paris("2026-05-10 10:00"))
    cell, may = lives.cell(), lives.cell(period="month", starts_on="2026-05-01")
    assert (cell["number"], cell["total"], cell["withdrawn"]) == (6, 6, 0)
    assert cell["added_on"] == date(2026, 3, 7)
    assert (may["number"], may["added"]) == (6, 0)
    april = lives.cell(period="month", starts_on="2026-04-01")
    assert (april["number"], april["withdrawn"]) == (5, 1), "in April it was gone"


def test_a_republication_at_another_address_is_the_same_dwelling(lives: Lives) -> None:
    old = lives.born(BEGUN)
    lives.withdraw(old, BEGUN + 30 * DAY)
    lives.born(BEGUN + 40 * DAY, lives.home(old))
    cell = lives.cell()
    assert (cell["number"], cell["total"], cell["added_on"]) == (1, 1, date(2026, 3, 2))


def test_a_dwelling_is_withdrawn_with_its_last_advert(lives: Lives) -> None:
    first = lives.born(BEGUN)
    second = lives.born(BEGUN + 5 * DAY, lives.home(first))
    lives.withdraw(first, BEGUN + 10 * DAY)
    assert lives.cell()["withdrawn"] == 0
    lives.withdraw(second, BEGUN + 20 * DAY)
    assert (lives.cell()["withdrawn"], lives.cell()["median_days"]) == (1, 20.0)


def test_an_agency_that_opts_out_ends_its_offers_but_withdraws_nothing(lives: Lives) -> None:
    for advert in _six(lives):
        lives.withdraw(advert, BEGUN + 8 * DAY, "opted_out")
    week = lives.cell(period="week", starts_on="2026-03-09")
    assert (week["number"], week["on_offer"], week["withdrawn"]) == (0, 6, 0)
    assert (lives.cell()["withdrawn"], lives.cell()["median_days"]) == (0, None)


def test_a_merge_counts_from_the_day_it_is_made(lives: Lives) -> None:
    adverts = _six(lives)
    lives.move(adverts[5], lives.home(adverts[0]), BEGUN + 8 * DAY)
    first, second = (lives.cell(period="week", starts_on=day) for day in ("2026-03-02", "2026-03-09"))
    assert (first["number"], first["added"]) == (6, 6), "what was told of a week that ended stays"
    assert (second["number"], second["added"], second["withdrawn"]) == (5, 0, 0)
    assert (lives.cell()["number"], lives.cell()["total"]) == (5, 5)


def test_what_is_merged_in_the_same_period_was_added_once(lives: Lives) -> None:
    adverts = _six(lives)
    lives.move(adverts[5], lives.home(adverts[0]), BEGUN + 6 * DAY)
    assert lives.cell(period="week", starts_on="2026-03-02")["added"] == 5
    assert lives.cell()["added_month"] == 5


def test_a_split_counts_from_the_day_it_is_made_and_adds_nothing(lives: Lives) -> None:
    first = _six(lives)[0]
    second = lives.born(BEGUN + DAY, lives.home(first))
    lives.move(second, None, BEGUN + 8 * DAY)
    week = lives.cell(period="week", starts_on="2026-03-09")
    assert (week["number"], week["added"], lives.cell()["total"]) == (7, 0, 7)


def test_a_cut_is_an_adverts_own_lower_price_and_counts_a_dwelling_once(lives: Lives) -> None:
    adverts = _six(lives)
    lives.change(adverts[1], BEGUN + 7 * DAY, price=135_000)  # by a tenth
    lives.change(adverts[1], BEGUN + 8 * DAY, price=108_000)  # by a fifth: the latest
    lives.change(adverts[2], BEGUN + 8 * DAY, price=190_000)  # by a twentieth
    lives.change(adverts[3], BEGUN + 8 * DAY, price=260_000)  # a rise
    cell, week = lives.cell(), lives.cell(period="week", starts_on="2026-03-09")
    assert (cell["cuts"], week["cuts"]) == (2, 2)
    assert cell["median_cut"] == week["median_cut"] == pytest.approx(0.125)
    later = BEGUN + 30 * DAY
    lives.change(adverts[4], later, price=290_000)
    assert lives.cell(period="month", starts_on="2026-04-01")["cuts"] == 1
    assert lives.cell()["cuts"] == 3


@pytest.mark.parametrize(
    ("told", "priced", "measured"),
    [
        ({"price": 1}, 0, 0),  # "price on demand"
        ({"price": 1_500}, 0, 0),  # a rent that its page calls a sale
        ({"price": 99_999_999}, 0, 0),
        ({"price": 200_000, "surface": 1.0}, 1, 0),  # the surface is wrong, the price is not
        ({"price": 200_000, "surface": None}, 1, 0),
        ({"price": 200_000, "currency": "USD"}, 0, 0),
        ({"price": 5_000, "surface": 50.0}, 1, 1),
        ({"price": 49, "transaction": "rent"}, 0, 0),
        ({"price": 200_000, "transaction": "rent"}, 0, 0),
        ({"price": 650, "transaction": "rent"}, 1, 1),
    ],
)
def test_absurd_prices_enter_no_figure_but_their_dwelling_is_counted(
    lives: Lives, told: dict[str, Any], priced: int, measured: int
) -> None:
    lives.born(BEGUN, **told)
    cell = lives.cell(transaction=told.get("transaction", "sale"))
    assert (cell["number"], cell["priced"], cell["measured"]) == (1, priced, measured)


def test_a_price_in_another_currency_enters_no_figure_however_it_changes(lives: Lives) -> None:
    advert = lives.born(BEGUN, price=250_000, currency="CHF")
    lives.change(advert, BEGUN + DAY, price=240_000)
    assert (lives.cell()["number"], lives.cell()["priced"], lives.cell()["cuts"]) == (1, 0, 0)
    lives.change(advert, BEGUN + 2 * DAY, price=230_000, currency="EUR")
    assert (lives.cell()["min_price"], lives.cell()["cuts"]) == (230_000, 0), "francs fell to euros: no cut"


def test_francs_of_the_pacific_enter_the_figures_by_their_parity(lives: Lives) -> None:
    there = {"currency": "XPF", "postal_code": "98800", "insee_code": "98818"}
    advert = lives.born(BEGUN, price=30_000_000, **there)
    lives.change(advert, BEGUN + DAY, price=29_000_000)
    assert (lives.cell()["min_price"], lives.cell()["cuts"]) == (243_020, 1)
    lives.change(advert, BEGUN + 2 * DAY, price=243_000, currency="EUR")
    cell = lives.cell()
    assert (cell["min_price"], cell["cuts"], cell["median_cut"]) == (243_000, 1, pytest.approx(1 / 30))
    lives.born(BEGUN, price=1_000_000, **{**there, "currency": None})
    assert (lives.cell()["number"], lives.cell()["priced"]) == (2, 1), "which francs these are no page tells"


def test_a_price_that_halves_and_more_was_misread(lives: Lives) -> None:
    advert = lives.born(BEGUN, price=2_000_000)
    lives.change(advert, BEGUN + DAY, price=200_000)
    assert lives.cell()["cuts"] == 0


def test_a_cut_of_a_dwelling_of_unknown_type_is_told_once_its_type_is(lives: Lives) -> None:
    adverts = [lives.born(BEGUN, property_type=None) for _ in range(5)]
    for advert in adverts:
        lives.change(advert, BEGUN + DAY, price=180_000)
        lives.change(advert, BEGUN + 2 * DAY, property_type="apartment")
    cell, week = lives.cell(), lives.cell(period="week", starts_on="2026-03-02")
    assert (cell["cuts"], week["cuts"]) == (5, 5)
    assert cell["median_cut"] == week["median_cut"] == pytest.approx(0.1)


def test_only_areas_that_something_touched_are_figured_again(lives: Lives, engine: Engine) -> None:
    _six(lives)
    lives.born(BEGUN, postal_code="75011", insee_code="75111")
    assert refresh(engine).areas == 9
    assert refresh(engine).areas == 0
    lives.born(BEGUN + DAY, postal_code="75011", insee_code="75111")
    assert refresh(engine).areas == len(("cp:75011", "insee:75111", "insee:75056", "dep:75", "fr"))


def test_what_is_told_while_a_transaction_is_under_way_is_not_missed(lives: Lives, engine: Engine) -> None:
    advert = lives.born(BEGUN)
    refresh(engine)
    with engine.connect() as slow:
        slow.execute(text("select pg_current_xact_id()"))
        lives.change(advert, BEGUN + DAY, price=190_000)
        refresh(engine)
        slow.rollback()
    assert lives.cell()["min_price"] == 190_000


def test_a_dwelling_that_comes_back_elsewhere_is_no_more_where_it_was(lives: Lives) -> None:
    advert = lives.born(BEGUN)
    lives.withdraw(advert, BEGUN + DAY)
    assert lives.cell("cp:69003")["total"] == 1
    lives.change(advert, BEGUN + 2 * DAY, postal_code="75011", insee_code="75111")
    lives.return_(advert, BEGUN + 2 * DAY)
    assert lives.cell("cp:75011")["number"] == 1
    assert lives.cell("cp:69003") is None
