"""The compose file starts every part in order, healthy, with secrets and images of the user's own."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from models.settings import Settings

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
RUNNING = {name: service for name, service in SERVICES.items() if service.get("restart") != "no"}
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
SECRETS = {"SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "ELASTIC_PASSWORD", "RAY_AUTH_TOKEN"}
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_every_part_is_there_and_tells_its_health() -> None:
    assert set(RUNNING) == {
        *("api", "ray-head", "ray-worker", "scheduler"),
        *("postgres", "redis", "elasticsearch"),
    }
    for name, service in RUNNING.items():
        assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}, name
        assert service["restart"] == "unless-stopped", name


def test_the_database_is_upgraded_before_anything_reads_it() -> None:
    assert SERVICES["migrate"]["command"] == ["pignon", "db", "upgrade"]
    for name in ("api", "ray-head"):
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    for name in ("ray-worker", "scheduler"):
        assert SERVICES[name]["depends_on"]["ray-head"] == {"condition": "service_healthy"}


def test_each_secret_is_required_wherever_it_is_named_and_has_no_default() -> None:
    named = re.findall(r"(?<!\$)\$\{(\w+)(:[?-])?([^}]*)\}", TEXT)
    assert {name for name, operator, _ in named if operator == ":?"} == SECRETS
    for name, operator, default in named:
        if re.search(r"SECRET|PASSWORD|TOKEN|API_KEY|_SID", name) and name not in SECRETS:
            assert (operator, default) in {(":-", ""), (":-", "30")}, name
        if name in SECRETS:
            assert operator == ":?", name


def test_images_are_named_by_variables() -> None:
    for name, service in SERVICES.items():
        assert re.fullmatch(r"\$\{[A-Z_]+_IMAGE:-[^}]+\}", service["image"]), name
    for line in re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE):
        assert line == "${PYTHON_IMAGE}"
    assert all(service["build"]["args"]["PYTHON_IMAGE"] for service in OURS.values())


def test_the_image_downloads_from_package_registries_only_and_is_not_root() -> None:
    instructions = "\n".join(line for line in DOCKERFILE.splitlines() if not line.startswith("#"))
    assert not re.search(r"\b(apt|apt-get|apk|curl|wget|git)\b|^ADD |https?://", instructions, re.MULTILINE)
    for install in re.findall(r"pip install ([^\n;\\]*)", instructions):
        assert "--require-hashes" in install or "--no-index" in install
    users = re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)
    assert users
    assert users[-1] != "root"
    assert not users[-1].startswith("0")


def test_ports_are_published_on_loopback_and_stores_not_at_all() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)
    assert COMPOSE["networks"]["store"] == {"internal": True}
    for name in ("postgres", "redis", "elasticsearch"):
        assert SERVICES[name]["networks"] == ["store"]
        assert "ports" not in SERVICES[name]


def test_the_volumes_that_hold_data_are_named() -> None:
    mounted = {mount.split(":")[0] for service in SERVICES.values() for mount in service.get("volumes", ())}
    assert mounted == set(COMPOSE["volumes"]) == {"home", "postgres", "redis", "elasticsearch"}


def test_every_setting_reaches_every_part_of_ours() -> None:
    names = {name.upper() for name in Settings.model_fields}
    for name, service in OURS.items():
        assert names <= set(service["environment"]), name


def test_the_ray_cluster_takes_nobody_without_the_token() -> None:
    for name in ("ray-head", "ray-worker", "scheduler"):
        assert SERVICES[name]["environment"]["RAY_AUTH_MODE"] == "token"


def test_what_is_copied_into_the_image_leaves_secrets_out() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert "*" in lines
    assert "**/.env*" in lines
    assert not any(line.startswith(("!.", "!tests")) for line in lines)


def test_the_example_names_every_variable_of_the_compose_file_and_no_secret_value() -> None:
    example = dict(
        line.split("=", 1)
        for line in (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    )
    assert set(re.findall(r"(?<!\$)\$\{(\w+)", TEXT)) <= set(example)
    assert not any(example.values())


def _config(environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        ["docker", "compose", "--env-file", os.devnull, "config", "--quiet"],
        cwd=ROOT,
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _compose_runs() -> bool:
    try:
        return (
            subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode == 0
        )
    except OSError:
        return False


@pytest.mark.skipif(not _compose_runs(), reason="docker compose is not on this machine")
def test_compose_itself_accepts_the_file_and_names_a_missing_secret() -> None:
    given = dict.fromkeys(SECRETS, "0123456789abcdef")
    accepted = _config(given)
    assert (accepted.returncode, accepted.stderr) == (0, "")
    for name in SECRETS:
        refused = _config({key: value for key, value in given.items() if key != name})
        assert refused.returncode != 0
        assert name in refused.stderr
