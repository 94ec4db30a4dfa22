"""The whole of it on plain data: adverts in, one property per advert out, with every scored pair.

>>> result = recognise([Advert.of(row) for row in rows])
>>> result.named()["advert-7"]
'advert-3'
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup import clusters
from dedup.advert import Advert
from dedup.candidates import candidates
from dedup.evidence import features
from dedup.keys import keys_of
from dedup.model import PairModel, shipped
from dedup.signature import Signatures, sign
from dedup.vetoes import Side, vetoes
from dedup.wording import boilerplate, learnt_from, sentences

#: Pairs whose evidence is held at once: 30 MB.
BATCH = 100_000
#: Log-odds past which two adverts are likely one dwelling: even odds.
LIKELY = 0.0


@dataclass(frozen=True, slots=True)
class Scored:
    """Pairs of positions: which veto holds (0 for none), and the log-odds, NEVER where one does."""

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    veto: NDArray[np.uint8]
    log_odds: NDArray[np.float64]

    def likely(self) -> "Scored":
        """Those that are likely one dwelling."""
        kept = self.log_odds > LIKELY
        return Scored(self.left[kept], self.right[kept], self.veto[kept], self.log_odds[kept])


@dataclass(frozen=True, slots=True)
class Recognition:
    """Of some signatures, given in the order of their ids.

    properties: per position the smallest position of the same dwelling. pairs: all that were compared.
    """

    signatures: Signatures
    properties: NDArray[np.int64]
    pairs: Scored

    def named(self) -> dict[str, str]:
        """Id of each advert to the smallest id of its dwelling."""
        ids = self.signatures.ids
        return {ids[at]: ids[first] for at, first in enumerate(self.properties.tolist())}


def recognise(adverts: Sequence[Advert], model: PairModel | None = None) -> Recognition:
    """Same adverts, same answer, whatever their order. Ids must be distinct."""
    ordered = sorted(adverts, key=lambda advert: advert.id)
    return recognise_signed(sign_all(ordered), model)


def recognise_signed(signatures: Signatures, model: PairModel | None = None) -> Recognition:
    """The same from signatures, which stand in the order of their ids."""
    pairs = compare(signatures, *candidates(keys_of(signatures), shown_price(signatures)), model)
    likely = pairs.likely()
    links = (likely.left, likely.right, likely.log_odds)
    properties = clusters.cluster(
        len(signatures), links, lambda left, right: compare(signatures, left, right, model).log_odds
    )
    return Recognition(signatures, properties, pairs)


def compare(
    signatures: Signatures, left: NDArray[np.int64], right: NDArray[np.int64], model: PairModel | None = None
) -> Scored:
    """Score pairs of positions."""
    veto = vetoes(Side(signatures.rows, left), Side(signatures.rows, right))
    log_odds = np.full(len(left), clusters.NEVER)
    unvetoed = np.flatnonzero(veto == 0)
    for start in range(0, len(unvetoed), BATCH):
        at = unvetoed[start : start + BATCH]
        log_odds[at] = (model or shipped()).log_odds(features(signatures, left[at], right[at]))
    return Scored(left, right, veto, log_odds)


def shown_price(signatures: Signatures) -> NDArray[np.float64]:
    """What adverts are ordered by within a bucket; those without a price first."""
    return np.asarray(np.nan_to_num(signatures.rows["price"], nan=0.0))


def sign_all(adverts: Sequence[Advert]) -> Signatures:
    """Sign all the adverts of some agencies, whose boilerplate is learnt from these."""
    said = [sentences(advert.text) for advert in adverts]
    return sign(adverts, _learnt(adverts, said), said=said)


def _learnt(adverts: Sequence[Advert], said: Sequence[list[str]]) -> dict[str, frozenset[str]]:
    """Each agency's boilerplate, from its first adverts: by `first_seen`, then by id."""
    own: dict[str, list[tuple[str, str, list[str]]]] = defaultdict(list)
    for advert, parts in zip(adverts, said, strict=True):
        if advert.agency:
            own[advert.agency].append((advert.first_seen, advert.id, parts))
    return {
        agency: boilerplate([parts for _, _, parts in sorted(told)[: learnt_from(len(told))]])
        for agency, told in own.items()
    }
