"""Which software made the site, from marks in its HTML; the marks are data in `platforms.json`.

Only a hint for people and statistics: no field is read because of a platform.
"""

import json
from functools import cache
from importlib.resources import files

#: Marks stand in heads, asset addresses and footers; a page's middle is listings.
HEAD, TAIL = 60_000, 20_000


@cache
def fingerprints() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """(platform, marks) from the most telling to the most general."""
    rows = json.loads(files(__package__).joinpath("platforms.json").read_text("utf-8"))
    return tuple((row["name"], tuple(row["any"])) for row in rows)


def recognise(html: str) -> str | None:
    """The platform whose mark the page bears, the most telling first; None where nothing tells."""
    text = (html if len(html) < HEAD + TAIL else html[:HEAD] + html[-TAIL:]).lower()
    for name, marks in fingerprints():
        if any(mark in text for mark in marks):
            return name
    return None
