"""What a place's name costs: a list of 39,000 communes loaded, and names as agencies write them resolved."""

from pathlib import Path

from models.places import COLUMNS, DIRECTORY, Places
from tests.benchmarks.harness import Track

NOWHERE = Path("no directory of one's own")
NAMES = (
    ("Paris 15ème", None), ("LYON 3", "69003"), ("St Etienne", "42000"), ("Saint-Denis", "93200"),
    ("l'Haÿ les Roses", "94240"), ("Bordeaux - Chartrons", "33000"), ("nulle part", "99999"), (None, "59800"),
)  # fmt: skip
ROUNDS = 2_000


def test_a_whole_country_is_loaded(track: Track, tmp_path: Path) -> None:
    rows = (f"{i:05},{i:05},Saint-Exemple-sur-{i},46.1,2.2,\n" for i in range(1_000, 40_000))
    directory = ",".join(COLUMNS) + "\n" + "".join(rows)
    folders = iter(range(100))

    def work() -> int:
        folder = tmp_path / str(next(folders))
        folder.mkdir()
        (folder / DIRECTORY).write_text(directory, encoding="utf-8")
        Places.load(folder)
        return 1

    figure = track.measure("Places.load, 39,000 communes", "lists", work, rounds=3)
    track.note(milliseconds=1e3 / figure.per_core_second)


def test_names_are_resolved(track: Track) -> None:
    places = Places.load(NOWHERE)

    def work() -> int:
        for number in range(ROUNDS):
            for city, code in NAMES:
                places.resolve(f"{city} {number}" if city else None, code)
        return ROUNDS * len(NAMES)

    figure = track.measure("resolve, no name twice", "names", work, rounds=3)
    track.note(microseconds=1e6 / figure.per_core_second)
