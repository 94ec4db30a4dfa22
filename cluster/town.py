"""The fictitious town as a Ray actor: it lives and dies with the cluster that visits it."""

from typing import Any

from town.server import Town
from town.visits import Visit


class TownActor:
    """The actor's class. Port 0 takes a free one."""

    def __init__(self, seed: int, port: int, agencies: int) -> None:
        self.town = Town(seed, port, agencies=agencies)

    async def start(self) -> list[str]:
        """Serve; the agencies' home pages. Raises ServiceError when the port is taken."""
        await self.town.__aenter__()
        return self.town.urls()

    async def set_day(self, day: int) -> None:
        self.town.set_day(day)

    async def visits(self) -> list[Visit]:
        """Every request so far, the judge of the crawl's manners."""
        return self.town.log.all()


def start_town(seed: int = 0, port: int = 0, agencies: int = 36) -> tuple[Any, list[str]]:
    """The actor's handle and the agencies' home pages, on the connected cluster."""
    import ray

    actor = ray.remote(TownActor).options(num_cpus=0).remote(seed, port, agencies)
    return actor, ray.get(actor.start.remote())
