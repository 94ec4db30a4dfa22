"""One page read: from bytes of any agency page to its kind, Listing, links and evidence.

    >>> read_page(body, "https://agence.example/maison-123").listing.price
    245000

Pure: no network, database or clock; the same bytes give the same reading. `crawl` calls `read_page`.
"""

import gc
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import chain

from extract import (
    charset,
    decide,
    features,
    feed,
    identity,
    kind,
    leads,
    links,
    list_wrapper,
    platforms,
    shortcut,
)
from extract.candidates import Candidate
from extract.document import Document
from extract.glance import Glance
from extract.identity import AgencyIdentity
from extract.list_wrapper import ListWrapper
from extract.node_model import Model, shipped
from extract.readers import (
    analytics,
    classifier,
    communes,
    context,
    energy,
    energy_words,
    json_ld,
    maps,
    microdata,
    opengraph,
    pairs,
    photos,
    platform,
    prose,
    rdfa,
    state_json,
    texts,
)
from extract.readers import places as place_reader
from extract.storable import may_be_unstorable, storable
from extract.text import fold
from extract.tree import release
from extract.wishes import Wishes, of_metas
from extract.wrapper import Finder, Wrapper, recognises, told_by
from extract.zones import Zone
from models.listing import Evidence, Listing
from models.places import Places

#: Only legal notices, contact pages and footers tell who the agency is.
_IDENTITY = ("siren", "siret", "rcs", "r.c.s", "cpi", "carte professionnelle", "carte t", "mentions légales")
MAX_BYTES = 8 * 1024 * 1024
#: Characters that a text has by accident and pictures, archives and programs have everywhere.
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class PageReading:
    """What a page tells.

    kind: detail, index or other; reason: why there is no listing (challenge, gone, sold, shell, home,
    empty, not_html, …). links: detail links as they stand, page order; next: the next list page, as it
    stands; follow: absolute same-site addresses worth a visit, best first. identity: the agency's own;
    wishes: what its metas ask of robots.
    """

    kind: str
    reason: str | None = None
    platform: str | None = None
    listing: Listing | None = None
    links: tuple[str, ...] = ()
    next: str | None = None
    follow: tuple[str, ...] = ()
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    identity: AgencyIdentity | None = None
    canonical: str | None = None
    wishes: Wishes = field(default_factory=Wishes)
    #: Whether the site's wrapper alone read the page.
    by_wrapper: bool = False


@cache
def _sample() -> Places:
    return Places.sample()


def read_page(
    body: bytes,
    url: str,
    *,
    content_type: str | None = None,
    places: Places | None = None,
    wrapper: Wrapper | None = None,
    lists: ListWrapper | None = None,
    model: Model | None = shipped,
) -> PageReading:
    """Reads a page of any agency's site. Never raises, whatever the bytes; the first 8 MiB count.

    wrapper, lists: what was learnt of the site's details and lists, preferred where the page still agrees.
    model: the node classifier, by default the one that comes with Pignon; None reads without.
    """
    with _undisturbed():
        body, places = body[:MAX_BYTES], places or _sample()
        reading = _read(body, url, content_type, places, wrapper=wrapper, lists=lists, model=model)
        return storable(reading) if may_be_unstorable(body) else reading


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Without the cycle collector, which would walk a page's objects a dozen times while it is read
    (measured: 15 % of the time); a page unties its own."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _read(
    body: bytes,
    url: str,
    content_type: str | None,
    places: Places,
    *,
    wrapper: Wrapper | None,
    lists: ListWrapper | None,
    model: Model | None,
) -> PageReading:
    if not body.strip():
        return PageReading(kind.OTHER, "empty")
    text, _ = charset.decode(body, content_type)
    if feed.is_json(text, content_type):
        return _read_feed(text, url)
    if not _is_html(text, content_type):
        return PageReading(kind.OTHER, "not_html")
    if wrapper is None and lists is None:
        return _read_whole(Document(text, url), places, model)
    return _read_learnt(Glance(text, url), places, wrapper, lists, model)


def _read_learnt(
    glance: Glance, places: Places, wrapper: Wrapper | None, lists: ListWrapper | None, model: Model | None
) -> PageReading:
    """By what was learnt of the site's lists, then of its details, else the whole way."""
    listed = list_wrapper.take(lists, glance, wrapper) if lists is not None else None
    if lists is not None and listed is not None:
        return replace(_framed(kind.INDEX, glance, lists.platform), **listed._asdict())
    if wrapper is not None:
        return _read_by(wrapper, glance, places, model)
    return _read_whole(Document(glance.html, glance.url), places, model)


def _read_whole(
    document: Document,
    places: Places,
    model: Model | None,
    wrapper: Wrapper | None = None,
    finder: Finder | None = None,
) -> PageReading:
    reading = read_document(document, places, wrapper, finder, model)
    release(document.elements)
    return reading


def _read_by(wrapper: Wrapper, glance: Glance, places: Places, model: Model | None) -> PageReading:
    """The short way where the wrapper may be believed alone, else the whole way with what it tells."""
    finder = Finder(glance, wrapper.sections)
    short = shortcut.take(wrapper, finder, places)
    if short is None:
        return _read_whole(Document(glance.html, glance.url), places, model, wrapper, finder)
    return replace(
        _framed(kind.DETAIL, glance, wrapper.platform),
        listing=short.listing,
        links=short.links,
        follow=short.follow,
        evidence=short.evidence,
    )


def _framed(kind: str, glance: Glance, platform: str | None) -> PageReading:
    """A page that its site's wrapper alone reads, by its head."""
    return PageReading(
        kind,
        platform=platform,
        canonical=glance.canonical,
        wishes=of_metas(glance.named_metas),
        by_wrapper=True,
    )


def _is_html(text: str, content_type: str | None) -> bool:
    declared = (content_type or "").split(";")[0].strip().lower()
    if declared and not (
        "html" in declared
        or declared in {"text/plain", "application/octet-stream", "text/xml", "application/xml"}
    ):
        return False
    head = text[:2_000]
    return (
        "<" in text[:100_000]
        and len(_CONTROLS.findall(head)) * 50 <= len(head)
        and not head.lstrip().lower().startswith(("<urlset", "<rss", "<sitemapindex", "%pdf"))
    )


def _read_feed(text: str, url: str) -> PageReading:
    found, following = feed.read(text, url)
    return PageReading(
        kind.INDEX if found else kind.OTHER, None if found else "empty", links=found, next=following
    )


def read_document(
    document: Document,
    places: Places,
    wrapper: Wrapper | None = None,
    finder: Finder | None = None,
    model: Model | None = shipped,
) -> PageReading:
    """The reading of a parsed page; a wrapper's places are candidates among others."""
    verdict = kind.judge(document)
    framed = wrapper is not None and finder is not None and recognises(wrapper, finder, places)
    if framed and _may_be_detail(verdict):
        verdict = kind.Verdict(kind.DETAIL)
    reading = PageReading(
        verdict.kind,
        verdict.reason,
        platforms.recognise(document),
        canonical=document.canonical,
        wishes=of_metas(document.named_metas),
    )
    if verdict.reason == "challenge":
        return reading
    reading = replace(
        reading,
        links=links.detail_links(document, verdict.kind == kind.INDEX),
        next=links.next_page(document),
        follow=links.follow(document),
        identity=_identity(document, places),
    )
    if verdict.kind == kind.DETAIL:
        places = place_reader.directory(document, places)
        wrapped = told_by(wrapper, finder, places) if framed and wrapper and finder else ()
        listing, evidence = decide.decide(candidates(document, places, wrapped, model), places)
        if framed and wrapper:
            listing = leads.without(listing, wrapper.leads, places)
        evidence = maps.with_precision(document, evidence)
        told = features.merge((pairs.told_features(document), features.read(document.main_text)))
        return replace(
            reading, listing=replace(listing, features=told, photos=photos.read(document)), evidence=evidence
        )
    return reading


def _identity(document: Document, places: Places) -> AgencyIdentity | None:
    """The agency's own numbers and address, from pages that tell them."""
    text = "\n".join(line.text for line in document.lines if line.zone is not Zone.SIMILAR)
    lower = text.lower()
    if not any(word in lower for word in _IDENTITY):
        return None
    found = identity.read(text, places)
    return found if found != AgencyIdentity() else None


def _may_be_detail(verdict: kind.Verdict) -> bool:
    """Whether nothing but a lack of facts speaks against a listing."""
    return verdict.kind == kind.OTHER and verdict.reason in {None, "shell"}


def candidates(
    document: Document,
    places: Places,
    wrapped: Iterable[Candidate] = (),
    model: Model | None = shipped,
) -> Iterator[Candidate]:
    """What every reader and the wrapper found, in a fixed order; nothing of it is the agency's address or
    place.
    """
    agency, offices = prose.agency_addresses(document), maps.offices(document)
    for one in chain(*(reader(document, places) for reader in READERS), wrapped):
        if one.field == "address" and fold(one.value) in agency:
            continue
        if one.field in {"latitude", "longitude"} and round(one.value, 4) in offices:
            continue
        yield one
    if model is not None:
        yield from classifier.read(document, places, model() if callable(model) else model)


READERS = (
    json_ld.read,
    microdata.read,
    rdfa.read,
    opengraph.read,
    platform.read,
    pairs.read,
    state_json.read,
    maps.read,
    energy.read,
    energy_words.read,
    prose.read,
    place_reader.read,
    communes.read,
    context.read,
    analytics.read,
    texts.read,
)
