"""The application on Ray Serve."""

import socket
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import Engine

from models.errors import ServiceError
from models.settings import Settings
from serve.app import check_port, start, stop
from tests.serve.market import seed


@pytest.fixture
def stopped(ray_runtime: None) -> Iterator[None]:
    """The suite's cluster, without the application once the test is over."""
    yield
    stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.ray
@pytest.mark.timeout(300)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")  # Ray's own
def test_ray_serves_the_search_on_the_address_asked_for(
    stopped: None, database_url: str, engine: Engine, tmp_path: Path
) -> None:
    seed(engine, number=12)
    port = free_port()
    settings = Settings(_env_file=None, pignon_home=tmp_path)  # type: ignore[call-arg]
    address = start(database_url, settings, "127.0.0.1", port)
    assert address == f"http://127.0.0.1:{port}/"
    with httpx2.Client(base_url=address, timeout=20) as client:
        assert client.get("/api/listings/search").json()["total"] == 14
        assert client.get("/healthz").status_code == client.head("/healthz").status_code == 200
        assert client.get("/api/listings/search?rooms=x").status_code == 422
    with pytest.raises(ServiceError, match=f"port {port}"):
        check_port("127.0.0.1", port)


def test_a_taken_port_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServiceError) as caught:
            check_port("127.0.0.1", port)
    assert str(port) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("port", [-1, 0, 70_000])
def test_a_port_that_is_none_is_one_clear_line(port: int) -> None:
    with pytest.raises(ServiceError, match=str(port)):
        check_port("127.0.0.1", port)
