"""Labels of tables and definition lists -> Listing field names; `labels.json` has them by language and field.

A value's meaning is its field's parser's. French first; a label of several languages stands under one.
"""

import json
import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from extract.text import fold, tidy

#: In `labels.json`, what a label that counts one part of a field stands under: shower rooms are added up.
_PART: Final = "part of "
Table = dict[str, dict[str, list[str]]]
_UNIT = re.compile(
    r" ?(?:\((?:m2|m²|€|en m2|en m²|en €|eur|sq ?ft|kwh/?m²?/?an|ttc)\)|\ben (?:m2|m²|euros|€))$"
)
_UNIT_ENDS = (")", "m2", "m²", "euros", "€")


#: "Réf. annonce", "Nb. de pièces".
_ABBREVIATED = re.compile(r"(?<=[a-z])\.(?= )")
#: Any label that ends as an identifier's does: "Engel & Co ID", "Listing reference", "Cód. del anuncio".
_IDENTIFIER = re.compile(
    r"(?:.{2,24} )?(?:id|ref|reference|referencia|referenz|anzeigennummer|objektnummer|objekt-nr|kennung)"
    r"(?: (?:no|nr|number|code|du bien|annonce|agence|interne|web|client|location|vente))?"
    r"|(?:cod|codigo)(?: de| del| do| da)? (?!postal)[a-z0-9 .-]{2,20}"
    r"|(?:code|numero|n°|id|reference|ref) (?:(?:de |du |de l'|of the )?(?:annonce|bien|mandat|dossier|offre"
    r"|produit|property|listing|advert))"
)


@cache
def by_language() -> Table:
    """Every label: language -> Listing field -> labels, folded and without colon and unit."""
    table: Table = json.loads(files(__package__).joinpath("labels.json").read_text("utf-8"))
    return table


@cache
def _names() -> dict[str, str]:
    """Label -> what it stands under."""
    fields = (pair for table in by_language().values() for pair in table.items())
    return {label: field for field, labels in fields for label in labels}


@lru_cache(maxsize=4_096)
def plain(label: str) -> str:
    """A label as the tables have it: folded, one line, without colon, bullet or unit."""
    folded = _bare(fold(tidy(label[:120])))
    if folded.endswith(_UNIT_ENDS):
        folded = _bare(_UNIT.sub("", folded))
    return _ABBREVIATED.sub("", folded)


def _bare(folded: str) -> str:
    return folded.lstrip(" :.*•-").rstrip(" :.*•?-")


@lru_cache(maxsize=20_000)
def field_of(label: str) -> str | None:
    """The Listing field a label names, None for any other label."""
    name = plain(label)
    field = _names().get(name)
    if field is None and _IDENTIFIER.fullmatch(name):
        return "reference"
    return None if field is None or field.startswith(_PART) else field


def part_of(label: str) -> str | None:
    """The Listing field a label counts one part of ("Salles d'eau" -> `bathrooms`)."""
    field = _names().get(plain(label), "")
    return field.removeprefix(_PART) if field.startswith(_PART) else None
