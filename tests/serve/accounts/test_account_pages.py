"""The pages that mails' links open: they ask first, work by hand, and tell in the reader's language."""

import httpx2
from selectolax.lexbor import LexborHTMLParser

from tests.serve.accounts.conftest import PASSWORD, World


def _open(world: World, path: str, secret: str, language: str = "fr") -> httpx2.Response:
    return world.client.get(path, params={"link": secret}, headers={"Accept-Language": language})


def test_opening_a_link_does_nothing_yet_and_the_button_does(world: World) -> None:
    world.post("/api/auth/register", email="claire@exemple.fr", password=PASSWORD)
    secret = world.link()
    for _ in range(3):
        asked = _open(world, "/account/confirm", secret)
        assert "Ouvrir mon compte" in asked.text
        assert f'value="{secret}"' in asked.text
        assert asked.headers["Cache-Control"] == "no-store"
    done = world.client.post("/account/confirm", data={"link": secret})
    assert "Votre compte est ouvert" in done.text
    world.log_in()
    again = world.client.post("/account/confirm", data={"link": secret})
    assert again.status_code == 400
    assert "ne vaut plus" in again.text


def test_a_new_password_is_chosen_on_a_page(world: World) -> None:
    world.join()
    world.post("/api/auth/password/forgot", email="claire@exemple.fr")
    secret = world.link(2)
    assert 'type="password"' in _open(world, "/account/reset", secret).text
    weak = world.client.post("/account/reset", data={"link": secret, "password": "motdepasse"})
    assert weak.status_code == 422
    assert "parmi les plus courants" in weak.text
    english = {"Accept-Language": "en"}
    done = world.client.post(
        "/account/reset", data={"link": secret, "password": "quatre pies"}, headers=english
    )
    assert "Your password is changed" in done.text
    world.log_in(password="quatre pies")


def test_a_link_is_still_good_in_the_other_language(world: World) -> None:
    world.post("/api/auth/register", email="claire@exemple.fr", password=PASSWORD)
    secret = world.link()
    french = LexborHTMLParser(_open(world, "/account/confirm", secret).text)
    address = french.css_first("a.language").attributes["href"]
    english = LexborHTMLParser(world.client.get(f"/account/confirm{address}").text)
    assert english.css_first("html").attributes["lang"] == "en"
    form = english.css_first("main form")
    sent = {"link": form.css_first("[name=link]").attributes["value"]}
    done = world.client.post(form.attributes["action"] or "", data=sent)
    assert "Your account is open" in done.text


def test_what_stands_in_a_link_is_shown_as_text_only(world: World) -> None:
    page = _open(world, "/account/confirm", '"><script>alert(1)</script>')
    assert "<script>alert" not in page.text


def test_a_form_without_anything_or_with_everything_is_answered(world: World) -> None:
    for body in (b"", b"link=", b"link=%00", b"\xff\xfe=%ff", b"link=" + b"a" * 50_000):
        for path in ("/account/confirm", "/account/reset"):
            assert world.client.post(path, content=body).status_code == 400
    assert world.client.post("/account/confirm", content=b"&".join([b"a=1"] * 50)).status_code == 400
