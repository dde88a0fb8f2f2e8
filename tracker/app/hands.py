"""The hands that give mails to the server: which may go now, and what became of each try.

There is one gate. While anything is held nothing leaves, and a server in trouble is tried by one
mail at a time (relay.py); the lines behind the gate stay uncomposed and leave together later.
Behind the gate each mail needs a place (places.py); one that hangs keeps its own and no other's.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from functools import partial
from typing import Any

from tracker.app.answers import ANSWERS, Answers, by_day
from tracker.app.faults import said_of
from tracker.app.places import SERVED, Places
from tracker.app.relay import HEALED_BY_ITSELF
from tracker.app.stream import Begin, Stream
from tracker.config import Config
from tracker.delivery import Outcome
from tracker.errors import TrackerError
from tracker.failpoints import here
from tracker.store import MailRecord, Store

LOG = logging.getLogger("tracker")
GRACE_SECONDS = 20.0  # for answers, once told to stop: a service manager kills after 90
UNTIL_MORNING = "it was the reader's night: it waits for the morning"
Clock = Callable[[], datetime]
Deliver = Callable[[MailRecord, str], Awaitable[Outcome]]


class Hands:
    """Gives mails to the server, four at once, beside those that hang.

    `hides_nothing` lets a fault of ours end everything, as a replay wants it. `may_leave` is asked
    before mails begin, `note_try` is told of those that began together before any of them goes.
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
        self._answers = Answers(store, clock, self._places)
        self._stopping = False
        self._is_noted = False

    def stop(self, *, grace_seconds: float = GRACE_SECONDS) -> None:
        """Start no mail any more, and after a while wait for no answer any more."""
        self._stopping = True
        asyncio.get_running_loop().call_later(grace_seconds, self._wait_no_longer)

    def is_open(self) -> bool:
        """Say whether another mail may be started now: the one gate that every mail passes."""
        return self._most() > 0

    async def each(self, begin: Begin) -> None:
        """Send until nothing is left to begin, and leave those behind whose answer takes long."""
        await self._stream.flow(partial(self._begun, begin), self._most)

    def passed_over(self, beside: Collection[str] = ()) -> frozenset[str]:
        """Return the readers whose mails have to wait: theirs hang, and others want a place.

        `beside` are the readers whose mails begin together with the one that is looked for.
        """
        return self._places.passed_over(_seconds(), beside=beside)

    def in_turn(self, readers: list[str]) -> list[str]:
        """Return readers, who has waited longest first, but for the one whose mail tries."""
        first = self._answers.relay.who_tries(len(readers))
        return [*readers[first : first + 1], *readers[:first], *readers[first + 1 :]]

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
            answered = outcome.state in ANSWERS
            if answered:
                is_taken = outcome.state == "sent"
                self._places.hear(record.id, at=_seconds(), is_taken=is_taken)
            await self._answers.write_down(record, outcome, config)
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
        return self._answers.relay.shut_until

    def _most(self) -> int:
        """Return how many mails may be started now, if there is room for so many."""
        if self._stopping or not self.may_leave():
            return 0
        now, answers = self.clock(), self._answers
        answers.held = {one.cause for one in self.store.holds()}
        if answers.relay.hold and answers.relay.hold not in answers.held:
            answers.go_on(now)
        if answers.held - HEALED_BY_ITSELF:
            return 0
        under_way = self._places.served(_seconds())
        most = answers.relay.most_mails(now, under_way=under_way)
        if most is None:  # a door that another machine found closed is tried by one mail, too
            return int(under_way == 0) if answers.held else SERVED
        return most

    def _begun(self, begin: Begin, most: int) -> Collection[Coroutine[Any, Any, object]] | None:
        self._is_noted = False
        return begin(most)

    def _note_try(self) -> None:
        """Have those that began together noted once, before the first of them goes."""
        if not self._is_noted:
            self.note_try()
            self._is_noted = True

    async def _tried(self, record: MailRecord, config: Config) -> Outcome:
        coordinator = config.who(record.coordinator)
        if coordinator is None:
            return Outcome("permanent", None, "config.toml no longer names this coordinator")
        try:
            self._note_try()
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
            return Outcome("unknown", None, said, suspect=True)
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


def _seconds() -> float:
    """Return the moment by the clock of the loop, which no one can set."""
    return asyncio.get_running_loop().time()
