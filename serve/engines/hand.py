"""The index by hand, and beside a scheduler: what commands do with it.

with keeping(settings, url): ...                 # a thread that keeps the index meanwhile
run(settings, url, rebuild=True, show=print)     # one round, its progress shown
"""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Final

from models.errors import ServiceError, SettingsError
from models.settings import Settings
from serve.engines import standing
from serve.engines.keeper import Keeper, connection
from serve.engines.server import EngineError, Server
from serve.engines.standing import Standing

Show = Callable[[Standing], None]
#: Seconds between two looks at how far it is.
LOOK: Final = 0.3

_NONE: Final = "ELASTICSEARCH_URL is not set: PostgreSQL searches, and needs no index beside its own."


def look(url: str) -> Standing:
    """Where the index stands."""

    async def read() -> Standing:
        async with connection(url) as opened:
            return await standing.read(opened)

    return asyncio.run(read())


def run(settings: Settings, url: str, *, rebuild: bool, show: Show) -> Standing:
    """Bring the index in step once, building it where it is missing or that is asked; where it stands then.

    Where another process keeps the index, that one is waited for. ServiceError when the engine fails.
    """
    return asyncio.run(_run(_server(settings), url, rebuild, show))


async def _run(server: Server, url: str, rebuild: bool, show: Show) -> Standing:
    keeper, began = Keeper(server, url), datetime.now(UTC)
    try:
        async with connection(url) as watching, keeper.holding() as own:
            if rebuild:
                await standing.note(watching, rebuild_asked_at="now")
            work = asyncio.create_task(keeper.step(own) if own is not None else _other(watching, began))
            while not (await asyncio.wait({work}, timeout=LOOK))[0]:
                async with connection(url) as looking:
                    show(await standing.read(looking))
            await work
            return await standing.read(watching)
    except EngineError as error:
        raise ServiceError(f"The search engine's index is not in step: {error}.") from None
    finally:
        await server.close()


async def _other(watching: standing.Connected, began: datetime) -> None:
    """Until the process that keeps the index has done what was asked."""
    while True:
        known = await standing.read(watching)
        if known.trouble is not None:
            raise EngineError(known.trouble)
        done = known.answers and known.rebuild_asked_at is None
        if done and known.in_step_at is not None and known.in_step_at >= began:
            return
        await asyncio.sleep(LOOK)


@contextmanager
def keeping(settings: Settings, url: str) -> Iterator[None]:
    """A thread that keeps the index, where there is an engine, for as long as the block lasts."""
    if settings.elasticsearch_url is None:
        yield
        return
    server = _server(settings)
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def keep() -> None:
        task = asyncio.create_task(Keeper(server, url).keep())
        await stop.wait()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await server.close()

    thread = threading.Thread(
        target=loop.run_until_complete, args=(keep(),), name="search-index", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        if not thread.is_alive():
            loop.close()


def _server(settings: Settings) -> Server:
    if settings.elasticsearch_url is None:
        raise SettingsError(_NONE)
    return Server(settings.elasticsearch_url.get_secret_value())
