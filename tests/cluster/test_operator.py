"""The driver hears the operator now and then, and keeps the last word while the database is away."""

import pytest
from sqlalchemy import Engine, create_engine, text

from cluster import operator as heard
from cluster.operator import Operator
from crawl import orders
from crawl.orders import Orders
from models.errors import DatabaseError


def test_orders_and_their_end_are_heard(
    engine: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heard, "EVERY", 0.0)
    with Operator(database_url) as operator:
        assert operator.orders() == Orders()
        orders.pause(engine)
        assert operator.orders() == Orders(paused=True)
        orders.resume(engine)
        orders.stop(engine)
        assert operator.orders() == Orders(stopped=True)


def test_the_database_is_not_asked_at_every_look(
    engine: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heard, "EVERY", 3600.0)
    with Operator(database_url) as operator:
        operator.orders()
        orders.pause(engine)
        assert not operator.orders().paused


def test_the_last_word_stands_while_the_database_cannot_be_asked(
    engine: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heard, "EVERY", 0.0)
    orders.pause(engine)
    name = engine.url.database
    administrator = create_engine(engine.url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    cut = "select pg_terminate_backend(pid) from pg_stat_activity where datname = :name"
    with Operator(database_url) as operator, administrator.connect() as connection:
        assert operator.orders().paused
        connection.execute(text(f"alter database {name} allow_connections false"))
        connection.execute(text(cut), {"name": name})
        assert operator.orders().paused
        with pytest.raises(DatabaseError, match="does not answer"), Operator(database_url):
            pass
        connection.execute(text(f"alter database {name} allow_connections true"))
        orders.resume(engine)
        assert not operator.orders().paused
    administrator.dispose()
