"""A look at a database file that changes nothing in it: no tables made, no mode set."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from msgspec import Struct

from tracker.errors import TrackerError
from tracker.store.engine import database_url, open_engine, transaction
from tracker.store.schema import version_of

TABLES = ("file", "journal", "mail", "line", "attempt")
# Rows of these are never taken away, so that a copy can be held against them.
GROWING = ("journal", "mail", "attempt")
_SOUND = "ok"


class Look(Struct, frozen=True):
    """What a database file is like; `damage` is empty where SQLite finds none."""

    sqlite: str
    journal_mode: str
    version: str | None
    rows: Mapping[str, int]
    damage: tuple[str, ...]


def has_tables(file: Path) -> bool:
    """Say whether a file is there with anything in it: an empty one is no database yet."""
    return file.exists() and file.stat().st_size > 0


def version_on(url: str, *, base: Path) -> str | None:
    """Connect to a database on a server, and return the version of its tables if it has any."""
    engine = open_engine(database_url(url), base=base)
    try:
        with transaction(engine, "reading") as connection:
            return version_of(connection)
    finally:
        engine.dispose()


def look_at(file: Path, *, thorough: bool) -> Look:
    """Look at a database file; `thorough` checks every index against its table, too.

    Raise TrackerError, in words, for a file that is no database or cannot be read.
    """
    with reading(file) as connection:
        check = "integrity_check" if thorough else "quick_check"
        found = [str(row[0]) for row in connection.execute(f"PRAGMA {check}(10)")]
        lost = [str(row) for row in connection.execute("PRAGMA foreign_key_check")]
        return Look(
            sqlite=sqlite3.sqlite_version,
            journal_mode=str(connection.execute("PRAGMA journal_mode").fetchone()[0]),
            version=_version(connection),
            rows=rows_of(connection),
            damage=tuple(one for one in (*found, *lost) if one != _SOUND),
        )


def rows_of(connection: sqlite3.Connection) -> dict[str, int]:
    """Count the rows of our tables, as far as they are there."""
    there = {str(row[0]) for row in connection.execute("SELECT name FROM sqlite_master")}
    return {
        name: int(connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0])  # noqa: S608 -- our own tables
        for name in TABLES
        if name in there
    }


@contextmanager
def reading(file: Path) -> Iterator[sqlite3.Connection]:
    """Open a database file that is there, and say in words what is wrong with it.

    Not as read-only: what a process that was killed left half done could then not be undone.
    """
    try:
        with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=rw", uri=True)) as connection:
            connection.execute("PRAGMA busy_timeout = 10000")
            yield connection
    except sqlite3.Error as broken:
        raise TrackerError(f"The database {file} cannot be read: {broken}.") from broken


def _version(connection: sqlite3.Connection) -> str | None:
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:
        return None
    return None if row is None else str(row[0])
