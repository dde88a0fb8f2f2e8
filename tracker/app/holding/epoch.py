"""Whose database this is, and how far it has come: told by a file beside it that no backup holds.

The file says which database it belongs to, on which machine, and how many tries to send it has
seen. A database that knows of fewer comes from a backup; one on another machine is a copy, whose
original may be at work.
"""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tracker.errors import ConfigError, TrackerError
from tracker.store import Store
from tracker.store.looking import has_tables

DATABASE = "database"
Cause = Literal["restored", "cloned"]
Doubt = tuple[Cause, str]
_LONGEST = 400
_ONLY_ONE = "Run `tracker resume {}` if this is the only tracker that sends these mails."


@dataclass(frozen=True, slots=True)
class Epoch:
    """What the file says."""

    database: str
    machine: str
    tries: int

    @classmethod
    def read(cls, file: Path) -> "Epoch | None":
        """Read the file beside a database; None where there is none that can be understood."""
        try:
            with file.open(encoding="utf-8") as opened:
                words = dict(line.split(" ", 1) for line in opened.read(_LONGEST).splitlines())
            return cls(words["database"], words["machine"], int(words["tries"]))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError):
            return None
        except OSError as refused:
            raise ConfigError(f"{file} cannot be read: {_reason(refused)}.") from None

    def write(self, file: Path) -> None:
        """Write it in place, and wait until the disk has it."""
        said = f"database {self.database}\nmachine {self.machine}\ntries {self.tries}\n".encode()
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                os.pwrite(descriptor, said, 0)
                os.ftruncate(descriptor, len(said))
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as refused:
            raise TrackerError(f"{file} cannot be written: {_reason(refused)}.") from None


def file_beside(database: Path) -> Path:
    """Return where the file of a database is."""
    return database.with_name(f"{database.name}.epoch")


def must_be_there(database: Path) -> None:
    """Raise ConfigError where a database has gone that mail was sent from.

    An empty one in its place would send everything once more.
    """
    epoch = Epoch.read(file_beside(database))
    if epoch is not None and epoch.tries and not has_tables(database):
        what = "empty" if database.exists() else "gone"
        raise ConfigError(
            f"The database {database} is {what}, though mail was sent from it. Restore a backup;"
            f" or, to begin with nothing sent and nothing seen, remove {file_beside(database)}."
        )


def write_down(store: Store, machine: str, file: Path) -> None:
    """Let the file say what the database says now; before anything leaves."""
    with store.reading():
        now = Epoch(identity(store), machine, store.tries())
    now.write(file)


def identity(store: Store) -> str:
    """Return a database's name for itself, and give it one where it has none."""
    mark = store.marked(DATABASE)
    return mark.value if mark else ""


def doubt(store: Store, machine: str, epoch: Epoch | None) -> Doubt | None:
    """Say why others may have sent what this database has not, None if there is no reason to."""
    database, tries = identity(store), store.tries()
    if epoch is None:
        return ("cloned", _moved()) if database and tries else None
    if machine and epoch.machine and epoch.machine != machine:
        return "cloned", _copied()
    if database != epoch.database or tries < epoch.tries:
        return ("restored", restored(epoch.tries - tries)) if epoch.tries else None
    return None


def new_identity() -> str:
    """Draw a name for a database."""
    return secrets.token_hex(8)


def _moved() -> str:
    return (
        "The file .epoch beside the database is gone: the database was moved here, or copied from"
        f" where another tracker may send the same mails. {_ONLY_ONE.format('cloned')}"
    )


def _copied() -> str:
    return (
        "The database comes from another machine, where another tracker may send the same mails."
        f" {_ONLY_ONE.format('cloned')}"
    )


def moved() -> str:
    """Say that a shared database is no longer in the place where mail was sent from it."""
    return (
        "The database was copied or moved to another place on PostgreSQL, by a dump or an upgrade,"
        " since mail was last sent from it; on the old one another tracker may send the same"
        f" mails. {_ONLY_ONE.format('cloned')}"
    )


def restored(missing: int) -> str:
    """Say that a database comes from a backup, which lacks so many tries."""
    tries = "1 try to send is" if missing == 1 else f"{missing} tries to send are"
    known = f"{tries} not in it" if missing > 0 else "it is another one"
    return (
        f"The database is not the one that was used last ({known}): it comes from a backup, and"
        f" what it takes for unsent may have been sent. {_ONLY_ONE.format('restored')}"
    )


def _reason(refused: OSError) -> str:
    return (refused.strerror or str(refused)).lower()
