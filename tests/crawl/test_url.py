"""Addresses: what is fetched, what identifies a page, what belongs to a site."""

from urllib.parse import urljoin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawl.url import absolute, host, is_home, key, other_entrances, same_site, site_host, tidy


@pytest.mark.parametrize(
    "spelling",
    [
        "http://agence.example/bien/12",
        "https://agence.example/bien/12/",
        "https://www.agence.example/bien/12",
        "https://AGENCE.example:443/bien/12#photos",
        "http://agence.example:80/bien/12?utm_source=lettre&utm_medium=mail",
        "https://agence.example/bien/12?fbclid=abc",
        "https://agence.example/bien/12;jsessionid=0A1B2C",
        "https://agence.example/bien/12?PHPSESSID=d41d8cd98f",
        "https://agence.example./bien/%31%32",
        "https://agence.example/bien/12/index.php",
        "https://agence.example/bien/12/index.php/",
        "https://agence.example/bien//12",
        "https://agence.example/liste/../bien/./12",
        "https://agence.example/liste/%2e%2E/bien/12",
        "https://agence.example/bien/12?prix_min=&prix_max=",
        "https://agence.example/bien/12?gad_source=1&srsltid=AfmBOoq",
        "https://agence.example/bien/12?sid=9f86d081884c7d659a2feaa0c55ad015",
        "https://agence.example/bien/12?_token=Zk3",
        "https://agence.example/(S(lit3py55t21z5v55vlm25s55))/bien/12",
    ],
)
def test_spellings_of_one_page_have_one_key(spelling: str) -> None:
    assert key(spelling) == "agence.example/bien/12"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("https://a.example/bien?id=1", "https://a.example/bien?id=2"),
        ("https://a.example/Bien", "https://a.example/bien"),
        ("https://a.example/bien?ref=12", "https://a.example/bien"),
        ("https://a.example:8443/", "https://a.example/"),
        ("https://a.example/#!/bien/1", "https://a.example/#!/bien/2"),
        ("https://a.example/bien;lang=fr", "https://a.example/bien;lang=en"),
        ("https://a.example/?s=maison", "https://a.example/?s=studio"),
        ("https://a.example/?12345", "https://a.example/?12346"),
        ("https://a.example/index.php/bien/1", "https://a.example/bien/1"),
        ("https://a.example/?a=1%262", "https://a.example/?a=1&2"),
    ],
)
def test_different_pages_have_different_keys(a: str, b: str) -> None:
    assert key(a) != key(b)


def test_the_order_of_a_query_does_not_make_another_page_but_is_fetched_as_written() -> None:
    assert key("https://a.example/?b=2&a=1") == key("https://a.example/?a=1&b=2")
    assert tidy("https://a.example/l?b=2&a=1&gclid=x") == "https://a.example/l?b=2&a=1"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("https://a.example/?type=1&type=1", "https://a.example/?type=1"),
        ("https://a.example/?type=maison&prix=", "https://a.example/?prix=&type=maison"),
        ("https://a.example/?t%5B%5D=1&v=le+lac", "https://a.example/?v=le%20lac&t[]=1"),
        ("https://immobilière.example/", "https://xn--immobilire-66a.example/"),
    ],
)
def test_what_writers_disagree_on_does_not_make_another_page(a: str, b: str) -> None:
    assert key(a) == key(b)


def test_a_fragment_that_names_a_page_of_a_script_is_kept() -> None:
    assert absolute("https://a.example/", "#!/bien/1") == "https://a.example/#!/bien/1"
    assert absolute("https://a.example/liste", "#photos") == "https://a.example/liste"


def test_a_backslash_is_read_as_browsers_do() -> None:
    assert absolute("https://a.example/x/", "..\\bien\\12?v=a") == "https://a.example/bien/12?v=a"


def test_the_last_slash_is_kept_in_what_is_fetched() -> None:
    assert tidy("https://a.example/bien/12/") == "https://a.example/bien/12/"


def test_apex_and_www_are_one_site_and_a_subdomain_is_not() -> None:
    assert same_site("http://www.a.example/x", "https://a.example")
    assert not same_site("https://blog.a.example", "https://a.example")
    assert not same_site("https://a.example.evil.example", "https://a.example")
    assert not same_site("mailto:x@a.example", "mailto:x@a.example")


@pytest.mark.parametrize(
    "link",
    [
        "/bien/\ud83d-vue-mer",
        "mailto:a@b.fr",
        "tel:+33102030405",
        "javascript:void(0)",
        "/photo.JPG",
        "http:///x",
    ],
)
def test_what_is_no_page_is_no_link(link: str) -> None:
    assert absolute("https://a.example/", link) is None


def test_a_relative_link_is_read_from_its_page() -> None:
    assert (
        absolute("https://a.example/ventes/liste", "../bien/é 1?x=1#top")
        == "https://a.example/bien/%C3%A9%201?x=1"
    )


def test_the_home_page_is_known_under_its_spellings() -> None:
    assert all(
        is_home(u) for u in ("https://www.a.example", "http://a.example/index.html", "https://a.example/#x")
    )
    assert not is_home("https://a.example/accueil")


def test_other_entrances_never_upgrade_to_what_was_not_asked_but_fall_back() -> None:
    assert other_entrances("https://a.example/") == (
        "https://www.a.example/",
        "http://a.example/",
        "http://www.a.example/",
    )
    assert other_entrances("http://www.a.example/") == ("http://a.example/",)


@settings(deadline=None)  # the first name of other letters loads their tables
@given(st.text(st.characters(), max_size=80))  # half surrogate pairs as well
def test_no_text_breaks_an_address(text: str) -> None:
    for url in (text, f"https://{text}", f"https://a.example/{text}"):
        assert isinstance(key(url), str)
        absolute("https://a.example/", url)


_PLACES = ["/", "//", ".", "..", "bien", "Bien", "12", "a.html", "index.php", ";jsessionid=1A", ";lang=fr"]
_ESCAPES = [
    "%20",
    "%7E",
    "%41",
    "%e9",
    "%C3%A9",
    "%2e",
    "%2F",
    "%5b",
    "%",
    "%4",
    "é",
    "+",
    "(",
    ")",
    "[",
    "]",
]
_QUERIES = ["?", "&", "=", "#", "#!/b", "utm_source=x", "gclid=1", "a=", "a=1", "b=2", "b[]=3", ":", "@", "_"]
_PIECES = st.sampled_from([*_PLACES, *_ESCAPES, *_QUERIES, "sid=0123456789abcdef0123456789", "!", "~", "-"])
_TAILS = st.lists(_PIECES, max_size=12).map("".join)
_ADDRESSES = st.builds(
    "{}{}{}/{}".format,
    st.sampled_from(["http://", "https://", "HTTPS://"]),
    st.sampled_from(["a.example", "www.a.example", "A.Example.", "agence-é.example", "[::1]"]),
    st.sampled_from(["", ":80", ":443", ":8080"]),
    _TAILS,
)


@given(_ADDRESSES)
def test_tidying_twice_changes_nothing_more(url: str) -> None:
    assert tidy(tidy(url)) == tidy(url)
    assert key(tidy(url)) == key(url)
    assert key(f"https://{key(url)}") == key(url).replace(":443/", "/")


@given(_ADDRESSES, _TAILS)
def test_the_short_way_to_an_address_leads_where_the_long_one_does(base: str, link: str) -> None:
    url = absolute(base, link)
    # An empty link is the page without its fragment (WHATWG), which urljoin leaves.
    if url is not None and link.strip() and "\\" not in link:
        assert url == tidy(urljoin(base, link.strip()))


@given(_ADDRESSES)
def test_the_host_that_is_read_is_the_host_that_is_dialled(url: str) -> None:
    assert site_host(tidy(url)) == site_host(url)
    assert host(f"http://a.example:80@{url.partition('//')[2]}") == host(url)
