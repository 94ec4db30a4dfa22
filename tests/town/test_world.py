"""The town's world: from a seed, large, varied, plausible, and full of traps that are honest."""

import os
import subprocess
import sys
from collections import Counter, defaultdict

import pytest

from models.features import FEATURES
from models.listing import FeesPayer, PropertyType, Transaction
from models.places import Places
from town.agencies import luhn_complete
from town.model import Advert, Dwelling
from town.phrases import ABSENT, NOUNS, SENTENCES, SHORT
from town.registry import families
from town.world import World, build_world

FICTITIOUS = ("01 99 00", "02 61 91", "03 53 01", "04 65 71", "05 36 49", "06 39 98")
DIGEST = """
import hashlib
from town.world import build_world

world = build_world(5, agencies=10)
sites = [world.site(agency.slug, 9, "http://x") for agency in world.agencies]
told = [(s.adverts, s.withdrawn, sorted(s.sitemap_missing), sorted(s.sitemap_dead)) for s in sites]
print(hashlib.sha256(repr(told).encode()).hexdigest())
"""


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(seed=0)


@pytest.fixture(scope="module")
def adverts(world: World) -> list[Advert]:
    return world.adverts(0)


def test_a_seed_gives_one_town_and_another_seed_another() -> None:
    one, same, other = build_world(3, 10), build_world(3, 10), build_world(4, 10)
    assert one.agencies == same.agencies
    assert one.adverts(20) == same.adverts(20)
    assert one.adverts(20) != other.adverts(20)


def test_the_town_does_not_depend_on_the_hash_seed_of_the_process() -> None:
    prints = set()
    for hash_seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        command = [sys.executable, "-c", DIGEST]
        prints.add(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)
    assert len(prints) == 1


def test_the_town_is_large_and_spread_over_every_family(world: World, adverts: list[Advert]) -> None:
    assert len(families()) >= 14
    assert len(world.agencies) == 36
    assert len({agency.slug for agency in world.agencies}) == 36
    assert {agency.family for agency in world.agencies} == {family.name for family in families()}
    assert 800 <= len(adverts) <= 1000
    per_agency = Counter(advert.agency for advert in adverts)
    assert len(per_agency) == 36
    assert min(per_agency.values()) >= 10
    assert max(per_agency.values()) <= 45


def test_sale_and_rent_and_every_kind_of_property_are_there(adverts: list[Advert]) -> None:
    share = sum(a.dwelling.transaction is Transaction.SALE for a in adverts) / len(adverts)
    assert 0.55 <= share <= 0.78
    assert {a.dwelling.property_type for a in adverts} == set(PropertyType) - {PropertyType.OTHER}
    assert {a.dwelling.transaction for a in adverts} == {Transaction.SALE, Transaction.RENT}


def test_a_dwelling_has_one_to_five_agencies_with_their_own_words_and_prices(adverts: list[Advert]) -> None:
    shared = defaultdict(list)
    for advert in adverts:
        shared[advert.dwelling.id].append(advert)
    counts = Counter(len(group) for group in shared.values())
    assert set(counts) == {1, 2, 3, 4, 5}
    several = [group for group in shared.values() if len(group) > 1]
    assert all(len({a.agency for a in group}) == len(group) for group in several)
    assert all(len({a.description for a in group}) == len(group) for group in several)
    assert all(len({a.photos[0] for a in group}) == len(group) for group in several)
    sold = [group for group in several if group[0].dwelling.transaction is Transaction.SALE]
    assert sum(len({a.price for a in group}) > 1 for group in sold) > 0.7 * len(sold)
    assert any(len({a.surface for a in group}) > 1 for group in several)


def test_numbers_of_agencies_satisfy_their_check_digits_and_telephones_are_fictitious(world: World) -> None:
    for agency in world.agencies:
        assert luhn_complete(agency.siren[:-1]) == agency.siren
        assert luhn_complete(agency.siret[:-1]) == agency.siret
        assert len(agency.siren) == 9
        assert len(agency.siret) == 14
        assert agency.siret.startswith(agency.siren)
        assert agency.phone.startswith(FICTITIOUS)
        assert agency.cpi.startswith("CPI ")
        assert agency.email.endswith(".example")


def test_the_check_digit_is_luhns() -> None:
    assert luhn_complete("7992739871") == "79927398713"


def test_every_commune_of_the_town_is_in_the_shipped_directory(adverts: list[Advert]) -> None:
    places = Places.sample()
    for place in {advert.dwelling.place for advert in adverts}:
        found = places.resolve(f"{place.postal_code} {place.city}")
        assert found is not None, place
        assert (found.insee_code, found.postal_code) == (place.insee_code, place.postal_code)


def test_arrondissements_shared_postal_codes_corsica_and_leading_zeros_occur(adverts: list[Advert]) -> None:
    places = {advert.dwelling.place for advert in adverts}
    codes = defaultdict(set)
    for place in places:
        codes[place.postal_code].add(place.insee_code)
    assert len(places) >= 25
    assert {"75115", "69383", "13208"} <= {place.insee_code for place in places}
    assert any(len(communes) > 1 for communes in codes.values())
    assert any(place.insee_code.startswith("2A") for place in places)
    assert any(place.postal_code.startswith("01") for place in places)


def test_fees_and_charges_add_up(adverts: list[Advert]) -> None:
    for advert in adverts:
        home = advert.dwelling
        if home.transaction is Transaction.SALE:
            assert advert.fees is not None
            assert 0 < advert.fees < advert.price
            assert advert.fees_payer in {FeesPayer.BUYER, FeesPayer.SELLER}
        else:
            assert advert.fees_payer in {FeesPayer.TENANT, None}
            assert not advert.charges_included or home.charges is not None


def test_energy_values_lie_within_their_letters(adverts: list[Advert]) -> None:
    tops = {"A": 70, "B": 110, "C": 180, "D": 250, "E": 330, "F": 420, "G": 10_000}
    letters = list(tops)
    for home in (advert.dwelling for advert in adverts):
        if home.dpe is None:
            assert home.dpe_value is None
            continue
        at = letters.index(home.dpe)
        assert home.dpe_value is not None
        assert (tops[letters[at - 1]] if at else 0) < home.dpe_value <= tops[home.dpe]
        assert home.ges is not None
        assert home.ges <= home.dpe


def test_some_adverts_hide_what_others_tell(adverts: list[Advert]) -> None:
    homes = [a.dwelling for a in adverts if a.dwelling.property_type is PropertyType.APARTMENT]
    assert any(home.dpe is None for home in homes)
    assert any(not home.address for home in homes)
    assert any(home.address for home in homes)
    assert any(home.floor is None for home in homes)


def test_a_parking_stands_at_the_address_of_a_flat(world: World) -> None:
    at = defaultdict(set)
    for home in _homes(world):
        at[home.place.insee_code, home.address].add(home.property_type)
    assert {PropertyType.APARTMENT, PropertyType.PARKING} in at.values()


def test_a_flat_is_offered_both_for_sale_and_for_rent(world: World) -> None:
    pairs = defaultdict(set)
    for home in _homes(world):
        pairs[home.place.insee_code, home.address, home.surface].add(home.transaction)
    assert {Transaction.SALE, Transaction.RENT} in pairs.values()


def test_lots_of_one_programme_share_their_words_but_neither_floor_nor_surface(world: World) -> None:
    programmes = defaultdict(list)
    for home in _homes(world):
        programmes[world.lot(home.id).text_key].append(home)
    siblings = [lots for key, lots in programmes.items() if key.startswith("programme")]
    assert siblings
    for lots in siblings:
        assert len({lot.floor for lot in lots}) == len(lots)
        assert len({lot.surface for lot in lots}) == len(lots)
        assert len({lot.address for lot in lots}) == 1


def test_texts_are_as_long_as_real_ones_and_name_every_feature_shown(adverts: list[Advert]) -> None:
    for advert in adverts:
        text = " ".join(advert.description.split()).lower()
        assert 40 <= len(advert.description.split()) <= 220
        for feature, present in advert.dwelling.features.items():
            assert feature in FEATURES
            words = _words_for(feature) if present else ABSENT[feature]
            assert any(word.lower().rstrip(".") in text for word in words), (feature, advert.description)


def test_texts_and_titles_vary(adverts: list[Advert]) -> None:
    openings = Counter(advert.description[:24] for advert in adverts)
    assert len(openings) > 300
    assert len({advert.title for advert in adverts}) > 250
    assert any(advert.description.split()[0].isupper() for advert in adverts)


def test_photos_belong_to_the_dwelling_and_carry_the_agencys_key(adverts: list[Advert]) -> None:
    for advert in adverts:
        assert len(advert.photos) == len(set(advert.photos)) >= 1
        assert all(photo.startswith(f"/photos/{advert.dwelling.id}-") for photo in advert.photos)
        assert len({photo.rpartition("-")[2] for photo in advert.photos}) == 1


def _homes(world: World) -> list[Dwelling]:
    """The dwellings advertised at the start, in the town's own view of them."""
    return [world.lot(number).dwelling for number in {a.dwelling.id for a in world.adverts(0)}]


def _words_for(feature: str) -> tuple[str, ...]:
    return (*NOUNS.get(feature, ()), *SENTENCES.get(feature, ()), SHORT[feature])
