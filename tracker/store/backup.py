"""A copy of the database, made while the daemon runs, and looked at before it counts."""

import os
import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from tracker.errors import QuestionError, TrackerError
from tracker.store.looking import GROWING, Look, look_at, reading, rows_of


class Backup(Struct, frozen=True):
    """A copy that was made and found sound."""

    file: Path
    size: int
    rows: Mapping[str, int]


def back_up(database: Path, file: Path) -> Backup:
    """Copy a database into a new file of mode 0600, and verify the copy.

    It is the state of one moment: SQLite copies it within one read transaction. Nothing is ever
    overwritten. Raise QuestionError if the file is there already, TrackerError if the copy could
    not be made or is not sound; then nothing is left of it.
    """
    part = file.with_name(f".{file.name}.part")
    _claim(file)  # from here on the name is ours, so that the copy can take it in one step
    try:
        _claim(part)
        rows = _copied(database, part)
        _sync(part)
        part.rename(file)
        _sync(file.parent)
    except BaseException:
        for left in (part, file):
            left.unlink(missing_ok=True)
        raise
    return Backup(file, file.stat().st_size, rows)


def _claim(file: Path) -> None:
    try:
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        raise QuestionError(f"{file} is there already: a backup overwrites nothing.") from None
    except OSError as refused:
        raise QuestionError(f"{file} cannot be made: {refused.strerror}.") from None


def _copied(database: Path, part: Path) -> Mapping[str, int]:
    with reading(database) as connection:
        before = rows_of(connection)
        try:
            connection.execute("VACUUM INTO ?", (str(part),))
        except sqlite3.Error as broken:
            raise TrackerError(f"The backup could not be written: {broken}.") from None
        after = rows_of(connection)
    look = look_at(part, thorough=True)
    _verify(look, before, after)
    return look.rows


def _verify(look: Look, before: Mapping[str, int], after: Mapping[str, int]) -> None:
    """Refuse a copy that is damaged, or lacks what was there when it was begun."""
    if look.damage:
        raise TrackerError(f"The backup is damaged: {look.damage[0]}. It was taken away again.")
    for name in GROWING:
        if not before[name] <= look.rows.get(name, -1) <= after[name]:
            raise TrackerError(
                f"The backup has {look.rows.get(name, 0)} rows in {name}, the database"
                f" {before[name]} to {after[name]}. It was taken away again."
            )


def _sync(path: Path) -> None:
    with suppress(OSError):  # a folder on some file systems cannot be synced
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
