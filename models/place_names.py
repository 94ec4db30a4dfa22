"""How a place is written: folding, arrondissements, postal codes, CEDEX; and official capitals made readable.

    >>> fold("St-Étienne s/ Loire")
    'saint etienne sur loire'

Knows the habits of spelling, not which places exist: that is `models.places`.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

_ABBREVIATIONS: Final = {
    "st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes",
    "s": "sur", "ss": "sous", "lez": "les",
}  # fmt: skip
_PLAIN: Final = {i: " " for i in range(128) if not chr(i).isalnum()}
_LETTERS: Final = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "’": " ", "º": "e", "°": "e"})
#: "Ivry s/ Seine", "Fontenay s/s Bois", "Neuilly/Seine".
_ON_OR_UNDER: Final = re.compile(r"\bs/s\b|\bs/|/")

#: First INSEE code below the first arrondissement, and how many there are.
_ARRONDISSEMENTS: Final = {"paris": (75100, 20), "lyon": (69380, 9), "marseille": (13200, 16)}
_ROMAN: Final = {
    "i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10,
    "xi": 11, "xii": 12, "xiii": 13, "xiv": 14, "xv": 15, "xvi": 16, "xvii": 17, "xviii": 18,
    "xix": 19, "xx": 20,
}  # fmt: skip
#: Roman numbers take all they can: "XVIème" is the 16th, not the 15th with "ième".
_ORDINAL: Final = r"(?P<number>\d{1,2}|[ivx]{1,5}) ?(?:er|ere|e|em|eme|ieme|nd|nde)?"
_ARRONDISSEMENT_WORD: Final = r"(?:ardt|arrdt|arrt|arr|arrondissement)\b"
#: Nothing may follow the number but the word itself: "Lyon 3 pièces" names no arrondissement.
_CITY_FIRST: Final = re.compile(
    rf"(?P<city>paris|lyon|marseille) ?(?:cedex )?{_ORDINAL}(?: {_ARRONDISSEMENT_WORD}.*)?"
)
_CITY_LAST: Final = re.compile(
    rf"{_ORDINAL} {_ARRONDISSEMENT_WORD} (?:de |a )?(?P<city>paris|lyon|marseille)"
)

#: "75015", "F-75015", "75 015"; never the middle of a longer number.
_POSTAL_CODE: Final = re.compile(r"(?<![\dA-Za-z])(?:F[- ]?)?(\d{5}|\d{2} \d{3})(?![\d€]| ?€)")
#: A leading zero eaten by a spreadsheet: "1000 Bourg-en-Bresse".
_SHORT_POSTAL_CODE: Final = re.compile(r"^\s*([1-9]\d{3})(?=\s|$)")
_DEPARTMENT: Final = re.compile(r"^(\d{2}|2a|2b|97[1-6]) (?=\D)|(?<=\D) (\d{2}|2a|2b|97[1-6])$")
_CEDEX: Final = re.compile(r" cedex(?: \d{1,2})?$|^cedex ")
_VAGUE: Final = re.compile(r" (?:(?:hyper )?centre(?: ville)?|hypercentre|nord|sud|est|ouest|france)$")
#: "Marseille (13)" tells the department, not the 13th arrondissement.
_OWN_DEPARTMENT: Final = re.compile(
    r"(?i)\b(paris(?=\W+75\b(?! ?\d))|lyon(?=\W+69\b(?! ?\d))|marseille(?=\s*\(13\)))\W+\d{2}\)?"
)
_PARTS: Final = re.compile(r"\s+[-–—]\s+|[,;|·•()]")
_LIST: Final = re.compile(r"[,;]|\s+ou\s+", re.IGNORECASE)
_INVERTED_ARTICLE: Final = re.compile(r"^(.+?)\s*\((l'|le|la|les)\)$", re.IGNORECASE)

_ARTICLES: Final = {"le", "la", "les", "l"}
_SMALL_WORDS: Final = _ARTICLES | {
    "sur", "sous", "de", "du", "des", "d", "en", "et", "au", "aux", "lez", "di", "entre", "devant",
}  # fmt: skip
#: Words of official names that bear an accent wherever they stand; the doubtful ones stay bare.
_ACCENTED: Final = {
    "etienne": "étienne", "andre": "andré", "eglise": "église", "evry": "évry", "etang": "étang",
    "foret": "forêt", "chateau": "château", "chatillon": "châtillon", "ile": "île", "a": "à",
    "medard": "médard", "barthelemy": "barthélemy", "agnes": "agnès", "felix": "félix", "leger": "léger",
    "merignac": "mérignac", "besancon": "besançon", "orleans": "orléans", "nimes": "nîmes",
    "chambery": "chambéry", "creteil": "créteil", "sevres": "sèvres", "asnieres": "asnières",
    "beziers": "béziers", "montelimar": "montélimar", "frejus": "fréjus",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spelling:
    """What a text says of a place. name: folded, without its codes, empty when only codes were given."""

    name: str
    arrondissement: int | None
    postal_code: str
    #: From an office's own code (CEDEX) or a number beside the name; "20" means either Corsica.
    department: str


def fold(text: str) -> str:
    """Lower case, no accent, no punctuation, "st" and "ste" written out, single spaces."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(_LETTERS)).encode("ascii", "ignore").decode()
    text = text.lower()
    if "/" in text:
        text = _ON_OR_UNDER.sub(lambda match: " sous " if match[0] == "s/s" else " sur ", text)
    return " ".join([_ABBREVIATIONS.get(word, word) for word in text.translate(_PLAIN).split()])


def read_spelling(text: str, postal_code: str | None = None) -> Spelling | None:
    """Take a text apart, with the postal code known beside it.

    None when two postal codes contradict each other or nothing is said at all.
    """
    given = (postal_code or "").strip()
    given = given.zfill(5) if given.isdigit() and len(given) == 4 else given
    rest, found = _take_postal_code(_OWN_DEPARTMENT.sub(r"\1", text))
    if given and found and given != found:
        return None
    code = given or found
    name, department = _take_department(_CEDEX.sub("", folded := fold(_article_first(rest))).strip())
    arrondissement = _read_arrondissement(folded) or _read_arrondissement(name)
    if arrondissement:
        city, number = arrondissement
        return Spelling(city, number, code, "")
    if not name and not code:
        return None
    return Spelling(name, None, code, department_of_postal_code(code) or department)


def without_vague(name: str) -> str:
    """A folded name without "centre", "nord" and the like at its end."""
    return _VAGUE.sub("", name)


def split_parts(text: str) -> list[str]:
    """The parts of a text that commas, bars, parentheses or free-standing dashes separate, when several."""
    parts = [part for part in _PARTS.split(text) if part.strip()]
    return parts if len(parts) > 1 else []


def split_list(text: str) -> list[str]:
    """ "Lyon, Nantes ou 69100" one by one; the text itself where nothing stands between its commas."""
    return [part.strip() for part in _LIST.split(text) if part.strip()] or [text]


def display_name(official: str) -> str:
    """A name in official capitals as it is written: "ST DENIS LES BOURG" is "Saint-Denis-les-Bourg".

    A name that has small letters already is kept. Accents that capitals lost come back for common words only.
    """
    if not official.isupper():
        return official
    words = [_ABBREVIATIONS.get(word, word) for word in official.translate(_PLAIN).lower().split()]
    name = ""
    for place, word in enumerate(words):
        last = place == len(words) - 1
        small = word in _SMALL_WORDS and place > 0 and not last
        article = word in _ARTICLES and place == 0 and not last
        shown = _ACCENTED.get(word, word)
        shown = shown if small or shown == "à" else shown[:1].upper() + shown[1:]
        elided = word in {"l", "d"} and not last
        name += shown + ("" if last else "'" if elided else " " if article else "-")
    return name


def arrondissement_code(city: str, number: int) -> str:
    """INSEE code of an arrondissement of Paris, Lyon or Marseille, the city folded."""
    return str(_ARRONDISSEMENTS[city][0] + number)


def is_arrondissement(insee_code: str) -> bool:
    """Whether an INSEE code is an arrondissement's of Paris, Lyon or Marseille."""
    if not insee_code.isdigit():
        return False
    return any(first < int(insee_code) <= first + count for first, count in _ARRONDISSEMENTS.values())


def department_of_postal_code(code: str) -> str:
    """The department that a postal code begins with; "20" for both of Corsica, empty for no code."""
    return code[:3] if code[:2] in {"97", "98"} else code[:2]


def _take_postal_code(text: str) -> tuple[str, str]:
    """The text without its postal code, and that code (empty when there is none or there are several)."""
    match = _POSTAL_CODE.search(text)
    if match:
        return _POSTAL_CODE.sub(" ", text, count=1), match[1].replace(" ", "")
    match = _SHORT_POSTAL_CODE.match(text)
    return (text[match.end() :], match[1].zfill(5)) if match else (text, "")


def _article_first(text: str) -> str:
    """ "Havre (Le)", as old lists sort it, back to "Le Havre"."""
    match = _INVERTED_ARTICLE.match(text.strip())
    return f"{match[2]} {match[1]}" if match else text


def _take_department(name: str) -> tuple[str, str]:
    """ "saint denis 93" apart: the name, the department in capitals or nothing."""
    if name.split(" ", 1)[0] in _ARRONDISSEMENTS:
        return name, ""
    match = _DEPARTMENT.search(name)
    if not match:
        return name, ""
    return _DEPARTMENT.sub("", name, count=1).strip(), (match[1] or match[2]).upper()


def _read_arrondissement(name: str) -> tuple[str, int] | None:
    match = _CITY_FIRST.fullmatch(name) or _CITY_LAST.fullmatch(name)
    if not match:
        return None
    number = _ROMAN.get(match["number"]) or (int(match["number"]) if match["number"].isdigit() else 0)
    return (match["city"], number) if 1 <= number <= _ARRONDISSEMENTS[match["city"]][1] else None
