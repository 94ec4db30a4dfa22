"""Pages of one site where only one was kept: the page with its figures changed, as another advert's would be.

Enough to learn where the page tells what, so that reading it the short way can be timed; says nothing of how
well a wrapper reads pages that it has not seen: `tests/quality/test_wrapper_gate.py` does.
"""

import re

_TEXT = re.compile(r">([^<>]+)<|(?<=content=\")([^\"]+)(?=\")")
_SCRIPT = re.compile(r"(<(script|style)\b.*?</\2>)", re.S | re.I)
_FIGURES = re.compile(r"\d+")


def sibling(html: str, number: int) -> str:
    """The page as advert `number` would be printed: every figure of its texts turned, postal codes left."""
    parts = _SCRIPT.split(html)
    return "".join(
        part
        if at % 3
        else _TEXT.sub(lambda found: _FIGURES.sub(lambda f: _turned(f[0], number), found[0]), part)
        for at, part in enumerate(parts)
        if at % 3 != 2
    )


def _turned(figures: str, number: int) -> str:
    """Other figures of the same length; five together may be a postal code."""
    if len(figures) == 5:
        return figures
    if len(figures) == 1:
        return str(1 + (int(figures) - 1 + number) % 6) if figures not in "0" else figures
    return figures[0] + "".join(str((int(figure) + number) % 10) for figure in figures[1:])
