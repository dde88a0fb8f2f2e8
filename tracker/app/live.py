"""The history that the daemon has, or would have after one more look at the files."""

from collections.abc import Sequence
from datetime import datetime

from tracker.app.in_force import InForce
from tracker.app.remembering import history_from, sightings
from tracker.campaign import World
from tracker.events import History
from tracker.store import JournalEntry, Store


def live_history(store: Store, world: World, *, now: datetime) -> History:
    """Add up the journal and what the daemon would write down if it looked now.

    Nothing is written: a fact that was logged a moment ago counts all the same.
    """
    return history_once_read(store.whole_journal(), InForce.of(world), now=now)


def first_history(world: World, *, now: datetime) -> History:
    """Return what a daemon would know that has never run before and starts now."""
    return history_once_read((), InForce.of(world), now=now)


def history_once_read(
    entries: Sequence[JournalEntry], files: InForce, *, now: datetime
) -> History:
    """Add up entries and what would be written down if these files were looked at now."""
    known = {entry.key for entry in entries}
    new = sightings(files.frames, files.facts, files.steps, now=now, replayed=False)
    return history_from(
        [*entries, *(entry for entry in new if entry.key not in known)],
        files.facts,
        History(accepted="settled", settle=files.world.config.times.settle),
    )
