"""A world in which one outbox is filled, emptied, edited and crashed until all is quiet."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.outbox import an_occurrence
from tests.simulator.draws import Draws
from tests.simulator.laws import Laws
from tests.simulator.servers import Server
from tests.turned_loop import TurnedLoop
from tracker.app.hands import Hands
from tracker.config import Config
from tracker.failpoints import reaching
from tracker.occurrence import Occurrence
from tracker.store import LineState, NewMail, Store

BEGINS = datetime(2010, 6, 21, 6, 0, tzinfo=UTC)
HEALED = timedelta(days=4)  # what is wrong with the server ends then
QUIET = timedelta(days=9)  # long enough for every try that is still to come
READERS = ("vienna", "new-york", "geneva", "lima")
MOST_CRASHES = 25
CONFIG = Config.model_validate(
    {
        "workdays": "vienna",
        "coordinator": [
            {"id": one, "name": one, "email": f"{one}@example.org", "timezone": "UTC"}
            for one in READERS
        ],
    }
)


class Crash(SystemExit):
    """The end of a process: it leaves the event loop at once, past every `except Exception`."""


class World:
    """One seed's outbox, server, edits and crashes; `run` lets it all happen.

    `dies_at` crashes the process once, at that many failpoints passed; without it the seed's own
    draws decide.
    """

    def __init__(
        self, seed: int, store: Store, *, crashes: bool = True, dies_at: int | None = None
    ) -> None:
        self.draws = Draws(seed)
        self.loop = TurnedLoop()
        self.store = store
        self.server = Server(self.draws, self.clock, BEGINS, BEGINS + HEALED)
        self.laws = Laws(self.store, self.server, self.clock)
        self.trace: list[tuple[Any, ...]] = []
        self.places: Counter[str] = Counter()
        self.passed = 0
        self.crashes = 0
        self._dies_at = dies_at if dies_at is not None else self._next_death(crashes=crashes)
        self._crashes = crashes and dies_at is None
        self._edits = sorted(self._planned_edits(), key=lambda one: one[0])
        self._resumes: datetime | None = None

    def clock(self) -> datetime:
        """Return the moment that it is in this world."""
        return BEGINS + timedelta(seconds=self.loop.time())

    def run(self) -> None:
        """Let process after process live until all is quiet, then look at what came of it."""
        while self.clock() < BEGINS + QUIET:
            try:
                with reaching(self._reached):
                    self.loop.run_until_complete(self._life())
            except Crash:
                self._buried()
        self.loop.close()
        self.laws.at_the_end()

    # -- one process ---------------------------------------------------------------------------

    async def _life(self) -> None:
        self.store = self.laws.store = Store(self.store._engine, None)
        self.store.recover(self.clock())
        hands = Hands(self.store, self._deliver, self.clock, hides_nothing=False)
        while self.clock() < BEGINS + QUIET:
            started = self.clock()
            self._edit()
            self._expire()
            due = self.store.next_due()
            if due is not None and due <= self.clock():
                await hands.each(self._due_readers(hands))
                await hands.each(self._waiting_mails(hands))
            self._resume()
            self.laws.at_each_step()
            await hands.one_ends(within=self._until_next(hands, started))

    def _due_readers(self, hands: Hands) -> Callable[[], Any]:
        now = self.clock()
        readers = iter(dict.fromkeys(one.to for one in self.store.due_lines(now)))

        async def send_next() -> bool:
            reader = next(readers, None)
            if reader is not None:
                with self.store.taking(reader, now=now, due_by=now) as lines:
                    new = self._mail(reader, lines) if lines else None
                    record = None if new is None else self.store.start_mail(new, now=now)
                if record is not None:
                    await hands.hand_over(record, CONFIG)
            return reader is not None

        return send_next

    def _waiting_mails(self, hands: Hands) -> Callable[[], Any]:
        now = self.clock()

        async def again() -> bool:
            taken = self.store.retry_due(now, limit=1)
            if taken:
                await hands.hand_over(taken[0], CONFIG)
            return bool(taken)

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

    async def _deliver(self, record: Any, address: str) -> Any:
        self.laws.before_a_try(record)
        self.trace.append((self.clock(), record.message_id, record.attempt))
        answer = await self.server.deliver(record, address)
        self.trace.append((self.clock(), record.message_id, answer.state))
        return answer

    def _until_next(self, hands: Hands, started: datetime) -> float:
        moments = [
            self.store.next_due(after=started),
            hands.next_try(),
            self._resumes,
            BEGINS + QUIET,
        ]
        moments += [at for at, *_ in self._edits[:1]]
        following = min(at for at in moments if at is not None and at > started)
        return max((following - self.clock()).total_seconds(), 0.0)

    # -- people --------------------------------------------------------------------------------

    def _planned_edits(self) -> Iterator[tuple[datetime, str, Occurrence]]:
        for number in range(self.draws.whole(2, 7, "lines")):
            one = self._line(number, 0)
            yield BEGINS, "add", one
            if self.draws.happens(0.4, "edit", number):
                at = BEGINS + timedelta(minutes=self.draws.whole(1, 4000, "edit", number, "at"))
                kind = self.draws.one_of(("move", "cancel", "late"), "edit", number, "kind")
                yield at, kind, one if kind == "cancel" else self._line(number, 1)

    def _line(self, number: int, version: int) -> Occurrence:
        due = BEGINS + timedelta(minutes=self.draws.whole(0, 4000, "line", number, version))
        lasts = self.draws.one_of((None, None, 60, 600, 3000), "line", number, "lasts")
        return an_occurrence(
            f"line-{number}-{version}",
            to=self.draws.one_of(READERS, "line", number, "reader"),
            due=due,
            expires=None if lasts is None else due + timedelta(minutes=lasts),
        )

    def _edit(self) -> None:
        now = self.clock()
        while self._edits and self._edits[0][0] <= now:
            _, kind, one = self._edits[0]
            old = f"{one.key.rpartition('-')[0]}-0"
            with self.store.writing():
                if kind in {"move", "cancel"}:
                    self.store.replace_plan((), (), [(old, "cancelled", "an edit")], now=now)
                if kind != "cancel":
                    self.store.replace_plan([one], (), (), now=now)
            self._edits.pop(0)

    def _expire(self) -> None:
        now = self.clock()
        over = [
            (line.occurrence.key, "expired", "its time passed")
            for line in self.store.lines(states={"queued"})
            if line.mail is None and line.occurrence.expires and line.occurrence.expires <= now
        ]
        if over:
            self.store.replace_plan((), (), over, now=now)

    def _resume(self) -> None:
        """Let somebody come, some time after mail is held, and say that it may go on."""
        held = {one.cause for one in self.store.holds()}
        if "refused" not in held:
            self._resumes = None
        elif self._resumes is None:
            wait = self.draws.whole(10, 900, "resume", self.crashes)
            self._resumes = self.clock() + timedelta(minutes=wait)
        elif self._resumes <= self.clock():
            self.store.release(["refused"])

    # -- crashes -------------------------------------------------------------------------------

    def _reached(self, place: str) -> None:
        self.passed += 1
        self.places[place] += 1
        if self.passed == self._dies_at:
            raise Crash(9)

    def _next_death(self, *, crashes: bool) -> int:
        if not crashes or self.crashes >= MOST_CRASHES:
            return -1
        often = self.draws.one_of((0, 400, 60, 25), "often")
        return self.passed + self.draws.whole(1, often, "death", self.crashes) if often else -1

    def _buried(self) -> None:
        """Let what the dead process had under way come to nothing, and time pass till the next."""
        self.trace.append((self.clock(), "crash", self.passed))
        self.crashes += 1
        self.laws.after_a_crash()
        begun, self._dies_at = self._dies_at, -1
        tasks = asyncio.all_tasks(self.loop)
        for task in tasks:
            task.cancel()  # before the loop goes on: the dead do nothing more
        self.loop.run_until_complete(_all_over(tasks))
        self._dies_at = self._next_death(crashes=self._crashes) if begun else -1
        self.loop.pass_time(self.draws.one_of((1, 30, 4000, 40_000), "down", self.crashes))


async def _all_over(tasks: set[asyncio.Task[Any]]) -> None:
    await asyncio.gather(*tasks, return_exceptions=True)


def ends(world: World) -> dict[str, LineState]:
    """Return how each line ended."""
    return {one.occurrence.key: one.state for one in world.store.lines()}
