"""Logs tell programs one JSON object per line with what was worked on, and nobody a secret or a person."""

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from models import logs
from models.settings import Settings

_log = logging.getLogger("crawl.site")


SetUp = Callable[..., io.StringIO]


@pytest.fixture
def set_up(monkeypatch: pytest.MonkeyPatch) -> Iterator[SetUp]:
    """Logs with these settings, to the standard error that is returned; as it was afterwards."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level

    def begin(**values: Any) -> io.StringIO:
        monkeypatch.setattr(sys, "stderr", stream := io.StringIO())
        logs.set_up(Settings(_env_file=None, **values))
        return stream

    yield begin
    root.handlers[:] = before
    root.setLevel(level)


def _lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_tells_what_was_worked_on_and_its_outcome(set_up: SetUp) -> None:
    stderr = set_up(log_format="json")
    with logs.about(agency=12, host="agence.example"):
        _log.info("site ended", extra={"outcome": "ok", "pages": 84, "outcomes": {"ok": 80}, "none": None})
    _log.debug("not told")
    (line,) = _lines(stderr)
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "info", "logger": "crawl.site", "event": "site ended", "agency": 12,
        "host": "agence.example", "outcome": "ok", "pages": 84, "outcomes": {"ok": 80}, "none": None,
    }  # fmt: skip


def test_what_people_would_read_is_an_event_too(set_up: SetUp) -> None:
    stderr = set_up(log_format="json")
    print("Crawling: 1 of 2 sites", file=sys.stderr)
    print("pignon: agence.example: unreachable.", file=sys.stderr)
    told = [(line["level"], line["event"]) for line in _lines(stderr)]
    assert told == [("info", "Crawling: 1 of 2 sites"), ("error", "pignon: agence.example: unreachable.")]


def test_text_is_for_people_and_tells_warnings_alone(set_up: SetUp) -> None:
    stderr = set_up()
    _log.info("not told")
    _log.warning("%s was slow", "agence.example")
    assert stderr.getvalue() == "WARNING crawl.site: agence.example was slow\n"


def test_a_failure_is_told_without_what_else_it_carries(set_up: SetUp) -> None:
    stderr = set_up(log_format="json")
    try:
        raise ValueError("it broke\n[parameters: {'description': 'Appelez Jeanne'}]")
    except ValueError:
        _log.exception("the crawl failed")
    (line,) = _lines(stderr)
    assert (line["error"], line["error_text"]) == ("ValueError", "it broke")
    assert "test_logs.py" in line["trace"]
    assert "Jeanne" not in stderr.getvalue()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("http://user:secret@proxy.example:3128/", "http://***@proxy.example:3128/"),
        ("postgresql://pignon:pa%40ss@db/pignon", "postgresql://***@db/pignon"),
        ("https://a.example/?session_id=abc&page=2", "https://a.example/?session_id=***&page=2"),
        ("Authorization: Bearer abc.def", "Authorization: ***"),
        ("password='two words', tries=3", "password=***, tries=3"),
        ("write to jeanne.martin@mail.example now", "write to *** now"),
        ("call 06 12 34 56 78 or +33 6.12.34.56.78", "call *** or ***"),
        ("0612345678", "***"),
        ("reference 20240612345678, 250 000 €, 75015", "reference 20240612345678, 250 000 €, 75015"),
        ("https://a.example/vente/0612345678-maison", "https://a.example/vente/0612345678-maison"),
    ],
)
def test_credentials_addresses_and_phones_are_masked(text: str, told: str) -> None:
    assert logs.clean(text) == told


def test_no_value_makes_a_line_long(set_up: SetUp) -> None:
    stderr = set_up(log_format="json")
    _log.info("x" * 1_000_000, extra={"more": "y" * 1_000_000})
    assert len(stderr.getvalue()) < 3 * logs.LONGEST


def test_a_parts_lines_are_kept_until_fetched_and_the_lost_are_counted(set_up: SetUp) -> None:
    set_up()
    tail = logs.set_up_part(Settings(_env_file=None, log_format="json"), shard="shard-1")
    for number in range(logs.KEPT + 5):
        _log.info("event %s", number)
    first, *rest = map(json.loads, tail.take(3))
    assert (first["event"], first["shard"]) == ("6 lines were lost", "shard-1")
    assert [line["event"] for line in rest] == ["event 6", "event 7"]
    assert len(tail.take(10_000)) == logs.KEPT - 3
    assert tail.take(10) == ()
    assert logs.set_up_part(Settings(_env_file=None), shard="shard-1").take(10) == ()
