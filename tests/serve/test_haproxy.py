"""HAProxy's configuration, made ours."""

from pathlib import Path

from serve.haproxy import prepare, rewritten

#: As Ray 2.60 writes it, shortened.
RAYS = """global
    # Access/event log at `info`.
    log 127.0.0.1:514 local0 info
    stats socket /f/node/admin.sock mode 666 level admin expose-fd listeners
    maxconn 4096
defaults
    mode http
    option log-health-checks
    timeout connect 5s

    log global
    option httplog
    retry-on conn-failure empty-response
    errorfile 502 /f/node/500.http
    errorfile 503 /f/node/500.http
frontend prometheus
    bind :9101
    mode http
    http-request use-service prometheus-exporter if { path /metrics }
    no log
frontend http_frontend
    bind 127.0.0.1:8000
    log /f/metrics.sock len 8192 format rfc5424 local1 debug
    log-format-sd "%{+Q,+E}o [serve@1 app=x]"
    use_backend http-pignon if is_http-pignon
    default_backend default_backend
backend default_backend
    http-request return status 404 content-type text/plain lf-string "Path '%[path]' not found."
backend http-pignon
    log global
    server replica 127.0.0.1:30000 check
listen stats
  bind *:8404
  stats enable
"""


def test_only_what_is_served_is_listened_on_and_nothing_is_logged(tmp_path: Path) -> None:
    lines = [line.strip() for line in rewritten(RAYS, "*:8443", tmp_path).splitlines()]
    assert [line for line in lines if line.startswith("bind")] == ["bind *:8443"]
    assert not [line for line in lines if "log" in line.split()[0] or "httplog" in line]
    assert not [line for line in lines if "prometheus" in line or line == "listen stats"]
    assert "stats socket /f/node/admin.sock mode 600 level admin expose-fd listeners" in lines
    assert "server replica 127.0.0.1:30000 check" in lines


def test_another_one_is_asked_only_what_changes_nothing(tmp_path: Path) -> None:
    assert "http-request disable-l7-retry unless METH_GET" in rewritten(RAYS, "*:1", tmp_path)


def test_its_own_answers_are_problems_that_say_when_to_come_again(tmp_path: Path) -> None:
    prepare(tmp_path, "/bin/true", "*:1")
    for status, told in ((502, 503), (503, 503), (504, 504), (400, 400), (408, 408)):
        head, _, body = (tmp_path / f"{status}.http").read_bytes().partition(b"\r\n\r\n")
        assert head.startswith(f"HTTP/1.1 {told} ".encode())
        assert b"application/problem+json" in head
        assert f"Content-Length: {len(body)}".encode() in head
        assert (b"Retry-After" in head) == (told == 503)
        assert f"errorfile {status} {tmp_path}/{status}.http" in rewritten(RAYS, "*:1", tmp_path)


def test_its_launcher_is_ours_alone(tmp_path: Path) -> None:
    launcher = prepare(tmp_path, "/bin/true", "*:1")
    assert launcher.stat().st_mode & 0o777 == 0o700
