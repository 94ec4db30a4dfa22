"""`pignon optout`: said, listed and undone from the command line, each with a line that tells what it did."""

from sqlalchemy import Engine

from crawl.agencies import register
from tests.cluster.command import Pignon

URL = "http://agence.localhost:8123/"


def test_an_opt_out_is_said_listed_and_undone(in_town: Pignon, engine: Engine) -> None:
    register(engine, [URL], town=True)
    said = in_town("optout", URL, "--note", "e-mail of 3 May")
    assert said.out == "agence.localhost is not visited any more: 1 site, 0 listings taken off line.\n"
    assert in_town("optout").out.rstrip().endswith("e-mail of 3 May")
    (row,) = in_town("optout", "--json").rows
    assert (row["host"], row["note"]) == ("agence.localhost", "e-mail of 3 May")
    (freed,) = in_town("optout", "agence.localhost", "--undo", "--json").rows
    assert freed == {"host": "agence.localhost", "sites": 1, "listings": 0}
    assert in_town("optout").out == ""
    again = in_town("optout", "agence.localhost", "--undo")
    assert (again.code, again.error) == (2, "pignon: agence.localhost is not opted out.")


def test_an_unknown_site_that_opted_out_is_not_added(in_town: Pignon) -> None:
    said = in_town("optout", "www.inconnue.localhost")
    assert said.out == "inconnue.localhost is not among the known sites, and will not be added.\n"
    refused = in_town("crawl", "http://inconnue.localhost:8123/")
    assert (refused.code, refused.error) == (
        2,
        "pignon: The owner of inconnue.localhost asked not to be visited: leave it out.",
    )


def test_the_others_are_visited_all_the_same(in_town: Pignon) -> None:
    in_town("optout", "inconnue.localhost")
    ran = in_town("crawl", "http://inconnue.localhost:8123/", "http://absente.localhost:9/")
    assert "The owner of inconnue.localhost asked not to be visited: leave it out." in ran.err
    assert "absente.localhost: unreachable" in ran.err


def test_a_mistake_is_told(in_town: Pignon) -> None:
    for arguments in (["--undo"], ["--note", "x"], ["agence"], ["a.localhost", "--note", "x" * 301]):
        assert in_town("optout", *arguments).code == 2
