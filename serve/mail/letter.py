"""A letter: its subject, its text, and the same as HTML, from one set of paragraphs."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

_FRAME: Final = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{subject}</title></head>
<body style="margin:0;padding:24px;font:16px/1.5 sans-serif;color:#222">
<div style="max-width:34em;margin:0 auto">
<p style="font-weight:bold;color:#8a3b12">Pignon</p>
{paragraphs}
</div></body></html>
"""
_BUTTON: Final = (
    '<p><a href="{link}" style="display:inline-block;padding:10px 18px;background:#8a3b12;color:#fff;'
    'text-decoration:none;border-radius:4px">{label}</a></p><p style="font-size:13px;color:#555">{link}</p>'
)


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent to one person, in one language."""

    subject: str
    text: str
    html: str
    language: str
    #: What the reader is to open; None when there is nothing to open.
    link: str | None = None


def write(
    subject: str, paragraphs: Sequence[str], language: str, link: str | None = None, label: str = ""
) -> Letter:
    """A letter of these paragraphs; the link stands after the first."""
    lines = [*paragraphs[:1], *([link] if link else []), *paragraphs[1:]]
    shown = [f"<p>{escape(line)}</p>" for line in paragraphs]
    if link:
        shown.insert(1, _BUTTON.format(link=escape(link), label=escape(label)))
    html = _FRAME.format(language=language, subject=escape(subject), paragraphs="\n".join(shown))
    return Letter(subject, "\n\n".join(lines) + "\n\n-- \nPignon\n", html, language, link)
