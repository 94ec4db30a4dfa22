"""Eight page families print a site's truth, and nothing hides a live advert."""

import html
import json
import re
from dataclasses import replace

import pytest
from handmade_site import advert, site
from selectolax.lexbor import LexborHTMLParser

from extract.document import Document
from extract.platforms import recognise
from models.listing import Transaction
from town.families.words import FEATURE_WORDS
from town.family import Family
from town.model import Advert, Site, Withdrawal
from town.registry import family_named
from town.world import World, build_world

NAMES = (
    "jsonfeed",
    "nextlike",
    "proseonly",
    "shopifylike",
    "webflowlike",
    "wixlike",
    "wp_domaine",
    "wp_habitat",
)
SITE = site()
THOUSANDS = re.compile(r"(?<=\d)[\s.\u00a0\u202f](?=\d{3}(?!\d))")


@pytest.fixture(params=NAMES)
def family(request: pytest.FixtureRequest) -> Family:
    return family_named(request.param)


def get(family: Family, path: str, where: Site = SITE) -> str:
    """The page at `path`, which must be there."""
    response = family.respond(where, path)
    assert response.status == 200, path
    return response.body.decode(family.charset)


def visible(page: str) -> str:
    """The text of a page as a reader sees it, spaces and dots between digits removed."""
    tree = LexborHTMLParser(page)
    for node in tree.css("script, style, template, .w-condition-invisible"):
        node.decompose()
    text = tree.body.text(separator=" ") if tree.body else ""
    return shown(text)


def list_paths(family: Family, where: Site) -> list[str]:
    return [
        family.list_path(transaction, number)
        for transaction in (Transaction.SALE, Transaction.RENT)
        for number in range(1, 1 + family.pages_of(where, transaction))
    ]


def paths_in(family: Family, page: str, where: Site) -> set[str]:
    """Every address of the site in a page's links, and in the feed that its script names."""
    text = page
    for feed in re.findall(r'fetch\("([^"]+)"', page):
        text += " ".join(
            f'href="{entry["url"]}"' for entry in json.loads(get(family, feed, where))["annonces"]
        )
    links = (html.unescape(link) for link in re.findall(r'href="([^"]+)"', text))
    return {link.removeprefix(where.base_url) for link in links}


def test_every_page_of_the_site_answers(family: Family) -> None:
    paths = ["/", *list_paths(family, SITE), *family.info_paths().values()]
    paths += [family.article_path(a) for a in SITE.articles]
    paths += [family.detail_path(SITE, a) for a in SITE.adverts]
    assert len(set(paths)) == len(paths)
    for path in paths:
        assert "</html>" in get(family, path)


def test_an_unknown_address_is_not_found(family: Family) -> None:
    assert family.respond(SITE, "/nulle-part").status == 404


def test_every_live_advert_is_linked_from_its_lists_and_pages_link_onwards(family: Family) -> None:
    for transaction in (Transaction.SALE, Transaction.RENT):
        pages = range(1, 1 + family.pages_of(SITE, transaction))
        found: set[str] = set()
        for number in pages:
            links = paths_in(family, get(family, family.list_path(transaction, number)), SITE)
            found |= links
            if number + 1 in pages:
                assert family.list_path(transaction, number + 1) in links
        wanted = {family.detail_path(SITE, a) for a in SITE.of(transaction)}
        assert wanted <= found
        others = {family.detail_path(SITE, a) for a in SITE.adverts} - wanted
        assert not others & found


FLOORS = ("RDC|ez-de-chaussée", "1er", "2e|2ème", "3e|3ème")


def told(family: Family, ad: Advert) -> dict[str, str]:
    """What a visitor must be able to read of an advert, by field, in the form of `visible`."""
    home = ad.dwelling
    values = {
        "title": shown(ad.title),
        "price": ad.price,
        "surface": ad.surface and decimal(ad.surface),
        "land_surface": home.land_surface and decimal(home.land_surface),
        "rooms": home.rooms,
        "bedrooms": home.bedrooms,
        "bathrooms": home.bathrooms,
        "floor": None if home.floor is None else [*FLOORS, str(home.floor)][min(home.floor, 4)],
        "construction_year": home.construction_year,
        "charges": home.charges,
        "fees": ad.fees,
        "deposit": ad.deposit,
        "reference": ad.reference,
        "city": home.place.city,
        "postal_code": home.place.postal_code,
        "address": home.address or None,
        "dpe_value": home.dpe_value,
        "ges_value": home.ges_value,
        "exclusive": "xclusi" if ad.exclusive else None,
        "furnished": None if home.furnished is None else "meublé|Meublé",
        "description": shown(ad.description),
    }
    return {name: str(v) for name, v in values.items() if v is not None and name not in family.hidden}


def told_features(ad: Advert) -> list[str]:
    """The words of each feature, present or absent; a label with Oui or Non has the first alone."""
    return [
        "|".join(FEATURE_WORDS[name][:1] if on else FEATURE_WORDS[name])
        for name, on in ad.dwelling.features.items()
    ]


def decimal(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".").replace(".", ",")


def shown(text: str) -> str:
    """`text` as `visible` gives it back."""
    return THOUSANDS.sub("", " ".join(text.split()))


def untold(family: Family, where: Site, ad: Advert) -> list[str]:
    """What the advert's page should tell and does not."""
    text = visible(get(family, family.detail_path(where, ad), where)).lower()
    wanted = list(told(family, ad).items()) + [("features", words) for words in told_features(ad)]
    return [
        f"{name}: {v}" for name, v in wanted if not any(option.lower() in text for option in v.split("|"))
    ]


@pytest.mark.parametrize("number", [1, 2, 3, 21, 22])
def test_a_detail_page_tells_every_field_that_the_family_does_not_hide(family: Family, number: int) -> None:
    ad = next(a for a in SITE.adverts if a.id == number)
    assert untold(family, SITE, ad) == []


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(seed=3)


def test_the_towns_own_sites_tell_every_field_of_every_live_advert(family: Family, world: World) -> None:
    agencies = [agency for agency in world.agencies if agency.family == family.name]
    assert agencies
    for agency in agencies:
        where = world.site(agency.slug, 12, f"http://{agency.slug}.localhost:8000")
        assert where.adverts
        for ad in where.adverts:
            assert untold(family, where, ad) == [], family.detail_path(where, ad)


def test_the_towns_own_sites_link_every_live_advert(family: Family, world: World) -> None:
    for agency in (agency for agency in world.agencies if agency.family == family.name):
        where = world.site(agency.slug, 12, f"http://{agency.slug}.localhost:8000")
        links = [paths_in(family, get(family, path, where), where) for path in list_paths(family, where)]
        assert {family.detail_path(where, a) for a in where.adverts} <= set().union(*links)


def test_address_and_coordinates_are_in_the_page_unless_hidden(family: Family) -> None:
    page = get(family, family.detail_path(SITE, SITE.adverts[0]))
    home = SITE.adverts[0].dwelling
    for name in ("address", "latitude", "longitude"):
        assert (str(getattr(home, name)) in page) is (name not in family.hidden)


def test_the_platform_shows_in_every_page(family: Family) -> None:
    for path in ("/", family.list_path(Transaction.SALE), family.detail_path(SITE, SITE.adverts[0])):
        assert recognise(Document(get(family, path), SITE.base_url)) == family.platform


def test_the_pictures_and_styles_that_a_page_names_are_served(family: Family) -> None:
    page = get(family, family.detail_path(SITE, SITE.adverts[0]))
    named = re.findall(r'(?:src|href)="(/[^"]+\.(?:png|css)[^"]*)"', page)
    assert named
    for path in named:
        assert family.respond(SITE, html.unescape(path)).status == 200


def test_the_energy_letter_is_somewhere_in_the_markup(family: Family) -> None:
    known, other = SITE.adverts[0], replace(SITE.adverts[0].dwelling, dpe="F")
    page = get(family, family.detail_path(SITE, known))
    changed = family.render_detail(SITE, replace(known, dwelling=other))
    assert page != changed


def test_a_sold_advert_wears_its_sticker_and_a_live_one_does_not(family: Family) -> None:
    sold = next(a for a in SITE.withdrawn if a.withdrawn is Withdrawal.SOLD_STICKER)
    assert "vendu" in visible(get(family, family.detail_path(SITE, sold))).lower()
    assert "vendu" not in visible(get(family, family.detail_path(SITE, SITE.adverts[0]))).lower()
    let = replace(advert(50, Transaction.RENT), withdrawn=Withdrawal.SOLD_STICKER)
    assert "loué" in visible(family.render_detail(SITE, let)).lower()


def test_withdrawn_adverts_answer_in_their_five_ways(family: Family) -> None:
    status = {a.withdrawn: family.respond(SITE, family.detail_path(SITE, a)).status for a in SITE.withdrawn}
    assert status == {
        Withdrawal.NOT_FOUND: 404,
        Withdrawal.GONE: 410,
        Withdrawal.REDIRECT_TO_LIST: 302,
        Withdrawal.HOME_PAGE: 200,
        Withdrawal.SOLD_STICKER: 200,
    }


def test_a_republished_advert_has_another_address_and_an_edited_one_keeps_its_own(family: Family) -> None:
    ad = SITE.adverts[0]
    path = family.detail_path(SITE, ad)
    assert family.detail_path(SITE, replace(ad, path_suffix="-b")) != path
    assert family.detail_path(SITE, replace(ad, title="Autre titre", price=1)) == path


def test_every_page_names_the_agency_its_address_and_phone(family: Family) -> None:
    for path in ("/", family.list_path(Transaction.SALE), family.detail_path(SITE, SITE.adverts[0])):
        text = " ".join(LexborHTMLParser(get(family, path)).body.text(separator=" ").split())
        assert SITE.agency.phone in text
        assert SITE.agency.address in text
        assert "44000" in text


def test_legal_notices_name_the_company(family: Family) -> None:
    page = get(family, family.info_paths()["legal"])
    for value in (SITE.agency.siren, SITE.agency.rcs, SITE.agency.cpi):
        assert value in page


def test_a_detail_page_carries_the_traps_of_real_ones(family: Family) -> None:
    ad = SITE.adverts[0]
    page = get(family, family.detail_path(SITE, ad))
    assert "<form" in page
    assert "cookies" in page or "traceurs" in page
    assert "taux de 3,45" in page
    let = get(family, family.detail_path(SITE, SITE.of(Transaction.RENT)[0]))
    assert "revenus d'au moins" in html.unescape(let)
    others = [family.detail_path(SITE, a) for a in SITE.adverts if a.id != ad.id]
    assert sum(path in page for path in others) >= 2


def test_the_sitemap_leads_to_every_live_advert(family: Family) -> None:
    queue, urls = ["/sitemap.xml"], set[str]()
    while queue:
        response = family.respond(SITE, queue.pop())
        if "Location" in response.headers:
            queue.append(response.headers["Location"])
        for address in re.findall(r"<loc>([^<]+)</loc>", response.body.decode()):
            path = html.unescape(address).removeprefix(SITE.base_url)
            (queue.append if ".xml" in path else urls.add)(path)
    assert {family.detail_path(SITE, a) for a in SITE.adverts} <= urls


def test_photos_of_the_advert_are_all_in_its_page(family: Family) -> None:
    page = get(family, family.detail_path(SITE, SITE.adverts[0]))
    assert all(photo in page for photo in SITE.adverts[0].photos)


def test_an_empty_site_still_has_its_pages(family: Family) -> None:
    bare = replace(SITE, adverts=(), withdrawn=(), articles=())
    for path in ("/", family.list_path(Transaction.SALE), family.info_paths()["blog"]):
        assert "</html>" in get(family, path, bare)
