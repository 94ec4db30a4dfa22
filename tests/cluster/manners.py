"""The town's visit log as a judge of manners: no request too soon on its host, none beside another."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

from sqlalchemy import Engine, select

from models.tables import Agency
from town.visits import Visit


def delays(engine: Engine, ours: float) -> dict[str, float]:
    """What each host is owed between two requests, seconds: its own Crawl-delay or ours."""
    with engine.connect() as connection:
        rows = connection.execute(select(Agency.host, Agency.crawl_delay)).all()
    return {row.host: max(ours, row.crawl_delay or 0.0) for row in rows}


def breaches(visits: Sequence[Visit], owed: Mapping[str, float]) -> list[str]:
    """Every request that came too soon after its host's last one, or beside it."""
    by_host: dict[str, list[Visit]] = defaultdict(list)
    for visit in visits:
        by_host[visit.host].append(visit)
    found = [f"{v.host}{v.path}: {v.in_flight} in flight" for v in visits if v.in_flight > 1]
    for host, came in by_host.items():
        # robots.txt comes first, and only then is the site's own delay known. Arrivals are compared: the
        # town notes an answer's end a moment after the crawler has it.
        for before, after in pairwise(came[1:]):
            gap = after.time - before.time
            if gap < owed[host]:
                found.append(f"{host}{after.path}: {gap:.3f} s after the last, owed {owed[host]}")
    return found
