"""Search engines that are started once for all tests of a run, and what a test needs to ask them."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from serve.engines.index import Indices, alias_of
from serve.engines.keeper import Keeper
from serve.engines.server import Server
from tests.serve.engines.processes import ELASTICSEARCH, OPENSEARCH_2, OPENSEARCH_3, Kind, Process, running

KINDS = (ELASTICSEARCH, OPENSEARCH_2, OPENSEARCH_3)


@pytest.fixture(scope="session", params=KINDS, ids=[kind.name for kind in KINDS])
def process(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """Each engine in turn."""
    kind: Kind = request.param
    with running(kind, Path(tmp_path_factory.mktemp("engine"))) as process:
        yield process


def in_step(process: Process, database_url: str) -> None:
    """Bring the engine's index of a database in step, building it where there is none."""
    asyncio.run(step(process.url, database_url))


async def step(engine_url: str, database_url: str) -> None:
    """As `in_step`."""
    server = Server(engine_url)
    try:
        keeper = Keeper(server, database_url)
        async with keeper.holding() as own:
            assert own is not None
            await keeper.step(own)
            await Indices(server, await alias_of(own)).refresh()
    finally:
        await server.close()
