"""Every address of the OpenAPI document keeps to it, whatever is asked: Schemathesis over a real socket.

Routes are taken from the document, so a new one is covered as soon as it is in it; where it asks for an
account, one is signed in. PIGNON_SCHEMA_EXAMPLES says how many random requests each address gets per kind
(25), and six times as many at its bounds.
"""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode, Response
from schemathesis.core.failures import AcceptedNegativeData, FailureGroup
from schemathesis.openapi.checks import IgnoredAuth, RejectedPositiveData
from sqlalchemy import Engine

from models.settings import Settings
from serve.api import create_app
from tests.serve.market import seed
from tests.serve.people import sign_up
from tests.serve.served import fresh_engine, served

EXAMPLES = int(os.environ.get("PIGNON_SCHEMA_EXAMPLES", "25"))
#: Of the requests made for each bound of each parameter, evenly; the largest search has some 1,400.
MOST_BOUNDS = 6 * EXAMPLES

#: Building the application opens no database.
DOCUMENT = create_app(Settings(_env_file=None, secret_key="0" * 32), "postgresql://nowhere/none").openapi()  # type: ignore[call-arg]
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations()}
WITH_PARAMETERS = [
    name for name, operation in OPERATIONS.items() if any(operation.iter_parameters()) or operation.body
]
#: Statuses that say what is wrong with a request that keeps to the schema: a rule over two parameters, say.
REFUSED = (400, 409, 422)


class Caller:
    """Asks the served application over one connection, as a user where an address asks for one."""

    def __init__(self, address: str, engine: Engine, home: Path) -> None:
        self._address, self._engine, self._home = address, engine, home
        self._session = requests.Session()
        self._headers: dict[str, str] | None = None
        self._asked = 0

    def ask(self, case: Case) -> Response:
        """The answer, which must be what the document declares; a refusal, a problem in one line."""
        response = self._answer(case)
        try:
            case.validate_response(response)
        except FailureGroup as group:
            left = [error for error in group.exceptions if not _is_meant(error, response)]
            if left:
                raise FailureGroup(left) from None
        if response.status_code >= 400 and case.method != "HEAD":
            assert response.headers["content-type"] == ["application/problem+json"], response.content[:200]
            assert "\n" not in response.json()["detail"]
        return response

    def _answer(self, case: Case) -> Response:
        """A user who ended their login or their account is followed by another one.

        Each request comes from an address of its own, as far as the application sees: none is too many.
        """
        self._asked += 1
        self._session.headers["X-Forwarded-For"] = f"198.18.{self._asked >> 8 & 255}.{self._asked & 255}"
        if "security" not in case.operation.definition.raw:
            return case.call(base_url=self._address, session=self._session, timeout=20)
        self._headers = self._headers or sign_up(self._engine, self._home).headers
        answer = case.call(
            base_url=self._address, session=self._session, timeout=20, headers=dict(self._headers)
        )
        if answer.status_code == 401:
            self._headers = None
        return answer

    def close(self) -> None:
        """Give the connection back."""
        self._session.close()


@pytest.fixture(scope="module")
def caller(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """On a market of this module's own, as some addresses write."""
    home = tmp_path_factory.mktemp("home")
    with fresh_engine(postgres_url) as engine:
        seed(engine, number=30)
        with served(engine.url.render_as_string(hide_password=False), home) as address:
            caller = Caller(address, engine, home)
            yield caller
            caller.close()


def bounded(test: Any) -> Any:
    """EXAMPLES requests, the same ones each time, not shrunk: the first that fails is told."""
    return settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )(test)


def test_the_document_is_openapi_3_1() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    SCHEMA.validate()


@pytest.mark.parametrize("name", OPERATIONS)
def test_what_keeps_to_the_schema_is_answered_as_the_schema_says(name: str, caller: Caller) -> None:
    statuses: Counter[int] = Counter()

    @bounded
    @given(case=OPERATIONS[name].as_strategy())
    def ask(case: Case) -> None:
        statuses[caller.ask(case).status_code] += 1

    ask()
    assert sum(statuses.values()) > statuses[401], f"nobody was let in: {statuses}"


@pytest.mark.parametrize("name", WITH_PARAMETERS)
def test_what_breaks_the_schema_is_refused_in_clear_words(name: str, caller: Caller) -> None:
    @bounded
    @given(case=OPERATIONS[name].as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def ask(case: Case) -> None:
        caller.ask(case)

    ask()


@pytest.mark.parametrize("name", OPERATIONS)
def test_bounds_of_parameters_and_other_methods_are_met(name: str, caller: Caller) -> None:
    operation = OPERATIONS[name]
    config = SCHEMA.config.generation_for(operation=operation)
    modes = list(GenerationMode)
    cases = list(SCHEMA.iter_coverage_cases(operation, generation_modes=modes, generation_config=config))
    failures: list[str] = []
    for case in cases[:: -(-len(cases) // MOST_BOUNDS)]:
        try:
            caller.ask(case)
        except FailureGroup as group:
            failures.append("\n".join(f"{error}" for error in group.exceptions))
    assert not failures, f"{len(failures)} of them; the first: {failures[0]}"


def _is_meant(error: Exception, response: Response) -> bool:
    """Schemas cannot say that a bound must not exceed another one, nor that a cursor must be one of ours; and
    a form's empty field is no answer here, where the schema would call it a broken number. Who asks too often
    is told so before being asked who they are.
    """
    if isinstance(error, IgnoredAuth):
        return "got `429 " in error.message
    if isinstance(error, RejectedPositiveData):
        return response.status_code in REFUSED
    sent = parse_qsl(urlsplit(str(response.request.url)).query, keep_blank_values=True)
    return isinstance(error, AcceptedNegativeData) and any(not value.strip() for _, value in sent)
