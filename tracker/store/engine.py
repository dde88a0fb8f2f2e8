"""The database that config.toml names, SQLite or PostgreSQL, and the transactions on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from sqlalchemy import Engine
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, ProgrammingError

from tracker.errors import ConfigError
from tracker.store import postgres, sqlite

# What a transaction is for. Planning is alone; several may send at once, but none beside planning.
Work = Literal["reading", "planning", "sending"]


def database_url(url: str) -> URL:
    """Read the address of a database; ConfigError, with what to write, if it is none of ours."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # a port that is no number is the latter
        raise ConfigError(_not_ours("This")) from None
    if parsed.get_backend_name() not in {"sqlite", postgres.NAME}:
        raise ConfigError(_not_ours(f'"{parsed.render_as_string(hide_password=True)}"'))
    return parsed


def database_file(url: URL, *, base: Path) -> Path | None:
    """Return the file that a database URL names, relative to `base`; None where it is no file."""
    if is_shared(url) or url.database in {None, "", ":memory:"}:
        return None
    return base / str(url.database)


def is_shared(url: URL) -> bool:
    """Say whether several machines may work on a database."""
    return url.get_backend_name() == postgres.NAME


def open_engine(url: URL, *, base: Path) -> Engine:
    """Open a database; every transaction is on the disk when it has ended."""
    if is_shared(url):
        return postgres.open_server(url)
    return sqlite.open_file(database_file(url, base=base))


@contextmanager
def transaction(engine: Engine, work: Work) -> Iterator[Connection]:
    """Run one transaction; one that writes waits for its turn before it reads.

    Raise BusyError when another process keeps it waiting or the server is away, TrackerError
    when the disk fails: what could not be written down did not happen.
    """
    begin, in_words = _on_a_file, sqlite.in_words
    if is_shared(engine.url):
        begin, in_words = _on_a_server, postgres.in_words
    try:
        with begin(engine, work) as connection:
            yield connection
    except DBAPIError as broken:
        if isinstance(broken, (IntegrityError, ProgrammingError)) and not _is_the_worlds(broken):
            raise  # our own fault
        raise in_words(broken, engine) from broken


def _is_the_worlds(broken: DBAPIError) -> bool:
    """Say whether we have no right to a table, or the address has words that mean nothing."""
    state = getattr(broken.orig, "sqlstate", "")
    return state == postgres.NO_RIGHT or state is None


@contextmanager
def _on_a_file(engine: Engine, work: Work) -> Iterator[Connection]:
    with sqlite.begun(engine, to_write=work != "reading") as connection:
        yield connection


@contextmanager
def _on_a_server(engine: Engine, work: Work) -> Iterator[Connection]:
    mode = postgres.reading(engine) if work == "reading" else engine
    with mode.begin() as connection:
        if work == "planning":
            postgres.one_at_a_time(connection)
        elif work == "sending":
            postgres.none_plans(connection)
        yield connection


def _not_ours(url: str) -> str:
    return (
        f"{url} is not a database that this version can use: write"
        ' database = "sqlite:///tracker.db", or "postgresql+psycopg://HOST/NAME"'
    )
