"""The disk that everything is written down on: whether it has room, and is still there."""

from pathlib import Path

from tracker.errors import TrackerError

FLOOR_BYTES = 64 * 1024 * 1024
FLOOR_DATABASES = 5


class DatabaseFile:
    """The file of a database as it was when it was opened."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._inode = _inode(file)

    def must_be_the_same(self) -> None:
        """Raise TrackerError if it was deleted or replaced: what is written now would be lost."""
        inode = _inode(self.file)
        if inode is None:
            raise TrackerError(
                f"The database {self.file} was deleted while it was in use. Nothing more leaves:"
                " restore a backup and start again."
            )
        if inode != self._inode:
            raise TrackerError(
                f"The database {self.file} was replaced while it was in use. Nothing more leaves:"
                " start again to use the new one."
            )

    def shortage(self, free_bytes: int) -> str | None:
        """Say that there is too little room to write down what is sent, None if there is enough.

        Five times the database, and never more than 64 MiB.
        """
        floor = min(FLOOR_BYTES, FLOOR_DATABASES * self.file.stat().st_size)
        if free_bytes >= floor:
            return None
        return (
            f"The disk of {self.file} has {_size(free_bytes)} left and mail needs {_size(floor)},"
            " since what cannot be written down is not sent. Make room: it goes on by itself."
        )


def _inode(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _size(count: int) -> str:
    return f"{count / 1024 / 1024:.1f} MB"
