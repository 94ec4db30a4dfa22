"""The schema: tables and migrations agree, history cannot be rewritten, errors are one clear line."""

import os
import pwd
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from pydantic import SecretStr
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.orm import Session

from models.database import MIGRATIONS, check, database, driver_url, open_async_engine, upgrade
from models.errors import DatabaseError
from models.postgres import embedded
from models.settings import Settings
from models.tables import Agency, AggregatedListing, Base, EventKind, ListingHistory, Property


def test_tables_and_migrations_agree(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, Base.metadata) == []


def test_upgrading_twice_and_at_once_changes_nothing(database_url: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(upgrade, [database_url] * 2))


def test_the_life_of_accounts_goes_down_and_up_again(database_url: str, engine: Engine) -> None:
    """Links of a kind that was not known before go; the others stay, and are refused no more afterwards."""
    link = text("insert into mailed_links values (:hash, :purpose, 'a@b.fr', null, '{}', now(), now())")
    kept = text("select purpose from mailed_links order by purpose")
    with engine.begin() as c:
        c.execute(
            text(
                "insert into users (email, password_hash, language, is_active, seen_at, created_at, "
                "updated_at) values ('a@b.fr', '', 'fr', true, '2020-01-01', '2020-01-01', now())"
            )
        )
        c.execute(link, [{"hash": p.encode(), "purpose": p} for p in ("reset", "email", "undo")])
    _downgrade(engine, "0025")
    with pytest.raises(IntegrityError, match="ck_mailed_links_purpose"), engine.begin() as c:
        c.execute(link, {"hash": b"one", "purpose": "email"})
    upgrade(database_url)
    test_tables_and_migrations_agree(engine)
    with engine.begin() as c:
        assert c.scalars(kept).all() == ["reset"]
        told = "select now() - seen_at < interval '1 hour', warned_at from users"
        assert c.execute(text(told)).one() == (True, None), "nobody is dormant by the upgrade"
        c.execute(link, {"hash": b"one", "purpose": "email"})


def _downgrade(engine: Engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def _one_event(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        agency = Agency(name="A", website_url="http://a.example")
        dwelling = Property()
        session.add_all([agency, dwelling])
        session.flush()
        listing = AggregatedListing(
            agency_id=agency.id,
            property_id=dwelling.id,
            source_url="http://a.example/1",
            hash="h",
            price=300_000,
            surface=61,
        )
        session.add(listing)
        session.flush()
        session.add(ListingHistory(listing_id=listing.id, kind=EventKind.CREATED))


def test_history_is_append_only(engine: Engine) -> None:
    _one_event(engine)
    for statement in ("update listing_history set field = 'price'", "delete from listing_history"):
        with pytest.raises(ProgrammingError, match="append-only"), engine.begin() as c:
            c.execute(text(statement))


def test_an_erasure_that_says_so_may_delete_history(engine: Engine) -> None:
    _one_event(engine)
    with engine.begin() as c:
        c.execute(text("set local pignon.erasure = 'on'"))
        c.execute(text("delete from aggregated_listings"))
        assert c.scalar(text("select count(*) from listing_history")) == 0


def test_price_per_square_metre_follows_price_and_surface(engine: Engine) -> None:
    _one_event(engine)
    with engine.begin() as c:
        assert c.scalar(text("select price_per_sqm from aggregated_listings")) == 4918
        c.execute(text("update aggregated_listings set surface = null"))
        assert c.scalar(text("select price_per_sqm from aggregated_listings")) is None


def test_a_listing_is_withdrawn_exactly_when_it_is_not_active(engine: Engine) -> None:
    _one_event(engine)
    with pytest.raises(IntegrityError, match="withdrawn"), engine.begin() as c:
        c.execute(text("update aggregated_listings set is_active = false"))


async def test_what_a_database_refuses_is_told_without_the_values(database_url: str, engine: Engine) -> None:
    statement, values = text("select 1 from nowhere where name = :name"), {"name": "claire@exemple.fr"}
    with pytest.raises(ProgrammingError) as one, engine.connect() as connection:
        connection.execute(statement, values)
    other = open_async_engine(database_url)
    with pytest.raises(ProgrammingError) as two:
        async with other.connect() as opened:
            await opened.execute(statement, values)
    await other.dispose()
    for refused in (one, two):
        assert "nowhere" in str(refused.value)
        assert "claire" not in str(refused.value)


def test_a_wrong_database_url_is_one_clear_line_without_the_password() -> None:
    with pytest.raises(DatabaseError) as caught:
        check("postgresql://someone:s3cret@127.0.0.1:1/pignon")
    message = str(caught.value)
    assert "\n" not in message
    assert "s3cret" not in message
    assert "DATABASE_URL" in message


@pytest.mark.parametrize("url", ["mysql://a@b/c", "no url at all"])
def test_a_url_of_another_kind_says_what_is_needed(url: str) -> None:
    with pytest.raises(DatabaseError, match=r"PostgreSQL|postgresql://"):
        driver_url(url)


def test_database_url_wins_over_the_embedded_server(database_url: str, tmp_path: Path) -> None:
    url = driver_url(database_url).render_as_string(hide_password=False)
    with database(Settings(database_url=SecretStr(url), pignon_home=tmp_path)) as answered:
        assert answered == url
    assert list(tmp_path.iterdir()) == []


def test_the_last_user_stops_the_embedded_server_and_data_stay(tmp_path: Path) -> None:
    with embedded(tmp_path) as first, embedded(tmp_path) as second:
        assert first == second
        with psycopg.connect(first, autocommit=True) as c:
            c.execute("create table kept (n int)")
    assert not (tmp_path / "postgres" / "postmaster.pid").exists()
    with embedded(tmp_path) as url, psycopg.connect(url) as c:
        assert c.execute("select count(*) from kept").fetchone() == (0,)


def test_the_embedded_server_takes_an_eighth_of_the_memory_or_what_its_owner_wrote(tmp_path: Path) -> None:
    def buffers() -> int:
        with embedded(tmp_path) as url, psycopg.connect(url) as c:
            row = c.execute("select pg_size_bytes(current_setting('shared_buffers'))").fetchone()
        return int(row[0]) if row else 0

    eighth = psutil.virtual_memory().total // 8
    assert buffers() == min(1 << 30, max(128 << 20, eighth)) >> 20 << 20
    settings = tmp_path / "postgres" / "postgresql.conf"
    settings.write_text(
        re.sub(r"(?m)^shared_buffers = \d+MB$", "shared_buffers = 16MB", settings.read_text())
    )
    assert buffers() == 16 << 20


USER = """
import sys
import tempfile
from pathlib import Path
from models.postgres import embedded
with embedded(Path(sys.argv[1])) as url:
    print(url, flush=True)
    sys.stdin.readline()
"""


def _user(home: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", USER, str(home)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_two_commands_share_the_server_and_a_killed_one_does_not_keep_it_running(tmp_path: Path) -> None:
    users = [_user(tmp_path) for _ in range(2)]
    urls = [user.stdout.readline().strip() for user in users if user.stdout]
    assert urls[0] == urls[1]
    users[0].kill()
    users[0].communicate()
    assert (tmp_path / "postgres" / "postmaster.pid").exists()
    users[1].communicate("\n")
    assert users[1].returncode == 0
    assert not (tmp_path / "postgres" / "postmaster.pid").exists()


def test_data_of_another_version_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("14\n")
    with pytest.raises(DatabaseError, match="PostgreSQL 14"), embedded(tmp_path):
        pass


def test_a_home_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseError, match="PIGNON_HOME"), embedded(tmp_path / "file" / "home"):
        pass


def test_a_full_disk_is_said_before_anything_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.postgres.MIN_FREE_BYTES", 2**62)
    with pytest.raises(DatabaseError, match="full"), embedded(tmp_path):
        pass


def _runs_as_nobody(interpreter: str, nobody: int) -> bool:
    try:
        probe = subprocess.run(
            [interpreter, "-c", "import models.postgres, psutil"], user=nobody, check=False
        )
    except OSError:
        return False
    return probe.returncode == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="the suite itself already runs as an ordinary user")
def test_an_ordinary_user_has_a_server_of_their_own_beside_roots(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = pwd.getpwnam("nobody").pw_uid
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(Path.cwd()), *sys.path]))
    interpreters = [sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"]
    interpreter = next((i for i in interpreters if _runs_as_nobody(i, nobody)), None)
    if interpreter is None:
        pytest.skip("no interpreter here that an ordinary user may run")
    with embedded(tmp_path / "root"), tempfile.TemporaryDirectory(prefix="pignon-user-") as home:
        os.chown(home, nobody, -1)
        command = [interpreter, "-W", "ignore", "-c", USER, home]
        user = subprocess.run(command, user=nobody, input="\n", capture_output=True, text=True, check=False)
        assert user.returncode == 0, user.stderr
        assert user.stdout.startswith("postgresql://")
