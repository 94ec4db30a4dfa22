"""The stock of one cluster of agencies: dwellings, who advertises them, and the hard negatives.

Hard negatives look like duplicates and are not: lots of one programme, a parking under a flat, one
flat both for sale and for rent.
"""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from models.listing import PropertyType, Transaction
from town.adverts import Lot
from town.areas import Area, Commune, Density
from town.chance import chance, weighted
from town.clock import LAST_DAY, Life, fate_of, lives_of
from town.dwellings import make_dwelling
from town.model import Agency, Dwelling

#: Dwellings on the market at the start for each agency, and new ones per day and agency.
DWELLINGS_PER_AGENCY = 13.5
_ARRIVALS = 0.1
_SHARE_RENT = 0.35
#: How many agencies advertise one dwelling.
_SPREAD = {1: 42.0, 2: 28.0, 3: 16.0, 4: 9.0, 5: 5.0}
#: Share of exclusive mandates among dwellings that one agency alone advertises.
_EXCLUSIVE = 0.3
#: Dwelling ids of cluster c are c * ID_STEP + 1, …
ID_STEP = 10_000


def lives_of_cluster(seed: int, cluster: int, area: Area, agencies: tuple[Agency, ...]) -> Iterator[Life]:
    """Every advert's life in one cluster."""
    sizes = {agency: chance(seed, "size", agency.slug).uniform(0.6, 1.6) for agency in agencies}
    for lot, listed in _stock(seed, cluster, area, len(agencies)):
        fate = fate_of(seed, lot, listed)
        rng = chance(seed, "spread", lot.dwelling.id)
        count = min(len(agencies), weighted(rng, _SPREAD))
        alone = replace(lot, exclusive=count == 1 and rng.random() < _EXCLUSIVE)
        for order, agency in enumerate(_drawn(rng, sizes, count)):
            yield from lives_of(seed, alone, agency, fate, first=order == 0)


def _drawn(rng: Random, sizes: dict[Agency, float], count: int) -> list[Agency]:
    """`count` distinct agencies, the large ones more often."""
    left = dict(sizes)
    chosen = []
    for _ in range(count):
        agency = weighted(rng, left)
        chosen.append(agency)
        del left[agency]
    return chosen


def _stock(seed: int, cluster: int, area: Area, agencies: int) -> Iterator[tuple[Lot, int]]:
    """Lots with the day on which they come to market: those of the start, then the arrivals."""
    rng = chance(seed, "stock", cluster)
    wanted = round(agencies * DWELLINGS_PER_AGENCY)
    number = cluster * ID_STEP
    made = 0
    while made < wanted:
        group = _group(rng, number + 1, area, made)
        number += len(group)
        made += len(group)
        day = -int(rng.triangular(0, 150, 10))
        for lot in group:
            yield lot, day
    for day in range(-2, LAST_DAY + 1):
        for _ in range(agencies):
            if rng.random() < _ARRIVALS:
                number += 1
                yield _single(rng, number, area), day


def _group(rng: Random, number: int, area: Area, made: int) -> list[Lot]:
    """Usually one lot; for about a quarter of the stock, a family of hard negatives."""
    if made % 30 == 3:
        return _programme(rng, number, area)
    if made % 30 == 9:
        return _flat_and_parking(rng, number, area)
    if made % 30 == 15:
        return _sale_and_rent(rng, number, area)
    return [_single(rng, number, area)]


def _single(rng: Random, number: int, area: Area) -> Lot:
    commune = rng.choice(area.communes)
    transaction = Transaction.RENT if rng.random() < _SHARE_RENT else Transaction.SALE
    return _lot(make_dwelling(rng, number, commune, transaction), commune)


def _lot(dwelling: Dwelling, commune: Commune, text_key: str = "", facade: int = 0) -> Lot:
    key = text_key or f"dwelling-{dwelling.id}"
    return Lot(dwelling, commune.near, key, scene=dwelling.id, facade=facade or dwelling.id)


def _urban(rng: Random, area: Area) -> Commune:
    return rng.choice([c for c in area.communes if c.density is not Density.VILLAGE])


def _flat(rng: Random, number: int, commune: Commune, transaction: Transaction) -> Lot:
    kind = PropertyType.APARTMENT
    return _lot(make_dwelling(rng, number, commune, transaction, kind=kind), commune)


def _programme(rng: Random, number: int, area: Area) -> list[Lot]:
    """Three lots of one new building: same words, same facade, other floor and surface."""
    commune = _urban(rng, area)
    model = _flat(rng, number, commune, Transaction.SALE).dwelling
    model = replace(
        model,
        construction_year=2025,
        dpe="A",
        dpe_value=62,
        ges="A",
        ges_value=5,
        features={"new_build": True, "lift": True, "balcony": True, "bike_room": True, "videophone": True},
    )
    lots = []
    for at in range(3):
        surface = round((model.surface or 50) + at * 1.7, 1)
        price = 500 * round(model.net_price * (1 + 0.02 * at) * surface / (model.surface or 50) / 500)
        lot = replace(model, id=number + at, floor=1 + at, surface=surface, net_price=price)
        lots.append(_lot(lot, commune, f"programme-{number}", facade=number))
    return lots


def _flat_and_parking(rng: Random, number: int, area: Area) -> list[Lot]:
    """A flat, and a parking at the very same address."""
    commune = _urban(rng, area)
    flat = _flat(rng, number, commune, Transaction.SALE)
    parking = make_dwelling(rng, number + 1, commune, Transaction.SALE, kind=PropertyType.PARKING)
    home = flat.dwelling
    parking = replace(parking, address=home.address, latitude=home.latitude, longitude=home.longitude)
    return [flat, _lot(parking, commune)]


def _sale_and_rent(rng: Random, number: int, area: Area) -> list[Lot]:
    """One flat twice: for sale, and for rent meanwhile. Same photos, never one property for figures."""
    commune = _urban(rng, area)
    sale = _flat(rng, number, commune, Transaction.SALE)
    home = sale.dwelling
    rent = make_dwelling(rng, number + 1, commune, Transaction.RENT, kind=PropertyType.APARTMENT)
    monthly = 5 * round((home.surface or 40) * commune.rent / 5)
    absent = {"needs_work", "tenanted"}
    let = replace(
        home,
        id=number + 1,
        transaction=Transaction.RENT,
        net_price=monthly,
        charges=rent.charges,
        furnished=bool(rent.furnished),
        features={name: on for name, on in home.features.items() if name not in absent},
    )
    return [sale, replace(_lot(let, commune), scene=number, facade=number)]
