"""Replaces a file's bytes in one step, and never those of a save that came in between."""

import fcntl
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tracker.errors import BusyError
from tracker.loading.files import LARGEST_BYTES

MOST_TRIES = 10
Change = Callable[[bytes], bytes]


class CannotWriteError(BusyError):
    """The file cannot be replaced as it is: by whom it is owned, where it lies, what it is."""


def replace_bytes(path: Path, change: Change) -> bytes:
    """Give a file the bytes that `change` makes of its own, and return them.

    They are written beside it, synced and renamed over it, with its mode and owner (or at least
    its group), so that a reader or a power cut finds the old file or the new one. If the file was
    saved meanwhile, it is read and changed again. What `change` raises leaves the file as it is.

    Raise CannotWriteError where the file cannot be written, is a link or no file, and BusyError
    where it is saved again and again.
    """
    try:
        with _alone_in(path.parent):
            for _ in range(MOST_TRIES):
                before, found = _read(path)
                after = change(before)
                if _swapped(path, before, after, found):
                    return after
    except OSError as refused:
        raise CannotWriteError(f"{path}: {(refused.strerror or str(refused)).lower()}") from None
    raise BusyError(f"{path} is being saved again and again; try again in a moment")


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Let one tracker at a time write in a folder; editors ask nobody, hence the second look."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with suppress(OSError):  # some network file systems have no such lock
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _read(path: Path) -> tuple[bytes, os.stat_result]:
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise CannotWriteError(f"{path}: not a file")
        return file.read(LARGEST_BYTES + 1), found


def _swapped(path: Path, before: bytes, after: bytes, found: os.stat_result) -> bool:
    """Write beside and rename over; False, and no change, if the file is another one by now."""
    if not os.access(path, os.W_OK, effective_ids=True):
        # A rename needs leave of the folder only; a file closed to writing is to stay as it is.
        raise CannotWriteError(f"{path}: permission denied")
    beside = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    try:
        _write(beside, after, found)
        now, meanwhile = _read(path)
        if now != before or meanwhile.st_ino != found.st_ino:
            return False
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    _sync(path.parent)
    return True


def _write(path: Path, data: bytes, like: os.stat_result) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        _hand_over(handle, like)
        os.fchmod(handle, stat.S_IMODE(like.st_mode))  # after the owner: chown drops some bits
        file.write(data)
        file.flush()
        os.fsync(handle)


def _hand_over(handle: int, like: os.stat_result) -> None:
    """Give the new file the owner and group of the old one.

    Only root can give a file away. What a group shares and may write stays the group's, and
    belongs to whoever wrote last, as after an editor that saves beside and renames.
    """
    made = os.fstat(handle)
    if (made.st_uid, made.st_gid) == (like.st_uid, like.st_gid):
        return
    try:
        os.fchown(handle, like.st_uid, like.st_gid)
    except PermissionError:
        if not like.st_mode & stat.S_IWGRP:
            raise
        os.fchown(handle, -1, like.st_gid)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
