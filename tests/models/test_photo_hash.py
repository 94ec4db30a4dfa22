"""Photo hashes: one picture is one hash, however it is shown; no file, whatever it holds, raises or warns."""

import warnings
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from models.photo_hash import ALIKE, MAX_BYTES, distance, perceptual_hash
from tests.models.pictures import FLAT, PHOTOS, animated, as_shown, boast, bomb, encoded, photo


def _hash(image: bytes) -> int:
    told = perceptual_hash(image)
    assert told is not None
    return told


@pytest.mark.parametrize("number", range(len(PHOTOS)))
def test_a_photo_is_recognised_however_an_agency_shows_it(number: int) -> None:
    shown = [_hash(as_shown(photo(number), seed)) for seed in range(12)]
    pairs = [distance(a, b) for a in shown for b in shown]
    assert sum(pair <= ALIKE for pair in pairs) >= 0.8 * len(pairs)


def test_two_photos_are_two() -> None:
    assert distance(_hash(encoded(photo(0))), _hash(encoded(photo(1)))) > 2 * ALIKE


def test_a_hash_is_64_bits_and_the_same_every_time() -> None:
    image = encoded(photo())
    assert 0 <= _hash(image) < 2**64
    assert _hash(image) == _hash(image)
    assert distance(0, 2**64 - 1) == 64


@pytest.mark.parametrize(
    "image",
    [
        encoded(photo(), "PNG"),
        encoded(photo(), "WEBP", quality=80),
        encoded(photo().convert("CMYK")),
        encoded(photo().convert("P"), "GIF"),
        encoded(photo().convert("RGBA"), "PNG"),
        encoded(photo(), progressive=True, quality=30),
        encoded(photo().resize((2_400, 1_600))),
    ],
    ids=["png", "webp", "cmyk", "gif", "rgba", "progressive", "large"],
)
def test_the_file_s_format_makes_no_difference(image: bytes) -> None:
    assert distance(_hash(image), _hash(encoded(photo()))) <= ALIKE


def test_a_grey_copy_is_told_by_its_shapes() -> None:
    grey = _hash(encoded(photo().convert("L")))
    assert distance(grey, _hash(as_shown(photo().convert("L"), 3))) <= ALIKE


def test_a_photo_that_is_turned_by_its_exif_is_upright() -> None:
    tag = Image.Exif()
    tag[0x0112] = 6
    lying = encoded(photo().transpose(Image.Transpose.ROTATE_90), exif=tag)
    assert distance(_hash(lying), _hash(encoded(photo()))) <= ALIKE


@pytest.mark.parametrize("name", FLAT)
def test_a_picture_with_too_little_in_it_names_nobody(name: str) -> None:
    assert perceptual_hash(encoded(FLAT[name]())) is None
    assert perceptual_hash(encoded(FLAT[name](), "PNG")) is None


def test_what_is_seen_through_is_seen_on_white() -> None:
    clear = Image.new("RGBA", (640, 430), (0, 0, 0, 0))
    assert perceptual_hash(encoded(clear, "PNG")) is None
    assert perceptual_hash(encoded(Image.new("LA", (640, 430), (9, 0)), "PNG")) is None


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>'
NOT_ONE_PICTURE = {
    "nothing": b"",
    "a page": b"<!doctype html><p>Vendu</p>",
    "svg": SVG,
    "truncated": encoded(photo())[:9_000],
    "header alone": encoded(photo())[:30],
    "animated gif": animated("GIF"),
    "animated webp": animated("WEBP"),
    "animated png": animated("PNG"),
    "bomb": bomb(),
    "jpeg bomb": bomb("JPEG"),
    "more pixels than Pillow warns of": boast(9_600),
    "more pixels than Pillow bears": boast(65_000),
    "a format that is not asked for": encoded(photo(), "TIFF"),
    "too many bytes": encoded(photo()) + bytes(MAX_BYTES),
}


@pytest.mark.parametrize("name", NOT_ONE_PICTURE)
def test_what_is_not_one_picture_has_no_hash_and_nobody_is_warned(name: str) -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert perceptual_hash(NOT_ONE_PICTURE[name]) is None
    assert told == []


def test_sixteen_bits_do_not_break_it() -> None:
    deep = Image.frombytes("I;16", (640, 427), photo().convert("L").tobytes() * 2)
    told = perceptual_hash(encoded(deep, "PNG"))
    assert told is None or told < 2**64


@given(st.binary(max_size=400))
def test_any_bytes_are_borne(image: bytes) -> None:
    perceptual_hash(image)


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(["JPEG", "PNG", "WEBP", "GIF"]),
    st.integers(0, 60_000),
    st.binary(min_size=1, max_size=40),
)
def test_any_damage_is_borne(kind: str, at: int, noise: bytes) -> None:
    image = bytearray(_FILES[kind])
    at %= len(image)
    image[at : at + len(noise)] = noise
    told = perceptual_hash(bytes(image))
    assert told is None or 0 <= told < 2**64


_FILES = {kind: encoded(photo().resize((96, 64)), kind) for kind in ("JPEG", "PNG", "WEBP", "GIF")}


def test_its_tests_have_real_photos_to_show() -> None:
    assert len(PHOTOS) == 2
    assert Image.open(BytesIO(encoded(photo()))).size == (640, 427)
