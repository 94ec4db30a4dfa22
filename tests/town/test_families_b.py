"""Eight families with the habits of agency platforms: they print the truth, each in its own shape."""

import html
import json
import re
from dataclasses import replace
from functools import cache
from urllib.parse import urljoin

import pytest
import webencodings
from handmade_site import advert, site
from selectolax.lexbor import LexborHTMLParser

from extract.document import Document
from extract.platforms import recognise
from models.listing import PropertyType, Transaction
from town.family import Family, Response
from town.model import Advert, Site, Withdrawal
from town.registry import family_named
from town.world import World, build_world

NAMES = (
    "adaptlike",
    "apimolike",
    "facilelike",
    "hektorlike",
    "joomlalike",
    "microdata",
    "nettylike",
    "table2005",
)
SITE = site()
BOTH = (Transaction.SALE, Transaction.RENT)
FLAT, HOUSE = SITE.adverts[0], SITE.adverts[2]
LET = SITE.of(Transaction.RENT)[0]


@pytest.fixture(params=NAMES)
def family(request: pytest.FixtureRequest) -> Family:
    return family_named(request.param)


@cache
def world() -> World:
    return build_world()


def world_sites(family: Family, day: int = 12) -> list[Site]:
    """The town's own sites of this family."""
    agencies = [a for a in world().agencies if a.family == family.name]
    return [world().site(a.slug, day, f"http://{a.slug}.localhost:8123") for a in agencies]


def decoded(response: Response) -> str:
    """The page as a browser decodes it: by its header, else by its meta."""
    header = re.search(r"charset=([\w-]+)", response.content_type)
    meta = re.search(rb"charset=[\"']?([\w-]+)", response.body[:1024], re.I)
    assert header or meta
    label = header.group(1) if header else meta.group(1).decode() if meta else ""
    text, _ = webencodings.decode(response.body, label, errors="strict")
    return text


def get(family: Family, path: str, where: Site = SITE) -> str:
    response = family.respond(where, path)
    assert response.status == 200, path
    return decoded(response)


def visible(page: str) -> str:
    """The text of a page as a reader sees it, without the spaces and dots inside numbers."""
    tree = LexborHTMLParser(page)
    for node in tree.css("script, style, template"):
        node.decompose()
    text = tree.body.text(separator=" ") if tree.body else ""
    return re.sub(r"(?<=\d)[\s.\u00a0\u202f](?=\d{3}(?!\d))", "", " ".join(text.split()))


def links(page: str, at: str) -> set[str]:
    """Where the page's links lead, as a browser resolves them against the page or its base."""
    tree = LexborHTMLParser(page)
    base = tree.css_first("base[href]")
    origin = base.attributes["href"] if base else at
    return {urljoin(origin or at, a.attributes["href"] or "") for a in tree.css("a[href]")}


def numbers_told(family: Family, ad: Advert) -> dict[str, str]:
    surface = None if ad.surface is None else f"{ad.surface:.2f}".rstrip("0").rstrip(".").replace(".", ",")
    values = {
        "price": str(ad.price),
        "surface": surface,
        "reference": ad.reference,
        "postal_code": ad.dwelling.place.postal_code,
    }
    return {name: v for name, v in values.items() if v is not None and name not in family.hidden}


def facts_told(family: Family, ad: Advert) -> dict[str, str]:
    """What else a page tells, options separated by bars."""
    home = ad.dwelling
    ground = "RDC|Rez-de-chaussée|rez de chaussée"
    values = {
        "title": ad.title,
        "description": "une belle adresse <lumineuse> & rare.",
        "city": home.place.city,
        "land_surface": home.land_surface and f"{home.land_surface:g}",
        "rooms": home.rooms,
        "bathrooms": home.bathrooms,
        "floor": None if home.floor is None else (ground, "1er", "2e", "3e")[home.floor],
        "construction_year": home.construction_year,
        "charges": home.charges,
        "fees": ad.fees,
        "deposit": ad.deposit,
        "address": home.address,
        "dpe_value": None if family.name == "hektorlike" else home.dpe_value,
        "exclusive": "xclusi" if ad.exclusive else None,
        "furnished": "eublé",
        "availability": "01/03/2026" if ad.availability else None,
        "features": "Balcon",
    }
    return {name: str(v) for name, v in values.items() if v is not None and name not in family.hidden}


def test_every_kind_of_page_answers_in_its_declared_charset(family: Family) -> None:
    paths = ["/", *family.info_paths().values(), *(family.article_path(a) for a in SITE.articles)]
    paths += [family.list_path(t, n) for t in BOTH for n in range(1, 1 + family.pages_of(SITE, t))]
    paths += [family.detail_path(SITE, a) for a in SITE.adverts]
    assert len(set(paths)) == len(paths)
    for path in paths:
        page = get(family, path)
        assert page.rstrip().lower().endswith("</html>")
        assert "\ufffd" not in page
    assert "Rezé" in get(family, family.detail_path(SITE, FLAT))


def test_an_unknown_address_is_not_found(family: Family) -> None:
    response = family.respond(SITE, "/nulle-part")
    assert response.status == 404
    assert SITE.agency.phone in decoded(response)


@pytest.mark.parametrize("transaction", BOTH)
def test_every_live_advert_is_linked_from_its_lists_and_from_no_other(
    family: Family, transaction: Transaction
) -> None:
    found: set[str] = set()
    pages = family.pages_of(SITE, transaction)
    for number in range(1, pages + 1):
        at = SITE.base_url + family.list_path(transaction, number)
        onward = links(get(family, family.list_path(transaction, number)), at)
        if number < pages:
            assert SITE.base_url + family.list_path(transaction, number + 1) in onward
        found |= onward
    for ad in SITE.adverts:
        linked = SITE.base_url + family.detail_path(SITE, ad) in found
        assert linked is (ad.dwelling.transaction is transaction)


@pytest.mark.parametrize("ad", [FLAT, HOUSE, LET, SITE.adverts[1]], ids=["flat", "house", "let", "exclusive"])
def test_a_detail_page_tells_every_field_that_the_family_does_not_hide(family: Family, ad: Advert) -> None:
    text = visible(get(family, family.detail_path(SITE, ad)))
    for name, value in (numbers_told(family, ad) | facts_told(family, ad)).items():
        assert any(option.lower() in text.lower() for option in value.split("|")), (name, value)


def test_what_the_family_hides_is_not_in_its_page(family: Family) -> None:
    page = get(family, family.detail_path(SITE, FLAT))
    for name in family.hidden & {"address", "latitude", "longitude", "construction_year"}:
        assert str(getattr(FLAT.dwelling, name)) not in page


@pytest.mark.parametrize("field", ["dpe", "ges"])
def test_the_energy_letters_are_somewhere_in_the_markup(family: Family, field: str) -> None:
    changed = replace(FLAT, dwelling=replace(FLAT.dwelling, **{field: "F"}))
    assert family.render_detail(SITE, changed) != family.render_detail(SITE, FLAT)


def test_sold_and_let_adverts_wear_their_sticker_and_live_ones_do_not(family: Family) -> None:
    worn = ("vendu", "loué", "sous compromis")
    sale = [replace(advert(n), withdrawn=Withdrawal.SOLD_STICKER) for n in (50, 51)]
    let = replace(advert(52, Transaction.RENT), withdrawn=Withdrawal.SOLD_STICKER)
    for ad, word in zip((*sale, let), ("vendu", "sous compromis", "loué"), strict=True):
        assert word in visible(family.render_detail(SITE, ad)).lower()
    for live in (FLAT, HOUSE, LET):
        text = visible(family.render_detail(SITE, live)).lower()
        assert not any(word in text for word in worn)


def test_a_page_without_optional_fields_still_stands(family: Family) -> None:
    home = replace(
        HOUSE.dwelling,
        property_type=PropertyType.LAND,
        surface=None,
        rooms=None,
        bedrooms=None,
        bathrooms=None,
        floor=None,
        construction_year=None,
        dpe=None,
        dpe_value=None,
        ges=None,
        ges_value=None,
        charges=None,
        furnished=None,
        features={},
    )
    bare = replace(HOUSE, dwelling=home, surface=None, fees=None, fees_payer=None, photos=())
    page = family.render_detail(replace(SITE, adverts=(bare,)), bare)
    assert "None" not in page
    assert str(bare.price) in visible(page)


def test_a_republished_advert_has_another_address_and_an_edited_one_keeps_its_own(family: Family) -> None:
    path = family.detail_path(SITE, FLAT)
    assert family.detail_path(SITE, replace(FLAT, path_suffix="-b")) != path
    assert family.detail_path(SITE, replace(FLAT, title="Autre titre", price=1)) == path


def test_every_page_names_the_agency_its_address_and_phone(family: Family) -> None:
    paths = (
        "/",
        family.list_path(Transaction.SALE),
        family.detail_path(SITE, FLAT),
        family.info_paths()["fees"],
    )
    for path in paths:
        text = visible(get(family, path))
        for value in (SITE.agency.phone, SITE.agency.address, SITE.agency.place.postal_code):
            assert value in text


def test_legal_notices_name_the_company_its_card_and_its_host(family: Family) -> None:
    text = get(family, family.info_paths()["legal"])
    agency = SITE.agency
    for value in (agency.siren, agency.rcs, agency.cpi, agency.manager, "Hébergement"):
        assert value in html.unescape(text)


def test_a_detail_page_carries_the_traps_of_real_ones(family: Family) -> None:
    page = get(family, family.detail_path(SITE, FLAT))
    text = visible(page)
    others = [str(a.price) for a in SITE.of(Transaction.SALE) if a.id != FLAT.id]
    assert sum(price in text for price in others) >= 2
    assert "apport" in text.lower()
    assert "cookie" in text
    assert "<form" in page.lower()
    assert family.list_path(Transaction.SALE).lstrip("/") in page


def test_fees_and_articles_hold_euros_that_are_no_price(family: Family) -> None:
    assert "150000" in visible(get(family, family.info_paths()["fees"]))
    assert "198500" in visible(get(family, family.article_path(SITE.articles[0])))


def test_the_sitemap_leads_to_every_live_advert(family: Family) -> None:
    queue, found = ["/sitemap.xml"], set[str]()
    while queue:
        text = family.respond(SITE, queue.pop()).body.decode()
        for address in re.findall(r"<loc>(?:<!\[CDATA\[)?(.+?)(?:\]\]>)?</loc>", text):
            path = html.unescape(address).removeprefix(SITE.base_url)
            (queue.append if path.endswith(".xml") else found.add)(path)
    assert {family.detail_path(SITE, a) for a in SITE.adverts} <= found


def test_a_page_bears_the_mark_of_the_platform_that_the_family_names(family: Family) -> None:
    assert recognise(Document(get(family, family.detail_path(SITE, FLAT)), SITE.base_url)) == family.platform


def test_structured_data_of_the_graph_tells_the_agency_and_never_the_property() -> None:
    page = get(family_named("apimolike"), family_named("apimolike").detail_path(SITE, FLAT))
    (block,) = LexborHTMLParser(page).css("script[type='application/ld+json']")
    graph = json.loads(block.text())["@graph"]
    assert graph[0]["address"]["postalCode"] == SITE.agency.place.postal_code
    assert str(FLAT.price) not in block.text()


def test_energy_letters_of_the_hektor_like_family_stand_in_file_names_that_exist() -> None:
    family = family_named("hektorlike")
    page = get(family, family.detail_path(SITE, FLAT))
    assert "/images/dpe/dpe_D_187.png" in page
    assert family.respond(SITE, "/images/dpe/dpe_D_187.png").status == 200


def test_the_energy_widget_prints_seven_letters_and_marks_one() -> None:
    family = family_named("facilelike")
    scale = LexborHTMLParser(get(family, family.detail_path(SITE, FLAT))).css_first(".scale")
    assert [li.css_first("span").text() for li in scale.css("li")] == list("ABCDEFG")
    assert scale.css_first("li.active span").text() == "D"


def test_every_site_of_the_town_prints_its_adverts(family: Family) -> None:
    sites = world_sites(family)
    assert sites, "the town has no site of this family"
    for where in sites:
        routes = family.routes(where)
        for ad in where.adverts:
            page = decoded(routes[family.detail_path(where, ad)]())
            assert "None" not in page
            for name, value in numbers_told(family, ad).items():
                assert " ".join(value.split()) in visible(page), (where.agency.slug, ad.id, name, value)


def test_every_list_of_the_town_links_its_adverts(family: Family) -> None:
    for where in world_sites(family):
        for transaction in BOTH:
            found: set[str] = set()
            for number in range(1, 1 + family.pages_of(where, transaction)):
                path = family.list_path(transaction, number)
                found |= links(get(family, path, where), where.base_url + path)
            assert {where.base_url + family.detail_path(where, a) for a in where.of(transaction)} <= found
