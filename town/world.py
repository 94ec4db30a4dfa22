"""The whole town from a seed: its agencies, and every site on any day of its clock.

    >>> world = build_world(seed=0)
    >>> world.site("agence-du-port", day=3, base_url="http://agence-du-port.localhost:8123")

Nothing here is served or printed: `families/` turn a site into pages, `server.py` answers for them.
"""

from collections import OrderedDict, defaultdict
from dataclasses import dataclass, replace
from enum import StrEnum

from town.adverts import Listed, Lot, State, print_advert
from town.agencies import area_of, cluster_of, make_agencies
from town.areas import AREAS, Area
from town.articles import articles_of
from town.chance import chance
from town.clock import LAST_DAY, Life
from town.market import lives_of_cluster
from town.model import Advert, Agency, Article, Site
from town.registry import families, family_named

_ADVERTS_KEPT = 6000
_MISSING_FROM_SITEMAP = 0.08
_DEAD_IN_SITEMAP = 0.35
_CRAWL_DELAY = 0.2


class EventKind(StrEnum):
    """What two looks at a listing tell of the time between."""

    CREATED = "created"
    PRICE = "price"
    SURFACE = "surface"
    TEXT = "text"
    PHOTOS = "photos"
    WITHDRAWN = "withdrawn"
    REPUBLISHED = "republished"


@dataclass(frozen=True, slots=True)
class TownEvent:
    """A change seen at one advert's address. Republished: `old` is the path it had, `new` its own."""

    kind: EventKind
    agency: str
    advert: int
    dwelling: int
    path: str
    old: str | None = None
    new: str | None = None


class World:
    """Every agency and advert, on every day from 0 to `LAST_DAY`. Make it with `build_world`."""

    def __init__(self, seed: int, agencies: tuple[Agency, ...], lives: dict[int, Life]) -> None:
        self.seed = seed
        self.agencies = agencies
        self._by_slug = {agency.slug: agency for agency in agencies}
        self._lives = lives
        self._ids: dict[str, list[int]] = defaultdict(list)
        self._lots: dict[int, Lot] = {}
        for number, life in lives.items():
            self._ids[life.agency.slug].append(number)
            self._lots[life.lot.dwelling.id] = life.lot
        self._articles: dict[str, tuple[Article, ...]] = {a.slug: articles_of(seed, a) for a in agencies}
        self._printed: OrderedDict[tuple[int, State], Advert] = OrderedDict()

    def agency(self, slug: str) -> Agency:
        """KeyError when the town has no such agency."""
        return self._by_slug[slug]

    def __contains__(self, slug: object) -> bool:
        return slug in self._by_slug

    def lot(self, dwelling: int) -> Lot:
        """The dwelling of that id with what the town alone knows of it; KeyError when there is none."""
        return self._lots[dwelling]

    def site(self, slug: str, day: int, base_url: str) -> Site:
        """One agency's site on that day. KeyError: no such agency. ValueError: beyond the clock."""
        agency = self.agency(slug)
        live = self._adverts(slug, day, live=True)
        withdrawn = self._adverts(slug, day, live=False)
        slow = chance(self.seed, "delay", slug).random() < 0.2
        return Site(
            agency=agency,
            base_url=base_url,
            day=day,
            adverts=live,
            withdrawn=withdrawn,
            articles=self._articles[slug],
            sitemap_missing=frozenset(a.id for a in live if self._draw("missing", a) < _MISSING_FROM_SITEMAP),
            sitemap_dead=frozenset(a.id for a in withdrawn if self._draw("dead", a) < _DEAD_IN_SITEMAP),
            crawl_delay=_CRAWL_DELAY if slow else None,
        )

    def adverts(self, day: int) -> list[Advert]:
        """Every live advert of the town on that day."""
        return [advert for agency in self.agencies for advert in self._adverts(agency.slug, day, live=True)]

    def events(self, from_day: int, to_day: int) -> list[TownEvent]:
        """What differs between two visits, on `from_day` and on `to_day`, of every address.

        An advert that came and went in between was never there; two price drops are one.
        """
        found: list[TownEvent] = []
        for agency in self.agencies:
            before = self.site(agency.slug, from_day, "")
            after = self.site(agency.slug, to_day, "")
            found += self._events_of(before, after)
        return found

    def _events_of(self, before: Site, after: Site) -> list[TownEvent]:
        family = family_named(after.agency.family)
        old = {advert.id: advert for advert in before.adverts}
        known = {*old, *(advert.id for advert in before.withdrawn)}
        # Oldest first, so that the latest address of a dwelling stands.
        gone = {advert.dwelling.id: advert for advert in reversed(after.withdrawn)}
        found: list[TownEvent] = []
        for advert in (*after.adverts, *after.withdrawn):
            path = family.detail_path(after, advert)
            if advert.withdrawn and advert.id in old:
                found.append(_event(EventKind.WITHDRAWN, advert, path))
            elif not advert.withdrawn and advert.id in old:
                found += _changes(old[advert.id], advert, path)
            elif not advert.withdrawn and advert.id not in known:
                found.append(_event(EventKind.CREATED, advert, path))
                former = gone.get(advert.dwelling.id)
                if former:
                    past = family.detail_path(after, former)
                    found.append(_event(EventKind.REPUBLISHED, advert, path, past, path))
        return found

    def _adverts(self, slug: str, day: int, live: bool) -> tuple[Advert, ...]:
        """Newest first."""
        if not 0 <= day <= LAST_DAY:
            raise ValueError(f"the town's clock runs from day 0 to day {LAST_DAY}, not to {day}")
        lives = [(n, self._lives[n]) for n in self._ids[slug]]
        chosen = [(n, life) for n, life in lives if life.known(day) and life.live(day) is live]
        chosen.sort(key=lambda pair: (-pair[1].born, -pair[0]))
        return tuple(self._advert(number, life, day) for number, life in chosen)

    def _advert(self, number: int, life: Life, day: int) -> Advert:
        state = life.state(day)
        advert = self._printed.get((number, state))
        if advert is None:
            listed = Listed(
                number, life.agency, life.lot, life.born, life.path_suffix, surface_edited=life.surface_edited
            )
            advert = self._printed[number, state] = print_advert(self.seed, listed, state)
            if len(self._printed) > _ADVERTS_KEPT:
                self._printed.popitem(last=False)
        return advert if life.live(day) else replace(advert, withdrawn=life.withdrawal)

    def _draw(self, what: str, advert: Advert) -> float:
        return chance(self.seed, what, advert.id).random()


def build_world(seed: int = 0, agencies: int = 36, areas: tuple[Area, ...] = AREAS) -> World:
    """The town of that seed, in those areas: the same arguments give the same town, to the letter."""
    people = make_agencies(seed, agencies, families(), areas)
    clusters: dict[int, list[Agency]] = defaultdict(list)
    for number, agency in enumerate(people):
        clusters[cluster_of(number, agencies)].append(agency)
    lives = [
        life
        for cluster, members in sorted(clusters.items())
        for life in lives_of_cluster(seed, cluster, area_of(cluster, areas), tuple(members))
    ]
    lives.sort(key=lambda life: (life.born, life.lot.dwelling.id, life.agency.slug, life.edition))
    return World(seed, people, {1001 + at: life for at, life in enumerate(lives)})


def _event(
    kind: EventKind, advert: Advert, path: str, old: str | None = None, new: str | None = None
) -> TownEvent:
    return TownEvent(kind, advert.agency, advert.id, advert.dwelling.id, path, old, new)


def _changes(old: Advert, new: Advert, path: str) -> list[TownEvent]:
    pairs = {
        EventKind.PRICE: (str(old.price), str(new.price)),
        EventKind.SURFACE: (str(old.surface), str(new.surface)),
        EventKind.TEXT: (old.description, new.description),
        EventKind.PHOTOS: (" ".join(old.photos), " ".join(new.photos)),
    }
    return [_event(kind, new, path, was, now) for kind, (was, now) in pairs.items() if was != now]
