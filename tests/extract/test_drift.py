"""A site that changes under its wrapper: noticed within a few pages, and no wrong value told meanwhile."""

from dataclasses import replace

from extract.drift import AUDITED, FRAME, LAST, TOO_MANY, is_audited, is_worn, note
from extract.glance import Glance
from extract.wrapper import Finder, recognises
from models.listing import Listing
from tests.extract.test_wrapper import PLACES, URL, page, read, wrapper


def redesigned(number: int) -> str:
    """The same adverts in a new frame, whose old price element tells the fees."""
    old = page(number)
    price = old.partition('<p class="prix">')[2].partition("</p>")[0]
    fees = f'<p class="prix">Honoraires : 5 000 €</p><div class="montant">Prix de vente : {price}</div>'
    new = old.replace(f'<p class="prix">{price}</p>', fees)
    for before, after in (("Agence du Port", "Le Port Immobilier"), ("Référence", "N° de mandat"),
                          ("Zolmebe", "Pièces"), ("<h1>", "<h2>"), ("</h1>", "</h2>")):  # fmt: skip
        new = new.replace(before, after)
    return new


def framed(html: str, number: int) -> bool:
    return recognises(wrapper(), Finder(Glance(html, URL.format(number)), wrapper().sections), PLACES)


def test_a_new_template_is_no_longer_read_by_the_wrapper_and_no_wrong_value_is_told() -> None:
    for number in range(10, 16):
        html = redesigned(number)
        assert framed(page(number), number)
        assert not framed(html, number)
        helped, alone = read(html, number, wrapper()), read(html, number)
        assert not helped.by_wrapper
        assert helped.listing == alone.listing


def test_a_new_template_wears_the_wrapper_out_within_three_pages() -> None:
    worn = wrapper()
    for number in range(10, 10 + TOO_MANY):
        assert not is_worn(worn)
        worn = note(worn, framed(redesigned(number), number), {}, None)
    assert is_worn(worn)


def test_one_page_in_a_hundred_without_the_frame_wears_nothing_out() -> None:
    lasting = wrapper()
    for number in range(60):
        lasting = note(lasting, number % (LAST + 1) != 0, {}, None)
    assert not is_worn(lasting)


def test_a_field_whose_places_disagree_with_the_readers_is_dropped_alone() -> None:
    noted = wrapper()
    for _ in range(TOO_MANY):
        noted = note(noted, True, {"price": 1, "rooms": 3}, Listing(price=2, rooms=3))
    told = {place.field for place in noted.places}
    assert "price" not in told
    assert "rooms" in told
    assert "price" not in noted.sure
    assert not noted.swift
    assert not is_worn(noted)


def test_a_record_is_bounded_and_survives_its_json() -> None:
    noted = wrapper()
    for _ in range(100):
        noted = note(noted, True, {"price": 1}, Listing(price=1))
    assert max(map(len, noted.record.values())) <= 20
    assert type(noted).from_json(noted.to_json()) == noted


def test_a_wrapper_without_places_is_worn() -> None:
    assert is_worn(replace(wrapper(), places=(), record={FRAME: "+"}))


def test_about_one_page_in_twenty_is_audited_always_the_same() -> None:
    urls = [URL.format(number) for number in range(4_000)]
    share = sum(map(is_audited, urls)) / len(urls)
    assert 0.6 / AUDITED < share < 1.4 / AUDITED
    assert [is_audited(url) for url in urls] == [is_audited(url) for url in urls]
