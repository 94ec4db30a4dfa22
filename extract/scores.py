"""What an evaluation counted, page by page, and what follows: precision, recall, intervals, calibration.

Knows no page and no reader: `evaluate` hands over outcomes. Sites are the unit that intervals draw,
since the pages of one site err together.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

#: Fields that the labels tell; `surface` is compared in square metres, `photos` by count.
FIELDS = (
    "title", "price", "currency", "surface", "rooms", "bedrooms", "bathrooms", "address", "postal_code",
    "city", "property_type", "transaction", "description", "photos", "dpe", "reference",
)  # fmt: skip
#: Fields that some labels tell besides; they stand in no mean.
MORE_FIELDS = (
    "land_surface", "floor", "ges", "charges", "fees", "deposit", "furnished", "construction_year",
)  # fmt: skip
#: The nine fields that a search needs, whose mean the project is held to.
CORE = (
    "title", "price", "transaction", "surface", "rooms", "bedrooms", "property_type", "postal_code", "city",
)  # fmt: skip
LINKS = "list links"
DRAWS = 1_000


@dataclass(frozen=True, slots=True)
class Score:
    """Right, wrong (invented or false) and missed values; a false one counts as missed too."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        return 2 * self.right / total if (total := 2 * self.right + self.wrong + self.missed) else 1.0

    def __add__(self, other: "Score") -> "Score":
        return Score(self.right + other.right, self.wrong + other.wrong, self.missed + other.missed)

    def to_dict(self) -> dict[str, float]:
        return {
            "precision": round(self.precision, 4), "recall": round(self.recall, 4), "f1": round(self.f1, 4),
            "right": self.right, "wrong": self.wrong, "missed": self.missed,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Miss:
    """One value that is not the label's, and why."""

    file: str
    field: str
    wanted: Any
    got: Any
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One page compared. confidences: (confidence, right) of each value that was told."""

    file: str
    site: str
    parts: frozenset[str]
    kinds: tuple[str, str]
    kind_right: bool
    seconds: float = 0.0
    invented: bool = False
    scores: Mapping[str, Score] = field(default_factory=dict)
    misses: tuple[Miss, ...] = ()
    confidences: tuple[tuple[float, bool], ...] = ()

    def exact(self, fields: Iterable[str]) -> bool:
        """Whether every one of these fields is right, or rightly null."""
        return not any((s := self.scores.get(name)) and s.wrong + s.missed for name in fields)


@dataclass(frozen=True)
class Report:
    """The outcomes of one set of pages, in page order."""

    outcomes: tuple[Outcome, ...]
    names: tuple[str, ...] = ()

    @cached_property
    def parts(self) -> dict[str, "Report"]:
        """The same for parts of the pages (live sites, French ones, templates)."""
        return {name: Report(tuple(one for one in self.outcomes if name in one.parts)) for name in self.names}

    @property
    def pages(self) -> int:
        return len(self.outcomes)

    @cached_property
    def seconds(self) -> float:
        return sum(one.seconds for one in self.outcomes)

    @cached_property
    def fields(self) -> dict[str, Score]:
        return {name: self._sum(name) for name in FIELDS}

    @cached_property
    def more_fields(self) -> dict[str, Score]:
        return {name: score for name in MORE_FIELDS if (score := self._sum(name)) != Score()}

    @cached_property
    def links(self) -> Score:
        return self._sum(LINKS)

    def _sum(self, name: str) -> Score:
        return sum((one.scores[name] for one in self.outcomes if name in one.scores), Score())

    @property
    def kinds_right(self) -> int:
        return sum(one.kind_right for one in self.outcomes)

    @property
    def kind_accuracy(self) -> float:
        return self.kinds_right / self.pages if self.pages else 1.0

    @cached_property
    def kinds(self) -> Counter[tuple[str, str]]:
        """How often each labelled kind was taken for which."""
        return Counter(one.kinds for one in self.outcomes)

    @property
    def invented(self) -> list[str]:
        """Negative pages from which a listing was read."""
        return [one.file for one in self.outcomes if one.invented]

    @property
    def misses(self) -> list[Miss]:
        return [miss for one in self.outcomes for miss in one.misses]

    @property
    def mean_f1(self) -> float:
        return sum(score.f1 for score in self.fields.values()) / len(self.fields)

    @property
    def core_f1(self) -> float:
        """The mean F1 of the nine fields that a search needs."""
        return sum(self.fields[name].f1 for name in CORE) / len(CORE)

    def exactness(self, fields: Iterable[str] = CORE) -> float:
        """The share of listings of which every one of `fields` is right."""
        fields = tuple(fields)
        listings = [one for one in self.outcomes if one.scores and one.kinds[0] == "detail"]
        return sum(one.exact(fields) for one in listings) / len(listings) if listings else 1.0

    def interval(
        self, figure: Callable[[np.ndarray], np.ndarray], names: tuple[str, ...]
    ) -> tuple[float, float]:
        """The 95 % bootstrap interval of a figure over drawn sites.

        figure: from counts shaped (draws, fields, right/wrong/missed) to one number per draw.
        """
        counts = self._by_site(names)
        if not len(counts):
            return (1.0, 1.0)
        draw = np.random.default_rng(0).multinomial(len(counts), [1 / len(counts)] * len(counts), DRAWS)
        values = figure(np.einsum("ds,sfk->dfk", draw, counts))
        return float(np.quantile(values, 0.025)), float(np.quantile(values, 0.975))

    def _by_site(self, names: tuple[str, ...]) -> np.ndarray:
        sites: dict[str, np.ndarray] = {}
        for one in self.outcomes:
            row = [one.scores.get(name, Score()) for name in names]
            told = np.array([[s.right, s.wrong, s.missed] for s in row], dtype=float)
            sites[one.site] = sites.get(one.site, np.zeros_like(told)) + told
        return np.array([counts for counts in sites.values() if counts.any()])

    @property
    def calibration(self) -> list[tuple[float, float, int]]:
        """(mean confidence, share that is right, values) by tenths of confidence."""
        bins: dict[int, list[tuple[float, bool]]] = {}
        for one in self.outcomes:
            for told in one.confidences:
                bins.setdefault(min(9, int(told[0] * 10)), []).append(told)
        return [
            (
                round(sum(c for c, _ in rows) / len(rows), 3),
                round(sum(r for _, r in rows) / len(rows), 3),
                len(rows),
            )
            for _, rows in sorted(bins.items())
        ]

    @property
    def calibration_error(self) -> float:
        """The mean distance between confidence and truth, weighed by values (expected calibration error)."""
        rows = self.calibration
        total = sum(count for *_, count in rows)
        return sum(abs(c - r) * n for c, r, n in rows) / total if total else 0.0

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data, parts included."""
        return {
            "pages": self.pages,
            "pages_per_second": round(self.pages / self.seconds, 1) if self.seconds else None,
            "kind_accuracy": round(self.kind_accuracy, 4),
            "mean_f1": round(self.mean_f1, 4),
            "core_f1": round(self.core_f1, 4),
            "core_f1_interval": [round(x, 4) for x in self.interval(mean_f1s, CORE)],
            "exact_core": round(self.exactness(), 4),
            "exact_all": round(self.exactness(FIELDS), 4),
            "calibration_error": round(self.calibration_error, 4),
            "fields": {name: score.to_dict() for name, score in self.fields.items()},
            "more_fields": {name: score.to_dict() for name, score in self.more_fields.items()},
            "links": self.links.to_dict(),
            "invented": list(self.invented),
            "causes": self.causes,
            **({"parts": {name: part.to_dict() for name, part in self.parts.items()}} if self.parts else {}),
        }

    @property
    def causes(self) -> dict[str, dict[str, int]]:
        """How many errors of each field have which cause."""
        found: dict[str, Counter[str]] = {}
        for miss in self.misses:
            found.setdefault(miss.field, Counter())[miss.cause] += 1
        return {name: dict(counts.most_common()) for name, counts in found.items()}

    def table(self) -> str:
        """The report as lines of text for a terminal or a document."""
        columns = {"all": self, **self.parts}
        rows = [f"{'field':<18}" + "".join(f"{name:>10} P {'R':>6} {'F1':>6}" for name in columns)]
        for name in (*FIELDS, *self.more_fields, LINKS):
            rows.append(f"{name:<18}" + "".join(_cells(part._sum(name)) for part in columns.values()))
        return "\n".join(rows + [_summary(title, part) for title, part in columns.items()])

    def errors(self) -> str:
        """Every value that is not the label's, with its cause: for the person who improves the reader."""
        lines = [
            f"{miss.file}\t{miss.field}\t{miss.cause}\twanted {str(miss.wanted)[:80]!r}\t"
            f"got {str(miss.got)[:80]!r}"
            for miss in self.misses
        ]
        taken = [
            f"{one.file}\tkind\ttaken for {one.kinds[1]}\twanted {one.kinds[0]!r}\tgot {one.kinds[1]!r}"
            for one in self.outcomes
            if not one.kind_right
        ]
        return "\n".join(lines + taken)


def mean_f1s(counts: np.ndarray) -> np.ndarray:
    """Per draw the mean F1 over fields; counts as `Report.interval` gives them."""
    right, wrong, missed = counts[..., 0], counts[..., 1], counts[..., 2]
    total = 2 * right + wrong + missed
    shares: np.ndarray = np.where(total > 0, 2 * right / np.maximum(total, 1), 1.0)
    means: np.ndarray = shares.mean(axis=1)
    return means


def precisions(counts: np.ndarray) -> np.ndarray:
    """Per draw the precision of the first field."""
    right, wrong = counts[:, 0, 0], counts[:, 0, 1]
    return np.where(right + wrong > 0, right / np.maximum(right + wrong, 1), 1.0)


def recalls(counts: np.ndarray) -> np.ndarray:
    """Per draw the recall of the first field."""
    right, missed = counts[:, 0, 0], counts[:, 0, 2]
    return np.where(right + missed > 0, right / np.maximum(right + missed, 1), 1.0)


def _cells(score: Score) -> str:
    if score == Score():
        return f"{'-':>12} {'-':>6} {'-':>6}"
    return f"{score.precision:>12.3f} {score.recall:>6.3f} {score.f1:>6.3f}"


def _summary(title: str, part: Report) -> str:
    low, high = part.interval(mean_f1s, CORE)
    speed = part.pages / part.seconds if part.seconds else 0.0
    return (
        f"{title}: {part.pages} pages; nine fields: mean F1 {part.core_f1:.3f} (95 % of site draws "
        f"{low:.3f}-{high:.3f}), exact {part.exactness():.2f}; all: mean F1 {part.mean_f1:.3f}, exact "
        f"{part.exactness(FIELDS):.2f}; kind {part.kind_accuracy:.3f}, {len(part.invented)} invented, "
        f"calibration error {part.calibration_error:.3f}, {speed:.0f} pages/s"
    )
