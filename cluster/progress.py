"""A crawl's progress for a person at a terminal, or as plain lines in a log."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cluster.console import plural, stderr
from cluster.crawling import CrawlProgress

#: Seconds between two lines where nobody watches.
LOG_EVERY = 10


@contextmanager
def crawl_progress(title: str) -> Iterator[Callable[[CrawlProgress], None]]:
    """A function to call with each look at the crawl."""
    if not sys.stderr.isatty():
        yield _Lines(title)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("sites  {task.fields[told]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=stderr, transient=False) as bar:
        task = bar.add_task(title, total=None, told="")
        yield lambda p: bar.update(task, total=p.sites, completed=p.sites_done, told=told(p))


def told(progress: CrawlProgress) -> str:
    """Pages, listings, pace and where the crawl is, in a few words."""
    pace = progress.pages / progress.seconds if progress.seconds else 0.0
    now = f"  {progress.current[0]}" if progress.current else ""
    return (
        f"{plural(progress.pages, 'page')}, {plural(progress.listings, 'listing')}, {pace:.0f} pages/s{now}"
    )


class _Lines:
    """At most one line every ten seconds, and one at the end."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.last = monotonic()

    def __call__(self, progress: CrawlProgress) -> None:
        ended = progress.sites_done == progress.sites
        if ended or monotonic() - self.last >= LOG_EVERY:
            self.last = monotonic()
            line = (
                f"{self.title}: {progress.sites_done} of {plural(progress.sites, 'site')}, {told(progress)}"
            )
            stderr.print(line, markup=False, soft_wrap=True)
