"""A search engine's HTTP: Elasticsearch from 7.10 on, and OpenSearch, told apart by their own answer.

Only requests that all of them share are made, in plain JSON: the official client asks for media types that
carry its own major version, and refuses who does not answer with its maker's name. This is its transport.
"""

import asyncio
import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from elastic_transport import AiohttpHttpNode, AsyncTransport, NodeConfig, TransportError
from elastic_transport import ConnectionTimeout as Timeout
from elastic_transport.client_utils import url_to_node_config

from models.errors import SettingsError

_JSON: Final = {"content-type": "application/json", "accept": "application/json"}
_LINES: Final = {"content-type": "application/x-ndjson", "accept": "application/json"}
#: Seconds for a request that no reader waits for.
PATIENCE: Final = 60.0
#: Connections per process; a search that gets none in time is PostgreSQL's.
CONNECTIONS: Final = 20
#: The oldest that has what is asked for.
_OLDEST: Final = {"elasticsearch": (7, 10), "opensearch": (1, 0)}


class EngineError(Exception):
    """The search engine did not do what was asked. The text is one line, without credentials."""

    def __init__(self, reason: str, status: int = 0) -> None:
        super().__init__(reason)
        #: Of HTTP; 0 when there was no answer.
        self.status = status


class SilentError(EngineError):
    """No answer in time: at once when nobody listens, else after the time limit."""

    def __init__(self, reason: str, *, late: bool) -> None:
        super().__init__(reason)
        self.late = late


@dataclass(frozen=True, slots=True)
class Flavour:
    """Who answers, `elasticsearch` or `opensearch`, and of which version."""

    name: str
    version: str


class Server:
    """One engine at one address. Its credentials are in no error and no log."""

    def __init__(self, url: str) -> None:
        self._node = _node(url)
        self.address = f"{self._node.scheme}://{self._node.host}:{self._node.port}"
        # The transport logs each request's address with its path; nobody reads a million bulks.
        logging.getLogger("elastic_transport").setLevel(logging.ERROR)
        self._transport = AsyncTransport([self._node], node_class=AiohttpHttpNode, meta_header=False)
        self._flavour: Flavour | None = None

    async def close(self) -> None:
        """Give the connections back."""
        await self._transport.close()

    async def ask(
        self, method: str, target: str, body: Any = None, *, patience: float = PATIENCE
    ) -> Mapping[str, Any]:
        """The answer to a request. EngineError when it is none that helps; bytes are lines of JSON."""
        headers = _LINES if isinstance(body, bytes) else _JSON if body is not None else {}
        request = self._transport.perform_request(
            method, target, body=body, headers=headers, request_timeout=patience
        )
        try:
            async with asyncio.timeout(patience):
                answer = await request
        except (Timeout, TimeoutError):
            raise SilentError(f"{self.address} did not answer within {patience:g} s", late=True) from None
        except TransportError as error:
            raise SilentError(
                f"{self.address} does not answer ({type(error).__name__})", late=False
            ) from None
        if answer.meta.status >= 300:
            raise EngineError(f"{self.address}: {_reason(answer.body)}", answer.meta.status)
        if not isinstance(answer.body, Mapping):
            raise EngineError(f"{self.address} does not answer as a search engine does", 502)
        return answer.body

    async def exists(self, target: str) -> bool:
        """Whether there is something at `target`."""
        try:
            await self.ask("GET", target)
        except EngineError as error:
            if error.status == 404:
                return False
            raise
        return True

    async def flavour(self, patience: float = PATIENCE) -> Flavour:
        """Who answers. EngineError when it is nobody we know, or too old."""
        if self._flavour is None:
            told = (await self.ask("GET", "/", patience=patience)).get("version", {})
            name, version = told.get("distribution", "elasticsearch"), str(told.get("number", ""))
            oldest = _OLDEST.get(name)
            if oldest is None or _numbers(version) < oldest:
                raise EngineError(f"{self.address} is {name} {version}; 7.10 or later is needed", 501)
            self._flavour = Flavour(name, version)
        return self._flavour


def _node(url: str) -> NodeConfig:
    try:
        node = url_to_node_config(url, use_default_ports_for_scheme=True)
        if node.scheme not in ("http", "https"):
            raise ValueError
    except ValueError:
        raise SettingsError(
            "ELASTICSEARCH_URL cannot be read. It should look like https://user:password@host:9200."
        ) from None
    # Certificates are the system's, or SSL_CERT_FILE's, and always verified.
    context = ssl.create_default_context() if node.scheme == "https" else None
    return node.replace(ssl_context=context, connections_per_node=CONNECTIONS)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())


def _reason(body: Any) -> str:
    """What went wrong, in one line of the engine's own words."""
    error = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(error, Mapping):
        return str(error or body or "an empty answer")[:300].replace("\n", " ")
    told = [error, *error.get("root_cause", [])[:1]]
    if (cause := error.get("caused_by")) is not None:
        told.append(cause)
    lines = [f"{one.get('type')}: {one.get('reason')}" for one in told if isinstance(one, Mapping)]
    return "; ".join(dict.fromkeys(lines))[:400].replace("\n", " ")
