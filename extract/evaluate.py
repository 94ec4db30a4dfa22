"""How well pages are read, against labels made by people: per field, per kind, per list. Never guesses.

Reads a folder of saved pages (`labels.jsonl` beside the HTML); `pignon evaluate` prints the report.
"""

import json
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from extract.cards import key
from extract.page import PageReading, read_page
from extract.text import fold
from models.errors import InputError
from models.listing import Listing
from models.places import Places
from models.settings import load_settings

#: Fields that the labels tell; `surface` is compared in square metres, `photos` by count.
FIELDS = (
    "title", "price", "currency", "surface", "rooms", "bedrooms", "bathrooms", "address", "postal_code",
    "city",
    "property_type", "transaction", "description", "photos", "dpe", "reference",
)  # fmt: skip
_SQUARE_METRES = {"m2": 1.0, "sqft": 0.09290304, "are": 100.0, "acre": 4046.8564}
_LABEL = {"description": "description_start", "photos": "n_photos"}


@dataclass(slots=True)
class Score:
    """Right, wrong (invented or false) and missed values of one field or of all lists' links."""

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
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def to_dict(self) -> dict[str, float]:
        return {
            "precision": round(self.precision, 4), "recall": round(self.recall, 4), "f1": round(self.f1, 4),
            "right": self.right, "wrong": self.wrong, "missed": self.missed,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Miss:
    """One value that is not the label's."""

    file: str
    field: str
    wanted: Any
    got: Any


@dataclass(slots=True)
class Report:
    """The scores of one set of pages. invented: negatives from which a listing was read."""

    pages: int = 0
    seconds: float = 0.0
    fields: dict[str, Score] = field(default_factory=lambda: {name: Score() for name in FIELDS})
    links: Score = field(default_factory=Score)
    kinds_right: int = 0
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)
    invented: list[str] = field(default_factory=list)
    misses: list[Miss] = field(default_factory=list)
    #: The same for live sites' pages and for templates apart.
    parts: dict[str, "Report"] = field(default_factory=dict)

    @property
    def mean_f1(self) -> float:
        return sum(score.f1 for score in self.fields.values()) / len(self.fields)

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data, parts included."""
        return {
            "pages": self.pages,
            "pages_per_second": round(self.pages / self.seconds, 1) if self.seconds else None,
            "kind_accuracy": round(self.kinds_right / self.pages, 4) if self.pages else None,
            "mean_f1": round(self.mean_f1, 4),
            "fields": {name: score.to_dict() for name, score in self.fields.items()},
            "links": self.links.to_dict(),
            "invented": list(self.invented),
            **({"parts": {name: part.to_dict() for name, part in self.parts.items()}} if self.parts else {}),
        }

    def table(self) -> str:
        """The report as lines of text for a terminal or a README."""
        columns = {"all": self, **self.parts}
        head = f"{'field':<14}" + "".join(f"{name:>10} P {'R':>6} {'F1':>6}" for name in columns)
        rows = [head]
        for name in FIELDS:
            rows.append(f"{name:<14}" + "".join(_cells(part.fields[name]) for part in columns.values()))
        rows.append(f"{'list links':<14}" + "".join(_cells(part.links) for part in columns.values()))
        for title, part in columns.items():
            accuracy = part.kinds_right / part.pages if part.pages else 0.0
            speed = part.pages / part.seconds if part.seconds else 0.0
            rows.append(
                f"{title}: {part.pages} pages, mean F1 {part.mean_f1:.3f}, kind {accuracy:.3f}, "
                f"{len(part.invented)} invented, {speed:.0f} pages/s"
            )
        return "\n".join(rows)


def _cells(score: Score) -> str:
    return f"{score.precision:>12.3f} {score.recall:>6.3f} {score.f1:>6.3f}"


def evaluate(pages_dir: Path, places: Places | None = None) -> Report:
    """Reads every labelled page below `pages_dir` and compares. InputError where there are no labels.

    places: the directory to read with; by default the best at hand, the imported one else the sample.
    """
    places = places or Places.load(load_settings().home)
    report = Report(parts={"real": Report(), "template": Report()})
    for label in labels(pages_dir):
        body = (pages_dir / label["file"]).read_bytes()
        start = time.perf_counter()
        reading = read_page(body, address(label), places=places)
        seconds = time.perf_counter() - start
        for part in (report, report.parts["real" if label.get("real") else "template"]):
            part.seconds += seconds
            compare(part, label, reading)
    return report


def labels(pages_dir: Path) -> list[dict[str, Any]]:
    """The labels of a folder of pages, one per page, in file order."""
    path = pages_dir / "labels.jsonl"
    if not path.is_file():
        raise InputError(f"{pages_dir} holds no labels.jsonl: give a folder of labelled pages")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def address(label: dict[str, Any]) -> str:
    """An address for a saved page: its site where that is a host, and the file's name."""
    found = re.match(r"[\w-]+(?:\.[\w-]+)+", label.get("site") or "")
    return f"https://{found.group(0) if found else 'agence.example'}/{Path(label['file']).name}"


def compare(report: Report, label: dict[str, Any], reading: PageReading) -> None:
    """Adds one page's outcome to a report."""
    report.pages += 1
    report.kinds[(label["kind"], reading.kind)] += 1
    report.kinds_right += label["kind"] == reading.kind
    if label["negative"] and reading.listing is not None:
        report.invented.append(label["file"])
    if label["kind"] == "index":
        _compare_links(report, label, reading)
    if label.get("labels"):
        for name in FIELDS:
            _compare_field(report, label, name, reading.listing or Listing())


def _compare_links(report: Report, label: dict[str, Any], reading: PageReading) -> None:
    wanted = {key(href) for href in label.get("hrefs") or ()}
    allowed = wanted | {key(href) for href in label.get("hrefs_also") or ()}
    got = {key(href) for href in reading.links}
    report.links.right += len(got & wanted)
    report.links.wrong += len(got - allowed)
    report.links.missed += len(wanted - got)
    if got - allowed or wanted - got:
        report.misses.append(
            Miss(label["file"], "links", sorted(wanted - got)[:3], sorted(got - allowed)[:3])
        )


def _compare_field(report: Report, label: dict[str, Any], name: str, listing: Listing) -> None:
    told, also = label["labels"], label.get("accept_also") or {}
    source = _LABEL.get(name, name)
    if source not in told and name not in told:
        return
    accepted = [told.get(source), *also.get(source, [])]
    got: Any = len(listing.photos) if name == "photos" else getattr(listing, name)
    unit = _SQUARE_METRES.get(told.get("surface_unit") or "m2", 1.0)
    score = report.fields[name]
    if name == "photos" and got == 0:
        got = None
        accepted = [value or None for value in accepted]
    if got is None:
        if told.get(source) not in (None, 0) and not any(value in (None, 0) for value in accepted):
            score.missed += 1
            report.misses.append(Miss(label["file"], name, told.get(source), None))
        return
    if any(same(name, got, value, unit) for value in accepted if value is not None):
        score.right += 1
        return
    score.wrong += 1
    score.missed += told.get(source) is not None
    report.misses.append(Miss(label["file"], name, told.get(source), got))


def same(name: str, got: Any, wanted: Any, unit: float = 1.0) -> bool:
    """Whether a value read is the labelled one: texts folded, surfaces within 1 %, photos within one."""
    if name == "surface":
        metres = float(wanted) * unit
        return abs(float(got) - metres) <= max(0.5, metres * 0.01)
    if name == "photos":
        return abs(int(got) - int(wanted)) <= 1
    if name == "price":
        return abs(float(got) - float(wanted)) < 1
    if name == "description":
        return _starts_alike(_plain(str(got)), _plain(str(wanted)))
    if isinstance(wanted, str):
        return _plain(str(got)) == _plain(wanted)
    return bool(got == wanted)


def _starts_alike(got: str, wanted: str) -> bool:
    return got[: len(wanted)] == wanted or wanted[:25] in got[:200]


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9]+", " ", fold(text.replace("²", "2"))).split())


def by_file(misses: Iterable[Miss]) -> Iterator[str]:
    """One line per miss, for the person who improves the reader."""
    for miss in misses:
        yield f"{miss.file}\t{miss.field}\twanted {miss.wanted!r}\tgot {miss.got!r}"
