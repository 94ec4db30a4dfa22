"""Indices of the search engine: made, filled by bulks, put behind an alias, dropped.

pignon-listings-1f0c9a2b                         the alias that searches ask; named after the database
pignon-listings-1f0c9a2b-5e77d0c1-20261126…      an index of one version of the documents
"""

import asyncio
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from psycopg import AsyncConnection

from serve.engines.documents import VERSION
from serve.engines.mapping import INDEX
from serve.engines.server import EngineError, Server

#: What one bulk holds at most. A larger body holds the event loop, as aiohttp warns from 1 MiB on.
BULK_BYTES: Final = 1_000_000
BULK_NUMBER: Final = 1_000
#: Times that a bulk is sent while the engine says that it has too much to do, and seconds between them.
TRIES: Final = 6
FIRST_PAUSE: Final = 0.2
#: Seconds until an index that nobody is sent to any more is dropped: searches under way end well.
GRACE: Final = 2.0

#: Of a bulk's items that were not done: a newer document is there already; too much to do; anything else.
_OLDER: Final = "version_conflict_engine_exception"
_BUSY: Final = ("es_rejected_execution_exception", "rejected_execution_exception")
#: A document that the mapping refuses is left out, as asking again would not mend it.
_REFUSED: Final = (
    "mapper_parsing_exception", "document_parsing_exception", "strict_dynamic_mapping_exception",
    "illegal_argument_exception",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Document:
    """A listing's document as JSON, None when it is not live, and its version."""

    id: int
    version: int
    json: str | None


@dataclass(frozen=True, slots=True)
class Indexed:
    """An index by its name, which may be given again, and its uuid, which is not."""

    name: str
    uuid: str


async def alias_of(connection: AsyncConnection[Any]) -> str:
    """The alias of a database's listings: databases may share an engine, a copy of one has its own."""
    told = await connection.execute(
        "select concat_ws('/', system_identifier, current_database()) from pg_control_system()"
    )
    (identity,) = await told.fetchone() or ("",)
    return f"pignon-listings-{hashlib.sha256(identity.encode()).hexdigest()[:8]}"


class Indices:
    """What may be done with the indices behind an alias."""

    def __init__(self, server: Server, alias: str) -> None:
        self.server = server
        self.alias = alias

    async def current(self) -> Indexed | None:
        """The index that searches are sent to; None when there is none, or several."""
        try:
            told = await self.server.ask("GET", f"/{self.alias}/_settings")
        except EngineError as error:
            if error.status == 404:
                return None
            raise
        found = [Indexed(name, told[name]["settings"]["index"]["uuid"]) for name in told]
        return found[0] if len(found) == 1 and found[0].name != self.alias else None

    async def create(self) -> Indexed:
        """A new, empty index that refreshes nothing yet, and of which a crash may cost the last seconds: one
        that is half built is built anew.
        """
        at = datetime.now(UTC).strftime("%Y%m%d%H%M%S")
        name = f"{self.alias}-{VERSION}-{at}{secrets.token_hex(2)}"
        settings = {**INDEX["settings"], "refresh_interval": "-1", "translog.durability": "async"}
        await self.server.ask("PUT", f"/{name}", {**INDEX, "settings": settings})
        told = await self.server.ask("GET", f"/{name}/_settings")
        return Indexed(name, told[name]["settings"]["index"]["uuid"])

    async def show(self, index: Indexed) -> None:
        """Let searches see what was put into an index, from now on every second."""
        shown = {"refresh_interval": "1s", "translog.durability": "request"}
        await self.server.ask("PUT", f"/{index.name}/_settings", {"index": shown})
        await self.server.ask("POST", f"/{index.name}/_flush")
        await self.refresh(index.name)

    async def refresh(self, name: str | None = None) -> None:
        """Let searches see what was put into the current index until now."""
        await self.server.ask("POST", f"/{name or self.alias}/_refresh")

    async def switch(self, index: Indexed) -> None:
        """Send searches to another index, all at once. EngineError when it is not the one that was built."""
        told = await self.server.ask("GET", f"/{index.name}/_settings")
        if told[index.name]["settings"]["index"]["uuid"] != index.uuid:
            raise EngineError(f"{index.name} was replaced while it was built", 409)
        if self.alias in await self.all():  # somebody's write made an index where the alias should be
            await self.drop([self.alias])
        actions: list[dict[str, Any]] = [
            {"remove": {"index": name, "alias": self.alias}}
            for name in await self._aliased()
            if name != index.name
        ]
        add = {"add": {"index": index.name, "alias": self.alias}}
        await self.server.ask("POST", "/_aliases", {"actions": [*actions, add]})

    async def all(self) -> list[str]:
        """Every index of this alias, those that were left half built, too."""
        told = await self.server.ask("GET", f"/{self.alias}*/_settings?expand_wildcards=open,closed")
        return [name for name in told if name == self.alias or name.startswith(f"{self.alias}-")]

    async def _aliased(self) -> list[str]:
        try:
            return list(await self.server.ask("GET", f"/_alias/{self.alias}"))
        except EngineError as error:
            if error.status == 404:
                return []
            raise

    async def drop(self, names: Iterable[str]) -> None:
        """Delete indices, each by its whole name."""
        for name in names:
            await self.server.ask("DELETE", f"/{name}")

    async def put(self, documents: Iterable[Document], into: Indexed | None = None) -> int:
        """Write documents, bulk by bulk; how many the mapping refused. None: where the alias leads."""
        target = f"/{into.name}/_bulk?" if into else f"/{self.alias}/_bulk?require_alias=true&"
        refused = 0
        for body in _bulks(documents):
            refused += await self._send(f"{target}filter_path=errors,items.*.error", body)
        return refused

    async def _send(self, target: str, body: bytes) -> int:
        for number in range(TRIES):
            try:
                told = await self.server.ask("POST", target, body)
            except EngineError as busy:
                if busy.status != 429 or number == TRIES - 1:
                    raise
                told = {"errors": True, "items": [{"index": {"error": {"type": _BUSY[0]}}}]}
            errors = [one["error"] for item in told.get("items", ()) for one in item.values()]
            kinds = {error["type"] for error in errors} - {_OLDER}
            if kinds.isdisjoint(_BUSY):
                break
            await asyncio.sleep(FIRST_PAUSE * 2**number)
        if kinds - set(_REFUSED):
            worst = next(error for error in errors if error["type"] not in (*_REFUSED, _OLDER))
            raise EngineError(f"{worst['type']}: {worst.get('reason', '')}"[:300].replace("\n", " "), 503)
        return sum(error["type"] in _REFUSED for error in errors)


def _bulks(documents: Iterable[Document]) -> Iterable[bytes]:
    """Documents as lines, of BULK_NUMBER and BULK_BYTES at most; one that is larger goes alone."""
    lines: list[bytes] = []
    size = number = 0
    for document in documents:
        entry = _lines(document)
        if number and (size + len(entry) > BULK_BYTES or number == BULK_NUMBER):
            yield b"".join(lines)
            lines, size, number = [], 0, 0
        lines.append(entry)
        size, number = size + len(entry), number + 1
    if lines:
        yield b"".join(lines)


def _lines(document: Document) -> bytes:
    place = f'{{"_id":"{document.id}","version":{document.version},"version_type":"external_gte"}}'
    if document.json is None:
        return f'{{"delete":{place}}}\n'.encode()
    return f'{{"index":{place}}}\n{document.json}\n'.encode()
