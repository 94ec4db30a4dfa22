"""What an image's address alone tells: which photo, how large, whether a photo at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract import pictures

HOST = "https://agence.example"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/up/2024/salon-150x110.jpg", "/up/2024/salon-scaled.jpg"),
        ("/original/images/biens/2/3f1/p.jpg", "/1200xauto/images/biens/2/3f1/p.jpg"),
        ("/biens/877_1.JPG", "/biens/min/877_1.JPG"),
        ("/ph/977/a.jpg", "/ph/977/a_hd.jpg"),
        ("/512-large_default/box.jpg", "/512-home_default/box.jpg"),
        ("/p/1.jpg?w=300", "/p/1.jpg?w=1200&q=80"),
        ("/c/w_400,q_80,c_fill/v1/b12/p.webp", "/c/w_1600,q_90/v1/b12/p.jpg"),
        ("/645/430/ab12cd34.jpg", "/80/60/ab12cd34.jpg"),
        ("/_next/image?url=https%3A%2F%2Fcdn.example%2F9%2F1.jpg&w=640", "/9/1.jpg"),
        ("/photo.php?id=44&num=2&w=70", "/photo.php?id=44&num=2&w=440"),
        ("/b/4711/large.jpg", "/b/4711/thumb.jpg"),
        ("/thumb_44-3.jpg", "/big_44-3.jpg"),
    ],
)
def test_sizes_of_one_photo_have_one_key(one: str, other: str) -> None:
    assert pictures.key(HOST + one) == pictures.key(HOST + other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/biens/877/1.jpg", "/biens/912/1.jpg"),
        ("/p/grand-salon.jpg", "/p/petit-salon.jpg"),
        ("/app/g2/full.jpg", "/app/g3/full.jpg"),
        ("/photo.php?id=44&num=2", "/photo.php?id=44&num=3"),
        ("/p/photo_1.jpg", "/p/photo_2.jpg"),
    ],
)
def test_two_photos_have_two_keys(one: str, other: str) -> None:
    assert pictures.key(HOST + one) != pictures.key(HOST + other)


@pytest.mark.parametrize(
    ("small", "large"),
    [
        ("/p/a-300x225.jpg", "/p/a-1024x768.jpg"),
        ("/p/a-1024x768.jpg", "/p/a.jpg"),
        ("/p/mini/a.jpg", "/p/a.jpg"),
        ("/i/ae17_L.jpg", "/i/ae17_XL.jpg"),
        ("/p/a.jpg?w=300", "/p/a.jpg?w=900"),
        ("/512-home_default/a.jpg", "/512-large_default/a.jpg"),
    ],
)
def test_the_wider_size_is_known_by_its_address(small: str, large: str) -> None:
    assert pictures.width(HOST + small) < pictures.width(HOST + large)


@pytest.mark.parametrize(
    "path",
    [
        "/blog/100.jpg",
        "/assets/img/clients/client-1.png",
        "/media/1187/floorplan.jpg",
        "/i/logo-agence.png",
        "/nrj/conso_G.png",
        "/i/dpe-c.jpg",
        "/static/app-store.png",
        "/a.svg",
        "/",
        "/p/bed.png",
    ],
)
def test_drawings_and_labels_are_no_photos(path: str) -> None:
    assert not pictures.is_photo(HOST + path)


@pytest.mark.parametrize(
    "path",
    [
        "/files/default/biens/1.jpg",
        "/up/GES120.jpg",
        "/ads/7f/a.webp",
        "/p/ab4ad9bg.jpg",
        "/p/carrelage-textile.jpg",
    ],
)
def test_words_that_only_contain_a_drawings_word_are_photos(path: str) -> None:
    assert pictures.is_photo(HOST + path)


@given(st.text(max_size=80))
def test_any_address_has_a_key_and_a_width(text: str) -> None:
    assert isinstance(pictures.key(text), str)
    assert pictures.width(text) >= 0
    assert pictures.is_photo(text) in {True, False}
