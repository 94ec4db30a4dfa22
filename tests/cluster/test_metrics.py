"""What Prometheus reads of a crawl: well formed, named by its conventions, by shard, on loopback alone."""

import socket

import httpx2
import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from cluster.looks import Looks
from cluster.metrics import metrics_server
from cluster.shard import ShardProgress
from crawl.meter import BOUNDS, Meter, Step, Tally
from models.errors import ServiceError
from tests.cluster.command import free_port


class _Pool:
    def __init__(self) -> None:
        self.looks = Looks()


def _meter() -> Meter:
    meter = Meter(in_flight=2, leases_lost=1)
    meter.sites[1] = Tally(1, "a.example", queue=7, doing=Step.WAIT)
    meter.total.requests.update({"ok": 10, "timed_out": 2})
    meter.total.bytes = 600_000
    with meter.step(Step.READ):
        meter.page("detail", "ok", listing=True)
    meter.page("unread", "timed_out", listing=False)
    meter.retried()
    meter.ended["ok"] += 3
    return meter


def _read(port: int) -> dict[str, Metric]:
    answer = httpx2.get(f"http://127.0.0.1:{port}/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    return {family.name: family for family in text_string_to_metric_families(answer.text)}


def _values(metric: Metric) -> dict[tuple[str, ...], float]:
    return {tuple(sorted(sample.labels.values())): sample.value for sample in metric.samples}


@pytest.fixture
def families() -> dict[str, Metric]:
    pool, port = _Pool(), free_port()
    pool.looks.last["shard-0"] = ShardProgress(3, (), _meter().reading(1.5))
    pool.looks.last["shard-1"] = ShardProgress(3, (), _meter().reading())
    pool.looks.died("shard-1")
    with metrics_server(port) as metrics:
        metrics.pool = pool
        return _read(port)


def test_each_number_is_told_by_shard(families: dict[str, Metric]) -> None:
    requests = _values(families["pignon_requests"])
    assert requests["ok", "shard-0"] == requests["ok", "shard-1"] == 10
    assert requests["shard-0", "timed_out"] == 2
    assert _values(families["pignon_received_bytes"])["shard-0",] == 600_000
    assert _values(families["pignon_pages"])["detail", "shard-0"] == 1
    assert _values(families["pignon_page_errors"])["shard-0", "timed_out"] == 1
    assert _values(families["pignon_request_retries"])["shard-0",] == 1
    assert _values(families["pignon_leases_lost"])["shard-0",] == 1
    assert _values(families["pignon_site_crawls"])["ok", "shard-0"] == 3
    assert _values(families["pignon_egress_wait_seconds"])["shard-0",] == 1.5


def test_a_dead_shard_keeps_its_counts_and_has_nothing_under_way(families: dict[str, Metric]) -> None:
    for name, alive in (("pages_due", 7), ("sites_open", 1), ("sites_waiting", 1), ("requests_in_flight", 2)):
        values = _values(families[f"pignon_{name}"])
        assert (values["shard-0",], values["shard-1",]) == (alive, 0)
    deaths = _values(families["pignon_shard_deaths"])
    assert (deaths["shard-0",], deaths["shard-1",]) == (0, 1)


def test_steps_are_histograms_whose_buckets_add_up(families: dict[str, Metric]) -> None:
    samples = [
        sample
        for sample in families["pignon_step_duration_seconds"].samples
        if (sample.labels["shard"], sample.labels["step"]) == ("shard-0", "read")
    ]
    buckets = [sample for sample in samples if sample.name.endswith("_bucket")]
    assert [float(sample.labels["le"]) for sample in buckets] == [*BOUNDS, float("inf")]
    assert [sample.value for sample in buckets] == sorted(sample.value for sample in buckets)
    told = {sample.name.rpartition("_")[2]: sample.value for sample in samples}
    assert told["count"] == buckets[-1].value == 1
    assert 0 < told["sum"] < 1


def test_names_follow_the_conventions(families: dict[str, Metric]) -> None:
    for name, family in families.items():
        assert name.startswith("pignon_")
        assert family.documentation.endswith(".")
        for sample in family.samples:
            assert sample.name.endswith("_total") == (family.type == "counter"), sample.name
            assert set(sample.labels) <= {"shard", "outcome", "kind", "status", "step", "le"}


def test_nothing_listens_beside_loopback_nor_without_a_port() -> None:
    port = free_port()
    with metrics_server(port) as metrics:
        assert _read(port).keys() >= {"pignon_requests"}, "readable before the first crawl"
        assert metrics.pool is None
        with socket.socket() as outside, pytest.raises(OSError, match="refused"):
            outside.connect(("127.0.0.2", port))
    with socket.socket() as after, pytest.raises(OSError, match="refused"):
        after.connect(("127.0.0.1", port))
    with metrics_server(None) as metrics:
        assert list(metrics.collect())


def test_a_port_that_is_taken_is_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ServiceError, match=f"Cannot serve metrics on port {port}"), metrics_server(port):
            pass
