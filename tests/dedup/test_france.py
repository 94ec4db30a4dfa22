"""The benches' market: towns of many seeds, each in communes of its own, the same at every call."""

from itertools import islice
from pathlib import Path

import pytest

from models.listing import LISTING_FIELDS
from tests.benchmarks.france import FIRST_SEED, Row, market, moved, read, town, write
from town.areas import AREAS
from town.truth import truth_lines
from town.world import build_world

SEED = 7


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return list(town(SEED, moved(SEED)))


def test_the_same_seed_gives_the_same_rows(rows: list[Row]) -> None:
    assert list(town(SEED, moved(SEED))) == rows


def test_every_live_advert_is_there_with_the_dwellings_of_the_unmoved_town(rows: list[Row]) -> None:
    live = [line for line in truth_lines(build_world(SEED), 0, str) if line["live"]]
    assert [row["dwelling"] for row in rows] == [f"{SEED}-{line['dwelling']}" for line in live]
    assert [row["price"] for row in rows] == [line["price"] for line in live]


def test_a_row_has_a_listings_fields_and_an_id_of_its_own(rows: list[Row]) -> None:
    assert {*rows[0]} == {*LISTING_FIELDS, "id", "agency", "first_seen", "dwelling"}
    assert len({row["id"] for row in rows}) == len(rows)


def test_what_a_family_hides_is_null(rows: list[Row]) -> None:
    hidden = {line["agency"]: line["hidden"] for line in truth_lines(build_world(SEED), 0, str)}
    told = [(row, name) for row in rows for name in hidden[row["agency"].removeprefix(f"{SEED}-")]]
    assert told
    assert all(row[name] is None for row, name in told)


def test_postal_code_commune_and_texts_agree(rows: list[Row]) -> None:
    names = {commune.place.city for area in AREAS for commune in area.communes}
    own = {c.place.insee_code: c.place for area in moved(SEED) for c in area.communes}
    for row in rows:
        place = own[row["insee_code"]]
        assert (row["postal_code"], row["city"]) == (place.postal_code, place.city)
        assert row["city"].lower() in row["title"].lower()
        assert not any(name in row["description"] for name in names - {c.city for c in own.values()})
        if row["latitude"] is not None:
            assert abs(row["latitude"] - place.latitude) < 0.02
            assert abs(row["longitude"] - place.longitude) < 0.02


def test_two_seeds_have_other_communes() -> None:
    places = [{c.place.insee_code for area in moved(seed) for c in area.communes} for seed in (1, 2)]
    assert len(places[0] & places[1]) < len(places[0]) / 4


def test_one_dwelling_stays_at_several_agencies(rows: list[Row]) -> None:
    assert len({row["dwelling"] for row in rows}) < 0.7 * len(rows)


def test_a_file_holds_the_first_listings_of_the_market(tmp_path: Path) -> None:
    write(tmp_path / "market.jsonl", 3)
    assert [row["id"] for row in read(tmp_path / "market.jsonl")] == [r["id"] for r in islice(market(), 3)]
    assert next(market())["id"].startswith(f"{FIRST_SEED}/")
