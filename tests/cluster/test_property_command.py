"""`pignon property`: what a property is, why its adverts are one, and how a person merges and splits."""

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from dedup.store import dedup_listings
from models.tables import Agency, utc_now
from tests.cluster.command import Pignon
from tests.dedup.test_store import add, of, withdraw


@pytest.fixture
def listings(engine: Engine) -> list[int]:
    """Two adverts of one flat, then one of another."""
    with Session(engine) as session, session.begin():
        port = add(session, "port", data_quality_score=0.9)
        halles = add(session, "halles", rooms=4, price=249_000)
        ids = [port.id, halles.id, add(session, "gare", surface=91.0).id]
    dedup_listings(engine)
    return ids


def test_a_property_is_shown_with_its_adverts_and_why_they_are_one(
    in_town: Pignon, engine: Engine, listings: list[int]
) -> None:
    first, second, _ = listings
    told = in_town("property", "show", str(of(engine, first))).out
    for line in (
        f"Property {of(engine, first)}\n  Price: €245,000 – €249,000\n",
        "  Rooms: 3 (port); but halles: 4\n",
        f"  {first}  port: €245,000, 65.4\u00a0m²\n      http://port.example/1\n",
        f"  {first} (port), {second} (halles): ",
        "      same surface, to the decimal: 65.4 m² (+",
    ):
        assert line in told
    assert "Decisions" not in told
    french = in_town("property", "show", str(of(engine, first)), "--french").out
    assert "  Pièces: 3 (port); mais halles: 4\n" in french
    assert "      même surface, à la décimale : 65,4 m² (+" in french


def test_a_program_reads_the_same_and_a_merged_id_is_followed(
    in_town: Pignon, engine: Engine, listings: list[int]
) -> None:
    first, second, _ = listings
    kept = of(engine, first)
    (told,) = in_town("property", "show", str(kept + 1), "--json").rows
    assert (told["id"], told["lowest_price"], told["agencies"]) == (kept, 245_000, ["port", "halles"])
    assert told["facts"]["rooms"] == {"value": 3, "source": first, "otherwise": {str(second): 4}}
    assert [advert["source_url"] for advert in told["adverts"]] == [
        "http://port.example/1",
        "http://halles.example/1",
    ]
    (link,) = told["links"]
    assert (link["a"], link["b"]) == (first, second)
    assert link["reasons"][0].keys() == {"name", "a", "b", "weight"}
    assert told["decisions"] == []


def test_a_person_splits_and_merges_and_is_remembered(
    in_town: Pignon, engine: Engine, listings: list[int]
) -> None:
    first, second, third = listings
    said = in_town("property", "split", str(second), "--note", "another stairway")
    own = of(engine, second)
    assert said.out == f"Listing {second} stands apart from now on: property {own}.\n"
    kept, other = of(engine, first), of(engine, third)
    assert own not in (kept, other)
    told = in_town("property", "show", str(own)).out
    assert f": {first} and {second} are two dwellings – another stairway\n" in told
    (merged,) = in_town("property", "merge", str(kept), str(other), "--json").rows
    assert merged == {"property_id": kept, "merged": [kept, other]}
    assert of(engine, third) == kept


def test_a_withdrawn_advert_is_shown_as_such(in_town: Pignon, engine: Engine, listings: list[int]) -> None:
    withdraw(engine, listings[1])
    dedup_listings(engine)
    told = in_town("property", "show", str(of(engine, listings[0]))).out
    assert "halles: €249,000, 65.4\u00a0m², withdrawn\n" in told
    assert "  Price: €245,000\n" in told


def test_adverts_of_an_agency_that_opted_out_are_not_shown(
    in_town: Pignon, engine: Engine, listings: list[int]
) -> None:
    with engine.begin() as connection:
        gone = update(Agency).where(Agency.name == "halles").values(opted_out_at=utc_now())
        connection.execute(gone)
    withdraw(engine, listings[1])
    assert "halles" not in in_town("property", "show", str(of(engine, listings[0]))).out


def test_a_mistake_is_one_clear_line(in_town: Pignon, engine: Engine, listings: list[int]) -> None:
    kept = str(of(engine, listings[0]))
    for arguments, said in (
        (("show", "4000"), "Property 4000 is not there, or has no advert to show."),
        (("merge", kept, kept), f"{kept} and {kept} are one property already."),
        (("split", str(listings[2])), f"Listing {listings[2]} is the only live advert of its property."),
        (("split", "4000"), "Listing 4000 is not there."),
        (("merge", kept, "4000", "--note", "x" * 301), "The note is too long: 300 characters at most."),
    ):
        ran = in_town("property", *arguments)
        assert (ran.code, ran.error) == (2, f"pignon: {said}")
