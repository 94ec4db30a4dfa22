"""The photos of one property: from one place, once each, nobody's portrait, no drawing of the site's."""

import json

from models.listing import Listing
from tests.extract.pages import DETAIL, page, read

GALLERY = "".join(
    f"<img src='https://cdn.example/biens/4711/{name}.jpg'>"
    for name in ("salon", "cuisine", "jardin", "facade")
)
PLAIN = DETAIL.split("<img", maxsplit=1)[0] + DETAIL[DETAIL.index("<h2>Description") :]


def listing(main: str, head: str = "") -> Listing:
    found = read(page(PLAIN.replace("<h2>Description", main + "<h2>Description"), head=head)).listing
    assert found is not None
    return found


def names(found: Listing) -> list[str]:
    return [photo.rpartition("/")[2] for photo in found.photos]


def test_images_of_the_sites_own_are_no_photos_beside_a_gallery() -> None:
    site = "<img src='/img/visite.jpg'><img src='/themes/v2/partenaire.png'><img src='/storage/ads/pret.jpg'>"
    assert names(listing(GALLERY + site)) == ["salon.jpg", "cuisine.jpg", "jardin.jpg", "facade.jpg"]


def test_a_single_photo_is_the_one_that_the_page_shares() -> None:
    head = "<meta property='og:image' content='https://cdn.example/biens/4711/salon.jpg'>"
    main = "<img src='https://cdn.example/biens/4711/salon.jpg'><img src='/img/visite.jpg'>"
    assert names(listing(main, head)) == ["salon.jpg"]


def test_two_encodings_and_two_sizes_of_a_photo_are_one() -> None:
    twice = GALLERY + GALLERY.replace(".jpg", ".webp") + GALLERY.replace("salon", "salon-800x600")
    assert len(names(listing(twice))) == 4


def test_a_page_without_photos_has_none() -> None:
    assert listing("").photos == ()


def test_photos_that_only_a_cache_in_a_string_holds_are_read() -> None:
    bien = {
        "prix": 385000, "surface": 112, "nbPieces": 5, "ville": "Bordeaux", "description": "x" * 300,
        "photos": [f"https://cdn.example/biens/4711/{n}.jpg" for n in range(6)],
    }  # fmt: skip
    state = json.dumps({"props": {"cache": json.dumps({"bien": bien})}})
    script = f"<script id='__NEXT_DATA__' type='application/json'>{state}</script>"
    assert len(listing(script).photos) == 6
