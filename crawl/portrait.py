"""The portrait of an agency, as its own pages draw it: name, registers, contacts, platform.

Fills gaps of the agency's row only: what a register or a person wrote there stands.
"""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any, Final

from crawl.fetch import Fetched
from crawl.frontier import DuePage, FoundBy
from crawl.url import site_host
from extract import charset
from extract.page import PageReading
from models.place_names import fold

#: Widths and shapes of the agency's columns; a value that does not fit is left out.
_SHAPES: Final = {
    "siren": re.compile(r"\d{9}"),
    "siret": re.compile(r"\d{14}"),
    "address": re.compile(r".{1,300}", re.S),
    "postal_code": re.compile(r"\d{5}"),
    "city": re.compile(r".{1,120}", re.S),
    "phone": re.compile(r".{1,40}", re.S),
    "email": re.compile(r".{1,200}", re.S),
    "cpi_number": re.compile(r".{1,60}", re.S),
}
_TITLE: Final = re.compile(r"<title\b[^<>]{0,200}>([^<]{1,400})", re.I)
_SITE_NAME: Final = re.compile(
    r"<meta\b[^<>]{0,200}?og:site_name[\"'][^<>]{0,100}?content\s?=\s?[\"']([^\"'<>]{2,200})", re.I
)
_PARTS: Final = re.compile(r"\s+[-–—|·•:]+\s+|\s*[|·•]\s*")


@dataclass(slots=True)
class Portrait:
    """Grows page by page; the first page that tells something is believed."""

    identity: dict[str, str] = field(default_factory=dict)
    name: str | None = None
    platform: str | None = None

    @property
    def is_agency(self) -> bool:
        """Whether something tells of an estate agency, even without a listing."""
        return "cpi_number" in self.identity

    def look(self, page: DuePage, reading: PageReading | None, fetched: Fetched) -> None:
        """Take from a page what it tells of the agency."""
        if reading is None or reading.reason == "challenge":
            return
        self.platform = self.platform or reading.platform
        for name, pattern in _SHAPES.items():
            told = getattr(reading.identity, "cpi" if name == "cpi_number" else name, None)
            if told and pattern.fullmatch(told):
                self.identity.setdefault(name, told)
        if page.found_by == FoundBy.HOME and not self.name:
            text, _ = charset.decode(fetched.body[:200_000], fetched.content_type)
            self.name = name_in(text, site_host(page.url))

    def columns(self, agency: Any) -> dict[str, Any]:
        """The agency's columns to fill: those that are empty, and the name while it is only the host."""
        told: dict[str, Any] = dict(self.identity)
        if "siren" in told:
            told["identity_proof"] = "siren_on_site"
        elif "cpi_number" in told:
            told["identity_proof"] = "cpi_on_site"
        values = {name: value for name, value in told.items() if getattr(agency, name) is None}
        if self.name and agency.name == site_host(agency.website_url):
            values["name"] = self.name
        if self.platform:
            values["platform"] = self.platform[:60]
        return values


def name_in(html: str, host: str) -> str | None:
    """The agency's name in the home page's head: the site's name, else the title's part nearest the host."""
    if found := _SITE_NAME.search(html):
        return _tidy(found[1])
    title = _TITLE.search(html)
    if title is None:
        return None
    parts = [part for part in (_tidy(part) for part in _PARTS.split(title[1])) if part]
    return max(parts, key=lambda part: _shared(part, host), default=None)


def _shared(part: str, host: str) -> float:
    """Share of the letters of a name's words that the host spells as well."""
    words = fold(part).split()
    letters = sum(map(len, words)) or 1
    return sum(len(word) for word in words if len(word) > 2 and word in host) / letters


def _tidy(text: str) -> str | None:
    text = " ".join(unescape(text).replace("\x00", "").split())
    return text[:200] or None
