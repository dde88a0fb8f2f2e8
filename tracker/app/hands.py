"""The hands that give mails to the server: which may go now, and what became of each try.

There is one gate. While anything is held nothing leaves, and a server in trouble is tried by one
mail at a time (relay.py); the lines behind the gate stay uncomposed and leave together later.
Behind the gate each mail needs a place (places.py); one that hangs keeps its own and no other's.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from functools import partial

from tracker.app.faults import said_of
from tracker.app.nights import morning_after
from tracker.app.places import Places
from tracker.app.relay import HEALED_BY_ITSELF, TOLD, Relay, pause_after, wait_before_retry
from tracker.app.remembering import digest_sent
from tracker.app.stream import SendNext, Stream
from tracker.app.telling import never_told, perhaps_told, told_after_all
from tracker.app.written import until_written
from tracker.config import Config
from tracker.delivery import Outcome
from tracker.errors import TrackerError
from tracker.failpoints import here
from tracker.planning import reader_of
from tracker.store import MailRecord, Store

LOG = logging.getLogger("tracker")
GRACE_SECONDS = 20.0  # for answers, once told to stop: a service manager kills after 90
ANSWERS = ("sent", "temporary", "permanent")
UNTIL_MORNING = "it was the reader's night: it waits for the morning"
RELAY = "relay"  # the mark under which the server's health survives a restart
Clock = Callable[[], datetime]
Deliver = Callable[[MailRecord, str], Awaitable[Outcome]]


def by_day(record: MailRecord, config: Config, at: datetime) -> datetime:
    """Put a try that would wake the reader off till morning, if the mail is of use by then."""
    coordinator = config.who(record.coordinator)
    if coordinator is None:
        return at
    morning = morning_after(reader_of(coordinator, config), at)
    of_use = morning is not None and (record.expires is None or morning < record.expires)
    return morning if morning is not None and of_use else at


class Hands:
    """Gives mails to the server, four at once, beside those that hang.

    `hides_nothing` lets a fault of ours end everything, as a replay wants it. `may_leave` is asked
    before each mail, `note_try` is told of each try before it goes.
    """

    def __init__(
        self, store: Store, deliver: Deliver, clock: Clock, *, hides_nothing: bool
    ) -> None:
        self.store = store
        self.deliver = deliver
        self.clock = clock
        self.may_leave: Callable[[], bool] = lambda: True
        self.note_try: Callable[[], None] = lambda: None
        self._hides_nothing = hides_nothing
        self._places = Places()
        self._stream = Stream(self._places)
        self._awaited: set[asyncio.Future[Outcome]] = set()
        self._stopping = False
        self._held: set[str] = set()
        kept = store.marked(RELAY)
        self.relay = Relay.load(kept.value) if kept else Relay()

    def stop(self, *, grace_seconds: float = GRACE_SECONDS) -> None:
        """Start no mail any more, and after a while wait for no answer any more."""
        self._stopping = True
        asyncio.get_running_loop().call_later(grace_seconds, self._wait_no_longer)

    def is_open(self) -> bool:
        """Say whether another mail may be started now: the one gate that every mail passes."""
        if self._stopping or not self.may_leave():
            return False
        now = self.clock()
        self._held = {one.cause for one in self.store.holds()}
        if self.relay.hold and self.relay.hold not in self._held:
            self._go_on(now)
        if self._held - HEALED_BY_ITSELF:
            return False
        return self.relay.most_mails(now, under_way=self._places.served(_seconds())) != 0

    async def each(self, send_next: SendNext) -> None:
        """Send until nothing is left to begin, and leave those behind whose answer takes long."""
        await self._stream.flow(send_next, self.is_open)

    def passed_over(self) -> frozenset[str]:
        """Return the readers whose mails have to wait: theirs hang, and others want a place."""
        return self._places.passed_over(_seconds())

    async def one_ends(self, *, within: float) -> None:
        """Wait until a mail that was left behind has ended, so many seconds at most."""
        await self._stream.one_ends(within=within)

    def hear(self) -> None:
        """Raise the fault of a mail that was left behind, if one has ended in a fault."""
        self._stream.tell_fault()

    def until_ended(self) -> AbstractAsyncContextManager[None]:
        """Leave no mail behind at the end: wait for its answer, but not after a fault."""
        return self._stream.until_ended()

    async def hand_over(self, record: MailRecord, config: Config) -> Outcome:
        """Try to hand over a mail that is in hand, and write down what became of it."""
        self._places.begin(record.id, record.coordinator, at=_seconds())
        answered = False
        try:
            outcome = await self._tried(record, config)
            await until_written(partial(self._settle, record, outcome, config))
            answered = outcome.state in ANSWERS
        finally:
            self._places.end(record.id, at=_seconds(), answered=answered)
        return outcome

    def left_till_morning(self, record: MailRecord, config: Config) -> bool:
        """Put another try off that would wake the reader; say whether that was done.

        Its moment may have come by day, and the way have been shut until now.
        """
        now = self.clock()
        morning = by_day(record, config, now)
        if morning == now:
            return False
        self.store.mark_retry(record, morning, None, UNTIL_MORNING, now=now, charged=False)
        return True

    def next_try(self) -> datetime | None:
        """Return when the server may be tried again, None while it is well."""
        return self.relay.shut_until

    async def _tried(self, record: MailRecord, config: Config) -> Outcome:
        coordinator = config.who(record.coordinator)
        if coordinator is None:
            return Outcome("permanent", None, "config.toml no longer names this coordinator")
        try:
            self.note_try()
        except TrackerError as fault:
            return Outcome("relay", None, str(fault))  # what cannot be written down is not sent
        try:
            here("unconnected")
            outcome = await self._answered(self.deliver(record, coordinator.email))
            here("answer-unwritten")
        except Exception as fault:
            if self._hides_nothing:
                raise
            # Nobody knows how far it came: as with an answer that was lost.
            said = f"a fault of ours: {said_of(fault)}"
            LOG.error("mail=%d %s", record.id, said)  # noqa: TRY400 -- its words may be a campaign's
            return Outcome("unknown", None, said)
        return outcome

    async def _answered(self, delivery: Awaitable[Outcome]) -> Outcome:
        """Wait for the answer; whoever is told to stop does not do so for ever."""
        awaited = asyncio.ensure_future(delivery)
        self._awaited.add(awaited)
        try:
            return await awaited
        except asyncio.CancelledError:
            if not self._stopping:
                raise
            return Outcome("unknown", None, "the tracker was stopped before the answer came")
        finally:
            self._awaited.discard(awaited)

    def _wait_no_longer(self) -> None:
        for awaited in self._awaited:
            awaited.cancel()

    def _go_on(self, now: datetime) -> None:
        """Hear that a person has let the hold go that the server's health had called for."""
        fares = self.relay.going_on(now)
        self.store.mark(RELAY, fares.dump(), now=now)
        self.relay = fares

    def _settle(self, record: MailRecord, outcome: Outcome, config: Config) -> None:
        """Write down what became of a try; a late owner finds nothing to write on."""
        now, at = self.clock(), _seconds()
        alone = self._places.is_served_else(record.id, at=at)
        fares = self.relay.after(outcome, record.id, record.coordinator, now=now, alone=alone)
        with self.store.sending():
            self._write(record, outcome, fares, config, now)
            if fares != self.relay:
                self.store.mark(RELAY, fares.dump(), now=now)
            self._hold_or_release(fares, now, answered=outcome.state in ANSWERS)
        self.relay = fares  # not before it is written down: what fails is written once more
        if alone and outcome.state == "relay":
            self._places.rest(record.id, at=at)

    def _write(
        self, record: MailRecord, outcome: Outcome, fares: Relay, config: Config, now: datetime
    ) -> None:
        match outcome.state:
            case "sent":
                self.store.mark_sent(record, outcome.code, outcome.text, now=now)
                self._note_digest(record)
            case "permanent":
                # To one who was taken for dead it says nothing: another may have had it taken.
                if self.store.mark_failed(record, outcome.code, outcome.text, now=now):
                    self.store.record([never_told(record.id, record.attempt, now=now)])
            case "unknown":
                pause = wait_before_retry(record.id, record.recoveries)
                at = by_day(record, config, now + pause)
                self.store.mark_unknown(record, outcome.text, now=now, at=at)
                self.store.record([perhaps_told(record.id, now=now)])
            case "temporary":
                at = by_day(record, config, now + wait_before_retry(record.id, record.put_off))
                self.store.mark_retry(record, at, outcome.code, outcome.text, now=now)
            case "relay":
                at = by_day(record, config, fares.shut_until or now + pause_after(record.attempt))
                self.store.mark_retry(
                    record, at, outcome.code, outcome.text, now=now, charged=False
                )

    def _hold_or_release(self, fares: Relay, now: datetime, *, answered: bool) -> None:
        if fares.hold == "refused" and fares.row != self.relay.row:
            self._put_back(fares, now)  # who was under way when it was called, comes after
        if fares.hold is not None and fares.hold != self.relay.hold:
            self._hold(fares.hold, now)
        if answered and self._held & HEALED_BY_ITSELF:
            for cause in self.store.release(HEALED_BY_ITSELF):
                LOG.warning("mail leaves again; it was held because %s", TOLD[cause])

    def _hold(self, cause: str, now: datetime) -> None:
        if self.store.hold(cause, TOLD[cause], now=now):
            LOG.error("mail is held because %s", TOLD[cause])

    def _put_back(self, fares: Relay, now: datetime) -> None:
        """Queue the refused mails again: it was not they that the server refused."""
        for one in fares.row:
            again = self.store.put_back(one.mail, now)
            if again is not None:
                self.store.record([told_after_all(one.mail, again.attempt, now=now)])

    def _note_digest(self, record: MailRecord) -> None:
        if record.kind == "digest":
            entry = digest_sent(record.coordinator, now=record.created_at)
            self.store.record([entry])


def _seconds() -> float:
    """Return the moment by the clock of the loop, which no one can set."""
    return asyncio.get_running_loop().time()
