"""Where a map's marker stands, and how near that is meant; never at the agency's office.

Attributes (`data-lat`), map services' addresses and a script's one marker; JSON has its own readers. How
near a pair is meant goes into its evidence: `45.76013 (exact)`, `(street)`, `(area)`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from extract import graph
from extract.candidates import Candidate, candidate
from extract.document import Document
from extract.fields import coordinates
from extract.fields.coordinates import Coordinates
from extract.tree import Element
from extract.zones import Zone
from models.listing import Evidence
from models.places import Places

SOURCE = "map"
MAX_SCRIPT = 60_000
#: A page with more is a list's map.
MAX_MARKERS = 200
_PAIRS: Final = (
    ("data-lat", "data-lng"), ("data-lat", "data-lon"), ("data-lat", "data-long"),
    ("data-latitude", "data-longitude"), ("data-map-lat", "data-map-lng"), ("lat", "lng"),
)  # fmt: skip
_ADDRESSES: Final = ("src", "data-src", "href")
_SERVICE = re.compile(
    r"^(?:https?:)?//[^/]*(?:google\.[a-z.]+/maps|maps\.|openstreetmap|mapbox|bing\.com/maps)"
)
_MARKER = ("Marker", "marker", "LatLng", "setView", "L.circle")
#: Two numbers with decimals side by side: without them no pair is sought.
_NUMBERS = re.compile(r"\d\.\d{3,20}\D{1,24}\d{1,3}\.\d{3}")
_OFFICE = frozenset({Zone.CHROME, Zone.AGENCY})
_OTHERS = frozenset({Zone.SIMILAR, Zone.CRUMBS})
_CIRCLE = re.compile(r"L\.circle\(|maps\.Circle\(|[\"']?radius[\"']?\s*[:=]\s*[\"']?[1-9]\d{2,}")
_VAGUE = re.compile(
    r"(?:position|localisation|emplacement|situation|adresse|zone)[^.\n]{0,20}"
    r"(?:approximati|non contractuel|pas exact|à titre indicatif)",
    re.I,
)


def read(document: Document, _places: Places) -> Iterator[Candidate]:
    """The one place that the page's own maps mark; several places are a list's."""
    for found, trust in ((_elements(document, offices=False), 0.6), (_scripts(document), 0.5)):
        told = {(round(pair.latitude, 4), round(pair.longitude, 4)): (pair, raw) for pair, raw in found}
        if len(told) == 1:
            ((pair, raw),) = told.values()
            latitude, _, longitude = raw.partition(" ")
            yield candidate("latitude", round(pair.latitude, 6), latitude, SOURCE, trust)
            yield candidate("longitude", round(pair.longitude, 6), longitude, SOURCE, trust)
            return


def offices(document: Document) -> frozenset[float]:
    """Degrees, to four decimals, of the agency's places: of maps in the page's frame and of its own graph."""
    if "offices" not in document.memory:
        pairs = [pair for pair, _ in _elements(document, offices=True)]
        for data in graph.blocks(document):
            for node, _ in graph.nodes(data):
                geo = node.get("geo") if graph.types(node) & graph.OTHERS else None
                if isinstance(geo, dict):
                    pair = coordinates.parse_pair(str(geo.get("latitude")), str(geo.get("longitude")))
                    pairs += [pair] if pair else []
        document.memory["offices"] = frozenset(
            round(degrees, 4) for pair in pairs for degrees in (pair.latitude, pair.longitude)
        )
    found: frozenset[float] = document.memory["offices"]
    return found


def with_precision(document: Document, evidence: Mapping[str, Evidence]) -> dict[str, Evidence]:
    """The evidence with how near the place is meant: what the page says of it, else the decimals told."""
    told = dict(evidence)
    if not {"latitude", "longitude"} <= told.keys():
        return told
    near = coordinates.precision(told["latitude"].raw, told["longitude"].raw)
    if near != "area" and _is_vague(document):
        near = "area"
    for name in ("latitude", "longitude"):
        told[name] = replace(told[name], raw=f"{told[name].raw} ({near})")
    return told


def _is_vague(document: Document) -> bool:
    """Whether the page calls its place approximate, or draws a circle of a hundred metres or more."""
    if _VAGUE.search(document.main_text):
        return True
    scripts = (text[:MAX_SCRIPT] for kind, _, text in document.scripts if "json" not in kind)
    return any(("ircle(" in text or "radius" in text) and _CIRCLE.search(text) for text in scripts)


def _elements(document: Document, *, offices: bool) -> Iterator[tuple[Coordinates, str]]:
    """Pairs in attributes and map services' addresses, of the agency's boxes or of the page's own part."""
    for latitude, longitude in _PAIRS:
        for element in document.bearing(latitude)[:MAX_MARKERS]:
            pair = coordinates.parse_pair(element.get(latitude), element.get(longitude))
            if pair is not None and _stands(document, element, offices=offices):
                yield pair, f"{element.get(latitude)} {element.get(longitude)}"
    for element in document.all("iframe", "img", "a"):
        for address in (element.get(name) for name in _ADDRESSES):
            if _SERVICE.match(address) and _stands(document, element, offices=offices):
                for match in coordinates.find(address[:600])[:1]:
                    yield match.value, f"{match.value.latitude} {match.value.longitude}"


def _stands(document: Document, element: Element, *, offices: bool) -> bool:
    zone = document.zones[element.index]
    if offices:
        return zone in _OFFICE
    return zone not in _OFFICE | _OTHERS and element.index not in document.cards.covered


def _scripts(document: Document) -> Iterator[tuple[Coordinates, str]]:
    for kind, _, text in document.scripts:
        head = text[:MAX_SCRIPT]
        if "json" not in kind and any(mark in head for mark in _MARKER) and _NUMBERS.search(head):
            for match in coordinates.find(head)[:20]:
                yield match.value, f"{match.value.latitude} {match.value.longitude}"
