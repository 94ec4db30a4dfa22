"""The judge of a crawler's manners: what its server saw, held against what each host asked for.

    verdict = judge(fleet.log(), fleet.rules(), delay=2.0, address_spacing=0.5)
    verdict["short gaps"].lines()

Every rule is one function over numpy columns: a million requests take about a second. A server sees a
request a little later, and ends an answer a little earlier, than its client does, so that a client that
keeps to the rules is never found to break them; SLACK covers the rest.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray

from town.ledger import Log, as_address

#: Seconds that two clocks' readings may be apart.
SLACK: Final = 0.002
ROBOTS: Final = "/robots.txt"
#: Windows are this many spacings long, and a second at least: shorter spacings are a rate.
_WINDOW: Final = 10
_SECOND: Final = 1.0
_FETCHED: Final = (200, 304)

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class HostRules:
    """What a host's robots.txt asks for. silent: it cannot be had, so that nothing else may be asked for."""

    delay: float = 0.0
    disallow: tuple[str, ...] = ()
    silent: bool = False


_NO_RULES: Final = HostRules()


@dataclass(frozen=True, slots=True)
class Breaches:
    """The rows of a log that break one rule, and by how much (seconds, or requests beyond the budget)."""

    log: Log
    rows: Rows
    amounts: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.rows)

    def lines(self, limit: int = 10) -> list[str]:
        """The first of them, for people."""
        log = self.log
        return [
            f"{log.arrival[row]:.3f} {log.hosts[log.host[row]]}{log.paths[log.path[row]]}"
            f" at {as_address(int(log.address[row]))}: {amount:.3f}"
            for row, amount in zip(self.rows[:limit], self.amounts[:limit], strict=True)
        ]


def judge(
    log: Log,
    rules: Mapping[str, HostRules],
    *,
    delay: float,
    address_spacing: float = 0.0,
    egress_spacing: float = 0.0,
) -> dict[str, Breaches]:
    """All rules at once; spacings of 0 are no budget."""
    return {
        "short gaps": short_gaps(log, rules, delay),
        "two in flight": overlaps(log),
        "disallowed": disallowed(log, rules),
        "address budget": over_budget(log, log.address, address_spacing),
        "egress budget": over_budget(log, log.egress, egress_spacing),
    }


def short_gaps(log: Log, rules: Mapping[str, HostRules], delay: float, *, slack: float = SLACK) -> Breaches:
    """Requests that came sooner after the end of their host's last answer than max(delay, Crawl-delay).

    Amounts are the gaps, seconds. What overlaps is left to `overlaps`.
    """
    order, since = _since_last_end(log)
    due = np.array([max(delay, rules.get(host, _NO_RULES).delay) for host in log.hosts])
    short = (since >= -slack) & (since < due[log.host[order]] - slack)
    return Breaches(log, order[short], since[short])


def overlaps(log: Log, *, slack: float = SLACK) -> Breaches:
    """Requests that came while another of their host was in flight; amounts are the seconds they shared."""
    order, since = _since_last_end(log)
    early = since < -slack
    return Breaches(log, order[early], -since[early])


def disallowed(log: Log, rules: Mapping[str, HostRules]) -> Breaches:
    """Requests for what robots.txt forbids; for all but robots.txt where that cannot be had."""
    kinds: dict[HostRules, int] = {}
    kind_of = np.array(
        [kinds.setdefault(_without_delay(rules.get(host, _NO_RULES)), len(kinds)) for host in log.hosts],
        dtype=np.int64,
    )
    forbidden = np.array([[_forbids(kind, path) for path in log.paths] for kind in kinds], dtype=bool)
    rows = np.flatnonzero(forbidden[kind_of[log.host], log.path]) if len(log) else np.arange(0)
    return Breaches(log, rows, np.ones(len(rows)))


def over_budget(log: Log, column: NDArray[np.uint32], spacing: float, *, slack: float = SLACK) -> Breaches:
    """Requests of one address that make more than 11 in some window of 10 spacings; where those are less than
    a second, more than its spacings and one in some second.

    Amounts are the seconds in which that request and as many as are allowed before it came.
    """
    if spacing <= 0:
        return Breaches(log, np.arange(0), np.zeros(0))
    window = max(_WINDOW, ceil(_SECOND / spacing))
    allowed = window + 1
    if len(log) <= allowed:
        return Breaches(log, np.arange(0), np.zeros(0))
    order = np.lexsort((log.arrival, column))
    whose, when = column[order], log.arrival[order]
    took = when[allowed:] - when[:-allowed]
    over = (whose[allowed:] == whose[:-allowed]) & (took < window * spacing - slack)
    return Breaches(log, order[allowed:][over], took[over])


def fetched_again(log: Log) -> Breaches:
    """Answers (200 or 304) of pages that had been answered before; robots.txt is no page."""
    pages = np.array([path != ROBOTS for path in log.paths], dtype=bool)
    rows = np.flatnonzero(np.isin(log.status, _FETCHED) & pages[log.path]) if len(log) else np.arange(0)
    page = log.host[rows].astype(np.int64) * len(log.paths) + log.path[rows]
    _, first = np.unique(page, return_index=True)
    again = np.ones(len(rows), dtype=bool)
    again[first] = False
    return Breaches(log, rows[again], np.ones(int(again.sum())))


def never_fetched(log: Log, expected: Mapping[str, Collection[str]]) -> list[tuple[str, str]]:
    """The pages, by host and path, that were expected and never answered (200 or 304)."""
    answered = np.isin(log.status, _FETCHED)
    found = set(zip(log.host[answered].tolist(), log.path[answered].tolist(), strict=True))
    host_ids = {host: number for number, host in enumerate(log.hosts)}
    path_ids = {path: number for number, path in enumerate(log.paths)}
    return [
        (host, path)
        for host, paths in expected.items()
        for path in paths
        if (host_ids.get(host), path_ids.get(path)) not in found
    ]


def _since_last_end(log: Log) -> tuple[Rows, NDArray[np.float64]]:
    """Rows by host and arrival, and the seconds between the latest end before each and its arrival."""
    if not len(log):
        return np.arange(0), np.zeros(0)
    order = np.lexsort((log.arrival, log.host))
    host, arrival, end = log.host[order], log.arrival[order], log.end[order]
    began = float(log.arrival.min())
    last = np.nanmax(np.where(np.isfinite(end), end, arrival))
    # An answer never written is in flight for ever after. Hosts are set apart on the time line, so that
    # one running maximum serves all: at 10,000 hosts and an hour a double still tells 10 ns.
    apart = float(last) - began + 2.0
    shift = host.astype(np.float64) * apart - began
    latest = np.maximum.accumulate(np.minimum(end, last + 1.0) + shift)
    since = np.full(len(order), np.inf)
    same = host[1:] == host[:-1]
    since[1:][same] = (arrival + shift)[1:][same] - latest[:-1][same]
    return order, since


def _without_delay(rules: HostRules) -> HostRules:
    return HostRules(disallow=rules.disallow, silent=rules.silent)


def _forbids(rules: HostRules, path: str) -> bool:
    return path != ROBOTS and (rules.silent or path.startswith(rules.disallow or ("\0",)))
