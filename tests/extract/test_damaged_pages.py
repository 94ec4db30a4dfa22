"""A page of the town damaged in any of the ways the web knows is still answered, within the promises."""

import re
from functools import cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.extract.test_town import sites
from tests.fuzz.read_page import TYPES, URLS, check

#: A quarter of a town's page or more, so that hundreds are read in seconds.
SIZE = 8_000
ODD = (
    "NaN",
    "1e308",
    "-1e999",
    "9" * 400,
    "[" * 2_000,
    '{"a":' * 500,
    '"\\ud800"',
    '"\\u0000"',
    "\u202e",
    "\u200b",
    "\0",
)
ODD_BYTES = tuple(odd.encode() for odd in ODD)
CHARSETS = (b"utf-16", b"utf-7", b"shift_jis", b"iso-8859-15", b"x-user-defined", b"hz-gb-2312", b"")
TAG = re.compile(rb"<[^>]{1,300}>")
NUMBER = re.compile(rb"\d+")
CHARSET = re.compile(rb"(charset=[\"']?)[\w-]+")


@cache
def pages() -> tuple[bytes, ...]:
    """A list and an advert of each family, cut."""
    paths = [(family, site, ("/", family.detail_path(site, site.adverts[0]))) for family, site in sites()]
    return tuple(family.respond(site, path).body[:SIZE] for family, site, two in paths for path in two)


def replaced(body: bytes, pattern: re.Pattern[bytes], at: int, new: bytes) -> bytes:
    """`body` with the pattern's `at`th match, round and round, replaced."""
    found = list(pattern.finditer(body))
    if not found:
        return body + new
    one = found[at % len(found)]
    return body[: one.start()] + new + body[one.end() :]


def damaged(data: st.DataObject, body: bytes) -> bytes:
    at = data.draw(st.integers(0, 5_000))
    match data.draw(st.integers(0, 7)):
        case 0:
            return body[:at]
        case 1:
            other = data.draw(st.sampled_from(pages()))
            return body[:at] + other[data.draw(st.integers(0, 5_000)) :]
        case 2:
            return (
                body[:at] + bytes([body[at] ^ data.draw(st.integers(1, 255))]) + body[at + 1 :]
                if at < len(body)
                else body
            )
        case 3:
            return replaced(body, TAG, at, b"")
        case 4:
            tags = TAG.findall(body) or [b"<p>"]
            return replaced(body, TAG, at, tags[at % len(tags)] * data.draw(st.integers(2, 50)))
        case 5:
            tags = TAG.findall(body) or [b"<p>"]
            words = data.draw(st.permutations(tags[at % len(tags)].strip(b"<>").split()[:12]))
            return replaced(body, TAG, at, b"<" + b" ".join(words) + b">")
        case 6:
            return replaced(body, NUMBER, at, data.draw(st.sampled_from(ODD_BYTES)))
        case _:
            return CHARSET.sub(rb"\1" + data.draw(st.sampled_from(CHARSETS)), body)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_damaged_page_of_the_town_is_read_within_the_promises(data: st.DataObject) -> None:
    body = data.draw(st.sampled_from(pages()))
    for _ in range(data.draw(st.integers(1, 6))):
        body = damaged(data, body)
    head = bytes(data.draw(st.integers(0, count - 1)) for count in (len(TYPES), len(URLS), 3))
    assert check(head + b"a" + body).kind
