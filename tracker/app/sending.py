"""Handing mails over: who may go now, what became of each try, and when the next one comes.

There is one gate. While anything is held nothing leaves, and a server in trouble is tried by one
mail at a time (relay.py); the lines behind the gate stay uncomposed and leave together later.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from traceback import extract_tb

from tracker.app.relay import HEALED_BY_ITSELF, TOLD, Relay, wait_before_retry
from tracker.app.remembering import digest_sent
from tracker.app.telling import never_told, told_after_all
from tracker.app.written import until_written
from tracker.delivery import Outcome
from tracker.store import MailRecord, Store

LOG = logging.getLogger("tracker")
AT_ONCE = 4
ANSWERS = ("sent", "temporary", "permanent")
RELAY = "relay"  # the mark under which the server's health survives a restart
Clock = Callable[[], datetime]
Deliver = Callable[[MailRecord, str], Awaitable[Outcome]]
AddressOf = Callable[[str], str | None]
MorningOf = Callable[[str, datetime], datetime | None]


class Sender:
    """Hands mails over, four at once at most.

    `address_of` gives a coordinator's address, None where config.toml names no such one;
    `morning_of` says until when a reader's night lasts, None by day. `hides_nothing` lets a fault
    of ours end everything, as a replay wants it.
    """

    def __init__(
        self,
        store: Store,
        deliver: Deliver,
        clock: Clock,
        *,
        address_of: AddressOf,
        morning_of: MorningOf,
        hides_nothing: bool = False,
    ) -> None:
        self.store = store
        self.deliver = deliver
        self.clock = clock
        self._address_of = address_of
        self._morning_of = morning_of
        self._hides_nothing = hides_nothing
        self._under_way = 0
        self._held: set[str] = set()
        kept = store.marked(RELAY)
        self.relay = Relay.load(kept.value) if kept else Relay()

    def is_open(self) -> bool:
        """Say whether another mail may be started now: the one gate that every mail passes."""
        now = self.clock()
        self._held = {one.cause for one in self.store.holds()}
        if self.relay.hold and self.relay.hold not in self._held:
            self._go_on(now)
        if self._held - HEALED_BY_ITSELF:
            return False
        return self.relay.most_mails(now, under_way=self._under_way) != 0

    async def each(self, send_next: Callable[[], Awaitable[bool]]) -> None:
        """Call `send_next` from four places at once, each until it says that nothing is left."""

        async def place() -> None:
            while self.is_open() and await send_next():
                pass

        await asyncio.gather(*(place() for _ in range(AT_ONCE)))

    async def retry_due(self) -> list[Outcome]:
        """Send again, with the same bytes, what was put off."""
        now, outcomes = self.clock(), list[Outcome]()

        async def again() -> bool:
            taken = self.store.retry_due(now, limit=1)
            if taken:
                outcomes.append(await self.hand_over(taken[0]))
            return bool(taken)

        await self.each(again)
        return outcomes

    async def hand_over(self, record: MailRecord) -> Outcome:
        """Try to hand over a mail that is in hand, and write down what became of it."""
        self._under_way += 1
        try:
            outcome = await self._tried(record)
            await until_written(partial(self._settle, record, outcome))
        finally:
            self._under_way -= 1
        return outcome

    def next_try(self) -> datetime | None:
        """Return when the server may be tried again, None while it is well."""
        return self.relay.shut_until

    async def _tried(self, record: MailRecord) -> Outcome:
        address = self._address_of(record.coordinator)
        if address is None:
            return Outcome("permanent", None, "config.toml no longer names this coordinator")
        try:
            return await self.deliver(record, address)
        except Exception as fault:
            if self._hides_nothing:
                raise
            # Nobody knows how far it came: as with an answer that was lost.
            place = extract_tb(fault.__traceback__)[-1]
            said = f"a fault of ours: {type(fault).__name__} at {place.filename}:{place.lineno}"
            LOG.error("mail=%d %s", record.id, said)  # noqa: TRY400 -- its words may be a campaign's
            return Outcome("unknown", None, said)

    def _go_on(self, now: datetime) -> None:
        """Hear that a person has let the hold go that the server's health had called for."""
        fares = self.relay.going_on(now)
        self.store.mark(RELAY, fares.dump(), now=now)
        self.relay = fares

    def _settle(self, record: MailRecord, outcome: Outcome) -> None:
        """Write down what became of a try; a late owner finds nothing to write on."""
        now = self.clock()
        fares = self.relay.after(outcome, record.id, record.coordinator, now=now)
        with self.store.sending():
            self._write(record, outcome, fares, now)
            if fares != self.relay:
                self.store.mark(RELAY, fares.dump(), now=now)
            self._hold_or_release(fares, now, answered=outcome.state in ANSWERS)
        self.relay = fares  # not before it is written down: what fails is written once more

    def _write(self, record: MailRecord, outcome: Outcome, fares: Relay, now: datetime) -> None:
        match outcome.state:
            case "sent":
                self.store.mark_sent(record, outcome.code, outcome.text, now=now)
                self._note_digest(record)
            case "permanent":
                self.store.mark_failed(record, outcome.code, outcome.text, now=now)
                self.store.record([never_told(record.id, record.attempt, now=now)])
            case "unknown":
                pause = wait_before_retry(record.id, record.recoveries)
                at = self._by_day(record, now + pause)
                self.store.mark_unknown(record, outcome.text, now=now, at=at)
            case "temporary":
                at = self._by_day(record, now + wait_before_retry(record.id, record.put_off))
                self.store.mark_retry(record, at, outcome.code, outcome.text, now=now)
            case "relay":
                at = self._by_day(record, fares.shut_until or now)
                self.store.mark_retry(
                    record, at, outcome.code, outcome.text, now=now, charged=False
                )

    def _by_day(self, record: MailRecord, at: datetime) -> datetime:
        """Put a try that would wake the reader off till morning, if the mail is of use by then."""
        morning = self._morning_of(record.coordinator, at)
        of_use = morning is not None and (record.expires is None or morning < record.expires)
        return morning if morning is not None and of_use else at

    def _hold_or_release(self, fares: Relay, now: datetime, *, answered: bool) -> None:
        if fares.hold == "refused" and self.relay.hold != "refused":
            self._put_back(fares, now)
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
