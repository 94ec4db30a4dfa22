"""One input of the fuzzer, read as a page and held to the reader's promises. Needs no atheris.

An input is four letters, then the page: which content type, which address, which wrapper (none, a learnt
one, or the JSON of the page's first line), and whether the page is repeated, so that what is quadratic shows.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache

from extract.page import PageReading, read_page
from extract.wrapper import Wrapper
from tests.extract import test_wrapper

SECONDS = 2.0
#: A page of this many bytes is a large one .
REPEATED = 100_000
KINDS = {"detail", "index", "other"}
TYPES = (
    None,
    "text/html",
    "text/html; charset=utf-8",
    "text/html; charset=iso-8859-1",
    "text/html; charset=utf-16",
    "text/html; charset=shift_jis",
    "application/json",
    "text/plain",
    "application/xhtml+xml; charset=\"'",
)
URLS = (
    "https://agence.example/bien/1",
    "http://agence.example/vente/maison-123.html?page=2",
    "https://www.agence.example/",
    "https://é.example/annonces/%E9%",
    "http://[::1",
    "",
)


def check(data: bytes) -> PageReading:
    """The reading of an input; an AssertionError where it breaks a promise."""
    head, body = data[:4].ljust(4, b"a"), data[4:]
    wrapper = None
    if head[2] % 4 == 2:
        wrapper = test_wrapper.wrapper()
    elif head[2] % 4 == 3:
        line, _, body = body.partition(b"\n")
        wrapper = wrapper_of(line)
    if head[3] % 32 == 7 and body:
        body = (body * (REPEATED // len(body) + 1))[:REPEATED]
    began = time.process_time()
    reading = read_page(
        body, URLS[head[1] % len(URLS)], content_type=TYPES[head[0] % len(TYPES)], wrapper=wrapper
    )
    took = time.process_time() - began
    assert took < SECONDS, f"{took:.1f} s"
    keeps_its_promises(reading)
    return reading


@cache
def wrapper_of(line: bytes) -> Wrapper | None:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return Wrapper.from_json(told)


def keeps_its_promises(reading: PageReading) -> None:
    assert reading.kind in KINDS
    assert (reading.listing is None) == (reading.kind != "detail")
    assert all(isinstance(link, str) for link in (*reading.links, *reading.follow))
    assert all(0 <= one.confidence <= 1 for one in reading.evidence.values())
    # PostgreSQL and JSON take neither halves of surrogate pairs nor NUL.
    told = "".join(_texts(asdict(reading)))
    assert "\0" not in told
    told.encode()


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _texts(one)
