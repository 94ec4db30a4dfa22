"""Addresses: the one to fetch, the key that identifies a page, and whether two belong to one site.

    >>> tidy("HTTP://WWW.Agence.example:80/bien/12/?utm_source=x&b=2&a=1#photos")
    'http://www.agence.example/bien/12/?b=2&a=1'
    >>> key("HTTP://WWW.Agence.example:80/bien/12/?utm_source=x&b=2&a=1#photos")
    'agence.example/bien/12?a=1&b=2'

Knows no network and no robots.txt; `frontier` stores both forms. Nine addresses of ten are tidy as they
stand: one regular expression tells so and saves taking them apart (`tests/benchmarks/test_addresses.py`).
"""

import re
from typing import Final
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

MAX_LENGTH: Final = 2_000
_PORTS: Final = {"http": 80, "https": 443}
#: Parameters that tell where a visitor came from, or who they are; never which page they see.
_NOISE: Final = re.compile(
    r"(?i)&(?:(?:utm_\w+|mtm_\w+|pk_\w+|[gwf]?braid|gclid|gclsrc|gad_source|gad_campaignid|dclid|fbclid|msclkid|"
    r"yclid|twclid|ttclid|li_fat_id|srsltid|igshid|mc_cid|mc_eid|_ga|_gl|_hsenc|_hsmi|hsctatracking|xtor|"
    r"at_medium|at_campaign|at_custom\d+|cmpid|"
    r"phpsessid|jsessionid|sessionid|session_id|aspsessionid\w*|cfid|cftoken|oscsid|zenid|_token|csrf_?token)"
    # Short names are an identifier of the visit only when their value is as long and random as one.
    r"(?:=[^&]*)?|(?:s|sid|sess|session)=(?=[a-z,-]*\d)[0-9a-z,-]{22,})(?=&|$)"
)
_PATH_SESSION: Final = re.compile(r"(?i);(?:jsessionid|phpsessid|sid)=[^/?#;]*|/\(S\([a-z0-9]{20,}\)\)")
#: What names a folder's own page, once slashes are single: its index file, its last slash.
_INDEX: Final = re.compile(r"(?i)(?:/(?:(?:index|default|home)\.(?:html?|php\d?|aspx?|jsp|cfm))?)+$")
_SLASHES: Final = re.compile("//+")
#: Endings of files that are never a page of listings.
_FILES: Final = re.compile(
    r"(?i)(?:jpe?g|png|gif|webp|avif|svg|ico|bmp|tiff?|pdf|docx?|xlsx?|pptx?|odt|zip|rar|gz|tgz|7z|mp[34]|"
    r"m4[av]|avi|mov|webm|ogg|wav|css|js|mjs|map|woff2?|ttf|eot|otf|ics|vcf|rss|atom|xml|txt|exe|dmg|apk)"
)
_SAFE: Final = "%/:@!$&'()*,;=~+?[]"
_ESCAPE: Final = re.compile("%([0-9a-fA-F]{2})?")
_UNRESERVED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
#: Escapes that say the same as the character in a query, where writers disagree: `a%5B%5D=1`, `a[]=1`.
_SAID_PLAINLY: Final = re.compile("%(?:20|2[CF]|3A|40|5[BD])")
#: An address that `tidy` would not touch, noise apart: host, path and query are its groups. No escape but of
#: a space or an accent, no dot segment, double slash, matrix parameter, fragment, no default port.
_NEAT: Final = re.compile(
    r"https?://([a-z0-9](?:[a-z0-9.-]*[a-z0-9-])?(?::(?!443/)[1-9][0-9]{2,4})?)"
    r"((?:/(?![/.])[A-Za-z0-9_~!$*,@:+=.-]*(?:%(?:20|[89A-F][0-9A-F])[A-Za-z0-9_~!$*,@:+=.-]*)*)+)"
    r"(?:\?([A-Za-z0-9_~!$*,@:+=./-]+(?:&[A-Za-z0-9_~!$*,@:+=./-]+)*))?"
)
#: Scheme and host of an address without user information or any oddity.
_PLAIN_HOST: Final = re.compile(r"https?://([a-z0-9.-]*[a-z0-9-])(?::[0-9]{1,5})?(?:/|$)")


def tidy(url: str) -> str:
    """The address to fetch and to show: no fragment, tracker, session, default port or capital in the host.

    A `#!` fragment is kept: it names a page that a script shows. An address that cannot be read comes back
    as it is; the guard refuses it.
    """
    return url if _neat(url) else _tidied(url)


def _neat(url: str) -> re.Match[str] | None:
    """The match of an address that is tidy as it stands."""
    neat = _NEAT.fullmatch(url)
    return neat if neat and not (neat[3] and _NOISE.search(f"&{neat[3]}")) else None


def _tidied(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        netloc = _netloc(parts)
        # Half a surrogate pair, as cut JSON has it, is no text that could be escaped.
        path = _undotted(_escape(_PATH_SESSION.sub("", parts.path))) or "/"
        query = _escape(_NOISE.sub("", f"&{parts.query}"))
        fragment = _escape(parts.fragment) if len(parts.fragment) > 1 and parts.fragment[0] == "!" else ""
    except ValueError:
        return url
    query = "&".join(part for part in query.split("&") if part)
    return urlunsplit((parts.scheme.lower(), netloc, path, query, fragment))


def key(url: str) -> str:
    """What identifies a page: `tidy`, without scheme, `www.`, index file or last slash, its query sorted,
    without empty values and repetitions.
    """
    neat = _neat(url) or _neat(url := _tidied(url))
    if neat:
        netloc, path, query, fragment = neat[1], neat[2], neat[3] or "", ""
    else:
        try:
            parts = urlsplit(url)
        except ValueError:
            return url
        netloc, path, query, fragment = (
            parts.netloc,
            _SLASHES.sub("/", parts.path),
            parts.query,
            parts.fragment,
        )
    netloc = netloc.removeprefix("www.")
    path = _INDEX.sub("", path) or "/"
    query = _sorted(query) if query else ""
    return f"{netloc}{path}{'?' if query else ''}{query}{'#' if fragment else ''}{fragment}"


def host(url: str) -> str:
    """The host of an address, lower case, without port or last dot; empty when there is none."""
    if plain := _PLAIN_HOST.match(url):
        return plain[1]
    try:
        return _ascii(urlsplit(url).hostname or "")
    except ValueError:
        return ""


def port_of(url: str) -> int:
    """The port of an http or https address that can be read."""
    parts = urlsplit(url)
    return parts.port or _PORTS[parts.scheme.lower()]


def site_host(url: str) -> str:
    """The host that a site's politeness is counted on: apex and `www.` are one."""
    return host(url).removeprefix("www.")


def same_site(a: str, b: str) -> bool:
    """Whether two addresses are of one site: equal hosts, apex and `www.` being equal."""
    return site_host(a) == site_host(b) != ""


def origin(url: str) -> str:
    """Scheme, host and port: what one robots.txt governs."""
    parts = urlsplit(tidy(url))
    return f"{parts.scheme}://{parts.netloc}"


def is_home(url: str) -> bool:
    """Whether an address is its site's root, under any of its spellings."""
    return key(url) == f"{urlsplit(tidy(url)).netloc.removeprefix('www.')}/"


def absolute(base: str, link: str) -> str | None:
    """`link` as it stands in the page at `base`, made absolute and tidy; None when it is no web page."""
    link = link.strip()
    if neat := _neat(_joined(base, link)):
        return None if _is_file(neat[2]) or len(neat[0]) > MAX_LENGTH else neat[0]
    try:
        # Browsers read a backslash as a slash, up to the query.
        place, mark, rest = link.partition("?")
        joined = urljoin(base, place.replace("\\", "/") + mark + rest)
        joined.encode()
        parts = urlsplit(joined)
    except ValueError:
        return None
    if parts.scheme.lower() not in _PORTS or not parts.hostname or len(joined) > MAX_LENGTH:
        return None
    return None if _is_file(parts.path) else tidy(joined)


def _joined(base: str, link: str) -> str:
    """A link that needs but its page's scheme, host and folder, with them; of any other what is not neat."""
    link, _, fragment = link.partition("#")
    root = base.find("/", 8)
    if fragment[:1] == "!" or root < 0:
        return ""
    if link[:1] == "/":
        return base[:root] + link
    if ":" in link:
        return link
    page = base.partition("#")[0]
    if link:
        page = page.partition("?")[0]
        page = page if link[0] == "?" else page[: page.rfind("/") + 1]
    return page + link


def _is_file(path: str) -> bool:
    return _FILES.fullmatch(path.rpartition(".")[2]) is not None


def other_entrances(url: str) -> tuple[str, ...]:
    """Where else a site may answer when its address does not: with or without `www.`, then plain http."""
    parts = urlsplit(url)
    name = parts.netloc
    turned = name.removeprefix("www.") if name.startswith("www.") else f"www.{name}"
    schemes = ("https", "http") if parts.scheme == "https" else ("http",)
    doors = [
        urlunsplit((scheme, netloc, parts.path, "", "")) for scheme in schemes for netloc in (name, turned)
    ]
    return tuple(door for door in doors if door != url)


def _netloc(parts: SplitResult) -> str:
    name = _ascii(parts.hostname or "")
    name = f"[{name}]" if ":" in name else name
    port = parts.port
    return name if port is None or port == _PORTS.get(parts.scheme.lower()) else f"{name}:{port}"


def _ascii(name: str) -> str:
    name = name.lower().rstrip(".")
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        return name


def _sorted(query: str) -> str:
    """A query as part of a key: its parts' order, repetitions and empty values say nothing."""
    if "%" in query:
        query = _SAID_PLAINLY.sub(
            lambda match: "+" if match[0] == "%20" else chr(int(match[0][1:], 16)), query
        )
    if "&" in query:
        query = "&".join(sorted({part for part in query.split("&") if part[-1:] != "="} - {""}))
    return "" if query.endswith("=") and query.find("=") == len(query) - 1 and "&" not in query else query


def _undotted(path: str) -> str:
    """A path without `.` and `..` (RFC 3986, 5.2.4), which may have hidden behind escapes."""
    if "/." not in path or path[0] != "/":
        return path
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == ".." and kept:
            kept.pop()
        elif segment not in (".", ".."):
            kept.append(segment)
    return "/".join(("", *kept, "") if segments[-1] in (".", "..") else ("", *kept))


def _escape(text: str) -> str:
    """One spelling of percent-escapes: unreserved characters plain, the rest escaped in capitals."""
    return quote(_ESCAPE.sub(_one_spelling, text) if "%" in text else text, safe=_SAFE)


def _one_spelling(match: re.Match[str]) -> str:
    if match[1] is None:
        return "%25"
    plain = chr(int(match[1], 16))
    return plain if plain in _UNRESERVED else match[0].upper()
