"""What was taken out of the database is taken out of its files, too."""

import mmap
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from tracker.store.looking import reading


def tidy(file: Path) -> None:
    """Write the database anew, without the room of what was taken out; nobody else may use it."""
    with reading(file) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def traces(file: Path, words: Collection[str]) -> bool:
    """Say whether any of these words is left in the bytes of a database's files."""
    patterns = [re.compile(re.escape(word.encode()), re.IGNORECASE) for word in words]
    return any(pattern.search(text) for text in _texts(file) for pattern in patterns)


def _texts(file: Path) -> Iterator[mmap.mmap]:
    for end in ("", "-wal", "-journal"):
        beside = file.with_name(f"{file.name}{end}")
        if beside.exists() and beside.stat().st_size:
            with beside.open("rb") as opened:
                yield mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
