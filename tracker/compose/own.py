"""An organisation's folder of templates: whether it holds anything but copies of the shipped."""

import os
from contextlib import suppress
from pathlib import Path

Stamp = tuple[str, int, int, int]
Version = tuple[Stamp, ...]


class OwnFolder:
    """Tells one state of the folder from another, and judges each state once."""

    def __init__(self, folder: Path, shipped: Path) -> None:
        self._folder = folder
        self._shipped = shipped
        self._last: Version = ()
        self._last_is_own = False

    def version(self) -> Version | None:
        """Return a mark of the state that the folder is in, None if all in it is shipped."""
        if self._folder == self._shipped:
            return None
        now = tuple(sorted(_stamps(self._folder)))
        if now != self._last:
            self._last_is_own = any(map(self._differs, (name for name, *_ in now)))
            self._last = now
        return now if self._last_is_own else None

    def _differs(self, name: str) -> bool:
        """Say whether a file is anything but a copy of the shipped template of its name."""
        own, shipped = self._folder / name, self._shipped / name
        with suppress(OSError):
            if own.is_file() and not own.is_symlink() and shipped.is_file():
                same_size = own.stat().st_size == shipped.stat().st_size
                return not same_size or own.read_bytes() != shipped.read_bytes()
        return True


def _stamps(folder: Path) -> list[Stamp]:
    with suppress(OSError), os.scandir(folder) as entries:
        return [_stamp(entry) for entry in entries]
    return []


def _stamp(entry: "os.DirEntry[str]") -> Stamp:
    with suppress(OSError):
        found = entry.stat(follow_symlinks=False)
        return entry.name, found.st_mtime_ns, found.st_size, found.st_ino
    return entry.name, 0, 0, 0
