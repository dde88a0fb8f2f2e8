"""A program whose database is on a disk of one megabyte, which can be filled and freed.

The disk is a tmpfs that only the program sees, in a mount namespace of its own. A limit on files
is not the same: SQLite calls that an I/O error, and it ends the daemon (tests/test_stopping.py).
"""

import os
import subprocess
from pathlib import Path

_MOUNT = 'mount -t tmpfs -o size=1m,mode=700 tmpfs "$0" && exec "$@"'
_NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", _MOUNT)
_BLOCK = 4096


def can_mount(folder: Path) -> bool:
    """Say whether a program may have a disk of its own here."""
    try:
        asked = [*_NAMESPACE, str(folder), "true"]
        tried = subprocess.run(asked, capture_output=True, check=False)  # noqa: S603 -- our words
    except FileNotFoundError:
        return False
    return tried.returncode == 0


class SmallDisk:
    """The disk under `folder`, for one program."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def command(self, *program: str) -> list[str]:
        """Return how to start a program on it."""
        return [*_NAMESPACE, str(self.folder), *program]

    def seen_by(self, process: subprocess.Popen[bytes]) -> Path:
        """Return where one finds it from outside."""
        return Path(f"/proc/{process.pid}/root{self.folder}")

    def fill(self, process: subprocess.Popen[bytes]) -> None:
        """Leave no room for another byte."""
        with (self.seen_by(process) / "filler").open("wb", buffering=0) as filler:
            for size in (_BLOCK, 1):
                _write_all(filler.fileno(), size)

    def free(self, process: subprocess.Popen[bytes]) -> None:
        """Make room again."""
        (self.seen_by(process) / "filler").unlink()


def _write_all(descriptor: int, size: int) -> None:
    try:
        while os.write(descriptor, bytes(size)):
            pass
    except OSError:
        return
