"""What became of each try: written down, all that have ended by then in one transaction.

A commit costs more than all else that a mail needs. An answer waits for those of others for about
as long as a commit takes; where no other is expected, it waits for none.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial

from msgspec import Struct

from tracker.app.nights import morning_after
from tracker.app.places import Places
from tracker.app.relay import HEALED_BY_ITSELF, TOLD, Relay, pause_after, wait_before_retry
from tracker.app.remembering import digest_sent
from tracker.app.telling import never_told, perhaps_told, told_after_all
from tracker.app.written import until_written
from tracker.config import Config
from tracker.delivery import Outcome
from tracker.errors import TrackerError
from tracker.planning import reader_of
from tracker.store import JournalEntry, MailRecord, Store

LOG = logging.getLogger("tracker")
ANSWERS = ("sent", "temporary", "permanent")
RELAY = "relay"  # the mark under which the server's health survives a restart
PACE = "pace"  # and that under which its pace does
PATIENCE_SECONDS = 0.004  # as long as it takes to write answers down and to begin other mails


class End(Struct, frozen=True, eq=False):
    """How one try ended; `written` is done when that is on the disk."""

    record: MailRecord
    outcome: Outcome
    config: Config
    written: asyncio.Future[None]

    @property
    def is_answer(self) -> bool:
        """Say whether the server answered about this mail."""
        return self.outcome.state in ANSWERS


def by_day(record: MailRecord, config: Config, at: datetime) -> datetime:
    """Put a try that would wake the reader off till morning, if the mail is of use by then."""
    coordinator = config.who(record.coordinator)
    if coordinator is None:
        return at
    morning = morning_after(reader_of(coordinator, config), at)
    of_use = morning is not None and (record.expires is None or morning < record.expires)
    return morning if morning is not None and of_use else at


class Answers:
    """Writes down how tries end, and what that says about the server.

    `held` is what sending was last seen to be held for.
    """

    def __init__(self, store: Store, clock: Callable[[], datetime], places: Places) -> None:
        self.store = store
        self.clock = clock
        self.held: set[str] = set()
        self._places = places
        self._ended: list[End] = []
        self._another = asyncio.Event()
        kept = store.marked(RELAY)
        self.relay = Relay.load(kept.value) if kept else Relay()
        pace = store.marked(PACE)
        if pace is not None:
            places.pace.load(pace.value)
        self._longest = places.pace.longest

    async def write_down(self, record: MailRecord, outcome: Outcome, config: Config) -> None:
        """Write down how a try ended; whoever is first does so for all that have ended by then."""
        end = End(record, outcome, config, asyncio.get_running_loop().create_future())
        self._ended.append(end)
        self._another.set()
        if self._ended[0] is end:
            await self._write_all()
        await end.written

    def go_on(self, now: datetime) -> None:
        """Hear that a person has let the hold go that the server's health had called for."""
        fares = self.relay.going_on(now)
        self.store.mark(RELAY, fares.dump(), now=now)
        self.relay = fares

    async def _write_all(self) -> None:
        together = self._ended
        try:
            await self._those_at_hand(together)
            self._ended = []
            await self._written(together)
        finally:
            if self._ended is together:
                self._ended = []
            for end in together:
                end.written.cancel()  # whoever still waits for it waits in vain

    async def _those_at_hand(self, together: Sequence[End]) -> None:
        """Let the answers of others come through; where no other is expected, there is no wait."""
        loop = asyncio.get_running_loop()
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while len(together) < self._places.awaited(loop.time()):
                    self._another = asyncio.Event()
                    await self._another.wait()

    async def _written(self, together: Sequence[End]) -> None:
        """Write in one transaction; after a fault of ours each in its own, so that one pays."""
        try:
            await until_written(partial(self._write, together))
        except Exception as fault:  # noqa: BLE001 -- it is raised where the mail was handed over
            if isinstance(fault, TrackerError) or len(together) == 1:
                _tell(together, fault)
                return
            for end in together:
                await self._written([end])
        else:
            _tell(together, None)

    def _write(self, together: Sequence[End]) -> None:
        """Write down what became of tries; a late owner finds nothing to write on."""
        now, at = self.clock(), asyncio.get_running_loop().time()
        alone = {end.record.id for end in together if self._is_alone(end, at)}
        fares = [self.relay]  # before all of them, and after each
        for end in together:
            mail, reader = end.record.id, end.record.coordinator
            fares.append(fares[-1].after(end.outcome, mail, reader, now=now, alone=mail in alone))
        pace = self._places.pace
        longest = pace.longest
        with self.store.sending():
            # Machines wait for one another at the journal: what goes there comes after the rows.
            self.store.record(self._settled(together, fares[1:], now))
            if fares[-1] != self.relay:
                self.store.mark(RELAY, fares[-1].dump(), now=now)
            if longest != self._longest:
                self.store.mark(PACE, pace.dump(), now=now)
            for end, before, after in zip(together, fares, fares[1:], strict=False):
                self._hold_or_release(before, after, now, answered=end.is_answer)
        self.relay = fares[-1]  # not before it is written down: what fails is written once more
        self._longest = longest
        for end in together:
            enough = end.outcome.state == "relay" and not end.outcome.suspect
            if enough and end.record.id in alone:
                self._places.rest(end.record.id, at=at)

    def _is_alone(self, end: End, at: float) -> bool:
        if end.is_answer:
            return False
        return self._is_one_too_many(end, at) or self._places.is_served_else(end.record.id, at=at)

    def _is_one_too_many(self, end: End, at: float) -> bool:
        """Say whether the server may be well, and has no room for those beyond the four."""
        outcome = end.outcome
        is_shut_out = outcome.state == "relay" and outcome.cause is None and not outcome.suspect
        return is_shut_out and self._places.is_one_too_many(end.record.id, at=at)

    def _settled(
        self, together: Sequence[End], fares: Sequence[Relay], now: datetime
    ) -> list[JournalEntry]:
        """Write how tries ended into their rows, and return what the journal has to say."""
        sent = [one for one in together if one.outcome.state == "sent"]
        tries = [(one.record, one.outcome.code, one.outcome.text) for one in sent]
        self.store.mark_sent_all(tries, now=now)
        others = map(partial(self._not_sent, now), together, fares)
        digests = (one.record for one in sent if one.record.kind == "digest")
        return [
            *(digest_sent(one.coordinator, now=one.created_at) for one in digests),
            *(entry for entry in list(others) if entry is not None),
        ]

    def _not_sent(self, now: datetime, end: End, fares: Relay) -> JournalEntry | None:
        record, outcome = end.record, end.outcome
        match outcome.state:
            case "permanent":
                # To one who was taken for dead it says nothing: another may have had it taken.
                if self.store.mark_failed(record, outcome.code, outcome.text, now=now):
                    return never_told(record.id, record.attempt, now=now)
            case "unknown":
                pause = wait_before_retry(record.id, record.recoveries)
                at = by_day(record, end.config, now + pause)
                self.store.mark_unknown(record, outcome.text, now=now, at=at)
                return perhaps_told(record.id, now=now)
            case "temporary":
                self._put_off(end, now + wait_before_retry(record.id, record.put_off), now)
            case "relay":
                alone = outcome.suspect or fares.shut_until is None
                soon = now + pause_after(record.attempt if alone else 1)
                at = soon if alone else max(fares.shut_until or now, soon)
                self._put_off(end, at, now, charged=False)
            case "sent":
                pass  # written with all that were
        return None

    def _put_off(self, end: End, at: datetime, now: datetime, *, charged: bool = True) -> None:
        record, outcome = end.record, end.outcome
        at = by_day(record, end.config, at)
        self.store.mark_retry(record, at, outcome.code, outcome.text, now=now, charged=charged)

    def _hold_or_release(
        self, before: Relay, fares: Relay, now: datetime, *, answered: bool
    ) -> None:
        if fares.hold == "refused" and fares.row != before.row:
            self._put_back(fares, now)  # who was under way when it was called, comes after
        # Another machine may have let it go while this one was on its way to be refused again.
        again = fares.cause in HEALED_BY_ITSELF and fares.troubles > before.troubles
        if fares.hold is not None and (again or fares.hold != before.hold):
            self._hold(fares.hold, now)
        if answered and (before.cause in HEALED_BY_ITSELF or self.held & HEALED_BY_ITSELF):
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


def _tell(ends: Sequence[End], fault: BaseException | None) -> None:
    """Let those who wait know that it is written down, or why it could not be."""
    for end in ends:
        if end.written.done():
            continue
        if fault is None:
            end.written.set_result(None)
        else:
            end.written.set_exception(fault)
