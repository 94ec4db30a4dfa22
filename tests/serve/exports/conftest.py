"""A market with positions and with titles that a spreadsheet must not calculate."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import httpx2
import pytest
from sqlalchemy import Engine, update

from models.tables import AggregatedListing
from tests.serve.market import add_agency, add_listing, seed
from tests.serve.served import asking, fresh_engine, served

NASTY = ("=1+1", "+33", "-2", "@SUM(A1)", "\tx", '=cmd|"/c calc"!A1', 'a;b,"c"\nd', "＝1", "é\u0001",
         "T3;=1+1;calme", "T3,@SUM(A1),calme", "T3\n=1+1\ncalme")  # fmt: skip
#: Rows that an export of this market holds without a limit.
ROWS = 90
_networks = count(1)


def export(client: httpx2.Client, what: str, **parameters: Any) -> httpx2.Response:
    """An export of `what`, each time from another network: budgets have tests of their own."""
    headers = {"X-Forwarded-For": f"2001:db8:e:{next(_networks):x}::1"}
    return client.get(f"/api/{what}/export", params=parameters, headers=headers)


@pytest.fixture(scope="package")
def exporting_engine(postgres_url: str) -> Iterator[Engine]:
    """Seventy adverts, every third with a position, and some with nasty titles; one agency opted out."""
    with fresh_engine(postgres_url) as engine:
        listings = seed(engine)
        with engine.begin() as connection:
            for number, listing in enumerate(listings[::3]):
                at = {"latitude": 45.7 + number / 1000, "longitude": 4.8 - number / 1000}
                connection.execute(
                    update(AggregatedListing).where(AggregatedListing.id == listing).values(**at)
                )
        agency = add_agency(engine, "=Agence", phone="+33 4 78 00 00 00", email="contact@agence.example")
        for title in NASTY:
            add_listing(engine, agency, title=title, transaction="sale", reference="00123")
        gone = add_agency(engine, "Partie", opted_out_at="2026-01-01T00:00:00Z")
        add_listing(engine, gone, title="opted out", transaction="sale")
        yield engine


@pytest.fixture(scope="package")
def exporting_site(exporting_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address."""
    url = exporting_engine.url.render_as_string(hide_password=False)
    with served(url, tmp_path_factory.mktemp("home"), export_rows=ROWS) as address:
        yield address


@pytest.fixture
def market(exporting_site: str) -> Iterator[httpx2.Client]:
    """A client of it."""
    with asking(exporting_site, 30) as client:
        yield client
