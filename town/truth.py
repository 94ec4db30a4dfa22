"""The town's truth as JSON lines, for tests, gates and benches alone: no room of Pignon reads it.

One line per advert, live or withdrawn, with every Listing field as displayed and what only the town
knows: `kind` "advert" with `dwelling`, `live`, `withdrawal`; then, where asked, `kind` "event".
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from town.family import Family
from town.model import Advert, Site
from town.registry import family_named
from town.world import TownEvent, World


def write_truth(
    world: World, day: int, url: Callable[[str], str], path: Path, since: int | None = None
) -> None:
    """Write the truth of `day`; with `since`, also the events between that day and this one."""
    lines = truth_lines(world, day, url)
    if since is not None:
        lines += event_lines(world, since, day, url)
    text = "".join(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n" for line in lines)
    path.write_text(text, encoding="utf-8")


def truth_lines(world: World, day: int, url: Callable[[str], str]) -> list[dict[str, Any]]:
    """One record per advert known on that day; `url` gives an agency's origin from its slug."""
    lines: list[dict[str, Any]] = []
    for agency in world.agencies:
        site = world.site(agency.slug, day, url(agency.slug))
        family = family_named(agency.family)
        lines += [advert_truth(family, site, advert) for advert in (*site.adverts, *site.withdrawn)]
    return lines


def event_lines(world: World, since: int, day: int, url: Callable[[str], str]) -> list[dict[str, Any]]:
    """One record per event between two visits."""
    return [_event(event, url(event.agency)) for event in world.events(since, day)]


def advert_truth(family: Family, site: Site, advert: Advert) -> dict[str, Any]:
    """What one advert displays, in the names of `models.listing.Listing`, and whose it is."""
    home = advert.dwelling
    return {
        "kind": "advert",
        #: Fields that this family does not display: a reader is right to leave them null.
        "hidden": sorted(family.hidden),
        "url": site.base_url + family.detail_path(site, advert),
        "agency": advert.agency,
        "family": family.name,
        "advert": advert.id,
        "dwelling": home.id,
        "live": advert.withdrawn is None,
        "withdrawal": advert.withdrawn,
        "in_sitemap": advert.id not in site.sitemap_missing
        if advert.withdrawn is None
        else advert.id in site.sitemap_dead,
        "title": advert.title,
        "description": advert.description,
        "price": advert.price,
        "currency": "EUR",
        "charges_included": advert.charges_included,
        "surface": advert.surface,
        "land_surface": home.land_surface,
        "rooms": home.rooms,
        "bedrooms": home.bedrooms,
        "bathrooms": home.bathrooms,
        "floor": home.floor,
        "address": home.address or None,
        "postal_code": home.place.postal_code,
        "city": home.place.city,
        "insee_code": home.place.insee_code,
        "property_type": home.property_type,
        "transaction": home.transaction,
        "photos": [site.base_url + photo for photo in advert.photos],
        "features": dict(home.features),
        "dpe": home.dpe,
        "dpe_value": home.dpe_value,
        "ges": home.ges,
        "ges_value": home.ges_value,
        "charges": home.charges,
        "fees": advert.fees,
        "fees_payer": advert.fees_payer,
        "deposit": advert.deposit,
        "furnished": home.furnished,
        "construction_year": home.construction_year,
        "reference": advert.reference,
        "exclusive": advert.exclusive,
        "availability": advert.availability,
        "latitude": home.latitude,
        "longitude": home.longitude,
    }


def _event(event: TownEvent, base_url: str) -> dict[str, Any]:
    moved = event.kind == "republished"
    return {
        "kind": "event",
        "event": event.kind,
        "url": base_url + event.path,
        "agency": event.agency,
        "advert": event.advert,
        "dwelling": event.dwelling,
        "old": f"{base_url}{event.old}" if moved else event.old,
        "new": f"{base_url}{event.new}" if moved else event.new,
    }
