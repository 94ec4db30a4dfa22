"""A shard's counts as Ray's own metrics, for whoever watches a Ray cluster with Prometheus."""

from dataclasses import dataclass, field
from typing import Any, Final

from cluster.families import COUNTERS, GAUGES, Family
from crawl.meter import Reading

#: Ray takes no finished histogram: of the steps it is told the seconds.
_SECONDS: Final = Family("pignon_step_seconds", "Seconds by step: wait, fetch, read, store.", "step")


@dataclass(slots=True)
class RayMetrics:
    """One per process; Ray adds up those of one name."""

    shard: str
    _told: dict[tuple[str, str], float] = field(default_factory=dict)
    _metrics: dict[str, Any] = field(default_factory=dict)

    def tell(self, reading: Reading) -> None:
        """Pass on what grew since the last time; a meter begun anew starts from zero."""
        from ray.util.metrics import Counter, Gauge

        families = {**COUNTERS, "seconds": _SECONDS}
        for (key, label), value in reading.counts.items():
            told = self._told.get((key, label), 0.0)
            grown = value - told if value >= told else value
            self._told[key, label] = value
            if grown > 0:
                metric, tags = self._metric(Counter, families[key], label)
                metric.inc(grown, tags=tags)
        for key, number in reading.now.items():
            metric, tags = self._metric(Gauge, GAUGES[key], "")
            metric.set(number, tags=tags)

    def _metric(self, kind: Any, family: Family, label: str) -> tuple[Any, dict[str, str]]:
        tags = {"shard": self.shard} | ({family.label: label} if family.label else {})
        if family.name not in self._metrics:
            self._metrics[family.name] = kind(family.name, family.help, tuple(tags))
        return self._metrics[family.name], tags
