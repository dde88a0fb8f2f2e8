"""One process in a world: it sends what is due until it dies, with the store and hands of ours."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextvars import ContextVar, copy_context
from datetime import datetime, timedelta
from typing import Any, Protocol

from tests.simulator.clocks import WallClock
from tests.simulator.looking import Look
from tracker.app.hands import Hands
from tracker.app.holding import BelievedClock, Holding, Machine, last_seen
from tracker.app.stream import Begin
from tracker.config import Config
from tracker.delivery import Outcome
from tracker.errors import TrackerError
from tracker.occurrence import Occurrence
from tracker.store import MailRecord, NewMail, Store

READERS = ("vienna", "new-york", "geneva", "lima")
A_MINUTE = 60.0
CONFIG = Config.model_validate(
    {
        "workdays": "vienna",
        "coordinator": [
            {"id": one, "name": one, "email": f"{one}@example.org", "timezone": "UTC"}
            for one in READERS
        ],
    }
)

Handing = Coroutine[Any, Any, Outcome]


class Crash(SystemExit):
    """The end of a process: it leaves the event loop at once, past every `except Exception`."""


class Around(Protocol):
    """What a daemon finds around it."""

    look: Look
    wall: WallClock

    def clock(self) -> datetime: ...
    def up_seconds(self) -> float: ...
    def people_act(self, store: Store) -> None: ...
    def next_act(self) -> Iterator[datetime]: ...
    async def deliver(self, record: MailRecord, address: str) -> Any: ...


class Daemon:
    """A process, known by its number; one that is started anew has the same number."""

    here: ContextVar["Daemon"] = ContextVar("the process that runs")

    def __init__(self, number: int, store: Store, around: Around) -> None:
        self.number = number
        self.store = store
        self.around = around
        self.clock, self.hands = self._with_a_clock()
        self.is_alive = True
        self.tasks: list[asyncio.Task[Any]] = []

    def begin(self, loop: asyncio.AbstractEventLoop, others: Callable[[], frozenset[int]]) -> None:
        """Start to work; `others` says which mails other living processes have in hand."""
        context = copy_context()
        context.run(self.here.set, self)
        self.life = loop.create_task(self._life(others), context=context)
        self.tasks.append(self.life)

    async def _life(self, others: Callable[[], frozenset[int]]) -> None:
        try:
            await self._until_done(lambda: self._recover(others))
            while True:
                await self._turn()
        except Crash:
            if self.is_alive:
                raise

    async def _until_done(self, begin: Callable[[], None]) -> None:
        while True:
            try:
                return begin()
            except TrackerError:
                await asyncio.sleep(A_MINUTE)

    def _recover(self, others: Callable[[], frozenset[int]]) -> None:
        """Take over from the dead; on PostgreSQL leases say who they are, here the world does."""
        self.store._transactions.in_hand = others()
        self.store.recover(self.around.clock())
        self.store._transactions.in_hand = frozenset()

    def _with_a_clock(self) -> tuple[Callable[[], datetime], Hands]:
        """Have a clock and hands; a wall clock that goes wrong is believed only so far."""
        if not self.around.wall.settings:
            return self.around.clock, self._with_hands(self.around.clock)
        machine = Machine("machine", "boot", self.around.up_seconds, lambda _: 2**40)
        believed = BelievedClock(self.around.wall, machine, last_seen(self.store))
        hands = self._with_hands(believed)
        hands.may_leave = Holding(self.store, believed, machine).may_leave
        return believed, hands

    def _with_hands(self, clock: Callable[[], datetime]) -> Hands:
        return Hands(self.store, self.around.deliver, clock, hides_nothing=False)

    async def _turn(self) -> None:
        started, wait = self.around.clock(), A_MINUTE
        try:
            self.hands.may_leave()
            self.around.people_act(self.store)
            self._expire()
            await self._send()
            wait = self._until_next(started)
        except TrackerError:
            pass  # what could not be written down did not happen: it is done a minute later
        await self.hands.one_ends(within=wait)

    def _expire(self) -> None:
        now = self.clock()
        over = [(key, "expired", "its time passed") for key in self.around.look.over(now)]
        if over:
            self.store.replace_plan((), (), over, now=now)

    async def _send(self) -> None:
        now = self.clock()
        readers = self.around.look.readers_due(now)
        if readers:
            await self.hands.each(self._due_readers(readers, now))
        if self.around.look.retries_due(now):
            await self.hands.each(self._waiting_mails(now))

    def _due_readers(self, readers: list[str], now: datetime) -> Begin:
        def begin(most: int) -> list[Handing] | None:
            some, readers[:most] = readers[:most], []
            with self.store.sending():
                records = [self._started(reader, now) for reader in some]
            begun = [self.hands.hand_over(one, CONFIG) for one in records if one is not None]
            return begun if some else None

        return begin

    def _started(self, reader: str, now: datetime) -> MailRecord | None:
        with self.store.taking(reader, now=now, due_by=now) as lines:
            due = lines[reader]
            new = self._mail(reader, due) if due else None
            return None if new is None else self.store.start_mail(new, now=now)

    def _waiting_mails(self, now: datetime) -> Begin:
        def again(most: int) -> list[Handing] | None:
            if not self.around.look.retries_due(now):
                return None
            taken = self.store.retry_due(now, limit=most)
            return [self.hands.hand_over(one, CONFIG) for one in taken] if taken else None

        return again

    def _mail(self, reader: str, lines: list[Occurrence]) -> NewMail:
        keys = tuple(one.key for one in lines)
        name = f"<{'+'.join(keys)}@{self.clock():%d.%H%M%S}>"
        ends = [one.expires for one in lines]
        return NewMail(
            coordinator=reader,
            kind="reminder",
            subject="of today",
            message_id=name,
            raw=f"Message-ID: {name}\r\n\r\nmade at {self.clock()}\r\n".encode(),
            keys=keys,
            expires=max((one for one in ends if one), default=None) if all(ends) else None,
        )

    def _until_next(self, started: datetime) -> float:
        if self._is_left_behind():
            return A_MINUTE
        moments = [
            self.around.look.next_due(started),
            self.hands.next_try(),
            *self.around.next_act(),
        ]
        following = min(at for at in moments if at is not None and at > started)
        return max((following - self.around.clock()) / timedelta(seconds=1), 0.0)

    def _is_left_behind(self) -> bool:
        """Say whether something is due that nothing keeps: it could not be written down."""
        now, look = self.around.clock(), self.around.look
        kept = look.holds() or self.hands.next_try()
        return not kept and (look.retries_due(now) or bool(look.readers_due(now)))
