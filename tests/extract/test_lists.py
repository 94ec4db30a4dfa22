"""Lists: which links lead to listings, and by what a page without a link is still a list."""

# ruff: noqa: E501 (markup reads better unbroken)

import json

import pytest

from tests.extract.pages import CARD, cards, page, read

TITLE = "Nos annonces"


def test_a_card_that_tells_little_counts_beside_the_others_at_a_like_address() -> None:
    bare = "<div class='bien'><a href='/biens/9.html'><h3>Un bâtiment à usage de salle de réception</h3></a><p>Carence d'enchères</p></div>"
    reading = read(page(cards(3) + bare, TITLE))
    assert reading.links == ("/biens/1.html", "/biens/2.html", "/biens/3.html", "/biens/9.html")


def test_a_neighbour_at_another_kind_of_address_is_no_listing() -> None:
    other = "<div class='bien'><a href='/agence/equipe/dupont'><h3>Votre conseiller</h3></a><p>Sur rendez-vous</p></div>"
    assert read(page(cards(3) + other, TITLE)).links == ("/biens/1.html", "/biens/2.html", "/biens/3.html")


@pytest.mark.parametrize("path", ["/financement/calcul?montant={n}", "/confidentialite/{n}", "/alerte/{n}"])
def test_the_loan_and_the_privacy_notice_of_a_card_are_not_its_listing(path: str) -> None:
    second = f"</h3></a><a href='{path}'>En savoir plus sur tout cela</a>"
    listed = "".join(
        cards(1, n).replace("</h3></a>", second.replace("{n}", f"{n}00000")) for n in range(1, 5)
    )
    assert read(page(listed, TITLE)).links == tuple(f"/biens/{n}.html" for n in range(1, 5))


def test_of_two_addresses_of_one_page_the_plainer_is_the_listings() -> None:
    def card(n: int) -> str:
        return f"<div class='p'><a href='/fiche.php?s=ventes&amp;id={n}'><img src='/{n}.jpg'></a><h3>Maison 80 m²</h3><p>2{n}5 000 €</p><a href='/fiche.php?id={n}'>Voir</a></div>"

    assert read(page("".join(card(n) for n in range(1, 5)), TITLE)).links == tuple(
        f"/fiche.php?id={n}" for n in range(1, 5)
    )


def test_cards_whose_script_opens_them_make_a_list_and_no_listing() -> None:
    card = "<div class='carte'><img src='/{n}.jpg'><h3>Résidence {n}</h3><p>Chambres 0{n}</p><p>Surface 1{n}0 m²</p><p>Par mois 8{n}0.000 XOF</p><button>Voir</button></div>"
    reading = read(
        page("<h1>Parcourir les locations</h1>" + "".join(card.format(n=n) for n in range(1, 5)), TITLE)
    )
    assert (reading.kind, reading.listing) == ("index", None)


def test_a_label_said_once_for_each_of_several_properties_makes_a_list() -> None:
    row = "<div class='c-{n}'><p>Location</p><p>Bradford {n}</p><p>Size</p><p>{n},200 sqft</p></div>"
    reading = read(page("".join(row.format(n=n) for n in range(2, 8)), "To let"))
    assert (reading.kind, reading.listing) == ("index", None)


def test_a_list_that_a_script_fills_is_known_by_its_tools() -> None:
    tools = (
        "<p>Filtrer les biens</p><p>Trier</p><p>Prix ↑</p><p>0 résultat(s)</p><button>Réinitialiser</button>"
    )
    assert read(page(f"<h1>Acheter</h1>{tools}", "Transaction")).kind == "index"


def test_a_shell_whose_state_holds_adverts_is_a_list() -> None:
    adverts = [
        {"id": n, "title": f"Wohnung {n}", "price": 900 + n, "area": 50 + n, "link": f"/d/wohnung-{n}"}
        for n in range(6)
    ]
    state = json.dumps({"props": {"result": {"adverts": adverts}}})
    html = f"<html><body><script type='application/json'>{state}</script></body></html>"
    reading = read(html)
    assert reading.kind == "index" and reading.links == tuple(f"/d/wohnung-{n}" for n in range(6))


def test_a_shell_without_adverts_stays_a_shell() -> None:
    state = json.dumps({"menu": [{"id": n, "a": 1, "b": 2, "c": 3, "label": "Acheter"} for n in range(9)]})
    html = f"<html><body><script type='application/json'>{state}</script></body></html>"
    assert (read(html).kind, read(html).reason) == ("other", "shell")


def test_cards_that_keep_their_facts_for_their_own_page_count_at_addresses_of_the_trade() -> None:
    card = "<div class='item'><a href='/bureaux/{n}-local'><img src='/{n}.jpg'><h3>Local {n}</h3></a></div>"
    listed = "".join(card.format(n=n) for n in range(1, 5))
    assert read(page(listed, "Bureaux et commerces")).links == tuple(
        f"/bureaux/{n}-local" for n in range(1, 5)
    )
    journal = read(page(listed.replace("/bureaux/", "/journal/"), "Le journal"))
    assert (journal.kind, journal.links) == ("other", ())


def test_a_heading_and_a_price_make_a_card() -> None:
    card = "<div><h2>Manoir {n}</h2><p>{n} 280 000 €</p><a class='voir' href='/fr/p/manoir-{n}'>Explorer</a></div>"
    listed = "".join(card.format(n=n) for n in range(1, 5))
    assert read(page(f"<h1>Propriétés</h1>{listed}", "Propriétés")).links == tuple(
        f"/fr/p/manoir-{n}" for n in range(1, 5)
    )


def test_a_front_door_with_an_example_is_no_listing_and_a_house_with_a_site_to_itself_is() -> None:
    example = "<h1>Devenir propriétaire</h1><p>Exemple : T2 de 43 m² à 214 000 €</p><p>Surface : 43 m²</p>"
    home = read(page(example, "Bâtisseurs"), "https://agence.example/accueil.html")
    assert (home.kind, home.reason) == ("other", "home")
    alone = f"<html><head><title>Le Moulin, maison à vendre</title></head><body>{example}</body></html>"
    assert read(alone, "https://le-moulin.example/").kind == "detail"


def test_a_list_whose_canonical_address_is_the_door_is_still_a_list() -> None:
    head = "<link rel='canonical' href='https://agence.example/'>"
    assert read(page("<h1>Nos viagers</h1>" + cards(4), "Nos viagers", head)).kind == "index"


def test_an_address_of_the_lists_own_kind_is_a_listing_wherever_it_stands() -> None:
    side = "<aside><ul><li><a href='/biens/77.html'>Bastide à Lourmarin</a></li></ul></aside><nav><a href='/biens/78.html'>À la une</a></nav>"
    pager = "<p><a href='/biens/page-2.html'>2</a><a href='/annonces/2'>Suite</a></p>"
    reading = read(page(cards(5) + side + pager, TITLE))
    assert reading.links == (*(f"/biens/{n}.html" for n in range(1, 6)), "/biens/77.html", "/biens/78.html")


def test_a_cards_other_script_is_not_its_listing() -> None:
    row = "<tr><td><a href='bien.asp?id={n}&amp;nature=2'>VILLA T5</a></td><td>{n}90 €</td><td><a href='bien.asp?id={n}&amp;nature=2'>FICHE</a> <a href='selection.asp?add={n}'>+ sélection</a></td></tr>"
    listed = "<table>" + "".join(row.format(n=n) for n in range(4, 9)) + "</table>"
    assert read(page(listed, "Locations")).links == tuple(f"bien.asp?id={n}&nature=2" for n in range(4, 9))


def test_a_row_that_links_to_its_notary_in_the_same_way_is_a_card() -> None:
    row = (
        '<tr><td><a href="annonce-{n}.html"><img src="/p/{n}.jpg"></a></td><td><a href="annonce-{n}.html">Maison</a>'
        '</td><td>1{n} m²</td><td>4{n} 500 €</td><td><a href="../etudes/etude-9{n}.html">SCP Martin</a></td></tr>'
    )
    reading = read(
        page(f"<h1>Recherche</h1><table>{''.join(row.format(n=n) for n in range(11, 19))}</table>")
    )
    assert reading.links == tuple(f"annonce-{n}.html" for n in range(11, 19))


def test_an_advertisers_card_among_the_sites_own_is_left_out() -> None:
    advert = CARD.format(n=7, p=207).replace("/biens/7.html", "https://pub.annonceur.example/clic/88.html")
    reading = read(page("<h1>Nos biens</h1>" + cards(4) + advert, "Nos biens"))
    assert reading.links == tuple(f"/biens/{n}.html" for n in range(1, 5))


def test_agents_that_another_script_answers_for_are_no_listings() -> None:
    adverts = "".join(
        CARD.format(n=n, p=200 + n).replace(f"/biens/{n}.html", f"annonce.php?id={n}") for n in range(1, 6)
    )
    agents = "".join(f'<div><a href="mandataire.php?id={n}">Conseiller {n}</a></div>' for n in range(40))
    reading = read(page(f"<h1>Nos biens</h1>{adverts}{agents}", "Nos biens"))
    assert reading.links == tuple(f"annonce.php?id={n}" for n in range(1, 6))


def test_a_list_whose_cards_come_by_script_is_read_from_its_state() -> None:
    adverts = ",".join(
        f'{{"id":{n},"name":"Villa {n}","city":"Royan","url":"/location/{n}-villa","price":{400 + n},"rooms":4,"surface":7{n}}}'
        for n in range(1, 8)
    )
    main = f"<h1>Locations de vacances</h1><p>{'Royan et ses environs. ' * 20}</p>"
    state = f'<script>window.__INITIAL_STATE__ = {{"results":[{adverts}]}};</script>'
    reading = read(page(main + state, "Locations de vacances Royan"))
    assert reading.kind == "index"
    assert reading.links == tuple(f"/location/{n}-villa" for n in range(1, 8))
