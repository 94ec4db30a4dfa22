"""Whatever is asked, nothing breaks: an answer, or one clear line, never an error of ours."""

import random
from typing import Any

import httpx2
import pytest

NASTY = (
    "", "0", "-1", "1", "1e308", "1e-320", "nan", "-inf", "9" * 30, "true", "null", "\x00", "\u202e", "é",
    "'--", '"', "\\", "%", "%00", "1;2", "4,45", "4,45;5,45;5,46", "4,45;4,45;4,45", "180,90;-180,-90;0,0",
    "0,0,0,0", "-180,-90,180,90", "4.8,45.7,4.9,45.8", "a" * 300, "[]", "{}", "lift", "A", "G", "price",
    "newest", "distance", "0001-01-01", "9999-12-31T23:59:59-14:00", "2026-03-01T00:00:00Z", "69003", "2A",
    "-1000000000000", "2A004", "974", "vue & mer | !x", "-mer", '-"', "WyJkaXN0YW5jZSIsMS41LDJd",
    "WyJldmVudHMiLDEsMV0", "\U0001f3e0",
)  # fmt: skip
ADDRESSES = (
    "/api/listings/search",
    "/api/listings/nearby",
    "/api/properties/search",
    "/api/events",
    "/api/agencies",
    "/api/statistics/market",
    "/api/statistics/agencies",
    "/api/statistics/listings",
    "/",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_query_breaks_an_address(seeded: httpx2.Client, address: str) -> None:
    names = _names(seeded, address)
    chance = random.Random(address)
    for _ in range(250):
        asked: list[tuple[str, Any]] = [
            (name, chance.choice(NASTY))
            for name in chance.sample(names, chance.randint(1, min(5, len(names))))
        ]
        answer = seeded.get(address, params=asked)
        assert answer.status_code in (200, 422), (asked, answer.text[:300])


def _names(client: httpx2.Client, address: str) -> list[str]:
    paths = client.get("/openapi.json").json()["paths"]
    of = paths.get(address) or paths["/api/listings/search"]
    return [parameter["name"] for parameter in of["get"]["parameters"]]
