"""A crawl's numbers for Prometheus: the driver serves them by shard, over HTTP on loopback.

with metrics_server(9400) as metrics, shard_pool(...) as pool:
    metrics.pool = pool                     # http://127.0.0.1:9400/metrics
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from cluster.families import COUNTERS, DEATHS, GAUGES, STEPS, Family
from cluster.looks import Looks
from crawl.meter import BOUNDS, Reading
from models.errors import ServiceError


class Watched(Protocol):
    """What has looks: a pool of shards."""

    looks: Looks


@dataclass(slots=True, eq=False)
class Metrics(Collector):
    """What Prometheus is told: the pool's crawl, or its last one when it is over."""

    pool: Watched | None = None

    def collect(self) -> Iterator[Metric]:
        """All families, each shard's numbers."""
        looks = self.pool.looks if self.pool else Looks()
        readings = looks.readings()
        for key, family in COUNTERS.items():
            yield _counter(key, family, readings)
        for key, family in GAUGES.items():
            gauge = GaugeMetricFamily(family.name, family.help, labels=["shard"])
            for shard, reading in readings.items():
                gauge.add_metric([shard], reading.now.get(key, 0))
            yield gauge
        yield _steps(readings)
        deaths = CounterMetricFamily(DEATHS.name, DEATHS.help, labels=["shard"])
        for shard in readings:
            deaths.add_metric([shard], looks.deaths[shard])
        yield deaths


@contextmanager
def metrics_server(port: int | None) -> Iterator[Metrics]:
    """Serve metrics on loopback for as long as the block lasts; on no port, nothing.

    Raises ServiceError when the port is taken.
    """
    metrics = Metrics()
    if port is None:
        yield metrics
        return
    registry = CollectorRegistry()
    registry.register(metrics)
    with exposed(registry, port):
        yield metrics


@contextmanager
def exposed(registry: CollectorRegistry, port: int) -> Iterator[None]:
    """Serve a registry on loopback for as long as the block lasts. ServiceError when the port is taken."""
    try:
        server, thread = start_http_server(port, addr="127.0.0.1", registry=registry)
    except OSError as error:
        reason = error.strerror or error
        raise ServiceError(f"Cannot serve metrics on port {port}: {reason}. Choose another.") from None
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _counter(key: str, family: Family, readings: Mapping[str, Reading]) -> Metric:
    labels = ["shard", family.label] if family.label else ["shard"]
    counter = CounterMetricFamily(family.name, family.help, labels=labels)
    for shard, reading in readings.items():
        for (name, label), value in reading.counts.items():
            if name == key:
                counter.add_metric([shard, label] if family.label else [shard], value)
    return counter


def _steps(readings: Mapping[str, Reading]) -> Metric:
    histogram = HistogramMetricFamily(STEPS.name, STEPS.help, labels=["shard", "step"])
    for shard, reading in readings.items():
        for step, numbers in reading.steps.items():
            so_far, buckets = 0, []
            for bound, number in zip((*map(str, BOUNDS), "+Inf"), numbers, strict=True):
                so_far += number
                buckets.append((bound, float(so_far)))
            histogram.add_metric([shard, step], buckets, reading.counts.get(("seconds", step), 0.0))
    return histogram
