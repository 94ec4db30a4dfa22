"""What each host of the fleet holds: its robots.txt, its pages, their changes. Functions of seed and number.

Host N is `hN.fleet.localhost` at 127.0.0.1; with `addresses` it is `hN.aK.localhost`, K = N mod addresses,
at 127.1.K/256.K%256. Pages are adverts of `size` bytes: one template per size, a few bytes unique to each.
Their bytes are made as those of real agencies' pages are: a twentieth of text, half of scripts and drawings,
ten elements a kilobyte, a hundred links (medians of 78 real pages: 4 %, 28 %, 6 and 104).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from enum import StrEnum
from functools import cache, lru_cache
from itertools import count
from math import ceil
from typing import Any, Final, Self
from zlib import crc32

from town.chance import chance
from town.judge import HostRules

#: 1 January 2026; a page changed on day N is that much younger.
_BORN: Final = 1_767_225_600
_PRIVATE_PAGES: Final = 3
_CITIES: Final = ("Bordeaux", "Nantes", "Lyon", "Rennes", "Lille", "Toulouse", "Dijon", "Angers")
_SENTENCE: Final = (
    "Dans une rue calme, à deux pas des écoles, des commerces et du tramway, ce bien lumineux et traversant "
    "offre une entrée avec rangements, un séjour ouvert sur une cuisine équipée et des chambres au calme. "
)


class RobotsKind(StrEnum):
    """What a host answers to /robots.txt."""

    RULES = "rules"
    ABSENT = "absent"
    BROKEN = "broken"
    HANGING = "hanging"


@dataclass(frozen=True, slots=True)
class FleetPlan:
    """Sizes and shares of a fleet; shares are of hosts, but `changed`, of pages a day.

    delays: Crawl-delay per host, seconds, 0 where none is told. latency: seconds before every answer.
    """

    hosts: int = 100
    pages: int = 10
    size: int = 60_000
    seed: int = 0
    delays: tuple[float, ...] = ()
    latency: float = 0.0
    addresses: int = 0
    private: float = 0.3
    robots_absent: float = 0.1
    robots_broken: float = 0.0
    robots_hanging: float = 0.0
    changed: float = 0.0
    #: Hosts are loopback addresses, for crawlers that cannot be told where `*.localhost` lives.
    literal: bool = False

    @classmethod
    def of(cls, *, delay_of: Callable[[int], float] | None = None, **values: Any) -> Self:
        """A plan whose Crawl-delays are a function of the host's number."""
        hosts = values.get("hosts", 100)
        delays = tuple(float(delay_of(number)) for number in range(hosts)) if delay_of else ()
        return cls(**({"delays": delays} | values))

    def name(self, number: int) -> str:
        """The host's name, or its own loopback address."""
        if self.literal:
            return f"127.2.{number // 256}.{number % 256}"
        group = f"a{number % self.addresses}" if self.addresses else "fleet"
        return f"h{number}.{group}.localhost"

    def number(self, name: str) -> int | None:
        """The number of a host by its name; None when there is no such host."""
        if self.literal:
            return self._numbered(name)
        label, _, rest = name.partition(".")
        if not label[1:].isascii() or not label[1:].isdigit() or not rest.endswith(".localhost"):
            return None
        number = int(label[1:])
        return number if number < self.hosts and name == self.name(number) else None

    def _numbered(self, name: str) -> int | None:
        parts = name.split(".")
        if len(parts) != 4 or not all(part.isascii() and part.isdigit() for part in parts):
            return None
        number = int(parts[2]) * 256 + int(parts[3])
        return number if number < self.hosts and name == self.name(number) else None

    def delay(self, number: int) -> float:
        """The Crawl-delay that robots.txt tells, seconds; 0 when it tells none."""
        return self.delays[number] if self.delays and self.robots(number) is RobotsKind.RULES else 0.0

    def robots(self, number: int) -> RobotsKind:
        """How /robots.txt answers."""
        return _character(self, number)[0]

    def is_private(self, number: int) -> bool:
        """Whether robots.txt closes /prive/, to which the home page links nevertheless."""
        return _character(self, number)[1]

    def rules(self) -> dict[str, HostRules]:
        """What every host asks for, for the judge."""
        return {self.name(number): self._rules(number) for number in range(self.hosts)}

    def expected(self) -> dict[str, list[str]]:
        """The pages that a polite crawl from the home pages finds, per host."""
        paths = ["/", *(f"/annonce/{page}" for page in range(1, self.pages + 1))]
        return {self.name(n): paths for n in range(self.hosts) if not self._rules(n).silent}

    def robots_text(self, number: int) -> bytes:
        """robots.txt, where there is one."""
        lines = ["User-agent: *"]
        lines += ["Disallow: /prive/"] if self.is_private(number) else []
        lines += ["Allow: /"]
        lines += [f"Crawl-delay: {self.delay(number):g}"] if self.delay(number) else []
        return "\n".join([*lines, ""]).encode()

    def page_number(self, path: str) -> int | None:
        """0 for the home page, the page's number else; None when there is no such page."""
        if path == "/":
            return 0
        kind, _, digits = path[1:].partition("/")
        known = {"annonce": self.pages, "prive": _PRIVATE_PAGES}.get(kind, 0)
        if not digits.isascii() or not digits.isdigit() or not 0 < int(digits) <= known:
            return None
        return int(digits) if kind == "annonce" else self.pages + int(digits)

    def version(self, number: int, page: int, day: int) -> int:
        """The last day up to `day` on which a page changed, 0 at the start. The home page changes with the
        prices that it tells; of two changes of an advert one is a price, the other words of its own.
        """
        if not self.changed:
            return 0
        if page:
            return next((d for d in range(day, 0, -1) if self._draw(number, page, d) < self.changed), 0)
        return next(
            (d for d in range(day, 0, -1) if any(self._repriced(number, p, d) for p in self._adverts)), 0
        )

    def body(self, number: int, page: int, day: int) -> tuple[bytes, bytes]:
        """A page's bytes in two parts: its own, and the one shared by all pages."""
        if page == 0:
            return self._home(number, day), _home_end(self.pages, self.size, self.is_private(number))
        mark = crc32(b"%d/%d/%d" % (self.seed, number, page))
        city = _CITIES[mark % len(_CITIES)].encode()
        surface, price = self.surface(number, page), self.price(number, page, day)
        named, told = (surface, city, number, page), self.version(number, page, day)
        values = (*named, number, page, price, surface, city, price, number, page, surface, told)
        return _ADVERT % values, _shared(self.pages, self.size)

    @property
    def _adverts(self) -> range:
        return range(1, self.pages + 1)

    def _draw(self, number: int, page: int, day: int) -> float:
        return crc32(b"%d/%d/%d/%d" % (self.seed, number, page, day)) / 2**32

    def _repriced(self, number: int, page: int, day: int) -> bool:
        return self._draw(number, page, day) < self.changed / 2

    def surface(self, number: int, page: int) -> int:
        """An advert's square metres."""
        return 20 + crc32(b"%d/%d/%d" % (self.seed, number, page)) % 120

    def price(self, number: int, page: int, day: int) -> int:
        """An advert's price on that day, in euros."""
        fallen = sum(self._repriced(number, page, d) for d in range(1, day + 1)) if self.changed else 0
        return 90_000 + crc32(b"%d/%d/%d" % (self.seed, number, page)) % 800 * 1_000 - 500 * fallen

    def _home(self, number: int, day: int) -> bytes:
        cards = (
            _item(page, self.surface(number, page), self.price(number, page, day)) for page in self._adverts
        )
        head = f"<!doctype html><html lang=fr><head><title>Agence h{number} - Immobilier</title>"
        start = '<meta charset="utf-8"></head><body><main><h1>Nos biens à vendre</h1>'
        return f"{head}{start}<p>{self.pages} biens</p>{''.join(cards)}".encode()

    def _rules(self, number: int) -> HostRules:
        silent = self.robots(number) in (RobotsKind.BROKEN, RobotsKind.HANGING)
        closed = ("/prive/",) if self.is_private(number) else ()
        return HostRules(self.delay(number), closed, silent)


_ADVERT: Final = (
    "<!doctype html><html lang=fr><head><meta charset=utf-8>"
    "<title>Appartement 3 pièces %d m² %b - h%d annonce %d</title>"
    '<script type="application/ld+json">{"@context":"https://schema.org","@type":"Product",'
    '"sku":"H%dP%d","offers":{"@type":"Offer","price":"%d","priceCurrency":"EUR"}}</script></head><body>'
    '<main><h1>Appartement 3 pièces %d m² %b</h1><p class="prix">%d €</p>'
    "<ul><li>Référence : H%dP%d</li><li>Surface : %d m²</li><li>Nombre de pièces : 3</li></ul>"
    "<p class=avis>Annonce relue pour la %de fois.</p>"
).encode()


@lru_cache(maxsize=200_000)
def _character(plan: FleetPlan, number: int) -> tuple[RobotsKind, bool]:
    """What robots.txt answers, and whether it closes a part of the site."""
    rng = chance("fleet", plan.seed, number)
    draw = rng.random()
    shares = {
        RobotsKind.ABSENT: plan.robots_absent,
        RobotsKind.BROKEN: plan.robots_broken,
        RobotsKind.HANGING: plan.robots_hanging,
    }
    for kind, share in shares.items():
        if draw < share:
            return kind, False
        draw -= share
    return RobotsKind.RULES, rng.random() < plan.private


@cache
def modified(version: int) -> bytes:
    """The Last-Modified date of a version."""
    return formatdate(_BORN + version * 86_400, usegmt=True).encode()


def is_since(date: bytes, version: int) -> bool:
    """Whether a copy of that If-Modified-Since date is still this version."""
    try:
        return parsedate_to_datetime(date.decode("latin-1")).timestamp() >= _BORN + version * 86_400
    except ValueError:
        return False


@cache
def _shared(pages: int, size: int) -> bytes:
    """The rest of an advert's page: description, about 100 links in menu, cards and footer; less of all where
    20 KB or less are asked for.
    """
    links, share = _links(pages), min(1.0, size / 20_000)
    items, words = range(int(30 * share)), _SENTENCE * ceil(8 * share)
    menu = "".join(f'<li class="menu-item"><a href="{next(links)}">Ville {n}</a></li>' for n in items)
    towns = (_CITIES[n % 8] for n in range(int(40 * share)))
    foot = "".join(f'<li><a href="{next(links)}">Acheter à {town}</a></li>' for town in towns)
    cards = "".join(_card(next(links), n) for n in items)
    start = f'<section class="description"><h2>Description</h2><p>{words}</p></section></main>{cards}'
    end = f'<nav><ul>{menu}</ul></nav><footer><ul>{foot}</ul><a href="/">Accueil</a></footer></body></html>'
    return f"{start}{_fill(size - len(_ADVERT) - len((start + end).encode()))}{end}".encode()


@cache
def _home_end(pages: int, size: int, private: bool) -> bytes:
    """The rest of a home page: links to the private pages, words as agencies use."""
    closed = [f'<a href="/prive/{page}">Espace privé {page}</a>' for page in range(1, _PRIVATE_PAGES + 1)]
    start = f"</main><nav>{''.join(closed) if private else ''}</nav>"
    end = "<footer><p>Carte professionnelle CPI 3301 2018</p></footer></body></html>"
    cards = len(_item(1, 100, 100_000).encode()) * pages
    return f"{start}{_fill(size - cards - len((start + end).encode()) - 200)}{end}".encode()


def _item(page: int, surface: int, price: int) -> str:
    return (
        f'<article class="bien"><a href="/annonce/{page}"><h2>Appartement 3 pièces {surface} m² Bordeaux</h2>'
        f"</a><p>{price} €</p><p>{surface} m² - 3 pièces - 33000 Bordeaux</p></article>"
    )


def _links(pages: int) -> Iterator[str]:
    while True:
        yield from (f"/annonce/{page}" for page in range(1, min(pages, 100) + 1))


def _card(link: str, number: int) -> str:
    facts = "".join(f'<li class="fait fait-{n}"><span>{20 + number + n} m²</span></li>' for n in range(2))
    return (
        f'<article class="carte" id="c{number}"><div class="cadre"><div class="photo"><picture>'
        f'<img loading="lazy" alt="" width="640" height="480" data-n="{number}"></picture></div>'
        f'<div class="texte"><h3><a href="{link}" title="Voir">Maison {4 + number % 3} pièces</a></h3>'
        f'<ul class="faits">{facts}</ul></div></div></article>'
    )


def _fill(room: int) -> str:
    """What pages are mostly made of, up to `room` bytes: scripts, and elements without a word in them."""
    parts: list[str] = []
    for number in count():
        part = _script(number) if number % 3 == 0 else _frame(number)
        if len(part) > room:
            return "".join(parts) + (f"<!--{'.' * (room - 7)}-->" if room >= 7 else "")
        parts.append(part)
        room -= len(part)
    return ""


def _script(number: int) -> str:
    settings = ",".join(f'"option_{n}":{{"on":{n % 2},"ms":{(number * 37 + n) % 900}}}' for n in range(16))
    return f'<script>(window.modules=window.modules||[]).push(["m{number}",{{{settings}}}]);</script>'


def _frame(number: int) -> str:
    curve = "".join(f"c{n}.{number % 9} {number % 7}-{n} 1.{n}-{number % 5}.2 {n}.5 3.8" for n in range(12))
    icons = "".join(
        f'<span class="icone icone-{n} icone-taille-moyenne" aria-hidden="true"><svg viewBox="0 0 24 24">'
        f'<path fill="currentColor" d="M{n} 2{curve}z"/></svg></span>'
        for n in range(2)
    )
    return (
        f'<div class="colonne colonne-{number} bloc-section bloc-section-large" data-bloc="{number}" '
        f'data-settings="background:classic;animation:none;order:{number}" style="order:{number}">'
        f'<div class="colonne-interne"><div class="cadre cadre-vide">{icons}</div></div></div>'
    )
