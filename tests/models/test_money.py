"""Amounts in euros: Python and the database reckon alike, and the migration tells live adverts again."""

from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from models.database import MIGRATIONS, upgrade
from models.money import in_euros
from tests.serve.market import NOW, add_agency, add_event, add_listing, change_price

AMOUNTS = st.one_of(st.none(), st.integers(0, 10**12))
CURRENCIES = st.sampled_from([None, "EUR", "XPF", "CHF", "GBP"])
PLACES = st.sampled_from([None, "", "69003", "98600", "98713", "98800", "98000", "74100"])
TOLD = st.lists(st.tuples(AMOUNTS, CURRENCIES, PLACES), min_size=50, max_size=200)


def test_francs_of_the_pacific_have_a_parity_by_law() -> None:
    assert in_euros(1_000_000, "XPF") == 8_380
    assert in_euros(35_000_000, "XPF", "98800") == 293_300
    assert in_euros(200_000, None, "69003") == in_euros(200_000, None) == in_euros(200_000, "EUR") == 200_000
    assert in_euros(35_000_000, None, "98800") is in_euros(200_000, "CHF", "74100") is None


def test_python_and_the_database_have_the_same_euros(engine: Engine) -> None:
    @settings(max_examples=20, deadline=None)
    @given(TOLD)
    def agree(told: list[tuple[int | None, str | None, str | None]]) -> None:
        with engine.connect() as connection:
            asked = text(
                "select array_agg(in_euros(amount, currency, code) order by n) from unnest("
                "cast(:amounts as bigint[]), cast(:currencies as text[]), cast(:codes as text[]))"
                " with ordinality told(amount, currency, code, n)"
            )
            amounts, currencies, codes = (list(each) for each in zip(*told, strict=True))
            values = {"amounts": amounts, "currencies": currencies, "codes": codes}
            assert connection.scalar(asked, values) == [in_euros(*each) for each in told]

    agree()


def test_the_migration_tells_only_adverts_in_other_currencies_again(
    database_url: str, engine: Engine
) -> None:
    agency = add_agency(engine)
    euros = add_listing(engine, agency, price=200_000, currency="EUR", surface=50.0)
    francs = add_listing(engine, agency, price=35_000_000, currency="XPF", surface=100.0, charges=20_000)
    swiss = add_listing(engine, agency, price=900_000, currency="CHF", surface=100.0)
    untold = add_listing(engine, agency, price=35_000_000, postal_code="98800")
    corrected = add_listing(engine, agency, price=190_000, currency="EUR")
    change_price(engine, corrected, 200_000, 190_000, NOW)
    told = {"field": "currency", "old_value": "CHF", "new_value": "EUR"}
    add_event(engine, corrected, "changed", NOW, **told)
    after = _live(engine)
    assert [after[listing][1:4] for listing in (euros, francs, swiss, untold)] == [
        (200_000, 4_000, None),
        (293_300, 2_933, 168),
        (None, None, None),
        (None, None, None),
    ]
    assert after[corrected][4:] == (None, None), "of a change from francs to euros nothing is a cut"
    _downgrade(engine)
    before = _live(engine)
    assert [before[listing][1] for listing in (francs, swiss, untold)] == [35_000_000, 900_000, 35_000_000]
    assert before[corrected][4:] == (200_000, 5.0)
    _refreshed(engine)
    upgrade(database_url)
    again = _live(engine)
    assert {listing: row[1:] for listing, row in again.items()} == {k: row[1:] for k, row in after.items()}
    assert [listing for listing in again if again[listing][0] == before[listing][0]] == [euros]
    with engine.connect() as connection:
        assert connection.scalar(text("select count(*) from statistics_cursor")) == 0
        assert connection.scalar(text("select rebuild_asked_at is not null from search_index"))


def test_the_migration_leaves_a_market_of_euros_alone(database_url: str, engine: Engine) -> None:
    _downgrade(engine)
    listing = add_listing(engine, add_agency(engine), price=200_000)
    _refreshed(engine)
    before = _live(engine)
    upgrade(database_url)
    assert _live(engine) == before
    assert before[listing][1] == 200_000
    with engine.connect() as connection:
        assert connection.scalar(text("select count(*) from statistics_cursor")) == 1
        assert connection.scalar(text("select rebuild_asked_at from search_index")) is None


def _live(engine: Engine) -> dict[int, Any]:
    """Of each live advert where its row lies, its money, and its last change of price."""
    asked = (
        "select id, ctid::text, price, price_per_sqm, charges, previous_price, price_drop from live_listings"
    )
    with engine.connect() as connection:
        return {row[0]: tuple(row[1:]) for row in connection.execute(text(asked))}


def _refreshed(engine: Engine) -> None:
    """Figures that were made, and an index that was built."""
    with engine.begin() as connection:
        connection.execute(
            text("insert into statistics_cursor (id, transaction_id, event_id) values (1, 9, 9)")
        )
        connection.execute(text("update search_index set uuid = 'x', rebuild_asked_at = null"))


def _downgrade(engine: Engine) -> None:
    """To the schema before money was in euros."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    former = ScriptDirectory.from_config(config).get_revision("0027").down_revision
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, str(former))
