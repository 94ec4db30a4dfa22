"""Evidence: what two signatures have in common and what not, as numbers a model can weigh.

Each feature is 0 where one of the two says nothing; most are 0 or 1, one per way of agreeing or differing
(the levels of Fellegi and Sunter, "A theory for record linkage", 1969).
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from dedup.signature import KINDS, OFFERS, Signatures
from dedup.vetoes import Side, gap, price_gap
from models.photo_hash import ALIKE

Features = NDArray[np.float32]


#: kWh per m² and year up to which a dwelling is of class A: a new building's lots share their figure.
CLASS_A: Final = 70


def features(signatures: Signatures, left: NDArray[Any], right: NDArray[Any]) -> Features:
    """Shape (pairs, len(NAMES)) for pairs of positions."""
    a, b = Side(signatures.rows, left), Side(signatures.rows, right)
    columns = {**_sizes(a, b), **_money(a, b), **_details(a, b), **_places(a, b), **_sameness(a, b)}
    columns |= _texts(signatures, left, right)
    return np.column_stack([columns[name] for name in NAMES]).astype(np.float32)


def _sizes(a: Side, b: Side) -> dict[str, NDArray[Any]]:
    x, y = a["surface"], b["surface"]
    known = ~np.isnan(x) & ~np.isnan(y)
    whole = (x == np.floor(x)) | (y == np.floor(y))
    rounded = whole & (np.abs(x - y) < 1)
    equal, bay = x == y, a["kind"] == KINDS.index("parking")
    with np.errstate(invalid="ignore"):
        near = gap(x, y) < 0.025
    return {
        "surface equal to the decimal": equal & (x != np.floor(x)),
        "surface equal to the hundredth": equal & (10 * x != np.floor(10 * x)),
        "surface equal": equal & (x == np.floor(x)) & ~bay,
        "no home": a["family"] > KINDS.index("house"),
        "surface within rounding": known & ~equal & rounded,
        "surface near": known & ~equal & ~rounded & near,
        "surface differs": known & ~equal & ~rounded & ~near,
        "plot equal": a["land_surface"] == b["land_surface"],
        "plot differs": gap(a["land_surface"], b["land_surface"]) > 0.01,
        "rooms equal": a["rooms"] == b["rooms"],
        "rooms differ": _differ(a, b, "rooms"),
        "bedrooms equal": a["bedrooms"] == b["bedrooms"],
        "bedrooms differ": _differ(a, b, "bedrooms"),
    }


def _money(a: Side, b: Side) -> dict[str, NDArray[Any]]:
    """Where both tell what the owner gets, that is compared; else the prices as shown, with their fees."""
    price_a, net_a, price_b, net_b = a["price"], a["net"], b["price"], b["net"]
    shown, least, net = gap(price_a, price_b), price_gap(a, b), gap(net_a, net_b)
    rent = a["offer"] == OFFERS.index("rent")
    exact, alike = shown == 0, (shown != 0) & (least < 0.0005)
    owed = np.where(price_a == net_b, price_a, net_a)
    owners = ~exact & (net < 0.0005) & ~rent
    bare = ~exact & ~alike & ~np.isnan(net)
    other = ~exact & ~alike & np.isnan(net)
    round_ = price_a % np.where(rent, 50, 5000) == 0
    return {
        "price equal": exact & ~round_,
        "round price equal": exact & round_,
        "net price equal": owners,
        "price equal to the other's net price": alike & ~owners & ~rent,
        "rent equal without charges": alike & rent & (owed % 10 == 0),
        "odd rent equal without charges": alike & rent & (owed % 10 != 0),
        "price within 1 %": other & (least < 0.01),
        "price within 3 %": other & (least >= 0.01) & (least < 0.03),
        "price within 8 %": other & (least >= 0.03) & (least < 0.08),
        "price within 15 %": other & (least >= 0.08) & (least < 0.15),
        "price differs": other & (least >= 0.15),
        "net prices within 3 %": bare & (least < 0.03),
        "net prices differ": bare & (least >= 0.03) & (least < 0.1),
        "net prices differ much": bare & (least >= 0.1),
        "charges equal": a["charges"] == b["charges"],
        "charges differ": gap(a["charges"], b["charges"]) > 0.1,
    }


def _details(a: Side, b: Side) -> dict[str, NDArray[Any]]:
    storey_a = np.where(np.isnan(a["floor"]), a["told_floor"], a["floor"])
    storey_b = np.where(np.isnan(b["floor"]), b["told_floor"], b["floor"])
    built_a = np.where(np.isnan(a["construction_year"]), a["told_year"], a["construction_year"])
    built_b = np.where(np.isnan(b["construction_year"]), b["told_year"], b["construction_year"])
    valued = ~np.isnan(a["dpe_value"]) & ~np.isnan(b["dpe_value"])
    letters = (a["dpe"] > 0) & (b["dpe"] > 0) & ~valued
    return {
        "storey equal": (storey_a == storey_b) & (storey_a > 0),
        "ground floor both": (storey_a == storey_b) & (storey_a == 0),
        "year equal": built_a == built_b,
        "year differs": np.abs(built_a - built_b) > 2,
        "energy equal": (a["dpe_value"] == b["dpe_value"]) & (a["dpe_value"] > CLASS_A),
        "energy equal in class A": (a["dpe_value"] == b["dpe_value"]) & (a["dpe_value"] <= CLASS_A),
        "energy differs": _differ(a, b, "dpe_value"),
        "emissions equal": a["ges_value"] == b["ges_value"],
        "emissions differ": _differ(a, b, "ges_value"),
        "energy letter equal": letters & (a["dpe"] == b["dpe"]),
        "energy letter differs": letters & (a["dpe"] != b["dpe"]),
        "furnished differs": _differ(a, b, "furnished"),
        "types differ a little": (a["kind"] > 0) & (b["kind"] > 0) & (a["kind"] != b["kind"]),
    }


def _places(a: Side, b: Side) -> dict[str, NDArray[Any]]:
    with np.errstate(invalid="ignore"):
        north = (a["latitude"] - b["latitude"]) * 111_000
        east = (a["longitude"] - b["longitude"]) * 111_000 * np.cos(np.radians(a["latitude"]))
        metres = np.hypot(north, east)
        return {
            "within 150 m": metres < 150,
            "within 600 m": (metres >= 150) & (metres < 600),
            "beyond 1500 m": metres > 1500,
            "communes differ": (a["commune"] > 0) & (b["commune"] > 0) & (a["commune"] != b["commune"]),
            "no place": (a["place"] == 0) | (b["place"] == 0),
        }


def _sameness(a: Side, b: Side) -> dict[str, NDArray[Any]]:
    pictures = _alike(a["portraits"], b["portraits"])
    seen = (a["portraits"][:, 1] > 0) & (b["portraits"][:, 1] > 0)
    return {
        "same agency": (a["agency"] == b["agency"]) & (a["agency"] > 0),
        "same reference": (a["reference"] == b["reference"]) & (a["reference"] > 0),
        "photos in common": _shared(a["photos"], b["photos"]) > 0,
        "more photos in common": np.clip(_shared(a["photos"], b["photos"]) - 1, 0, 4),
        "two pictures alike": pictures >= 2,
        "no picture alike": seen & (pictures == 0),
    }


def _texts(signatures: Signatures, left: NDArray[Any], right: NDArray[Any]) -> dict[str, NDArray[Any]]:
    a, b = Side(signatures.rows, left), Side(signatures.rows, right)
    both = (a["spoken"] > 0) & (b["spoken"] > 0)
    jaccard = np.where(both, (a["minhash"] == b["minhash"]).mean(axis=1), 0)
    words_a, words_b = [signatures.words[i] for i in left], [signatures.words[i] for i in right]
    likeness = process.cpdist(words_a, words_b, scorer=fuzz.token_set_ratio) / 100
    shared = _shared(a["figures"], b["figures"])
    crossed = _shared(a["fields"], b["figures"]) + _shared(b["fields"], a["figures"])
    streets = _shared(a["streets"], b["streets"])
    told = (a["figures"][:, 0] > 0) & (b["figures"][:, 0] > 0)
    return {
        "texts unlike": np.where(both, np.clip(0.6 - likeness, 0, 0.3), 0),
        "texts somewhat alike": np.where(both, np.clip(likeness - 0.6, 0, 0.2), 0),
        "texts alike": np.where(both, np.clip(likeness - 0.8, 0, 0.2), 0),
        "phrases in common": np.clip(jaccard, 0, 0.3),
        "phrases mostly in common": np.clip(jaccard - 0.3, 0, 0.7),
        "figures in common": np.clip(shared, 0, 2),
        "no figure in common": told & (shared == 0),
        "fields told in the other text": np.clip(crossed, 0, 2),
        "street in common": streets > 0,
        "streets differ": (a["streets"][:, 0] > 0) & (b["streets"][:, 0] > 0) & (streets == 0),
        **_addresses(signatures, left, right),
    }


def _addresses(signatures: Signatures, left: NDArray[Any], right: NDArray[Any]) -> dict[str, NDArray[Any]]:
    a, b = [signatures.addresses[i] for i in left], [signatures.addresses[i] for i in right]
    known = np.array([bool(x and y) for x, y in zip(a, b, strict=True)], bool)
    likeness = np.zeros(len(a))
    if known.any():
        at = np.flatnonzero(known)
        likeness[at] = process.cpdist([a[i] for i in at], [b[i] for i in at], scorer=fuzz.token_sort_ratio)
    return {"address alike": known & (likeness >= 90), "address differs": known & (likeness < 60)}


def _differ(a: Side, b: Side, name: str) -> NDArray[np.bool_]:
    return np.asarray(~np.isnan(a[name]) & ~np.isnan(b[name]) & (a[name] != b[name]))


def _shared(a: NDArray[Any], b: NDArray[Any]) -> NDArray[np.int64]:
    """How many of the left cells stand among the right ones; 0 is no value."""
    found = np.zeros(a.shape, bool)
    for at in range(b.shape[1]):
        found |= a == b[:, at : at + 1]
    return np.asarray((found & (a > 0)).sum(axis=1))


def _alike(a: NDArray[Any], b: NDArray[Any]) -> NDArray[np.int64]:
    """How many of the left pictures look like one of the right ones."""
    found = np.zeros(a.shape, bool)
    for at in range(b.shape[1]):
        other = b[:, at : at + 1]
        found |= (np.bitwise_count(a ^ other) <= ALIKE) & (other > 0)
    return np.asarray((found & (a > 0)).sum(axis=1))


NAMES: Final = (
    "surface equal to the decimal", "surface equal to the hundredth", "surface equal",
    "surface within rounding", "surface near", "surface differs", "no home", "plot equal", "plot differs",
    "rooms equal", "rooms differ", "bedrooms equal", "bedrooms differ", "price equal", "round price equal",
    "net price equal", "price equal to the other's net price", "rent equal without charges",
    "odd rent equal without charges", "price within 1 %", "price within 3 %", "price within 8 %",
    "price within 15 %", "price differs", "net prices within 3 %", "net prices differ",
    "net prices differ much", "charges equal", "charges differ", "storey equal", "ground floor both",
    "year equal", "year differs", "energy equal", "energy equal in class A", "energy differs",
    "emissions equal", "emissions differ", "energy letter equal", "energy letter differs",
    "furnished differs", "types differ a little", "within 150 m", "within 600 m", "beyond 1500 m",
    "communes differ", "no place", "same agency", "same reference", "photos in common",
    "more photos in common", "two pictures alike", "no picture alike", "texts unlike",
    "texts somewhat alike", "texts alike", "phrases in common", "phrases mostly in common",
    "figures in common", "no figure in common", "fields told in the other text", "street in common",
    "streets differ", "address alike", "address differs",
)  # fmt: skip
