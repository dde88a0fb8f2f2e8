"""The connection to SQLite: where the file is, how safely it writes, and its faults in words."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, StaticPool, create_engine, event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, ProgrammingError

from tracker.errors import BusyError, ConfigError, TrackerError

BUSY_WAIT_MS = 10_000
JOURNAL_LIMIT_BYTES = 16 * 1024 * 1024
# Two connections that write and checkpoint a WAL can corrupt it before this version
# (https://sqlite.org/wal.html, "the WAL-reset bug"); a rollback journal cannot be hit.
_WAL_IS_SOUND = (3, 51, 3)
_IMMEDIATE = "tracker_immediate"


def database_file(url: str, *, base: Path) -> Path | None:
    """Return the file that a database URL names, relative to `base`; None is a database in memory.

    Raise ConfigError, with what to write, for a URL that is not SQLite's.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigError(_not_ours(url)) from None
    if parsed.get_backend_name() != "sqlite":
        raise ConfigError(_not_ours(parsed.render_as_string(hide_password=True)))
    if parsed.database in {None, "", ":memory:"}:
        return None
    return base / str(parsed.database)


def open_engine(file: Path | None) -> Engine:
    """Open SQLite with every transaction durable and every write transaction immediate.

    A new file is readable by its owner only, and so are the journals that SQLite puts beside it.
    """
    if file is not None:
        _make_private(file)
    engine = create_engine(
        "sqlite://" if file is None else f"sqlite:///{file}",
        poolclass=StaticPool if file is None else None,
        # The driver must not open transactions of its own accord: BEGIN is ours (see _begin).
        connect_args={"isolation_level": None, "check_same_thread": False},
    )
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


@contextmanager
def transaction(engine: Engine, *, immediate: bool) -> Iterator[Connection]:
    """Run one transaction; an immediate one takes the write lock before it reads.

    Raise BusyError when another process keeps the lock, TrackerError when the disk fails: what
    could not be written down did not happen.
    """
    try:
        with engine.execution_options(**{_IMMEDIATE: immediate}).begin() as connection:
            yield connection
    except (IntegrityError, ProgrammingError):
        raise  # our own fault, not the world's
    except DBAPIError as broken:
        raise _in_words(broken, engine) from broken


def _make_private(file: Path) -> None:
    try:
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        mode = file.stat().st_mode
        if mode & 0o077:
            file.chmod(mode & 0o700)
    except OSError as refused:
        raise ConfigError(
            f"The database {file} cannot be opened: {_reason(refused)}."
            " Check `database` in config.toml, the folder and who owns it."
        ) from None


def _set_up(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in (
        f"busy_timeout = {BUSY_WAIT_MS}",
        "foreign_keys = ON",
        "trusted_schema = OFF",
        "secure_delete = ON",
        f"journal_size_limit = {JOURNAL_LIMIT_BYTES}",
        *_durability(sqlite3.sqlite_version_info),
    ):
        connection.execute(f"PRAGMA {pragma}")


def _durability(version: tuple[int, ...]) -> tuple[str, str]:
    # NORMAL would lose the last commits in a power cut: a lost "sent" is a second copy.
    if version >= _WAL_IS_SOUND:
        return "journal_mode = WAL", "synchronous = FULL"
    return "journal_mode = DELETE", "synchronous = EXTRA"


def _begin(connection: Connection) -> None:
    # A read transaction that wants to write later is refused at once, whatever the time-out,
    # and SQLAlchemy's own default loses updates without an error.
    immediate = connection.get_execution_options().get(_IMMEDIATE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _in_words(broken: DBAPIError, engine: Engine) -> TrackerError:
    cause: Any = broken.orig
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
    file = engine.url.database or "in memory"
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return BusyError(
            f"The database {file} is busy: another process has been writing for"
            f" {BUSY_WAIT_MS // 1000} seconds. Try again."
        )
    if code in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
        return ConfigError(
            f"The database {file} is damaged or not a database ({cause})."
            " Put it aside and restore a backup; nothing was changed."
        )
    if code in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}:
        return ConfigError(f"The database {file} cannot be written ({cause}). Check who owns it.")
    return TrackerError(f"The database {file} failed ({cause}). What was under way is undone.")


def _not_ours(url: str) -> str:
    return (
        f'"{url}" is not a database that this version can use:'
        ' write database = "sqlite:///tracker.db"'
    )


def _reason(refused: OSError) -> str:
    return (refused.strerror or str(refused)).lower()
