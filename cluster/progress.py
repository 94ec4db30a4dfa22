"""A crawl's progress for a person at a terminal, or as plain lines in a log."""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from time import monotonic

from rich.console import Group
from rich.filesize import decimal
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from cluster.console import plural, stderr
from cluster.looks import CrawlProgress
from crawl.meter import SiteAtWork
from models import logs

_log = logging.getLogger(__name__)

#: Seconds between two lines where nobody watches.
LOG_EVERY = 10
#: Kinds of trouble told in a line.
TROUBLES = 4
#: What a site does, in a person's words.
_DOING = {"wait": "waits its turn", "fetch": "is asked", "read": "is read", "store": "is stored"}


#: What an event tells of a look.
_TOLD = (
    "sites", "sites_done", "pages", "pace", "listings", "bytes", "queue", "open", "waiting", "troubles",
    "paused", "seconds",
)  # fmt: skip


@contextmanager
def crawl_progress(title: str) -> Iterator[Callable[[CrawlProgress], None]]:
    """A function to call with each look at the crawl."""
    if logs.are_json():
        yield _NowAndThen(_event)
        return
    if not sys.stderr.isatty():
        yield _NowAndThen(partial(_line, title))
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("sites {task.fields[left]}"),
        TimeElapsedColumn(),
    )
    bar = Progress(*columns, console=stderr)
    task = bar.add_task(title, total=None, left="")
    with Live(bar, console=stderr, refresh_per_second=4) as live:

        def show(progress: CrawlProgress) -> None:
            bar.update(task, total=progress.sites, completed=progress.sites_done, left=_left(progress))
            line = Table.grid()  # a cell wraps, where this console's lines would be cut
            line.add_row(told(progress))
            live.update(Group(bar, line, _at_work(progress.at_work)))

        yield show


def told(progress: CrawlProgress) -> str:
    """Pages, listings, pace, queue, waits and errors, in one line."""
    said = [
        plural(progress.pages, "page"),
        plural(progress.listings, "listing"),
        f"{progress.pace:.0f} pages/s",
        decimal(progress.bytes),
    ]
    if progress.open:
        said.append(f"{plural(progress.queue, 'page')} due on {plural(progress.open, 'site')}")
        said.append(f"{progress.waiting:,} waiting their turn")
    said += [_trouble(name, number) for name, number in list(progress.troubles.items())[:TROUBLES]]
    return ", ".join(said) + (". Paused: pignon crawl --resume" if progress.paused else "")


def _trouble(name: str, number: int) -> str:
    """`3 timed_out` of pages, `1 site unreachable` of sites."""
    status = name.removeprefix("sites ")
    return f"{number:,} {name}" if status == name else f"{plural(number, 'site')} {status}"


def _left(progress: CrawlProgress) -> str:
    """`about 3 min left`; nothing while nobody can tell."""
    if progress.left is None or progress.ended or progress.paused:
        return ""
    minutes, seconds = divmod(round(progress.left), 60)
    hours, minutes = divmod(minutes, 60)
    return f"about {hours} h {minutes:02} min left" if hours else f"about {minutes}:{seconds:02} left"


def _at_work(sites: tuple[SiteAtWork, ...]) -> Table:
    """The few sites that are shown, each with its own counts."""
    table = Table.grid(padding=(0, 2))
    for site in sites:
        counts = f"{site.pages:,} pages", f"{site.queue:,} due", f"{site.listings:,} listings"
        trouble = f"{site.troubles:,} errors" if site.troubles else ""
        table.add_row(f"  {site.host[:40]}", *counts, _DOING.get(site.doing, ""), trouble)
    return table


def _line(title: str, progress: CrawlProgress) -> None:
    left = f", {_left(progress)}" if _left(progress) else ""
    sites = f"{progress.sites_done} of {plural(progress.sites, 'site')}"
    stderr.print(f"{title}: {sites}, {told(progress)}{left}", markup=False, soft_wrap=True)


def _event(progress: CrawlProgress) -> None:
    fields = {name: getattr(progress, name) for name in _TOLD}
    _log.info("progress", extra=fields | {"left": progress.left})


class _NowAndThen:
    """Tells at most every ten seconds, and at the end."""

    def __init__(self, tell: Callable[[CrawlProgress], None]) -> None:
        self.tell = tell
        self.last = monotonic()

    def __call__(self, progress: CrawlProgress) -> None:
        if progress.ended or monotonic() - self.last >= LOG_EVERY:
            self.last = monotonic()
            self.tell(progress)
