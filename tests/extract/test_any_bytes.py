"""Whatever a server sends, `read_page` answers, in bounded time and without an exception."""

# ruff: noqa: E501 (markup reads better unbroken)

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extract.page import read_page
from tests.extract.pages import DETAIL, URL, page

SECONDS = 20.0

BOMBS = {
    "nested": b"<div>" * 100_000 + b"250 000 \xe2\x82\xac",
    "nested and closed": b"<div>" * 100_000 + b"250 000 \xe2\x82\xac" + b"</div>" * 100_000,
    "nested in tables": b"<table><tr><td>" * 40_000,
    "unclosed tags": b"<a " * 500_000,
    "angle brackets": b"<" * 2_000_000,
    "thirty megabytes": b"<p>Maison 120 m\xc2\xb2 250 000 \xe2\x82\xac</p>" * 800_000,
    "one long line": b"<p>" + b"9" * 3_000_000 + b" \xe2\x82\xac</p>",
    "spaces": b"<p>" + b" " * 3_000_000 + b"m</p>",
    "entities": b"<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><p>" + b"&b;&amp;&#x20AC;" * 200_000,
    "json": b'<script type="application/ld+json">' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"</script>",
    "json feed": b'[{"url":' * 50_000,
    "links": b'<a href="/bien/1">3 pieces 100 000 \xe2\x82\xac 50 m2</a>' * 30_000,
    "marks in depth": (b'<div property="price" typeof="Thing" itemprop="price">' * 500 + b"x" + b"</div>" * 500) * 40,
    "bars": b'<div class="dpe">' + b'<i class="a"></i>' * 50_000 + b"</div>",
    "spoken labels": b'<i title="DPE : C (161)">2</i><i title="Chambres">2</i>' * 20_000,
    "markers": b'<i data-lat="44.1234" data-lng="0.1234"></i>' * 40_000,
    "captions": b"<p>A</p><p>classe climat</p>" * 20_000,
    "attributes": b"<p " + b"a=1 " * 300_000 + b">",
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_read_in_bounded_time(name: str) -> None:
    start = time.process_time()
    read_page(BOMBS[name], URL)
    assert time.process_time() - start < SECONDS


@pytest.mark.parametrize(
    "price", ["NaN", "Infinity", "-1e999", '"NaN"', "1e400", "[]", "{}", '{"value": null}', "true"]
)
def test_an_absurd_number_in_structured_data_is_no_price(price: str) -> None:
    offer = f'{{"@type": "Product", "name": "Maison", "offers": {{"@type": "Offer", "price": {price}}}}}'
    html = page(DETAIL.replace("385 000 €", ""), head=f'<script type="application/ld+json">{offer}</script>')
    listing = read_page(html.encode(), URL).listing
    assert listing is None or listing.price is None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.binary(max_size=2_000),
    st.sampled_from([None, "text/html", "application/json", "text/html; charset=utf-7", "image/png"]),
)
def test_any_bytes_give_a_reading(body: bytes, content_type: str | None) -> None:
    assert read_page(body, URL, content_type=content_type).kind in {"detail", "index", "other"}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_damaged_page_gives_a_reading(data: st.DataObject) -> None:
    body = bytearray(page().encode())
    for _ in range(data.draw(st.integers(1, 30))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(body)))
    assert read_page(
        bytes(body[:cut]), data.draw(st.sampled_from([URL, "", "http://[", "ftp://x", "http://é.example/%"]))
    ).kind
