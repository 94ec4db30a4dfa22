"""Recognising in bulk: any number of adverts, spread over workers that each hold a share of them.

Adverts go to the worker that owns their agency, which learns its boilerplate and signs them; signatures go to
the worker that owns their postal area, which clusters them. No pair crosses an area, so nothing is lost and
the answer is the same for any number of workers. `cluster.recognising` puts the workers on Ray.
"""

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
Pieces = list[Signatures]


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

    adverts: list[Advert] = field(default_factory=list)

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Adverts of agencies that this worker owns (`owner_of_agency`)."""
        self.adverts += map(Advert.of, rows)

    def sign(self, workers: int) -> list[Pieces]:
        """All that were added, signed: per worker those whose area it owns. They are let go of here."""
        waiting, self.adverts = sorted(self.adverts, key=_by_agency, reverse=True), []
        told: list[Pieces] = [[] for _ in range(workers)]
        while waiting:
            signed = sign_all(_whole_agencies(waiting))
            owner = (signed.rows["place"] % np.uint64(workers)).astype(np.int64)
            for number, pieces in enumerate(told):
                pieces.append(signed.at(np.flatnonzero(owner == number)))
        return told

    def recognise(self, *pieces: Pieces, keep_pairs: bool = False) -> Iterator[Part]:
        """The properties of the areas that this worker owns, from every worker's pieces."""
        whole = joined(piece for own in pieces for piece in own)
        for chosen in whole_areas(whole):
            result = recognise_signed(whole.at(sorted(chosen.tolist(), key=whole.ids.__getitem__)))
            yield Part(result.named(), len(result.pairs.left), result if keep_pairs else None)


def _by_agency(advert: Advert) -> tuple[str, str]:
    return advert.agency or "", advert.id


def _whole_agencies(waiting: list[Advert]) -> list[Advert]:
    """Take about BATCH adverts off the end, which are all of their agencies'."""
    taken: list[Advert] = []
    while waiting and (len(taken) < BATCH or waiting[-1].agency == taken[-1].agency is not None):
        taken.append(waiting.pop())
    return taken


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
