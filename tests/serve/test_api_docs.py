"""docs/api.md names every address and every parameter that there is, and no other."""

import re
from pathlib import Path

import httpx2

from serve.criteria import SearchQuery, Sort

DOCS = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")


def test_every_criterion_and_order_is_told() -> None:
    table = DOCS.split("| parameters | meaning |")[1].split("\\* may be repeated")[0]
    told = set(
        re.findall(
            r"`([a-z_]+)`", "".join(line.split("|")[1] for line in table.splitlines()[2:] if "|" in line)
        )
    )
    assert told == set(SearchQuery.model_fields)
    assert {sort.value for sort in Sort} <= set(re.findall(r"`([a-z_]+)`", table))


def test_those_that_may_be_repeated_are_marked() -> None:
    several = {name for name, field in SearchQuery.model_fields.items() if field.default_factory is list}
    assert set(re.findall(r"`([a-z_]+)` \*", DOCS)) == several


def test_every_address_is_told(client: httpx2.Client) -> None:
    there = {re.sub(r"\{\w+\}", "{id}", path) for path in client.get("/openapi.json").json()["paths"]}
    assert {
        path for path in re.findall(r"[ `](/[a-z./{}-]+)`", DOCS) if path not in ("/docs", "/openapi.json")
    } == there
