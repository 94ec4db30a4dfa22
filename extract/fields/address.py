"""A street line: "12 bis, rue de la Paix". Knows kinds of ways, not places: `postal.py` has those.
Whether it is the property's or the agency's is the page's to tell."""

import re
from typing import Final

from extract.fields.match import Match, before, begun
from extract.text import fold, tidy, word

_WAY: Final = (
    r"(?:rue|avenue|av\.?|boulevard|bld?\.?|bvd\.?|bd\.?|place|pl\.|chemin|che?\.|route|rte\.?|allees?"
    r"|all\.|impasse|imp\.|quai|cours|square(?! (?:feet|foot|met))|passage|villa|faubourg|fbg|fg|ruelle"
    r"|sentier|sente|esplanade"
    r"|promenade|cite|hameau|lieu[ \-]dit|residence|rond[ \-]point|montee|traverse|voie|venelle|parvis|mail"
    r"|cour|galerie|clos|lotissement|zone artisanale|z\.?a\.?c?\.?|(?<!rez-de-)(?<!rez de )chaussee"
    r"|levee|corniche)"
)
_NUMBER: Final = (
    r"(?<![0-9.,/])[0-9]{1,4}(?:[ ]?(?:bis|ter|quater|[a-d](?![a-z])))?(?:[-/][0-9]{1,4}| et [0-9]{1,4})?"
)
_STREET = re.compile(
    rf"(?:(?P<number>{_NUMBER}) ?,? ?)?\b(?P<way>{_WAY}) (?P<name>[^\n,;:()\[\]|•·<>\"]{{2,60}})"
)
_PARTICLES: Final = frozenset({
    "de", "du", "des", "d", "la", "le", "les", "l", "et", "sur", "sous", "en", "aux", "au", "a",
    "saint", "sainte", "st", "ste",
})  # fmt: skip
#: "rue du 11 novembre 1918", "rue du 8 mai 1945".
_MONTHS: Final = frozenset({
    "janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre",
    "novembre", "decembre",
})  # fmt: skip
# Without a number these are everyday words or, in English, no street at all.
_NEED_NUMBER = re.compile(
    r"villa|residence|square|place|pl\.|cours?|mail|galerie|clos|cite|voie|passage|promenade|all\."
)
# Streets named the other way round ("38 Mill Street", "Lindenstraße 4") or with other ways ("Rua Nova, 7").
# Word lengths are bounded: a text of joined capitals would else be tried from each of them to its end.
_NAME: Final = r"[A-ZÀ-Ý][\w'.\-]{0,24}+"
_ENGLISH: Final = (
    r"(?<!\w)[0-9]{1,5}[A-Za-z]? (?:[A-Z][\w'.]{0,24}+ ){1,4}"
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Square|Court|Ct|Way|Place|Pl|Boulevard|Blvd|Close"
    r"|Terrace|Crescent|Gardens|Grove|Hill|Row)\b(?! [Ff](?:ee|oo)t)"
)
_GERMAN: Final = (
    rf"\b(?:{_NAME} ){{0,3}}[A-ZÀ-Ý][\w\-]{{0,24}}"
    r"(?:stra(?:ß|ss)e|str\.|allee|weg|platz|straat|laan|gracht) [0-9]{1,4}[a-z]?\b"
    rf"|\b(?:{_NAME} ){{1,3}}(?:Straße|Strasse|Str\.|Allee|Platz|Weg) [0-9]{{1,4}}[a-z]?\b"
)
_LATIN: Final = (
    r"(?:(?<![\w.,/])[0-9]{1,5},? )?\b(?:[Cc]alle|[Aa]venida|[Pp]laza|[Pp]aseo|[Rr]ua|[Tt]ravessa|Via"
    r"|[Vv]iale|[Pp]iazza|[Cc]orso) "
    rf"(?:(?:de|del|da|do|dos|das|della|la|las) ){{0,2}}{_NAME}"
    rf"(?: (?:(?:de|del|da|do|dos|das|la) )?{_NAME}){{0,4}}(?:,? (?:[Nn][°º]? ?)?[0-9]{{1,5}})?"
)
_ABROAD = re.compile(f"{_ENGLISH}|{_GERMAN}|{_LATIN}")
_WEST = re.compile(f"{_ENGLISH}|{_LATIN}")
#: Where one of `_WEST` may begin.
_WEST_STARTS = re.compile(
    "[0-9]+|"
    + word(
        *("Calle ", "calle ", "Avenida ", "avenida ", "Plaza ", "plaza ", "Paseo ", "paseo ", "Rua ", "rua "),
        *("Travessa ", "travessa ", "Via ", "Viale ", "viale ", "Piazza ", "piazza ", "Corso ", "corso "),
    )
)
#: Without one of these no street is German or Dutch, and the slowest part of the search is spared.
_GERMAN_WAYS: Final = (
    *("stra", "str.", "allee", "weg", "platz", "laan", "gracht"),
    *("Stra", "Str.", "Allee", "Platz", "Weg"),
)
_WORDS = re.compile(r"[^\s]+")
#: "l'Église", "d'Italie": the name goes on behind the apostrophe.
_ELIDED = re.compile(r"^[dl]['’](?=\w)")
_STOP = re.compile(r"^(?:[0-9]{5}|-|–)$")
_NEAR = re.compile(
    r"(?:metro|proche|pas de|pres d|minutes?|mn|min|entre|vers|donnant sur|acces|quartier|gare|station"
    r"|angle)[^.\n]{0,24}$"
)
#: How sure a way without a number is, and one whose postal code stands behind it.
BARE: Final = 0.4
PLACED: Final = 0.65
_PLACED = re.compile(r"[ ,(–-]{1,3}[0-9]{5}(?![0-9])")
_FOREIGN = re.compile(r"[0-9]{1,5}[a-z]?,? [a-z].{2,60}|[a-z][^\n]{2,60}? [0-9]{1,4}[a-z]?")


def find(text: str) -> list[Match[str]]:
    """Every street line; one with a number scores above one without, "near rue X" lowest."""
    french = _french(text)
    taken = [(match.start, match.end) for match in french]
    german = any(way in text for way in _GERMAN_WAYS)
    ways = _ABROAD.finditer(text) if german else begun(_WEST_STARTS, _WEST, text)
    abroad = [
        Match(found[0].strip(), found[0].strip(), found.start(), 0.6 if re.search("[0-9]", found[0]) else 0.4)
        for found in ways
        if not any(start < found.end() and found.start() < end for start, end in taken)
    ]
    return sorted(french + abroad, key=lambda match: match.start)


def _french(text: str) -> list[Match[str]]:
    folded = fold(text)
    matches = []
    for found in _STREET.finditer(folded):
        name = text[found.start("name") : found.end("name")]
        end = found.start("name") + _name_length(name)
        if end == found.start("name") or (not found["number"] and not _named(found["way"], name)):
            continue
        raw = text[found.start() : end].strip(" .-'")
        score = _score(found, folded)
        if score == BARE and _PLACED.match(text, end):
            score = PLACED
        matches.append(Match(_clean(raw), raw, found.start(), score))
    return matches


def _named(way: str, name: str) -> bool:
    """Whether a way without a number has a proper name: "rue Haute", not "place a prendre"."""
    capital = any(word[0].lstrip("dl'’")[:1].isupper() for word in _WORDS.finditer(name[:40]))
    return capital and not _NEED_NUMBER.fullmatch(way)


def parse(text: str) -> str | None:
    """The street line in a short text, without postal code and commune; foreign lines as they stand."""
    text = tidy(text[:200])
    found = find(text)
    if found:
        sure = max(found, key=lambda match: (match.score, -match.start))
        return sure.value if sure.score > 0.2 else None
    line = re.split(r",? ?(?<![0-9])[0-9]{5}(?![0-9])", text)[0].strip(" ,-")
    return (
        line
        if _FOREIGN.fullmatch(fold(line))
        and not re.search(r"[€@]|https?:|\b(?:feet|foot|sq|m2|m²)\b", line, re.IGNORECASE)
        else None
    )


def _name_length(name: str) -> int:
    """How far a way's name goes: capitals, particles and dates; a second plain word ends it, and so does
    a town in capitals behind a name in small letters."""
    end = plain = 0
    mixed = dated = False
    for told in _WORDS.finditer(name):
        bare = _ELIDED.sub("", told[0]).strip(".'’")
        shouted = len(bare) > 1 and bare.isupper()
        if _STOP.match(told[0]) or (mixed and shouted):
            break
        if _is_particle(bare):
            continue
        if dated and fold(bare) in _MONTHS:
            end = told.end()
            continue
        dated = bare.isdigit()
        if not bare[:1].isupper() and not bare[:1].isdigit():
            plain += 1
            if plain > 1 or end:
                break
        mixed = mixed or (bare[:1].isupper() and not bare.isupper())
        end = told.end()
        if told[0].endswith((".", "!", "?")) and len(bare) > 3:
            break
    return end


def _is_particle(bare: str) -> bool:
    return fold(bare) in _PARTICLES and bare[:1].islower()


def _clean(raw: str) -> str:
    return re.sub(r" ?, ?", ", ", raw).strip(" ,.-")


def _score(found: re.Match[str], folded: str) -> float:
    if _NEAR.search(before(folded, found.start(), 40)):
        return 0.15
    return 0.7 if found["number"] else BARE
