"""Words -> features of the fixed vocabulary (`models.features`), true or false; absent is unknown.

Knows negation ("sans ascenseur", "Ascenseur : non") and the words that make a feature another's
("proche jardin public"). A later and surer word beats an earlier one only where both speak.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from extract.fields import yes_no
from extract.text import fold, tidy, tidy_lines

#: Feature -> pattern on folded text.
WORDS: Final[dict[str, str]] = {
    "air_conditioning":
        r"climatisations?|climatisee?s?|\bclim\b|air[ \-]?condition\w*|klimaanlage|aire acondicionado"
        r"|aria condizionata|airco\b",
    "alarm": r"alarmes?|alarm system|alarmanlage",
    "attic": r"greniers?|combles?|\battic\b|\bsoffitta|zolder",
    "balcony": r"balcons?|balcony|balconies|balkon\w*|balcone|varanda",
    "basement": r"sous[ \-]sols?|\bbasement|\bkeller\b|sotano|seminterrato",
    "bathtub": r"baignoires?|bathtub|badewanne|banera|vasca da bagno",
    "bike_room":
        r"(?:local|locaux|garage|abri|range|parking)s? (?:a |pour )?(?:les )?(?:velos?|2 roues|deux roues)"
        r"|bike (?:room|storage)|fahrradkeller",
    "cable_or_fibre": r"\bfibre\b(?: optique)?|tv par cable|\bcable tv\b|fiber optic|glasfaser",
    "caretaker": r"gardien(?:ne|nage)?s?\b|concierge(?:rie)?\b|caretaker|hausmeister|portiere",
    "cellar": r"\bcaves?\b|\bcelliers?\b|\bcellar|trastero|cantina",
    "collective_heating":
        r"chauffage(?: (?:au |par |est |central )?(?:gaz|sol|urbain|fioul"
        r"|de type))?[ :\-]{0,3}(?:est )?collecti[fv]e?|collective heating",
    "corner_plot": r"(?:terrain|parcelle) d'angle|corner plot|corner lot|eckgrundstuck",
    "double_glazing":
        r"(?:double|triple)s?[ \-]vitrages?|double glaz\w+|doppelverglas\w+|doble acristalamiento"
        r"|doppi vetri",
    "dressing_room": r"dressings?\b|dressing[ \-]room|walk[ \-]in closet|ankleidezimmer|vestidor",
    "electric_heating":
        r"chauffages? (?:individuels? )?(?:est |par )?(?:l')?electriques?|convecteurs? electriques?"
        r"|radiateurs? electriques?|electric heating",
    "electric_shutters": r"volets? (?:roulants? )?(?:electriques?|motorises?)|electric shutters",
    "entry_phone": r"interphones?|digicodes?|intercom|entry ?phone",
    "equipped_kitchen":
        r"cuisine[^.,;\n]{0,24} (?:toute |entierement |semi[ \-])?equipee?|kitchenette equipee"
        r"|coin[ \-]cuisine equipee?|(?:fully )?(?:equipped|fitted) kitchen|einbaukuche|cocina equipada"
        r"|cucina attrezzata",
    "fireplace": r"cheminees?|fireplace|\bkamin\b|chimenea|camino\b",
    "floor_heating":
        r"chauffage[^.,;\n]{0,16} (?:par le |au )sol|plancher[ \-]chauffant|sol chauffant"
        r"|underfloor heating|fussbodenheizung|suelo radiante",
    "garage": r"garages?\b|\bbox\b(?: ferme)?|\bgaraje",
    "garden": r"jardins?\b|jardinets?|\bgardens?\b|\bgarten\b|giardino|\btuin\b",
    "gas_heating":
        r"chauffage[^.,;\n]{0,16} (?:au )?gaz|chaudiere (?:individuelle )?(?:a |au )?(?:condensation )?gaz"
        r"|gas (?:central )?heating|gasheizung",
    "heat_pump":
        r"pompes? a chaleur|\bpac\b (?:air|reversible)|heat pump|warmepumpe|aerothermie|bomba de calor",
    "individual_heating":
        r"chauffage(?: (?:au |par |est |central )?(?:gaz|electrique|sol"
        r"|fioul))?[ :\-]{0,3}(?:est )?individuel",
    "laundry_room": r"buanderies?|lingeries?\b|laundry|utility room|lavadero|lavanderia|waschkuche",
    "lift": r"ascenseurs?|\basc\.|\blift\b|\belevator|aufzug|ascensor|ascensore|elevador",
    "loggia": r"loggias?",
    "mezzanine": r"mezzanines?",
    "needs_work":
        r"(?:sans|aucuns?|pas de) travaux"
        r"|(?:a|besoin de|necessite(?:nt)?|prevoir|faire|avec|quelques|gros|de) (?:a |des |de |quelques "
        r"|gros |faire )?(?:travaux|renovation)|a (?:renover|rafraichir|restaurer|rehabiliter|moderniser)"
        r"|rafraichissement a prevoir|travaux a prevoir|in need of (?:renovation|modernisation)"
        r"|renovierungsbedurftig|a reformar|da ristrutturare",
    "new_build":
        r"programme neuf|(?:appartement|maison|villa|logement|residence|construction|immeuble|bien) neu(?:f"
        r"|ve)|\bv\.?e\.?f\.?a\b|frais de notaire reduits|new build|neubau|obra nueva|nuova costruzione",
    "open_kitchen":
        r"cuisine[^.,;\n]{0,24} (?:ouverte?|americaine)|cuisine us\b|coin[ \-]cuisine"
        r"|open(?:[ \-]plan)? kitchen|offene kuche|cocina americana|cucina a vista",
    "open_view":
        r"vue[^.,;\n]{0,16} (?:degagee?|panoramique|imprenable|exceptionnelle|dominante)"
        r"|(?:sans|pas de|aucun) vis[ \-]a[ \-]vis|panoramic view|open view",
    "outbuilding": r"dependances?\b|granges?\b|hangars?\b|outbuilding|\bannexes?\b|nebengebaude",
    "parking_space":
        r"parkings?\b|places? de stationnement|stationnements?(?: privatif)?"
        r"|emplacements? (?:de )?(?:parking|voiture)|carport|parking space|stellplatz|posto auto"
        r"|parkeerplaats",
    "parquet": r"parquets?\b|hardwood floors?|parkett",
    "patio": r"\bpatios?\b",
    "pets_allowed":
        r"animaux(?: de compagnie)? (?:non )?(?:acceptes|autorises|admis|bienvenus|refuses|interdits)"
        r"|chiens et chats (?:acceptes|refuses)|pets? (?:allowed|friendly)|haustiere erlaubt"
        r"|se admiten mascotas",
    "quiet": r"\bau calme\b|\bcalmes?\b|quiet\b|ruhig\w*|tranquil\w*",
    "renovated":
        r"(?<!a )(?:entierement |recemment |completement |totalement )?(?:renovee?s?|refaite?s?(?: a neuf)?"
        r"|restauree?s?|rehabilitee?s?)\b|remis(?:e)? a neuf|renovation (?:recente|complete|totale)"
        r"|renovated|refurbished|saniert|reformado|ristrutturato",
    "sea_view":
        r"vues?[^.,;\n]{0,12} (?:sur (?:la )?)?mer\b|sea views?|ocean view|meerblick|vistas? al mar"
        r"|vista mare",
    "single_storey": r"plain[ \-]pied|single[ \-]stor(?:e)?y|de una planta|ebenerdig",
    "solar_panels":
        r"panneaux? (?:solaires?|photovoltaiques?)|photovoltaique|solar panels?|solaranlage|placas solares"
        r"|pannelli solari",
    "swimming_pool": r"piscines?\b|swimming[ \-]pool|\bpool\b|schwimmbad|\bzwembad|piscina",
    "tenanted":
        r"(?:vendue?|actuellement|bien|appartement) (?:deja )?louee?|locataire en place|bail en cours"
        r"|vendue? occupee?|loue et occupe|sitting tenant|vermietet\b",
    "terrace": r"terrasses?\b|rooftop|roof terrace|terrace\b|terraza|terrazz[ao]|\bterras\b",
    "top_floor": r"dernier etage|top floor|dachgeschoss|ultima planta|attico\b|ultimo piano",
    "veranda": r"verandas?|conservatory|wintergarten",
    "videophone": r"visiophones?|videophones?|video entry",
    "walk_in_shower": r"douches? (?:a l')?(?:italiennes?)|walk[ \-]in shower|bodengleiche dusche",
    "wheelchair_access":
        r"(?:acces|accessibles?|adaptee?)[^.,;\n]{0,20} (?:handicapes?|pmr|mobilite reduite|fauteuils?)"
        r"|\bpmr\b|wheelchair|barrierefrei|rollstuhl\w*",
    "wood_heating":
        r"poeles? a (?:bois|granules?|pellets?)|chauffage[^.,;\n]{0,10} (?:au )?bois|insert\b"
        r"|chaudiere a bois|wood (?:burning )?(?:stove|burner)|kaminofen",
}  # fmt: skip
_PATTERNS: Final = {
    name: re.compile(rf"(?<![a-z0-9])(?:{words})(?![a-z0-9])") for name, words in WORDS.items()
}
#: Where any feature's words begin: one search for all of them (measured: 2.3 ms a page became 0.8).
_PLACES: Final = re.compile(rf"(?<![a-z0-9])(?=(?:{'|'.join(WORDS.values())})(?![a-z0-9]))")
_NO_BEFORE = re.compile(
    r"\b(?:sans|pas|ni|absence|aucun(?:e?s|e)?|no|not?|without|non|ohne|keine?n?|sin|senza|hors|sem|geen)"
    r"[ :]{1,3}(?:(?:de"
    r"|d'|un|une|la|le|l'|an?) ?)?\Z"
)
#: What denies within a feature's own words; "sans vis-à-vis" praises.
_NO_INSIDE = re.compile(r"\bnon\b|\binterdits|\brefuses|^(?:sans|aucuns?|pas de) travaux")
_NO_AFTER = re.compile(
    r"^ ?(?:\(s\))? ?[:=\-]? ?(?:\bnon\b(?! [a-z])|\bno\b(?! [a-z])|\bnein\b|\baucune?\b|: ?0(?![0-9.,])"
    r"|\binterdits?\b|\bnon (?:acceptes|autorises|admis|amenage))"
)
_YES_AFTER = re.compile(r"^ ?(?:\(s\))? ?[:=] ?(?:oui|yes|ja|si|sim|[1-9])")
_MAYBE_BEFORE = re.compile(
    r"(?:possibilite|en option|en sus|en supplement|proche|a proximite|pres|face|vue|donnant|commodites"
    r"|commerces?|metro|gare|quartier|bordure)[^.,;\n]{0,24}\Z"
)
_MAYBE_AFTER = re.compile(
    r"^ ?(?:en (?:sus|supplement|option)|possible|public|municipal|a proximite|des plantes|d'enfants"
    r"|du luxembourg|des tuileries|a louer|\?)"
)
#: These praise a view or name a state: surroundings' words before them are no objection.
_UNMOVED: Final = frozenset(("open_view", "sea_view", "quiet", "top_floor", "needs_work", "renovated"))
_TEXT_MOST: Final = 60_000


def read(text: str) -> dict[str, bool]:
    """The features that a text of any length tells, by name; an affirmation anywhere beats a denial."""
    folded = fold(tidy_lines(text[:_TEXT_MOST]))
    told: dict[str, bool] = {}
    ends: dict[str, int] = {}
    for place in _PLACES.finditer(folded):
        at = place.start()
        for name, pattern in _PATTERNS.items():
            found = pattern.match(folded, at) if at >= ends.get(name, 0) else None
            if found:
                ends[name] = found.end()
                verdict = _verdict(name, found, folded)
                if verdict is not None:
                    told[name] = verdict or told.get(name, False)
    return told


def read_pair(label: str, value: str) -> dict[str, bool]:
    """The features that a label and its value tell: `Ascenseur` / `Non`, `Chauffage` / `Gaz, individuel`."""
    answer = yes_no.parse(value)
    if answer is None:
        count = re.fullmatch(r"([0-9]{1,3})(?:[.,][0-9]{1,2})?(?: ?m[2²])?", fold(tidy(value[:40])))
        answer = int(count[1]) > 0 if count else None
    if answer is None:
        return read(f"{label[:120]} {value[:400]}") if read(value) or not read(label) else {}
    return {name: told and answer for name, told in read(label).items()}


def merge(parts: Iterator[Mapping[str, bool]] | tuple[Mapping[str, bool], ...]) -> dict[str, bool]:
    """Several readings as one, surest first: the first that speaks of a feature decides."""
    merged: dict[str, bool] = {}
    for part in parts:
        merged = {**part, **merged}
    return dict(sorted(merged.items()))


def _verdict(name: str, found: re.Match[str], folded: str) -> bool | None:
    """What one place in the text says of one feature; a mere possibility or a neighbour's says nothing."""
    lead = folded[max(0, found.start() - 40) : found.start()]
    tail = folded[found.end() : found.end() + 32]
    denied = _NO_BEFORE.search(lead) and not found[0].endswith("vis")
    if denied or _NO_AFTER.match(tail) or _NO_INSIDE.search(found[0]):
        return False
    if _YES_AFTER.match(tail) or name in _UNMOVED:
        return True
    return None if _MAYBE_BEFORE.search(lead) or _MAYBE_AFTER.match(tail) else True
