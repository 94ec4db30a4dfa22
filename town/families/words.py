"""French words and figures for the page families: prices, areas, floors, dates, kinds, features.

Pure functions from the model's values to text as agencies write it.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Literal
from zlib import crc32

from models.listing import FeesPayer, PropertyType, Transaction
from town.model import Advert

Spacing = Literal["space", "nbsp", "narrow", "dot", "none"]

_SEPARATORS: dict[str, tuple[str, str]] = {
    # thousands separator, space before the unit
    "space": (" ", " "),
    "nbsp": ("\u00a0", "\u00a0"),
    "narrow": ("\u202f", "\u00a0"),
    "dot": (".", " "),
    "none": ("", ""),
}
_MONTHS = (
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()  # noqa: SIM905
)

TYPE_WORDS: dict[PropertyType, str] = {
    PropertyType.APARTMENT: "Appartement",
    PropertyType.HOUSE: "Maison",
    PropertyType.STUDIO: "Studio",
    PropertyType.LAND: "Terrain",
    PropertyType.PARKING: "Parking",
    PropertyType.COMMERCIAL: "Local commercial",
    PropertyType.BUILDING: "Immeuble",
    PropertyType.OTHER: "Bien",
}

#: For each feature, how it is written when present and when absent.
FEATURE_WORDS: dict[str, tuple[str, str]] = {
    "air_conditioning": ("Climatisation", "Pas de climatisation"),
    "alarm": ("Alarme", "Pas d'alarme"),
    "attic": ("Grenier", "Pas de grenier"),
    "balcony": ("Balcon", "Sans balcon"),
    "basement": ("Sous-sol", "Sans sous-sol"),
    "bathtub": ("Baignoire", "Sans baignoire"),
    "bike_room": ("Local à vélos", "Pas de local à vélos"),
    "cable_or_fibre": ("Fibre optique", "Pas de fibre optique"),
    "caretaker": ("Gardien", "Sans gardien"),
    "cellar": ("Cave", "Sans cave"),
    "collective_heating": ("Chauffage collectif", "Pas de chauffage collectif"),
    "corner_plot": ("Terrain d'angle", "Terrain non situé à l'angle"),
    "double_glazing": ("Double vitrage", "Sans double vitrage"),
    "dressing_room": ("Dressing", "Sans dressing"),
    "electric_heating": ("Chauffage électrique", "Pas de chauffage électrique"),
    "electric_shutters": ("Volets roulants électriques", "Sans volets électriques"),
    "entry_phone": ("Interphone", "Sans interphone"),
    "equipped_kitchen": ("Cuisine équipée", "Cuisine non équipée"),
    "fireplace": ("Cheminée", "Sans cheminée"),
    "floor_heating": ("Chauffage au sol", "Pas de chauffage au sol"),
    "garage": ("Garage", "Sans garage"),
    "garden": ("Jardin", "Sans jardin"),
    "gas_heating": ("Chauffage au gaz", "Pas de chauffage au gaz"),
    "heat_pump": ("Pompe à chaleur", "Pas de pompe à chaleur"),
    "individual_heating": ("Chauffage individuel", "Pas de chauffage individuel"),
    "laundry_room": ("Buanderie", "Sans buanderie"),
    "lift": ("Ascenseur", "Sans ascenseur"),
    "loggia": ("Loggia", "Sans loggia"),
    "mezzanine": ("Mezzanine", "Sans mezzanine"),
    "needs_work": ("Travaux à prévoir", "Aucuns travaux à prévoir"),
    "new_build": ("Programme neuf", "Bien ancien"),
    "open_kitchen": ("Cuisine ouverte", "Cuisine fermée"),
    "open_view": ("Vue dégagée", "Sans vue dégagée"),
    "outbuilding": ("Dépendance", "Sans dépendance"),
    "parking_space": ("Place de parking", "Sans place de parking"),
    "parquet": ("Parquet", "Sans parquet"),
    "patio": ("Patio", "Sans patio"),
    "pets_allowed": ("Animaux acceptés", "Animaux non acceptés"),
    "quiet": ("Au calme", "Environnement animé"),
    "renovated": ("Rénové", "Non rénové"),
    "sea_view": ("Vue mer", "Sans vue mer"),
    "single_storey": ("Plain-pied", "Pas de plain-pied"),
    "solar_panels": ("Panneaux solaires", "Sans panneaux solaires"),
    "swimming_pool": ("Piscine", "Sans piscine"),
    "tenanted": ("Vendu loué", "Libre de toute occupation"),
    "terrace": ("Terrasse", "Sans terrasse"),
    "top_floor": ("Dernier étage", "Pas au dernier étage"),
    "veranda": ("Véranda", "Sans véranda"),
    "videophone": ("Visiophone", "Sans visiophone"),
    "walk_in_shower": ("Douche à l'italienne", "Sans douche à l'italienne"),
    "wheelchair_access": ("Accès PMR", "Non accessible PMR"),
    "wood_heating": ("Poêle à bois", "Sans poêle à bois"),
}


def number(value: float, spacing: Spacing = "nbsp") -> str:
    """`245000` as `245 000`; at most two decimals after a comma, none for a whole number."""
    whole, _, cents = f"{value:,.2f}".partition(".")
    cents = cents.rstrip("0")
    return whole.replace(",", _SEPARATORS[spacing][0]) + (f",{cents}" if cents else "")


def euros(value: float, spacing: Spacing = "nbsp", unit: str = "€") -> str:
    """A price as displayed: `245 000 €`, the spaces of the named style."""
    return number(value, spacing) + _SEPARATORS[spacing][1] + unit


def m2(value: float, spacing: Spacing = "nbsp", unit: str = "m²") -> str:
    """An area as displayed: `65,5 m²`."""
    return number(value, spacing) + _SEPARATORS[spacing][1] + unit


def floor(value: int, ground: str = "RDC", ordinal: str = "e", word: str = " étage") -> str:
    """`RDC`, `1er étage`, `2e étage`."""
    if value == 0:
        return ground
    return f"{value}{'er' if value == 1 else ordinal}{word}"


def date_fr(value: date) -> str:
    """`1er mars 2026`."""
    return f"{'1er' if value.day == 1 else value.day} {_MONTHS[value.month - 1]} {value.year}"


def date_short(value: date) -> str:
    """`01/03/2026`."""
    return value.strftime("%d/%m/%Y")


def availability(value: str) -> str:
    """`now` or an ISO date, as a visitor reads it."""
    return "Immédiatement" if value == "now" else date_short(date.fromisoformat(value))


def type_of(value: PropertyType) -> str:
    """`Appartement`."""
    return TYPE_WORDS[value]


def payer(value: FeesPayer) -> str:
    """Who pays the fees, as the law words it."""
    return {
        FeesPayer.BUYER: "à la charge de l'acquéreur",
        FeesPayer.SELLER: "à la charge du vendeur",
        FeesPayer.TENANT: "à la charge du locataire",
        FeesPayer.SHARED: "partagés entre les parties",
    }[value]


def slug(text: str) -> str:
    """`Saint-Étienne (T3)` as `saint-etienne-t3`."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def stable_slug(advert: Advert) -> str:
    """`appartement-3-pieces-nantes`: from the dwelling alone, so that an edited title keeps its address."""
    dwelling = advert.dwelling
    rooms = f" {dwelling.rooms} pieces" if dwelling.rooms else ""
    return slug(f"{type_of(dwelling.property_type)}{rooms} {dwelling.place.city}")


def feature_list(features: Mapping[str, bool]) -> list[str]:
    """Every feature that the advert states, present or absent, in words."""
    return [FEATURE_WORDS[name][0 if present else 1] for name, present in features.items()]


def phrase(names: list[str]) -> str:
    """`a, b et c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} et {names[-1]}" if names else ""


def transaction_words(transaction: Transaction) -> tuple[str, str]:
    """The noun and the participle: (`Vente`, `Vendu`) or (`Location`, `Loué`)."""
    return ("Location", "Loué") if transaction is Transaction.RENT else ("Vente", "Vendu")


#: The heading of each information page.
INFO_TITLES: dict[str, str] = {
    "agency": "L'agence",
    "fees": "Nos honoraires",
    "blog": "Actualités",
    "contact": "Nous contacter",
    "legal": "Mentions légales",
}


def base36(value: int) -> str:
    """`1x2y3z`: how builders of sites write their hashes."""
    text = ""
    while value:
        value, digit = divmod(value, 36)
        text = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + text
    return text or "0"


def hashed(label: str) -> str:
    """A style's class as CSS-in-JS names it: `css-1x2y3z`, the same for the same label."""
    return "css-" + base36(crc32(label.encode()))
