"""Microdata, RDFa and Open Graph: one home in each notation is read alike; the agency's marks are not its."""

from typing import Any

import pytest

from extract.document import Document
from extract.readers import microdata, opengraph, rdfa
from models.places import Places
from tests.extract.pages import page, read

MICRODATA = """
<div itemscope itemtype="https://schema.org/Apartment">
 <span itemprop="numberOfRooms">3</span> <span itemprop="numberOfBedrooms">2</span>
 <div itemprop="floorSize" itemscope itemtype="https://schema.org/QuantitativeValue">
  <span itemprop="value">62,5</span> m²</div>
 <div itemprop="address" itemscope itemtype="https://schema.org/PostalAddress">
  <span itemprop="postalCode">69003</span> <span itemprop="addressLocality">Lyon</span></div>
 <div itemprop="offers" itemscope itemtype="https://schema.org/Offer">
  <meta itemprop="priceCurrency" content="EUR"><span itemprop="price" content="245000">245 000 €</span></div>
 <div itemprop="geo" itemscope><meta itemprop="latitude" content="45.7601">
  <meta itemprop="longitude" content="4.8502"></div>
 <div itemprop="seller" itemscope itemtype="https://schema.org/RealEstateAgent">
  <div itemprop="address" itemscope><span itemprop="postalCode">75015</span></div></div>
</div>"""
PLAIN = (
    MICRODATA.replace("itemscope itemtype=", "typeof=")
    .replace(" itemscope", "")
    .replace("itemprop=", "property=")
    .replace("https://schema.org/", "")
)
RDFA = {
    "vocab": f'<div vocab="https://schema.org/">{PLAIN}</div>',
    "prefix": PLAIN.replace('typeof="', 'typeof="schema:').replace('property="', 'property="schema:'),
    "whole addresses": PLAIN.replace('typeof="', 'typeof="http://schema.org/').replace(
        'property="', 'property="http://schema.org/'
    ),
    "two words": PLAIN.replace('typeof="Apartment"', 'typeof="Product Apartment"').replace(
        'property="price"', 'property="schema:price gr:hasCurrencyValue"'
    ),
}
WHOLE = {
    "price": 245_000, "currency": "EUR", "rooms": 3, "bedrooms": 2, "surface": 62.5, "postal_code": "69003",
    "city": "Lyon", "property_type": "apartment", "latitude": 45.7601, "longitude": 4.8502,
}  # fmt: skip


def told(reader: Any, main: str, head: str = "") -> dict[str, Any]:
    document = Document(page(main, head=head), "https://agence.example/1")
    found = sorted(reader.read(document, Places.sample()), key=lambda one: one.confidence)
    return {one.field: one.value for one in found if one.field in WHOLE}


def test_microdata_tells_the_property_and_not_its_seller() -> None:
    assert told(microdata, MICRODATA) == WHOLE


@pytest.mark.parametrize("main", RDFA.values(), ids=list(RDFA))
def test_rdfa_tells_the_property_and_not_its_seller(main: str) -> None:
    assert told(rdfa, main) == WHOLE


@pytest.mark.parametrize(
    "main",
    [
        '<div typeof="RealEstateAgent"><span property="postalCode">75015</span></div>',
        '<div typeof="schema:Organization"><p><span property="schema:addressLocality">Paris</span></p></div>',
        '<span property="price">245000</span>',
        '<div rel="schema:seller"><div typeof="Person"><b property="postalCode">75015</b></div></div>',
        '<footer><div typeof="Place"><b property="postalCode">75015</b></div></footer>',
        '<div property="price"></div>',
    ],
)
def test_marks_of_somebody_or_of_nothing_are_not_the_propertys(main: str) -> None:
    assert told(rdfa, main) == {}


def test_shared_metas_tell_price_and_place() -> None:
    head = (
        '<meta property="product:price:amount" content="245000"><meta property="og:locality" content="Lyon">'
        '<meta property="og:postal-code" content="69003"><meta property="og:latitude" content="45.7601">'
        '<meta property="og:longitude" content="4.8502">'
    )
    assert told(opengraph, "", head) == {
        field: WHOLE[field] for field in ("price", "city", "postal_code", "latitude", "longitude")
    }
    assert told(rdfa, "", head) == {}


def test_a_page_with_nothing_but_marks_is_read_by_them() -> None:
    listing = read(page("<h1>Appartement 3 pièces à vendre</h1><p>245 000 €</p>" + RDFA["vocab"])).listing
    assert listing is not None
    assert (listing.price, listing.surface, listing.rooms, listing.postal_code) == (245_000, 62.5, 3, "69003")
