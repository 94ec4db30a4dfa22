"""What the links of a page cost: made absolute and tidy, known to be of the site, and their key.

The links are those of a list page as agencies write them, one in ten untidy. w3lib's `canonicalize_url`
(Scrapy's) is measured on the same addresses where it is installed; it does less: no key, no tracker.
"""

from urllib.parse import urljoin

import pytest

from crawl.url import absolute, key, same_site
from tests.benchmarks.harness import Track

BASE = "https://www.agence-martin.example/annonces/vente?page=2"
UNTIDY = ("/bien/maison-réf-12", "/x?utm_source=lettre&id=4", "../contact.php", "https://reseau.example/a#b")
LINKS = (
    *(f"/vente/appartement-{n}-pieces-bordeaux-33000_{n:05}.html" for n in range(20)),
    *(f"https://www.agence-martin.example/annonces/maison/{n}" for n in range(10)),
    *(f"/annonces/vente?type=maison&page={n}" for n in range(6)),
    *UNTIDY,
)
ROUNDS = 250


def test_links_become_keys(track: Track) -> None:
    def ours() -> int:
        for _ in range(ROUNDS):
            for link in LINKS:
                if (url := absolute(BASE, link)) and same_site(url, BASE):
                    key(url)
        return ROUNDS * len(LINKS)

    figure = track.measure("absolute, same_site and key", "links", ours, rounds=5)
    track.note(microseconds=1e6 / figure.per_core_second)


def test_w3lib_makes_the_same_links_canonical(track: Track) -> None:
    w3lib = pytest.importorskip("w3lib.url", reason="peers are installed by `make bench`")

    def theirs() -> int:
        for _ in range(ROUNDS):
            for link in LINKS:
                w3lib.canonicalize_url(urljoin(BASE, link))
        return ROUNDS * len(LINKS)

    figure = track.measure("urljoin and w3lib's canonicalize_url", "links", theirs, rounds=5)
    track.note(microseconds=1e6 / figure.per_core_second)
