"""The dwellings themselves, before any agency has a word to say: type, size, energy, price, features.

Figures hang together: price follows the commune and the energy letter, the letter follows the year,
the value lies within the letter's legal bounds (arrêté du 31 mars 2021).
"""

from random import Random

from models.listing import PropertyType, Transaction
from town.areas import STREETS, Commune, Density
from town.chance import weighted
from town.model import Dwelling

A, H, S = PropertyType.APARTMENT, PropertyType.HOUSE, PropertyType.STUDIO
LAND, PARKING = PropertyType.LAND, PropertyType.PARKING
COMMERCIAL, BUILDING = PropertyType.COMMERCIAL, PropertyType.BUILDING
HOMES = frozenset({A, H, S})

_MIX: dict[tuple[Transaction, Density], dict[PropertyType, float]] = {
    (Transaction.SALE, Density.CITY): {A: 66, H: 9, S: 12, PARKING: 5, COMMERCIAL: 5, BUILDING: 3},
    (Transaction.SALE, Density.TOWN): {A: 42, H: 34, S: 7, LAND: 6, PARKING: 3, COMMERCIAL: 4, BUILDING: 4},
    (Transaction.SALE, Density.VILLAGE): {A: 12, H: 64, LAND: 18, COMMERCIAL: 2, BUILDING: 4},
    (Transaction.RENT, Density.CITY): {A: 56, S: 28, H: 2, PARKING: 9, COMMERCIAL: 5},
    (Transaction.RENT, Density.TOWN): {A: 55, S: 18, H: 14, PARKING: 7, COMMERCIAL: 6},
    (Transaction.RENT, Density.VILLAGE): {A: 30, S: 4, H: 62, COMMERCIAL: 4},
}
_ENERGY_TOP = {"A": 70, "B": 110, "C": 180, "D": 250, "E": 330, "F": 420, "G": 580}
_CARBON_TOP = {"A": 6, "B": 11, "C": 30, "D": 50, "E": 70, "F": 100, "G": 130}
_LETTERS = "ABCDEFG"
_ENERGY_WORTH = {"A": 1.09, "B": 1.07, "C": 1.03, "D": 1.0, "E": 0.96, "F": 0.9, "G": 0.84}

#: Chance of each feature being mentioned as present, by what kind of dwelling may have it.
_FLAT_FEATURES = {
    "balcony": 0.38, "cellar": 0.45, "entry_phone": 0.35, "videophone": 0.15, "double_glazing": 0.4,
    "equipped_kitchen": 0.4, "open_kitchen": 0.28, "parquet": 0.3, "parking_space": 0.28, "garage": 0.1,
    "terrace": 0.14, "loggia": 0.07, "caretaker": 0.1, "bike_room": 0.16, "dressing_room": 0.12,
    "quiet": 0.3, "renovated": 0.18, "needs_work": 0.08, "open_view": 0.14, "cable_or_fibre": 0.15,
    "collective_heating": 0.25, "walk_in_shower": 0.18, "bathtub": 0.14, "fireplace": 0.07,
    "laundry_room": 0.08, "electric_shutters": 0.16, "wheelchair_access": 0.05, "mezzanine": 0.04,
    "top_floor": 0.1,
}  # fmt: skip
_HOUSE_FEATURES = {
    "garden": 0.8, "terrace": 0.55, "garage": 0.5, "parking_space": 0.3, "cellar": 0.18, "attic": 0.22,
    "basement": 0.18, "fireplace": 0.26, "swimming_pool": 0.14, "outbuilding": 0.2, "veranda": 0.12,
    "single_storey": 0.2, "heat_pump": 0.24, "wood_heating": 0.16, "double_glazing": 0.45,
    "equipped_kitchen": 0.5, "open_kitchen": 0.32, "laundry_room": 0.24, "dressing_room": 0.16,
    "electric_shutters": 0.24, "solar_panels": 0.07, "quiet": 0.4, "renovated": 0.14, "needs_work": 0.12,
    "air_conditioning": 0.14, "alarm": 0.1, "floor_heating": 0.12, "walk_in_shower": 0.24, "patio": 0.05,
    "open_view": 0.12,
}  # fmt: skip
_COMMERCIAL_FEATURES = {"air_conditioning": 0.4, "wheelchair_access": 0.4, "basement": 0.3, "alarm": 0.4}
_BUILDING_FEATURES = {"tenanted": 0.5, "cellar": 0.5, "needs_work": 0.3, "attic": 0.3}


def make_dwelling(
    rng: Random,
    number: int,
    commune: Commune,
    transaction: Transaction,
    kind: PropertyType | None = None,
) -> Dwelling:
    """One dwelling of that commune, of `kind` when given."""
    kind = kind or weighted(rng, _MIX[transaction, commune.density])
    rooms, surface, land = _size(rng, kind)
    year = _year(rng) if kind in HOMES or kind is BUILDING else None
    dpe, dpe_value, ges, ges_value = _energy(rng, kind, year)
    place = commune.place
    floor = rng.randint(0, 6) if kind in {A, S} else None
    furnished = rng.random() < (0.7 if kind is S else 0.22) if transaction is Transaction.RENT else None
    return Dwelling(
        id=number,
        property_type=kind,
        transaction=transaction,
        place=place,
        address=f"{rng.randint(1, 140)} {rng.choice(STREETS)}",
        latitude=round(place.latitude + rng.uniform(-0.008, 0.008), 5),
        longitude=round(place.longitude + rng.uniform(-0.011, 0.011), 5),
        surface=surface,
        land_surface=land,
        rooms=rooms,
        bedrooms=_bedrooms(rng, kind, rooms),
        bathrooms=(1 if (rooms or 0) < 5 else rng.randint(1, 3)) if kind in HOMES else None,
        floor=floor,
        construction_year=year,
        dpe=dpe,
        dpe_value=dpe_value,
        ges=ges,
        ges_value=ges_value,
        net_price=_price(rng, kind, commune, transaction, measure=surface or land, dpe=dpe),
        charges=_charges(rng, kind, transaction, surface),
        furnished=furnished if kind in HOMES else None,
        features=_features(rng, kind, floor, commune.sea, transaction),
        photo_count=rng.randint(2, 4) if kind not in HOMES else rng.randint(4, 9),
    )


def _size(rng: Random, kind: PropertyType) -> tuple[int | None, float | None, float | None]:
    """Rooms, living area and plot."""
    if kind is A:
        rooms = weighted(rng, {2: 30, 3: 36, 4: 22, 5: 9, 6: 3})
        return rooms, round(max(24.0, rooms * 20.5 + rng.gauss(4, 6)), rng.choice((0, 1, 2))), None
    if kind is S:
        return 1, round(rng.uniform(16, 35), rng.choice((0, 1, 2))), None
    if kind is H:
        rooms = weighted(rng, {3: 8, 4: 24, 5: 32, 6: 22, 7: 10, 8: 4})
        plot = float(rng.choice((rng.randint(90, 480), rng.randint(350, 2600))))
        return rooms, round(rooms * 22 + rng.uniform(-8, 28), rng.choice((0, 0, 1))), plot
    return None, *_plain_size(rng, kind)


def _plain_size(rng: Random, kind: PropertyType) -> tuple[float | None, float | None]:
    """Area and plot of what is no home."""
    if kind is LAND:
        return None, float(rng.randint(280, 2400))
    if kind is PARKING:
        return round(rng.uniform(10.5, 17), 1) if rng.random() < 0.6 else None, None
    if kind is COMMERCIAL:
        return float(rng.randint(25, 260)), None
    return float(rng.randint(140, 520)), float(rng.randint(90, 600))


def _bedrooms(rng: Random, kind: PropertyType, rooms: int | None) -> int | None:
    if rooms is None or kind not in {A, H}:
        return None
    return rooms - (1 if kind is A or rng.random() < 0.7 else 2)


def _year(rng: Random) -> int:
    return weighted(
        rng,
        {rng.randint(1750, 1899): 14, rng.randint(1900, 1947): 20, rng.randint(1948, 1974): 26,
         rng.randint(1975, 2000): 20, rng.randint(2001, 2012): 12, rng.randint(2013, 2024): 8},
    )  # fmt: skip


def _energy(
    rng: Random, kind: PropertyType, year: int | None
) -> tuple[str | None, int | None, str | None, int | None]:
    """Energy letter and value, emission letter and value; all null where no diagnosis is shown."""
    if year is None or rng.random() < 0.08:
        return None, None, None, None
    centre = 1.2 if year > 2012 else 2.3 if year > 2000 else 3.4
    at = min(6, max(0, round(rng.gauss(centre, 1.1))))
    carbon_at = max(0, at - weighted(rng, {0: 30, 1: 40, 2: 20, 3: 10}))
    energy, carbon = _LETTERS[at], _LETTERS[carbon_at]
    return energy, _within(rng, _ENERGY_TOP, at), carbon, _within(rng, _CARBON_TOP, carbon_at)


def _within(rng: Random, tops: dict[str, int], at: int) -> int:
    bounds = [max(1, min(tops.values()) // 2), *tops.values()]
    return rng.randint(bounds[at] + 1, bounds[at + 1])


def _price(
    rng: Random, kind: PropertyType, commune: Commune, transaction: Transaction, *,
    measure: float | None, dpe: str | None,
) -> int:  # fmt: skip
    """Net of fees (sale, to 500 euros) or of charges (rent, to 5 euros)."""
    spread = rng.uniform(0.85, 1.2) * _ENERGY_WORTH.get(dpe or "D", 1.0)
    if transaction is Transaction.RENT:
        if kind is PARKING:
            return 5 * round(rng.uniform(45, 150) / 5)
        small = 1.25 if kind is S else 0.95
        return 5 * round((measure or 20) * commune.rent * small * spread / 5)
    if kind is LAND:
        return 500 * round((measure or 500) * commune.sale * 0.055 * spread / 500)
    if kind is PARKING:
        return 500 * round(commune.sale * rng.uniform(2.6, 4.5) / 500)
    share = {H: 0.94, S: 1.1, COMMERCIAL: 0.7, BUILDING: 0.66}.get(kind, 1.0)
    return 500 * round((measure or 20) * commune.sale * share * spread / 500)


def _charges(rng: Random, kind: PropertyType, transaction: Transaction, surface: float | None) -> int | None:
    if kind in {A, S} and rng.random() < 0.85:
        rate = rng.uniform(1.1, 2.4) if transaction is Transaction.RENT else rng.uniform(1.6, 3.4)
        return max(15, round((surface or 20) * rate))
    if kind is H and transaction is Transaction.RENT and rng.random() < 0.4:
        return rng.randint(15, 60)
    return None


def _features(
    rng: Random, kind: PropertyType, floor: int | None, sea: bool, transaction: Transaction
) -> dict[str, bool]:
    """Features said to be there (true) or said not to be (false)."""
    tables = {A: _FLAT_FEATURES, S: _FLAT_FEATURES, H: _HOUSE_FEATURES,
              COMMERCIAL: _COMMERCIAL_FEATURES, BUILDING: _BUILDING_FEATURES}  # fmt: skip
    found = {name: True for name, odds in tables.get(kind, {}).items() if rng.random() < odds}
    if kind in {A, S}:
        if floor and rng.random() < 0.7:
            found["lift"] = rng.random() < (0.75 if floor > 2 else 0.45)
        if "collective_heating" not in found and rng.random() < 0.5:
            found[rng.choice(("individual_heating", "gas_heating", "electric_heating"))] = True
    if sea and kind in HOMES and rng.random() < 0.18:
        found["sea_view"] = True
    if kind in HOMES and transaction is Transaction.RENT and rng.random() < 0.08:
        found["pets_allowed"] = rng.random() < 0.5
    if kind in {A, S} and transaction is Transaction.SALE and rng.random() < 0.05:
        found["tenanted"] = True
    for absent in _impossible(found, kind, floor, transaction):
        found.pop(absent, None)
    return found


def _impossible(
    found: dict[str, bool], kind: PropertyType, floor: int | None, transaction: Transaction
) -> list[str]:
    """Features that contradict the others."""
    absent: list[str] = []
    if kind is S:
        absent += ["garage", "dressing_room", "laundry_room", "bathtub", "fireplace"]
    if floor == 0:
        absent.append("top_floor")
    if "single_storey" in found:
        absent.append("attic")
    if "renovated" in found:
        absent.append("needs_work")
    if "bathtub" in found:
        absent.append("walk_in_shower")
    if "open_kitchen" in found and kind is S:
        absent.append("equipped_kitchen")
    if transaction is Transaction.RENT:
        absent += ["needs_work", "tenanted"]
    return absent
