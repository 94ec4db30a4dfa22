"""Recognising in bulk: any number of adverts, spread over workers that each hold a share of them.

Adverts go to the worker that owns their agency, which learns its boilerplate and signs them; signatures go to
the worker that owns their postal area, which clusters them. No pair crosses an area, so nothing is lost and
the answer is the same for any number of workers. `cluster.recognising` puts the workers on Ray.
"""

import pickle
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dedup.advert import Advert
from dedup.recognise import Recognition, recognise_signed, sign_all
from dedup.signature import ROW, Signatures, stable_hash

#: Adverts whose signatures are clustered at once: bounds memory, whatever the worker holds.
PART: Final = 20_000
#: Adverts that are signed at once.
BATCH: Final = 5_000


@dataclass(frozen=True, slots=True)
class Part:
    """Of some areas: id of each advert to the smallest id of its property; how many pairs were compared."""

    properties: dict[str, str]
    compared: int
    #: With every pair, where it was asked for.
    result: Recognition | None = None


@dataclass
class Worker:
    """One share of the adverts."""

    #: By agency, pickled: half of what they take as objects, and a million wait here to be signed.
    waiting: dict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Adverts of agencies that this worker owns (`owner_of_agency`)."""
        for advert in map(Advert.of, rows):
            self.waiting[advert.agency or ""].append(pickle.dumps(advert))

    def sign(self, workers: int) -> Iterator[Signatures]:
        """All that were added, signed and let go of, some agencies at a time.

        Of each time as many pieces as there are workers: those whose area the first one owns, the second …
        """
        for adverts in self._whole_agencies():
            signed = sign_all(adverts)
            owner = (signed.rows["place"] % np.uint64(workers)).astype(np.int64)
            for number in range(workers):
                yield signed.at(np.flatnonzero(owner == number))

    def _whole_agencies(self) -> Iterator[list[Advert]]:
        """About BATCH at a time, which are all of their agencies'."""
        taken: list[Advert] = []
        for agency in sorted(self.waiting):
            own = self.waiting.pop(agency)
            while own:
                taken.append(pickle.loads(own.pop()))  # noqa: S301
                if len(taken) >= BATCH and not (agency and own):
                    yield taken
                    taken = []
        if taken:
            yield taken

    def recognise(self, *pieces: Signatures, keep_pairs: bool = False) -> Iterator[Part]:
        """The properties of the areas that this worker owns, from every worker's pieces."""
        whole = joined(pieces)
        for chosen in whole_areas(whole):
            result = recognise_signed(whole.at(sorted(chosen.tolist(), key=whole.ids.__getitem__)))
            yield Part(result.named(), len(result.pairs.left), result if keep_pairs else None)


def owner_of_agency(agency: object, workers: int) -> int:
    """Which worker signs an agency's adverts."""
    return stable_hash(str(agency)) % workers


def joined(pieces: Iterable[Signatures]) -> Signatures:
    """One after the other."""
    own = list(pieces)
    return Signatures(
        [one for piece in own for one in piece.ids],
        np.concatenate([np.zeros(0, ROW), *(piece.rows for piece in own)]),
        [one for piece in own for one in piece.words],
        [one for piece in own for one in piece.addresses],
    )


def whole_areas(signatures: Signatures) -> Iterator[NDArray[np.int64]]:
    """Positions, ascending, of whole postal areas, about PART together."""
    order = np.argsort(signatures.rows["place"], kind="stable")
    places = signatures.rows["place"][order]
    begin = 0
    for end in [*(np.flatnonzero(places[1:] != places[:-1]) + 1).tolist(), len(order)]:
        if end - begin >= PART or (end == len(order) > begin):
            yield np.sort(order[begin:end])
            begin = end


def recognise_rows(rows: Iterable[Mapping[str, Any]], *, keep_pairs: bool = False) -> Iterator[Part]:
    """All of it in this process."""
    worker = Worker()
    for row in rows:
        worker.add([row])
    yield from worker.recognise(*worker.sign(1), keep_pairs=keep_pairs)
