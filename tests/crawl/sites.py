"""Small agency sites for the crawl's tests: pages with just enough of an advert to be read as one."""

import json
from collections.abc import Sequence

from tests.crawl.mean_server import MeanServer, Reply

_TEXT = (
    "Dans une rue calme, à deux pas des écoles et des commerces, ce bien lumineux et traversant offre une "
    "entrée, un séjour ouvert sur une cuisine équipée, des chambres au calme et une salle de bains. "
)


def detail(
    number: int,
    price: int = 250_000,
    surface: int | None = None,
    more: str = "",
    photos: Sequence[str] = (),
) -> str:
    """One advert's page: facts in JSON-LD and in words. Another number is another dwelling."""
    surface = surface or 40 + number
    title = f"Appartement 3 pièces {surface} m² Bordeaux"
    facts = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": title,
        "sku": f"REF{number:04}",
        "description": f"{_TEXT} Annonce numéro {number}. {more}",
        "offers": {"@type": "Offer", "price": str(price), "priceCurrency": "EUR"},
    }
    shown = "".join(f'<img src="{url}" alt="{title}">' for url in photos)
    return f"""<!doctype html><html lang="fr"><head><title>{title} - Agence Essai</title>
<script type="application/ld+json">{json.dumps(facts, ensure_ascii=False)}</script></head><body>
<nav><a href="/">Accueil</a><a href="/ventes">Nos ventes</a></nav>
<main><h1>{title}</h1><p class="prix">Prix : {price:,} €</p>
<ul><li>Référence : REF{number:04}</li><li>Surface : {surface} m²</li><li>Nombre de pièces : 3</li>
<li>Ville : 33000 Bordeaux</li><li>DPE : C</li></ul>
<h2>Description</h2><p>{_TEXT} Annonce numéro {number}. {more}</p>{shown}
<p>Honoraires à la charge du vendeur.</p></main></body></html>"""


def listing_page(numbers: Sequence[int], following: str | None = None) -> str:
    """A list page with a card per advert."""
    cards = "".join(
        f'<article class="bien"><a href="/vente/appartement-{n}"><h2>Appartement 3 pièces {40 + n} m²'
        f" Bordeaux</h2></a><p>{250_000 + n} €</p><p>{40 + n} m² - 3 pièces - 33000 Bordeaux</p></article>"
        for n in numbers
    )
    pager = f'<div class="pagination"><a rel="next" href="{following}">Suivant</a></div>' if following else ""
    return f"""<!doctype html><html lang="fr"><head><title>Nos ventes - Agence Essai</title></head><body>
<nav><a href="/">Accueil</a><a href="/ventes">Nos ventes</a></nav>
<main><h1>Nos biens à vendre</h1><p>{len(numbers)} biens</p>{cards}{pager}</main></body></html>"""


HOME = """<!doctype html><html lang="fr">
<head><title>Agence Essai - Immobilier à Bordeaux</title></head><body>
<nav><a href="/">Accueil</a><a href="/ventes">Nos ventes</a></nav><main><h1>Bienvenue à l'Agence Essai</h1>
<p>Votre agence immobilière à Bordeaux depuis 1985, pour vendre et pour acheter en confiance.</p>
<p>Carte professionnelle CPI 3301 2018 000 012 345</p></main></body></html>"""


def open_site(web: MeanServer, slug: str, numbers: Sequence[int], robots: str = "") -> str:
    """Serve an agency's site with these adverts, all in one list and in the sitemap; its address."""
    web.put(slug, "/robots.txt", Reply(200, robots))
    web.page(slug, "/", HOME)
    web.page(slug, "/ventes", listing_page(numbers))
    for number in numbers:
        web.page(slug, path(number), detail(number))
    locs = "".join(f"<url><loc>{web.url(slug, path(n))}</loc></url>" for n in numbers)
    web.put(slug, "/sitemap.xml", Reply(200, f"<urlset>{locs}</urlset>", {"Content-Type": "text/xml"}))
    return web.url(slug)


def path(number: int) -> str:
    """The address of an advert."""
    return f"/vente/appartement-{number}"
