"""Addresses: the one to fetch, the key that identifies a page, and whether two belong to one site.

    >>> tidy("HTTP://WWW.Agence.example:80/bien/12/?utm_source=x&b=2&a=1#photos")
    'http://www.agence.example/bien/12/?b=2&a=1'
    >>> key("HTTP://WWW.Agence.example:80/bien/12/?utm_source=x&b=2&a=1#photos")
    'agence.example/bien/12?a=1&b=2'

Knows no network and no robots.txt; `frontier` stores both forms.
"""

import re
from typing import Final
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit, urlunsplit

MAX_LENGTH: Final = 2_000
_PORTS: Final = {"http": 80, "https": 443}
_TRACKERS: Final = re.compile(
    r"(?i)^(utm_\w+|mtm_\w+|pk_\w+|[gwf]?braid|gclid|gclsrc|dclid|fbclid|msclkid|yclid|twclid|ttclid|igshid|"
    r"mc_cid|mc_eid|_ga|_gl|_hsenc|_hsmi|hsctatracking|xtor|at_medium|at_campaign|cmpid)$"
)
_SESSIONS: Final = re.compile(
    r"(?i)^(phpsessid|jsessionid|sessionid|session_id|aspsessionid\w*|cfid|cftoken|oscsid|zenid)$"
)
_PATH_SESSION: Final = re.compile(r"(?i);jsessionid=[^/?#;]*|/\(S\([a-z0-9]{20,}\)\)")
_INDEX: Final = re.compile(r"(?i)/(?:index|default|home)\.(?:html?|php\d?|aspx?|jsp|cfm)$")
#: Files that are never a page of listings.
_FILES: Final = re.compile(
    r"(?i)\.(?:jpe?g|png|gif|webp|avif|svg|ico|bmp|tiff?|pdf|docx?|xlsx?|pptx?|odt|zip|rar|gz|tgz|7z|mp[34]|"
    r"m4[av]|avi|mov|webm|ogg|wav|css|js|mjs|map|woff2?|ttf|eot|otf|ics|vcf|rss|atom|xml|txt|exe|dmg|apk)$"
)
_UNRESERVED: Final = re.compile(r"%(2D|2E|5F|7E|3\d|[46][1-9A-F]|[57][0-9A])", re.IGNORECASE)


def tidy(url: str) -> str:
    """The address to fetch and to show: no fragment, tracker, session, default port or capital in the host.

    An address that cannot be read comes back as it is; the guard refuses it.
    """
    try:
        parts = urlsplit(url.strip())
        netloc = _netloc(parts)
        # Half a surrogate pair, as cut JSON has it, is no text that could be escaped.
        path = _escape(_PATH_SESSION.sub("", parts.path)) or "/"
        query = "&".join(_kept(parts.query))
    except ValueError:
        return url
    return urlunsplit((parts.scheme.lower(), netloc, path, query, ""))


def key(url: str) -> str:
    """What identifies a page: `tidy`, without scheme, `www.`, index file or last slash, query sorted."""
    try:
        parts = urlsplit(tidy(url))
    except ValueError:
        return url
    netloc = parts.netloc.removeprefix("www.")
    path = _INDEX.sub("/", parts.path)
    path = path.rstrip("/") or "/"
    query = "&".join(sorted(part for part in parts.query.split("&") if part))
    return f"{netloc}{path}?{query}" if query else f"{netloc}{path}"


def host(url: str) -> str:
    """The host of an address, lower case, without port or last dot; empty when there is none."""
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
    try:
        joined = urljoin(base, link.strip())
        joined.encode()
        parts = urlsplit(joined)
    except ValueError:
        return None
    if parts.scheme.lower() not in _PORTS or not parts.hostname or len(joined) > MAX_LENGTH:
        return None
    return None if _FILES.search(parts.path) else tidy(joined)


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


def _kept(query: str) -> list[str]:
    parts = (part for part in query.split("&") if part)
    return [_escape(part, safe="=+") for part in parts if not _dropped(part.partition("=")[0])]


def _dropped(name: str) -> bool:
    return bool(_TRACKERS.match(name) or _SESSIONS.match(name))


def _escape(text: str, safe: str = "") -> str:
    """One spelling of percent-escapes: unreserved characters plain, the rest escaped in capitals."""
    plain = _UNRESERVED.sub(lambda match: unquote(match[0]), text)
    plain = re.sub(r"%[0-9a-fA-F]{2}", lambda match: match[0].upper(), plain)
    return quote(plain, safe=f"%/:@!$&'()*,;=~+?[]{safe}")
