"""Soft 404s: a platform's own page of nothing found is known on that platform alone; no listing is one."""

import pytest

from extract import soft_404
from extract.document import Document
from tests.extract.pages import DETAIL, cards, read

URL = "https://www.agence.example/vente/appartement-12"
WORDPRESS = '<link rel="stylesheet" href="/wp-content/themes/houzez/style.css">'
JOOMLA = '<meta name="generator" content="Joomla! - Open Source Content Management">'
PRESTASHOP = '<script>var prestashop = {"page":{"page_name":"pagenotfound"}};</script>'
SPIP = '<meta name="generator" content="SPIP 4.3.2">'
MAGENTO = '<script type="text/x-magento-init">{"*":{"Magento_Ui/js/core/app":{}}}</script>'
MAGENTO += '<link rel="stylesheet" href="/static/frontend/Magento/luma/fr_FR/css/styles.css">'
NEXT = '<script src="/_next/static/chunks/main.js" async></script>'
#: None of it is in the words by which any site's page is known to be gone.
LOST = "<h1>On s'est perdus</h1><p>Rien à voir par ici, reprenez depuis l'accueil de notre agence.</p>"


def html(head: str, body: str, attributes: str = "", title: str = "Agence Essai") -> str:
    return (
        f"<!doctype html><html lang='fr'><head><title>{title}</title>{head}</head><body {attributes}>"
        f"<nav><a href='/'>Accueil</a><a href='/contact'>Contact</a></nav><main>{body}</main></body></html>"
    )


def joomla(code: int) -> str:
    told = (
        "<h1 class='page-header'>La page est perdue</h1><div class='card'><div class='card-body'>"
        "<p><strong>Une erreur est survenue pendant le traitement de votre requête.</strong></p>"
        f"<blockquote><span class='badge bg-secondary'>{code}</span> Perdue</blockquote></div></div>"
    )
    return html(JOOMLA, told, 'class="site error_site com_content wrapper-static view- no-layout no-task"')


def spip(code: int) -> str:
    told = f"<div class='cartouche'><h1>Soucis {code}</h1></div><p>Il n'y a pas d'article ici.</p>"
    return html(SPIP, told, 'class="pas_surlignable page_404"')


def pages_router(page: str, props: str = "{}") -> str:
    state = f'{{"props":{{"pageProps":{props}}},"page":"{page}","query":{{}},"buildId":"x"}}'
    return html(NEXT, f'{LOST}<script id="__NEXT_DATA__" type="application/json">{state}</script>')


def app_router(digest: str, robots: str = '<meta name="robots" content="noindex">') -> str:
    return html(NEXT + robots, f'<!--$!--><template data-dgst="{digest}"></template>{LOST}<!--/$-->')


PAGES = {
    "WordPress": html(WORDPRESS, LOST, 'class="error404 wp-custom-logo elementor-default"'),
    "Joomla": joomla(404),
    "PrestaShop": html(PRESTASHOP, LOST, 'id="pagenotfound" class="lang-fr page-pagenotfound"'),
    "SPIP": spip(404),
    "Magento": html(MAGENTO, LOST, 'class="cms-no-route cms-noroute-index page-layout-1column"'),
    "Next.js, pages": pages_router("/404"),
    "Next.js, its own": pages_router("/_error", '{"statusCode":404}'),
    "Next.js, app": app_router("NEXT_HTTP_ERROR_FALLBACK;404"),
    "Next.js 13, app": app_router("NEXT_NOT_FOUND"),
}


def reason(page: str) -> str | None:
    return read(page, URL).reason


def test_every_mark_has_a_page_here() -> None:
    borne = [[mark.bears(Document(page, URL)) for mark in soft_404.MARKS] for page in PAGES.values()]
    assert all(map(any, zip(*borne, strict=True)))


@pytest.mark.parametrize("name", PAGES)
def test_a_platforms_page_of_nothing_found_is_gone(name: str) -> None:
    reading = read(PAGES[name])
    assert (reading.kind, reading.reason) == ("other", "gone")


def test_the_same_words_without_the_mark_prove_nothing() -> None:
    assert reason(html(WORDPRESS, LOST)) != "gone"


@pytest.mark.parametrize(
    "page",
    [
        html("", LOST, 'class="error404"'),
        html(JOOMLA, LOST, 'class="error404"'),
        html(WORDPRESS, LOST, 'id="pagenotfound"'),
        html(WORDPRESS, LOST, 'class="cms-noroute-index"'),
        PAGES["Joomla"].replace(JOOMLA, WORDPRESS),
        PAGES["SPIP"].replace(SPIP, WORDPRESS),
        PAGES["Next.js, app"].replace(NEXT, ""),
    ],
)
def test_a_mark_outside_its_platform_proves_nothing(page: str) -> None:
    assert reason(page) != "gone"


@pytest.mark.parametrize(
    "page",
    [
        joomla(500),
        joomla(403),
        spip(403),
        pages_router("/_error", '{"statusCode":500}'),
        pages_router("/vente/[id]", '{"statusCode":404}'),
        app_router("NEXT_REDIRECT;replace;/connexion;307;"),
        app_router("NEXT_NOT_FOUND", robots=""),
        html(WORDPRESS, LOST, 'class="no-error404"'),
        html(WORDPRESS, LOST.replace("<h1>", '<h1 class="error404">')),
    ],
)
def test_another_error_or_a_mark_elsewhere_proves_nothing(page: str) -> None:
    assert reason(page) != "gone"


def test_an_agencys_site_made_with_another_makers_plugin_is_wordpress_still() -> None:
    plugin = '<link rel="stylesheet" href="/wp-content/plugins/apimo/style.css">'
    assert reason(html(plugin, LOST, 'class="error404"')) == "gone"


@pytest.mark.parametrize(
    ("head", "attributes"),
    [
        (WORDPRESS, 'class="error404"'),
        (PRESTASHOP, 'id="pagenotfound"'),
        (MAGENTO, 'class="cms-noroute-index"'),
        (NEXT + '<script id="__NEXT_DATA__" type="application/json">{"page":"/404"}</script>', ""),
    ],
)
def test_a_listing_or_a_list_under_the_mark_is_one(head: str, attributes: str) -> None:
    """Plugins serve adverts at addresses that WordPress does not know."""
    listing = read(html(head, DETAIL, attributes, "Appartement à vendre"))
    assert (listing.kind, listing.reason) == ("detail", None)
    assert read(html(head, "<h1>Nos biens</h1>" + cards(6), attributes, "Nos biens")).kind == "index"
    assert reason(html(head, LOST + cards(1), attributes)) != "gone"


def test_a_listing_that_is_told_in_data_alone_is_not_gone() -> None:
    facts = '{"@context":"https://schema.org","@type":"Apartment","name":"T3","numberOfRooms":3}'
    data = f'<script type="application/ld+json">{facts}</script>'
    assert reason(html(WORDPRESS + data, LOST, 'class="error404"')) != "gone"


def test_a_listing_that_mentions_a_mark_is_one() -> None:
    said = '<p>Réf. error404, body id="pagenotfound", cms-noroute-index, page_404, NEXT_NOT_FOUND.</p>'
    for head in (WORDPRESS, PRESTASHOP, MAGENTO, SPIP, NEXT):
        assert read(html(head, DETAIL + said, "", "Appartement à vendre")).kind == "detail"
        assert reason(html(head, LOST + said)) != "gone"


def test_a_site_in_trouble_proves_nothing_under_the_mark() -> None:
    trouble = "<h1>Site en maintenance</h1><p>Nous revenons dans une heure, merci de votre patience.</p>"
    assert reason(html(WORDPRESS, trouble, 'class="error404"')) == "error"


def test_oups_under_the_mark_is_gone_and_alone_is_trouble() -> None:
    oups = "<h1>Oups !</h1><p>Rien à voir par ici, reprenez depuis l'accueil.</p>"
    assert reason(html(WORDPRESS, oups, 'class="error404"')) == "gone"
    assert reason(html(WORDPRESS, oups)) == "error"


@pytest.mark.parametrize("state", ["", "[", "[1]", "null", '{"page":4}', '{"props":[]}', "[" * 100_000])
def test_a_state_that_is_none_is_no_mark(state: str) -> None:
    page = html(NEXT, f'{LOST}<script id="__NEXT_DATA__" type="application/json">{state}</script>')
    assert reason(page) != "gone"
