"""What one machine remembers of a database that several share, and no dump of it holds.

Each machine keeps a file: which database it works on, and how many tries to send, of all machines,
it has seen there. A database that knows of fewer was restored, and so was another one, unless a
person has said that it takes the place of the one remembered.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from tracker.app.holding.epoch import DATABASE, Epoch, identity, new_identity, restored
from tracker.store import Store

BEFORE = "databases before"  # the names of those whose place this one takes, by a person's word
DOUBTED = "databases doubted for"  # the names by which machines remember another one
NAME = "tracker.epoch"


def file_in(environ: Mapping[str, str], base: Path) -> Path:
    """Return where a machine remembers: in the state folder of its service, or in `base`."""
    folders = environ.get("STATE_DIRECTORY", "")
    return Path(folders.partition(":")[0] or base) / NAME


def adopt(store: Store, now: datetime) -> None:
    """Let a database take the place of itself as it was, and of all that machines remember."""
    names = {*_names(store, BEFORE), *_names(store, DOUBTED), identity(store)} - {""}
    store.mark(BEFORE, " ".join(sorted(names)), now=now)
    store.mark(DOUBTED, "", now=now)
    store.mark(DATABASE, new_identity(), now=now)


class Witness:
    """One machine's memory of a shared database, and the doubts that come of it."""

    def __init__(self, store: Store, machine: str, file: Path) -> None:
        self._store = store
        self._machine = machine
        self._file = file
        self._known = Epoch.read(file)

    def begin(self, now: datetime) -> str | None:
        """Look for the first time, at a database that may have no name yet."""
        with self._store.writing():  # two machines that begin at once give it one name
            if not identity(self._store) and not self._remembers:
                self._store.mark(DATABASE, new_identity(), now=now)
        return self.look(now)

    def look(self, now: datetime) -> str | None:
        """Say why others may have sent what this database has not, or else remember more."""
        seen = Epoch(identity(self._store), self._machine, self._store.tries())
        if self._known is not None and self._remembers and not self._follows(seen, self._known):
            names = {*_names(self._store, DOUBTED), self._known.database}
            self._store.mark(DOUBTED, " ".join(sorted(names)), now=now)
            return restored(self._known.tries - seen.tries)
        if seen != self._known:
            seen.write(self._file)
            self._known = seen
        return None

    @property
    def _remembers(self) -> bool:
        return self._known is not None and self._known.tries > 0

    def _follows(self, seen: Epoch, known: Epoch) -> bool:
        """Say whether nothing was taken back between what is known and what is seen."""
        if seen.database == known.database:
            return seen.tries >= known.tries
        return known.database in _names(self._store, BEFORE)


def _names(store: Store, mark: str) -> list[str]:
    found = store.marked(mark)
    return found.value.split() if found else []
