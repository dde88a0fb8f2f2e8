"""The files as the daemon has them: last good versions stand for those with errors."""

from datetime import datetime
from pathlib import Path

from tracker.app.files_seen import ended
from tracker.app.guarding import held_edits
from tracker.loading.world import Reading, read_world
from tracker.store import Store


def read_as_kept(config_path: Path, store: Store, *, now: datetime) -> Reading:
    """Read all files among what the database remembers of them."""
    return read_world(
        config_path,
        now=now,
        last_good=store.last_good(),
        ended=ended(store, now=now),
        held=held_edits(store),
    )


def kept_since(reading: Reading, store: Store) -> dict[str, datetime]:
    """Return by path when the version of a file was first read that is in force, if it was."""
    good = store.good_files()
    return {
        str(file.path): good[key].read_at
        for key, file in reading.in_force.items()
        if key in good and good[key].text == file.text
    }
