"""Texts that no database, terminal or file takes: NUL, and the halves of surrogate pairs that JSON's
escapes leave alone. Taken out of a finished reading, from the few pages whose bytes may hold them.
"""

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, TypeVar

T = TypeVar("T")

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_MAY_MAKE = (b"\0", b"\\ud", b"\\uD", b"\\u0000")


def may_be_unstorable(body: bytes) -> bool:
    """Whether a page's bytes hold what such texts are made of. UTF-16 holds NULs, harmlessly."""
    return any(part in body for part in _MAY_MAKE)


def storable(reading: T) -> T:
    """The same, all its texts without what cannot be stored."""
    cleaned: T = _cleaned(reading)
    return cleaned


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return value if isinstance(value, Enum) else _UNSTORABLE.sub("", value)
    if isinstance(value, tuple):
        return tuple(map(_cleaned, value))
    if isinstance(value, Mapping):
        return {_cleaned(key): _cleaned(one) for key, one in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return type(value)(**{f.name: _cleaned(getattr(value, f.name)) for f in fields(value)})
    return value
