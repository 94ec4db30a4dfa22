"""What hostile pages are made from, and the list of them."""

# ruff: noqa: E501 (markup reads better unbroken)

from collections.abc import Callable

HTML = "<!doctype html><html lang=fr><head><meta charset=utf-8><title>{title}</title>{head}</head><body>{body}</body></html>"
HOME = "<h1>Maison 5 pièces 120 m² à vendre</h1><p>250 000 €</p><p>Surface : 120 m²</p><p>33000 Bordeaux</p>"
CARD = "<li><a href='/bien/{n}'>Appartement {n}</a><p>3 pièces 65 m²</p><p>{n} 000 €</p><img src='/p/{n}.jpg'></li>"

CASES: dict[str, Callable[[], bytes]] = {}


def case(make: Callable[[], bytes]) -> Callable[[], bytes]:
    """Adds a page to the cases by its function's name."""
    CASES[make.__name__] = make
    return make


def page(body: str = "", head: str = "", title: str = "Maison") -> bytes:
    return HTML.format(title=title, head=head, body=body).encode()


def ld(data: str) -> str:
    return f'<script type="application/ld+json">{data}</script>'
