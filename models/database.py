"""The database of a command: found or started, checked, and opened as engines.

with database(settings) as url:          # DATABASE_URL, else embedded
    upgrade(url)
    engine = open_engine(url)
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from models.errors import DatabaseError
from models.postgres import embedded
from models.settings import Settings

MIGRATIONS = Path(__file__).parent / "migrations"
#: Seconds to wait for a server that does not answer.
CONNECT_TIMEOUT = 10
#: Any constant; held while migrations run, so that two commands at once migrate once.
MIGRATION_LOCK = 7_406_601


@contextmanager
def database(settings: Settings) -> Iterator[str]:
    """A URL that answers: DATABASE_URL's, else the embedded server's for as long as the block lasts."""
    if settings.database_url is not None:
        url = settings.database_url.get_secret_value()
        check(url)
        yield url
        return
    with embedded(settings.home) as url:
        yield url


def driver_url(url: str) -> URL:
    """`url` as SQLAlchemy and psycopg read it, whatever PostgreSQL spelling came in."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise DatabaseError(
            "DATABASE_URL cannot be read. It should look like postgresql://user:password@host:5432/pignon."
        ) from None
    if parsed.get_backend_name() not in ("postgresql", "postgres"):
        raise DatabaseError(f"DATABASE_URL names {parsed.get_backend_name()}; Pignon needs PostgreSQL.")
    return parsed.set(drivername="postgresql+psycopg")


def check(url: str) -> None:
    """Raise DatabaseError, in one line without the password, when `url` does not answer."""
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            connection.execute(text("select 1"))
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise DatabaseError(
            f"The database {driver_url(url).render_as_string()} does not answer: {reason}. "
            "Check DATABASE_URL."
        ) from None
    finally:
        engine.dispose()


def open_engine(url: str, pool_size: int = 5) -> Engine:
    """A synchronous engine; connections are tested before use, so a restarted server is survived."""
    return create_engine(
        driver_url(url),
        pool_pre_ping=True,
        hide_parameters=True,  # an error that is logged tells nobody's address, nor what they look for
        pool_size=pool_size,
        max_overflow=pool_size,
        connect_args={"connect_timeout": CONNECT_TIMEOUT},
    )


def open_async_engine(
    url: str, pool_size: int = 5, *, ping: bool = True, overflow: int | None = None
) -> AsyncEngine:
    """The asynchronous twin of `open_engine`. ping: whether connections are tested before use; not where
    every transaction is retried anyway. overflow: connections past the pool's, closed after use; as many as
    the pool's if not told.
    """
    return create_async_engine(
        driver_url(url),
        pool_pre_ping=ping,
        hide_parameters=True,
        pool_size=pool_size,
        max_overflow=pool_size if overflow is None else overflow,
        pool_use_lifo=True,  # PostgreSQL's process that was asked last has most at hand
        connect_args={"connect_timeout": CONNECT_TIMEOUT},
    )


def upgrade(url: str, revision: str = "head") -> None:
    """Run the migrations up to `revision`. Safe when two commands do it at once."""
    from alembic import command
    from alembic.config import Config

    engine = open_engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            config = Config()
            config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    except SQLAlchemyError as error:
        raise DatabaseError(f"The database could not be upgraded: {str(error).splitlines()[0]}") from error
    finally:
        engine.dispose()
