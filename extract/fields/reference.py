"""The agency's own reference, as displayed: after "Réf.", "Référence", "Mandat n°". Goes to the decision."""

import re
from typing import Final

from extract.fields.match import Match
from extract.text import PHONE, fold, tidy, word

_LABEL: Final = (
    "(?:"
    + word(
        r"ref(?:erence)?s?\.?(?: ?(?:annonce|agence|client|du bien|de l'annonce|bien|interne|web|mandat"
        r"|number|no))?",
        r"mandat(?: (?:exclusif|simple))?",
        *("annonce n°", "property id", "listing id", "mls ?#?", "objekt-?(?:nr|nummer|id)"),
        *("referencia", "riferimento", "rif", "referentie"),
    )
    + "|n° ?(?:de )?(?:mandat|dossier|annonce|bien))"
)
_CODE: Final = r"[a-z0-9](?:[a-z0-9_/\-]|\.(?=[a-z0-9])){1,31}"
_FIND = re.compile(
    rf"{_LABEL} ?\.? ?(?:n[°º.]{{1,2}}"
    rf"|n(?:o|um(?:ero)?)?(?=[ °º.:])[°º.]{{0,2}}|#|id(?=[ :]))?"
    rf" ?[:°.#=\-]{{0,2}} ?(?P<value>(?:[a-z]{{1,4}} (?=[0-9]{{2,10}}(?![0-9 ]"
    rf"|[.,][0-9])))?{_CODE})(?![a-z0-9])"
)
_VALUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_/.\-]*(?: [A-Za-z0-9_/.\-]+){0,2}")
_NOT = re.compile(r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}|(?:0[0-9]){5}|[0-9.,]+(?:m2|eur|k)|https?")


def find(text: str) -> list[Match[str]]:
    """Every reference after its label; it has a digit, so a word like "bien" is none."""
    folded = fold(text)
    matches = []
    for found in _FIND.finditer(folded):
        start, end = found.span("value")
        raw = text[start:end].rstrip("-./")
        if re.search("[0-9]", raw) and not _NOT.fullmatch(fold(raw)) and not PHONE.match(text, start):
            score = 0.6 if "mandat" in found[0] else 0.85
            matches.append(Match(raw, raw, start, score))
    return matches


def parse(text: str) -> str | None:
    """The reference a short text is; letters alone must be capitals, words and prices are none."""
    text = tidy(text[:120])
    if found := find(text):
        return max(found, key=lambda match: (match.score, -match.start)).value
    text = re.sub(r"^[#n°Nº: .]{1,4}(?=[A-Z0-9])", "", text).strip(" :#.")
    if not 2 <= len(text) <= 40 or not _VALUE.fullmatch(text) or _NOT.fullmatch(fold(text)):
        return None
    coded = bool(re.search("[0-9]", text)) and not re.search(r"[a-z]{4,} |\b[a-z]{6,}\b", text)
    return (
        text if coded or re.fullmatch("[A-Z]{3,12}(?:[_-][A-Z]{2,12}){0,3}", text) or _is_slug(text) else None
    )


def _is_slug(text: str) -> bool:
    """Whether `text` is one token with a digit or a hash: `aabc2df5-791c`, `Gu_001`."""
    return " " not in text and bool(re.search("[0-9]", text))
