"""Clusters of listing cards: links that stand in the same place of repeated blocks with a price,
a surface or a photo near. Knows no URL pattern. `links` and `document.main` use them.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

from extract.text import word
from extract.tree import Element
from extract.zones import HEADINGS, Zone

if TYPE_CHECKING:
    from extract.document import Document

MAX_ANCHORS = 6_000
#: A card holds one listing; longer texts are a page's own body.
MAX_CARD_TEXT = 4_000
# Sought in lower case, in every text of a page: each alternative begins with a plain character.
_PRICES = (
    *(r"euros?\b", r"eur\b", r"cfa\b", r"chf\b", r"aed\b", r"z[łl]\b", r"xo[fa]\b", r"f ?cfa\b", r"mad\b"),
    *(r"tnd\b", r"pln\b", r"mxn\b", r"usd\b", r"gbp\b", r"inr\b", r"m\.?n\.? ?\d", r"prix\b", r"loyer\b"),
    *(r"rs\.?\s?\d", r"poa\b"),
)
PRICE = re.compile(r"€|£|\$|₹|/mois|nous consulter|mise à prix|auf anfrage|sur demande|" + word(*_PRICES))
_UNIT = r"\s*(?:m²|m2|m\b|㎡|sq\.?\s?ft|sqft|sq\.?\s?m|ha\b|acres?)"
SURFACE = re.compile("|".join(f"{digit}{_UNIT}" for digit in range(10)) + r"|m(?<![\s\S]m)[²2]")
_DWELLINGS = (
    *(r"t\d\b", r"f\d\b", r"bed(?:s?\b|rooms?)", r"zi(?:mmer|\.)", r"hab\.", "pokoj", "slaapkamer"),
    *(r"studio\b", r"maison\b", r"appartement\b", r"villa\b", r"wohnung\b", r"haus\b", r"terrain\b"),
    *(r"duplex\b", r"office\b", r"retail\b", r"immeuble\b", r"parking\b", r"garage\b", r"local\b"),
    *(r"bureaux\b", r"rec[áa]maras?\b", r"piso\b", r"casa\b", r"apartamento\b", r"departamento\b"),
    *(r"moradia\b", r"villetta\b", r"mieszkani", r"woning\b", r"huis\b", r"locali\b"),
)
ROOMS = re.compile(r"pi[èe]ces?\b|chambres?\b|habitac|quartos?\b|" + word(*_DWELLINGS))
_OFFERS = (
    *(r"à (?:vendre|louer)\b", r"a (?:vendre|louer)\b", r"for (?:sale|rent)\b", r"to (?:let|rent)\b"),
    *(r"en (?:venta|renta|alquiler)\b", r"na (?:sprzedaż|wynajem)\b", r"te (?:koop|huur)\b"),
    *(r"zu (?:verkaufen|vermieten|kaufen)\b", r"in (?:vendita|affitto)\b", r"à venda\b", r"para venda\b"),
)
OFFER = re.compile(word(*_OFFERS))
#: Whether a text tells any of the four.
ANY = re.compile(
    r"€|£|\$|₹|/mois|nous consulter|mise à prix|auf anfrage|sur demande|"
    + "|".join(f"{digit}{_UNIT}" for digit in range(10))
    + r"|pi[èe]ces?\b|chambres?\b|habitac|quartos?\b|"
    + word(*_PRICES, *_DWELLINGS, *_OFFERS, "m[²2]")
)
_ASSET = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|svg|pdf|docx?|zip|mp4|css|js|ics|vcf)(?:[?#]|$)", re.I)
_NOT_A_PAGE = re.compile(r"^\s*(?:#|javascript:|mailto:|tel:|data:|sms:|whatsapp:|$)", re.I)
#: Sought in class and id, in lower case.
_SIDE = re.compile(
    r"contact|favori|compar|s[ée]lection|partag|share|print|imprim|mailto|login|connexion|account|wishlist"
)

#: A card's links to something else: the loan for it, the privacy notice of its form, a login.
_ELSEWHERE = re.compile(
    r"datenschutz|privacy|confidentialit|mentions-legales|impressum|/agb\b|cookie|finanzierung|financement|"
    r"financing|mortgage|simulat|calcul|rechner|/login|connexion|inscription|/register|honoraires|/alerte"
)

_PAGER = re.compile(r"(?:^|[/?&_-])(?:page|pages|pg|p|offset|start|debut)[=/_-]?\d+/?(?:$|[&#])", re.I)
_TRADE = re.compile(
    r"/(?:[\w-]*?)(?:annonce|biens?\b|vente|location|louer|achat|achet|propri[ée]t|propert|cession|bureau|commerce"
    r"|viager|maison|appartement|terrain|programme|immobili|listing|expose|fiche|mandat|produit|realestate)",
    re.I,
)
_NOT_TRADE = re.compile(
    r"blog|journal|actualit|news|article|agen[ct]|[ée]quipe|team|conseil|quartier|/(?:ville|city|categor|tag|status"
    r"|type|auteur|author|page|search|recherche)\b|estim|guide|avis|alerte|service",
    re.I,
)

_IMAGES = frozenset({"img", "picture", "amp-img"})
_SILENT = frozenset({"script", "style", "noscript", "option", "title"})


#: Links of a group that may be of several kinds, and how many kinds.
_SEVERAL, _KINDS = 6, 4
#: What the addresses of one kind of page share.
Pattern = tuple[int, str, int, str]


@dataclass(slots=True)
class Card:
    """One card: the block, the link as it stands, and what stands near the link."""

    block: Element
    href: str
    anchor: Element


@dataclass(slots=True)
class Cards:
    """All listing cards of a page in page order; `covered` holds the indexes inside them."""

    found: list[Card] = field(default_factory=list)
    covered: set[int] = field(default_factory=set)
    #: The largest cluster's size: cards that stand together.
    largest: int = 0
    #: Where the largest cluster begins, as an element index.
    start: int = -1


class Facts:
    """What each subtree tells, as running sums over the elements: constant time for any block."""

    def __init__(self, document: "Document") -> None:
        size = len(document.elements) + 1
        self.price, self.surface, self.rooms = [0] * size, [0] * size, [0] * size
        self.images, self.text, self.offer = [0] * size, [0] * size, [0] * size
        self.headings = [0] * size
        for element in document.all(*HEADINGS):
            self.headings[element.index + 1] = 1
        for element in document.all(*_IMAGES):
            self.images[element.index + 1] = 1
        for element in document.bearing("style"):
            if "background" in element.get("style") and element.tag not in _SILENT:
                self.images[element.index + 1] = 1
        for part, element, _ in document.texts:
            if not part.isspace() and element.tag not in _SILENT:
                self.text[element.index + 1] += len(part)
                if len(part) < 400 and (told := _told(part)):
                    self._note(element.index + 1, told)
        for name in ("price", "surface", "rooms", "images", "text", "offer", "headings"):
            setattr(self, name, list(accumulate(getattr(self, name))))

    def _note(self, at: int, told: tuple[bool, bool, bool, bool]) -> None:
        """Adds what one text tells to the element's own figures."""
        price, surface, rooms, offer = told
        self.price[at] |= price
        self.surface[at] |= surface
        self.rooms[at] |= rooms
        self.offer[at] |= offer

    def tells(self, block: Element) -> bool:
        """Whether a block's text has a card's length."""
        return 8 <= self.text[block.end] - self.text[block.index] <= MAX_CARD_TEXT

    def looks_like_card(self, block: Element) -> bool:
        """Price with any other fact, or surface with a photo, in a text of a card's length."""
        low, high = block.index, block.end
        length = self.text[high] - self.text[low]
        if not 8 <= length <= MAX_CARD_TEXT:
            return False
        price = self.price[high] > self.price[low]
        surface = self.surface[high] > self.surface[low]
        rooms = self.rooms[high] > self.rooms[low]
        image = self.images[high] > self.images[low]
        offer = self.offer[high] > self.offer[low]
        other = surface or rooms or image
        return (price and other) or (surface and (image or rooms)) or (offer and rooms and image)

    def looks_titled(self, block: Element) -> bool:
        """A photo or a heading in a short text: a card that keeps its facts for its own page."""
        low, high = block.index, block.end
        shown = self.images[high] > self.images[low] or self.headings[high] > self.headings[low]
        return shown and self.text[high] - self.text[low] < 400

    def looks_priced(self, block: Element) -> bool:
        """A heading with a price."""
        low, high = block.index, block.end
        return self.looks_titled(block) and self.price[high] > self.price[low]

    def looks_like_full_card(self, block: Element) -> bool:
        """A card that needs no link to be one: price, photo and a dwelling's fact in a short text."""
        low, high = block.index, block.end
        return (
            self.text[high] - self.text[low] < 1_500
            and self.price[high] > self.price[low]
            and self.images[high] > self.images[low]
            and (self.rooms[high] > self.rooms[low] or self.surface[high] > self.surface[low])
        )


# Cards repeat their words, menus theirs on every page of a site.
@lru_cache(maxsize=4_096)
def _told(part: str) -> tuple[bool, bool, bool, bool] | None:
    """Whether a text tells a price, a surface, rooms and an offer; None where it tells none of them."""
    lower = part.lower()
    if not ANY.search(lower):
        return None
    surface = bool(SURFACE.search(lower.strip()))
    return bool(PRICE.search(lower)), surface, bool(ROOMS.search(lower)), bool(OFFER.search(lower))


def find(document: "Document") -> Cards:
    """The listing cards of a page, the best link of each, in page order."""
    facts = Facts(document)
    groups = _grouped(document)
    clusters = [c for group in groups for c in _clusters(group, document, facts)]
    if not clusters:
        clusters = [c for c in (_plain_cards(group, document, facts) for group in groups) if c]
    clusters.sort(key=lambda cluster: (-_weight(cluster), cluster[0].anchor.index))
    result = Cards()
    taken: list[Element] = []
    seen: set[str] = set()
    for cluster in clusters:
        fresh = [card for card in cluster if not _overlaps(card.block, taken)]
        if len(fresh) * 2 <= len(cluster):
            continue
        taken.extend(card.block for card in fresh)
        taken.sort(key=lambda block: block.index)
        if len(fresh) > result.largest:
            result.largest, result.start = len(fresh), min(c.block.index for c in fresh)
        result.found.extend(fresh)
    result.found.extend(_alike(document, result.found))
    result.found.sort(key=lambda card: card.anchor.index)
    for card in result.found:
        result.covered.update(range(card.block.index, card.block.end))
    result.found = _own(document, result.found)
    _plainest(document, result.found)
    _add_linkless(document, facts, result)
    result.found = [c for c in result.found if not (key(c.href) in seen or seen.add(key(c.href)))]  # type: ignore[func-returns-value]
    return result


def alone(document: "Document") -> str | None:
    """The link of a list's only card: the smallest block with a price and a fact that links to one page."""
    facts = Facts(document)
    titles = [title.index for title in document.all("h1")[:1]]
    for group in _grouped(document):
        for anchor in group:
            for depth, block in enumerate((anchor, *anchor.ancestors())):
                if depth > 6 or any(block.index <= title < block.end for title in titles):
                    break
                if facts.looks_like_card(block):
                    return (
                        anchor.get("href") if facts.text[block.end] - facts.text[block.index] < 600 else None
                    )
    return None


def _add_linkless(document: "Document", facts: Facts, result: Cards) -> None:
    """Covers repeated blocks that are cards without a link, or with dead ones."""
    groups: dict[tuple[int, str, str], list[Element]] = {}
    for element in document.elements[1:]:
        if element.parent is None or element.end - element.index <= 3 or element.index in result.covered:
            continue
        if document.zones[element.index] in {Zone.MAIN, Zone.SIMILAR} and facts.looks_like_full_card(element):
            names = element.names.split()
            place = (element.parent.index, element.tag, names[0] if names else "")
            groups.setdefault(place, []).append(element)
    for blocks in groups.values():
        if len(blocks) >= 3:
            for block in blocks:
                result.covered.update(range(block.index, block.end))
            if len(blocks) > result.largest:
                result.largest, result.start = len(blocks), blocks[0].index


def key(href: str) -> str:
    """The part of a link that names a page: fragments differ between photo and title of one card."""
    return href.split("#", 1)[0].strip()


# A link is asked about for cards, for the next page and for what is worth a visit.
@lru_cache(maxsize=4_096)
def is_page(href: str) -> bool:
    """Whether a link leads to a page: no fragment alone, no mail, no photo."""
    return not _NOT_A_PAGE.match(href) and not _ASSET.search(href) and len(href) < 2_000


def _grouped(document: "Document") -> list[list[Element]]:
    """Same-site page links outside menus, grouped by where they stand; kept."""
    if "groups" not in document.memory:
        document.memory["groups"] = _groups(document)
    groups: list[list[Element]] = document.memory["groups"]
    return groups


def _groups(document: "Document") -> list[list[Element]]:
    groups: dict[tuple[str, str], list[Element]] = {}
    for anchor in document.all("a")[:MAX_ANCHORS]:
        href = anchor.get("href")
        if not href or not is_page(href) or document.zones[anchor.index] in {Zone.CHROME, Zone.CRUMBS}:
            continue
        if _SIDE.search(anchor.names) or not _same_site(document, href) or _ELSEWHERE.search(href.lower()):
            continue
        if anchor.raw_text().strip().isdecimal():
            continue  # A pager's number.
        path = [_script(href), " ".join(sorted(anchor.get("class").lower().split())[:3])]
        for depth, above in enumerate(anchor.ancestors()):
            path.append(above.tag)
            if depth > 5:
                break
        groups.setdefault((" ".join(path), ""), []).append(anchor)
    return list(groups.values())


def _script(href: str) -> str:
    """The file that answers an address with parameters: `bien.asp?id=7` and `selection.asp?add=7` are two."""
    path, question, _ = href.partition("?")
    name = path.rpartition("/")[2]
    return name if question and not any(char.isdigit() for char in name) else ""


def _same_site(document: "Document", href: str) -> bool:
    if not href.lower().lstrip().startswith(("http:", "https:", "//")):
        return True
    return (
        "facebook." not in href
        and "twitter." not in href
        and "google." not in href
        and "linkedin." not in href
    )


def _plain_cards(anchors: list[Element], document: "Document", facts: Facts) -> list[Card]:
    """Three cards or more that tell a heading and a price, or, at addresses that name the trade, no fact."""
    priced = _cluster(anchors, document, facts, facts.looks_priced)
    if len({key(card.href) for card in priced}) >= 3:
        return priced
    named = [a for a in anchors if _names_trade(a.get("href"))]
    kinds = Counter(_pattern(a.get("href")) for a in {key(a.get("href")): a for a in named}.values())
    kind, count = kinds.most_common(1)[0] if kinds else ((0, "", 0, ""), 0)
    alike = [a for a in named if _pattern(a.get("href")) == kind]
    return _cluster(alike, document, facts, facts.looks_titled) if count >= 3 else []


def _names_trade(href: str) -> bool:
    """Whether the folders of an address are those of listings, and of nothing else that sites show."""
    folders = key(href).split("://", 1)[-1].rpartition("/")[0]
    return bool(_TRADE.search(folders)) and not _NOT_TRADE.search(href)


def _clusters(anchors: list[Element], document: "Document", facts: Facts) -> Iterator[list[Card]]:
    """The cards of links that stand alike; where they are none, of those whose addresses are alike as well:
    a row may link to the listing and, in the same way, to its notary."""
    cluster = _cluster(anchors, document, facts, facts.looks_like_card)
    if cluster:
        yield cluster
    elif len(anchors) >= _SEVERAL:
        parts: dict[tuple[int, str], list[Element]] = {}
        for anchor in anchors:
            parts.setdefault(_pattern(anchor.get("href"))[:2], []).append(anchor)
        if 1 < len(parts) <= _KINDS:
            found = (_cluster(part, document, facts, facts.looks_like_card) for part in parts.values())
            yield from filter(None, found)


def _own(document: "Document", found: list[Card]) -> list[Card]:
    """The cards less the few that lead to another site, which are advertisers'."""
    own = [card for card in found if document.is_own(document.absolute(card.href))]
    return own if 3 * len(own) >= 2 * len(found) else found


def _cluster(
    anchors: list[Element], document: "Document", facts: Facts, is_card: Callable[[Element], bool]
) -> list[Card]:
    hrefs = {key(a.get("href")) for a in anchors}
    if len(anchors) < 2:
        return []
    by_anchor = len(hrefs) == 1
    if by_anchor and len(anchors) < 3:
        return []
    owners: dict[int, int] = {}
    mark = (lambda a: a.index) if by_anchor else (lambda a: hash(_target(a.get("href"))))
    for anchor in anchors:
        mine = mark(anchor)
        for node in (anchor, *anchor.ancestors()):
            if owners.setdefault(node.index, mine) != mine:
                owners[node.index] = 0
    cards = [Card(_block(a, owners, mark(a)), a.get("href"), a) for a in anchors]
    titles = document.all("h1")[:1]
    good = [
        c
        for c in cards
        if is_card(c.block) and not any(c.block.index <= t.index < c.block.end for t in titles)
    ]
    distinct = {key(c.href) for c in good}
    few = len(good) * 2 < len(cards) and len(distinct) < 3
    if few or (len(distinct) < 2 and not (by_anchor and len(good) >= 3)):
        return []
    if len(good) * 10 < len(cards) * 6:
        return good
    # A block without a price, built like those that have one, is a card too.
    sure = {id(card) for card in good}
    shapes = {(card.block.tag, card.block.names, _pattern(card.href)) for card in good}
    return [
        c
        for c in cards
        if id(c) in sure
        or ((c.block.tag, c.block.names, _pattern(c.href)) in shapes and facts.tells(c.block))
    ]


def _plainest(document: "Document", found: list[Card]) -> None:
    """Of a card's links to one page, the address with the fewest parameters (`?s=sales&id=7`, `?id=7`)."""
    anchors = document.all("a")
    for card in found:
        if "?" not in card.href:
            continue
        path, _, query = key(card.href).partition("?")
        told = set(query.split("&"))
        first = bisect_left(anchors, card.block.index, key=lambda one: one.index)
        for anchor in anchors[first : first + 40]:
            if anchor.index >= card.block.end:
                break
            other, _, rest = key(anchor.get("href")).partition("?")
            if other == path and set(rest.split("&")) - {""} < told:
                card.href, card.anchor, told = anchor.get("href"), anchor, set(rest.split("&"))


def _alike(document: "Document", found: list[Card]) -> list[Card]:
    """Cards that tell too little to be seen alone: built as the others, or beside them, at a like address."""
    if len({key(card.href) for card in found}) < 2:
        return []
    addresses = {_pattern(card.href) for card in found}
    beside = {(card.block.parent.index, card.block.tag) for card in found if card.block.parent is not None}
    built = {(card.block.tag, card.block.names.split()[0]) for card in found if card.block.names.strip()}
    taken = {at for card in found for at in range(card.block.index, card.block.end)}
    known = {key(card.href) for card in found}
    sure = _sure_pattern(found)
    more: list[Card] = []
    for anchor in document.all("a")[:MAX_ANCHORS]:
        href = anchor.get("href")
        if not href or anchor.index in taken or key(href) in known or not is_page(href):
            continue
        if anchor.raw_text().strip().isdecimal() or _PAGER.search(href):
            continue
        if _pattern(href) not in addresses or _ELSEWHERE.search(href) or not _same_site(document, href):
            continue
        if _pattern(href) == sure:
            more.append(Card(anchor, href, anchor))
            known.add(key(href))
            continue
        if document.zones[anchor.index] in {Zone.CHROME, Zone.CRUMBS} or _SIDE.search(anchor.names):
            continue
        for _, block in zip(range(8), (anchor, *anchor.ancestors()), strict=False):
            if block.index in taken or block.parent is None:
                break
            names = block.names.split()
            if (block.parent.index, block.tag) in beside or (names and (block.tag, names[0]) in built):
                more.append(Card(block, href, anchor))
                known.add(key(href))
                break
    return more


def _sure_pattern(found: list[Card]) -> Pattern | None:
    """The kind of address that all of four cards or more share, where a number ends it."""
    kinds = {_pattern(card.href) for card in found}
    kind = kinds.pop() if len(kinds) == 1 and len({key(card.href) for card in found}) >= 4 else None
    return kind if kind and (kind[2] or (kind[3] and "page" not in kind[3])) else None


def _pattern(href: str) -> Pattern:
    """Depth, first part, whether the last one holds or is a number, the query's names."""
    path, _, query = key(href).partition("?")
    path = path.split("://", 1)[-1] if "://" in path else path
    parts = [part for part in path.split("/") if part]
    names = ",".join(part.partition("=")[0] for part in query.split("&")) if query else ""
    last = parts[-1] if parts else ""
    if names and "." in last:
        names = f"{_script(href)}?{names}"
    numbered = 2 if last.isdecimal() else int(any(char.isdigit() for char in last))
    return len(parts), parts[0] if len(parts) > 1 else "", numbered, names


def _target(href: str) -> str:
    """The page that a link names: its path and the numbers of its query (`?s=sales&id=7` is `?id=7`)."""
    path, _, query = key(href).partition("?")
    named = [part for part in query.split("&") if any(char.isdigit() for char in part)] if query else []
    return f"{path}?{'&'.join(named or [query])}"


def _block(anchor: Element, owners: dict[int, int], mine: int) -> Element:
    """The largest ancestor that holds this link alone of its cluster."""
    block = anchor
    for above in anchor.ancestors():
        if owners.get(above.index) != mine or above.tag in {"body", "html", "main"}:
            break
        block = above
    return block


def _weight(cluster: list[Card]) -> float:
    distinct = len({key(c.href) for c in cluster})
    told = any(len("".join(p for p in c.anchor.parts if isinstance(p, str)).strip()) > 14 for c in cluster)
    return max(distinct, len(cluster) / 10) * (1.1 if told else 1.0)


def _overlaps(block: Element, taken: list[Element]) -> bool:
    """Whether a block lies in, or holds, a card already taken (`taken` is sorted and disjoint)."""
    at = bisect_left(taken, block.index, key=lambda other: other.index)
    if at < len(taken) and taken[at].index < block.end:
        return True
    return at > 0 and taken[at - 1].end > block.index
