"""JSON-LD in the shapes that sites write: each tells the property, whoever else stands in the graph."""

import json
from time import process_time
from typing import Any

import pytest

from extract.document import Document
from extract.loose_json import load
from extract.readers import json_ld
from models.places import Places

HOME = {
    "name": "Appartement 3 pièces",
    "numberOfRooms": 3,
    "numberOfBedrooms": 2,
    "floorSize": {"@type": "QuantitativeValue", "value": "62,5", "unitCode": "MTK"},
    "address": {"@type": "PostalAddress", "postalCode": "69003", "addressLocality": "Lyon"},
}
OFFER = {"@type": "Offer", "price": "245000", "priceCurrency": "EUR"}
AGENCY = {
    "@type": "RealEstateAgent",
    "name": "Agence du Test",
    "address": {"@type": "PostalAddress", "postalCode": "75015", "addressLocality": "Paris"},
}


def told(*blocks: Any) -> dict[str, Any]:
    """What the blocks tell, the surest value of each field."""
    texts = [block if isinstance(block, str) else json.dumps(block) for block in blocks]
    scripts = "".join(f'<script type="application/ld+json">{text}</script>' for text in texts)
    document = Document(
        f"<html><head>{scripts}</head><body><p>Bonjour</p></body></html>", "https://a.example/1"
    )
    found = sorted(json_ld.read(document, Places.sample()), key=lambda one: one.confidence)
    return {one.field: one.value for one in found}


def of(kind: str | list[str], **more: Any) -> dict[str, Any]:
    return {"@context": "https://schema.org", "@type": kind, **HOME, **more}


WHOLE = {
    "price": 245_000,
    "currency": "EUR",
    "rooms": 3,
    "bedrooms": 2,
    "surface": 62.5,
    "postal_code": "69003",
}


@pytest.mark.parametrize(
    "block",
    [
        *(of(kind, offers=OFFER) for kind in (
            "RealEstateListing", "Product", "Apartment", "House", "Residence", "SingleFamilyResidence",
            "Accommodation", "https://schema.org/Apartment", "schema:Apartment",
        )),
        of(["Product", "Apartment"], offers=OFFER),
        of("Apartment", offers=[OFFER]),
        {"@graph": [AGENCY, {"@type": "WebSite", "name": "Agence"}, of("Apartment", offers=OFFER)]},
        [AGENCY, of("House", offers=OFFER)],
        {"@type": "RealEstateListing", "offers": {**OFFER, "itemOffered": of("Apartment")}},
        {**OFFER, "itemOffered": of("Apartment"), "seller": AGENCY},
        {"@type": "WebPage", "mainEntity": of("Apartment", offers=OFFER), "publisher": AGENCY},
        {"@type": "ItemPage", "mainEntity": {"@type": "Offer", "price": 245000, "priceCurrency": "EUR",
                                             "itemOffered": of("Apartment")}},
        of("Apartment", offers={"@type": "Offer", "priceSpecification": {
            "@type": "UnitPriceSpecification", "price": 245000, "priceCurrency": "EUR"}}),
        of("Product", offers={"@type": "AggregateOffer", "lowPrice": 245000, "price": 245000,
                              "priceCurrency": "EUR"}),
        {"@graph": [{"@id": "#home", **of("Apartment")},
                    {**OFFER, "itemOffered": {"@id": "#home"}}, AGENCY]},
        of("Apartment", offers=OFFER, floorSize="62.5 m²"),
        of("Apartment", offers=OFFER, floorSize="62,5m²"),
        of("Apartment", offers=OFFER, floorSize=[{"value": 62.5}]),
        of("Apartment", offers=OFFER, floorSize={"value": 62.5, "unitText": "m2"}),
        of("Apartment", offers=OFFER, numberOfRooms={"@type": "QuantitativeValue", "value": 3}),
        of("Apartment", offers={**OFFER, "price": "245 000 €"}),
    ],
)  # fmt: skip
def test_each_shape_tells_the_property_and_not_the_agency(block: Any) -> None:
    assert {field: told(block).get(field) for field in WHOLE} == WHOLE


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1,}', {"a": 1}),
        ('{"a": [1, 2, ], }', {"a": [1, 2]}),
        ('{"a": "un\ndeux"}', {"a": "un\ndeux"}),
        ('{"a": 1};', {"a": 1}),
        ('// annonce\n{"a": 1}', {"a": 1}),
        ('{"a": 1, /* prix */ "b": 2}', {"a": 1, "b": 2}),
        ('{"a": "https://a.example/x,]", "b": 2,}', {"a": "https://a.example/x,]", "b": 2}),
        ('{&quot;a&quot;: &quot;b&quot;}', {"a": "b"}),
        ('{"a": "prix \\u20ac, d\\\'abord"}', {"a": "prix €, d'abord"}),
        ('{"a": "une tabulation\tici"}', {"a": "une tabulation\tici"}),
        ('{"a": 1}{"b": 2}', [{"a": 1}, {"b": 2}]),
        ("", None),
        ("ceci n'est pas du JSON", None),
    ],
)  # fmt: skip
def test_what_sites_break_in_json_is_repaired(text: str, value: Any) -> None:
    assert load(text) == value


@pytest.mark.parametrize("unit", ['"', '\\"', '"a', "/*", "{", "[", ",", "\n//", "&quot;", '{"a":'])
def test_repair_takes_time_in_proportion(unit: str) -> None:
    def cost(size: int) -> float:
        started = process_time()
        load(unit * (size // len(unit)))
        return process_time() - started

    cost(1_000)
    # Twice as long a text costs about twice as much; one quadratic pattern would cost four times.
    small, large = min(cost(100_000) for _ in range(3)), min(cost(200_000) for _ in range(3))
    assert large < 3.2 * small + 0.02


def test_named_properties_are_read_as_labels_are() -> None:
    extra = [{"@type": "PropertyValue", "name": "Référence", "value": "VA-1204"},
             {"@type": "PropertyValue", "name": "Étage", "value": 3}, {"name": None}, "rien"]  # fmt: skip
    found = told(of("Apartment", additionalProperty=extra))
    assert (found["reference"], found["floor"]) == ("VA-1204", 3)


def test_entities_in_a_text_are_undone() -> None:
    assert told(of("Apartment", name="Appartement &agrave; L&#39;Isle", offers=OFFER))["title"] == (
        "Appartement à L'Isle"
    )


@pytest.mark.parametrize("price", ["NaN", "1e308", "-5", "0", "", "sur demande", None, [], {}, True])
def test_what_is_no_price_tells_none(price: Any) -> None:
    assert "price" not in told(of("Apartment", offers={"@type": "Offer", "price": price}))


def test_many_offers_are_a_list_and_tell_nothing() -> None:
    listed = [of("Apartment", name=f"Bien {n}", offers={**OFFER, "price": 100_000 + n}) for n in range(5)]
    assert told({"@type": "ItemList", "itemListElement": listed}) == {}
    assert told(listed) == {}
