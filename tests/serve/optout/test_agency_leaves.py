"""An agency leaves by itself: who speaks for its site gets a link, and the link does it at once, once."""

import pytest
from sqlalchemy import Engine, func, select, update

from crawl.optout import OptOuts
from crawl.store import Store
from models.database import open_async_engine
from models.tables import MailedLink, OptOut, OutboxMessage
from tests.serve.accounts.conftest import World
from tests.serve.market import add_agency, add_listing


def _agency(engine: Engine, url: str = "https://www.agence-du-port.fr/", **values: object) -> int:
    agency = add_agency(engine, website_url=url, **values)
    add_listing(engine, agency, title="Studio sur le port", transaction="sale", price=90_000)
    return agency


def _ask(world: World, agency: int, email: str) -> int:
    return world.post(f"/api/agencies/{agency}/opt-out", email=email).status_code


def _found(world: World) -> int:
    return len(world.client.get("/api/listings/search").json()["listings"])


async def test_the_link_takes_the_site_out_of_search_and_crawl_at_once(
    world: World, engine: Engine, database_url: str
) -> None:
    agency = _agency(engine)
    assert _found(world) == 1
    assert _ask(world, agency, "contact@agence-du-port.fr") == 202
    mail = world.mail()
    assert "ne visite plus agence-du-port.fr" in mail
    assert "In English" in mail
    assert "Pour revenir" in mail
    assert "To come back" in mail
    assert _found(world) == 1, "nothing is done before"
    done = world.post("/api/agencies/opt-out/confirm", link=world.link())
    assert done.status_code == 200
    assert _found(world) == 0
    with engine.connect() as connection:
        row = connection.execute(select(OptOut.host, OptOut.note)).one()
    assert tuple(row) == ("agence-du-port.fr", "contact@agence-du-port.fr, by a mail's link")
    crawl = open_async_engine(database_url)
    assert not await OptOuts(Store(crawl)).welcome("https://www.agence-du-port.fr/annonces")
    await crawl.dispose()
    assert world.post("/api/agencies/opt-out/confirm", link=world.link()).status_code == 400
    assert _ask(world, agency, "contact@agence-du-port.fr") == 409


def test_the_page_asks_first(world: World, engine: Engine) -> None:
    _ask(world, _agency(engine), "contact@agence-du-port.fr")
    secret = world.link()
    assert "Retirer mon site" in world.client.get("/account/opt-out", params={"link": secret}).text
    assert _found(world) == 1
    assert "n’est plus visité" in world.client.post("/account/opt-out", data={"link": secret}).text
    assert _found(world) == 0


@pytest.mark.parametrize(
    ("url", "shown", "email", "answer"),
    [
        ("https://www.agence-du-port.fr/", None, "directrice@agence-du-port.fr", 202),
        ("https://lyon.groupe-port.fr/", None, "siege@groupe-port.fr", 202),
        ("https://agence-du-port.fr/", "port@orange.fr", "Port@orange.fr", 202),
        ("https://agence-du-port.fr/", None, "contact@agence-du-port.com", 422),
        ("https://agence-du-port.fr/", None, "contact@autre-agence-du-port.fr", 422),
        ("https://agence-du-port.fr/", "port@orange.fr", "autre@orange.fr", 422),
        ("https://www.orange.fr/", None, "anyone@orange.fr", 422),
        ("https://agence-du-port.wixsite.com/", None, "x@wixsite.com", 422),
        ("https://agence-du-port.fr/", None, "contact@agence-du-port.fr@gmail.com", 422),
    ],
)
def test_only_who_reads_mail_there_speaks_for_a_site(
    world: World, engine: Engine, url: str, shown: str | None, email: str, answer: int
) -> None:
    assert _ask(world, _agency(engine, url, email=shown), email) == answer
    with engine.connect() as connection:
        owed = connection.scalar(select(func.count()).select_from(OutboxMessage))
    assert owed == (1 if answer == 202 else 0)


def test_one_of_several_agencies_of_a_host_does_not_speak_for_the_others(
    world: World, engine: Engine
) -> None:
    one = _agency(engine, "https://portail.fr/", email="port@orange.fr")
    _agency(engine, "https://portail.fr/autre/")
    assert _ask(world, one, "port@orange.fr") == 422


def test_an_old_link_and_an_unknown_agency_are_refused(world: World, engine: Engine) -> None:
    assert _ask(world, 999, "contact@agence-du-port.fr") == 404
    _ask(world, _agency(engine), "contact@agence-du-port.fr")
    secret = world.link()
    with engine.begin() as connection:
        connection.execute(update(MailedLink).values(expires_at=func.now()))
    assert world.post("/api/agencies/opt-out/confirm", link=secret).status_code == 400
    assert _found(world) == 1
