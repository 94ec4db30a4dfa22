"""What the crawl of one open site holds in its process: all that it alone refers to, in bytes."""

import asyncio
import gc
import sys
import types
from collections.abc import Iterable
from itertools import islice
from typing import Any, Final

from crawl.context import CrawlContext
from crawl.course import Course

_CODE: Final = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.MethodType)


def bytes_per_site(context: CrawlContext, most: int = 500) -> float:
    """The mean over `most` of the sites under way: course, lease, robots.txt, politeness, queue and marks.

    Not the task that crawls it, which waits on the stack.
    """
    courses = list(islice((one for one in gc.get_objects() if isinstance(one, Course)), most))
    shared = (
        context, context.fetcher, context.fetcher.politeness, context.meter, context.places, context.shelf,
        context.store, context.settings, context.standing, asyncio.get_running_loop(),
    )  # fmt: skip
    politeness = context.fetcher.politeness
    roots = [root for course in courses for root in (course, politeness._state(course.host))]
    return _weight(roots, {id(one) for one in shared}) / max(1, len(courses))


def _weight(roots: Iterable[Any], seen: set[int]) -> int:
    total, stack = 0, list(roots)
    while stack:
        one = stack.pop()
        if id(one) in seen or isinstance(one, _CODE):
            continue
        seen.add(id(one))
        total += sys.getsizeof(one)
        stack.extend(gc.get_referents(one))
    return total
