"""The files put in force: at the start, at a change, and where another machine planned before."""

import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from tracker.app.edits import as_remembered
from tracker.app.engine import Engine
from tracker.app.files_seen import ended, note_files, note_renames
from tracker.app.guarding import held_edits, hold_back
from tracker.campaign import World
from tracker.errors import ConfigError
from tracker.loading.campaigns_folder import folder_problems
from tracker.loading.world import Reading, Watch, read_world
from tracker.report import show_problems
from tracker.store import Store

LOG = logging.getLogger("tracker")


def read_files(
    store: Store, config_path: Path, *, now: datetime, watch: Watch = lambda _done, _whole: None
) -> Reading:
    """Read all files among what the database remembers of them, for a daemon: errors only."""
    return read_world(
        config_path,
        now=now,
        last_good=store.last_good(),
        ended=ended(store, now=now),
        held=held_edits(store),
        errors_only=True,
        watch=watch,
    )


def begin_planning(engine: Engine, reading: Reading, read: Callable[[], Reading]) -> Reading:
    """Put the files in force as read; where the database has others, that is an edit.

    Return them as they are in force, which is as read again where an edit is held from now on.
    Raise ConfigError where config.toml keeps it from that.
    """
    now, store = engine.clock(), engine.store
    world = usable(reading)
    with store.writing():
        before = as_remembered(world, reading.in_force, store.good_files())
        if hold_back(engine, reading, before, now=now):
            reading = read()
            world = usable(reading)
        put_in_force(engine, reading, world, now=now, before=before)
    return reading


def usable(reading: Reading) -> World:
    """Return the files that were read; ConfigError, with all that is wrong, if there are none."""
    if reading.world is not None:
        return reading.world
    config = str(reading.config_path)
    problems = [one for one in reading.problems if one.file == config]
    raise ConfigError(show_problems(problems or reading.problems, files=1, config=config))


def must_have_folder(reading: Reading, world: World) -> None:
    """Raise ConfigError where the campaigns folder is shut, and nothing of it is remembered."""
    shut = folder_problems(reading.problems)
    if shut and not world.campaigns:
        raise ConfigError(show_problems(shut, files=1, config=str(reading.config_path)))


def put_in_force(
    engine: Engine,
    reading: Reading,
    world: World,
    *,
    now: datetime,
    before: World | None = None,
) -> None:
    """Write down what was found out about the files, and let these be in force from now on.

    `before` are the files that were in force until now, where the engine does not have them.
    """
    renamed = note_renames(engine.store, reading, now=now)
    if renamed:
        for old, new in sorted(renamed.items()):
            LOG.info("campaign %s goes on as %s: its file has a new name", old, new)
        gone = {key: one for key, one in reading.gone.items() if key[1] not in renamed}
        kept = {name: one for name, one in world.campaigns.items() if name not in renamed}
        reading, world = replace(reading, gone=gone), replace(world, campaigns=kept)
    _warn_of_the_folder(reading)
    note_files(engine.store, reading, world, now=now)
    remember(engine, reading, now=now)
    engine.take(world, reading.problems, before=before)


def _warn_of_the_folder(reading: Reading) -> None:
    """Say that no campaign is where they are looked for; what was read before goes on."""
    if reading.emptied:
        LOG.warning("the campaigns folder is empty; the files read before stay in force")
    for one in folder_problems(reading.problems):
        LOG.warning("%s: %s; %s", one.key, one.message, one.hint)


def remember(engine: Engine, reading: Reading, *, now: datetime) -> None:
    """Keep each sound file as its last good version, and say which files are broken."""
    broken = set(reading.not_in_force)
    for path in reading.not_in_force:
        kept = any(str(file.path) == path for file in reading.in_force.values())
        what = "its last good version stays in force" if kept else "it is not in force"
        LOG.warning("%s has errors: %s", path, what)
    sound = [
        file
        for key, file in reading.in_force.items()
        if key in reading.present and str(file.path) not in broken
    ]
    rows = [(file.kind, file.id, file.digest, file.text) for file in sound]
    engine.store.remember_files(rows, now=now)
