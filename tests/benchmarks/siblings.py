"""Pages of one site where only one was kept: the page as its site would print other adverts, or other lists.

    >>> detail_sibling(html, read_page(html.encode(), url), 3)   # the third advert like it
    >>> list_sibling(html, reading, 3)                           # another list: other, fewer, moved cards

What the readers read of the page (title, town, text, reference, photos, links) and every figure shown is
replaced by another, everywhere alike: in texts, attributes, scripts' data. Markup and chrome stay. Made
when a benchmark runs; nothing of a page is kept.
"""

import random
import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Final
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser, LexborNode

from extract.cards import ROOMS, key
from extract.page import PageReading
from extract.text import fold
from models.places import Places

#: Town and postal code, of the sample of communes where it has them.
TOWNS: Final = (
    ("Quimper", "29000"), ("Bordeaux", "33000"), ("Dijon", "21000"), ("Annecy", "74000"), ("Nantes", "44000"),
    ("Bayonne", "64100"), ("Rennes", "35000"), ("Poitiers", "86000"), ("Grenoble", "38000"),
)  # fmt: skip
#: What takes the place of an advert's longer words.
WORDS: Final = (
    "agreable", "tranquille", "spacieux", "elegante", "verdoyant", "paisible", "moderne", "charmante",
    "familial", "traversant", "convivial", "apaisant", "lumineuse", "atypique", "chaleureux", "soigneux",
)  # fmt: skip
_PARTS: Final = re.compile(r"(<script\b.*?</script>|<style\b.*?</style>|<!--.*?-->|<[^<>]*>)", re.S | re.I)
_TOLD: Final = re.compile(
    r"((?:content|alt|title|value|aria-label|data-(?!src|href|url|bg)[\w-]+)\s*=\s*)(\"[^\"]*\"|'[^']*')",
    re.I,
)
_STRING: Final = re.compile(r'((?::|\[|,)\s*)"((?:[^"\\]|\\.)*)"(?!\s*:)|(:\s*)(\d+(?:\.\d+)?)(?=\s*[,}\]])')
_FIGURES: Final = re.compile(r"(?<![\w#&/.,-])(?<!&#x)[TFtf]?\d(?:[\d.,\u00a0\u202f ]*\d)?(?![\d-])")
_GROUP: Final = re.compile(r"\d+")
_TOKEN: Final = re.compile(r"[A-Za-z0-9]*\d[A-Za-z0-9]*")
_LETTER: Final = (
    r"((?:dpe|ges|energ\w*|epc|class|classe|lettre|letter)[\w-]{0,12}[\"':=\s_-]{1,4}(?:\w+[_-])?)"
)


def detail_sibling(html: str, reading: PageReading, number: int) -> str:
    """The page as advert `number` of its site would be printed."""
    html = _with_letters(html, reading, number)
    html = _with_addresses(html, (*_photos(reading), *reading.links, *_own(reading)), number)
    html = _with_coordinates(html, reading, number)
    words = _names(reading, number) | _words(reading, number)
    return _rewritten(html, _changed(words, number))


def list_sibling(html: str, reading: PageReading, number: int) -> str:
    """The page as list `number` of its site would be printed."""
    html = _with_cards_moved(html, reading, number)
    html = _with_addresses(html, reading.links, number)
    return _rewritten(html, _changed({}, number), pager=True)


def _rewritten(html: str, change: Callable[[str], str], *, pager: bool = False) -> str:
    """The page with its texts, telling attributes and scripts' data changed."""
    parts = _PARTS.split(html)
    for at, part in enumerate(parts):
        if not at % 2:
            parts[at] = part if pager and re.fullmatch(r"\W*\d{1,3}\W*", part) else change(part)
        elif part[:7].lower() == "<script":
            head, end, body = part.partition(">")
            parts[at] = head + end + _STRING.sub(lambda found: _scalar(found, change), body)
        elif part[:2] != "<!" and part[:6].lower() != "<style":
            parts[at] = _TOLD.sub(lambda found: found[1] + _attribute(found[2], change), part)
    return "".join(parts)


def _scalar(found: re.Match[str], change: Callable[[str], str]) -> str:
    if found[2] is None:
        return found[3] + change(found[4])
    text = found[2]
    told = " " in text or text.replace(".", "").isdigit() or (text[:1].isupper() and text.isalpha())
    return f'{found[1]}"{change(text) if told else text}"'


def _attribute(quoted: str, change: Callable[[str], str]) -> str:
    return quoted if "://" in quoted or "width=" in quoted else quoted[0] + change(quoted[1:-1]) + quoted[-1]


def _changed(words: Mapping[str, str], number: int) -> Callable[[str], str]:
    """What changes a text: known words first, then every figure that is in none of them."""
    longest = sorted(words, key=len, reverse=True)
    known = re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in longest)) if words else None

    def figures(text: str) -> str:
        return _FIGURES.sub(lambda found: _GROUP.sub(lambda f: turned(f[0], number), found[0]), text)

    def change(text: str) -> str:
        if known is None:
            return figures(text)
        out, last = [], 0
        for found in known.finditer(text):
            out += [figures(text[last : found.start()]), words[found[0]]]
            last = found.end()
        return "".join(out) + figures(text[last:])

    return change


def turned(figures: str, number: int) -> str:
    """Another figure of the same length and order; years stay near, postal codes are the towns'."""
    if len(figures) == 1:
        return figures if figures == "0" else str(min(9, int(figures) + number % 3))
    if len(figures) == 5 or figures.startswith("0"):
        return figures
    kept = 3 if len(figures) == 4 and figures[:2] in {"18", "19", "20"} else 1
    return figures[:kept] + "".join(str((int(one) + number) % 10) for one in figures[kept:])


def _names(reading: PageReading, number: int) -> dict[str, str]:
    """The listing's town, postal code, reference and street, as texts write them, with others."""
    town, code = TOWNS[number % len(TOWNS)]
    listing, names = reading.listing, {}
    if listing is None:
        return {}
    if listing.city:
        for write in (str, str.upper, str.lower, str.title):
            names[write(listing.city)] = write(town)
        names[fold(listing.city).replace(" ", "-")] = town.lower()
    if listing.postal_code:
        names[listing.postal_code] = code if listing.postal_code.isdigit() else f"AB{number} {number}CD"
    if listing.reference:
        names[listing.reference] = _other_token(listing.reference, number)
    if listing.address:
        names[listing.address] = f"{number + 2} rue des Tilleuls {WORDS[number % len(WORDS)].title()}"
    return {**names, **{escape(old): new for old, new in names.items()}}


def _words(reading: PageReading, number: int) -> dict[str, str]:
    """The title's last words and longer plain ones of the description, each with another one."""
    listing = reading.listing
    text = (listing.description or "") if listing else ""
    title = (listing.title or "") if listing else ""
    named = [one for one in re.findall(r"(?<!\w)[A-Za-z]{5,}(?!\w)", title) if not ROOMS.search(one.lower())]
    found = named[-2:] + list(dict.fromkeys(re.findall(r"(?<!\w)[a-z]{7,}(?!\w)", text)))[::3][:12]
    return {word: WORDS[(number * 5 + at) % len(WORDS)] for at, word in enumerate(found)}


def _with_letters(html: str, reading: PageReading, number: int) -> str:
    """The page with another energy letter wherever one is named."""
    listing = reading.listing
    for letter in {listing.dpe, listing.ges} - {None} if listing else ():
        other = "ABCDEFG"[("ABCDEFG".index(letter) + number) % 7]  # type: ignore[arg-type]
        html = re.sub(rf"(?i:{_LETTER})(?i:{letter})(?![\w-])", lambda f, new=other: f[1] + new, html)  # type: ignore[misc]
    return html


def _photos(reading: PageReading) -> tuple[str, ...]:
    return reading.listing.photos if reading.listing else ()


def _own(reading: PageReading) -> tuple[str, ...]:
    """The page's own address and reference: what else tells adverts apart."""
    reference = reading.listing.reference if reading.listing else None
    return tuple(filter(None, (reading.canonical, reference and f"/{reference}")))


def _with_coordinates(html: str, reading: PageReading, number: int) -> str:
    """The page with its place on the map moved by some metres, or into the town that it now names."""
    listing = reading.listing
    if listing is None or listing.latitude is None or listing.longitude is None:
        return html
    town = (
        next(iter(Places.sample().by_name(TOWNS[number % len(TOWNS)][0])), None)
        if listing.insee_code
        else None
    )
    for told, middle in (
        (listing.latitude, town and town.latitude),
        (listing.longitude, town and town.longitude),
    ):
        moved = (told if middle is None else middle) + 0.001 * number
        sign, known = ("-" if told < 0 else ""), f"{abs(told):.6f}".rstrip("0")[:-1]
        html = re.sub(rf"(?<![\d.]){re.escape(sign + known)}\d*", f"{moved:.6f}", html)
    return html


def _with_addresses(html: str, addresses: tuple[str, ...], number: int) -> str:
    """The page with the numbers that tell these addresses apart turned, wherever they stand."""
    tokens: dict[str, str] = {}
    for address in addresses:
        path = unquote(address.split("://", 1)[-1].partition("/")[2] or address)
        own = [one for one in _TOKEN.findall(path) if len(one) >= 5]
        slug = path.partition("?")[0].rstrip("/").rpartition("/")[2]
        if not own and len(slug) > 7:  # no number tells it: its words do
            tokens[slug] = f"{slug}-{WORDS[number % len(WORDS)]}"
        tokens.update({one: _other_token(one, number) for one in own[-2:]})
    if not tokens:
        return html
    longest = sorted(tokens, key=len, reverse=True)
    told = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(map(re.escape, longest))})(?![A-Za-z0-9])")
    return told.sub(lambda found: tokens[found[0]], html)


def _other_token(token: str, number: int) -> str:
    """The same shape with other digits."""
    return "".join(str((int(one) + number) % 10) if one.isdecimal() else one for one in token)


# Cards -------------------------------------------------------------------------------------


def _with_cards_moved(html: str, reading: PageReading, number: int) -> str:
    """The list with a fifth of its cards left out and the others in another order, chosen by `number`."""
    parser = LexborHTMLParser(html)
    cards = [card for card in _cards(parser, {key(href) for href in reading.links}) if card.html]
    printed = [card.html or "" for card in cards]
    whole = parser.html or html
    if len(set(printed)) < len(printed) or any(whole.count(one) != 1 for one in printed):
        return whole
    order = list(printed)
    chance = random.Random(number)
    chance.shuffle(order)
    order[len(order) - len(order) // 5 :] = [""] * (len(order) // 5)
    chance.shuffle(order)
    for at, one in enumerate(printed):
        whole = whole.replace(one, f"\0{at}\0")
    return re.sub("\0(\\d+)\0", lambda found: order[int(found[1])], whole)


def _cards(parser: LexborHTMLParser, wanted: set[str]) -> list[LexborNode]:
    """For each link to a listing the largest element that leads to no other one."""
    cards: dict[int, LexborNode] = {}
    for anchor in parser.css("a[href]"):
        own = key(anchor.attributes.get("href") or "")
        if own not in wanted:
            continue
        card = anchor
        while card.parent is not None and card.parent.tag not in {"body", "html", "main"}:
            if any(key(a.attributes.get("href") or "") in wanted - {own} for a in card.parent.css("a[href]")):
                break
            card = card.parent
        cards.setdefault(card.mem_id, card)
    return list(cards.values())
