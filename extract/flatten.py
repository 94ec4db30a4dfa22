"""Markup made harmless before it is parsed: bounded in tags, depth, open formatting and attributes.

lexbor is fast but quadratic in depth (measured: 22 s for 100,000 nested divs), in the attributes of one
element (2.2 s for 40,000) and in formatting left open, which every later block repeats.
"""

import re
from collections.abc import Iterator
from itertools import islice

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser

#: Browsers stop at 512.
MAX_DEPTH = 512
#: Fewer tags than this cost little however they nest (measured: 0.12 s).
MANY_TAGS = 6_000
#: Formatting that may stay open times the tags that may repeat it (measured: 330 bytes each).
MANY_REPEATED = 500_000
#: Of formatting without attributes a parser keeps three of a name, and one link ("Noah's Ark").
_PLAIN = 40
#: What comes later is not looked at: `tree` ends at 60,000 elements.
MAX_TAGS = 200_000
#: What comes after so many links is not parsed: readers look at 6,000. A page of 100,000 took 103 MB to read
#: without this bound, 23 MB with it.
MAX_LINKS = 20_000
#: Formatting elements that blocks may repeat in all.
MAX_REPEATED = 300_000
#: Attributes of a page: 1.6 million took 500 MB; real ones have 23,000 at most.
MAX_ATTRIBUTES = 400_000
#: Attributes of an element times themselves, summed over the page (measured: 0.15 s; real ones 2 million).
MAX_SQUARES = 100_000_000
#: Without its events lexbor fills a list of 20,000 options in no time; with them it took a second.
_QUIET = LexborDocumentOptions.WO_EVENTS
#: A shorter page has no room for attributes that take time (measured: 0.02 s).
_HARMLESS = 20_000
#: So many on one element cost next to nothing; a shorter tag has no room for them.
_FEW, _LONG = 200, 600
#: Tags inside others' quotes times the page's length: real pages have 99 of them at most, 70 million.
_MAX_QUOTED = 400_000_000

VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ]
)
#: Closed by their next sibling: an old page leaves hundreds open without nesting them.
_IMPLIED = frozenset(["p", "li", "dd", "dt"])
#: The same, but for drawings and formulas, where they nest.
_CELLS = frozenset(["td", "th", "tr", "tbody", "thead", "tfoot", "option"])
_FORMATTING = frozenset(
    ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"]
)
#: These end a drawing that was left open.
_BREAKS_OUT = frozenset(["p", "li", "dd", "dt", "div", "span", "table", "ul", "img", "h1", "h2", "h3"])
#: What stands in these is text.
_RAW = frozenset(["script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes"])
# Quotes hold a value behind an equals sign alone; possessive, so that no text makes it slow.
_TAG = re.compile(
    r"""<(?:!--(?:-?>|(?:[^-]++|-(?!-!?>))*+(?:--!?>)?)|(/?)([a-zA-Z][^\s/>]*+)"""
    r"""((?:[^"'=>]++|=\s*+(?:"[^"]*+"|'[^']*+')?|["'])*+)>)"""
)
#: The same but links, led by their letters: alternatives and any case took a third longer.
_FORMATTED = re.compile(
    "<(?:[bB](?:[iI][gG])?|[iIuU]|[sS](?:[mM][aA][lL][lL]|[tT][rR](?:[iI][kK][eE]|[oO][nN][gG]))?|[eE][mM]"
    r"|[tT]{2}|[cC][oO][dD][eE]|[fF][oO][nN][tT]|[nN][oO][bB][rR])[\s/]"
)
# As the HTML standard reads attributes: quotes hold a value behind an equals sign that ends a name.
_ATTRIBUTE = re.compile(
    r"""[\s/]*+[^\s/>][^\s/>=]*+(?>\s*+=\s*+(?>"[^"]*+"|'[^']*+'|[^\s"'>][^\s>]*+)?+)?+""", re.ASCII
)
_ELEMENT = re.compile(rf"<[a-zA-Z][^\s/>]*+(?>{_ATTRIBUTE.pattern})*+", re.ASCII)
_OVERLAPPING = re.compile(rf"<(?=({_ELEMENT.pattern.removeprefix('<')}))", re.ASCII)
_START = re.compile("<[a-zA-Z]")
_LINK = re.compile(r"<[aA][\s>]")
#: An end tag's attributes mean nothing, but lexbor compares them all (900,000 took minutes).
_END_WITH = re.compile(rf"</[a-zA-Z][^\s/>]*+[\s/](?>{_ATTRIBUTE.pattern})*+", re.ASCII)
_LONGEST_END, _ENDS = 20_000, 400_000
_TAG_WITH_ALL = re.compile(r"<(/?[a-zA-Z][^\s/<>]*+)(?:[^<>]++|<(?!/?[a-zA-Z]))*+>?+", re.ASCII)


def parsed(html: str) -> tuple[LexborHTMLParser, bool]:
    """lexbor's tree of a page, whatever the markup, and whether a bound cut some of it off."""
    flat, cut = flatten(html)
    return LexborHTMLParser(flat, options=_QUIET), cut


def flatten(html: str) -> tuple[str, bool]:
    """`html` without what nests deeper than MAX_DEPTH or goes past another bound, and whether any did."""
    cut = (starts := html.count("<")) > MAX_TAGS
    if cut:
        html = _first(html, re.finditer("<", html), MAX_TAGS)
    html = _bare_ends(html)
    if crowded := _crowded(html):
        html = _TAG_WITH_ALL.sub(r"<\1>", html)
    if not _may_be_deep(html, starts):
        return html, cut or crowded
    flat = _Flat(html)
    text = _first(flat.text, _LINK.finditer(flat.text), MAX_LINKS)
    return text, cut or crowded or flat.cut or len(text) < len(flat.text)


def _first(html: str, tags: Iterator[re.Match[str]], most: int) -> str:
    """`html` up to the first of `tags` that is one too many."""
    beyond = next(islice(tags, most, None), None)
    return html[: beyond.start()] if beyond else html


def _may_be_deep(html: str, marks: int) -> bool:
    """Whether so many tags stand, or so much formatting may stay open, that nesting would take long."""
    starts = marks - html.count("</")
    return starts > MANY_TAGS or starts * (_PLAIN + len(_FORMATTED.findall(html))) > MANY_REPEATED


def _bare_ends(html: str) -> str:
    """`html` with nothing but names in its end tags, where more stands there than ever does by mistake."""
    lengths = [len(end) for end in _END_WITH.findall(html)]
    if max(lengths, default=0) <= _LONGEST_END and sum(lengths) <= _ENDS:
        return html
    return re.sub(r"</([a-zA-Z][^\s/>]*+)[\s/][^>]*+", r"</\1", html)


def _crowded(html: str) -> bool:
    """Whether attributes would take seconds or much memory. A tag inside another's quotes may be a real one,
    whose quote was opened by a script: each counts."""
    if len(html) < _HARMLESS:
        return False
    tags = _ELEMENT.findall(html)
    quoted = len(_START.findall("".join(tags))) - len(tags)
    if quoted * len(html) > _MAX_QUOTED:
        return True
    if quoted:
        tags = _OVERLAPPING.findall(html)
    if sum(map(len, tags)) > 2 * MAX_ATTRIBUTES and sum(map(_count, tags)) > MAX_ATTRIBUTES:
        return True
    long = [tag for tag in tags if len(tag) > _LONG]
    if sum(len(tag) ** 2 for tag in long) < 4 * MAX_SQUARES:
        return False
    return sum(n * n for n in map(_count, long) if n > _FEW) > MAX_SQUARES


def _count(tag: str) -> int:
    """At least as many as the attributes that a tag has."""
    return len(_ATTRIBUTE.findall(tag))


class _Flat:
    """One walk over a page's tags, with what is open by name: an end tag of nothing ends nothing."""

    def __init__(self, html: str) -> None:
        self.cut = False
        self._open: dict[str, int] = {}
        self._depth = self._formatting = self._repeated = 0
        out, last, at = [], 0, 0
        while (found := _TAG.search(html, at)) is not None and self._repeated <= MAX_REPEATED:
            at, name = found.end(), (found[2] or "").lower()
            if name in _RAW and not found[1] and not self._drawn:
                at = self._after(name, html, at)
            elif name and not self._keeps(name, ends=bool(found[1]), empty=found[3].endswith("/")):
                out.append(html[last : found.start()])
                last, self.cut = at, True
        if found is not None:
            out.append(html[last:at])
            last, self.cut = len(html), True
        self.text = "".join(out) + html[last:] if self.cut else html

    @property
    def _drawn(self) -> bool:
        """Whether a drawing or a formula is open."""
        return bool(self._open.get("svg") or self._open.get("math"))

    @staticmethod
    def _after(name: str, html: str, at: int) -> int:
        """Where a text that is no markup ends."""
        end = re.compile(f"</{name}", re.I).search(html, at)
        return end.start() if end else len(html)

    def _keeps(self, name: str, *, ends: bool, empty: bool) -> bool:
        """Whether a tag stays where it is."""
        if name in _BREAKS_OUT and self._drawn:
            self._depth -= self._open.pop("svg", 0) + self._open.pop("math", 0)
        self._repeated += self._formatting
        held = self._open.get(name, 0)
        if name in _IMPLIED or (ends and not held) or (empty and self._drawn):
            return True
        if (name in VOID or name in _CELLS) and not self._drawn:
            return True
        step = -1 if ends else 1
        self._open[name] = held + step
        self._depth += step
        self._formatting += step * (name in _FORMATTING)
        return self._depth + ends <= MAX_DEPTH
