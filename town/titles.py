"""An advert's title in the agency's own style; each agency keeps to one."""

from random import Random

from models.listing import PropertyType, Transaction
from town.words import NOUN_OF, Facts, number

STYLES = ("plain", "surface", "capitals", "city_first", "catchy", "transaction", "short")
#: Styles that do not tell the surface: for adverts whose surface is corrected later.
WITHOUT_SURFACE = ("plain", "city_first", "transaction")

_CATCHY = ("Coup de cœur", "Rare", "À saisir", "Belle opportunité", "Nouveauté", "À découvrir")


def title(facts: Facts, style: str, rng: Random) -> str:
    """One line, at most about 80 characters."""
    dwelling = facts.dwelling
    kind = _kind(facts)
    city = dwelling.place.city
    area = _area(facts)
    action = "Location" if dwelling.transaction is Transaction.RENT else "Vente"
    match style:
        case "surface":
            text = f"{kind}{area} à {city}" if rng.random() < 0.5 else f"{kind} - {city}{area}"
        case "capitals":
            text = f"{kind}{area} {city}".upper().replace(" M²", " m²")
        case "city_first":
            text = f"{city} - {kind}"
        case "catchy":
            text = f"{rng.choice(_CATCHY)} ! {kind}{area} {city}"
        case "short":
            text = f"{_short(facts)}{area and ' -' + area} - {city}"
        case "transaction":
            text = f"{action} {kind[0].lower()}{kind[1:]} {city} ({dwelling.place.postal_code})"
        case _:
            text = f"{kind} {city}"
    return text


def _kind(facts: Facts) -> str:
    dwelling = facts.dwelling
    noun = NOUN_OF[dwelling.property_type].capitalize()
    if dwelling.property_type is PropertyType.APARTMENT or dwelling.property_type is PropertyType.HOUSE:
        noun = f"{noun} {dwelling.rooms} pièces"
    if dwelling.furnished:
        noun += " meublée" if dwelling.property_type is PropertyType.HOUSE else " meublé"
    return noun


def _short(facts: Facts) -> str:
    """`T3`, `Maison T5`, `Studio`."""
    dwelling = facts.dwelling
    noun = NOUN_OF[dwelling.property_type].capitalize()
    if not dwelling.rooms or dwelling.property_type is PropertyType.STUDIO:
        return noun
    return (
        f"T{dwelling.rooms}"
        if dwelling.property_type is PropertyType.APARTMENT
        else f"{noun} T{dwelling.rooms}"
    )


def _area(facts: Facts) -> str:
    shown = facts.surface or facts.dwelling.land_surface
    return f" {number(shown)} m²" if shown else ""
