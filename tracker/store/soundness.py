"""Whether the file of a database is sound, asked before anything relies on it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from tracker.errors import BusyError, ConfigError
from tracker.store.sqlite import BUSY_WAIT_MS, shut_folder

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def must_be_sound(file: Path) -> None:
    """Raise ConfigError where a database is damaged; one that is not there yet is sound.

    Nothing is written, but what SQLite itself undoes of a transaction that was cut short.
    """
    if not file.exists() or not file.stat().st_size:
        return
    if file.is_dir():
        raise ConfigError(f"The database {file} is a folder: name a file in config.toml.")
    try:
        with closing(sqlite3.connect(file, timeout=BUSY_WAIT_MS / 1000)) as connection:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as broken:
        if getattr(broken, "sqlite_errorcode", 0) & 0xFF in _BUSY:
            raise BusyError(f"The database {file} is busy. Try again.") from None
        raise ConfigError(_refusal(file, str(broken))) from None
    if found != ("ok",):
        raise ConfigError(_refusal(file, " ".join(str(found[0]).split()) if found else "empty"))


def must_be_writable(file: Path) -> None:
    """Raise ConfigError where nothing can be put beside a database; without that none is written.

    Else it would come out at the first mail that is written down, or the next.
    """
    shut = shut_folder(file) if file.exists() else None
    if shut is not None:
        raise ConfigError(": ".join(shut))


def _refusal(file: Path, why: str) -> str:
    return (
        f"The database {file} is damaged or not a database ({why})."
        " Put it aside and restore a backup; nothing was changed."
    )
