"""Who an agency is, from the plain text of its legal notice or contact page: registers, card, contacts.

Knows no name (the page's head has it) and no private person. Goes to the agency's row.
"""

import re
from dataclasses import dataclass, fields
from typing import Final

from extract.fields import address as street
from extract.fields import postal
from extract.fields.match import after
from extract.text import EMAIL, PHONE, fold, tidy_lines
from models.places import Places

_TEXT_MOST: Final = 200_000
_DIGITS_9: Final = r"[0-9]{3}[ .]?[0-9]{3}[ .]?[0-9]{3}"
_SIRET = re.compile(rf"(?<![0-9])({_DIGITS_9}[ .]?[0-9]{{3}}[ .]?[0-9]{{2}})(?![0-9])")
_SIREN = re.compile(
    rf"(?:\bsiren\b|\br\.? ?c\.? ?s\b|\bsiret\b"
    rf"|registre du commerce)[^0-9\n]{{0,60}}(?:n[°o]?)? ?(?:[ab] ?)?(?<![0-9])({_DIGITS_9})(?![0-9]"
    rf"| ?[0-9]{{3}})|(?<![0-9])({_DIGITS_9}) ?(?=r\.? ?c\.? ?s\b)"
)
_RCS = re.compile(
    r"\br\.?c\.?s\.?\b(?: de| d'| du"
    r"|:)? ?(?P<city>[^\W\d_][^\W\d_'\- ]{1,30}(?:[ '\-][^\W\d_]{1,20}){0,3}?)(?= ?(?:sous|n[°o]|:|,|\("
    r"|[ab]? ?[0-9]|$|\n| -))",
    re.MULTILINE,
)
_CPI = re.compile(
    r"\bcpi\b[ :n°o.#]{0,6}([0-9]{4}[ .\-]?[0-9]{4}[ .\-]?[0-9]{3}[ .\-]?[0-9]{3}[ .\-]?[0-9]{3}"
    r"|[0-9]{4} ?[0-9]{4} ?[0-9]{9})"
)
# The host of the site names itself on the same page; what follows such a word is not the agency's.
_OTHERS = re.compile(
    r"(?:hebergeu?r|hebergement|heberge par|hosting|hosted by|conception|realisation|developpement"
    r"|creation du site|webmaster|agence web|editeur du logiciel|mediat(?:eur|ion)|cnil\b|garant(?:ie"
    r"|s)? financi|assurance|assureur|protection des donnees)"
)
_OTHERS_REACH: Final = 300
_PERSONAL = re.compile(
    r"@(?:gmail|orange|wanadoo|free|hotmail|yahoo|outlook|laposte|sfr|live|icloud|neuf)\.", re.IGNORECASE
)
_NO_REPLY = re.compile(
    r"^(?:no-?reply|dpo|rgpd|privacy|abuse|webmaster|postmaster|support)@|@(?:cnil|example|sentry|domain)\b"
    r"|@[^@]*\.(?:png|jpg|gif|webp)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class AgencyIdentity:
    """What an agency's own pages say of it; numbers are digits only, the phone is `+33…`."""

    siren: str | None = None
    siret: str | None = None
    #: Town of the trade register.
    rcs: str | None = None
    #: Professional card (carte professionnelle immobilière), digits only.
    cpi: str | None = None
    phone: str | None = None
    email: str | None = None
    address: str | None = None
    postal_code: str | None = None
    city: str | None = None

    def merged(self, other: "AgencyIdentity") -> "AgencyIdentity":
        """This identity with its gaps filled from `other`."""
        names = [field.name for field in fields(self)]
        return AgencyIdentity(**{name: getattr(self, name) or getattr(other, name) for name in names})


def read(text: str, places: Places) -> AgencyIdentity:
    """The identity in the plain text of a legal notice, contact page or footer; gaps are None."""
    own = _without_others(tidy_lines(text[:_TEXT_MOST]))
    folded = fold(own)
    siret = _first(_SIRET, folded, 14)
    siren = siret[:9] if siret else _first(_SIREN, folded, 9)
    line, locality = _place(own, places)
    return AgencyIdentity(
        siren=siren,
        siret=siret,
        rcs=_rcs(own, folded),
        cpi=_card(folded),
        phone=_phone(own),
        email=_email(own),
        address=line,
        postal_code=locality.postal_code if locality else None,
        city=locality.city if locality else None,
    )


def luhn(digits: str) -> bool:
    """Whether the digits' Luhn sum ends in 0, as SIREN and SIRET do (INSEE)."""
    doubled = [int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def phone_number(text: str) -> str | None:
    """A French phone number as `+33123456789`, else None."""
    digits = re.sub(r"[^0-9+]", "", text.replace("(0)", ""))
    found = re.fullmatch(r"(?:(?:\+|00)33|0)([1-9][0-9]{8})", digits)
    return f"+33{found[1]}" if found else None


def _without_others(text: str) -> str:
    """`text` without the passages on the host, the maker of the site, the mediator and the insurer."""
    folded, kept, position = fold(text), [], 0
    for found in _OTHERS.finditer(folded):
        if found.start() < position:
            continue
        kept.append(text[position : found.start()])
        passage = folded.find("\n\n", found.end(), found.end() + _OTHERS_REACH)
        position = passage if passage >= 0 else found.end() + _OTHERS_REACH
    return "\n".join([*kept, text[position:]])


def _first(pattern: re.Pattern[str], folded: str, length: int) -> str | None:
    for found in pattern.finditer(folded):
        digits = re.sub("[^0-9]", "", next(group for group in found.groups() if group))
        if (
            len(digits) == length
            and luhn(digits[:9])
            and digits.strip("0")
            and (length == 9 or _establishment(digits))
        ):
            return digits
    return None


def _establishment(siret: str) -> bool:
    """The 14 digits' own key; La Poste's establishments (356000000) sum otherwise and are no agency."""
    return luhn(siret)


def _rcs(text: str, folded: str) -> str | None:
    found = _RCS.search(folded)
    if not found:
        return None
    start, end = found.span("city")
    town = text[start:end].strip(" -")
    return town.title() if fold(town) not in ("sous", "numero", "n", "immatricule", "le", "au") else None


def _card(folded: str) -> str | None:
    found = _CPI.search(folded)
    return re.sub("[^0-9]", "", found[1]) if found else None


def _phone(text: str) -> str | None:
    numbers = (phone_number(found[0]) for found in PHONE.finditer(text))
    return next((number for number in numbers if number), None)


def _email(text: str) -> str | None:
    """The first address of a business domain, else the first one."""
    found = [
        re.sub(r" ?(?:\((?:at|arobase)\)|\[(?:at|arobase)\]) ?", "@", match[0])
        for match in EMAIL.finditer(text)
    ]
    usable = [
        address.replace(" ", "").lower().rstrip(".")
        for address in found
        if not _NO_REPLY.search(address.replace(" ", ""))
    ]
    return next(
        (address for address in usable if not _PERSONAL.search(address)), usable[0] if usable else None
    )


def _place(text: str, places: Places) -> tuple[str | None, postal.Locality | None]:
    """The first street line that a postal code follows closely, with that place; else the first place."""
    localities = [match for match in postal.find(text, places) if match.score >= 0.5]
    for line in street.find(text):
        near = next((place for place in localities if 0 <= place.start - line.end <= 80), None)
        if line.score >= 0.5 and near and after(text, line.end, 90, "|").count("\n") <= 3:
            return line.value, near.value
    return None, localities[0].value if localities else None
