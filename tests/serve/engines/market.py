"""A market whose adverts lack much, stand on the same spots, and share dwellings; and questions to it."""

import random
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import Engine

from serve.criteria import Sort
from tests.serve.market import AREAS, NOW, add_agency, add_listing, add_property, change_price

#: Where adverts stand: several on each, as on the middle of a commune.
SPOTS = ((45.757, 4.846), (45.7571, 4.8462), (45.762, 4.861), (47.218, -1.553), (48.85837, 2.294481))
FEATURES = ("lift", "balcony", "cellar", "terrace")


def varied(engine: Engine, number: int = 160) -> list[int]:
    """Adverts of every kind, each of three facts in four; their ids."""
    chance = random.Random(11)
    agencies = [add_agency(engine, f"Agence {letter}") for letter in "ABCDE"]
    agencies.append(add_agency(engine, "Agence Discrète", opted_out_at=NOW))
    dwellings = [add_property(engine) for _ in range(number * 2 // 3)]
    return [_advert(engine, chance, agencies, dwellings) for _ in range(number)]


def _advert(engine: Engine, chance: random.Random, agencies: list[int], dwellings: list[int]) -> int:
    postal_code, city, insee_code = chance.choice(AREAS)
    latitude, longitude = chance.choice(SPOTS)
    price = chance.choice((150_000, 200_000, 200_000, 250_000, 312_345))
    told: dict[str, Any] = {
        "transaction": chance.choice(("sale", "rent")),
        "property_type": chance.choice(("apartment", "house", "studio", "land")),
        "price": price,
        "currency": chance.choice(("EUR", "EUR", "EUR", "XPF", "CHF")),
        "surface": chance.choice((20.0, 41.5, 41.5, 80.25)),
        "land_surface": chance.choice((300.0, 1200.5)),
        "rooms": chance.randint(1, 6),
        "bedrooms": chance.randint(0, 4),
        "floor": chance.randint(-1, 9),
        "construction_year": chance.randint(1890, 2024),
        "charges": chance.choice((0, 90, 210)),
        "postal_code": postal_code,
        "insee_code": insee_code,
        "city": city,
        "dpe": chance.choice("ABCDEFG"),
        "ges": chance.choice("ABCDEFG"),
        "furnished": chance.random() < 0.5,
    }
    told = {name: value for name, value in told.items() if chance.random() < 0.75}
    if chance.random() < 0.8:
        told |= {"latitude": latitude, "longitude": longitude}
    if chance.random() < 0.1:
        told |= {"is_active": False, "withdrawn_at": NOW}
    listing = add_listing(
        engine,
        chance.choice(agencies),
        chance.choice(dwellings),
        title=chance.choice(TITLES),
        features={name: chance.random() < 0.6 for name in FEATURES if chance.random() < 0.6},
        first_seen=NOW - timedelta(days=chance.randint(0, 40), microseconds=chance.choice((0, 1, 2))),
        **told,
    )
    if "price" in told and chance.random() < 0.4:
        before = chance.choice((140_000, price, 210_000, 333_000))
        change_price(engine, listing, before, price, NOW - timedelta(days=chance.randint(0, 9)))
    return listing


TITLES = (
    "Appartement T3 lumineux avec vue mer",
    "Maison de ville à rénover, jardin arboré",
    "Studio meublé au cœur de ville",
    "Trois pièces rénovées, résidence sécurisée",
    None,
)

_POINTS = st.sampled_from(SPOTS)
_DAYS = st.integers(0, 41)
_MOMENTS = st.builds(lambda days: (NOW - timedelta(days=days)).isoformat(), _DAYS)


def _some(values: Any) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)


def _bounds(values: st.SearchStrategy[Any], name: str) -> dict[str, st.SearchStrategy[Any]]:
    return {f"{name}_min": values, f"{name}_max": values}


_PRICES = st.sampled_from((150_000, 200_000, 200_001, 300_000))
_ANY: dict[str, st.SearchStrategy[Any]] = {
    "transaction": st.sampled_from(("sale", "rent")),
    "property_type": _some(("apartment", "house", "studio", "land")),
    "postal_code": _some([area[0] for area in AREAS]),
    "postal_code_not": _some([area[0] for area in AREAS]),
    "insee_code": _some([*(area[2] for area in AREAS), "69123", "75056"]),
    "insee_code_not": _some([*(area[2] for area in AREAS), "69123"]),
    "department": _some(("69", "75", "44", "2A")),
    "department_not": _some(("69", "75", "44", "2A")),
    "city": st.sampled_from((
        "Lyon", "Lyon 3e", "Lyon (33)", "75000", "nantes", "75011", "Atlantis", "Rhône", "Pays de la Loire",
        "Lyon 3e, Nantes", "69003, 75011", "Atlantis; Paris; 44000", "Lyon 3e ou Loire-Atlantique",
    )),
    **_bounds(_PRICES, "price"),
    **_bounds(st.sampled_from((2_000, 4_819, 10_000)), "price_per_sqm"),
    **_bounds(st.sampled_from((20, 41.5, 60)), "surface"),
    **_bounds(st.sampled_from((300, 1200.5)), "land_surface"),
    "rooms": st.integers(1, 6),
    **_bounds(st.integers(1, 6), "rooms"),
    **_bounds(st.integers(1, 4), "bedrooms"),
    **_bounds(st.integers(0, 9), "floor"),
    **_bounds(st.integers(1890, 2024), "construction_year"),
    "charges_max": st.integers(0, 210),
    "dpe_best": st.sampled_from("ABCD"),
    "dpe_worst": st.sampled_from("DEFG"),
    "ges_worst": st.sampled_from("CDEF"),
    "furnished": st.booleans(),
    "feature": _some(FEATURES),
    "feature_not": _some(FEATURES),
    "feature_unknown": _some(FEATURES),
    "agency_id": _some((1, 2, 3, 6)),
    "agency_id_not": _some((1, 2, 3, 6)),
    "first_seen_since": _MOMENTS,
    **_bounds(_DAYS, "days_on_market"),
    "price_drop_min": st.sampled_from((0, 4.7619, 5, 10, 40)),
    "price_drop_since": _MOMENTS,
    **_bounds(st.integers(1, 4), "adverts"),
    "bbox": st.builds(
        lambda point, size: (
            f"{point[1] - size},{point[0] - size},{min(180, point[1] + size)},{min(90, point[0] + size)}"
        ),
        _POINTS,
        st.sampled_from((0, 0.001, 0.01, 5)),
    ),
    "polygon": st.lists(
        st.tuples(st.floats(-2, 5), st.floats(45, 49)), min_size=3, max_size=9
    ).map(lambda corners: ";".join(f"{lng:.6f},{lat:.6f}" for lng, lat in corners)),
}  # fmt: skip


def _paired(told: dict[str, Any]) -> dict[str, Any]:
    """Bounds the right way round."""
    for name in [name for name in told if name.endswith("_min")]:
        other = name[:-4] + "_max"
        if other in told and told[name] > told[other]:
            told[name], told[other] = told[other], told[name]
    return told


def _circled(
    told: dict[str, Any], sort: str, point: tuple[float, float], radius: int | None
) -> dict[str, Any]:
    if radius is None and sort != "distance":
        return {**told, "sort": sort}
    return {**told, "sort": sort, "lat": point[0], "lng": point[1] + 0.0003, "radius": radius or 50_000}


#: Any criteria without words, in any order.
questions = st.builds(
    _circled,
    st.lists(st.sampled_from(sorted(_ANY)), max_size=3, unique=True)
    .flatmap(lambda names: st.fixed_dictionaries({name: _ANY[name] for name in names}))
    .map(_paired),
    st.sampled_from([sort.value for sort in Sort if sort is not Sort.RELEVANCE]),
    _POINTS,
    st.sampled_from((None, None, None, 30, 1_500, 60_000)),
)
