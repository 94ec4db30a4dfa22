"""Floods: bad logins are refused cheaply, their memory is bounded, and the owner is not kept out."""

import asyncio
import json
import resource
import socket
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from sqlalchemy import Engine, update

from models.tables import User
from serve.accounts import passwords
from serve.accounts.passwords import Passwords
from serve.turns import Busy
from tests.serve.people import sign_up
from tests.serve.served import served

BAD = 10_000

pytestmark = pytest.mark.real_passwords


def _flood(address: str, email: str, number: int) -> Counter[int]:
    """So many bad logins from one address over one connection, a hundred at a time: the answers' statuses."""
    host, port = urlsplit(address).hostname, urlsplit(address).port
    statuses: Counter[int] = Counter()
    with socket.create_connection((host, port), 60) as opened, opened.makefile("rb") as answers:
        for first in range(0, number, 100):
            opened.sendall(b"".join(_bad_login(email, first + i) for i in range(100)))
            for _ in range(100):
                statuses[int(answers.readline().split()[1])] += 1
                headers = dict(
                    line.decode().lower().split(": ", 1) for line in iter(answers.readline, b"\r\n")
                )
                answers.read(int(headers["content-length"]))
    return statuses


def _bad_login(email: str, number: int) -> bytes:
    body = json.dumps({"email": email, "password": f"faux {number}"})
    return (
        "POST /api/auth/login HTTP/1.1\r\nHost: test\r\nX-Forwarded-For: 192.0.2.1\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


@pytest.mark.timeout(400)
def test_ten_thousand_bad_logins_are_refused_cheaply_and_the_owner_comes_in_from_elsewhere(
    database_url: str, engine: Engine, tmp_path: Path
) -> None:
    person = sign_up(engine, tmp_path)
    with engine.begin() as connection:
        kept = asyncio.run(Passwords().kept("trois pigeons sur un toit"))
        connection.execute(update(User).values(password_hash=kept))
    with served(database_url, tmp_path) as address:
        before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
        statuses = _flood(address, person.email, BAD)
        seconds = time.process_time() - began
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert statuses.keys() == {401, 429}
        assert statuses[401] <= 20
        assert seconds / BAD < 0.01, "hashing all of them would take ten times as long"
        assert grown < 200_000, "kilobytes, of which one hash takes 64,000"
        body = {"email": person.email, "password": "trois pigeons sur un toit"}
        elsewhere = {"X-Forwarded-For": "198.51.100.7"}
        owner = httpx2.post(f"{address}/api/auth/login", json=body, headers=elsewhere, timeout=60)
        assert owner.status_code == 200


async def test_more_passwords_than_can_be_looked_at_are_told_to_come_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(passwords, "MOST", 5)
    gate = Passwords()
    done = await asyncio.gather(*(gate.kept(f"mot {i}") for i in range(12)), return_exceptions=True)
    assert sum(isinstance(answer, Busy) for answer in done) == 7
    assert sum(isinstance(answer, str) for answer in done) == 5
    assert isinstance(await gate.kept("mot"), str), "and then they are looked at again"


async def test_a_flood_of_hashes_takes_the_memory_of_two() -> None:
    gate = Passwords()
    await asyncio.gather(*(gate.kept("mot") for _ in range(2)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    await asyncio.gather(*(gate.kept(f"mot {i}") for i in range(20)))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000
