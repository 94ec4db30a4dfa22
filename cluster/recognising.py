"""`dedup.bulk` on Ray: each worker an actor, adverts sent in batches, signatures from actor to actor."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import cycle
from typing import Any

from dedup.bulk import Part, Worker, owner_of_agency
from dedup.recognise import Recognition
from dedup.signature import Signatures
from models.errors import ServiceError

#: Rows of one message to an actor.
BATCH = 2_000
#: Messages to one actor that are not yet taken in; past them the reader waits.
WAITING = 8

Row = Mapping[str, Any]


def spread(rows: Iterable[Row], *, workers: int | None = None, keep_pairs: bool = False) -> Iterator[Part]:
    """As `dedup.bulk.recognise_rows`, on the Ray that is there: as many actors as it has cores, unless told.

    ServiceError when an actor ends before its work; nothing is lost, run it again.
    """
    import ray
    from ray.exceptions import RayError

    count = workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
    actor = ray.remote(num_cpus=1)(Worker)
    actors = [actor.remote() for _ in range(count)]
    try:
        _send(actors, rows)
        signing = [one.sign.options(num_returns="streaming").remote(count) for one in actors]
        signed = [piece for stream in signing for piece in stream]
        parts = [
            one.recognise.options(num_returns="streaming").remote(*signed[at::count], keep_pairs=keep_pairs)
            for at, one in enumerate(actors)
        ]
        del signed
        for part in _in_turn(parts):
            yield ray.get(part)
    except RayError as error:
        raise ServiceError(
            f"A worker ended before its work: {str(error).splitlines()[0]}. Run it again."
        ) from None
    finally:
        for one in actors:
            ray.kill(one)


def run_on_ray(
    recognise: Callable[[Signatures], Recognition], parts: Iterable[Signatures]
) -> Iterator[Recognition]:
    """As `map`, on the Ray that is there, in order; a few parts per core are under way at once."""
    import ray

    task = ray.remote(num_cpus=1)(recognise)
    most = 2 * max(1, int(ray.cluster_resources().get("CPU", 1)))
    under_way: list[Any] = []
    for part in parts:
        under_way.append(task.remote(part))
        if len(under_way) >= most:
            yield ray.get(under_way.pop(0))
    while under_way:
        yield ray.get(under_way.pop(0))


def _send(actors: list[Any], rows: Iterable[Row]) -> None:
    import ray

    batches: list[list[Row]] = [[] for _ in actors]
    under_way: list[list[Any]] = [[] for _ in actors]
    for row in rows:
        owner = owner_of_agency(row.get("agency"), len(actors))
        batches[owner].append(row)
        if len(batches[owner]) == BATCH:
            under_way[owner].append(actors[owner].add.remote(batches[owner]))
            batches[owner] = []
            if len(under_way[owner]) > WAITING:
                ray.get(under_way[owner].pop(0))
    ray.get([actor.add.remote(batch) for actor, batch in zip(actors, batches, strict=True)])


def _in_turn(streams: list[Any]) -> Iterator[Any]:
    """One of each stream in turn, until all have ended."""
    left = list(streams)
    for stream in cycle(streams):
        if not left:
            return
        if stream in left:
            try:
                yield next(stream)
            except StopIteration:
                left.remove(stream)
