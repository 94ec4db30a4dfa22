"""Coordinates from maps: the property's own marker, how near it is meant, and never the agency's office."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.fields import coordinates
from extract.page import PageReading
from tests.extract.pages import DETAIL, page, read

HERE = (44.83779, -0.57918)


def reading(html: str, head: str = "") -> PageReading:
    return read(page(DETAIL + html, head=head))


def place(found: PageReading) -> tuple[float | None, float | None]:
    assert found.listing is not None
    return found.listing.latitude, found.listing.longitude


@pytest.mark.parametrize(
    "html",
    [
        '<div id="map" data-lat="44.83779" data-lng="-0.57918"></div>',
        '<div class="carte" data-latitude="44.83779" data-longitude="-0.57918"></div>',
        '<iframe src="https://www.google.com/maps/embed/v1/place?q=44.83779,-0.57918&z=15"></iframe>',
        '<a href="https://www.openstreetmap.org/?lat=44.83779&lon=-0.57918">Plan</a>',
        "<script>L.map('c').setView([44.83779, -0.57918], 14); L.marker([44.83779, -0.57918]);</script>",
        "<script>new google.maps.Marker({position: new google.maps.LatLng(44.83779, -0.57918)});</script>",
    ],
)  # fmt: skip
def test_the_one_marker_of_a_map_is_the_propertys_place(html: str) -> None:
    found = reading(html)
    assert place(found) == HERE
    assert found.evidence["latitude"].raw == "44.83779 (exact)"


@pytest.mark.parametrize(
    "html",
    [
        "<script>L.marker([44.83779, -0.57918]); L.marker([44.912, -0.612]);</script>",
        '<div data-lat="44.83779" data-lng="-0.57918"></div><p data-lat="44.91" data-lng="-0.61"></p>',
        '<div data-lat="46.227638" data-lng="2.213749"></div>',
        '<div data-lat="" data-lng="-0.57918"></div>',
        '<aside class="agence"><div data-lat="44.83779" data-lng="-0.57918"></div></aside>',
    ],
)
def test_several_places_a_countrys_middle_and_the_agencys_are_none(html: str) -> None:
    assert place(reading(html)) == (None, None)


def test_a_marker_at_the_agencys_own_place_is_none() -> None:
    office = (
        '<script type="application/ld+json">{"@type": "RealEstateAgent", "geo": {"@type": "GeoCoordinates",'
        ' "latitude": 44.83779, "longitude": -0.57918}}</script>'
    )
    assert place(reading('<div id="map" data-lat="44.83779" data-lng="-0.57918"></div>', head=office)) == (
        None,
        None,
    )
    elsewhere = reading('<div id="map" data-lat="44.85012" data-lng="-0.60123"></div>', head=office)
    assert place(elsewhere) == (44.85012, -0.60123)


@pytest.mark.parametrize(
    ("html", "near"),
    [
        ('<div data-lat="44.83779" data-lng="-0.57918"></div>', "exact"),
        ('<div data-lat="44.838" data-lng="-0.579"></div>', "street"),
        ('<div data-lat="44.84" data-lng="-0.58"></div>', "area"),
        ('<div data-lat="44.83779" data-lng="-0.57918"></div><p>Position approximative du bien</p>', "area"),
        (
            '<div data-lat="44.83779" data-lng="-0.57918"></div><script>L.circle(c, {radius: 500})</script>',
            "area",
        ),
    ],
)
def test_the_evidence_tells_how_near_the_place_is_meant(html: str, near: str) -> None:
    found = reading(html)
    for name in ("latitude", "longitude"):
        assert found.evidence[name].raw.endswith(f" ({near})")


@given(latitude=st.floats(-80, 80), longitude=st.floats(-170, 170), decimals=st.integers(0, 12))
def test_more_decimals_never_mean_a_place_less_near(latitude: float, longitude: float, decimals: int) -> None:
    order = ("area", "street", "exact")
    few = coordinates.precision(f"{latitude:.{decimals}f}", f"{longitude:.{decimals}f}")
    more = coordinates.precision(f"{latitude:.{decimals + 1}f}", f"{longitude:.{decimals + 1}f}")
    assert order.index(few) <= order.index(more)
