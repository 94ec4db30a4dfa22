"""An agency's text for one dwelling: openings, rooms, features, surroundings, notices, in four voices.

Everything that the text affirms comes from the facts given; what it adds is scenery. `phrases.py`
holds the features' words, `adverts.py` the facts.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from models.listing import FeesPayer, PropertyType, Transaction
from town import scenery
from town.chance import some
from town.model import Agency, Dwelling
from town.phrases import ABSENT, NOUNS, SENTENCES, SHORT


class Voice(StrEnum):
    """How an agency writes."""

    FORMAL = "formal"
    WARM = "warm"
    TELEGRAPHIC = "telegraphic"
    CAPITALS = "capitals"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the text may say: the dwelling as this agency shows it, and the advert's own figures."""

    dwelling: Dwelling
    agency: Agency
    near: tuple[str, ...]
    surface: float | None
    price: int
    fees: int | None
    fees_payer: FeesPayer | None
    deposit: int | None
    charges_included: bool
    exclusive: bool
    availability: str | None


NOUN_OF: dict[PropertyType, str] = {
    PropertyType.APARTMENT: "appartement",
    PropertyType.HOUSE: "maison",
    PropertyType.STUDIO: "studio",
    PropertyType.LAND: "terrain",
    PropertyType.PARKING: "parking",
    PropertyType.COMMERCIAL: "local commercial",
    PropertyType.BUILDING: "immeuble",
}
#: Share of texts with one slip of the pen, and the least number of words.
_SLIP = 0.06
_SHORTEST = 42
_HOMES = (PropertyType.APARTMENT, PropertyType.HOUSE, PropertyType.STUDIO)


def number(value: float) -> str:
    """As the French write it: `65,4`, `1 250`."""
    whole = f"{int(value):,}".replace(",", " ")
    rest = f"{value:.2f}".rstrip("0").split(".")[1]
    return f"{whole},{rest}" if rest else whole


def joined(items: list[str]) -> str:
    """`a, b et c`."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} et {items[-1]}"


def describe(facts: Facts, voice: Voice, rng: Random) -> str:
    """The advert's text, 40 to 200 words, paragraphs parted by a blank line."""
    body = _telegram(facts, rng) if voice is Voice.TELEGRAPHIC else _prose(facts, voice, rng)
    if rng.random() < _SLIP:
        body = body.replace(*rng.choice(scenery.SLIPS), 1)
    parts = [part for part in (body, _practical(facts, rng), _notices(facts, rng)) if part]
    padding = rng.sample(scenery.PADDING, len(scenery.PADDING))
    while padding and sum(len(part.split()) for part in parts) < _SHORTEST:
        parts[0] += f" {padding.pop()}"
    return "\n\n".join(parts)


# Prose -------------------------------------------------------------------------------------


def _prose(facts: Facts, voice: Voice, rng: Random) -> str:
    opening = _opening(facts, voice, rng)
    if voice is Voice.CAPITALS:
        opening = opening.upper().replace(" M²", " m²")
    sentences = [opening, _inside(facts, rng), *_features(facts, rng), _around(facts, voice, rng)]
    if voice is Voice.WARM:
        mood = rng.choice(scenery.WARMTH[facts.dwelling.property_type in _HOMES])
        sentences.insert(rng.randint(1, 2), mood)
    return " ".join(s for s in sentences if s)


def _opening(facts: Facts, voice: Voice, rng: Random) -> str:
    dwelling = facts.dwelling
    street = dwelling.address.partition(" ")[2]
    frames = list(scenery.OPENINGS)
    if street:
        frames += 2 * scenery.STREET_OPENINGS
    if voice is Voice.FORMAL:
        frames += 2 * scenery.FORMAL_OPENINGS
    if voice is Voice.WARM:
        frames += 2 * scenery.WARM_OPENINGS
    text = rng.choice(frames).format(
        agency=facts.agency.name,
        verb="vous propose à la location" if dwelling.transaction is Transaction.RENT else "vous propose",
        what=_what(facts, rng),
        city=dwelling.place.city,
        near=rng.choice(facts.near),
        street=street,
    )
    text = _elided(text[0].upper() + text[1:])
    return f"En exclusivité ! {text}" if facts.exclusive else text


def _elided(text: str) -> str:
    """`de Aix` is `d'Aix`, `à Le Tholonet` is `au Tholonet`."""
    text = re.sub(r"\b([Dd])e (?=[AEIOÉ])", r"\1'", text)
    return text.replace(" de Le ", " du ").replace(" à Le ", " au ").replace("À Le ", "Au ")


def _what(facts: Facts, rng: Random) -> str:
    """`un appartement T3 de 65 m²`, whatever the kind."""
    dwelling = facts.dwelling
    area = f" de {number(facts.surface)} m²" if facts.surface else ""
    furnished = " meublé" if dwelling.furnished else ""
    land = number(dwelling.land_surface) if dwelling.land_surface else "0"
    match dwelling.property_type:
        case PropertyType.APARTMENT:
            form = rng.choice((f"{dwelling.rooms} pièces", f"T{dwelling.rooms}", f"de type {dwelling.rooms}"))
            text = f"{rng.choice(('cet', 'un bel', 'un'))} appartement{furnished} {form}{area}"
        case PropertyType.STUDIO:
            text = f"{rng.choice(('ce', 'un', 'un charmant'))} studio{furnished}{area}"
        case PropertyType.HOUSE:
            noun = rng.choice(("maison", "maison familiale", "maison"))
            plot = f" sur une parcelle de {land} m²" if dwelling.land_surface else ""
            text = f"cette {noun}{furnished and ' meublée'} de {dwelling.rooms} pièces{area}{plot}"
        case PropertyType.LAND:
            text = rng.choice(
                (f"ce terrain à bâtir de {land} m²", f"une parcelle constructible de {land} m²")
            )
        case PropertyType.PARKING:
            place = rng.choice(("une place de stationnement", "un parking", "un emplacement de parking"))
            text = f"{place}{area} en sous-sol sécurisé"
        case PropertyType.BUILDING:
            text = f"cet immeuble de rapport{area}"
        case _:
            text = f"ce local commercial{area} avec vitrine"
    return text


def _inside(facts: Facts, rng: Random) -> str:
    kind = facts.dwelling.property_type
    if kind is PropertyType.STUDIO:
        return rng.choice(scenery.STUDIO_ROOMS)
    if kind in _HOMES:
        return _home_inside(facts.dwelling, rng)
    return rng.choice(scenery.PLAIN_ROOMS[kind])


def _home_inside(dwelling: Dwelling, rng: Random) -> str:
    beds = dwelling.bedrooms
    baths = dwelling.bathrooms
    rooms = [rng.choice(("une entrée", "une entrée avec placard", "un hall d'entrée"))]
    rooms.append(rng.choice(("un séjour lumineux", "un salon-séjour", "une belle pièce de vie")))
    rooms.append(
        rng.choice(("une cuisine", "une cuisine indépendante")) if not _open(dwelling) else "un coin repas"
    )
    if beds:
        rooms.append("une chambre" if beds == 1 else f"{_COUNT.get(beds, beds)} chambres")
    bath = rng.choice(("salle de bains", "salle d'eau"))
    if baths:
        rooms.append(f"une {bath}" if baths == 1 else f"{_COUNT[baths]} salles de bains")
    if rng.random() < 0.6:
        rooms.append("des toilettes séparées")
    text = joined(rooms)
    starts = (
        "L'ensemble comprend ",
        "On y trouve ",
        "La distribution est la suivante : ",
        "Vous y trouverez ",
    )
    level = _level(dwelling, rng)
    return " ".join(part for part in (level, rng.choice(starts) + text + ".") if part)


_COUNT = {2: "deux", 3: "trois", 4: "quatre", 5: "cinq", 6: "six", 7: "sept"}


def _open(dwelling: Dwelling) -> bool:
    return bool(dwelling.features.get("open_kitchen"))


def _level(dwelling: Dwelling, rng: Random) -> str:
    floor, year = dwelling.floor, dwelling.construction_year
    built = f" d'un immeuble de {year}" if year else ""
    if floor is None:
        return f"Construction de {year}." if year and rng.random() < 0.6 else ""
    if floor == 0:
        return rng.choice((f"Situé au rez-de-chaussée{built}.", f"En rez-de-chaussée{built}."))
    rank = "1er" if floor == 1 else rng.choice((f"{floor}e", f"{floor}ème"))
    return rng.choice((f"Situé au {rank} étage{built}.", f"Au {rank} étage{built}."))


def _features(facts: Facts, rng: Random) -> list[str]:
    features = facts.dwelling.features
    things = [rng.choice(NOUNS[f]) for f, present in features.items() if present and f in NOUNS]
    rng.shuffle(things)
    leads = rng.sample(scenery.FEATURE_LEADS, len(scenery.FEATURE_LEADS))
    texts = []
    while things:
        batch, things = things[:5], things[5:]
        start = leads.pop()
        texts.append(f"{start}{joined(batch)}.")
    texts += [rng.choice(SENTENCES[f]) for f, present in features.items() if present and f in SENTENCES]
    texts += [rng.choice(ABSENT[f]) for f, present in features.items() if not present]
    return texts


def _around(facts: Facts, voice: Voice, rng: Random) -> str:
    near = some(rng, facts.near, 2, 3)
    frames = scenery.WARM_AROUND if voice is Voice.WARM and rng.random() < 0.7 else scenery.AROUND
    text = rng.choice(frames).format(nears=joined(near), near=near[0], city=facts.dwelling.place.city)
    return _elided(text)


# The telegraphic hand ----------------------------------------------------------------------


def _telegram(facts: Facts, rng: Random) -> str:
    dwelling = facts.dwelling
    kind = dwelling.property_type
    head = {
        PropertyType.APARTMENT: f"APPT T{dwelling.rooms}",
        PropertyType.HOUSE: f"MAISON {dwelling.rooms} P",
        PropertyType.STUDIO: "STUDIO",
        PropertyType.LAND: "TERRAIN À BÂTIR",
        PropertyType.PARKING: "PARKING",
        PropertyType.BUILDING: "IMMEUBLE DE RAPPORT",
        PropertyType.COMMERCIAL: "LOCAL COMMERCIAL",
    }[kind]
    bits = [head + (" MEUBLÉ" if dwelling.furnished else "")]
    if facts.surface:
        bits.append(f"{number(facts.surface)}m²")
    bits.append(f"{dwelling.place.city}, prox {rng.choice(facts.near).split(' ', 1)[-1]}")
    if dwelling.floor is not None:
        bits.append("RDC" if dwelling.floor == 0 else f"{dwelling.floor}e ét.")
    bits += _telegram_rooms(dwelling)
    if dwelling.land_surface:
        bits.append(f"terrain {number(dwelling.land_surface)}m²")
    bits += [SHORT[f] for f, present in dwelling.features.items() if present]
    bits += [
        rng.choice(ABSENT[f]).rstrip(".").lower() for f, present in dwelling.features.items() if not present
    ]
    rent = dwelling.transaction is Transaction.RENT
    end = rng.choice(scenery.RENT_ENDINGS if rent else scenery.SALE_ENDINGS)
    extra = rng.choice(scenery.CONDITION) if kind in _HOMES else rng.choice(scenery.PLAIN_ROOMS[kind])
    return f"{', '.join(bits)}. {extra} {end}"


def _telegram_rooms(dwelling: Dwelling) -> list[str]:
    if dwelling.property_type not in _HOMES:
        return []
    bits = ["entrée", "séj. lumineux"]
    if dwelling.bedrooms:
        bits.append(f"{dwelling.bedrooms} ch.")
    if dwelling.bathrooms:
        bits.append("sdb" if dwelling.bathrooms == 1 else f"{dwelling.bathrooms} sdb")
    return bits


# Figures and notices -----------------------------------------------------------------------


def _practical(facts: Facts, rng: Random) -> str:
    """Charges, energy, availability, money: what an honest agency repeats in its text."""
    dwelling = facts.dwelling
    lines: list[str] = []
    if dwelling.transaction is Transaction.RENT:
        lines += _rent_lines(facts)
    elif dwelling.charges and rng.random() < 0.5:
        lots = rng.randint(6, 120)
        yearly = number(12 * dwelling.charges)
        lines.append(f"Copropriété de {lots} lots, quote-part annuelle de charges : {yearly} €.")
    if dwelling.dpe and rng.random() < 0.45:
        lines.append(_energy(dwelling, rng))
    elif not dwelling.dpe and dwelling.property_type in _HOMES:
        lines.append(rng.choice(("DPE en cours.", "DPE vierge.", "Diagnostics en cours de réalisation.")))
    if dwelling.transaction is Transaction.SALE and dwelling.property_type in _HOMES and rng.random() < 0.3:
        tax = number(10 * round((dwelling.surface or 60) * rng.uniform(0.9, 1.7)))
        lines.append(f"Taxe foncière : {tax} €.")
    return " ".join(lines)


def _rent_lines(facts: Facts) -> list[str]:
    lines = []
    rent = number(facts.price)
    if facts.charges_included and facts.dwelling.charges:
        charges = facts.dwelling.charges
        lines.append(f"Loyer {rent} € charges comprises dont {charges} € de provision sur charges.")
    elif facts.dwelling.charges:
        lines.append(f"Loyer {rent} € hors charges, provision sur charges {facts.dwelling.charges} €.")
    if facts.deposit:
        lines.append(f"Dépôt de garantie : {number(facts.deposit)} €.")
    if facts.fees:
        lines.append(f"Honoraires à la charge du locataire : {number(facts.fees)} € TTC.")
    if facts.availability == "now":
        lines.append("Disponible immédiatement.")
    elif facts.availability:
        year, month, day = facts.availability.split("-")
        lines.append(f"Disponible le {day}/{month}/{year}.")
    return lines


def _energy(dwelling: Dwelling, rng: Random) -> str:
    low = (dwelling.dpe_value or 150) * int(dwelling.surface or 50) // 1200 * 10 * 2 + 300
    forms = (
        f"Classe énergie : {dwelling.dpe} ({dwelling.dpe_value} kWh/m²/an), "
        f"classe climat : {dwelling.ges} ({dwelling.ges_value} kg CO2/m²/an).",
        f"DPE : {dwelling.dpe}. GES : {dwelling.ges}.",
        f"DPE {dwelling.dpe}, GES {dwelling.ges}. Montant estimé des dépenses annuelles d'énergie "
        f"pour un usage standard : entre {number(low)} € et {number(low * 1.35 // 10 * 10)} € par an.",
    )
    return rng.choice(forms)


def _notices(facts: Facts, rng: Random) -> str:
    agency = facts.agency
    lines: list[str] = []
    if facts.dwelling.transaction is Transaction.SALE:
        lines.append(_sale_fees(facts, rng))
    if rng.random() < 0.7:
        lines.append(scenery.GEORISQUES)
    contacts = (
        f"Contactez {agency.name} au {agency.phone}.",
        f"Pour visiter : {agency.phone}.",
        f"Renseignements et visites : {agency.manager}, {agency.phone}.",
        "Visites sur rendez-vous.",
        "",
    )
    lines.append(rng.choice(contacts))
    return " ".join(line for line in lines if line)


def _sale_fees(facts: Facts, rng: Random) -> str:
    if not facts.fees:
        return ""
    rate = number(round(100 * facts.fees / (facts.price - facts.fees), 2))
    if facts.fees_payer is FeesPayer.SELLER:
        return rng.choice(("Honoraires à la charge du vendeur.", "Honoraires charge vendeur."))
    return rng.choice(
        (
            f"Honoraires de {rate} % TTC à la charge de l'acquéreur, soit un prix de "
            f"{number(facts.price - facts.fees)} € hors honoraires.",
            f"Prix {number(facts.price)} € dont {rate} % d'honoraires à la charge de l'acquéreur.",
            f"Honoraires inclus à la charge de l'acquéreur : {number(facts.fees)} € TTC.",
        )
    )
