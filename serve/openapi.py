"""The OpenAPI document, mended to say what is really answered and what a parameter really takes.

FastAPI describes what passes through it. Answers leave here as bytes and errors as problem+json, so this
rewrites its document once, for every route alike: who adds a route has nothing to do.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

from fastapi import FastAPI

from serve import asked
from serve.answers import Problem
from serve.limits.budgets import is_free
from serve.problems import MEANINGS, MEDIA_TYPE

Document = dict[str, Any]

#: What the tags gather, in the order in which the documentation shows them.
TAGS: Final = {
    "listings": "Adverts, each by one agency, at one address.",
    "properties": "Dwellings, each once however many agencies advertise it.",
    "places": "Communes, départements and regions by name.",
    "events": "What happened on the market, as a feed.",
    "agencies": "Agencies and what they offer.",
    "statistics": "The market in figures, over dwellings.",
    "account": "Who you are: registering, signing in, keys, your data.",
    "favorites": "The adverts you keep.",
    "alerts": "The searches you keep.",
    "service": "Whether the service is well.",
}
_METHODS: Final = ("get", "post", "put", "patch", "delete")
_FASTAPI_ERRORS: Final = ("HTTPValidationError", "ValidationError")
#: What `serve.load` refuses, of whatever address.
_LIMITS: Final = (413, 414, 431, 503, 504)
_PROBLEM: Final = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}


def describe(app: FastAPI) -> None:
    """Have `app` tell the mended document."""
    plain = app.openapi

    def openapi() -> Document:
        if app.openapi_schema is None:
            document = plain()
            asked.document(app, document)
            app.openapi_schema = mended(document)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def mended(document: Document) -> Document:
    """`document` with true errors, parameters without null, and a line for each tag."""
    used: list[str] = []
    for path, operation in operations(document):
        used += operation.get("tags", [])
        for parameter in operation.get("parameters", []):
            parameter["schema"] = _never_null(parameter["schema"])
        for status, response in operation["responses"].items():
            if status.startswith(("4", "5")):
                response["content"] = _PROBLEM
        if "requestBody" in operation:
            broken = {"description": "The body is no text that could be read.", "content": _PROBLEM}
            operation["responses"].setdefault("400", broken)
        for status in (*_LIMITS, *(() if is_free(path) else (429,))):
            told = {"description": MEANINGS[status], "content": _PROBLEM}
            operation["responses"].setdefault(str(status), told)
    names = [*(name for name in TAGS if name in used), *sorted(set(used) - TAGS.keys())]
    document["tags"] = [{"name": name, "description": TAGS.get(name, name)} for name in names]
    _name_schemas(document)
    return document


def operations(document: Document) -> Iterator[tuple[str, Document]]:
    """Every operation of `document` with its path."""
    for path, item in document["paths"].items():
        yield from ((path, item[method]) for method in _METHODS if method in item)


def _never_null(schema: Document) -> Document:
    """An address has no null: what is optional is left out."""
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    if not kinds:
        return schema
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    return {**kinds[0], **rest} if len(kinds) == 1 else {**rest, "anyOf": kinds}


def _name_schemas(document: Document) -> None:
    """The shape of errors in, FastAPI's own out where nothing names them any more."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    shape = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    for name, inner in shape.pop("$defs", {}).items():
        schemas.setdefault(name, inner)
    schemas.setdefault("Problem", shape)
    for name in _FASTAPI_ERRORS:
        if f'schemas/{name}"' not in json.dumps({**document, "components": {}}):
            schemas.pop(name, None)
