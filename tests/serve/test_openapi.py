"""The OpenAPI document tells of every address what it does, takes and answers, and how it fails."""

from typing import Any

import jsonschema
import pytest

from tests.serve.test_schema import DOCUMENT

OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method in ("get", "post", "put", "patch", "delete")
}
ALL = pytest.mark.parametrize("name", OPERATIONS)


@ALL
def test_an_address_has_a_summary_a_description_and_a_tag_that_is_told(name: str) -> None:
    operation = OPERATIONS[name]
    assert 5 <= len(operation["summary"]) <= 80
    assert len(operation["description"]) >= 20
    assert operation["tags"]
    told = {tag["name"]: tag["description"] for tag in DOCUMENT["tags"]}
    assert all(told[tag] for tag in operation["tags"])


@ALL
def test_a_parameter_is_described_with_an_example_that_keeps_to_its_schema(name: str) -> None:
    for parameter in OPERATIONS[name].get("parameters", []):
        schema = parameter["schema"]
        assert parameter.get("description") or schema.get("description"), parameter["name"]
        examples = schema.get("examples") or parameter.get("examples")
        assert examples, f"{parameter['name']} has no example"
        for example in examples:
            jsonschema.validate(example, {**schema, "components": DOCUMENT["components"]})


@ALL
def test_a_parameter_is_never_null(name: str) -> None:
    assert not [
        parameter["name"]
        for parameter in OPERATIONS[name].get("parameters", [])
        if {"type": "null"} in parameter["schema"].get("anyOf", [])
    ]


@ALL
def test_an_address_declares_how_it_fails_and_each_failure_is_a_problem(name: str) -> None:
    operation = OPERATIONS[name]
    failures = {status for status in operation["responses"] if status[0] in "45"}
    expected = {"413", "414", "431", "503", "504"}
    if operation.get("parameters") or "requestBody" in operation:
        expected |= {"422"}
    if "{" in name:
        expected |= {"404"}
    assert expected <= failures
    assert any(status.startswith("2") for status in operation["responses"])
    for status in failures:
        content = operation["responses"][status]["content"]
        assert content == {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        }, status


@ALL
def test_a_body_has_an_example(name: str) -> None:
    body = OPERATIONS[name].get("requestBody")
    if body is None:
        return
    for media in body["content"].values():
        assert media.get("examples") or media.get("example") or _has_example(media["schema"]), name


def test_no_name_of_the_framework_is_left() -> None:
    assert not {"HTTPValidationError", "ValidationError"} & DOCUMENT["components"]["schemas"].keys()


def _has_example(schema: dict[str, Any]) -> bool:
    """Of the body itself, or of one of its fields."""
    if "$ref" in schema:
        return _has_example(DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    return "examples" in schema or any("examples" in field for field in schema.get("properties", {}).values())
