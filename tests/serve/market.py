"""A small market for tests: agencies, dwellings and their adverts, written through the tables."""

import hashlib
import itertools
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, insert

from models.place_names import fold
from models.tables import Agency, AggregatedListing, ListingHistory, Property

NOW = datetime.now(UTC).replace(microsecond=0)
_numbers = itertools.count(1)

AREAS = (
    ("69003", "Lyon", "69383"),
    ("69007", "Lyon", "69387"),
    ("75011", "Paris", "75111"),
    ("44000", "Nantes", "44109"),
    ("35000", "Rennes", "35238"),
    ("33000", "Bordeaux", "33063"),
)
NAMES = (
    "Agence du Beffroi", "Cabinet Morvan & Filles", "Les Clés du Fleuve", "Immobilière des Tanneurs",
    "Pierre & Ardoise", "L’Adresse Rare", "Étude Vauquelin", "Côté Jardin Immobilier",
)  # fmt: skip


def add_agency(engine: Engine, name: str = "Agence du Beffroi", **values: Any) -> int:
    """Insert an agency; its id."""
    row = {"name": name, "website_url": f"https://agence-{next(_numbers)}.example/", **values}
    return _insert(engine, Agency, row)


def add_property(engine: Engine) -> int:
    """Insert a dwelling; its id."""
    return _insert(engine, Property, {})


def add_listing(engine: Engine, agency_id: int, property_id: int | None = None, **values: Any) -> int:
    """Insert an advert, of a dwelling of its own unless told; its id."""
    number = next(_numbers)
    row = {
        "agency_id": agency_id,
        "property_id": property_id or add_property(engine),
        "source_url": f"https://agence.example/annonce-{number}",
        "hash": hashlib.sha256(str(number).encode()).hexdigest(),
        **values,
    }
    if row.get("city"):
        row.setdefault("city_key", fold(row["city"]))
    return _insert(engine, AggregatedListing, row)


def add_event(engine: Engine, listing_id: int, kind: str, at: datetime, **values: Any) -> int:
    """Insert a fact about a listing; its id."""
    return _insert(
        engine, ListingHistory, {"listing_id": listing_id, "kind": kind, "occurred_at": at, **values}
    )


def change_price(engine: Engine, listing_id: int, old: int, new: int, at: datetime) -> None:
    """Write the event of a changed price."""
    add_event(engine, listing_id, "price", at, field="price", old_value=old, new_value=new)


def seed(
    engine: Engine, photo: str = "https://photos.example/{number}-{index}.jpg", number: int = 60
) -> list[int]:
    """Eight agencies and `number` adverts with the variety of real ones; the adverts' ids."""
    chance = random.Random(7)
    agencies = [
        add_agency(
            engine, name, city=AREAS[i % 6][1], postal_code=AREAS[i % 6][0], phone=f"04 78 00 00 {i:02d}"
        )
        for i, name in enumerate(NAMES)
    ]
    return [_advert(engine, chance, agencies, photo, i) for i in range(number)]


def _advert(engine: Engine, chance: random.Random, agencies: list[int], photo: str, number: int) -> int:
    kind = chance.choices(("apartment", "house", "studio"), (6, 3, 1))[0]
    sale = chance.random() < 0.75
    rooms = 1 if kind == "studio" else chance.randint(2, 6)
    surface = round(rooms * chance.uniform(16, 27), 1)
    price = round(
        surface * (chance.uniform(2600, 6200) if sale else chance.uniform(12, 19)), -3 if sale else 0
    )
    postal_code, city, insee_code = AREAS[number % 6]
    first_seen = NOW - timedelta(days=chance.randint(1, 90), minutes=number)
    fields = {
        "title": _title(kind, rooms, chance),
        "transaction": "sale" if sale else "rent",
        "property_type": kind,
        "price": max(int(price), 300),
        "currency": "EUR",
        "surface": surface,
        "land_surface": 420.0 if kind == "house" else None,
        "rooms": rooms,
        "bedrooms": max(rooms - 1, 0) or None,
        "bathrooms": 1,
        "floor": None if kind == "house" else number % 6,
        "postal_code": postal_code,
        "city": city,
        "insee_code": insee_code,
        "dpe": chance.choice("ABCDEFG") if number % 9 else None,
        "dpe_value": 168,
        "ges": chance.choice("ABCD"),
        "ges_value": 22,
        "construction_year": 1900 + number,
        "charges": 120,
        "description": _DESCRIPTION,
        "reference": f"V{1000 + number}",
        "features": {"lift": kind != "house", "balcony": number % 2 == 0, "cellar": True},
        "evidence": _EVIDENCE,
        "photos": [photo.format(number=number, index=i) for i in range(number % 5 + 1)]
        if number % 11
        else [],
        "data_quality_score": 0.9,
        "first_seen": first_seen,
        "last_seen": NOW,
    }
    dwelling = add_property(engine)
    listing = add_listing(engine, agencies[number % 8], dwelling, **fields)
    if number % 4 == 0:
        change_price(
            engine, listing, int(fields["price"] * 1.05), fields["price"], NOW - timedelta(hours=number + 1)
        )
    if number % 6 == 0:
        elsewhere = {
            **fields,
            "price": int(fields["price"] * 1.02),
            "title": "À saisir : " + fields["title"].lower(),
        }
        add_listing(engine, agencies[(number + 3) % 8], dwelling, **elsewhere)
    return listing


def _title(kind: str, rooms: int, chance: random.Random) -> str:
    word = {"apartment": "Appartement", "house": "Maison", "studio": "Studio"}[kind]
    tail = chance.choice(
        ("avec balcon plein sud", "au calme sur cour", "proche tramway", "dernier étage", "rénové")
    )
    return f"{word} {tail}" if kind == "studio" else f"{word} T{rooms} {tail}"


def _insert(engine: Engine, table: Any, row: dict[str, Any]) -> int:
    with engine.begin() as connection:
        connection.exec_driver_sql("set local synchronous_commit = off")
        return int(connection.execute(insert(table).values(**row).returning(table.id)).scalar_one())


_EVIDENCE = {
    "price": {"source": "json_ld", "raw": "245000", "confidence": 0.97},
    "surface": {"source": "label", "raw": "Surface habitable : 64 m²", "confidence": 0.9},
    "dpe": {"source": "text", "raw": "DPE : C", "confidence": 0.8},
}
_DESCRIPTION = (
    "Dans une rue calme à deux pas des commerces, ce logement traversant séduit par sa lumière.\n\n"
    "Il comprend une entrée, un séjour ouvert sur la cuisine équipée, des chambres au calme "
    "et une salle d’eau. "
    "Cave et local à vélos. Charges faibles, copropriété bien tenue."
)
