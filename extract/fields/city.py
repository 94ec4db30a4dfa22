"""The commune in a short text of place names: "Dahlem, Berlin", "à Séné, Morbihan". Names only: postal
codes are `postal.py`'s trade. A name that no directory knows is believed by its place in the text."""

import re
from typing import Final

from extract.fields import address
from extract.text import fold, tidy
from models.places import Places

_SMALL: Final = (
    r"(?:(?:de|del|du|des|la|las|los|le|les|lès|lez|sur|sous|en|aux?|et|e|y|do|da|dos|am|an der|bei|of|on"
    r"|upon|the|under|d'|l')[ -])*"
)
#: A place's name: capitalised words, small ones between.
NAME: Final = rf"[A-ZÀ-Ý][\w'’.-]+(?:[ -]{_SMALL}[A-ZÀ-Ý(][\w'’.)-]*){{0,4}}"
_NAME = re.compile(NAME)
_PARTS = re.compile(r"\s*[,|•;/()]\s*|\s[-–—>»]\s")
_CODE = re.compile(r"\b(?:[0-9]{2,6}(?:-[0-9]{3})?|[A-Z]{1,2}[0-9][0-9A-Z]?(?: [0-9][A-Z]{2})?)\b")
#: Wider than a commune, or no place at all.
_WIDER: Final = frozenset({
    "france", "deutschland", "germany", "espana", "spain", "italia", "italy", "portugal", "nederland",
    "netherlands", "belgique", "belgium", "suisse", "switzerland", "schweiz", "osterreich", "austria",
    "polska", "poland", "uk", "united kingdom", "england", "scotland", "wales", "usa", "united states",
    "canada", "mexico", "brasil", "brazil", "india", "australia", "ireland", "uae", "morocco", "maroc",
    "united arab emirates", "tunisie", "luxembourg", "monaco", "andorra", "ile-de-france", "bretagne",
    "normandie", "occitanie", "nouvelle-aquitaine", "grand est", "hauts-de-france", "corse",
    "centre-val de loire", "pays de la loire", "bourgogne-franche-comte", "auvergne-rhone-alpes",
    "provence-alpes-cote d'azur",
})  # fmt: skip
#: The départements, but for those that are communes too (Mayenne, Paris, Vienne).
_DEPARTEMENTS: Final = frozenset({
    "ain", "aisne", "allier", "alpes-de-haute-provence", "hautes-alpes", "alpes-maritimes", "ardeche",
    "ardennes", "ariege", "aube", "aude", "aveyron", "bouches-du-rhone", "calvados", "cantal", "charente",
    "charente-maritime", "cher", "correze", "corse-du-sud", "haute-corse", "cote-d'or", "cotes-d'armor",
    "creuse", "dordogne", "doubs", "drome", "eure", "eure-et-loir", "finistere", "gard", "haute-garonne",
    "gers", "gironde", "herault", "ille-et-vilaine", "indre", "indre-et-loire", "isere", "jura", "landes",
    "loir-et-cher", "loire", "haute-loire", "loire-atlantique", "loiret", "lot", "lot-et-garonne", "lozere",
    "maine-et-loire", "manche", "marne", "haute-marne", "meurthe-et-moselle", "meuse", "morbihan", "moselle",
    "nievre", "nord", "oise", "orne", "pas-de-calais", "puy-de-dome", "pyrenees-atlantiques",
    "hautes-pyrenees", "pyrenees-orientales", "bas-rhin", "haut-rhin", "rhone", "haute-saone",
    "saone-et-loire", "sarthe", "savoie", "haute-savoie", "seine-maritime", "seine-et-marne", "yvelines",
    "deux-sevres", "somme", "tarn", "tarn-et-garonne", "var", "vaucluse", "vendee", "haute-vienne", "vosges",
    "yonne", "territoire de belfort", "essonne", "hauts-de-seine", "seine-saint-denis", "val-de-marne",
    "val-d'oise", "guadeloupe", "martinique", "guyane", "reunion", "la reunion", "mayotte",
})  # fmt: skip
_TOO_WIDE: Final = _WIDER | _DEPARTEMENTS
_NOT_PLACE = re.compile(
    r"(?:a |en )?(?:vendre|louer|partir|saisir|vente|location|gerance|rent|sale|pied|proximite|deux"
    r"|quelques|venta|renta|alquiler|exclusivite|maison|appartement|studio|terrain|immeuble|villa"
    r"|wohnung|haus|house|flat|apartment|property|bedroom|piece|quartier|secteur|centre|plein|bon|tres"
    r"|parfait|excellent|good|great|excellente|bord)s?\b",
)


def names(text: str) -> list[str]:
    """The place names of a short text, in order; streets, codes, départements and countries left out."""
    found = []
    for part in _PARTS.split(tidy(text[:200])):
        bare = _CODE.sub("", part).strip(" .-–").removeprefix("à ")
        name = _NAME.match(bare)
        if name is None or address.find(part):
            continue
        place = name[0].strip(" .-")
        folded = fold(place)
        if len(place) > 2 and folded not in _TOO_WIDE and not _NOT_PLACE.match(folded):
            found.append(place)
    return found


def parse(text: str, places: Places, *, widest: bool = True) -> str | None:
    """The commune a short text names: the part that the directory knows, else the widest (last) or first.

    widest: whether the text goes from the street outwards, as addresses abroad do.
    """
    told = names(text)
    known = next((name for name in told if places.resolve(name) is not None), None)
    return known or (told[-1 if widest else 0] if told else None)
