"""Favourites: kept with a note, a status and a visit; told as the listing is now; another's are not there."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import Engine, delete, insert, select, update

from models.tables import Agency, AggregatedListing, Favorite, Property, User
from serve.personal import favorites
from tests.serve.market import NOW, add_agency, add_event, add_listing, add_property
from tests.serve.people import add_key
from tests.serve.personal.conftest import Visitor

PATH = "/api/user/favorites"


def _count(engine: Engine, listing: int) -> int:
    with engine.connect() as connection:
        return connection.scalars(
            select(AggregatedListing.favorite_count).where(AggregatedListing.id == listing)
        ).one()


def _change(engine: Engine, listing: int, **values: Any) -> None:
    with engine.begin() as connection:
        connection.execute(update(AggregatedListing).where(AggregatedListing.id == listing).values(**values))


def test_a_listing_is_kept_with_a_note_a_status_and_a_visit(claire: Visitor, engine: Engine) -> None:
    listing = add_listing(engine, add_agency(engine), price=245_000, title="T3 avec balcon")
    said = {
        "listing_id": listing,
        "note": "  Voir la cave.\r\nSyndic ? 👨‍👩‍👧 ",
        "status": "to_call",
        "visit_at": "2026-12-05T14:30:00",
    }
    answer = claire.post(PATH, json=said)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == f"{PATH}/{listing}"
    told = claire.get(f"{PATH}/{listing}").json()
    assert told == answer.json()
    assert (told["note"], told["status"]) == ("Voir la cave.\nSyndic ? 👨‍👩‍👧", "to_call")
    assert (told["visit_at"], told["visit_zone"]) == ("2026-12-05T13:30:00Z", "Europe/Paris")
    assert told["listing"]["title"] == "T3 avec balcon"
    assert (told["state"], told["kept_price"], told["price_change"]) == ("live", 245_000, 0)


def test_to_keep_a_listing_twice_keeps_it_once_and_what_was_said(claire: Visitor, engine: Engine) -> None:
    listing = add_listing(engine, add_agency(engine))
    assert claire.post(f"{PATH}/{listing}", json={"note": "Calme", "status": "visited"}).status_code == 201
    assert claire.post(f"{PATH}/{listing}").status_code == 200
    again = claire.post(PATH, json={"listing_id": listing, "status": "offer"})
    assert (again.status_code, again.json()["note"], again.json()["status"]) == (200, "Calme", "offer")
    assert claire.get(PATH).json()["total"] == 1
    assert _count(engine, listing) == 1


def test_many_at_once_keep_it_once(claire: Visitor, engine: Engine) -> None:
    listing = add_listing(engine, add_agency(engine))
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda _: claire.post(f"{PATH}/{listing}").status_code, range(8)))
    assert sorted(codes) == [200] * 7 + [201]
    assert _count(engine, listing) == 1


def test_a_change_touches_what_it_names_and_a_put_the_whole(claire: Visitor, engine: Engine) -> None:
    one = f"{PATH}/{add_listing(engine, add_agency(engine))}"
    claire.post(one, json={"note": "Calme", "status": "to_call", "visit_at": "2027-01-05T10:00:00+04:00"})
    told = claire.patch(one, json={"status": None}).json()
    assert (told["status"], told["note"], told["visit_at"]) == (None, "Calme", "2027-01-05T06:00:00Z")
    told = claire.put(one, json={"status": "refused"}).json()
    assert (told["status"], told["note"], told["visit_at"]) == ("refused", None, None)
    other = f"{PATH}/{add_listing(engine, add_agency(engine))}"
    assert claire.put(other, json={}).status_code == 201


def test_a_visit_is_told_in_any_zone(claire: Visitor, engine: Engine) -> None:
    one = f"{PATH}/{add_listing(engine, add_agency(engine))}"
    said = {"visit_at": "2026-07-01T09:00", "visit_zone": "Indian/Reunion"}
    told = claire.post(one, json=said).json()
    assert (told["visit_at"], told["visit_zone"]) == ("2026-07-01T05:00:00Z", "Indian/Reunion")


@pytest.mark.parametrize(
    ("said", "parameter"),
    [
        ({"visit_at": "2027-03-28T02:30:00"}, "visit_at"),  # clocks go forward at two
        ({"visit_at": "2027-03-28T02:30:00", "visit_zone": "Mars/Olympus"}, "visit_zone"),
        ({"visit_zone": "../../etc/passwd"}, "visit_zone"),
        ({"visit_at": "1999-01-01T00:00:00"}, "visit_at"),
        ({"visit_at": "0001-01-01T00:00:00"}, "visit_at"),
        ({"visit_at": "9999-12-31T23:59:59-14:00"}, "visit_at"),
        ({"visit_at": "demain"}, "visit_at"),
        ({"note": "a" * 4_001}, "note"),
        ({"note": "nul \x00"}, "note"),
        ({"note": "\ud800"}, "note"),
        ({"status": "bought"}, "status"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_line(
    claire: Visitor, engine: Engine, said: dict[str, Any], parameter: str
) -> None:
    one = f"{PATH}/{add_listing(engine, add_agency(engine))}"
    answer = claire.post(one, content=json.dumps(said), headers={"Content-Type": "application/json"})
    assert answer.status_code == 422, answer.text
    assert [line["parameter"] for line in answer.json()["errors"]] == [parameter]
    assert claire.get(PATH).json()["total"] == 0


def test_there_is_nothing_to_keep_of_what_is_not_there(claire: Visitor, engine: Engine) -> None:
    silent = add_listing(engine, add_agency(engine, opted_out_at=NOW))
    for listing in (999, silent, 2**63 - 1):
        assert claire.post(f"{PATH}/{listing}").status_code == 404
        assert claire.patch(f"{PATH}/{listing}", json={}).status_code == 404
        assert claire.delete(f"{PATH}/{listing}").status_code == 404
    assert claire.post(f"{PATH}/{2**63}").status_code == 422


def test_a_changed_price_is_told_since_it_was_kept(claire: Visitor, engine: Engine) -> None:
    listing = add_listing(engine, add_agency(engine), price=300_000)
    claire.post(f"{PATH}/{listing}")
    _change(engine, listing, price=280_000)
    told = claire.get(PATH).json()["favorites"][0]
    assert (told["kept_price"], told["price_change"], told["listing"]["price"]) == (300_000, -20_000, 280_000)
    _change(engine, listing, price=None)
    assert claire.get(PATH).json()["favorites"][0]["price_change"] is None


def test_a_price_in_another_currency_than_the_kept_one_is_no_change(claire: Visitor, engine: Engine) -> None:
    listing, corrected = (add_listing(engine, add_agency(engine), price=300_000) for _ in range(2))
    told = {"field": "currency", "old_value": None, "new_value": "CHF"}
    add_event(engine, corrected, "changed", NOW - timedelta(days=1), **told)
    for kept in (listing, corrected):
        claire.post(f"{PATH}/{kept}")
    add_event(engine, listing, "changed", datetime.now(UTC), **told)
    favorites = claire.get(PATH).json()["favorites"]
    changes = {told["listing_id"]: told["price_change"] for told in favorites}
    assert changes == {listing: None, corrected: 0}, "it was kept in francs already"


def test_a_withdrawn_listing_stays_and_says_so(claire: Visitor, engine: Engine) -> None:
    listing = add_listing(engine, add_agency(engine), price=300_000)
    claire.post(f"{PATH}/{listing}")
    _change(engine, listing, is_active=False, withdrawn_at=NOW, withdrawn_reason="sold")
    told = claire.get(PATH).json()["favorites"][0]
    assert (told["state"], told["withdrawn_reason"], told["continued_by"]) == ("withdrawn", "sold", None)
    assert told["listing"]["price"] == 300_000


def test_an_advert_put_on_line_again_elsewhere_is_pointed_at(claire: Visitor, engine: Engine) -> None:
    agency, dwelling = add_agency(engine), add_property(engine)
    gone = add_listing(engine, agency, dwelling, is_active=False, withdrawn_at=NOW, withdrawn_reason="gone")
    add_listing(engine, add_agency(engine), dwelling, price=150_000)
    claire.post(f"{PATH}/{gone}")
    assert claire.get(f"{PATH}/{gone}").json()["continued_by"] is None
    again = add_listing(engine, agency, dwelling, republishes=gone, price=160_000)
    told = claire.get(f"{PATH}/{gone}").json()
    assert told["continued_by"] == again
    assert [other["price"] for other in told["others"]] == [150_000, 160_000]


def test_a_merge_leaves_the_favourite_and_shows_the_dwellings_other_adverts(
    claire: Visitor, engine: Engine
) -> None:
    agency = add_agency(engine)
    kept_in, other_in = add_property(engine), add_property(engine)
    kept = add_listing(engine, agency, kept_in, price=200_000)
    other = add_listing(engine, add_agency(engine), other_in, price=190_000)
    claire.post(f"{PATH}/{kept}")
    assert claire.get(f"{PATH}/{kept}").json()["others"] == []
    with engine.begin() as connection:
        connection.execute(update(Property).where(Property.id == kept_in).values(merged_into=other_in))
    _change(engine, kept, property_id=other_in)
    told = claire.get(f"{PATH}/{kept}").json()
    assert told["listing"]["property_id"] == other_in
    assert [(advert["id"], advert["price_difference"]) for advert in told["others"]] == [(other, -10_000)]


def test_of_an_agency_that_opted_out_the_note_stays_and_nothing_else(claire: Visitor, engine: Engine) -> None:
    agency = add_agency(engine)
    listing = add_listing(engine, agency, title="Secret")
    claire.post(f"{PATH}/{listing}", json={"note": "Belle vue"})
    with engine.begin() as connection:
        connection.execute(update(Agency).values(opted_out_at=NOW))
    answer = claire.get(PATH)
    told = answer.json()["favorites"][0]
    assert (told["state"], told["listing"], told["others"], told["note"]) == ("hidden", None, [], "Belle vue")
    assert "Secret" not in answer.text
    assert claire.delete(f"{PATH}/{listing}").status_code == 204


def test_pages_follow_each_other_and_a_status_narrows_them(claire: Visitor, engine: Engine) -> None:
    agency = add_agency(engine)
    listings = [add_listing(engine, agency) for _ in range(5)]
    for number, listing in enumerate(listings):
        claire.post(f"{PATH}/{listing}", json={"status": "visited" if number % 2 else None})
    seen, cursor = [], None
    while True:
        page = claire.get(PATH, params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen += [favorite["listing_id"] for favorite in page["favorites"]]
        if seen[:1] == seen:
            claire.delete(f"{PATH}/{seen[0]}")
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == listings[::-1]
    visited = claire.get(PATH, params={"status": "visited"}).json()
    assert (visited["total"], [one["listing_id"] for one in visited["favorites"]]) == (
        2,
        [listings[3], listings[1]],
    )
    assert claire.get(PATH, params={"cursor": "nonsense"}).status_code == 422


def test_there_is_an_end_to_what_one_keeps(
    claire: Visitor, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(favorites, "MAX_FAVORITES", 2)
    agency = add_agency(engine)
    listings = [add_listing(engine, agency) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        codes = list(pool.map(lambda one: claire.post(f"{PATH}/{one}").status_code, listings))
    assert sorted(codes) == [201, 201, 409, 409]


def test_anothers_favourites_are_not_there(claire: Visitor, hugo: Visitor, engine: Engine) -> None:
    listing = add_listing(engine, add_agency(engine))
    claire.post(f"{PATH}/{listing}", json={"note": "À moi"})
    one = f"{PATH}/{listing}"
    assert hugo.get(PATH).json()["favorites"] == []
    assert [hugo.get(one).status_code, hugo.delete(one).status_code] == [404, 404]
    assert hugo.patch(one, json={"note": "À lui"}).status_code == 404
    assert claire.get(one).json()["note"] == "À moi"


def test_a_key_needs_the_scope_and_nobody_enters_without(
    client: httpx2.Client, claire: Visitor, engine: Engine
) -> None:
    assert client.get(PATH).status_code == 401
    narrow, right = (add_key(engine, claire.person, scope) for scope in ("read", "favorites"))
    assert client.get(PATH, headers={"X-API-Key": narrow}).status_code == 403
    assert client.get(PATH, headers={"X-API-Key": right}).status_code == 200


def test_a_listing_counts_who_keeps_it_whatever_takes_them_away(
    claire: Visitor, hugo: Visitor, engine: Engine
) -> None:
    agency = add_agency(engine)
    both, one = add_listing(engine, agency), add_listing(engine, agency)
    for visitor in (claire, hugo):
        visitor.post(f"{PATH}/{both}")
    claire.post(f"{PATH}/{one}")
    assert (_count(engine, both), _count(engine, one)) == (2, 1)
    hugo.delete(f"{PATH}/{both}")
    assert _count(engine, both) == 1
    with engine.begin() as connection:
        connection.execute(delete(User).where(User.id == claire.person.id))
    assert (_count(engine, both), _count(engine, one)) == (0, 0)
    with engine.begin() as connection:
        rows = [{"user_id": hugo.person.id, "listing_id": listing} for listing in (both, one)]
        connection.execute(insert(Favorite), rows)
    assert (_count(engine, both), _count(engine, one)) == (1, 1)


def test_a_dwelling_with_many_adverts_shows_the_first_of_them(claire: Visitor, engine: Engine) -> None:
    dwelling = add_property(engine)
    adverts = [add_listing(engine, add_agency(engine), dwelling, price=100_000 + n) for n in range(13)]
    claire.post(f"{PATH}/{adverts[2]}")
    others = claire.get(PATH).json()["favorites"][0]["others"]
    assert [other["id"] for other in others] == [*adverts[:2], *adverts[3:11]]
