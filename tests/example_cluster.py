"""The cluster that `docs/dedup.md` tells of: four adverts of the demo's town for a flat, and the flat below.

    python -m tests.example_cluster

draws `docs/images/cluster.svg` anew and writes the document's quotes as the code tells them today: to be run
after the model was trained.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import combinations
from pathlib import Path
from typing import Final

import numpy as np

from cluster.twins import Row, town_rows
from dedup.advert import Advert
from dedup.model import probability
from dedup.reasons import reasons
from dedup.recognise import compare, recognise
from serve.wording import Wording
from town.world import build_world

DOCUMENT: Final = Path(__file__).parents[1] / "docs" / "dedup.md"
PICTURE: Final = DOCUMENT.with_name("images") / "cluster.svg"
#: The dwelling's number in the town of seed 0, and one of the adverts for its neighbour on the storey below.
DWELLING: Final = "0 60036"
SIBLING: Final = "http://agence-bellerive.town-0.localhost/bien/2228/vente-appartement"
WIDTH, HEIGHT, CARD_WIDTH, CARD_HEIGHT = 1000, 400, 230, 92
#: Upper left corners: four cards, then the sibling's.
CORNERS: Final = ((40, 60), (370, 60), (40, 260), (370, 260), (735, 100))
SAY: Final = Wording("en")


@dataclass(frozen=True)
class Pair:
    """Two adverts by their place in `Example.rows`; the reasons as a person reads them."""

    a: int
    b: int
    probability: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Example:
    """rows: the four adverts by agency, then the sibling's. properties: of each row, as recognised."""

    rows: list[Row]
    properties: list[str]
    pairs: list[Pair]


@cache
def example() -> Example:
    """As the whole town is recognised."""
    town = town_rows(0)
    own = sorted((row for row in town if row["dwelling"] == DWELLING), key=lambda row: str(row["id"]))
    rows = [*own, *(row for row in town if row["id"] == SIBLING)]
    result = recognise([Advert.of(row) for row in town])
    at = [result.signatures.ids.index(row["id"]) for row in rows]
    ends = list(combinations(range(len(rows)), 2))
    left, right = (np.array([at[pair[side]] for pair in ends]) for side in (0, 1))
    scored = compare(result.signatures, left, right)
    told = reasons(result.signatures, left, right, scored.veto)
    shares = probability(scored.log_odds).tolist()
    pairs = [
        Pair(a, b, share, tuple(why.told() for why in own_reasons))
        for (a, b), share, own_reasons in zip(ends, shares, told, strict=True)
    ]
    return Example(rows, [result.named()[row["id"]] for row in rows], pairs)


def agency(row: Row) -> str:
    """The agency's name as its site shows it."""
    return build_world(0).agency(row["agency"].removeprefix("0 ")).name


def quoted(pair: Pair) -> str:
    """A pair as the document quotes it."""
    one, other = (agency(example().rows[at]) for at in (pair.a, pair.b))
    head = f"{one}, {other}: {_share(pair)}" if pair.probability else f"{one}, {other}: never"
    return "\n".join([head, *(f"    {reason}" for reason in pair.reasons)]) + "\n"


def picture() -> str:
    """The cluster as SVG."""
    told = example()
    size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="15">',
        "<title>One flat at four agencies, and its neighbour on the storey below</title>",
        _box(0, 0, WIDTH, HEIGHT, "#fff", "#fff"),
        _box(15, 15, 610, HEIGHT - 30, "#f3f6f4", "#3c6e57"),
        _text(30, 42, "one property", "#3c6e57"),
        *(part for pair in told.pairs if pair.probability for part in _edge(pair)),
        *_sibling(told),
        *(part for at, row in enumerate(told.rows) for part in _card(at, row)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _share(pair: Pair) -> str:
    return f"{100 * pair.probability:.1f} %"


def _middle(at: int) -> tuple[float, float]:
    x, y = CORNERS[at]
    return x + CARD_WIDTH / 2, y + CARD_HEIGHT / 2


def _edge(pair: Pair) -> Iterator[str]:
    """As wide as it is sure; the diagonals' figures stand off the crossing."""
    (x, y), (right, below) = _middle(pair.a), _middle(pair.b)
    along = 0.5 if x == right or y == below else 0.36
    yield (
        f'<line x1="{x:g}" y1="{y:g}" x2="{right:g}" y2="{below:g}" stroke="#3c6e57" '
        f'stroke-width="{1 + 8 * (pair.probability - 0.75):.1f}"/>'
    )
    at = x + along * (right - x), y + along * (below - y) + 5
    yield _box(at[0] - 30, at[1] - 16, 60, 22, "#f3f6f4", "none")
    yield _text(*at, _share(pair), "#1d3b2e", anchor="middle")


def _sibling(told: Example) -> Iterator[str]:
    """The dashed line that is no link, and the vetoes."""
    x, y = CORNERS[-1][0], _middle(len(CORNERS) - 1)[1]
    ends = f'x1="625" y1="{y:g}" x2="{x:g}" y2="{y:g}" stroke="#a33"'
    yield f'<line {ends} stroke-width="2" stroke-dasharray="6 5"/>'
    yield _text((625 + x) / 2, y - 8, "never", "#a33", anchor="middle")
    yield _text(x, CORNERS[-1][1] - 18, "another property", "#a33")
    vetoes = [pair.reasons[0] for pair in told.pairs if not pair.probability]
    for line, veto in enumerate(sorted(set(vetoes), key=vetoes.count, reverse=True)):
        count = f"{vetoes.count(veto)} of {len(vetoes)}: "
        yield _text(660, 225 + 24 * line, count + veto, "#a33")


def _card(at: int, row: Row) -> Iterator[str]:
    x, y = CORNERS[at]
    floor = "floor not told" if row["floor"] is None else f"floor {row['floor']}"
    yield _box(x, y, CARD_WIDTH, CARD_HEIGHT, "#fff", "#a33" if at == len(CORNERS) - 1 else "#3c6e57")
    yield _text(x + 12, y + 27, agency(row), "#111", weight="bold")
    yield _text(x + 12, y + 52, SAY.price(row["price"]), "#111")
    yield _text(x + 12, y + 77, f"{SAY.surface(row['surface'])}, {floor}", "#111")


def _box(x: float, y: float, width: float, height: float, fill: str, edge: str) -> str:
    place = f'x="{x:g}" y="{y:g}" width="{width}" height="{height}"'
    return f'<rect {place} rx="8" fill="{fill}" stroke="{edge}"/>'


def _text(x: float, y: float, said: str, fill: str, *, anchor: str = "start", weight: str = "normal") -> str:
    place = f'x="{x:g}" y="{y:g}" text-anchor="{anchor}" font-weight="{weight}"'
    return f'<text {place} fill="{fill}">{escape(said)}</text>'


def with_quotes(document: str) -> str:
    """The document with each of its `reasons A B` blocks as the code tells that pair today."""
    told = {(pair.a, pair.b): quoted(pair) for pair in example().pairs}
    block = re.compile(r"^(```reasons (\d) (\d)\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
    return block.sub(lambda found: found[1] + told[int(found[2]), int(found[3])], document)


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
    DOCUMENT.write_text(with_quotes(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
