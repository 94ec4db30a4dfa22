"""Yes and no as forms and JSON write them, in seven languages."""

from typing import Final

from extract.text import fold, tidy

_YES: Final = frozenset({
    "oui", "yes", "true", "vrai", "1", "ja", "si", "sim", "y", "o", "x", "✓", "✔", "☑", "avec", "inclus",
    "disponible",
})  # fmt: skip
_NO: Final = frozenset({
    "non", "no", "false", "faux", "0", "nein", "nee", "nao", "n", "✗", "✘", "☐", "sans", "neant", "none",
    "aucun", "aucune",
})  # fmt: skip


def parse(text: str) -> bool | None:
    """True, false, or None when the text is neither."""
    word = fold(tidy(text[:60])).strip(" .:;!-")
    if word in _YES:
        return True
    return False if word in _NO else None
