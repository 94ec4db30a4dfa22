"""Any search is asked, to the last of its pages, and must find what reading the documentation finds."""

from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from serve.criteria import Facet, SearchQuery
from serve.engines.contract import price_edges
from tests.serve.engines.market import questions, varied
from tests.serve.oracle import Oracle, values

#: What is asked in words; none of them changes its ending.
_WORDS = ("lumineux", '"vue mer"', '"mer appartement"', "arbore", "-studio", '-"de ville"', "ville -jardin")
_SAID = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=2).map(" ".join)
#: With small limits every way of finding is taken: gathered, walked, sorted, side by side.
_SMALL = {"COUNT_LIMIT": 12, "LONG_WALK": 30, "WALK": 40, "MANY": 30, "ASKED": 30, "COMMON": 10}


def test_any_search_finds_what_the_documentation_says(
    client: httpx2.Client, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, limit in _SMALL.items():
        monkeypatch.setattr(f"serve.engines.postgresql.{name}", limit)
    varied(engine, number=240)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("analyze")
    oracle = Oracle(engine)

    @settings(
        max_examples=120,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(told=questions, said=st.none() | _SAID, once=st.booleans(), limit=st.sampled_from((3, 10, 100)))
    def agree(told: dict[str, Any], said: str | None, once: bool, limit: int) -> None:
        asked = {**told, "limit": limit} | ({"q": said} if said else {})
        if "transaction" in told:
            asked["facet"] = [facet.value for facet in Facet]
        found, shown = oracle.search(asked, once=once)
        kind = "properties" if once else "listings"
        pages = _pages(client, f"/api/{kind}/search", asked)
        cards = [card.get("listing", card) for page in pages for card in page[kind]]
        assert [card["id"] for card in cards] == [advert["id"] for advert in shown]
        for page in pages:
            assert page["total"] == len(shown) if page["total_is_exact"] else page["total"] <= len(shown)
            edges = price_edges(SearchQuery.model_validate(asked).transaction)
            for facet, told_values in page["facets"].items():
                assert told_values == values(facet, found, once=once, edges=edges), facet

    agree()


def _pages(client: httpx2.Client, path: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
    pages = [client.get(path, params=asked).json()]
    while (cursor := pages[-1]["next_cursor"]) is not None:
        pages.append(client.get(path, params={**asked, "cursor": cursor}).json())
    return pages
