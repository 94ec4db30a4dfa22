"""JSON as sites write it: comments, trailing commas, raw breaks, wrong escapes, entities, several values.

Bounded and linear; knows nothing of what the JSON says.
"""

import html
import json
import re
from typing import Any, Final

MAX_TEXT: Final = 2_000_000
#: Values that a text may hold one behind the other.
_MOST: Final = 50
#: Strings and lone escapes are stepped over; what else is found is no JSON.
_LOOSE = re.compile(r'"(?:[^"\\]|\\.)*+"|\\.|/\*.*?\*/|//[^\n]*|<!--|-->|,(?=\s*+[}\]])', re.DOTALL)
_WRONG_ESCAPE = re.compile(r'\\(?:(["\\/bfnrt]|u[0-9a-fA-F]{4})|.)', re.DOTALL)
_DECODER: Final = json.JSONDecoder(strict=False)


def load(text: str) -> Any:
    """The value that a text is, several as a list; None where it cannot be repaired."""
    text = text[:MAX_TEXT].strip().rstrip(";")
    if not text:
        return None
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        pass
    if '"' not in text and "&quot;" in text:
        text = html.unescape(text)
    return _values(_LOOSE.sub(_repaired, text))


def _values(text: str) -> Any:
    """The values at the beginning of a text; None where the first cannot be read."""
    found: list[Any] = []
    at = 0
    while len(found) < _MOST and (at := _skipped(text, at)) < len(text):
        try:
            value, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        found.append(value)
    return found[0] if len(found) == 1 else found or None


def _skipped(text: str, at: int) -> int:
    while at < len(text) and (text[at].isspace() or text[at] in ",;"):
        at += 1
    return at


def _repaired(found: re.Match[str]) -> str:
    if not found[0].startswith('"'):
        return found[0] if found[0].startswith("\\") else ""
    return _WRONG_ESCAPE.sub(lambda escape: escape[0] if escape[1] else escape[0][1:], found[0])
