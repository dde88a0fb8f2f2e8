"""What one machine remembers of a database that several share, and no dump of it holds.

Each machine keeps a file: which database it works on, and how many tries to send, of all machines,
it has seen there. A database that knows of fewer was restored, and so was another one, unless a
person has said that it takes the place of the one remembered.

The database itself remembers where it was when mail was sent from it: found elsewhere, it is a
copy, and the original may be at work. That is so for a machine, too, that remembers nothing.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from tracker.app.holding.epoch import (
    DATABASE,
    Doubt,
    Epoch,
    identity,
    moved,
    new_identity,
    restored,
)
from tracker.store import Store

BEFORE = "databases before"  # the names of those whose place this one takes, by a person's word
DOUBTED = "databases doubted for"  # the names by which machines remember another one
PLACE = "place"  # where it was when mail was last sent from it
NAME = "tracker.epoch"


def file_in(environ: Mapping[str, str], base: Path) -> Path:
    """Return where a machine remembers: in the state folder of its service, or in `base`."""
    folders = environ.get("STATE_DIRECTORY", "")
    return Path(folders.partition(":")[0] or base) / NAME


def adopt(store: Store, now: datetime) -> None:
    """Let a database take the place of itself as it was, and of all that machines remember.

    Where it is now is where it belongs.
    """
    names = {*_names(store, BEFORE), *_names(store, DOUBTED), identity(store)} - {""}
    store.mark(BEFORE, " ".join(sorted(names)), now=now)
    store.mark(DOUBTED, "", now=now)
    store.mark(DATABASE, new_identity(), now=now)
    store.mark(PLACE, store.place(), now=now)


class Witness:
    """One machine's memory of a shared database, and the doubts that come of it."""

    def __init__(self, store: Store, machine: str, file: Path) -> None:
        self._store = store
        self._machine = machine
        self._file = file
        self._known = Epoch.read(file)

    def begin(self, now: datetime) -> Doubt | None:
        """Look for the first time, at a database that may have no name yet."""
        with self._store.writing():  # two machines that begin at once give it one name
            if not identity(self._store) and not self._remembers:
                self._store.mark(DATABASE, new_identity(), now=now)
        return self.look(now)

    def look(self, now: datetime) -> Doubt | None:
        """Say why others may have sent what this database has not, or else remember more."""
        with self._store.reading():  # it is asked whenever mails begin
            seen = Epoch(identity(self._store), self._machine, self._store.tries())
            kept, place = self._store.marked(PLACE), self._store.place()
        if self._known is not None and self._remembers and not self._follows(seen, self._known):
            names = {*_names(self._store, DOUBTED), self._known.database}
            self._store.mark(DOUBTED, " ".join(sorted(names)), now=now)
            return "restored", restored(self._known.tries - seen.tries)
        if not self._is_in_its_place(kept.value if kept else "", place, seen.tries, now):
            return "cloned", moved()
        if seen != self._known:
            seen.write(self._file)
            self._known = seen
        return None

    def _is_in_its_place(self, known: str, place: str, tries: int, now: datetime) -> bool:
        """Say whether the database is where it was; one that nothing was sent from may move."""
        whole = _together(known, place) if known else place
        if whole is None and tries:
            return False
        if (whole or place) != known:
            self._store.mark(PLACE, whole or place, now=now)
        return True

    @property
    def _remembers(self) -> bool:
        return self._known is not None and self._known.tries > 0

    def _follows(self, seen: Epoch, known: Epoch) -> bool:
        """Say whether nothing was taken back between what is known and what is seen."""
        if seen.database == known.database:
            return seen.tries >= known.tries
        return known.database in _names(self._store, BEFORE)


def _together(known: str, place: str) -> str | None:
    """Return all that is known of one place, None if these are two; who may ask may change."""
    pairs = list(zip(known.split("/"), place.split("/"), strict=True))
    if any(one and two and one != two for one, two in pairs):
        return None
    return "/".join(two or one for one, two in pairs)


def _names(store: Store, mark: str) -> list[str]:
    found = store.marked(mark)
    return found.value.split() if found else []
