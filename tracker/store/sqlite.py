"""SQLite: where the file is, how safely it writes, and its faults in words."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, StaticPool, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from tracker.errors import BusyError, ConfigError, TrackerError, UnwritableError

BUSY_WAIT_MS = 10_000
JOURNAL_LIMIT_BYTES = 16 * 1024 * 1024
# Two connections that write and checkpoint a WAL can corrupt it before this version
# (https://sqlite.org/wal.html, "the WAL-reset bug"); a rollback journal cannot be hit.
_WAL_IS_SOUND = (3, 51, 3)


def open_file(file: Path | None) -> Engine:
    """Open SQLite with every transaction durable and every write transaction immediate.

    A new file is readable by its owner only, and so are the journals that SQLite puts beside it.
    """
    if file is not None:
        _make_private(file)
    engine = create_engine(
        "sqlite://" if file is None else f"sqlite:///{file}",
        poolclass=StaticPool if file is None else None,
        # The driver must not open transactions of its own accord: BEGIN is ours (see begun).
        connect_args={"isolation_level": None, "check_same_thread": False},
    )
    event.listen(engine, "connect", _set_up)
    return engine


@contextmanager
def begun(engine: Engine, *, to_write: bool) -> Iterator[Connection]:
    """Run a transaction; one that is to write takes the write lock before it reads."""
    # A read transaction that wants to write later is refused at once, whatever the time-out,
    # and SQLAlchemy's own default loses updates without an error.
    with engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("BEGIN IMMEDIATE" if to_write else "BEGIN")
        yield connection


def in_words(broken: DBAPIError, engine: Engine) -> TrackerError:
    """Say a fault of the database as something that a person can act on."""
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
        shut = shut_folder(Path(file))
        return UnwritableError(
            f"{shut[0]}: {shut[1]}"
            if shut
            else f"The database {file} cannot be written ({cause}). Check who owns it."
        )
    if code == sqlite3.SQLITE_FULL:
        return BusyError(
            f"The disk of the database {file} is full. What was under way is undone: make room."
        )
    return TrackerError(f"The database {file} failed ({cause}). What was under way is undone.")


def shut_folder(file: Path) -> tuple[str, str] | None:
    """Say that the folder of a database cannot be written, and how to mend it; None if it can."""
    if os.access(file.parent, os.W_OK | os.X_OK):
        return None
    said = f"The database's folder {file.parent} cannot be written"
    fix = f"give it to the tracker's user, or run chmod u+rwx {file.parent}"
    return f"{said}, and SQLite keeps its journal there", fix


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
        *durability(sqlite3.sqlite_version_info),
    ):
        connection.execute(f"PRAGMA {pragma}")


def durability(version: tuple[int, ...]) -> tuple[str, str]:
    """Return the pragmas with which this version of SQLite loses nothing."""
    # NORMAL would lose the last commits in a power cut: a lost "sent" is a second copy.
    if version >= _WAL_IS_SOUND:
        return "journal_mode = WAL", "synchronous = FULL"
    return "journal_mode = DELETE", "synchronous = EXTRA"


def _reason(refused: OSError) -> str:
    return (refused.strerror or str(refused)).lower()
