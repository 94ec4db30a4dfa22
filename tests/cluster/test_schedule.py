"""The clock of `pignon schedule`: it rings at once, and what is old is deleted at once and then daily."""

import time
from datetime import timedelta

from sqlalchemy import Engine, func, insert, select

from cluster import schedule
from models.settings import Settings
from models.tables import MailedLink, utc_now

SETTINGS = Settings(_env_file=None, dumps_kept=0)


def _links(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(MailedLink)) or 0


def test_the_clock_rings_and_what_has_outlived_its_time_is_deleted(engine: Engine, database_url: str) -> None:
    link = {"purpose": "confirm", "address": "a@exemple.fr"}
    with engine.begin() as connection:
        for number, days in enumerate((-1, 1)):
            row = {**link, "hash": bytes([number]), "expires_at": utc_now() - timedelta(days=days)}
            connection.execute(insert(MailedLink).values(**row))
    with schedule._rings(60, SETTINGS, database_url) as rings:
        assert rings.get(timeout=10) is None
        until = time.monotonic() + 30
        while _links(engine) > 1 and time.monotonic() < until:
            time.sleep(0.05)
    assert _links(engine) == 1


def test_a_database_that_is_away_ends_nothing() -> None:
    schedule._tidy(SETTINGS, "postgresql://nobody@127.0.0.1:1/none")
