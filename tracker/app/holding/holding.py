"""Looks at the clock, the disk and the database, holds what may not leave, and lets it go."""

import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from tracker.app.holding import epoch
from tracker.app.holding.clock import BelievedClock, keep, last_seen
from tracker.app.holding.disk import DatabaseFile
from tracker.app.holding.machine import Machine
from tracker.app.holding.witness import Witness
from tracker.errors import BusyError, TrackerError, UnwritableError
from tracker.store import Store

LOG = logging.getLogger("tracker")
CLOCK, DISK = "clock", "disk"
OFTEN = timedelta(minutes=1)  # the most that a clock set back between two processes can hide


class Holding:
    """Says before each mail whether it may leave.

    The causes found here are held in mind as well as in the database, since the disk may be full;
    they are let go as soon as they are over. Whose database it is, is asked once, at the start,
    and only a person's word lets that go.
    """

    def __init__(
        self,
        store: Store,
        clock: BelievedClock,
        machine: Machine,
        *,
        witness: Witness | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._machine = machine
        self._file = DatabaseFile(store.file) if store.file else None
        self._witness = witness
        self._kept_at: datetime | None = None
        self._seen = clock.seen
        # Another machine's trouble is not ours to let go.
        self._written = set() if store.is_shared else {one.cause for one in store.holds()}
        self._said: frozenset[str] = frozenset()

    def begin(self) -> None:
        """Ask whose database it is; for one that is ours beyond doubt, the file beside says so."""
        if self._witness is not None:
            self._doubt(self._witness.begin(self._clock()))
        if self._file is None:
            return
        beside, store = epoch.file_beside(self._file.file), self._store
        doubt = epoch.doubt(store, self._machine.id, epoch.Epoch.read(beside))
        if doubt is not None:
            self._doubt(doubt)
            return
        if not epoch.identity(store):
            store.mark(epoch.DATABASE, epoch.new_identity(), now=self._clock())
        epoch.write_down(store, self._machine.id, beside)

    def time_is_known(self) -> bool:
        """Say whether there is any moment to plan from: a first start may have none."""
        self.may_leave()
        return self._clock.seen is not None

    def may_leave(self) -> bool:
        """Look at everything once more, and say whether mail may leave now.

        Raise TrackerError where the database itself has gone.
        """
        now = self._clock()
        if self._file is not None:
            self._file.must_be_the_same()
        if self._clock.fault is not None:
            self._hear()
        causes = self._causes()
        try:
            self._write(causes, now)
        except (BusyError, UnwritableError) as unwritten:
            self._say(causes or {DISK: str(unwritten)})
            return False
        return not causes

    def note_try(self) -> None:
        """Let the file beside the database know of a try to send, before a connection opens.

        Raise TrackerError where a shared database has been restored or replaced under us.
        """
        if self._witness is not None:
            self._doubt(doubt := self._witness.look(self._clock()))
            if doubt is not None:
                raise TrackerError(doubt[1])
        if self._file is not None:
            beside = epoch.file_beside(self._file.file)
            epoch.write_down(self._store, self._machine.id, beside)

    def _doubt(self, doubt: epoch.Doubt | None) -> None:
        if doubt is not None and self._store.hold(*doubt, now=self._clock()):
            LOG.error("nothing is sent: %s", doubt[1])

    def _causes(self) -> dict[str, str]:
        found = {CLOCK: self._clock.fault, DISK: self._shortage()}
        return {cause: why for cause, why in found.items() if why is not None}

    def _shortage(self) -> str | None:
        if self._file is None:
            return None
        folder: Path = self._file.file.parent
        return self._file.shortage(self._machine.free_bytes(folder))

    def _hear(self) -> None:
        """Believe the clock if a person has vouched for it since it was found wrong."""
        mark = last_seen(self._store)
        if mark is not None and mark.vouched and mark != self._seen:
            self._seen = mark
            self._clock.believe(mark)

    def _write(self, causes: Mapping[str, str], now: datetime) -> None:
        for cause, why in causes.items():
            if cause not in self._written:
                self._store.hold(cause, why, now=now)
                self._written.add(cause)
        over = self._written & {CLOCK, DISK} - causes.keys()
        if over:
            self._store.release(over)
            self._written -= over
        if self._clock.fault is None and self._is_time_to_keep(now):
            self._keep(now)
        self._say(causes)  # what is over is over once that could be written down

    def _is_time_to_keep(self, now: datetime) -> bool:
        return self._kept_at is None or not timedelta() <= now - self._kept_at < OFTEN

    def _keep(self, now: datetime) -> None:
        if self._witness is not None:
            with suppress(TrackerError):  # what cannot be remembered keeps each mail: see note_try
                self._doubt(self._witness.look(now))
        if self._clock.seen is not None:
            keep(self._store, self._clock.seen)
            self._seen = self._clock.seen
        self._kept_at = now

    def _say(self, causes: Mapping[str, str]) -> None:
        """Log what has begun and what is over, each once."""
        for cause in causes.keys() - self._said:
            LOG.error("nothing is sent: %s", causes[cause])
        for cause in self._said - causes.keys():
            LOG.info("the %s is right again: mail goes on", cause)
        self._said = frozenset(causes)
