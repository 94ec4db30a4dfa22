"""What `read_page` tells of whole pages: kinds, fields, links and what must never leak into them."""

# ruff: noqa: E501 (markup reads better unbroken)

import pytest

from extract.page import read_page
from models.listing import Evidence, PropertyType, Transaction
from tests.extract.pages import CARD, DESCRIPTION, DETAIL, URL, cards, page, read


def test_a_detail_page_gives_its_facts_with_their_evidence() -> None:
    reading = read(page(DETAIL.replace("<h1>", "<h1>À vendre : ")))
    listing = reading.listing
    assert reading.kind == "detail" and listing is not None
    assert (listing.price, listing.currency, listing.surface) == (385_000, "EUR", 112.0)
    assert (listing.rooms, listing.bedrooms, listing.bathrooms) == (5, 3, 1)
    assert (listing.postal_code, listing.city, listing.insee_code) == ("33000", "Bordeaux", "33063")
    assert (listing.property_type, listing.transaction) == (PropertyType.HOUSE, Transaction.SALE)
    assert listing.reference == "MB-1204"
    assert listing.description is not None and listing.description.startswith("Au calme d'une impasse")
    assert listing.features["garage"] and listing.features["cellar"]
    assert listing.photos == ("http://agence.example/photos/a.jpg", "http://agence.example/photos/b.jpg")
    assert isinstance(reading.evidence["price"], Evidence) and "385 000 €" in reading.evidence["price"].raw
    assert all(0 < told.confidence <= 1 and len(told.raw) <= 200 for told in reading.evidence.values())


def test_the_agencys_place_never_becomes_the_propertys() -> None:
    listing = read(page(DETAIL.replace("<p>33000 Bordeaux</p>", ""))).listing
    assert listing is not None
    assert listing.postal_code != "69003" and listing.address is None


def test_similar_listings_lend_neither_price_nor_photo() -> None:
    without_price = DETAIL.replace("385 000 €", "Prix : nous consulter")
    listing = read(page(without_price + "<h2>Biens similaires</h2>" + cards(3))).listing
    assert listing is not None and listing.price is None
    assert all("/p/" not in photo for photo in listing.photos)


def test_a_simulated_loan_is_no_price() -> None:
    loan = "<div><h3>Simulez votre prêt</h3><p>Montant : 300 000 €</p><p>Soit 1 520 € par mois sur 240 mois</p></div>"
    listing = read(page(DETAIL.replace("385 000 €", "Prix sur demande") + loan)).listing
    assert listing is not None and listing.price is None


@pytest.mark.parametrize(
    ("sticker", "sold"),
    [
        ("<span class='badge'>Vendu</span>", True),
        ("<span class='badge'>Sous compromis</span>", True),
        ("<p>LOUÉ</p>", True),
        ("<p>Appartement vendu loué, bail en cours jusqu'en 2027.</p>", False),
        ("<p>Vendu meublé.</p>", False),
        (
            "<h2>Biens similaires</h2>" + cards(3).replace("<p>6", "<span class='badge'>Vendu</span><p>6"),
            False,
        ),
    ],
)
def test_only_the_listings_own_sticker_makes_it_sold(sticker: str, sold: bool) -> None:
    reading = read(page(DETAIL + sticker if "h2" in sticker else DETAIL.replace("</h1>", "</h1>" + sticker)))
    assert (reading.reason == "sold") is sold
    assert (reading.listing is None) is sold


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        (page("<h1>Cette annonce n'est plus disponible</h1><p>Voici nos autres biens.</p>"), "gone"),
        (page("<h1>Page introuvable</h1>", "Erreur 404"), "gone"),
        (page("<h1>Oups !</h1><p>Cette annonce n'existe plus.</p>"), "gone"),
        (page("<h1>Oups !</h1><p>Rien à voir par ici, revenez plus tard.</p>"), "error"),
        (page("<h1>Une erreur est survenue</h1><p>Cette annonce est introuvable.</p>"), "error"),
        (page("<p>Le site est momentanément indisponible, en maintenance jusqu'à midi.</p>"), "error"),
        (page("<p>Votre session a expiré, merci de vous reconnecter à votre compte.</p>"), "error"),
        (page("<h1>408 Request Time-out</h1><p>The server timed out waiting for you.</p>"), "error"),
        (
            "<html><head><title>Just a moment...</title><script src='/cdn-cgi/challenge-platform/h/b'></script></head></html>",
            "challenge",
        ),
        (
            "<html><head><title>x</title></head><body><div id='root'></div><script src='/app.js'></script></body></html>",
            "shell",
        ),
        (
            page(
                "<h1>Château à vendre à Foix (09000)</h1><p>0 annonce ne correspond à vos critères.</p>"
                "<p>Retirez le prix maximum de 150 000 €.</p><h3>Prix au m²</h3><p>1 410 €/m²</p>",
                "Château à vendre Foix",
            ),
            "empty",
        ),
        ("   ", "empty"),
        ("%PDF-1.7 stream", "not_html"),
    ],
)
def test_a_page_without_a_listing_says_why(html: str, reason: str) -> None:
    reading = read(html)
    assert (reading.kind, reading.reason, reading.listing) == ("other", reason, None)


def test_a_property_beside_which_nothing_similar_was_found_is_one() -> None:
    html = page(DETAIL.replace("</h1>", "</h1><p>Aucun bien similaire trouvé.</p>"))
    assert read(html).kind == "detail"


@pytest.mark.parametrize("price", ["Prix sur demande", "À partir de 239 000 €, parking inclus"])
def test_facts_between_the_title_and_other_listings_are_one_propertys(price: str) -> None:
    main = f"<h1>Demeure aux portes de Sarlat</h1><p>{price}</p><p>480 m² habitables</p><p>Réf. 24-0091</p>"
    main += f"<p>{DESCRIPTION}</p><p>{DESCRIPTION}</p>"
    reading = read(page(main + "<h2>Dans la même collection</h2>" + cards(9), "Demeure aux portes de Sarlat"))
    assert reading.kind == "detail"
    assert reading.listing is not None
    assert reading.listing.surface == 480


def test_an_advert_that_wordpress_calls_an_article_is_a_listing() -> None:
    head = (
        '<meta property="og:type" content="article">'
        '<meta property="article:published_time" content="2026-03-01T09:00:00+00:00">'
    )
    main = (
        "<h1>Immeuble de rapport</h1><h2>248 000 €</h2><dl><dt>Type</dt><dd>Immeuble</dd><dt>Surface totale</dt>"
        "<dd>286 m²</dd><dt>Référence</dt><dd>IMM-43</dd></dl>"
    )
    assert read(page(main + cards(9), "Immeuble de rapport", head)).kind == "detail"


@pytest.mark.parametrize(
    "main",
    [
        "<h1>Nos honoraires</h1><table><tr><td>Jusqu'à 100 000 €</td><td>8 %</td></tr><tr><td>De 100 001 € à 200 000 €</td><td>6 %</td></tr></table>",
        "<article><h1>Comprendre le DPE</h1><p>Un logement classé F de 60 m² coûte 2 400 € par an à chauffer, un T3 classé C la moitié.</p></article>",
        "<h1>Mentions légales</h1><p>SARL au capital de 10 000 €, SIREN 732 829 320, RCS Lyon, honoraires affichés.</p>",
    ],
)
def test_a_sites_own_texts_are_no_listing(main: str) -> None:
    title = main.split("<h1>")[1].split("</h1>", maxsplit=1)[0]
    assert read(page(main, f"{title} - Agence du Test")).listing is None


def test_a_list_gives_its_links_once_each_as_they_stand_in_page_order() -> None:
    reading = read(
        page("<h1>Nos biens à vendre</h1>" + cards(4) + '<a rel="next" href="?page=2">2</a>', "Nos biens")
    )
    assert reading.kind == "index" and reading.listing is None
    assert reading.links == ("/biens/1.html", "/biens/2.html", "/biens/3.html", "/biens/4.html")
    assert reading.next == "?page=2"


def test_a_list_of_one_card_is_still_a_list() -> None:
    main = "<h1>Nos biens à vendre</h1><p>10 annonces</p>" + cards(1) + "<p>Page 2 sur 2</p>"
    reading = read(page(main, "Nos biens à vendre"))
    assert (reading.kind, reading.links) == ("index", ("/biens/1.html",))


def test_the_next_page_is_found_by_number_where_no_word_tells() -> None:
    pager = '<div><a href="/ventes?p=1">1</a> <b>2</b> <a href="/ventes?p=3">3</a></div>'
    assert read(page(cards(3) + pager), "http://agence.example/ventes?p=2").next == "/ventes?p=3"


def test_menus_and_assets_are_no_listings() -> None:
    main = (
        cards(3)
        + '<a href="/plaquette.pdf">250 000 € 80 m²</a><a href="tel:0102030405">Appeler 3 pièces 100 €</a>'
    )
    assert set(read(page(main)).links) == {"/biens/1.html", "/biens/2.html", "/biens/3.html"}


def test_follow_is_absolute_same_site_and_names_the_feed_of_a_script() -> None:
    script = '<script>fetch("/api/annonces.json")</script><a href="http://ailleurs.example/ventes">Ventes</a><a href="/mentions-legales">Mentions légales</a>'
    follow = read(page(DETAIL + script)).follow
    assert "http://agence.example/api/annonces.json" in follow
    assert "http://agence.example/ventes" in follow and "http://agence.example/mentions-legales" in follow
    assert not any("ailleurs" in url for url in follow)


def test_a_feed_is_a_list_of_its_links() -> None:
    body = b'{"total": 2, "next": "/api/biens.json?page=2", "biens": [{"url": "/bien/1", "prix": 1}, {"url": "/bien/2", "prix": 2}, {"url": "/contact"}]}'
    reading = read_page(body, "http://agence.example/api/biens.json", content_type="application/json")
    assert (reading.kind, reading.links, reading.next) == (
        "index",
        ("/bien/1", "/bien/2"),
        "/api/biens.json?page=2",
    )


@pytest.mark.parametrize("charset", ["utf-8", "windows-1252", "iso-8859-15"])
def test_accents_and_the_euro_sign_survive_every_declared_charset(charset: str) -> None:
    html = page(head=f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">')
    listing = read_page(html.encode(charset), URL).listing
    assert listing is not None and listing.price == 385_000 and "séjour" in (listing.description or "")


def test_an_undeclared_legacy_charset_is_recognised() -> None:
    listing = read_page(page().encode("windows-1252"), URL).listing
    assert listing is not None and listing.price == 385_000 and "séjour" in (listing.description or "")


def test_robots_metas_and_the_canonical_address_are_told() -> None:
    head = '<meta name="robots" content="noindex, nofollow"><link rel="canonical" href="/biens/9">'
    reading = read(page(head=head))
    assert (
        reading.wishes.noindex
        and reading.wishes.nofollow
        and reading.canonical == "http://agence.example/biens/9"
    )


def test_price_and_surface_that_make_no_sense_together_are_not_both_told() -> None:
    listing = read(page(DETAIL.replace("385 000 €", "385 €"))).listing
    assert listing is not None and (listing.price is None or listing.surface is None)


def test_the_same_page_gives_the_same_reading() -> None:
    html = page(DETAIL + "<h2>À voir aussi</h2>" + CARD.format(n=1, p=1) * 3)
    assert read(html) == read(html)


def test_no_persons_phone_or_e_mail_leaves_with_a_text_whatever_reader_found_it() -> None:
    said = "Belle maison familiale avec jardin, proche des commodités. Appelez Jean au 06 39 98 12 34 ou jean@exemple.fr."
    script = f'<script type="application/ld+json">{{"@type":"House","description":"{said}"}}</script>'
    facts = "<h1>Maison 5 pièces 120 m²</h1><p>Prix : 300 000 €</p><p>Surface : 120 m²</p>"
    reading = read(page(facts + script))
    assert reading.listing is not None
    told = [str(reading.listing.description), *(proof.raw for proof in reading.evidence.values())]
    assert any("Appelez Jean au [téléphone] ou [courriel]" in text for text in told)
    assert not any("06 39" in text or "exemple.fr" in text for text in told)


def test_a_page_that_is_one_form_is_read() -> None:
    html = page().replace("<main>", "<main><form id='aspnetForm'>").replace("</main>", "</form></main>")
    listing = read(html).listing
    assert listing is not None and listing.price == 385_000


def test_a_title_that_ends_in_sold_is_sold() -> None:
    assert read(page(DETAIL.replace("Bordeaux</h1>", "Bordeaux — vendue</h1>"))).reason == "sold"


def test_a_menu_within_the_text_says_nothing_of_the_property() -> None:
    menu = "".join(
        f"<li><a href='/{n}'>{text}</a></li>"
        for n, text in enumerate(
            ["Studios meublés", "Appartements 2 pièces", "Maisons 72 m²", "Moins de 100 000 €"]
        )
    )
    html = page(DETAIL.replace("<li>Surface : 112 m²</li>", "").replace(" 112 m²", "") + f"<ul>{menu}</ul>")
    listing = read(html).listing
    assert listing is not None
    assert (listing.surface, listing.furnished, listing.rooms, listing.price) == (None, None, 5, 385_000)


def test_a_surface_before_a_count_of_bedrooms_is_no_range() -> None:
    html = page(
        DETAIL.replace("<li>Chambres : 3</li>", "").replace("<h1>", "<p>Maison - 93 m2 - 3 chambres</p><h1>")
    )
    listing = read(html).listing
    assert listing is not None and listing.bedrooms == 3


@pytest.mark.parametrize(
    "told",
    [
        "This property has been removed by the agent.",
        "Dieses Objekt steht nicht mehr zur Verfügung.",
        "Este inmueble ya no está disponible.",
        "Ce bien n'est plus disponible.",
    ],
)
def test_a_listing_that_is_gone_says_so_under_its_title_in_any_language(told: str) -> None:
    html = page(
        DETAIL.replace("</h1>", f"</h1><p>{told}</p>") + "<p>Nos conseils et nos actualités.</p>" * 120
    )
    assert (read(html).kind, read(html).reason) == ("other", "gone")


def test_an_agents_page_with_an_example_is_no_listing() -> None:
    main = "<h1>Sofía Muestra</h1><p>Precio mín.</p><p>Habitaciones máx.</p><p>Ático en venta: 230.000 €, 90 m²</p>"
    assert read(page(main, "Casa Sol - Agente")).listing is None


@pytest.mark.parametrize(
    "detail",
    [
        "<h1>Mieszkanie na sprzedaż, Kraków</h1><p>879 000 PLN</p><p>Powierzchnia: 46,80 m²</p>",
        "<h1>Casa en Cumbres, 3 recámaras</h1><p>MN 5,350,000</p><p>212 m² constr.</p>",
        "<h1>Bovenwoning te koop</h1><p>€ 415.000 k.k.</p><p>Wonen 92 m²</p>",
    ],
)
def test_a_listing_abroad_is_one(detail: str) -> None:
    text = "<p>" + "Lorem ipsum dolor sit amet consectetur adipiscing elit sed do. " * 6 + "</p>"
    assert read(page(detail + text, "x")).kind == "detail"


@pytest.mark.parametrize("names", ["property-single nav-arrow-b", "fiche menu-tabs"])
def test_a_block_that_only_its_arrows_names_call_a_menu_is_the_pages_own(names: str) -> None:
    text = "<p>" + "Maison claire au calme, séjour ouvert sur un jardin planté de pommiers. " * 4 + "</p>"
    facts = "<h3>Le bien</h3><p>Prix : 155 000 €</p><p>Surface : 98 m²</p><p>Pièces : 4</p>"
    filler = "<div><i></i></div>" * 80
    main = f"<h1>Chemin des Aulnes</h1><section class='{names}'>{filler}{facts}{text}</section>{filler * 2}"
    listing = read(page(main, "Maison Test")).listing
    assert listing is not None and (listing.price, listing.surface) == (155_000, 98.0)
