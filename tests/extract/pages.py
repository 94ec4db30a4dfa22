"""Small pages of the tests' own making: what a page must show for one sentence to be true."""

# ruff: noqa: E501 (markup reads better unbroken)

from extract.page import PageReading, read_page
from models.places import Places

URL = "http://agence.example/vente/maison-123.html"
DESCRIPTION = (
    "Au calme d'une impasse, cette maison familiale offre un séjour lumineux ouvert sur le jardin, une cuisine équipée, "
    "trois chambres et une salle de bains. Garage attenant et cave."
)
CARD = '<div class="bien"><a href="/biens/{n}.html"><img src="/p/{n}.jpg"><h3>Appartement 3 pièces</h3></a><p>{p} 000 €</p><p>6{n} m²</p></div>'
FRAME = (
    '<html lang="fr"><head><title>{title}</title>{head}</head><body><header><nav><a href="/ventes">Ventes</a><a href="/contact">Contact</a>'
    "</nav></header><main>{main}</main><footer>Agence du Test, 12 rue des Lilas, 69003 Lyon. Tél. 04 72 00 00 00</footer></body></html>"
)
DETAIL = (
    "<h1>Maison 5 pièces 112 m² Bordeaux</h1><p class='prix'>385 000 €</p><p>33000 Bordeaux</p>"
    "<ul><li>Surface : 112 m²</li><li>Pièces : 5</li><li>Chambres : 3</li><li>Réf. : MB-1204</li></ul>"
    "<img src='/photos/a.jpg'><img data-src='/photos/b.jpg' src='data:image/gif;base64,xx'>"
    f"<h2>Description</h2><p>{DESCRIPTION}</p>"
)


def page(main: str = DETAIL, title: str = "Maison 5 pièces Bordeaux - Agence du Test", head: str = "") -> str:
    """A whole page around a main part."""
    return FRAME.format(title=title, head=head, main=main)


def cards(count: int, first: int = 1) -> str:
    """A list of cards."""
    return "".join(CARD.format(n=n, p=200 + n) for n in range(first, first + count))


def read(html: str, url: str = URL, places: Places | None = None) -> PageReading:
    """The reading of a page given as text."""
    return read_page(html.encode(), url, places=places)
