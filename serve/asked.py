"""A query string read as one set of parameters, at once.

    async def search(query: Annotated[SearchQuery, reads(SearchQuery)]) -> Response: ...

FastAPI reads such a set parameter by parameter, all sixty of them whichever were sent: a fifth of a search's
time. So the model reads what was sent, and tells the documentation what may be.
"""

from collections.abc import Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from inspect import isasyncgenfunction, signature
from typing import Any, Final, get_origin

from fastapi import Depends, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel, ValidationError
from starlette.responses import Response

Document = dict[str, Any]
_SCHEMAS: Final = "#/components/schemas/{model}"


def reads(model: type[BaseModel]) -> Any:
    """The dependency of a parameter that is `model`. RequestValidationError where it cannot be read, before
    any dependency that comes after it: who asks comes first.
    """
    return Depends(_Reader(model))


class _Reader:
    def __init__(self, model: type[BaseModel]) -> None:
        self.model = model
        fields = model.model_fields.items()
        self._several = frozenset(name for name, field in fields if get_origin(field.annotation) is list)

    async def __call__(self, request: Request) -> BaseModel:
        """What was asked; of a parameter that takes one value, the last."""
        told: dict[str, Any] = {}
        for name, value in request.query_params.multi_items():
            if name in self._several:
                told.setdefault(name, []).append(value)
            else:
                told[name] = value
        try:
            return self.model.model_validate(told)
        except ValidationError as error:
            errors = error.errors(include_url=False)
            raise RequestValidationError([{**one, "loc": ("query", *one["loc"])} for one in errors]) from None


class Direct(APIRoute):
    """A route whose parameters are all dependencies of the request alone, asked one after the other.

    FastAPI resolves any tree of them, with bodies, scopes and overrides: a twelfth of a search.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What answers a request. TypeError where a parameter is none of these."""
        needed = {
            asked.name: asked.call for asked in self.dependant.dependencies if asked.call and asked.name
        }
        held = {name: asynccontextmanager(call) for name, call in needed.items() if isasyncgenfunction(call)}
        if needed.keys() != signature(self.endpoint).parameters.keys():
            raise TypeError(f"{self.path} takes more than dependencies of the request")

        async def answer(request: Request) -> Response:
            told: dict[str, Any] = {}
            async with AsyncExitStack() as opened:
                for name, call in needed.items():
                    if name in held:
                        told[name] = await opened.enter_async_context(held[name](request))
                    else:
                        told[name] = await call(request)
                answered: Response = await self.endpoint(**told)
                return answered

        return answer


def document(app: FastAPI, told: Document) -> None:
    """Add to the OpenAPI document `told` the parameters that routes read by a model."""
    schemas = told.setdefault("components", {}).setdefault("schemas", {})
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute) and route.include_in_schema:
            for model in models(route.dependant):
                shape = model.model_json_schema(ref_template=_SCHEMAS)
                for name, inner in shape.pop("$defs", {}).items():
                    schemas.setdefault(name, inner)
                for method in route.methods or ():
                    operation = told["paths"][context.path_format][method.lower()]
                    known = operation.setdefault("parameters", [])
                    names = {parameter["name"] for parameter in known}  # an agency's own listings name it
                    known.extend(more for more in _parameters(shape) if more["name"] not in names)


def models(dependant: Dependant) -> Iterator[type[BaseModel]]:
    """What a route reads its query string by."""
    for needed in dependant.dependencies:
        if isinstance(needed.call, _Reader):
            yield needed.call.model
        yield from models(needed)


def _parameters(shape: Document) -> Iterator[Document]:
    needed = shape.get("required", ())
    for name, schema in shape["properties"].items():
        if schema.get("default", ...) is None:
            del schema["default"]  # an address has no null
        parameter = {"name": name, "in": "query", "required": name in needed, "schema": schema}
        yield parameter | ({"description": told} if (told := schema.get("description")) else {})
