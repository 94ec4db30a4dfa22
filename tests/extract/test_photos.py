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


def test_thumbnails_below_a_gallery_are_the_same_photos() -> None:
    slides = "".join(f"<img src='/up/877_{n}.JPG'>" for n in range(4))
    thumbs = "".join(f"<a class='t'><img src='/up/min/877_{n}.JPG'></a>" for n in range(4))
    assert [photo.rpartition(".example")[2] for photo in listing(slides + thumbs).photos] == [
        f"/up/877_{n}.JPG" for n in range(4)
    ]


def test_a_slide_names_its_thumbnail_and_its_large_photo_whatever_their_names() -> None:
    gallery = "".join(
        f"<div class='slide' data-thumb='/cache/9f{n}c.jpg'><a href='/files/{n}31/vue.jpg'>"
        f"<img src='/files/{n}31/vue.jpg'></a></div><img src='/cache/9f{n}c.jpg'>"
        for n in range(1, 5)
    )
    assert [photo.rpartition("files/")[2] for photo in listing(gallery).photos] == [
        f"{n}31/vue.jpg" for n in range(1, 5)
    ]


def test_a_gallery_that_an_attribute_lists_is_read_whole() -> None:
    addresses = [f"/photos/931/{n}.jpg" for n in range(1, 15)]
    main = f"<img src='/photos/931/1.jpg?w=900'><button data-gallery='{json.dumps(addresses)}'>14</button>"
    assert len(listing(main).photos) == 14


def test_a_gallery_in_a_script_is_read_and_the_map_of_other_adverts_is_not() -> None:
    photos = ", ".join(f"{{src: '/b/412/{n}.jpg', thumb: '/b/412/thumb_{n}.jpg'}}" for n in range(6))
    pins = ", ".join(f"{{prix: {n}, img: '/b/{n}/0.jpg'}}" for n in range(412, 424))
    script = f"<script>var pins = [{pins}]; gallery({{dynamicEl: [{photos}]}});</script>"
    found = listing("<img src='/b/412/0.jpg'>" + script)
    assert names(found) == [f"{n}.jpg" for n in range(6)]


def test_a_photo_that_a_script_opens_is_the_large_one() -> None:
    main = "".join(
        f"<a href=\"javascript:popup('/photos/19{n}.jpg',800)\"><img src='/photos/moy/19{n}.jpg'></a>"
        for n in "abcd"
    )
    assert [photo.rpartition(".example")[2] for photo in listing(main).photos] == [
        f"/photos/19{n}.jpg" for n in "abcd"
    ]


def test_an_image_in_a_link_to_another_page_is_that_pages() -> None:
    other = "<p>Voyez cette <a href='/vente/villa-912.html'><img src='https://cdn.example/biens/912/villa.jpg'></a></p>"
    assert len(listing(GALLERY + other).photos) == 4


def test_portraits_and_energy_labels_are_no_photos() -> None:
    others = (
        "<img class='rounded-full' src='https://cdn.example/biens/4711/odile.jpg'>"
        "<img src='https://cdn.example/biens/4711/p9.jpg' alt='DPE : C'>"
    )
    assert len(listing(GALLERY + others).photos) == 4


def test_the_widest_of_a_pictures_sources_is_kept() -> None:
    main = (
        "<picture><source srcset='/p/12-400.webp 400w, /p/12-1600w.webp 1600w'>"
        "<img src='data:image/gif;base64,xx' data-src='/p/12-800w.webp'></picture>"
    )
    assert names(listing(main)) == ["12-1600w.webp"]


def test_what_an_agency_has_sold_lends_no_photo() -> None:
    sold = "".join(f"<div><img src='/s/{n}.jpg'>VENDU - Maison - 24{n} 000 €</div>" for n in range(2))
    listing = read(page(DETAIL + f"<div><h4>Derniers biens vendus</h4>{sold}</div>")).listing
    assert listing is not None and not any("/s/" in photo for photo in listing.photos)
