"""What is committed: the rooms and what stands beside them, nothing that a run left in the working folder."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = {
    ".ci", ".github", "cluster", "crawl", "dedup", "docs", "extract", "models", "notebooks", "requirements",
    "serve", "tests", "town",
}  # fmt: skip


def test_no_folder_is_committed_but_those_that_are_meant_to_be() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a clone")
    told = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {path.split("/")[0] for path in told.stdout.splitlines() if "/" in path} <= FOLDERS
