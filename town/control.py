"""The town's own host: an index for people, the agencies' addresses, and the clock.

GET  http://town.localhost:PORT/               what is here
GET  http://town.localhost:PORT/agencies.txt   one home page per line
GET  http://town.localhost:PORT/clock          {"day": 0, "last_day": 120}
POST http://town.localhost:PORT/clock?day=7    move it
"""

import json
from html import escape
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

from town.clock import LAST_DAY
from town.model import date_of
from town.pages import Answer
from town.world import World


class Clockwork(Protocol):
    """What the control pages need of a town."""

    world: World
    day: int

    def url(self, slug: str) -> str: ...
    def urls(self) -> list[str]: ...
    def set_day(self, day: int) -> None: ...


def control(town: Clockwork, method: str, path: str) -> Answer:
    """The answer of the town's own host; every path also stands under `/__town__`."""
    parts = urlsplit(path)
    match method, parts.path.removeprefix("/__town__") or "/":
        case (("GET" | "HEAD"), "/"):
            return _answer(200, "text/html", _index(town))
        case (("GET" | "HEAD"), "/agencies.txt"):
            return _answer(200, "text/plain", "".join(f"{url}\n" for url in town.urls()))
        case (("GET" | "HEAD"), "/clock"):
            return _clock(town)
        case (("GET" | "HEAD"), "/robots.txt"):
            return _answer(200, "text/plain", "User-agent: *\nDisallow: /\n")
        case "POST", "/clock":
            return _move(town, parse_qs(parts.query).get("day", [""])[0])
        case _:
            return _answer(404, "text/plain", "Not found\n")


def _move(town: Clockwork, day: str) -> Answer:
    try:
        town.set_day(int(day))
    except ValueError:
        return _answer(400, "text/plain", f"day must be a whole number from 0 to {LAST_DAY}\n")
    return _clock(town)


def _clock(town: Clockwork) -> Answer:
    return _answer(200, "application/json", json.dumps({"day": town.day, "last_day": LAST_DAY}) + "\n")


def _index(town: Clockwork) -> str:
    rows = "".join(
        f'<li><a href="{escape(town.url(a.slug))}/">{escape(a.name)}</a> '
        f"<small>{escape(a.place.city)}, {escape(a.family)}</small></li>"
        for a in town.world.agencies
    )
    return (
        '<!doctype html><html lang="fr"><meta charset="utf-8"><title>La ville</title>'
        "<style>body{font:16px system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}"
        "ul{columns:2;list-style:none;padding:0}small{color:#667}</style>"
        f"<h1>La ville, jour {town.day}</h1><p>{date_of(town.day):%d/%m/%Y}. "
        f"{len(town.world.agencies)} agences fictives ; aucun de ces biens n'existe.</p><ul>{rows}</ul>"
        '<p><a href="/agencies.txt">agencies.txt</a></p></html>'
    )


def _answer(status: int, kind: str, text: str) -> Answer:
    return Answer(status, (("Content-Type", f"{kind}; charset=utf-8"),), text.encode())
