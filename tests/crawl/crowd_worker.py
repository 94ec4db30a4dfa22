"""One process of a crowd (`tests.crawl.crowd`): crawls what is due of its hosts, until nothing is.

python -m tests.crawl.crowd_worker DATABASE_URL NAME NAMES SETTINGS
"""

import asyncio
import json
import sys
from dataclasses import replace

from sqlalchemy import Engine, select

from cluster.sharding import shard_of
from crawl.agencies import due
from crawl.context import CrawlContext, open_context
from crawl.lease import release_dead
from crawl.site import crawl_site
from extract.page import PageReading
from models.database import open_engine
from models.places import Places
from models.settings import Settings
from models.tables import Agency
from tests.crawl.skim import skim


def mine(engine: Engine, name: str, names: list[str]) -> list[int]:
    """The sites that are due of the hosts that are this worker's."""
    wanted = set(due(engine))
    with engine.connect() as connection:
        rows = connection.execute(select(Agency.id, Agency.host)).all()
    return [row.id for row in rows if row.id in wanted and shard_of(row.host, names) == name]


def read(body: bytes, url: str, content_type: str | None) -> PageReading:
    """Links alone, and adverts by their address: a site of many pages that bring nothing would be a trap."""
    return replace(skim(body, url, content_type), kind="detail" if "/annonce/" in url else "other")


async def work(url: str, name: str, names: list[str], settings: Settings) -> None:
    """Crawl them, as many at once as the settings say."""
    engine = open_engine(url)
    release_dead(engine)
    async with open_context(settings, url, places=Places.sample(), reader=read) as context:
        gate = asyncio.Semaphore(settings.max_open_sites)
        while numbers := mine(engine, name, names):
            await asyncio.gather(*(_one(context, gate, number) for number in numbers))
    engine.dispose()


async def _one(context: CrawlContext, gate: asyncio.Semaphore, number: int) -> None:
    async with gate, context.fetcher.politeness.slots.taken(fresh=True):
        await crawl_site(context, number)


if __name__ == "__main__":
    database, worker, workers, told = sys.argv[1:]
    asyncio.run(work(database, worker, workers.split(","), Settings(_env_file=None, **json.loads(told))))
