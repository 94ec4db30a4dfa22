"""The benches' harness: figures are written down, compared with the run before, and never slow the suite."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.harness import ROOT, Track, percentile
from tests.benchmarks.linkers.judging import by_dwelling, by_labels


def test_figures_are_written_with_their_machine_and_shown_beside_the_run_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        track = Track("summing", tmp_path)
        figure = track.measure("sum", "numbers", lambda: len([sum(range(20_000)) for _ in range(50)]))
        track.note(right=1.0)
        track.finish()
    written = json.loads((tmp_path / "summing.json").read_text())
    assert {"at", "commit", "cores", "load_average", "figures"} <= written.keys()
    [row] = written["figures"]
    assert (row["units"], row["notes"], len(row["seconds"])) == (50, {"right": 1.0}, 3)
    assert row["per_core_second"] == round(figure.per_core_second, 1)
    first, second = [line for line in capsys.readouterr().out.splitlines() if line.startswith("sum ")]
    assert len(second.split()) == len(first.split()) + 1


def test_memory_that_a_block_takes_is_seen_although_it_gives_it_back(tmp_path: Path) -> None:
    track = Track("memory", tmp_path)
    figure = track.measure("fill", "bytes", lambda: len(b"x" * 80_000_000), rounds=1)
    if figure.peak_mb is None:
        pytest.skip("this kernel does not tell peaks")
    assert 60 < figure.peak_mb < 120


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [float(value) for value in range(1, 101)]
    assert (percentile(values, 0.5), percentile(values, 0.95), percentile([7.0], 0.95)) == (50.0, 95.0, 7.0)


def test_the_suite_leaves_the_benches_out_until_they_are_named() -> None:
    def collected(*paths: str) -> str:
        command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *paths]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout

    name = "test_storing.py"
    assert name not in collected("tests", "--ignore-glob=tests/[!b]*")
    assert name in collected(f"tests/benchmarks/{name}")


def test_a_linker_is_judged_by_its_pairs() -> None:
    rows = [{"id": name, "dwelling": home} for name, home in zip("abcde", "XXXYZ", strict=True)]
    said = {"a": "1", "b": "1", "c": "2", "d": "2", "e": "3"}
    assert by_dwelling(rows)(said) == pytest.approx({"precision": 1 / 2, "recall": 1 / 3, "f1": 2 / 5})


def test_labelled_pairs_weigh_as_their_stratum_and_unsure_ones_nothing() -> None:
    def pair(a: str, b: str, label: str, size: int) -> dict[str, object]:
        return {"a": a, "b": b, "label": label, "stratum_size": size, "stratum_sampled": 10}

    pairs = [pair("a", "b", "same", 30), pair("a", "c", "same", 10), pair("a", "d", "different", 10)]
    said = {"a": "1", "b": "1", "c": "2", "d": "1"}
    told = by_labels([*pairs, pair("b", "d", "unsure", 900)])(said)
    assert (told["precision"], told["recall"]) == (3 / 4, 3 / 4)
