"""Recognising on Ray: whatever the number of workers, the properties are those of one process."""

from collections.abc import Iterator

import pytest

from cluster.recognising import run_on_ray, spread
from cluster.runtime import ray_cluster
from cluster.twins import town_rows
from dedup.advert import Advert
from dedup.bulk import recognise_rows
from dedup.recognise import recognise_signed, sign_all

ROWS = town_rows(5)


@pytest.fixture(scope="module", autouse=True)
def _ray() -> Iterator[None]:
    with ray_cluster(cpus=2):
        yield


@pytest.mark.parametrize("workers", [1, 2])
def test_any_number_of_workers_finds_the_same_properties_and_pairs(workers: int) -> None:
    here, there = list(recognise_rows(ROWS)), list(spread(ROWS, workers=workers))
    named = {name: first for part in there for name, first in part.properties.items()}
    assert named == {name: first for part in here for name, first in part.properties.items()}
    assert sum(part.compared for part in here) == sum(part.compared for part in there)


def test_a_worker_that_owns_nothing_has_nothing_to_say() -> None:
    (part,) = spread(ROWS[:1], workers=2)
    assert part.properties == {ROWS[0]["id"]: ROWS[0]["id"]}


def test_parts_come_back_in_order_with_what_was_compared() -> None:
    signatures = sign_all(sorted(map(Advert.of, ROWS), key=lambda advert: advert.id))
    parts = [signatures.at(range(start, len(signatures), 3)) for start in range(3)]
    there = list(run_on_ray(recognise_signed, parts))
    assert [result.named() for result in there] == [recognise_signed(part).named() for part in parts]
