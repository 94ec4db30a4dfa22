"""From a dwelling to one agency's advert: what it shows, its price, reference, photos and words.

An agency has habits (voice, rounding, fees) that hold for all its adverts. `clock.py` decides when an
advert is in which state; this module only prints that state.
"""

from dataclasses import dataclass, replace
from functools import cache
from math import ceil
from random import Random

from models.listing import FeesPayer, PropertyType, Transaction
from town.chance import chance, weighted
from town.model import Advert, Agency, Dwelling, date_of
from town.titles import STYLES, WITHOUT_SURFACE, title
from town.words import Facts, Voice, describe


@dataclass(frozen=True, slots=True)
class Lot:
    """A dwelling with what the town alone knows of it.

    near: what its commune has to boast of. text_key: lots of one programme share it, and so their
    words. scene: what its photos are drawn from; the same for one flat offered for sale and for rent.
    facade: scene of the first photo, shared within a programme. exclusive: one agency's mandate alone.
    """

    dwelling: Dwelling
    near: tuple[str, ...]
    text_key: str
    scene: int
    facade: int
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """What may change in an advert's life: the owner's net price and three counts of edits."""

    net_price: int
    text: int = 0
    photos: int = 0
    surface: int = 0


@dataclass(frozen=True, slots=True)
class Habits:
    """How one agency works, whatever the dwelling."""

    voice: Voice
    title_style: str
    reference_style: str
    fee_rate: float
    fees_payer: FeesPayer
    rounds_surface: bool
    rounds_price: int
    charges_included: bool
    shows_address: float
    photo_key: str


@dataclass(frozen=True, slots=True)
class Listed:
    """One advert apart from its state: whose, of what, since when, under which address."""

    id: int
    agency: Agency
    lot: Lot
    first_day: int
    path_suffix: str
    #: Its surface is corrected one day: its title then must not tell it.
    surface_edited: bool


@cache
def habits_of(seed: int, agency: Agency) -> Habits:
    """The habits of that agency in the world of that seed."""
    rng = chance(seed, "habits", agency.slug)
    return Habits(
        voice=weighted(rng, {Voice.FORMAL: 5, Voice.WARM: 4, Voice.TELEGRAPHIC: 2, Voice.CAPITALS: 1.5}),
        title_style=rng.choice(STYLES),
        reference_style=rng.choice(("digits", "initials", "mandate", "slashed", "dated")),
        fee_rate=rng.choice((0.035, 0.04, 0.045, 0.05, 0.055, 0.06)),
        fees_payer=weighted(rng, {FeesPayer.BUYER: 6, FeesPayer.SELLER: 4}),
        rounds_surface=rng.random() < 0.4,
        rounds_price=rng.choice((10, 100, 500, 1000)),
        charges_included=rng.random() < 0.7,
        shows_address=rng.choice((0.05, 0.2, 0.5, 0.9)),
        photo_key=f"{chance(seed, 'photos', agency.slug).getrandbits(20):05x}",
    )


def print_advert(seed: int, listed: Listed, state: State) -> Advert:
    """The advert of `listed` in that state, live."""
    habits = habits_of(seed, listed.agency)
    facts = _facts(seed, listed, state, habits)
    first = _facts(seed, listed, State(listed.lot.dwelling.net_price), habits)
    style = habits.title_style
    if listed.surface_edited and style not in WITHOUT_SURFACE:
        style = WITHOUT_SURFACE[listed.id % len(WITHOUT_SURFACE)]
    key = (seed, listed.agency.slug, listed.lot.text_key, listed.path_suffix)
    text = describe(facts, _voice(habits, chance(*key, "voice")), chance(*key, "text", state.text))
    return Advert(
        id=listed.id,
        agency=listed.agency.slug,
        dwelling=facts.dwelling,
        reference=_reference(listed, habits),
        title=title(first, style, chance(*key, "title")),
        description=text,
        price=facts.price,
        charges_included=facts.charges_included,
        fees=facts.fees,
        fees_payer=facts.fees_payer,
        deposit=facts.deposit,
        surface=facts.surface,
        exclusive=facts.exclusive,
        availability=facts.availability,
        photos=_photos(listed, state, habits),
        first_day=listed.first_day,
        path_suffix=listed.path_suffix,
    )


def _voice(habits: Habits, rng: Random) -> Voice:
    """Mostly the agency's own; sometimes the colleague writes."""
    return habits.voice if rng.random() < 0.85 else rng.choice(list(Voice))


def _facts(seed: int, listed: Listed, state: State, habits: Habits) -> Facts:
    dwelling = listed.lot.dwelling
    rng = chance(seed, "facts", listed.agency.slug, dwelling.id)
    shown = _as_shown(dwelling, habits, rng)
    price, fees, payer = _money(dwelling, state.net_price, habits)
    included = bool(habits.charges_included and dwelling.charges)
    rent = dwelling.transaction is Transaction.RENT
    return Facts(
        dwelling=shown,
        agency=listed.agency,
        near=listed.lot.near,
        surface=_surface(dwelling.surface, state, habits),
        price=price,
        fees=fees,
        fees_payer=payer,
        deposit=state.net_price * (2 if dwelling.furnished else 1) if rent else None,
        charges_included=included if rent else False,
        exclusive=not rent and listed.lot.exclusive,
        availability=_availability(listed, rng) if rent else None,
    )


def _as_shown(dwelling: Dwelling, habits: Habits, rng: Random) -> Dwelling:
    """The dwelling as this agency shows it: fewer facts, a vaguer place."""
    blur = rng.choice((0.0004, 0.0015, 0.003))
    diagnosed = rng.random() > 0.04
    return replace(
        dwelling,
        address=dwelling.address if rng.random() < habits.shows_address else "",
        latitude=round(dwelling.latitude + rng.uniform(-blur, blur), rng.choice((4, 5, 6))),
        longitude=round(dwelling.longitude + rng.uniform(-blur, blur), rng.choice((4, 5, 6))),
        bedrooms=dwelling.bedrooms if rng.random() > 0.08 else None,
        bathrooms=dwelling.bathrooms if rng.random() > 0.15 else None,
        floor=dwelling.floor if rng.random() > 0.12 else None,
        construction_year=dwelling.construction_year if rng.random() > 0.4 else None,
        dpe=dwelling.dpe if diagnosed else None,
        dpe_value=dwelling.dpe_value if diagnosed else None,
        ges=dwelling.ges if diagnosed else None,
        ges_value=dwelling.ges_value if diagnosed else None,
        features={name: on for name, on in dwelling.features.items() if rng.random() > 0.2},
    )


def _money(dwelling: Dwelling, net: int, habits: Habits) -> tuple[int, int | None, FeesPayer | None]:
    """Displayed price, fees and who pays them.

    Rent fees follow the ceilings of décret 2014-890: 12 or 10 euros per m² and 3 for the inventory.
    """
    if dwelling.transaction is Transaction.RENT:
        included = habits.charges_included and dwelling.charges
        price = net + (dwelling.charges or 0 if included else 0)
        if dwelling.property_type in {PropertyType.PARKING, PropertyType.COMMERCIAL} or not dwelling.surface:
            return price, None, None
        rate = 15 if dwelling.place.postal_code.startswith("75") else 13
        return price, round(dwelling.surface * rate), FeesPayer.TENANT
    step = habits.rounds_price
    price = ceil(net * (1 + habits.fee_rate) / step) * step
    return price, price - net, habits.fees_payer


def _surface(surface: float | None, state: State, habits: Habits) -> float | None:
    """As displayed: some agencies cut the decimals; a correction moves it by a metre or so."""
    if surface is None:
        return None
    corrected = round(surface * (1 + 0.015 * state.surface) + 0.5 * state.surface, 2)
    return float(int(corrected)) if habits.rounds_surface else corrected


def _availability(listed: Listed, rng: Random) -> str | None:
    draw = rng.random()
    if draw < 0.45:
        return "now"
    if draw < 0.75:
        return date_of(listed.first_day + rng.randint(20, 80)).isoformat()
    return None


def _reference(listed: Listed, habits: Habits) -> str:
    """The agency's own reference, which a republished advert keeps."""
    dwelling = listed.lot.dwelling
    own = 1000 + (dwelling.id * 37 + int(habits.photo_key, 16)) % 8999
    letter = "L" if dwelling.transaction is Transaction.RENT else "V"
    initials = "".join(
        word[0] for word in listed.agency.slug.split("-") if word not in {"de", "du", "la"}
    ).upper()
    match habits.reference_style:
        case "digits":
            return f"{dwelling.id:03d}{own}"
        case "initials":
            return f"{initials}{letter}{dwelling.id:04d}"
        case "mandate":
            return f"{letter}M{own}{dwelling.id:03d}"
        case "slashed":
            return f"{dwelling.id}/{own}"
        case _:
            return f"{letter}{25 + own % 2}-{dwelling.id:04d}"


def _photos(listed: Listed, state: State, habits: Habits) -> tuple[str, ...]:
    """Paths of this agency's own encodings; an edit of the photos takes one away, then brings it back."""
    dwelling = listed.lot.dwelling
    rng = chance("photos", listed.agency.slug, dwelling.id)
    others = list(range(1, dwelling.photo_count))
    rng.shuffle(others)
    kept = [0, *others[: max(1, len(others) - rng.randint(0, 2))]]
    if state.photos % 2:
        kept = kept[:-1] if len(kept) > 2 else [*kept, dwelling.photo_count]
    return tuple(f"/photos/{dwelling.id}-{number}-{habits.photo_key}.jpg" for number in kept)
