"""Postal code and commune, checked against the directory of places. Whether they are the property's or
the agency's is the page's to tell. Goes to the place decision."""

import re
from dataclasses import dataclass
from typing import Final

from extract.fields.match import Match, after, before, best
from extract.text import fold, tidy
from models.places import Place, Places

_CODE: Final = (
    r"(?<![0-9a-z.,/\-])(?:[fF]-?)?(?P<code>(?:0[1-9]|[1-8][0-9]|9[0-578])[0-9]{3})(?![0-9]|[.,][0-9]| ?(?:€"
    r"|eur|m2|m²|k?w|km|sq|yard|ft|feet|acre|ha\b|m\b|[£$₹]|usd|chf|inr|kr\b|zl\b))"
)
_SMALL: Final = r"(?:(?:de|du|des|la|le|les|lès|lez|ès|en|sur|sous|aux?|et|di|près)[ \-]|[ld]['’])"
#: "L'Isle-sur-la-Sorgue", "Santa-Maria-di-Lota", "Saint-Denis".
_NAME: Final = rf"[A-ZÀ-ÝŒ][\w'’.]*(?:[ \-]{_SMALL}{{0,3}}[A-ZÀ-ÝŒ][\w'’.]*){{0,6}}"
_AFTER = re.compile(rf"[ ,\-:)]{{0,3}}(?P<name>{_NAME})")
_BEFORE = re.compile(
    rf"(?P<name>{_NAME})(?: [0-9]{{1,2}}(?:e|er|ème|eme|ième)?)? ?[,\-]? ?\(?(?:[A-Z]{{2}} ?[\-,] ?)?$"
)
#: The official directory has 35,000 communes: a code that it lacks is none.
_COMPLETE: Final = 30_000
_DISTRICT = re.compile(
    r"\b(?P<city>paris|lyon|marseille)[ \-]{0,3}(?P<number>[0-9]{1,2}) ?(?:e(?:me|r)?|ieme|er|°"
    r"|e arrondissement)?(?![0-9a-z²€%,.])"
)
#: Only firms' post has it.
_CEDEX = re.compile(r"[^0-9\n;|]{0,40}?\bcedex\b")
_REFERENCE = re.compile(
    r"(?:(?:ref(?:erence)?s?|codigo|code(?! postal)|id)\b\.?(?: (?:du |de l')?[a-z]{2,10}){0,2}"
    r"|n°|mandat|cpi|rcs|siren|siret|bp|cs|cedex|tel|carte|[€$£₹#])\W{0,4}(?:[a-z]{0,3}\W?)$"
)


@dataclass(frozen=True, slots=True)
class Locality:
    """A place as read: `place` is the directory's entry, None when it does not know or cannot decide."""

    postal_code: str | None
    city: str | None
    place: Place | None = None


def find(text: str, places: Places) -> list[Match[Locality]]:
    """Every "75015 Paris", "Lyon (69003)" and "Paris 15e", in order; unknown codes score low."""
    folded = fold(text)
    found = _codes(text, folded, places)
    taken = {match.start for match in found}
    districts = [match for match in _districts(text, folded, places) if not taken & _span(match)]
    return sorted(found + districts, key=lambda match: match.start)


def parse(text: str, places: Places) -> Locality | None:
    """The place a short text is: a postal code, a commune, or both in either order.

    A name alone tells no code, even where its commune has but one: another commune may be meant ("Cesson"
    for Cesson-Sévigné), and the code is what people search by.
    """
    text = tidy(text[:200])
    if re.search(r"\bcedex\b", fold(text)):
        return None
    sure = best(find(text, places))
    if sure and sure.score >= 0.5:
        return sure.value
    place = places.resolve(text) if 2 <= len(text) <= 80 else None
    if place:
        return Locality(place.postal_code if re.search("[0-9]{5}", text) else None, place.city, place)
    return sure.value if sure else None


def _codes(text: str, folded: str, places: Places) -> list[Match[Locality]]:
    matches = []
    for found in re.finditer(_CODE, folded):
        if _REFERENCE.search(before(folded, found.start(), 36)) or _CEDEX.match(folded, found.end()):
            continue
        start, end = found.span("code")
        name = _name(text, start, end)
        place = places.resolve(name, found["code"]) if name else None
        sole = places.by_postal_code(found["code"])
        place = place or (sole[0] if len(sole) == 1 else None)
        # Where every commune is known, words beside a code that are none of its communes are no city.
        unknown = name if not sole or len(places) < _COMPLETE else None
        locality = Locality(found["code"], place.city if place else unknown, place)
        matches.append(Match(locality, text[start:end], start, _score(bool(sole), place, name, places)))
    return matches


def _score(known: bool, place: Place | None, name: str | None, places: Places) -> float:
    if place and name and (fold(name)[:4] == fold(place.city)[:4]):
        return 0.9
    if known:
        return 0.6
    return 0.5 if name and len(places) < _COMPLETE else 0.15


def _name(text: str, start: int, end: int) -> str | None:
    """The commune beside a code: after it by custom, else before it ("Lyon (69003)")."""
    behind = _AFTER.match(after(text, end, 60, "\n|;"))
    if behind:
        return behind["name"].strip(" .-")
    ahead = _BEFORE.search(before(text, start, 60, "\n|;"))
    return ahead["name"].strip(" .-") if ahead else None


def _districts(text: str, folded: str, places: Places) -> list[Match[Locality]]:
    matches = []
    for found in _DISTRICT.finditer(folded):
        raw = text[found.start() : found.end()]
        place = places.resolve(f"{found['city']} {int(found['number'])}e")
        if place:
            locality = Locality(place.postal_code, place.city, place)
            matches.append(Match(locality, raw, found.start(), 0.7))
    return matches


def _span(match: Match[Locality]) -> set[int]:
    """Where a code may stand just after a district: "Lyon 3ème (69003)"."""
    return set(range(match.start, match.end + 6))
