"""The town's clock: the life of every advert, fixed from the seed for every day to `LAST_DAY`.

A dwelling's owner lowers the price and one day sells: its agencies follow within days. An agency edits
its words and photos, loses a mandate, republishes. `world.py` asks what an advert is on a given day.
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from random import Random

from town.adverts import Lot, State
from town.chance import chance, weighted
from town.model import Agency, Withdrawal

#: Changes happen from `FIRST_CHANGE` on, so that day 0 has its withdrawn adverts; none after `LAST_DAY`.
FIRST_CHANGE = -12
LAST_DAY = 120

# Chances per day.
_DROP = 0.012
_SOLD = 0.005
_MANDATE_LOST = 0.006
_EDITS = {"text": 0.007, "photos": 0.006, "surface": 0.0015}
_REPUBLISHED = 0.4


@dataclass(frozen=True, slots=True)
class Fate:
    """What happens to a dwelling: when it comes to market, its net prices by day, when it is sold."""

    listed: int
    prices: tuple[tuple[int, int], ...]
    sold: int | None


@dataclass(frozen=True, slots=True)
class Life:
    """One advert from its first day to its last; `states` are sorted by day, the first at `born`."""

    agency: Agency
    lot: Lot
    born: int
    states: tuple[tuple[int, State], ...]
    ends: int | None
    withdrawal: Withdrawal
    edition: int = 0
    surface_edited: bool = field(default=False)

    def state(self, day: int) -> State:
        """Its state on that day, or its first one before."""
        at = bisect_right(self.states, day, key=lambda change: change[0])
        return self.states[max(0, at - 1)][1]

    def known(self, day: int) -> bool:
        return self.born <= day

    def live(self, day: int) -> bool:
        return self.born <= day and (self.ends is None or day < self.ends)

    @property
    def path_suffix(self) -> str:
        return f"-{self.edition + 1}" if self.edition else ""


def fate_of(seed: int, lot: Lot, listed: int) -> Fate:
    """The fate of a dwelling that comes to market on day `listed`."""
    rng = chance(seed, "fate", lot.dwelling.id)
    price = lot.dwelling.net_price
    prices = [(listed, price)]
    for day in range(max(listed + 3, FIRST_CHANGE), LAST_DAY + 1):
        if rng.random() < _SOLD:
            return Fate(listed, tuple(prices), day)
        if rng.random() < _DROP and len(prices) < 5:
            step = 500 if price > 20_000 else 5
            price = min(price - step, step * round(price * rng.uniform(0.91, 0.98) / step))
            prices.append((day, price))
    return Fate(listed, tuple(prices), None)


def lives_of(seed: int, lot: Lot, agency: Agency, fate: Fate, first: bool) -> list[Life]:
    """The adverts of one dwelling at one agency: one, then those republished. Perhaps none in time."""
    rng = chance(seed, "life", agency.slug, lot.dwelling.id)
    born = fate.listed + (0 if first else rng.choice((0, 0, 1, 3, 7, 15, 30)))
    lives: list[Life] = []
    while born <= LAST_DAY and (fate.sold is None or born < fate.sold):
        life, lost = _one_life(rng, (lot, agency), fate, born, edition=len(lives))
        lives.append(life)
        if not lost or life.ends is None or rng.random() > _REPUBLISHED:
            break
        born = life.ends + rng.choice((0, 0, 1, 2, 5))
    return lives


def _one_life(
    rng: Random, whose: tuple[Lot, Agency], fate: Fate, born: int, *, edition: int
) -> tuple[Life, bool]:
    """The life, and whether it ended by a lost mandate rather than a sale."""
    lot, agency = whose
    sold = None if fate.sold is None else max(born + 1, fate.sold + rng.randint(0, 3))
    lost = next((d for d in _days(born + 4) if rng.random() < _MANDATE_LOST), None)
    ends = min((day for day in (sold, lost) if day is not None and day <= LAST_DAY), default=None)
    states = _states(rng, fate, born, ends, edition)
    life = Life(
        agency=agency,
        lot=lot,
        born=born,
        states=states,
        ends=ends,
        withdrawal=_withdrawal(rng, agency),
        edition=edition,
        surface_edited=any(state.surface for _, state in states),
    )
    return life, ends is not None and ends == lost and ends != sold


def _states(
    rng: Random, fate: Fate, born: int, ends: int | None, edition: int
) -> tuple[tuple[int, State], ...]:
    """Every change of the advert, by day: prices that reach this agency, and its own edits."""
    until = LAST_DAY if ends is None else ends - 1
    changes: dict[int, list[str]] = {}
    for day in _days(born + 2, until):
        for what, odds in _EDITS.items():
            if rng.random() < odds:
                changes.setdefault(day, []).append(what)
    known = [(day + rng.choice((0, 0, 0, 1, 4)), price) for day, price in fate.prices]
    price = [p for day, p in fate.prices if day <= born][-1]
    state = State(price, text=edition)
    states = [(born, state)]
    for day in sorted({*changes, *(d for d, _ in known if born < d <= until)}):
        heard = [p for d, p in known if d <= day]
        price = min(state.net_price, heard[-1]) if heard else state.net_price
        edits = changes.get(day, [])
        state = State(
            price,
            text=state.text + ("text" in edits),
            photos=state.photos + ("photos" in edits),
            surface=min(1, state.surface + ("surface" in edits)),
        )
        if state != states[-1][1]:
            states.append((day, state))
    return tuple(states)


def _withdrawal(rng: Random, agency: Agency) -> Withdrawal:
    """Each agency has a usual way to take an advert away, and exceptions."""
    usual = chance("withdrawal", agency.slug).choice(list(Withdrawal))
    return weighted(rng, {style: 6 if style is usual else 1 for style in Withdrawal})


def _days(first: int, last: int = LAST_DAY) -> range:
    return range(max(first, FIRST_CHANGE), last + 1)
