"""HAProxy as Ray Serve starts it, made ours: on loopback, in a private folder, dying with what started it.

    launcher = prepare(folder, binary, "127.0.0.1:8000")     # RAY_SERVE_HAPROXY_BINARY_PATH
    haproxy.py -db -f CONFIG -sf PID -x SOCKET               # what the launcher runs, once per reload

Ray writes a configuration whose statistics and metrics listen on every address, and which sends the address
and the query of each request to whoever listens for syslog. No setting of Ray's changes that, so HAProxy
reads a rewritten copy beside it. Run as a script: it imports nothing but the standard library.
"""

import json
import os
import shlex
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

#: Seconds that a client may take to send a request's head and body, and HAProxy waits for a free replica.
REQUEST_SECONDS, QUEUE_SECONDS = 10, 10
#: Sections that listen beyond what is served: nothing of ours reads them.
_NOT_OURS = ("frontend prometheus", "listen stats")
#: Comments, and lines of logs: those would hold who asked and what for.
_LOGS = ("#", "log ", "log-format", "option httplog", "option log-health-checks", "no log")
#: What HAProxy itself answers, by status; a failed replica's 502 is told as 503, as it can be tried again.
_ERRORS = {
    400: "The request cannot be read, has no path, or names no host.",
    408: "The request took too long to arrive.",
    502: "The API does not answer now; try again.",
    503: "The API does not answer now; try again.",
    504: "This takes too long; ask for less.",
}
_TITLES = {
    400: "Bad Request",
    408: "Request Timeout",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}
_PR_SET_PDEATHSIG = 1


def prepare(folder: Path, binary: str, listen: str) -> Path:
    """Write HAProxy's answers and its launcher into `folder`; the launcher. listen: address:port to serve."""
    for status, detail in _ERRORS.items():
        (folder / f"{status}.http").write_text(_answer(503 if status == 502 else status, detail), newline="")
    launcher = folder / "haproxy"
    words = (sys.executable, "-I", "-S", str(Path(__file__).resolve()), binary, listen, str(folder))
    launcher.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
    launcher.chmod(0o700)
    return launcher


def rewritten(config: str, listen: str, folder: Path) -> str:
    """Ray's configuration, kept to `listen` and to silence."""
    return "".join(f"{line}\n" for line in _lines(config, listen, folder))


def _lines(config: str, listen: str, folder: Path) -> Iterator[str]:
    section = ""
    for line in config.splitlines():
        told = line.strip()
        if line and not line[0].isspace() and not line.startswith("#"):
            section = told
        if not told or section in _NOT_OURS or told.startswith(_LOGS):
            continue
        if told.startswith("stats socket "):
            yield line.replace(" mode 666 ", " mode 600 ")
        elif told.startswith("errorfile "):
            continue
        elif section == "backend default_backend" and told.startswith("http-request return "):
            yield "    http-request deny deny_status 503"  # no replica is known yet, or none any more
        elif told.startswith("bind ") and section == "frontend http_frontend":
            yield f"    bind {listen}"
            yield from _FRONTEND
        elif told.startswith("bind "):
            yield "    bind " + told.removeprefix("bind ").replace("*:", "127.0.0.1:")
        else:
            yield line
        if line == "defaults":
            yield f"    timeout http-request {REQUEST_SECONDS}s"
            yield f"    timeout queue {QUEUE_SECONDS}s"
            yield from (f"    errorfile {status} {folder}/{status}.http" for status in _ERRORS)


#: A name or an address with or without a port, as HAProxy's file has it.
_HOST = r"^([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{0,5})?$"
_FRONTEND = (
    "    option forwardfor",
    "    option http-buffer-request",
    # Neither a tunnel nor an address without a path is for a replica; nor is a host that is none.
    "    http-request deny deny_status 400 unless { path_beg / }",
    "    http-request deny deny_status 400 if { req.ver 1.1 } !{ req.hdr(host) -m found }",
    f"    acl names_host req.hdr(host) -m reg {_HOST}",
    "    http-request deny deny_status 400 if { req.hdr(host) -m found } !names_host",
    # A dead replica's request goes to another one, but never twice what may change something.
    "    http-request disable-l7-retry unless METH_GET",
    # Ray's own switches are not the client's: time is limited by the application.
    "    http-request del-header x-request-timeout-seconds",
    "    http-request del-header x-request-id unless { req.hdr(x-request-id) -m reg ^[0-9A-Fa-f-]{16,64}$ }",
    # Ray watches each request's connection in a task of its own, which costs as much as the request.
    "    http-request set-header x-request-disconnect-disabled ?1",
)


def _answer(status: int, detail: str) -> str:
    body = json.dumps({"title": _TITLES[status], "status": status, "detail": detail})
    retry = "Retry-After: 1\r\n" if status == 503 else ""
    return (
        f"HTTP/1.1 {status} {_TITLES[status]}\r\nContent-Type: application/problem+json\r\n{retry}"
        f"Cache-Control: no-store\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    )


def main() -> None:
    """Become HAProxy with the file after `-f` rewritten, which ends when the actor that started it does."""
    binary, listen, folder, *arguments = sys.argv[1:]
    at = arguments.index("-f") + 1
    theirs = Path(arguments[at])
    ours = theirs.with_name(f"pignon-{theirs.name}")
    ours.write_text(rewritten(theirs.read_text(), listen, Path(folder)))
    arguments[at] = str(ours)
    _die_with_parent()
    os.execv(binary, [binary, *arguments])  # noqa: S606 - it becomes HAProxy


def _die_with_parent() -> None:
    import ctypes

    parent = os.getppid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(1)


if __name__ == "__main__":
    main()
