"""The advert's title, cleaned: without the site's name; a generic title ("Accueil") is none."""

import html
import re
from typing import Final

from extract.fields import kind, rooms, surface, transaction
from extract.text import fold, mask_contacts, tidy

_MOST: Final = 300
_SEPARATOR = re.compile(r" [|•·»–—\-:] | ?\| ?")
_GENERIC = re.compile(
    r"(?:accueil|home(?: page)?|annonces?|detail(?:s)?(?: (?:de l'annonce|du bien|de l'offre))?|le bien"
    r"|description(?: du bien)?|nos biens?|nos annonces|bienvenue.{0,80}|agence(?: immobiliere)?.{0,60}"
    r"|immobilier(?: .{0,40})?|contact(?:ez[ \-]nous)?|mentions legales|erreur.{0,40}|error.{0,40}"
    r"|(?:page )?not found|404.{0,40}|property|listing|propert(?:y|ies) details?"
    r"|single property|just a moment\W*"
    r"|access denied|untitled(?: document)?|nouveaute?|exclusivite|coup de coeur|a vendre|a louer|vendu"
    r"|(?:property|agents?|listing|agency|offices?) (?:details?|information|features|overview|amenities)"
    r"|features|overview|amenities|key (?:features|facts)|floor ?plans?|find your (?:home|property).{0,20}"
    r"|l'essentiel|interieur|exterieur|informations?(?: .{0,30})?|partager.{0,20}|ausstattung|weitere angaben"
    r"|(?:le )?(?:lieu|bien|quartier|environnement|secteur)|points? forts?|les plus|prestations?|equipements?"
    r"|(?:property single|first floor|galerie|photos?|videos?|plans?|visite virtuelle|situation|menu)"
    r"|(?:dpe|energie|diagnostics?|bilan energetique|performances? energetiques?)(?: .{0,40})?"
    r"|(?:honoraires|copropriete|financement|simulation|calculette)(?: .{0,40})?"
    r"|votre (?:agence|conseiller|contact).{0,40}|le mot de l'agence"
    r"|nous contacter|en detail|a propos(?: .{0,40})?|mon financement|surfaces?|prix"
    r"|(?:biens?|annonces?) similaires?|autres? (?:biens?|annonces?).{0,30}|vous aimerez.{0,30}"
    r"|loue|sous compromis|recherche|resultats?.{0,40}|caracteristiques|localisation|cookies?.{0,60}"
    r"|.{0,40}\b(?:worth|wert|vale|waard|warte|vaut)\b.{0,40}\?)"
)
_SITE = re.compile(
    r"agence|immobili|\bimmo|real ?estate|realty|\.(?:fr|com|net|immo)\b|properties\b|notaire"
    r"|transactions?$|gestion$|conseil"
)


_AGENCY = re.compile(r"agence|immobili|\bimmo\b|notaire")
#: What is for sale though it is called "immobilier".
_WORK = re.compile(r"programme|ensemble|projet|investissement|\bbien|\blot|produit|patrimoine|opportunite")


def clean(text: str, site_name: str | None = None) -> str:
    """`text` on one line without the parts after (or before) a separator that are the site's name.

    A part is the site's name when it equals `site_name`, or reads like an agency and not like a dwelling.
    """
    text = mask_contacts(tidy(html.unescape(text[: 4 * _MOST])))
    parts = _SEPARATOR.split(text)
    first, last = 0, len(parts)
    while last - first > 1 and _is_site(parts[last - 1], site_name):
        last -= 1
    while last - first > 1 and _is_site(parts[first], site_name):
        first += 1
    return _between(text, parts, first, last)[:_MOST].strip(" |•·–—-:")


def parse(text: str, site_name: str | None = None) -> str | None:
    """The cleaned title; None when it is generic, the site's name or shorter than 4 characters."""
    title = clean(text, site_name)
    folded = fold(title)
    if _is_name(title):
        return None
    if len(title) < 4 or _GENERIC.fullmatch(folded.strip(" .!:")) or not re.search("[a-z]{2}", folded):
        return None
    return None if site_name and _same(title, site_name) else title


def _is_name(title: str) -> bool:
    """Whether a short title is an agency's name: it reads like one and tells of no dwelling."""
    folded = fold(title)
    known = title.count(" ") < 5 and bool(_AGENCY.search(folded)) and not _WORK.search(folded)
    return known and _is_site(title, None)


def _between(text: str, parts: list[str], first: int, last: int) -> str:
    """The stretch of `text` from part `first` to before part `last`, separators as they stand."""
    start = 0
    for part in parts[:first]:
        start = text.index(part, start) + len(part)
    end = start
    for part in parts[first:last]:
        end = text.index(part, end) + len(part)
    return text[start:end]


def _is_site(part: str, site_name: str | None) -> bool:
    if site_name and _same(part, site_name):
        return True
    if not _SITE.search(fold(part)):
        return False
    return not (
        kind.find(part) or rooms.find(part) or surface.find(part) or transaction.find(part)
    ) and not re.search("[0-9]", part)


def _same(one: str, other: str) -> bool:
    plain = re.compile("[^a-z0-9]+")
    first, second = plain.sub("", fold(one)), plain.sub("", fold(other))
    return bool(first) and (
        first == second
        or (len(first) > 4 and (first in second or second in first) and abs(len(first) - len(second)) < 8)
    )
