"""Errors as the API tells them: problem+json (RFC 9457), one clear line per parameter."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from pydantic import BaseModel
from starlette.responses import Response

from serve import request_id
from serve.answers import ParameterProblem, Problem
from serve.wording import Wording, phrases

MEDIA_TYPE: Final = "application/problem+json"
_ENGLISH: Final = Wording("en")

#: What an error means, in the documentation.
MEANINGS: Final = {
    400: "What was sent cannot be used.",
    401: "No valid access token or API key; `WWW-Authenticate` says how to show one.",
    403: "The API key lacks the scope, or an API key may not do this at all.",
    404: "There is none of that id.",
    409: "It stands in the way of what is there already.",
    412: "It was changed since it was read.",
    413: "The body is too large.",
    414: "The address is too long.",
    422: "A parameter cannot be used; `errors` has one line for each.",
    429: "Too many requests; `Retry-After` says in how many seconds one more is answered.",
    431: "The headers are too long.",
    503: "Too many requests are waiting, or the database does not answer now.",
    504: "The answer took too long.",
}


def documented(
    model: type[BaseModel] | None, *errors: int, status: int = 200
) -> dict[int | str, dict[str, Any]]:
    """What a route answers, for the documentation: the bytes themselves do not pass through FastAPI."""
    problems: dict[int | str, dict[str, Any]] = {
        error: {"model": Problem, "content": {MEDIA_TYPE: {}}, "description": MEANINGS[error]}
        for error in sorted({*errors, 429, 503})
    }
    return {status: {"model": model} if model else {"description": "Done."}, **problems}


def problem(
    status: int,
    detail: str,
    errors: Sequence[ParameterProblem] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A response that says what went wrong, in one line."""
    body = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        errors=list(errors) if errors else None,
        request_id=request_id.of_current(),
    )
    content = body.model_dump_json(exclude_none=True)
    return Response(content, status, dict(headers or {}), media_type=MEDIA_TYPE)


def explain(errors: Sequence[Mapping[str, Any]], words: Wording | None = None) -> list[ParameterProblem]:
    """pydantic's errors as one line per parameter, in order, each parameter once. words: for a reader of the
    form, who sees its labels; programs are told names, in English.
    """
    lines: dict[str, ParameterProblem] = {}
    for error in errors:
        line = ParameterProblem(parameter=_parameter(error), message=_message(error, words))
        lines.setdefault(line.parameter, line)
    return list(lines.values())


def invalid(problems: Sequence[ParameterProblem]) -> Response:
    """422 with every parameter's line."""
    detail = "; ".join(f"{line.parameter} {line.message}" for line in problems)
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, problems)


def _parameter(error: Mapping[str, Any]) -> str:
    """The parameter's name: told by the check itself, else the place of the value."""
    told = error.get("ctx", {}).get("parameter")
    # A key that a mapping may not have is told before "[key]".
    names = [
        part for part in error["loc"] if isinstance(part, str) and part not in ("query", "path", "[key]")
    ]
    name = str(told or (names[-1] if names else "query"))[:60]
    return "".join(character if character.isprintable() else " " for character in name)


def _message(error: Mapping[str, Any], words: Wording | None) -> str:
    """In the words of someone who fills in a form, where phrases.json has some for the type of error."""
    key = f"wrong.{error['type']}"
    if key not in phrases():
        return str(error["msg"])
    told = {name: _whole(value) for name, value in error.get("ctx", {}).items()}
    if words and "other" in told:
        told["other"] = words.known("form", told["other"])
    return (words or _ENGLISH)(key, **told)


def _whole(bound: Any) -> Any:
    return int(bound) if isinstance(bound, float) and bound.is_integer() else bound
