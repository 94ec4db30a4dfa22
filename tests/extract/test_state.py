"""What frameworks leave in a page for their own scripts: found whoever wrote it, and bounded."""

import json

import pytest

from extract.document import Document
from extract.readers import state_json
from extract.state import data
from tests.extract.pages import URL, read

ADVERT = {
    "reference": "HL50", "title": "T2 avec soupente", "transaction": "SALE", "type": "APARTMENT",
    "price": {"amount": 289_000, "feesBuyer": 11_500}, "area": {"living": 52.4, "land": None}, "rooms": 2,
    "bedrooms": 1, "bathrooms": 0, "showerRooms": 1, "floor": 4,
    "address": {"zipCode": "69001", "city": "Lyon"}, "energy": {"dpe": {"letter": "D", "value": 214}},
    "description": "Dans une petite copropriété, appartement de deux pièces avec une belle hauteur.",
}  # fmt: skip


def page(script: str) -> str:
    head = "<html lang='fr'><head><title>T2 avec soupente</title></head>"
    return f"{head}<body><div id='app'></div>{script}</body></html>"


def flight(value: object) -> str:
    """Next's app router: rows in pieces, cut anywhere."""
    row = f'1:"$Sreact.fragment"\n2:{json.dumps(["$", "div", None, {"listing": value}])}\n'
    return "".join(
        f"<script>self.__next_f.push([1,{json.dumps(row[at : at + 90])}])</script>"
        for at in range(0, len(row), 90)
    )


def nuxt(value: object) -> str:
    """Nuxt's payload: a flat list in which places stand for values."""
    flat: list[object] = []

    def put(item: object) -> int:
        flat.append(None)
        at = len(flat) - 1
        if isinstance(item, dict):
            flat[at] = {key: put(inner) for key, inner in item.items()}
        elif isinstance(item, list):
            flat[at] = [put(inner) for inner in item]
        else:
            flat[at] = item
        return at

    put({"data": value})
    return f"<script type='application/json' id='__NUXT_DATA__'>{json.dumps(flat)}</script>"


def attribute(value: object) -> str:
    escaped = json.dumps(value).replace('"', "&quot;")
    return f'<div data-page="{escaped}"></div>'


def angular(value: object) -> str:
    escaped = json.dumps(value).replace("&", "&a;").replace('"', "&q;")
    return f"<script type='application/json' id='ng-state'>{escaped}</script>"


CARRIERS = {
    "a JSON block": lambda value: f"<script type='application/json'>{json.dumps({'props': value})}</script>",
    "an assigned object": lambda value: f"<script>window.__STATE__ = {json.dumps({'ad': value})};</script>",
    "a tree sent in pieces": flight,
    "a flat list of places": nuxt,
    "an attribute": attribute,
    "escaped quotes": angular,
    "JSON within JSON": lambda value: (
        f"<script>window.cache = {json.dumps({'ad': json.dumps(value)})}</script>"
    ),
}


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_page_that_shows_nothing_is_read_from_what_it_carries(carrier: str) -> None:
    reading = read(page(CARRIERS[carrier](ADVERT)))
    listing = reading.listing
    assert reading.kind == "detail" and listing is not None
    assert (listing.price, listing.surface, listing.rooms, listing.bedrooms) == (289_000, 52.4, 2, 1)
    assert (listing.bathrooms, listing.floor, listing.dpe, listing.postal_code) == (1, 4, "D", "69001")
    assert listing.title == ADVERT["title"] and listing.description == ADVERT["description"]


def test_a_shell_that_carries_no_whole_advert_gives_no_listing() -> None:
    part = {name: ADVERT[name] for name in ("reference", "title", "rooms")}
    reading = read(page(CARRIERS["a JSON block"](part)))
    assert (reading.kind, reading.reason, reading.listing) == ("other", "shell", None)


def test_a_prices_fees_and_an_areas_plot_are_not_the_price_and_the_area() -> None:
    told = state_json.fields(
        {"price": {"fees": 9_000, "value": 200_000}, "surface": {"terrain": 800, "habitable": 90}}
    )
    assert (told["price"], told["fees"], told["surface"], told["land_surface"]) == (200_000, 9_000, 90, 800)


def test_a_payload_that_points_at_itself_ends() -> None:
    loop = "<script type='application/json' id='__NUXT_DATA__'>[[0,0,1],{\"a\":0,\"b\":1}]</script>"
    assert len(data(Document(page(loop), URL))) == 1


def test_a_similar_propertys_object_is_not_the_pages() -> None:
    other = {"price": 274_500, "city": "Saint-Malo", "zipcode": "35400", "rooms": 4, "surface": 92}
    for key, is_other in (("similar", True), ("listing", False)):
        state = {"property": {"id": 7788, "price": 214_000}, key: [[other, {"s": "arr"}]]}
        script = f"<script>window.__INITIAL_STATE__ = {json.dumps(state)};</script>"
        assert (state_json.subject(Document(page(script), URL)) is None) is is_other
