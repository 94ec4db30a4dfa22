"""Saved real pages served on loopback as the sites they came from, one `*.localhost` host per site.

    with SavedSites(folder) as web:
        web.urls, web.log

Knows the manifest and the labels, not the crawler. Pages go out byte for byte as they were saved, as
`text/html` without a charset, at the path that their own canonical address tells; what was not saved is 404.
"""

import json
import re
import threading
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, urlsplit

from selectolax.lexbor import LexborHTMLParser

_HOME = re.compile(r"(?:^|_)(?:home|index)(?:_\d{4})?$")


@dataclass(frozen=True)
class SavedPage:
    """One labelled page and where its site has it. path: with its query, as a request names it."""

    label: dict[str, Any]
    body: bytes
    path: str

    @property
    def file(self) -> str:
        return str(self.label["file"])

    @property
    def kind(self) -> str:
        return str(self.label["kind"])

    @cached_property
    def noindex(self) -> bool:
        """Whether the page itself asks not to be taken up."""
        metas = _tree(self.body).css('meta[name="robots" i]')
        return any("noindex" in (meta.attributes.get("content") or "").lower() for meta in metas)


@dataclass(frozen=True)
class Asked:
    """One request as the server saw it."""

    host: str
    path: str
    status: int


@dataclass
class SavedSite:
    """The pages of one site. Without a saved home page, a plain one links to all that was saved."""

    slug: str
    pages: dict[str, SavedPage] = field(default_factory=dict)

    def add(self, label: dict[str, Any], body: bytes, source: str) -> None:
        """Take in a page at the first of its possible paths that is free."""
        path = next(path for path in _paths(label, body, source) if path not in self.pages)
        self.pages[path] = SavedPage(label, body, path)

    def answer(self, target: str, root: str) -> tuple[str, bytes] | None:
        """Content type and body for a request's target; None for what was not saved."""
        if target in self.pages:
            return "text/html", self.pages[target].body
        if target == "/robots.txt":
            return "text/plain", f"User-agent: *\nAllow: /\nSitemap: {root}/sitemap.xml\n".encode()
        if target == "/sitemap.xml":
            places = "".join(f"<url><loc>{root}{_escaped(path)}</loc></url>" for path in self.pages)
            return "application/xml", f"<urlset>{places}</urlset>".encode()
        return ("text/html", self._plain_home()) if target == "/" else None

    def _plain_home(self) -> bytes:
        links = "".join(f'<li><a href="{_escaped(path)}">{_escaped(path)}</a></li>' for path in self.pages)
        title = f"<title>{self.slug}</title><h1>{self.slug}</h1>"
        return f"<!doctype html><html><head>{title}</head><body><ul>{links}</ul></body></html>".encode()


class SavedSites:
    """Every site of a folder of labelled pages, on one free port of 127.0.0.1. log: what was asked."""

    def __init__(self, folder: Path) -> None:
        self.sites = _sites(folder)
        self.log: list[Asked] = []

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def urls(self) -> list[str]:
        """The sites' home pages."""
        return [f"{self.root(slug)}/" for slug in self.sites]

    @property
    def pages(self) -> dict[str, SavedPage]:
        """Every saved page by its full address."""
        return {
            self.root(slug) + page.path: page
            for slug, site in self.sites.items()
            for page in site.pages.values()
        }

    def root(self, slug: str) -> str:
        """The origin of a site."""
        return f"http://{slug}.localhost:{self.port}"

    def answer(self, host: str, target: str) -> tuple[int, str, bytes]:
        """Status, content type and body; every request is noted."""
        slug = host.partition(".localhost")[0]
        site = self.sites.get(slug)
        found = site.answer(target, self.root(slug)) if site else None
        self.log.append(Asked(slug if site else host, target, 200 if found else 404))
        return (200, *found) if found else (404, "text/html", b"<title>404</title><h1>Page introuvable</h1>")


def _handler(web: SavedSites) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, kind, body = web.answer(self.headers.get("Host", ""), self.path)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """The log is `web.log`."""

    return Handler


def _sites(folder: Path) -> dict[str, SavedSite]:
    rows = (json.loads(line) for line in (folder / "manifest.jsonl").read_text("utf-8").splitlines())
    sources = {row["file"]: row["source"] for row in rows}
    by_site: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in (folder / "labels.jsonl").read_text("utf-8").splitlines():
        label = json.loads(line)
        by_site[_slug(label["site"])].append(label)
    sites = {slug: SavedSite(slug) for slug in by_site}
    for slug, labels in by_site.items():
        for label in labels:
            sites[slug].add(label, (folder / label["file"]).read_bytes(), sources[label["file"]])
    return sites


def _slug(site: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", site.lower()).strip("-")[:60]


def _paths(label: dict[str, Any], body: bytes, source: str) -> Iterator[str]:
    """Where the page may have lived, the likeliest first; the last is always free."""
    stem = Path(label["file"]).stem
    if label["kind"] == "other" and _HOME.search(stem):
        yield "/"
    for address in _told(body):
        parts = urlsplit(address)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        if parts.scheme in ("http", "https") and path not in ("", "/"):
            yield path
    if not label["real"]:
        yield f"/{source.rpartition(':')[2].rpartition('/')[2]}"
    yield f"/pages/{stem}.html"


def _told(body: bytes) -> Iterator[str]:
    """The page's own address, as its head tells it."""
    tree = _tree(body)
    for selector, name in (("link[rel=canonical]", "href"), ('meta[property="og:url"]', "content")):
        if (node := tree.css_first(selector)) is not None:
            yield (node.attributes.get(name) or "").strip()


def _tree(body: bytes) -> LexborHTMLParser:
    return LexborHTMLParser(body.decode("utf-8", "replace"))


def _escaped(path: str) -> str:
    return escape(quote(path, safe="/?%=&+;:@,!$'()*~"))
