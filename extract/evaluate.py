"""How well pages are read, against labels made by people: per field, per kind, per list. Never guesses.

Reads a folder of saved pages (`labels.jsonl` beside the HTML) into a `scores.Report`, each error with its
cause; `pignon evaluate` prints it.
"""

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from extract import charset
from extract.candidates import Candidate
from extract.cards import key
from extract.decide import FLOOR, FLOORS
from extract.document import Document
from extract.page import PageReading, candidates, read_page
from extract.scores import FIELDS, LINKS, MORE_FIELDS, Miss, Outcome, Report, Score
from extract.text import fold
from models.errors import InputError
from models.listing import Listing
from models.places import Places
from models.settings import load_settings

Label = Mapping[str, Any]
#: Reads one labelled page: its bytes and its address.
Reader = Callable[[bytes, str], PageReading]

SQUARE_METRES = {"m2": 1.0, "sqft": 0.09290304, "are": 100.0, "acre": 4046.8564}
_LABEL = {"description": ("description_start", "description"), "photos": ("n_photos",)}
#: An amount that two labels round apart; a share of it for areas.
_WITHIN = {"charges": 1.0, "fees": 1.0, "deposit": 1.0, "price": 1.0}
#: A full description is right when this share of its words was read, and of what was read is its own.
WHOLE = 0.9


@dataclass(frozen=True, slots=True)
class Page:
    """One labelled page and its bytes."""

    label: Label
    body: bytes
    url: str


def pages(folder: Path) -> Iterator[Page]:
    """The labelled pages of a folder, in file order. InputError where there are no labels."""
    for label in labels(folder):
        yield Page(label, (folder / label["file"]).read_bytes(), address(label))


def labels(folder: Path) -> list[dict[str, Any]]:
    """The labels of a folder of pages, one per page, in file order."""
    path = folder / "labels.jsonl"
    if not path.is_file():
        raise InputError(f"{folder} holds no labels.jsonl: give a folder of labelled pages")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def address(label: Label) -> str:
    """An address for a saved page: its site where that is a host, and the file's name."""
    found = re.match(r"[\w-]+(?:\.[\w-]+)+", label.get("site") or "")
    return f"https://{found.group(0) if found else 'agence.example'}/{Path(label['file']).name}"


def evaluate(
    folder: Path, places: Places | None = None, reader: Callable[[Page], Reader] | None = None
) -> Report:
    """Reads every labelled page below `folder` and compares. InputError where there are no labels.

    places: the directory to read with; by default the best at hand, the imported one else the sample.
    reader: which reader reads a page, for what was learned without its site; `read_page` by default.
    """
    places = places or Places.load(load_settings().home)
    outcomes = []
    for page in pages(folder):
        read = reader(page) if reader else lambda body, url: read_page(body, url, places=places)
        start = time.process_time()
        reading = read(page.body, page.url)
        seconds = time.process_time() - start
        outcomes.append(compare(page.label, reading, seconds, partial(found, page, places)))
    return report(outcomes)


def report(outcomes: Iterable[Outcome]) -> Report:
    """The outcomes with live sites' pages, the French of them, and templates apart."""
    return Report(tuple(outcomes), ("real", "french", "template"))


def found(page: Page, places: Places) -> list[Candidate]:
    """All that the readers find in a page, whatever becomes of it."""
    text, _ = charset.decode(page.body, None)
    return list(candidates(Document(text, page.url), places))


def compare(
    label: Label,
    reading: PageReading,
    seconds: float = 0.0,
    rivals: Callable[[], list[Candidate]] = list,
) -> Outcome:
    """One page's outcome. rivals: what the readers found, asked for only where a value is not right."""
    real = bool(label.get("real"))
    parts = {"real" if real else "template"} | ({"french"} if real and label.get("lang") == "fr" else set())
    scores: dict[str, Score] = {}
    misses: list[Miss] = []
    sure: list[tuple[float, bool]] = []
    if label["kind"] == "index":
        scores[LINKS] = _links(label, reading, misses)
    if label.get("labels"):
        listing = reading.listing or Listing()
        for name in (*FIELDS, *MORE_FIELDS):
            compared = _field(label, name, listing)
            if compared is None:
                continue
            scores[name], wanted, got = compared
            wrong = scores[name].wrong + scores[name].missed > 0
            if wrong:
                misses.append(Miss(label["file"], name, wanted, got, _cause(label, name, reading, rivals)))
            if got is not None and name in reading.evidence:
                sure.append((reading.evidence[name].confidence, not wrong))
    kinds = [label["kind"], *(label.get("accept_also") or {}).get("kind", [])]
    return Outcome(
        label["file"], label.get("site") or label["file"], frozenset(parts), (label["kind"], reading.kind),
        reading.kind in kinds, seconds, bool(label["negative"]) and reading.listing is not None,
        scores, tuple(misses), tuple(sure),
    )  # fmt: skip


def _links(label: Label, reading: PageReading, misses: list[Miss]) -> Score:
    wanted = {key(href) for href in label.get("hrefs") or ()}
    allowed = wanted | {key(href) for href in label.get("hrefs_also") or ()}
    got = {key(href) for href in reading.links}
    if got - allowed or wanted - got:
        cause = "not seen as cards" if wanted - got else "another link of the card or page"
        misses.append(Miss(label["file"], LINKS, sorted(wanted - got)[:3], sorted(got - allowed)[:3], cause))
    return Score(len(got & wanted), len(got - allowed), len(wanted - got))


def _field(label: Label, name: str, listing: Listing) -> tuple[Score, Any, Any] | None:
    """The score of one field, what was wanted and what was got; None where the label says nothing."""
    told, accepted = accepted_values(label, name)
    if told is None and not accepted:
        return None
    wanted = told[0] if told else None
    got: Any = (len(listing.photos) or None) if name == "photos" else getattr(listing, name)
    if name == "photos":
        accepted = [value or None for value in accepted]
    if got is None:
        optional = not wanted and wanted is not False
        return Score(missed=int(not optional and None not in accepted)), wanted, None
    unit = SQUARE_METRES.get(label["labels"].get("surface_unit") or "m2", 1.0)
    if any(same(name, got, value, unit) for value in accepted if value is not None):
        return Score(right=1), wanted, got
    return Score(wrong=1, missed=int(wanted is not None)), wanted, got


def accepted_values(label: Label, name: str) -> tuple[tuple[Any] | None, list[Any]]:
    """A field's label as a tuple of one, None where the page's label is silent; all that counts as right."""
    values, also = label["labels"], label.get("accept_also") or {}
    sources = [source for source in (*_LABEL.get(name, ()), name) if source in values or source in also]
    told = [values[source] for source in sources if source in values]
    accepted = [value for source in sources for value in (*also.get(source, ()),)]
    return (told[0],) if told else None, [*told, *accepted]


def _cause(label: Label, name: str, reading: PageReading, rivals: Callable[[], list[Candidate]]) -> str:
    """Why a value is not right: where the reading went another way than the label."""
    if reading.listing is None:
        return f"page taken for {reading.reason or reading.kind}"
    told, accepted = accepted_values(label, name)
    value = getattr(reading.listing, name) if name != "photos" else reading.listing.photos
    source = reading.evidence[name].source if name in reading.evidence else "page"
    if value not in (None, ()) and (told is None or told[0] is None):
        return f"told by {source} where the page tells none"
    unit = SQUARE_METRES.get(label["labels"].get("surface_unit") or "m2", 1.0)
    right = (
        [
            one
            for one in rivals()
            if one.field == name
            and any(same(name, one.value, wanted, unit) for wanted in accepted if wanted is not None)
        ]
        if name != "photos"
        else []
    )
    if value not in (None, ()):
        return f"{source} believed over {right[0].source}" if right else f"{source} wrong, no reader right"
    if not right:
        return "found by no reader"
    best = max(one.confidence for one in right)
    return "found, too unsure" if best < FLOORS.get(name, FLOOR) else "found, dropped as senseless"


def same(name: str, got: Any, wanted: Any, unit: float = 1.0) -> bool:
    """Whether a value read is the labelled one: texts folded, areas within 1 %, photos within one."""
    if name in {"surface", "land_surface"}:
        metres = float(wanted) * (unit if name == "surface" else 1.0)
        return abs(float(got) - metres) <= max(0.5, metres * 0.01)
    if name == "photos":
        return abs(int(got) - int(wanted)) <= 1
    if name in _WITHIN:
        return abs(float(got) - float(wanted)) <= _WITHIN[name]
    if name == "description":
        return _told_alike(plain(str(got)), plain(str(wanted)))
    if isinstance(wanted, str):
        return plain(str(got)) == plain(wanted)
    return bool(got == wanted)


def _told_alike(got: str, wanted: str) -> bool:
    """A description by how it begins; one labelled whole also by how much of it there is."""
    begins = got[: len(wanted)] == wanted or wanted[:25] in got[:200]
    if len(wanted) < 120 or not begins:
        return begins
    ours, theirs = set(got.split()), set(wanted.split())
    return len(ours & theirs) >= WHOLE * len(theirs) and len(got) <= len(wanted) / (WHOLE - 0.1)


def plain(text: str) -> str:
    """Letters and digits alone, folded: what two spellings of one text share."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", fold(text.replace("²", "2"))).split())
