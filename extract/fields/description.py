"""The description, cleaned: no tags, plain spaces, paragraphs kept, personal contacts masked."""

import html
import re
from typing import Final

from extract.text import mask_contacts, tidy_lines

#: Characters kept; the longest real advert is far below.
_MOST: Final = 20_000
_LEAST: Final = 20
_BREAK = re.compile(r"<(?:br|/p|/div|/li|/h[1-6])[^<>]{0,200}>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,500}>")
_FOLDS = re.compile(
    r"(?:\n| )(?:lire la suite|voir plus|voir moins|en savoir plus|read more|show more)\W{0,3}$",
    re.IGNORECASE,
)


def clean(text: str) -> str:
    """`text` as it is kept and shown: masked, with line breaks, at most 20,000 characters."""
    text = _TAG.sub(" ", _BREAK.sub("\n", text[: 4 * _MOST]))
    text = tidy_lines(html.unescape(text))
    return mask_contacts(_FOLDS.sub("", text)[:_MOST]).strip()


def parse(text: str) -> str | None:
    """The cleaned description, None when fewer than 20 characters are left."""
    cleaned = clean(text)
    return cleaned if len(cleaned) >= _LEAST else None
