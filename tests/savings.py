"""How programs save a file, step by step; between any two steps somebody may look."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

Saving = Callable[[Path, bytes], Iterator[None]]


def _written(path: Path, data: bytes, parts: int, flags: int) -> Iterator[None]:
    """Write in parts, each on the disk before the next."""
    handle = os.open(path, os.O_WRONLY | flags, 0o644)
    try:
        yield
        size = -(-len(data) // parts)
        for begin in range(0, len(data), size):
            os.write(handle, data[begin : begin + size])
            yield
    finally:
        os.close(handle)


def vim_backupcopy_yes(path: Path, data: bytes) -> Iterator[None]:
    backup = path.with_name(f"{path.name}~")
    backup.write_bytes(path.read_bytes())
    yield
    yield from _written(path, data, 2, os.O_TRUNC)
    backup.unlink()


def vim_backupcopy_no(path: Path, data: bytes) -> Iterator[None]:
    probe, backup = path.with_name("4913"), path.with_name(f"{path.name}~")
    probe.touch()
    yield
    probe.unlink()
    yield
    path.rename(backup)
    yield
    yield from _written(path, data, 2, os.O_CREAT | os.O_EXCL)
    backup.unlink()


def nano(path: Path, data: bytes) -> Iterator[None]:
    yield from _written(path, data, 1, os.O_TRUNC)


def sed_in_place(path: Path, data: bytes) -> Iterator[None]:
    beside = path.with_name("sedAbC123")
    yield from _written(beside, data, 3, os.O_CREAT | os.O_EXCL)
    beside.rename(path)
    yield


def cp_over(path: Path, data: bytes) -> Iterator[None]:
    yield from _written(path, data, 2, os.O_TRUNC)


def rsync_in_place(path: Path, data: bytes) -> Iterator[None]:
    """Write over the old text and cut what is left of it: half new and half old in between."""
    yield from _written(path, data, 4, 0)
    os.truncate(path, len(data))
    yield


def sftp(path: Path, data: bytes) -> Iterator[None]:
    yield from _written(path, data, 5, os.O_TRUNC)


def git_checkout(path: Path, data: bytes) -> Iterator[None]:
    path.unlink()
    yield
    yield from _written(path, data, 2, os.O_CREAT | os.O_EXCL)


SAVINGS: tuple[Saving, ...] = (
    vim_backupcopy_yes,
    vim_backupcopy_no,
    nano,
    sed_in_place,
    cp_over,
    rsync_in_place,
    sftp,
    git_checkout,
)
