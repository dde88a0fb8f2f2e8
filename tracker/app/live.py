"""The history that the daemon has, or would have after one more look at the files."""

from datetime import datetime

from tracker.app.remembering import facts_of, frames_of, history_from, sightings
from tracker.campaign import World
from tracker.events import History
from tracker.planning.steps import steps_of
from tracker.store import Store


def live_history(store: Store, world: World, *, now: datetime) -> History:
    """Add up the journal and what the daemon would write down if it looked now.

    Nothing is written: a fact that was logged a moment ago counts all the same.
    """
    frames = frames_of(world)
    facts = facts_of(frames)
    steps = {one: tuple(step.id for step in steps_of(home, world)) for one, home in frames.items()}
    entries = store.whole_journal()
    known = {entry.key for entry in entries}
    new = sightings(frames, facts, steps, now=now, replayed=False)
    return history_from(
        [*entries, *(entry for entry in new if entry.key not in known)],
        facts,
        History(accepted="settled", settle=world.config.times.settle),
    )
