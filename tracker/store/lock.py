"""The daemon's lock: one process at a time works on one database file."""

import fcntl
import os
import socket
from pathlib import Path
from typing import Self

from tracker.errors import BusyError, ConfigError

_LONGEST_HOLDER = 400
_LOCKS = Path("/proc/locks")


class DaemonLock:
    """A lock on a file beside the database, free at once when its process ends in any way."""

    def __init__(self, file: Path, descriptor: int) -> None:
        self.file = file
        self._descriptor: int | None = descriptor

    @classmethod
    def take(cls, database: Path) -> Self:
        """Take the lock, or raise BusyError naming the process and host that hold it."""
        file = _lock_of(database)
        try:
            descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as refused:
            raise ConfigError(f"The lock {file} cannot be opened: {refused.strerror}.") from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, _LONGEST_HOLDER, 0).decode("utf-8", "replace").strip()
            os.close(descriptor)
            raise BusyError(_refusal(database, holder)) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"process {os.getpid()} on {socket.gethostname()}\n".encode(), 0)
        return cls(file, descriptor)

    def release(self) -> None:
        """Let the next one in; doing it twice is harmless.

        The file stays: removing it would let two processes each hold a lock of that name.
        """
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def is_held(database: Path) -> bool | None:
    """Say whether a daemon has this database, None where the machine does not tell.

    The lock is not tried: whoever tried it would keep out a daemon that starts at that moment.
    """
    try:
        inode = _lock_of(database).stat().st_ino
    except FileNotFoundError:
        return False
    except OSError:
        return None
    try:
        locks = _LOCKS.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    held = (line.split() for line in locks if " FLOCK " in line and " -> " not in line)
    return any(words[5].rpartition(":")[2] == str(inode) for words in held)


def _lock_of(database: Path) -> Path:
    return database.with_name(f"{database.name}.lock")


def _refusal(database: Path, holder: str) -> str:
    who = holder or "another process"
    return f"The database {database} is in use by {who}. Stop that one first, or try again later."
