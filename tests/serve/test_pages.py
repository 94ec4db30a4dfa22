"""The pages, as a reader without JavaScript gets them."""

import json
import re
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import Engine, update

from models.features import FEATURES
from models.listing import FeesPayer, PropertyType, Transaction
from models.settings import Settings
from models.tables import Agency, EventKind
from serve import pages
from serve.answers import PricePoint
from serve.criteria import Sort
from serve.curve import price_curve
from serve.wording import Wording, choose_language, phrases
from tests.serve.market import NOW, add_agency, add_event, add_listing, add_property, change_price


def read(client: httpx2.Client, path: str, status: int = 200) -> LexborHTMLParser:
    answer = client.get(path, headers={"accept": "text/html"})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    return LexborHTMLParser(answer.text)


def text_of(tree: LexborHTMLParser, selector: str) -> str:
    node = tree.css_first(selector)
    assert node is not None, selector
    return " ".join(node.text().split())


def test_the_first_page_shows_sales_and_links_to_each_listing_and_its_source(
    seeded: httpx2.Client,
) -> None:
    tree = read(seeded, "/")
    cards = tree.css("#cards > li.card")
    assert len(cards) == 24
    for card in cards:
        assert re.fullmatch(r"/listings/\d+", card.css_first("h3 a").attributes["href"] or "")
        source = card.css_first(".agency a").attributes
        assert (source["href"] or "").startswith("https://agence.example/")
        assert "noopener" in (source["rel"] or "")
        image = card.css_first("img")
        assert image is None or (image.attributes["alt"] and image.attributes["loading"] == "lazy")
    assert "mois" not in text_of(tree, "#cards")


def test_the_pages_follow_each_other_by_plain_links_to_the_end(seeded: httpx2.Client) -> None:
    total = seeded.get("/api/listings/search?transaction=sale").json()["total"]
    path, seen = "/", []
    while path:
        tree = read(seeded, path)
        seen += [link.attributes["href"] for link in tree.css("#cards h3 a")]
        after = tree.css_first("a[rel~=next]")
        path = after.attributes["href"] if after else None
    assert len(seen) == len(set(seen)) == total


def test_the_form_keeps_what_was_asked_and_the_results_satisfy_it(seeded: httpx2.Client) -> None:
    tree = read(
        seeded, "/?transaction=rent&city=Nantes&price_max=2000&property_type=apartment&sort=price_asc"
    )
    assert tree.css_first("input[name=city]").attributes["value"] == "Nantes"
    assert tree.css_first("input[name=transaction][checked]").attributes["value"] == "rent"
    assert tree.css_first("option[selected]").attributes["value"] == "price_asc"
    places = [" ".join(place.text().split()) for place in tree.css(".card .place")]
    assert places
    assert all(place.startswith("Nantes 44000") for place in places)


def _form(tree: LexborHTMLParser) -> dict[str, list[str]]:
    """What a browser would send, empty fields aside."""
    sent: dict[str, list[str]] = {}
    for node in tree.css("#search input, #search option[selected]"):
        told = node.attributes
        chosen = told.get("type") not in ("radio", "checkbox") or "checked" in told
        name = told.get("name") if node.tag == "input" else node.parent.attributes["name"]  # type: ignore[union-attr]
        if chosen and told.get("value"):
            sent.setdefault(str(name), []).append(str(told["value"]))
    return sent


DETAILED = {
    "bedrooms_min": "2", "land_surface_min": "500", "dpe_worst": "D", "price_drop_min": "0",
    "days_on_market_max": "7", "feature": "lift", "surface_max": "90", "property_type": "house",
}  # fmt: skip


@pytest.mark.parametrize("name", DETAILED)
def test_more_criteria_are_open_when_one_of_them_is_asked(seeded: httpx2.Client, name: str) -> None:
    plain = read(seeded, "/?city=Lyon&rooms_min=2&sort=newest")
    assert "open" not in plain.css_first("details.more").attributes
    tree = read(seeded, f"/?{name}={DETAILED[name]}")
    assert "open" in tree.css_first("details.more").attributes
    assert _form(tree) == {"transaction": ["sale"], "sort": ["newest"], name: [DETAILED[name]]}
    assert tree.css(f"details.more [name={name}]")


def test_the_form_sends_again_what_was_asked_whatever_it_offers_itself(seeded: httpx2.Client) -> None:
    asked = {
        "transaction": ["auction"], "city": ["Lyon, Nantes"], "rooms_min": ["9"], "bedrooms_min": ["7"],
        "property_type": ["house", "other"], "feature": ["lift", "sea_view"], "dpe_worst": ["G"],
        "price_drop_min": ["2.5"], "days_on_market_max": ["400"], "sort": ["newest"], "floor_max": ["3"],
        "feature_not": ["needs_work", "tenanted"],
    }  # fmt: skip
    tree = LexborHTMLParser(seeded.get("/", params=asked).text)
    assert _form(tree) == asked
    assert "Vue mer" in {label.text().strip() for label in tree.css(".types label")}


def test_pages_keep_the_criteria_that_the_form_asks(seeded: httpx2.Client) -> None:
    tree = read(seeded, "/?transaction=&dpe_worst=G&days_on_market_max=3650&limit=3&feature=lift")
    following = tree.css_first("a[rel~=next]").attributes["href"]
    again = read(seeded, str(following))
    assert (
        _form(again).items()
        >= {"dpe_worst": ["G"], "days_on_market_max": ["3650"], "feature": ["lift"]}.items()
    )
    first = [card.attributes["href"] for card in tree.css("#cards h3 a")]
    assert not set(first) & {card.attributes["href"] for card in again.css("#cards h3 a")}


def test_leaving_an_agency_keeps_the_other_criteria(seeded: httpx2.Client) -> None:
    tree = read(seeded, "/?agency_id=2&city=Lyon&feature=lift&feature=balcony&price_max=900000")
    link = tree.css_first("#results h2 a").attributes["href"]
    assert _form(read(seeded, str(link))) == {
        "transaction": ["sale"], "city": ["Lyon"], "feature": ["lift", "balcony"], "price_max": ["900000"],
        "sort": ["newest"],
    }  # fmt: skip


def test_a_field_s_hint_is_told_whole(seeded: httpx2.Client) -> None:
    hint = read(seeded, "/").css_first("input[name=q]").attributes["placeholder"]
    assert hint == phrases()["form.q_hint"]["fr"]


def test_words_are_asked_in_the_form_and_their_order_goes_with_them(seeded: httpx2.Client) -> None:
    tree = read(seeded, "/?q=tramway&sort=relevance")
    assert tree.css_first("input[name=q]").attributes["value"] == "tramway"
    assert len(tree.css("input[name=q]")) == 1
    assert tree.css_first("option[selected]").attributes["value"] == "relevance"
    titles = [card.text() for card in tree.css(".card h3")]
    assert titles
    assert all("tramway" in title for title in titles)
    emptied = read(seeded, "/?q=&sort=relevance")
    assert emptied.css_first("option[value=relevance]") is None
    assert len(emptied.css(".card")) == pages.CARDS


def test_a_postal_code_may_be_typed_as_the_place(seeded: httpx2.Client) -> None:
    api = seeded.get("/api/listings/search?postal_code=44000").json()["total"]
    assert api == seeded.get("/api/listings/search?city=44000").json()["total"] > 0


def test_a_criterion_that_cannot_be_used_is_told_beside_its_field(seeded: httpx2.Client) -> None:
    tree = read(seeded, "/?price_max=cher&surface_min=1e999", 422)
    assert text_of(tree, "#wrong-price_max") == "doit être un nombre entier"
    assert tree.css_first("input[name=price_max]").attributes["value"] == "cher"
    assert "whole number" in text_of(read(seeded, "/?price_max=dear&lang=en", 422), "#wrong-price_max")


@pytest.mark.parametrize(
    "name", ["days_on_market_max", "bedrooms_min", "dpe_worst", "price_drop_min", "feature"]
)
@pytest.mark.parametrize("told", ["9" * 400, "x"])
def test_a_choice_that_none_can_have_is_told_as_it_was_asked(
    seeded: httpx2.Client, name: str, told: str
) -> None:
    tree = read(seeded, f"/?{name}={told}", 422)
    assert _form(tree)[name] == [told]
    label = phrases()[f"form.{name}"]["fr"]
    assert label in text_of(tree, ".empty")


def test_criteria_are_told_by_the_form_s_own_labels(seeded: httpx2.Client) -> None:
    told = text_of(read(seeded, "/?price_min=2&price_max=1", 422), ".empty")
    assert "Prix min. (€) ne doit pas dépasser « Prix max. (€) »" in told
    assert "price_m" not in told
    assert "revenez à la première page" in text_of(read(seeded, "/?cursor=x", 422), ".empty")


def test_what_was_typed_is_escaped(seeded: httpx2.Client) -> None:
    html = seeded.get("/", params={"city": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in html


def test_a_campaign_s_parameters_do_not_break_the_page(seeded: httpx2.Client) -> None:
    read(seeded, "/?utm_source=x&fbclid=y")


def test_an_empty_market_says_so(client: httpx2.Client) -> None:
    assert "Aucune annonce" in text_of(read(client, "/"), ".empty")


def test_a_town_that_nobody_knows_is_told(client: httpx2.Client) -> None:
    assert "commune « Lyonn »" in text_of(read(client, "/?city=Lyonn"), ".empty")
    for known in ("Lyon", "69003", "Lyon 3e", "Bretagne", "Lyon, 69100", "Saint-Denis (Réunion)"):
        assert "budget" in text_of(read(client, f"/?city={known}"), ".empty")


def test_of_several_places_the_one_that_nobody_knows_is_told(seeded: httpx2.Client) -> None:
    tree = read(seeded, "/?city=Lyon, Atlantis")
    assert len(tree.css(".card")) > 0
    assert "commune « Atlantis »" in text_of(tree, ".note")
    assert read(seeded, "/?city=Lyon, Nantes").css_first(".note") is None


def test_a_place_that_adverts_alone_know_is_found_by_its_name_without_a_word(
    client: httpx2.Client, engine: Engine
) -> None:
    add_listing(engine, add_agency(engine), city="Ys", transaction="sale")
    tree = read(client, "/?city=Ys")
    assert len(tree.css(".card")) == 1
    assert tree.css_first(".note") is None


def test_one_listing_shows_its_facts_their_proof_and_what_is_unknown(seeded: httpx2.Client) -> None:
    listing = seeded.get("/api/listings/2").json()
    tree = read(seeded, "/listings/2")
    assert text_of(tree, "h1") == listing["title"]
    facts = {row.css_first("dt").text(): row.css_first("dd").text() for row in tree.css(".table > div")}
    assert Wording("fr").price(listing["price"]) in facts["Prix"]
    assert "Surface habitable : 64 m²" in facts["Surface"]
    assert f"({len(FEATURES) - len(listing['features'])})" in text_of(tree, ".unknown summary")
    assert tree.css_first("a.button").attributes["href"] == listing["source_url"]


def test_one_listing_shows_its_price_curve_and_the_same_home_elsewhere(
    client: httpx2.Client, engine: Engine
) -> None:
    dwelling = add_property(engine)
    listing = add_listing(
        engine, add_agency(engine), dwelling, price=200_000, first_seen=NOW - timedelta(days=40)
    )
    change_price(engine, listing, 210_000, 200_000, NOW - timedelta(days=5))
    other = add_listing(engine, add_agency(engine, "L’Adresse Rare"), dwelling, price=195_000)
    tree = read(client, f"/listings/{listing}")
    assert len(tree.css(".curve circle")) == 2
    assert tree.css_first(".others a").attributes["href"] == f"/listings/{other}"
    assert "−5\u202f000" in tree.css_first(".others .down").text()


def test_every_kind_of_event_and_every_value_has_words(client: httpx2.Client, engine: Engine) -> None:
    listing = add_listing(engine, add_agency(engine), price=1, furnished=True, availability="now", floor=0)
    for kind in EventKind:
        add_event(engine, listing, kind, NOW, field="dpe", old_value="C", new_value=["x"])
    for language in ("fr", "en"):
        assert len(read(client, f"/listings/{listing}?lang={language}").css(".history li")) == len(EventKind)


def test_a_withdrawn_listing_says_since_when(client: httpx2.Client, engine: Engine) -> None:
    gone = {"is_active": False, "withdrawn_at": NOW, "withdrawn_reason": "sold"}
    listing = add_listing(engine, add_agency(engine), **gone)
    assert "vendu ou loué" in text_of(read(client, f"/listings/{listing}"), ".gone")


def test_an_address_that_is_no_web_address_never_becomes_a_link(
    client: httpx2.Client, engine: Engine
) -> None:
    listing = add_listing(
        engine, add_agency(engine), source_url="javascript:alert(1)", photos=["data:text/html,x", "https://["]
    )
    for path in (f"/listings/{listing}", "/?transaction="):
        html = read(client, path).html or ""
        assert "javascript:alert" not in html
        assert "data:text" not in html


@pytest.mark.parametrize(
    "path", ["/listings/999999", "/listings/abc", "/listings/²", "/nowhere", "/listings/" + "9" * 40]
)
def test_a_page_that_does_not_exist_says_so_as_a_page(seeded: httpx2.Client, path: str) -> None:
    tree = read(seeded, path, 404)
    assert "n’existe pas" in text_of(tree, "h1")
    assert "n’existe pas" in text_of(tree, "title")


def test_agencies_link_to_their_listings_and_to_their_site(seeded: httpx2.Client) -> None:
    tree = read(seeded, "/agencies")
    links = [item.css_first("h3 a").attributes["href"] or "" for item in tree.css(".agencies > li")]
    assert len(links) == 8
    cards = read(seeded, links[0]).css("#cards .card .agency span")
    assert {card.text() for card in cards if card.text().strip("↗ ")} == {"Agence du Beffroi"}


def test_the_banner_appears_while_a_crawl_runs_and_only_then(client: httpx2.Client, engine: Engine) -> None:
    agency = add_agency(engine)
    assert read(client, "/progress").css_first("progress") is None
    lease = {"scraping_status": "running", "leased_until": NOW + timedelta(hours=1)}
    with engine.begin() as connection:
        connection.execute(update(Agency).where(Agency.id == agency).values(**lease))
    for path in ("/progress", "/"):
        assert read(client, path).css_first("progress") is not None


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        (None, None, "fr"),
        (None, "de-DE,en;q=0.7", "en"),
        (None, "fr-FR,en", "fr"),
        ("en", "fr-FR", "en"),
        ("fr", "en", "fr"),
        ("xx", "zz", "fr"),
    ],
)
def test_the_reader_s_language_is_french_unless_asked(asked: str, accepted: str, language: str) -> None:
    assert choose_language(asked, accepted) == language


def test_a_language_asked_for_is_kept_by_links(seeded: httpx2.Client) -> None:
    tree = read(seeded, "/?lang=en")
    assert tree.css_first("html").attributes["lang"] == "en"
    assert all("lang=en" in (link.attributes["href"] or "") for link in tree.css("#cards h3 a"))


def test_the_other_language_shows_the_same_search(seeded: httpx2.Client) -> None:
    path = "/?property_type=apartment&property_type=house&city=Lyon"
    there = read(seeded, path).css_first(".language").attributes["href"]
    assert there == path[1:] + "&lang=en"
    assert read(seeded, f"/{there}").css_first(".language").attributes["href"] == path[1:] + "&lang=fr"


def test_every_phrase_is_said_in_both_languages_with_the_same_blanks() -> None:
    for key, said in phrases().items():
        assert set(said) == {"fr", "en"}, key
        blanks = [sorted(re.findall(r"{(\w+)}", said[language])) for language in ("fr", "en")]
        assert blanks[0] == blanks[1], key


def test_every_word_of_the_vocabularies_has_a_phrase() -> None:
    wanted = [f"feature.{name}" for name in FEATURES]
    wanted += [f"property_type.{kind.value}" for kind in PropertyType]
    wanted += [f"transaction.{kind.value}" for kind in Transaction]
    wanted += [f"fees_payer.{payer.value}" for payer in FeesPayer]
    wanted += [f"sort.{sort.value}" for sort in Sort] + [f"event.{kind.value}" for kind in EventKind]
    wanted += [f"field.{name}" for name in pages.FACTS]
    assert [key for key in wanted if key not in phrases()] == []


def test_every_phrase_a_template_names_exists() -> None:
    templates = Path(pages.__file__).with_name("templates").glob("*.html")
    named = {key for file in templates for key in re.findall(r'\bt\(["\']([\w.]+)["\']', file.read_text())}
    assert len(named) > 60
    assert [key for key in named if key not in phrases() and not key.endswith(".")] == []


def test_the_curve_of_a_price_steps_down_where_it_changed() -> None:
    points = [
        PricePoint(at=NOW - timedelta(days=10), price=200, currency=None),
        PricePoint(at=NOW, price=190, currency="EUR"),
    ]
    curve = price_curve(points, NOW)
    assert curve is not None
    first, last = curve.marks
    assert (first.x < last.x, first.y < last.y) == (True, True)
    assert price_curve(points[:1], NOW) is None
    francs = PricePoint(at=NOW - timedelta(days=20), price=24_000, currency="XPF")
    assert price_curve([francs, *points], NOW) == curve, "a curve is of one currency, the present one"
    assert price_curve([*points, francs], NOW) is None


def test_figures_are_written_as_each_language_writes_them() -> None:
    french, english = Wording("fr"), Wording("en")
    assert french.price(1_245_000) == "1\u202f245\u202f000\u00a0€"
    assert english.price(-1_500) == "−€1,500"
    assert (french.price(1_500, "XPF"), english.price(1_500, "CHF")) == (
        "1\u202f500\u00a0XPF",
        "CHF\u00a01,500",
    )
    assert english.price(1_500, None) == "1,500"
    assert french.surface(62.5) == "62,5\u00a0m²"
    assert french.counted("unit.rooms", 1) == "1 pièce"
    assert english.counted("total", 0) == "0 listings"


def test_the_documentation_needs_no_other_server_and_has_examples(seeded: httpx2.Client) -> None:
    tree = read(seeded, "/docs")
    sources = [node.attributes.get("src") or node.attributes.get("href") for node in tree.css("script, link")]
    assert all((source or "").startswith("/") for source in sources)
    schema = json.loads(seeded.get("/openapi.json").content)
    assert set(schema["paths"]) >= {"/api/listings/search", "/api/listings/{listing_id}", "/api/agencies"}
    search = schema["paths"]["/api/listings/search"]["get"]
    parameters = {parameter["name"]: parameter for parameter in search["parameters"]}
    assert parameters["price_max"]["schema"]["examples"] == [350000]
    assert schema["components"]["schemas"]["ListingCard"]["properties"]["price"]["examples"] == [245000]
    assert "application/problem+json" in search["responses"]["422"]["content"]


def test_no_page_holds_a_script_or_a_style_of_its_own(seeded: httpx2.Client) -> None:
    for path in ("/", "/listings/1", "/agencies", "/about", "/docs", "/nowhere"):
        tree = LexborHTMLParser(seeded.get(path, headers={"accept": "text/html"}).text)
        assert tree.css("[style], style, [onclick], [onerror]") == []
        assert all(script.attributes.get("src") for script in tree.css("script"))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_readers_are_told_what_is_kept_of_them_and_by_whom(seeded: httpx2.Client, language: str) -> None:
    told = seeded.get("/about", params={"lang": language}).text
    assert "CNIL" in told
    assert told.count(Settings.model_fields["crawler_contact"].default) >= 2


@pytest.mark.parametrize("path", ["/", "/about", "/agencies", "/sources", "/docs", "/listings/3"])
def test_a_page_sets_no_cookie_and_fetches_of_others_photos_alone(seeded: httpx2.Client, path: str) -> None:
    assert "set-cookie" not in seeded.get(path).headers
    fetched = read(seeded, path).css("[src], [srcset], [data], link[href]")
    elsewhere = [node for node in fetched if (node.attributes.get("src") or "").startswith("http")]
    assert {node.tag for node in elsewhere} == ({"img"} if path in ("/", "/listings/3") else set())
    assert {node.attributes.get("referrerpolicy") for node in elsewhere} <= {"no-referrer"}
    others = [node.attributes.get(name) or "/" for node in fetched for name in ("href", "srcset", "data")]
    assert all(re.match(r"/(?!/)", address) for address in others)
