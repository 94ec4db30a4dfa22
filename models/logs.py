"""Logs: text for people, or a JSON object a line, with what was being worked on. No secret, no person.

    set_up(settings)                                    # as a command or a shard starts
    with about(agency=12, host="agence.example"):
        _log.info("site ended", extra={"outcome": "ok", "pages": 84})

Standard library logging alone; every module logs to its own name as usual.
"""

import io
import json
import logging
import re
import sys
import traceback
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final, TextIO

from models.settings import Settings

#: Lines kept for whoever fetches them; older ones go, and are counted.
KEPT: Final = 1_000
#: Characters of one value at most.
LONGEST: Final = 2_000
#: Frames of a traceback, the innermost.
FRAMES: Final = 12
#: Libraries that tell of every request at the level of our own events.
_QUIET: Final = ("httpx2", "httpcore2", "apscheduler", "urllib3", "asyncio")

_ABOUT: ContextVar[Mapping[str, Any] | None] = ContextVar("about", default=None)
_PLAIN: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

_USER: Final = re.compile(r"(?<=://)[^/\s@]+@")
_SECRET: Final = re.compile(
    r"\b((?:[\w-]*(?:password|passwd|secret|token|api_?key|session\w*))|authorization|pwd|sid|e?mail|phone|tel)"
    r"(\s*[=:]\s*)(\"[^\"]*\"|'[^']*'|(?:bearer|basic)\s+\S+|[^\s&,;]+)",
    re.IGNORECASE,
)
_MAIL: Final = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_PHONE: Final = re.compile(r"(?<![\w/.-])(?:\+33|0033|0)\s?(?:\(0\)\s?)?[1-9](?:[ .-]?\d{2}){4}(?![\w-])")


def clean(text: str) -> str:
    """A text without credentials, e-mail addresses and French phone numbers, cut at LONGEST."""
    text = _USER.sub("***@", text[: 2 * LONGEST])
    text = _SECRET.sub(r"\1\2***", text)
    return _PHONE.sub("***", _MAIL.sub("***", text))[:LONGEST]


@contextmanager
def about(**fields: Any) -> Iterator[None]:
    """Every line logged in this block, by whatever module, tells these fields too."""
    outer = _ABOUT.set({**(_ABOUT.get() or {}), **fields})
    try:
        yield
    finally:
        _ABOUT.reset(outer)


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, event, then `about`, then the record's own extras."""

    def __init__(self, **fields: Any) -> None:
        """`fields` stand in every line."""
        super().__init__()
        self._fields = fields

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        extras = {name: value for name, value in vars(record).items() if name not in _PLAIN}
        line |= self._fields | dict(_ABOUT.get() or {}) | extras
        if record.exc_info and record.exc_info[1] is not None:
            line |= _failure(record.exc_info[1])
        return json.dumps({name: _value(value) for name, value in line.items()}, ensure_ascii=False)


class Text(logging.Formatter):
    """`WARNING crawl.site: …` for people, cleaned as well."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return clean(super().format(record))


class Tail(logging.Handler):
    """Keeps the last lines, formatted, until they are taken: a shard's, for its driver to write."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: deque[str] = deque(maxlen=KEPT)
        self._dropped = 0

    def emit(self, record: logging.LogRecord) -> None:
        self._dropped += len(self._lines) == KEPT
        self._lines.append(self.format(record))

    def take(self, most: int) -> tuple[str, ...]:
        """The oldest lines, `most` at once; the first says how many were lost, if any."""
        if self._dropped and self._lines:
            lost = {"name": __name__, "levelno": logging.WARNING, "levelname": "WARNING"}
            record = logging.makeLogRecord(lost | {"msg": f"{self._dropped + 1} lines were lost"})
            self._lines[0] = self.format(record)  # in the place of one more, as there is no room
            self._dropped = 0
        return tuple(self._lines.popleft() for _ in range(min(most, len(self._lines))))


class JsonStream(io.TextIOBase):
    """What people would read on standard error (messages, progress), as JSON lines."""

    def __init__(self, raw: TextIO) -> None:
        self.raw = raw
        self._begun = ""

    def write(self, text: str) -> int:
        *whole, self._begun = (self._begun + text).split("\n")
        for line in whole:
            if line.strip():
                level = logging.ERROR if line.startswith("pignon: ") else logging.INFO
                logging.getLogger("pignon").log(level, "%s", line.strip())
        return len(text)

    def flush(self) -> None:
        self.raw.flush()

    def fileno(self) -> int:
        return self.raw.fileno()


def set_up(settings: Settings) -> None:
    """Log as LOG_FORMAT and LOG_LEVEL say, to standard error, for a command."""
    as_json = settings.log_format == "json"
    _use(settings, [logging.StreamHandler(_raw())], JsonLines() if as_json else Text())
    if as_json:
        sys.stderr = JsonStream(_raw())


def set_up_part(settings: Settings, **fields: Any) -> Tail:
    """The same for a part that runs elsewhere: its lines tell `fields`, and JSON ones can be fetched."""
    tail = Tail()
    if settings.log_format == "json":
        _use(settings, [logging.StreamHandler(_raw()), tail], JsonLines(**fields))
    else:
        _use(settings, [logging.StreamHandler(_raw())], Text())
    return tail


def write(lines: tuple[str, ...]) -> None:
    """Write lines that another process formatted."""
    for line in lines:
        _raw().write(line + "\n")
    _raw().flush()


def are_json() -> bool:
    """Whether standard error is for programs."""
    return isinstance(sys.stderr, JsonStream)


def _raw() -> TextIO:
    return sys.stderr.raw if isinstance(sys.stderr, JsonStream) else sys.stderr


def _use(settings: Settings, handlers: list[logging.Handler], formatter: logging.Formatter) -> None:
    root = logging.getLogger()
    for handler in handlers:
        handler.setFormatter(formatter)
    root.handlers[:] = handlers
    root.setLevel((settings.log_level or ("info" if settings.log_format == "json" else "warning")).upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def _value(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(name): _value(one) for name, one in value.items()}
    return clean(str(value))


def _failure(error: BaseException) -> dict[str, Any]:
    """An exception without the values it carries but its first line: what it says may be a page's text."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    return {
        "error": type(error).__name__,
        "error_text": str(error).partition("\n")[0],
        "trace": " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames)),
    }
