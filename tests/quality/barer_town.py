"""The town's details with less said: what a wrapper is for, since the town as printed leaves few errors.

On every page of a site the JSON-LD is gone, and its labels for what titles and texts tell as well are words
of its own that nobody knows. Of its pages, a seeded three in ten have a title and a text that tell nothing.
Pages of one site stay alike; nothing is said that the page as printed does not say.
"""

import html
import re
from collections.abc import Callable

from extract import labels
from extract.charset import decode
from town.chance import chance

#: Fields whose labels become unknown words.
RENAMED = frozenset(
    {"surface", "rooms", "price", "property_type", "transaction", "city", "postal_code", "floor"}
)
SHARE_BARE = 0.3
_SYLLABLES = "bacedifogulameniporasetivozu"
_HEAD = "Notre bien du moment"
_TEXT = (
    "Venez découvrir ce bien que nous vous proposons dans un secteur recherché, proche de toutes les "
    "commodités. Une belle opportunité à visiter sans tarder avec notre équipe."
)
_JSON_LD = re.compile(r"<script[^>]*ld\+json[^>]*>.*?</script>", re.S | re.I)
_CHUNK = re.compile(r">([^<]+)<")
_LABELLED = re.compile(r"\s*([^:<]{2,40}?)(?:\s|&nbsp;)*:")


def barer(body: bytes, content_type: str, slug: str, number: int) -> bytes:
    """A page of the site `slug`, its `number` deciding with the site whether it is one of the bare ones."""
    text, charset = decode(body, content_type)
    text = _CHUNK.sub(_renaming(slug), _JSON_LD.sub("", text))
    if chance(0, "bare", slug, number).random() < SHARE_BARE:
        text = _bare(text)
    return text.encode(charset, "xmlcharrefreplace")


def _renaming(slug: str) -> Callable[[re.Match[str]], str]:
    def renamed(found: re.Match[str]) -> str:
        told = found[1]
        label = told.strip().rstrip(" :\u00a0").replace("&nbsp;", "")
        if 1 < len(label) < 45 and labels.field_of(html.unescape(label)) in RENAMED:
            return f">{told.replace(label, _word(slug, label))}<"
        led = _LABELLED.match(told)
        if led and labels.field_of(html.unescape(led[1])) in RENAMED:
            return f">{told.replace(led[1], _word(slug, led[1]), 1)}<"
        return found[0]

    return renamed


def _word(slug: str, label: str) -> str:
    draw = chance(0, "label", slug, html.unescape(label).lower())
    return "".join(_SYLLABLES[2 * (at := draw.randrange(14)) : 2 * at + 2] for _ in range(3)).capitalize()


def _bare(text: str) -> str:
    for tag in ("title", "h1"):
        text = re.sub(rf"(<{tag}\b[^>]*>).*?(</{tag}>)", rf"\1{_HEAD}\2", text, flags=re.S | re.I)
    metas = r'(<meta[^>]*(?:og:title|og:description|name="description")[^>]*content=")[^"]*'
    text = re.sub(metas, rf"\1{_HEAD}", text, flags=re.I)
    return re.sub(r">([^<]{150,})<", f">{_TEXT}<", text)
