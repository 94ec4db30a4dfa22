"""Parameters read at once by their model: those that come twice, and what the document says of them."""

import httpx2
import pytest
from fastapi import APIRouter
from starlette.responses import Response

from serve.asked import Direct
from serve.criteria import SearchQuery


def test_every_parameter_of_a_search_is_documented_once(seeded: httpx2.Client) -> None:
    operation = seeded.get("/openapi.json").json()["paths"]["/api/listings/search"]["get"]
    assert [parameter["name"] for parameter in operation["parameters"]] == list(SearchQuery.model_fields)


def test_no_address_takes_one_name_twice(seeded: httpx2.Client) -> None:
    for path, methods in seeded.get("/openapi.json").json()["paths"].items():
        for method, operation in methods.items():
            names = [parameter["name"] for parameter in operation.get("parameters", ())]
            assert len(names) == len(set(names)), f"{method} {path}"


def test_of_a_parameter_that_takes_one_value_the_last_counts(seeded: httpx2.Client) -> None:
    answer = seeded.get("/api/listings/search?limit=0&limit=7&price_max=1&price_max=")
    assert answer.status_code == 200
    assert len(answer.json()["listings"]) == 7


def test_a_parameter_that_takes_several_takes_each_of_them(seeded: httpx2.Client) -> None:
    kinds = ("apartment", "house")
    alone = [seeded.get(f"/api/listings/search?property_type={kind}").json()["total"] for kind in kinds]
    both = seeded.get("/api/listings/search?property_type=apartment&property_type=house").json()["total"]
    assert all(alone)
    assert both == sum(alone)


def test_an_unknown_parameter_is_told_by_its_name(seeded: httpx2.Client) -> None:
    answer = seeded.get("/api/listings/search?colour=blue")
    assert answer.status_code == 422
    assert [error["parameter"] for error in answer.json()["errors"]] == ["colour"]


def test_a_direct_route_refuses_what_only_fastapi_resolves() -> None:
    router = APIRouter(route_class=Direct)
    with pytest.raises(TypeError, match="takes more than dependencies"):

        @router.get("/things/{thing}")
        async def _thing(thing: int) -> Response:
            return Response(str(thing))
