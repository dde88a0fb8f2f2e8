"""Sending what another machine plans: the files in force are those in the database."""

from datetime import datetime
from pathlib import Path

from tracker.app.engine import Engine
from tracker.app.files_seen import texts_in_force
from tracker.app.in_force import InForce
from tracker.app.planned import problems_planned_with
from tracker.campaign import World
from tracker.errors import Problem
from tracker.loading.files import digest_of, read_bytes
from tracker.loading.world import Reading, read_world
from tracker.planning import Plan
from tracker.store import Store

_NOWHERE = Path("/nonexistent")


class Following:
    """Keeps an engine on the files that the planning machine has in force.

    Its own folder is not looked at: two folders would cancel each other's plans in turn.
    """

    def __init__(self, engine: Engine, config_path: Path) -> None:
        self.engine = engine
        self._config_path = config_path
        self._known: dict[tuple[str, str], str] = {}

    def plan(self, now: datetime) -> Plan:
        """Plan with the files now in force, as the planning machine does, and write nothing."""
        digests = {key: file.digest for key, file in self.engine.store.good_files().items()}
        problems = problems_planned_with(self.engine.store)
        if digests != self._known or problems != self.engine.problems:
            world = world_remembered(self.engine.store, self._config_path, now=now)
            if world is not None:
                self.engine.put_in_force(InForce.of(world, problems))
                self._known = digests
        return self.engine.foresee()


def world_remembered(store: Store, config_path: Path, *, now: datetime) -> World | None:
    """Return the files in force as the database has them, config.toml too.

    What config.toml here says counts where it is opened at the start: the database, the mail
    server, the templates; and all of it while the database has none of that name.
    """
    data = read_bytes(config_path)
    mine = {} if isinstance(data, Problem) else {("config", config_path.stem): digest_of(data)}
    texts = texts_in_force(store, now=now)
    return read_world(config_path, last_good=texts, campaigns=_NOWHERE, held=mine).world


def others_here(reading: Reading, store: Store) -> list[str]:
    """Return the files that are others here than those in force, by kind and name."""
    good = {key: file.digest for key, file in store.good_files().items()}
    here: dict[tuple[str, str], str] = {
        (one.kind, one.id): one.digest
        for one in reading.files
        if (one.kind, one.id) in reading.present
    }
    others = [key for key in good.keys() | here.keys() if good.get(key) != here.get(key)]
    return [f"{kind} {name}" for kind, name in sorted(others)]
