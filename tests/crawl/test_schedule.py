"""When a site is visited again: by what its last crawls found."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from crawl.report import Ending
from crawl.verdict import schedule
from models.tables import ScrapingStatus

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


def _due(news: float, days: float | None) -> timedelta:
    """How long until the next crawl of a site whose last interval was `days`."""
    last = None if days is None else NOW - timedelta(days=days)
    row = SimpleNamespace(last_success_at=last, next_crawl_at=NOW, scraping_error_count=0)
    due: datetime = schedule(row, Ending(ScrapingStatus.OK), NOW, news)["next_crawl_at"]
    return due - NOW


@pytest.mark.parametrize(
    ("news", "last", "hours"),
    [
        (1.0, None, 24),  # all is new on the first visit
        (0.3, 1, 12),
        (0.05, 1, 24),
        (0.05, 3, 24),
        (0.0, 1, 36),
        (0.0, 1.5, 54),
        (0.0, 3, 72),
        (0.0, 0.5, 24),
    ],
)
def test_a_site_is_visited_as_often_as_it_changes(news: float, last: float | None, hours: float) -> None:
    assert _due(news, last) == timedelta(hours=hours)
