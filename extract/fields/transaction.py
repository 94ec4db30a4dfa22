"""Sale, rent, seasonal let, life annuity or auction, by words in seven languages and by URL words."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from extract.fields.match import Match
from extract.text import fold, tidy
from models.listing import Transaction

_T: Final = Transaction
# Special kinds first: "location saisonnière" is seasonal, "vente viager" an annuity.
_WORDS: Final[tuple[tuple[Transaction, str], ...]] = (
    (_T.LIFE_ANNUITY,
        r"(?:vente(?: en)? )?viagers?|rentes? viageres?|bouquet\b[^.\n]{0,60}?\brentes?|nue[ \-]propriete"
        r"|life annuity|nuda propr?ie(?:ta|dad)"),
    (_T.AUCTION,
        r"(?:vente )?(?:aux |par )?encheres?|ventes? (?:notariales? )?(?:judiciaires?|interactives?)"
        r"|adjudications?|immo[ \-]?interactif|36 ?h(?:eures)?[ \-]immo|mises? a prix"
        r"|auctions?|zwangsversteigerung"
        r"|subastas?|asta giudiziaria"),
    (_T.SEASONAL,
        r"gites?|meubles? (?:de|du) tourisme|clevacances|(?:haute|basse|moyenne|hors) saison"
        r"|locations? (?:saisonnieres?|de vacances|vacances|courte duree)|saisonniere?s?"
        r"|(?:locations? )?a la semaine|par semaine|holiday (?:lets?"
        r"|rentals?)|vacation rentals?|ferienwohnung\w*|alquiler vacacional|case vacanza"),
    (_T.RENT,
        r"a louer|colocations?|sous[ \-]locations?|locations?(?! ?-?vente)|louer|loyers?|locatif|en location"
        r"|(?:for|to) (?:rent|let)|na wynajem|do wynajecia|wynajmu"
        r"|rentals?|lettings?|rent|zur miete|zu mieten|zu vermieten|vermietung|miete\w{0,2}|mieten"
        r"|alquiler(?:es)?|en alquiler|alquilar|affitto|in affitto|affitti|te huur|huur|huren|arrendar"
        r"|arrendamento|aluguel|alugar|para alugar"),
    (_T.SALE,
        r"a vendre|ventes?|vendre|achats?|acheter|vends|en vente|cession|for sale|sales?|buy|zum (?:ver)?kauf"
        r"|zu (?:ver)?kaufen|verkauf|kauf(?:en)?|en venta|ventas?|venta|compra[r]?|vendita|in vendita|vendesi"
        r"|offers? (?:over|in (?:excess|the region) of)|oieo|oiro|guide price|freehold|na sprzedaz"
        r"|sprzedaz\w?|te koop|koop|kopen|vender|venda|a venda"),
)  # fmt: skip
_FIND = re.compile(
    r"(?<![a-z0-9])(?:" + "|".join(f"(?P<{kind.value}>{words})" for kind, words in _WORDS) + r")(?![a-z0-9])"
)
# Said of the neighbourhood, of a service or of the past, not of this offer.
_ASIDE = re.compile(
    r"(?:service|gestion|agence|equipe|estim\w+|espace|mandat|promesse|compromis|plus.value|rentabilite"
    r"|investissement)[^.\n]{0,16}$"
)
#: Owners sell houses with a gîte: the word tells a let where it begins the text or follows "location".
_LODGE = re.compile(r"(?:^|\n|locations?|louer|louez|loue)(?: d'un| d'une| un| une| de| du)?[ :\-]{0,3}$")
_SPECIAL: Final = (_T.LIFE_ANNUITY, _T.AUCTION, _T.SEASONAL)


def find(text: str) -> list[Match[Transaction]]:
    """Every word for a transaction, in order."""
    folded = fold(text)
    return [
        Match(Transaction(found.lastgroup or
            "sale"), text[found.start() : found.end()], found.start(), _score(found, folded))
        for found in _FIND.finditer(folded)
    ]  # fmt: skip


def parse(text: str) -> Transaction | None:
    """The transaction a short text is; None when it names both sale and rent ("Achat / Location")."""
    return _decide(match.value for match in find(tidy(text[:200]).replace("_", " ")))


def from_url(url: str) -> Transaction | None:
    """The transaction that the words of an address tell; the host's name does not count."""
    path = re.sub(r"^[a-z][a-z0-9+.\-]{0,9}://[^/?#]*", "", url[:2000], flags=re.IGNORECASE)
    words = re.sub(r"[^a-z0-9]+", " ", fold(unquote(path)))
    return _decide(Transaction(found.lastgroup or "sale") for found in _FIND.finditer(words))


def _decide(found: Iterator[Transaction]) -> Transaction | None:
    kinds = set(found)
    for special in _SPECIAL:
        if special in kinds:
            return special
    return kinds.pop() if len(kinds) == 1 else None


def _score(found: re.Match[str], folded: str) -> float:
    if _ASIDE.search(folded[max(0, found.start() - 32) : found.start()]):
        return 0.15
    if found[0].startswith("gite") and not _LODGE.search(folded[max(0, found.start() - 24) : found.start()]):
        return 0.15
    if found[0].startswith(("loyer", "locatif")):
        return 0.35
    phrase = " " in found[0] or found.lastgroup in {kind.value for kind in _SPECIAL}
    return 0.8 if phrase else 0.5
