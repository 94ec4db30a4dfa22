"""Bodies of the mean town: bombs, pages out of all proportion, and walls.

The walls are written here after what each vendor's pages are known by; nothing of theirs is copied.
"""

import gzip
import zlib
from functools import cache
from typing import Final

_ZEROS: Final = bytes(2**20)

CLOUDFLARE: Final = """<!doctype html><html lang="en"><head><title>Just a moment...</title></head><body>
<noscript>Enable JavaScript and cookies to continue</noscript><div id="cf-challenge"></div>
<script src="/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1"></script></body></html>"""

DATADOME: Final = """<html lang="fr"><head><title>agence.example</title></head><body>
<p id="cmsg">Veuillez activer JavaScript et désactiver tout bloqueur.</p>
<script>var dd={'rt':'c','cid':'0','hsh':'0','t':'bv','host':'geo.captcha-delivery.com'}</script>
<script src="https://ct.captcha-delivery.com/c.js"></script></body></html>"""

CAPTCHA: Final = """<!doctype html><html lang="fr"><head><title>Vérification</title></head><body>
<h1>Un instant, s'il vous plaît</h1><p>Cochez la case pour montrer que vous n'êtes pas un robot.</p>
<form method="post"><div class="g-recaptcha" data-sitekey="0"></div><button>Continuer</button></form>
</body></html>"""


def page(title: str, body: str, head: str = "") -> str:
    """A French page."""
    return (
        f'<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>{title}</title>{head}</head>'
        f"<body><main><h1>{title}</h1>{body}</main></body></html>"
    )


def card(path: str, number: int) -> str:
    """An advert's card, as list pages show it."""
    surface = 20 + number % 150
    return (
        f'<article class="bien"><a href="{path}"><h2>Appartement 3 pièces {surface} m² Bordeaux</h2></a>'
        f"<p>{90_000 + number % 900 * 1_000} €</p><p>{surface} m² - 3 pièces - 33000 Bordeaux</p></article>"
    )


def listing(cards: str, following: str | None = None, more: str = "") -> str:
    """A list of adverts, with the address of its next page."""
    pager = f'<div class="pagination"><a rel="next" href="{following}">Suivant</a></div>' if following else ""
    menu = '<nav><a href="/">Accueil</a><a href="/ventes">Nos ventes</a></nav>'
    return page("Nos biens à vendre", f"{menu}{cards}{pager}{more}<p>Agence immobilière, carte CPI 3301</p>")


def advert(number: int, more: str = "") -> str:
    """An advert's own page."""
    surface, price = 20 + number % 150, 90_000 + number % 900 * 1_000
    facts = (
        f"<p class='prix'>{price} €</p><ul><li>Référence : R{number}</li><li>Surface : {surface} m²</li>"
        "<li>Nombre de pièces : 3</li><li>Ville : 33000 Bordeaux</li></ul><h2>Description</h2>"
        f"<p>Dans une rue calme, ce bien lumineux numéro {number} offre un séjour et deux chambres.</p>"
    )
    return page(f"Appartement 3 pièces {surface} m² Bordeaux", facts + more)


@cache
def gzip_bomb() -> bytes:
    """1 GiB of zeros in 1 MiB of gzip, well-formed to its check sum."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    # Flushed in full, the block of the first MiB stands alone and may be repeated.
    block = packer.compress(_ZEROS) + packer.flush(zlib.Z_FULL_FLUSH)
    end = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS).flush()
    check = 0
    for _ in range(1024):
        check = zlib.crc32(_ZEROS, check)
    head = b"\x1f\x8b\x08" + bytes(6) + b"\xff"
    return head + block * 1024 + end + check.to_bytes(4, "little") + (2**30).to_bytes(4, "little")


@cache
def nested_bomb() -> bytes:
    """The bomb, packed once more: 1 GiB in some 5 KiB."""
    return gzip.compress(gzip_bomb(), 9)


@cache
def many_links() -> str:
    """100,000 links, 4 MB."""
    return page("Index", "".join(f'<a href="/annonce/{n}">Maison {n}</a>\n' for n in range(100_000)))


@cache
def deep_page() -> str:
    """50,000 elements, each within the last."""
    return page("Profond", "<div>" * 50_000 + "<p>Appartement 3 pièces, 250 000 €</p>" + "</div>" * 50_000)
