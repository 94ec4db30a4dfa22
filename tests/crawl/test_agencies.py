"""Agencies: what people type, rows without doubles, who is due."""

import socket
import subprocess
import sys
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select, update

from crawl.agencies import due, register, site_address
from crawl.lease import release_dead, this_worker
from models.errors import InputError
from models.tables import Agency, utc_now


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("agence.example", "https://agence.example/"),
        (" www.Agence.example/nos-biens?x=1 ", "https://www.agence.example/"),
        ("http://agence.example", "http://agence.example/"),
        ("HTTPS://AGENCE.EXAMPLE:443/", "https://agence.example/"),
        ("agence-été.example", "https://xn--agence-t-h1ab.example/"),
    ],
)
def test_what_people_type_is_understood(typed: str, address: str) -> None:
    assert site_address(typed) == address


@pytest.mark.parametrize(
    "typed",
    ["", "htp:/x", "http:/agence.example", "agence", "ftp://agence.example", "https://", "mailto:a@b.example",
     "http://127.0.0.1/", "http://localhost:8000", "https://agence..example", "deux mots.example",
     "http://user:pass@agence.example", "http://agence.example:22", "http://[::1]/", "http://agence.localhost/"],
)  # fmt: skip
def test_a_typo_is_one_clear_line(typed: str) -> None:
    with pytest.raises(InputError) as caught:
        site_address(typed)
    assert typed in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_towns_hosts_are_known_where_the_town_is_on() -> None:
    assert site_address("agence.localhost:8123", town=True) == "http://agence.localhost:8123/"


def test_a_site_has_one_row_however_it_is_written(engine: Engine) -> None:
    urls = ["agence.example", "http://www.agence.example/x", "https://agence.example", "autre.example"]
    ids = register(engine, urls, "test")
    assert ids[0] == ids[1] == ids[2] != ids[3]
    assert register(engine, ["www.agence.example"]) == [ids[0]]
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(Agency)) == 2


def test_one_bad_address_registers_none(engine: Engine) -> None:
    with pytest.raises(InputError):
        register(engine, ["agence.example", "htp:/x"])
    assert due(engine) == []


def test_due_leaves_out_who_is_busy_waiting_inactive_opted_out_or_elsewhere(engine: Engine) -> None:
    names = ["a", "busy", "waiting", "inactive", "out", "later", "elsewhere", "b"]
    ids = dict(zip(names, register(engine, [f"{n}.example" for n in names]), strict=True))
    now = utc_now()
    soon = now + timedelta(hours=1)
    values: dict[str, dict[str, object]] = {
        "a": {"next_crawl_at": now - timedelta(hours=1), "postal_code": "75015"},
        "b": {"next_crawl_at": now - timedelta(hours=2), "postal_code": "75015"},
        "busy": {"leased_until": soon},
        "waiting": {"not_before": soon},
        "inactive": {"is_active": False},
        "out": {"opted_out_at": now},
        "later": {"next_crawl_at": soon},
        "elsewhere": {"postal_code": "33000"},
    }
    with engine.begin() as connection:
        for name, columns in values.items():
            connection.execute(update(Agency).where(Agency.id == ids[name]).values(columns))
    assert due(engine) == [ids["b"], ids["a"], ids["elsewhere"]]
    assert due(engine, limit=1) == [ids["b"]]
    assert due(engine, postal_code="75015") == [ids["b"], ids["a"]]


def test_crawls_that_were_interrupted_go_before_sites_that_are_longer_due(engine: Engine) -> None:
    ids = register(engine, ["a.example", "b.example", "killed.example", "moved.example"])
    now = utc_now()
    with engine.begin() as connection:
        for agency_id, status in zip(ids[2:], ("running", "interrupted"), strict=True):
            values = {"scraping_status": status, "next_crawl_at": now}
            connection.execute(update(Agency).where(Agency.id == agency_id).values(values))
    assert due(engine) == [*ids[2:], *ids[:2]]


def test_leases_of_dead_processes_of_this_machine_are_freed_and_no_others(engine: Engine) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    ids = register(engine, ["a.example", "b.example", "c.example", "d.example", "e.example"])
    host, soon = socket.gethostname()[:40], utc_now() + timedelta(hours=1)
    gone = [f"{host}:{dead.pid}", f"{host}:{dead.pid}:0badcafe:shard-1"]
    holders = [*gone, this_worker(), f"{this_worker()}:0badcafe:shard-0", f"elsewhere:{dead.pid}"]
    with engine.begin() as connection:
        for agency_id, holder in zip(ids, holders, strict=True):
            values = {"leased_by": holder, "leased_until": soon}
            connection.execute(update(Agency).where(Agency.id == agency_id).values(values))
    assert release_dead(engine) == 2
    assert due(engine) == ids[:2]
