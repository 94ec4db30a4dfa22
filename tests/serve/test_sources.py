"""The sources: whose sites are read and how, and how to be left alone; for programs and for people."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import Engine

from crawl.optout import opt_out
from models.settings import Settings
from models.tables import ScrapingStatus
from serve.wording import phrases
from tests.serve.market import NOW, add_agency, add_listing

PATH = "/api/sources"


def _site(engine: Engine, host: str, **values: Any) -> int:
    return add_agency(engine, f"Agence {host}", website_url=f"https://{host}/", **values)


def test_a_source_tells_when_and_how_it_was_read(client: httpx2.Client, engine: Engine) -> None:
    read_at = NOW - timedelta(hours=3)
    told = {"scraping_status": ScrapingStatus.OK, "last_scraped": read_at, "robots_status": "rules"}
    agency = _site(engine, "www.morvan.example", crawl_delay=7.5, robots_fetched_at=read_at, **told)
    add_listing(engine, agency)
    add_listing(engine, agency, is_active=False, withdrawn_at=NOW)
    answer = client.get(PATH).json()
    (source,) = answer["sources"]
    assert (source["host"], source["listings"], source["status"]) == ("www.morvan.example", 1, "ok")
    assert (source["robots"], source["crawl_delay"], source["paused"]) == ("rules", 7.5, False)
    assert source["last_visited"] == source["robots_read_at"] == read_at.isoformat().replace("+00:00", "Z")
    assert answer["robot"] == Settings(_env_file=None).user_agent
    for how in (answer["how_to_opt_out"], answer["how_to_opt_out_en"]):
        assert "User-agent: PignonBot" in how
        assert answer["contact"] in how


def test_who_opted_out_is_counted_not_named_and_told_when_asked_for(
    client: httpx2.Client, engine: Engine
) -> None:
    _site(engine, "morvan.example")
    _site(engine, "www.discrete.example")
    opt_out(engine, "discrete.example")
    opt_out(engine, "unknown.example")
    everyone = client.get(PATH)
    assert "discrete" not in everyone.text
    told = everyone.json()
    assert (told["total"], told["opted_out"], told["asked_is_opted_out"]) == (1, 2, None)
    for host, out, known in (
        ("discrete.example", True, 0),
        ("WWW.Discrete.example", True, 0),
        ("https://louer.discrete.example/annonces", True, 0),
        ("unknown.example", True, 0),
        ("morvan.example", False, 1),
        ("https://www.morvan.example/x", False, 1),
        ("nobody.example", False, 0),
        ("é" * 100, False, 0),
        ("https://[", False, 0),
    ):
        told = client.get(PATH, params={"host": host}).json()
        assert (told["asked_is_opted_out"], told["total"], len(told["sources"])) == (out, known, known), host


def test_pages_follow_each_other_by_host(client: httpx2.Client, engine: Engine) -> None:
    for host in ("b.example", "a.example", "d.example", "c.example", "a.b.example"):
        _site(engine, host)
    _site(engine, "z.example", is_active=False)
    seen, cursor = [], None
    while True:
        told = client.get(PATH, params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen += [source["host"] for source in told["sources"]]
        cursor = told["next_cursor"]
        if cursor is None:
            break
    assert seen == sorted(seen)
    assert len(seen) == told["total"] == 5
    assert client.get(PATH, params={"cursor": "x"}).status_code == 422


def test_the_page_says_the_same_in_either_language(client: httpx2.Client, engine: Engine) -> None:
    states = {"scraping_status": ScrapingStatus.DISALLOWED, "robots_status": "unreachable"}
    agency = _site(engine, "morvan.example", last_scraped=NOW - timedelta(days=1), **states)
    _site(engine, "arret.example", paused_at=NOW)
    add_listing(engine, agency)
    opt_out(engine, "discrete.example")
    for language, words in (
        ("fr", ("Nos sources", "2 sites lus", "1 annonce", "hier", "Ne plus être visité", "en pause")),
        ("en", ("Our sources", "2 sites read", "1 listing", "yesterday", "Not to be visited", "paused")),
    ):
        answer = client.get("/sources", params={"lang": language})
        assert answer.status_code == 200
        tree = LexborHTMLParser(answer.text)
        text = " ".join(tree.body.text().split())
        for word in (*words, "morvan.example", "User-agent: PignonBot", "robots.txt"):
            assert word in text, word
        assert phrases()["sources.status.disallowed"][language] in text
        assert phrases()["sources.robots.unreachable"][language] in text
        assert tree.css_first("html").attributes["lang"] == language


def test_the_page_answers_an_owner_who_asks_for_their_site(client: httpx2.Client, engine: Engine) -> None:
    _site(engine, "morvan.example")
    opt_out(engine, "discrete.example")
    for host, key in (("discrete.example", "sources.is_out"), ("nobody.example", "sources.none")):
        text = client.get("/sources", params={"host": host}).text
        assert phrases()[key]["fr"] in text
    assert "morvan.example" in client.get("/sources", params={"host": "morvan.example"}).text


def test_titles_and_hosts_are_text_on_the_page(client: httpx2.Client, engine: Engine) -> None:
    name = "<script>alert(1)</script>"
    add_agency(engine, name, website_url="https://morvan.example/")
    for asked in ("", name, '"><img src=x onerror=alert(1)>'):
        page = client.get("/sources", params={"host": asked, "cursor": asked} if asked else {})
        assert page.status_code == 200
        tree = LexborHTMLParser(page.text)
        assert not [node for node in tree.css("script") if not node.attributes.get("src")]
        assert tree.css("[onerror]") == []


def test_the_first_page_leads_to_the_sources(seeded: httpx2.Client) -> None:
    tree = LexborHTMLParser(seeded.get("/", headers={"Accept-Language": "fr"}).text)
    assert tree.css_first('footer a[href="/sources"]') is not None


@pytest.mark.parametrize("status", ScrapingStatus)
def test_every_state_of_a_site_has_a_phrase(status: ScrapingStatus) -> None:
    assert f"sources.status.{status.value}" in phrases()
