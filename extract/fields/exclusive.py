"""Whether the agency alone has the mandate."""

import re

from extract.fields import yes_no
from extract.fields.match import Match, best, near
from extract.text import fold, tidy

_FIND = re.compile(
    r"(?P<no>\bmandat (?:simple|(?:non[ \-]|semi[ \-])exclusif)|\b(?:non|semi)[ \-]exclusi(?:f|ve|vite))"
    r"|(?P<yes>\b(?:en |notre |mandat d[e'] ?)?exclusivites?\b|\bmandat exclusif\b|\bexclu\b"
    r"|\bsole agent\b|\ben exclusivite\b)"
    r"|(?P<maybe>\bexclusi(?:f|ve|vement)\b|\bexclusive (?:listing|mandate)\b)"
)
#: What every such word holds.
_MARKS = re.compile(r"exclu|mandat simple|sole agent")


def find(text: str) -> list[Match[bool]]:
    """Every word for an exclusive or simple mandate; "exclusif" alone may praise the place."""
    folded = fold(text)
    return [
        Match(
            not found["no"], text[found.start() : found.end()], found.start(), 0.3 if found["maybe"] else 0.8
        )
        for found in near(_MARKS, _FIND, folded)
    ]


def parse(text: str) -> bool | None:
    """What a short text is: `oui`, `Exclusivité`, `Mandat simple`."""
    text = tidy(text[:120])
    told = yes_no.parse(text)
    if told is not None:
        return told
    sure = best(find(text))
    return sure.value if sure else None
