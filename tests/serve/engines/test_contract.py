"""One contract for all engines: the same listings in the same order, whatever is asked, whoever answers."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.database import open_async_engine, open_engine
from models.places import Places
from serve import cursor
from serve.criteria import Facet, SearchQuery
from serve.engines.contract import Engine, Found, Search
from serve.engines.index import alias_of
from serve.engines.keeper import connection
from serve.engines.postgresql import PostgreSQL
from serve.engines.second import Second
from serve.engines.server import Server
from tests.serve.engines.conftest import in_step
from tests.serve.engines.market import questions, varied
from tests.serve.engines.processes import Process
from tests.serve.market import NOW, add_agency, add_event, add_listing
from tests.serve.test_words import ADVERTS, CASES

#: An engine starts in seconds, but on a machine with much else to do.
pytestmark = pytest.mark.timeout(600)

PLACES = Places.load(Path("/nowhere"))


@dataclass(frozen=True)
class Both:
    """The two engines on one market."""

    postgresql: PostgreSQL
    second: Second

    def __iter__(self) -> Iterator[Engine]:
        return iter((self.postgresql, self.second))


@pytest.fixture(scope="module")
def market(module_database_url: str) -> str:
    """A varied market's address."""
    engine = open_engine(module_database_url)
    varied(engine)
    engine.dispose()
    return module_database_url


@pytest.fixture(scope="module")
def indexed(process: Process, market: str) -> str:
    """The market, indexed by the engine in turn."""
    in_step(process, market)
    return market


@pytest.fixture
async def both(process: Process, indexed: str) -> AsyncIterator[Both]:
    """Both engines of the market."""
    async with Opened(process, indexed) as both:
        yield both


class Opened:
    """Both engines on a database, for a block."""

    def __init__(self, process: Process, url: str) -> None:
        self.server, self.url = Server(process.url), url

    async def __aenter__(self) -> Both:
        async with connection(self.url) as own:
            second = Second(self.server, await alias_of(own), patience=30)
        await second.warm()
        self.engine = open_async_engine(self.url)
        self.connection = await self.engine.connect()
        return Both(PostgreSQL(self.connection), second)

    async def __aexit__(self, *_: object) -> None:
        await self.connection.close()
        await self.engine.dispose()
        await self.server.close()


def asked(told: dict[str, Any], *, once: bool, after: cursor.Position | None = None) -> Search:
    return Search(SearchQuery.model_validate(told), PLACES, after, once)


def ended(search: Search, found: Found) -> Search | None:
    """The search of the page after, by way of a cursor as readers carry it."""
    limit, sort = search.query.limit, search.query.sort
    if len(found.hits) <= limit:
        return None
    last = found.hits[limit - 1]
    return replace(search, after=cursor.decode(cursor.encode(sort, last.sorted_by, last.id), sort))


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(told=questions)
async def test_facets_have_the_same_numbers(both: Both, told: dict[str, Any]) -> None:
    search = asked({"transaction": "sale", **told, "facet": list(Facet)}, once=False)
    mine, theirs = [await engine.find(search) for engine in both]
    assert theirs.facets == mine.facets
    assert theirs.facets_are_exact


@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(told=questions, once=st.booleans(), limit=st.sampled_from((1, 3, 20)))
async def test_any_question_has_one_answer_and_a_page_goes_on_with_the_other_engine(
    both: Both, told: dict[str, Any], once: bool, limit: int
) -> None:
    search: Search | None = asked({**told, "limit": limit}, once=once)
    for number in range(6):
        if search is None:
            break
        mine, theirs = [await engine.find(search) for engine in both]
        assert (theirs.hits, theirs.total, theirs.total_is_exact) == (mine.hits, mine.total, True)
        search = ended(search, (mine, theirs)[number % 2])


async def test_places_mean_the_same_on_both_engines(both: Both) -> None:
    for city in CITIES:
        search = asked({"city": city, "limit": 100}, once=False)
        mine, theirs = [await engine.find(search) for engine in both]
        assert mine.hits, city
        assert (theirs.hits, theirs.total) == (mine.hits, mine.total), city


@pytest.fixture(scope="module")
def written(market: str) -> dict[int, str]:
    """Adverts of known words beside the others; their names."""
    engine = open_engine(market)
    agency = add_agency(engine)
    names = {
        add_listing(engine, agency, title=title, description=text): name
        for name, (title, text) in (ADVERTS | MORE).items()
    }
    for listing in names:
        add_event(engine, listing, "created", NOW)
    engine.dispose()
    return names


@pytest.fixture(scope="module")
def spoken(written: dict[int, str], process: Process, indexed: str) -> dict[int, str]:
    """These, once the engine in turn has heard of them."""
    in_step(process, indexed)
    return written


#: Communes, codes, départements and regions, one or several, of which some are unknown.
CITIES = (
    "Lyon",
    "Rhône",
    "Pays de la Loire",
    "Lyon 3e, Nantes",
    "69003, 75011",
    "Atlantis; Paris; 44000",
    "Lyon 3e ou Loire-Atlantique",
    "Nantes, Loire-Atlantique",
    "Lyon, 75011, Bretagne",
)
#: Further cases of the words: what stemmers and tokenizers like to differ on.
MORE = {
    "plural": (
        "Locaux professionnels",
        "Travaux à prévoir. L'été, aujourd'hui : 65m² au 2ème étage, hôtels.",
    ),
    "verbs": (None, "Nous vendons une propriété rénovée; dépendances, écuries et œil-de-bœuf. Prix: 3,5 M"),
}
SAID = (
    "local", "professionnelle", "travaux -mer", "été", "hotel", "aujourd'hui", "2eme etage", "etages",
    "propriétés", "proprietes renovees", "renover", "ecurie", "oeil de boeuf", "œil-de-bœuf", "dépendance",
    "le travaux", "-le", "le -jardin", "maisons de villes", "vue -le", '"vue la mer"', "T3", "t 3", "3pcs",
    "3 PIÈCES", "calme", '"au 2ème"', "nous vendons", "vendre", "m²", "à", "été -hotel", "cœurs",
)  # fmt: skip


async def test_words_find_the_adverts_that_say_them(spoken: dict[int, str], both: Both) -> None:
    for words, wanted in CASES:
        for engine in both:
            found = await engine.find(asked({"q": words, "limit": 100, "days_on_market_max": 0}, once=False))
            assert {spoken.get(hit.id) for hit in found.hits} - {None, *MORE} == wanted, words


async def test_words_mean_the_same_on_both_engines(spoken: dict[int, str], both: Both) -> None:
    for words in SAID:
        search = asked({"q": words, "limit": 100}, once=False)
        mine, theirs = [await engine.find(search) for engine in both]
        assert theirs.hits == mine.hits, words


async def test_what_a_title_says_is_more_relevant_than_what_a_text_says(
    spoken: dict[int, str], both: Both
) -> None:
    told = {"q": "vue mer", "sort": "relevance", "limit": 100, "days_on_market_max": 0}
    for once in (False, True):
        for engine in both:
            found = await engine.find(asked(told, once=once))
            names = [name for hit in found.hits if (name := spoken.get(hit.id))]
            assert names == ["sea", "house"]
        pages = [asked(told | {"limit": 1}, once=once)]
        while (after := ended(pages[-1], await both.second.find(pages[-1]))) is not None:
            pages.append(after)
        hits = [(await both.second.find(page)).hits[0] for page in pages]
        assert hits == list((await both.second.find(asked(told, once=once))).hits)
