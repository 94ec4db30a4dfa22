"""Cursors: where a page of results ended, as an opaque word in an address.

A cursor holds the sorted value and the id of the last row, so rows that come or go meanwhile
neither repeat nor hide others. It holds no secret; a forged one is a wrong place at worst.
"""

import base64
import binascii
import json
import math
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from serve.values import MAX_ID

Value: TypeAlias = int | float | str | None


class CursorError(ValueError):
    """The word is no cursor of this search; the text says so in one line."""

    def __init__(self) -> None:
        super().__init__("is not a cursor of this search; leave it out to start at the first page")


@dataclass(frozen=True, slots=True)
class Position:
    """The last row of a page: its value in the sorted column (None: unknown) and its id."""

    order: str
    value: Value
    id: int


def encode(order: str, value: Value | datetime, row_id: int) -> str:
    """The cursor after a row. Times keep their microseconds."""
    plain = value.isoformat() if isinstance(value, datetime) else value
    word = json.dumps([order, plain, row_id], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(word.encode()).decode().rstrip("=")


def decode(cursor: str, order: str) -> Position:
    """The position that `encode` wrote for the same order. CursorError for anything else."""
    try:
        word = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        named, value, row_id = json.loads(word)
    except (ValueError, binascii.Error, TypeError, RecursionError):
        raise CursorError from None
    if named != order or type(row_id) is not int or not 0 < row_id <= MAX_ID or not _usable(value):
        raise CursorError
    return Position(order, value, row_id)


def moment(value: Value) -> datetime:
    """A position's value as the time it was. CursorError when it is none."""
    try:
        at = datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise CursorError from None
    if at.tzinfo is None:
        raise CursorError
    return at


def whole(value: Value) -> int:
    """A position's value as a whole number. CursorError when it is none."""
    if not isinstance(value, int):
        raise CursorError
    return value


def number(value: Value) -> float:
    """A position's value as a number. CursorError when it is none."""
    if not isinstance(value, int | float):
        raise CursorError
    return float(value)


def text(value: Value) -> str:
    """A position's value as text. CursorError when it is none."""
    if not isinstance(value, str):
        raise CursorError
    return value


def _usable(value: object) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, int):
        return abs(value) <= MAX_ID
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or (isinstance(value, str) and _storable(value))


def _storable(value: str) -> bool:
    """Whether PostgreSQL may be asked for a text: neither NUL nor half a surrogate pair. Names do hold
    unprintable characters, such as soft hyphens, and their cursors must work.
    """
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in value
