"""The kind of dwelling or premises, by its words in seven languages. Goes to the property type decision."""

import re
from typing import Final

from extract.fields.match import Match, before
from extract.text import fold, tidy
from models.listing import PropertyType

_P: Final = PropertyType
# Patterns on folded text. The first that matches at a place wins, so phrases come before words.
_WORDS: Final[tuple[tuple[PropertyType, str], ...]] = (
    (_P.BUILDING,
        r"immeubles?(?: de rapport| a vendre)?|ensembles? immobiliers?|building for sale|apartment building"
        r"|mehrfamilienhaus|[0-9]{1,2}-familienhaus|zinshaus|block of flats|kamienica"
        r"|edificios?|gebouw|predio"),
    (_P.COMMERCIAL,
        r"loca(?:l|ux) (?:commercia(?:l|ux)|professionnels?|d'activites?|industriels?)|loca(?:l|ux)\b"
        r"|bureaux?(?! et )|fonds? de commerce|boutiques?|commerces?|entrepots?|restaurants?"
        r"|murs commerciaux|hotels?(?! (?:particuliers?|de (?:ville|region|police)))(?: restaurant| bureau)?"
        r"|bars?|tabac|brasseries?|boulangeries?|pharmacies?|salons? de coiffure"
        r"|pas[ \-]de[ \-]porte|cession de bail|droit au bail|coworking|offices?|shops?|retail"
        r"|warehouse|commercial(?: property)?|buro|gewerbe\w*|ladenlokal|oficinas?|local comercial|negozio"
        r"|ufficio|kantoor\w*|bedrijfs\w+|escritorio|loja"),
    (_P.PARKING,
        r"parkings?|places? de (?:parking|stationnement)|stationnements?|box(?:es)?|garages?|stellplatz"
        r"|tiefgarage\w*|(?:plazas? de )?garajes?|posto auto|parkeerplaats|parking space|garagem"
        r"|miejsce (?:postojowe|parkingowe)"),
    (_P.STUDIO,
        r"studios?|studettes?|chambres? (?:de service|de bonne|etudiante)|monolocale|ein-?zimmer-?wohnung"
        r"|kawalerka"),
    (_P.LAND,
        r"terrains?(?: (?:a batir|constructibles?|agricoles?|de loisirs?))?|parcelles?|vignes?|forets?"
        r"|building plots?|lots?/land|land|plots?|(?:bau)?grundstuck\w*|bauland|terrenos?|terreni"
        r"|solar|bouwgrond|bouwkavel|lotes?|dzia[lł]k[ai]"),
    (_P.HOUSE,
        r"maisons?(?: de (?:ville|village|maitre|campagne))?|villas?(?! sur (?:le )?toit)|pavillons?|chalets?"
        r"|fermes?|fermettes?|corps de ferme"
        r"|longeres?|chateaux?|manoirs?|mas\b|bastides?|hotels? particuliers?"
        r"|proprietes?|batisses?|bastidons?|domaines?|moulins?|maisonnettes?|echoppes?|presbyteres?|demeures?|gites?|granges?"
        r"|bergeries?|cabanons?|riads?|houses?"
        r"|cottages?|bungalows?|townhouses?|detached|semi-detached|terraced|home(?! report)|haus|hauser"
        r"|\w{2,20}(?:haus(?:halfte)?|villa)|farmhouses?|townhomes?|ranch"
        r"|single[ -]family(?: (?:home|residence))?"
        r"|(?:end|mid|through)(?:[ -]of)?[ -]terraced?|mews house|chalet pareado|sobrado|rijwoning"
        r"|tussenwoning|hoekwoning|eengezinswoning|blizniak"
        r"|dom(?= (?:wolnostojacy|na sprzedaz|na wynajem|jednorodzinny))"
        r"|casas?|chale|adosados?|villett?[ae]|vivienda unifamiliar|huis|woonhuis|moradia"),
    (_P.APARTMENT,
        r"apparte?ments?|appart\b|appts?|apt\b|lofts?|duplex|triplex|souplex|rez-de-(?:jardin|villa)"
        r"|villas? sur (?:le )?toit|ateliers? d'artiste|penthouses?"
        r"|flats?|apartments?|maisonettes?|condos?|condominium unit|[1-9] ?bhk|mieszkani[ea]"
        r"|wohnung(?:en)?|\w{2,20}wohnung|pisos?|aticos?"
        r"|apartamentos?|departamentos?|appartament[oi]|trilocale|bilocale|quadrilocale|attico|appartementen"
        r"|bovenwoning|benedenwoning|[tf][1-9](?: ?bis)?"),
    (_P.OTHER,
        r"peniches?|mobil[ \-]?homes?|caves?|caravanes?|etangs?|bois|ruines?|cabanes?|programmes? neufs?"),
)  # fmt: skip
_FIND = re.compile(
    r"(?<![a-z0-9])(?:"
    + "|".join(f"(?P<{kind.value}>{words})" for kind, words in _WORDS)
    + r")(?![a-z0-9²€])"
)
# Said of the building around, of what belongs to the dwelling, or of what is near.
_ASIDE = re.compile(
    r"(?:dans (?:un|une|l'|le|la|bel|cet|notre)\b[^.,\n]{0,30}|d'un (?:bel )?|avec [^.,\n]{0,40}"
    r"|\bet (?:un |une |son |sa )?|[,+] ?(?:un |une |[0-9] )?|proche [^.\n]{0,30}|pres [^.\n]{0,30}"
    r"|commodites[^.\n]{0,20}|sans |possibilite (?:de |d'un )?|au pied des? |in an? )$"
)
# Words that mostly name a part, an annex or the surroundings; alone at the start or after "vente" they rule.
_WEAK = re.compile(
    r"immeubles?|commerces?|boutiques?|restaurants?|bureaux?|locaux|local|parkings?|stationnements?"
    r"|box(?:es)?|garages?|caves?|bois|terrains?|parcelles?|plots?|land|place.*|domaines?|moulins?|home"
    r"|offices?|shops?|hotels?(?: restaurant| bureau)?|bars?|tabac|brasseries?|boulangeries?|pharmacies?"
    r"|salons? de coiffure|vignes?|forets?|granges?|solar|mas|buro|lotes?|garajes?|plazas? de garaje"
    r"|garagem|posto auto|bauland|terreni|ranch|gebouw|predio|edificios?|etangs?"
)
#: In the middle of a text these are a part or what something is made of: "Étage Cave", "extension bois".
_PART = re.compile(r"caves?|bois")
_OFFERED = re.compile(
    r"(?:vente|vendre|vends?|location|louer|loue|achat|sale|rent|type|bien)(?: d'un| d'une| un| une| du"
    r"| de)?[ :,\-]{0,4}$"
)
#: What sites call the rest, as a type's whole name alone.
_MISCELLANEOUS: Final = frozenset({"divers", "autre", "autres", "autre bien", "other", "andere", "otros"})
_SCHEMA: Final[dict[str, PropertyType]] = {
    "apartment": _P.APARTMENT,
        "apartmentcomplex": _P.BUILDING, "house": _P.HOUSE, "singlefamilyresidence": _P.HOUSE,
}  # fmt: skip


def find(text: str) -> list[Match[PropertyType]]:
    """Every word for a kind of property; words for surroundings and annexes score low."""
    folded = fold(text)
    matches = []
    for found in _FIND.finditer(folded):
        raw = text[found.start() : found.end()]
        value = PropertyType(found.lastgroup or "other")
        matches.append(Match(value, raw, found.start(), _score(found, folded)))
    return matches


def parse(text: str) -> PropertyType | None:
    """The kind a short text names first ("Maison avec garage" is a house), also schema.org's types."""
    text = tidy(text[:200])
    schema = _SCHEMA.get(fold(text).rpartition("/")[2].replace(" ", ""))
    if schema:
        return schema
    if fold(text).strip(" .") in _MISCELLANEOUS:
        return PropertyType.OTHER
    found = find(text.replace("_", " "))
    return max(found, key=lambda match: (match.score, -match.start)).value if found else None


def _score(found: re.Match[str], folded: str) -> float:
    lead = before(folded, found.start(), 48)
    if _ASIDE.search(lead):
        return 0.25
    if _WEAK.fullmatch(found[0]):
        part = 0.2 if _PART.fullmatch(found[0]) else 0.35
        return 0.7 if not lead.strip() or _OFFERED.search(lead) else part
    return 0.7
