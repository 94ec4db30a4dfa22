"""What people ask of the API, drawn with a seed from what a stored market holds: places where adverts are."""

import json
import math
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Engine, text

Parameters = dict[str, Any]

SEED = 11
#: Words as people type them; the first ones oftener.
WORDS = (
    "balcon", "terrasse", "jardin", "piscine", "garage", "ascenseur", "cave", "parking", "lumineux", "rénové",
    "calme", "dernier étage", "vue mer", '"vue dégagée"', "cheminée", "plain pied", "T3 balcon", "travaux",
    "terrasse sud", "maison jardin garage", "appartement neuf", "poutres", '"double vitrage"', "véranda",
    "balcon -viager", "meublé", "duplex", "proche tramway", "parquet", "jardin arboré piscine",
)  # fmt: skip
_RENTS, _PRICES = (500, 700, 900, 1_200, 1_600), (120_000, 180_000, 250_000, 320_000, 450_000, 700_000)
_FEATURES = ("lift", "balcony", "terrace", "garage", "cellar", "garden", "parking_space")
_METRES_PER_DEGREE = 111_195


@dataclass(frozen=True, slots=True)
class Places:
    """Where adverts are, as often as they are there: postal code, city, INSEE code; and points."""

    named: Sequence[tuple[str, str, str]]
    points: Sequence[tuple[float, float]]
    listings: Sequence[int]
    properties: Sequence[int]
    agencies: Sequence[int]


def places(engine: Engine) -> Places:
    """Some thousands of rows drawn from everywhere, the same ones every time."""
    with engine.connect() as connection:
        top = connection.scalar(text("select max(id) from aggregated_listings")) or 0
        step = max(1, top // 4_000)
        rows = connection.execute(
            text(
                "select id, property_id, agency_id, postal_code, city, insee_code, latitude, longitude"
                " from aggregated_listings where is_active and id = any(:ids) order by id"
            ),
            {"ids": list(range(1, top + 1, step))},
        ).all()
    return Places(
        [(r.postal_code, r.city, r.insee_code) for r in rows if r.postal_code and r.city and r.insee_code],
        [(r.latitude, r.longitude) for r in rows if r.latitude is not None],
        [r.id for r in rows],
        [r.property_id for r in rows],
        [r.agency_id for r in rows],
    )


class Mix:
    """Requests without end. Weights below are of a hundred."""

    def __init__(self, found: Places, seed: int = SEED) -> None:
        self._places = found
        self._chance = Random(seed)

    def searches(self, number: int) -> list[str]:
        """Addresses of the mixed search: filters, text, map, dwellings; all first pages."""
        kinds, weights = zip(*_KINDS, strict=True)
        return [kind(self) for kind in self._chance.choices(kinds, weights, k=number)]

    def mixed(self, number: int, port: int) -> list[str]:
        """`searches`, of which one in twelve is a second page: its cursor is asked for beforehand."""
        plan = self.searches(number)
        firsts = [path for path in self.searches(max(20, number // 60)) if "/api/listings/search" in path]
        seconds = [path for path in (_second(path, port) for path in firsts) if path]
        for at in self._chance.sample(range(number), number // 12 if seconds else 0):
            plan[at] = self._chance.choice(seconds)
        return plan

    def nearby(self, number: int) -> list[str]:
        """`/api/listings/nearby` around adverts."""
        return [_address("/api/listings/nearby", self._circle(300, 5_000)) for _ in range(number)]

    def details(self, number: int) -> list[str]:
        """Listings by id."""
        return [f"/api/listings/{i}" for i in self._chance.choices(self._places.listings, k=number)]

    def statistics(self, number: int) -> list[str]:
        """Statistics of a postal code's market."""
        codes = [self._place()[0] for _ in range(number)]
        return [_address("/api/statistics/market", {"postal_code": code}) for code in codes]

    def _place(self) -> tuple[str, str, str]:
        return self._chance.choice(self._places.named)

    def _what(self) -> Parameters:
        """Sale or rent, a kind of dwelling, a budget, rooms: what nearly everybody tells."""
        chance = self._chance
        sale = chance.random() < 0.7
        told: Parameters = {"transaction": "sale" if sale else "rent"}
        if chance.random() < 0.75:
            told["property_type"] = chance.choices(("apartment", "house", "studio"), (6, 3, 1))[0]
        if chance.random() < 0.7:
            told["price_max"] = chance.choice(_PRICES if sale else _RENTS)
        if chance.random() < 0.25:
            told["price_min"] = chance.choice((80_000, 100_000, 150_000)) if sale else 300
            told["price_max"] = max(told.get("price_max", 0), told["price_min"] * 2)
        if chance.random() < 0.4:
            told["rooms_min"] = chance.choice((2, 3, 3, 4))
        if chance.random() < 0.25:
            told["surface_min"] = chance.choice((30, 45, 60, 80, 100))
        if chance.random() < 0.4:
            told["sort"] = chance.choice(
                ("price_asc", "price_asc", "price_desc", "price_per_sqm_asc", "surface_desc")
            )
        return told

    def _search(self, told: Parameters) -> str:
        dwellings = self._chance.random() < 0.06
        return _address("/api/properties/search" if dwellings else "/api/listings/search", told)

    def city(self) -> str:
        return self._search({**self._what(), "city": self._place()[1]})

    def postal_codes(self) -> str:
        several = [self._place()[0] for _ in range(self._chance.choice((1, 1, 1, 2, 3)))]
        return self._search({**self._what(), "postal_code": several})

    def department(self) -> str:
        code = self._place()[2]
        code = code[:3] if code.startswith("97") else code[:2]
        return self._search({**self._what(), "department": code})

    def anywhere(self) -> str:
        return self._search(self._what())

    def words(self) -> str:
        weights = [1 / (rank + 2) for rank in range(len(WORDS))]
        told = {**self._what(), "q": self._chance.choices(WORDS, weights)[0]}
        if self._chance.random() < 0.65:
            place = self._place()
            told |= self._chance.choice(({"city": place[1]}, {"postal_code": place[0]}))
        return self._search(told)

    def circle(self) -> str:
        told = {**self._what(), **self._circle(1_000, 20_000)}
        if self._chance.random() < 0.3:
            told["sort"] = "distance"
        return self._search(told)

    def box(self) -> str:
        latitude, longitude = self._chance.choice(self._places.points)
        high = self._chance.choice((0.02, 0.05, 0.1, 0.3))
        wide = high * 1.5
        edges = (longitude - wide, latitude - high, longitude + wide, latitude + high)
        return self._search({**self._what(), "bbox": ",".join(f"{edge:.5f}" for edge in edges)})

    def drawn(self) -> str:
        latitude, longitude = self._chance.choice(self._places.points)
        number, far = self._chance.randint(4, 9), self._chance.choice((0.03, 0.08, 0.15))
        corners = []
        for corner in range(number):
            turn, away = 2 * math.pi * corner / number, far * self._chance.uniform(0.6, 1.0)
            corners.append(f"{longitude + away * math.cos(turn):.5f},{latitude + away * math.sin(turn):.5f}")
        return self._search({**self._what(), "polygon": ";".join(corners)})

    def features(self) -> str:
        told = {**self._what(), "city": self._place()[1], "feature": self._chance.choice(_FEATURES)}
        if self._chance.random() < 0.5:
            told["dpe_worst"] = self._chance.choice("CDE")
        return self._search(told)

    def recent(self) -> str:
        code = self._place()[2][:2]
        told = {**self._what(), "department": code if code != "97" else "75"}
        return self._search(
            {**told, **self._chance.choice(({"days_on_market_max": 7}, {"price_drop_min": 3}))}
        )

    def _circle(self, least: int, most: int) -> Parameters:
        latitude, longitude = self._chance.choice(self._places.points)
        shift = 1_500 / _METRES_PER_DEGREE
        radius = round(math.exp(self._chance.uniform(math.log(least), math.log(most))))
        lat, lng = (value + self._chance.uniform(-shift, shift) for value in (latitude, longitude))
        return {"lat": f"{lat:.5f}", "lng": f"{lng:.5f}", "radius": radius}


_KINDS: tuple[tuple[Callable[[Mix], str], int], ...] = (
    (Mix.city, 28),
    (Mix.postal_codes, 16),
    (Mix.department, 10),
    (Mix.anywhere, 6),
    (Mix.words, 16),
    (Mix.circle, 9),
    (Mix.box, 5),
    (Mix.drawn, 4),
    (Mix.features, 3),
    (Mix.recent, 3),
)


def _address(path: str, told: Parameters) -> str:
    return f"{path}?{urlencode(told, doseq=True)}"


def _second(path: str, port: int) -> str | None:
    """The page after `path`'s, if there is one."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
        following = json.load(answer)["next_cursor"]
    return f"{path}&{urlencode({'cursor': following})}" if following else None
