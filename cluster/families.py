"""The metrics of a crawl: names, help and labels, after https://prometheus.io/docs/practices/naming/.

No label but the shard and small closed sets: sites are thousands, and `pignon crawl --status` tells them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Family:
    """A metric: its name without `_total`, what it tells, its label beside the shard."""

    name: str
    help: str
    label: str | None = None


#: By the names of `Reading.counts`.
COUNTERS: Final[Mapping[str, Family]] = {
    "requests": Family("pignon_requests", "Requests made to sites, by outcome.", "outcome"),
    "bytes": Family("pignon_received_bytes", "Decoded bytes of the answers' bodies."),
    "retries": Family("pignon_request_retries", "Requests made once more after a passing failure."),
    "pages": Family("pignon_pages", "Pages visited and stored, by what they were read as.", "kind"),
    "troubles": Family("pignon_page_errors", "Visits that went wrong, by outcome.", "outcome"),
    "listings": Family("pignon_listings_seen", "Listings read or found unchanged."),
    "sites": Family("pignon_site_crawls", "Crawls of sites that ended, by status.", "status"),
    "leases_lost": Family("pignon_leases_lost", "Sites that another worker took over."),
    "egress_waited": Family(
        "pignon_egress_wait_seconds", "Seconds that ready requests waited for the budget of their egress."
    ),
}
#: By the names of `Reading.now`.
GAUGES: Final[Mapping[str, Family]] = {
    "queue": Family("pignon_pages_due", "Pages due of the sites under way."),
    "open": Family("pignon_sites_open", "Sites under way."),
    "waiting": Family("pignon_sites_waiting", "Sites under way that wait for their turn."),
    "in_flight": Family("pignon_requests_in_flight", "Requests under way."),
}
STEPS: Final = Family(
    "pignon_step_duration_seconds",
    "Seconds per step: wait (politeness, per request), fetch (per request), read and store (per page).",
    "step",
)
DEATHS: Final = Family("pignon_shard_deaths", "Times that a shard's process was started again.")
