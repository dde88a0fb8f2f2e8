"""The loop: what one turn of the daemon does, and when it turns again."""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from tracker.app.confirming import ACCEPTED
from tracker.app.due_alone import DueAlone
from tracker.app.edits import with_returned
from tracker.app.edits_alone import EditsAlone, Taken
from tracker.app.engine import Engine
from tracker.app.faults import said_of
from tracker.app.following import Following, others_here
from tracker.app.guarding import hold_back
from tracker.app.sending import Ground
from tracker.campaign import World
from tracker.config import Config
from tracker.daemon.beginning import begin_planning, put_in_force
from tracker.daemon.bell import Bell
from tracker.daemon.folder import Contents, Folder
from tracker.daemon.many import Many
from tracker.daemon.service_manager import ServiceManager
from tracker.daemon.watchdog import Watchdog
from tracker.errors import BusyError, TrackerError, UnwritableError
from tracker.loading.world import Reading
from tracker.planning import Plan

LOG = logging.getLogger("tracker")
MOST_NAMED = 10
LATELY = timedelta(days=8)  # a weekly digest, and a night on which no house was kept


class Daemon:
    """Looks at the files, plans, sends what is due and sets the bell, turn after turn.

    `read` reads the files anew. On a database that machines share, one of them `plans`, and all
    send what is due. A turn that finds nothing new and nothing due costs a look at the
    stamps and one query.
    """

    def __init__(  # noqa: PLR0913 -- what it turns, what wakes it, and how it plans
        self,
        engine: Engine,
        folder: Folder,
        read: Callable[[], Reading],
        bell: Bell,
        watchdog: Watchdog | None = None,
        *,
        plans: bool = True,
        many: Many | None = None,
    ) -> None:
        self.engine = engine
        self.bell = bell
        self.watchdog = watchdog or Watchdog(engine.store, ServiceManager(None))
        self.folder = folder
        self._read = read
        self._edits = EditsAlone(engine, folder.config)
        self._due = DueAlone(engine)
        self._many = many
        self._following = Following(engine, folder.config)
        self._plans = plans
        self._plan_is_due = many is None  # it has just been made, or stands from before
        self._all_is_due = False
        self._stopping = False
        self._heard = many.heard if many else 0
        self._edited: Taken | None = None  # edits in this turn, and what is due after them
        self._next_due: datetime | None = None  # as this turn has found it, if nothing was due
        self._told_apart = self._is_ready = False
        self._fault = self._in_vain = ""
        self._anew = False  # a held edit was confirmed: read the files though they are the same

    def stop(self) -> None:
        """End the loop once the work in hand is finished; nothing is begun any more."""
        self._stopping = True
        self.engine.sending.hands.stop()
        self.bell.ring()

    def look(self) -> None:
        """Look at every file at once, whatever its stamp says."""
        self.folder.forget()
        self.bell.ring()

    async def run(self) -> None:
        """Turn whenever the bell rings, until it is told to stop and no mail is in hand."""
        async with self.engine.sending.hands.until_ended():
            while not self._stopping:
                await self._turn_whatever_comes()
                await self.bell.heard()

    def _get_ready(self) -> None:
        """Load once, while nothing is due, what the first mail of a morning would wait for."""
        if self._is_ready or self._stopping:
            return
        self._is_ready = True
        self.engine.sending.composer.get_ready()
        if not self._plans and self._many is None:
            with suppress(BusyError):  # it is asked again when something is due
                self._following.plan(self.engine.clock())

    async def _turn_whatever_comes(self) -> None:
        """Turn; a fault of ours is told, once for each, and the next turn is another chance.

        What cannot be written down ends the loop: nothing may be sent then.
        """
        try:
            await self.turn()
            self._get_ready()
        except TrackerError:
            raise
        except Exception as fault:  # noqa: BLE001 -- whatever it is, tomorrow's mails must leave
            said = said_of(fault)
            if said != self._fault:
                LOG.error("a turn failed: %s", said)  # noqa: TRY400 -- its words may be a campaign's
            self._fault = said

    async def turn(self) -> None:
        """Look, and if something is new or due: plan, send, and try again what was put off.

        A busy database is asked again at the next turn.
        """
        started = self.engine.clock()
        house = self.bell.house_is_due()
        if house:
            self.folder.forget()
            self._plan_is_due = self._all_is_due = True
        try:
            if house:
                self._let_go(started)
            due = await self._plan_and_send(started)
            # What is due already and did not go in this turn waits for the next look: ringing for
            # it at once would never end.
            self.bell.arm(self.engine.next_moment(started, due=due))
            self.watchdog.turned(self.engine.clock())
            self._in_vain = ""
        except (BusyError, UnwritableError) as unwritten:
            if str(unwritten) != self._in_vain:
                LOG.warning("waited in vain: %s", unwritten)
            self._in_vain = str(unwritten)
            self.watchdog.waits(unwritten)

    def _let_go(self, now: datetime) -> None:
        """Take out of the database what is kept for a while only."""
        self.engine.store.passing.take_out_replaced(since=now - LATELY)
        purged = self.engine.store.purge(now - self.engine.world.config.keep.bodies)
        if purged:
            LOG.info("took the text out of %d mails that ended long ago", purged)

    async def _plan_and_send(self, now: datetime) -> datetime | None:
        """Return when the next line is due, if that is known and ahead."""
        self._next_due = self._edited = None
        self.engine.sending.hands.hear()
        self.engine.sending.hands.may_leave()  # what is held is seen when nothing is due, too
        ground = self._planned(now) if self._it_plans() else self._seen(now)
        if ground is not None:
            with self.watchdog.taking_its_time():
                await self.engine.sending.send_due(ground)
                await self.engine.retry_due()
            if self.engine.told_from_old_files():  # there may be something to correct now
                self._plan_is_due = True
                self.bell.ring()
        if self.engine.store.is_shared:
            self._next_due = None
            self.engine.sending.recover()
        return self._next_due

    def _it_plans(self) -> bool:
        """Say whether this machine plans; when that begins, the files here are put in force."""
        plans, did = self.engine.store.planner.is_here(), self._plans
        if plans and not did:
            contents = self.folder.contents()
            begin_planning(self.engine, self._read(), self._read)
            self._believe(contents)
            self._plan_is_due = True
        if plans != did:
            LOG.info("plans from now on" if plans else "another machine plans from now on")
            self._told_apart = False
        self._plans = plans
        return plans

    def _seen(self, now: datetime) -> Ground | None:
        """Return the plan that another machine has made, if some of it is due."""
        self._tell_apart()
        due = self._something_is_due(now)
        return self.engine.ground(self._following.plan(now)) if due else None

    def _tell_apart(self) -> None:
        """Say once, and after each change, that the files here are not those in force."""
        contents = self.folder.look()
        if contents is None and self._told_apart:
            return
        if contents is not None:
            self.folder.believe(contents)
        others = others_here(self._read(), self.engine.store)
        if others:
            LOG.warning(
                "the files here are not those of the machine that plans, and only those count: %s",
                ", ".join(others[:MOST_NAMED]),
            )
        self._told_apart = True

    def _planned(self, now: datetime) -> Ground | None:
        """Plan if that is called for, and return what mails are written from then."""
        if self._many is not None:
            self._look_at_many(self._many, now)
            return self._many.ground(now) if self._something_is_due(now) else None
        planned = None if self.bell.only_next() else self._after_a_change(now)
        if planned is None and self._plan_is_due:
            planned = self.engine.refresh()
            self._plan_is_due = False
        if planned is None and self._something_is_due(now):
            return self._due.ground(now) or self.engine.ground(self.engine.refresh())
        return None if planned is None else self.engine.ground(planned)

    def _something_is_due(self, now: datetime) -> bool:
        edited, self._edited = self._edited, None
        due = edited.next_due if edited else self.engine.store.next_due()
        self._next_due = due if due is not None and due > now else None
        return due is not None and due <= now and self.engine.sending.hands.is_open()

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

    def _look_at_many(self, many: Many, now: datetime) -> None:
        """Take edits of campaigns alone; for anything else let all files be looked at."""
        contents = None
        if not self.bell.only_next():
            self._anew = self._anew or self._confirmed()
            contents = self.folder.look(anew=self._anew)
        if contents is not None and not self._anew and self._taken_alone(contents, now):
            return  # only where no file is gone: nothing else wants all
        if contents is None and (self._plan_is_due or many.wants_all(now)):
            contents = self.folder.contents()
        if contents is not None:
            self._take_all(many, contents, now)

    def _take_all(self, many: Many, contents: Contents, now: datetime) -> None:
        before = self.engine.world.config
        with self.watchdog.taking_its_time():  # ten thousand files take their minute
            taken = many.take(contents, now)
        if taken:
            _say_what_waits(before, self.engine.world.config)
            self._believe(contents)
            self._heard = many.heard
            self._anew = self._plan_is_due = False

    def _taken_alone(self, contents: Contents, now: datetime) -> bool:
        """Take edits of nothing but campaigns' own files, if all else is as it was planned.

        After housekeeping everything is read once: a warning may have come with the days.
        """
        if self._plan_is_due or (self._all_is_due and self._many is None):
            return False
        edited = self.folder.edited_campaigns(contents)
        self._edited = self._edits.take(edited, now=now) if edited else None
        if self._edited:
            self._believe(contents)
        return self._edited is not None

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
                before = with_returned(before, reading.in_force, self.engine.store)
                put_in_force(self.engine, reading, world, now=now, before=before)
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
    _say_what_waits(before.config, reading.world.config)
    return reading.world


def _say_what_waits(before: Config, after: Config) -> None:
    """Say that a change of what was opened at the start waits for the next one."""
    if _opened_at_start(after) != _opened_at_start(before):
        LOG.warning("config.toml names another database, folder or transport: restart to use it")


def _opened_at_start(config: Config) -> tuple[str | None, ...]:
    mail = config.mail
    return (
        config.database,
        config.campaigns,
        config.templates,
        mail.transport,
        mail.password_file,
        *(mail.token_command or ()),
    )
