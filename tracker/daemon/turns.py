"""The loop: what one turn of the daemon does, and when it turns again."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from tracker.app.edits_alone import EditsAlone
from tracker.app.engine import Engine
from tracker.app.files_seen import note_files, note_renames
from tracker.app.guarding import ACCEPTED, hold_back
from tracker.campaign import World
from tracker.config import Config
from tracker.daemon.bell import Bell
from tracker.daemon.folder import Contents, Folder
from tracker.daemon.heart import Heart
from tracker.daemon.service_manager import ServiceManager
from tracker.errors import BusyError
from tracker.loading.world import Reading
from tracker.planning import Plan

LOG = logging.getLogger("tracker")


class Daemon:
    """Looks at the files, plans, sends what is due and sets the bell, turn after turn.

    `read` reads the files anew. A turn that finds nothing new and nothing due costs a look at the
    stamps and one query.
    """

    def __init__(
        self,
        engine: Engine,
        folder: Folder,
        read: Callable[[], Reading],
        bell: Bell,
        heart: Heart | None = None,
    ) -> None:
        self.engine = engine
        self.bell = bell
        self.heart = heart or Heart(engine.store, ServiceManager(None), clock=engine.clock)
        self.folder = folder
        self._read = read
        self._edits = EditsAlone(engine, folder.config)
        self._plan_is_due = True
        self._all_is_due = False
        self._stopping = False
        self._heard = 0
        self._anew = False  # a held edit was confirmed: read the files though they are the same

    def stop(self) -> None:
        """End the loop once the work in hand is finished."""
        self._stopping = True
        self.bell.ring()

    def look(self) -> None:
        """Look at every file at once, whatever its stamp says."""
        self.folder.forget()
        self.bell.ring()

    async def run(self) -> None:
        """Turn whenever the bell rings, until it is told to stop."""
        while not self._stopping:
            await self.turn()
            await self.bell.heard()

    async def turn(self) -> None:
        """Look, and if something is new or due: plan, send, and try again what was put off.

        A busy database is asked again at the next turn.
        """
        started = self.engine.clock()
        if self.bell.house_is_due():
            self.folder.forget()
            self._plan_is_due = self._all_is_due = True
        try:
            planned = self._planned(started)
        except BusyError as busy:
            LOG.warning("waited in vain: %s", busy)
            return
        if planned is not None:
            with self.heart.handing_over():
                await self.engine.send_due(planned)
                await self.engine.retry_due()
        # What is due already and did not go in this turn waits for the next look: ringing for it
        # at once would never end.
        self.bell.arm(self.engine.next_moment(started))
        self.heart.beat()

    def _planned(self, now: datetime) -> Plan | None:
        """Return a new plan if one is called for."""
        planned = self._after_a_change(now)
        if planned is None and (self._plan_is_due or self._something_is_due(now)):
            planned = self.engine.refresh()
            self._plan_is_due = False
        return planned

    def _something_is_due(self, now: datetime) -> bool:
        due = self.engine.store.next_due()
        return due is not None and due <= now

    def _after_a_change(self, now: datetime) -> Plan | None:
        self._anew = self._anew or self._confirmed()
        contents = self.folder.look(anew=self._anew)
        if contents is None:
            return None
        if not self._anew and self._taken_alone(contents, now):
            return None  # what is due from it already is found like anything else that is due
        reading = self._read()
        if self.folder.contents() != contents:
            return None  # saved again while it was read: the next look sees it
        planned = self._taken(reading, now)
        self._believe(contents)
        self._anew = False
        return planned

    def _taken_alone(self, contents: Contents, now: datetime) -> bool:
        """Take edits of nothing but campaigns' own files, if all else is as it was planned.

        After housekeeping everything is read once: a warning may have come with the days.
        """
        if self._plan_is_due or self._all_is_due:
            return False
        edited = self.folder.edited_campaigns(contents)
        alone = bool(edited) and self._edits.take(edited, now=now)
        if alone:
            self._believe(contents)
        return alone

    def _believe(self, contents: Contents) -> None:
        for path in sorted(self.folder.changed(contents)):
            LOG.info("read %s", path.name)
        self.folder.believe(contents)

    def _confirmed(self) -> bool:
        """Say whether a person has confirmed an edit since the last look."""
        last = self.engine.store.last_number()
        if last <= self._heard:
            return False
        words = self.engine.store.journal(kinds={ACCEPTED}, after=self._heard)
        self._heard = last
        return bool(words)

    def _taken(self, reading: Reading, now: datetime) -> Plan | None:
        """Put what was read in force and plan with it, in one transaction."""
        files = self.engine.files
        before = files.world
        try:
            with self.engine.store.writing():
                if hold_back(self.engine, reading, before, now=now):
                    reading = self._read()
                world = _in_force(before, reading)
                put_in_force(self.engine, reading, world, now=now)
                planned = self.engine.refresh()
        except BusyError:
            self.engine.put_in_force(files)
            self._plan_is_due = True
            raise
        self._plan_is_due = self._all_is_due = False
        return planned


def _in_force(before: World, reading: Reading) -> World:
    """Return the files that hold from now on; what looks like an accident changes nothing."""
    if reading.world is None:
        LOG.warning("config.toml has errors; the one read before stays in force")
        return before
    if reading.emptied:
        LOG.warning("the campaigns folder is empty; the files read before stay in force")
    if _opened_at_start(reading.world.config) != _opened_at_start(before.config):
        LOG.warning("config.toml names another database, folder or transport: restart to use it")
    return reading.world


def _opened_at_start(config: Config) -> tuple[str | None, ...]:
    mail = config.mail
    return (
        config.database,
        config.campaigns,
        config.templates,
        mail.transport,
        mail.password_file,
    )


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
    note_files(engine.store, reading, world, now=now)
    remember(engine, reading, now=now)
    engine.take(world, reading.problems, before=before)


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
