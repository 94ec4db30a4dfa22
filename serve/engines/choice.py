"""Which engine is asked: PostgreSQL, which is always there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from models.settings import Settings
from serve.engines.contract import Engine, Found, Search


@dataclass(frozen=True, slots=True)
class Finder:
    """Asks the engines of this process."""

    async def find(self, standing: Engine, search: Search) -> Found:
        """What is found. standing: the engine that answers when no other does."""
        return await standing.find(search)


@asynccontextmanager
async def open_finder(settings: Settings, database_url: str) -> AsyncIterator[Finder]:
    """The engines that the settings name, for as long as the block lasts."""
    yield Finder()
