"""A world in which one outbox is filled, emptied, edited and crashed until all is quiet."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from tests.outbox import an_occurrence
from tests.simulator.clocks import WallClock
from tests.simulator.daemon import READERS, Crash, Daemon
from tests.simulator.draws import Draws
from tests.simulator.ground import Ground
from tests.simulator.laws import Laws
from tests.simulator.patience import QUARTER
from tests.simulator.servers import Server
from tests.turned_loop import TurnedLoop
from tracker.app.holding import Seen, keep
from tracker.delivery import Outcome
from tracker.delivery.outcome import outcome
from tracker.errors import BusyError
from tracker.failpoints import reaching
from tracker.occurrence import Occurrence
from tracker.store import MailRecord, Store

BEGINS = datetime(2027, 6, 21, 6, 0, tzinfo=UTC)
SPAN = 1000  # minutes in which people edit
SPAN_HOURS = 16  # in which lines are due; many at the same moment
HEALED = timedelta(days=1)  # what is wrong with the server ends then
QUIET = timedelta(days=4)  # long enough for every try that is still to come
MOST_CRASHES = 12
A_MINUTE = timedelta(minutes=1)
EDITS = ("move", "cancel", "late", "again")
DEATHS = ("killed", "killed", "killed", "stopped", "disk full")


class World:
    """One seed's outbox, server, edits and crashes; `run` lets it all happen.

    `dies_at` crashes a process once, at that many failpoints passed; without it the seed's own
    draws decide.
    """

    def __init__(
        self, seed: int, ground: Ground, *, crashes: bool = True, dies_at: int | None = None
    ) -> None:
        self.draws = Draws(seed)
        self.ground = ground
        self.ground.clear()
        self.look = ground.look
        self.loop = TurnedLoop()
        self.loop.set_task_factory(_noted)  # type: ignore[arg-type]  # as Task has it
        self.wall = WallClock(self.draws, self.clock, BEGINS)
        self.server = Server(self.draws, self.clock, BEGINS, BEGINS + HEALED)
        self.laws = Laws(self.look, self.server, self.clock)
        self.trace: list[tuple[Any, ...]] = []
        self.tally = self.server.tally
        self.passed = 0
        self.crashes = 0
        self._stopped = 0
        self.daemons: dict[int, Daemon] = {}
        self._dead: list[Daemon] = []
        self._dies_at = dies_at if dies_at is not None else self._next_death(crashes=crashes)
        self._crashes = crashes and dies_at is None
        self._edits = sorted(self._planned_edits(), key=lambda one: one[0])
        self._resumes: datetime | None = None
        self._broken: list[Exception] = []

    def clock(self) -> datetime:
        """Return the moment that it is in this world, whatever a clock on the wall may say."""
        return BEGINS + timedelta(seconds=self.loop.time())

    def up_seconds(self) -> float:
        """Return for how long the machine has been up."""
        return self.loop.time()

    def run(self) -> None:
        """Let process after process live until all is quiet, then look at what came of it."""
        # A first start has nothing to go by: a clock that is a day back then, nobody can know.
        keep(self.ground.a_store(), Seen(BEGINS, "boot", 0.0))
        for number in range(self.draws.one_of((1, 1, 1, 1, 2), "daemons")):
            self._start(number)
        self.laws.is_alone = len(self.daemons) == 1
        self.tally[f"daemons: {len(self.daemons)}"] += 1
        self.tally.update(f"clock: {one.kind}" for one in self.wall.settings)
        quiet = self.loop.create_task(asyncio.sleep(QUIET.total_seconds()))
        while not quiet.done():
            try:
                with reaching(self._reached):
                    self.loop.run_until_complete(quiet)
            except Crash:
                self._bury()
        self._nothing_was_broken()
        self.laws.at_the_end()
        self.tally.update(f"end: {state}" for state in ends(self).values())

    def _nothing_was_broken(self) -> None:
        """Raise what was found broken under way, and a fault that ended a process."""
        lives = [one.life for one in (*self.daemons.values(), *self._dead)]
        faults = [one.exception() for one in lives if one.done() and not one.cancelled()]
        for broken in (*self._broken, *faults):
            if broken is not None and not isinstance(broken, Crash):
                raise broken

    def close(self) -> None:
        """End what still runs, and the loop with it."""
        for daemon in (*self.daemons.values(), *self._dead):
            for task in daemon.tasks:
                task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))
        left = asyncio.all_tasks(self.loop)
        self.loop.run_until_complete(_all_over(left))
        self.loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    async def deliver(self, record: MailRecord, address: str) -> Outcome:
        """Be the way to the server for whichever process asks, and watch."""
        daemon = Daemon.here.get()
        begun = self.clock()
        with self._watching():
            shown, wrong = self.wall(), self.wall.beyond_belief()
            number = daemon.number
            self.laws.before_a_try(record, daemon=number, shown=shown, wrong_clock=wrong)
        self.trace.append((begun, daemon.number, record.message_id, record.attempt))
        try:
            answer = await self.server.deliver(record, address)
        except RuntimeError as fault:
            ours = outcome("unknown", None, str(fault), suspect=True)
            self._heard(daemon, record, ours, begun)
            raise
        self._heard(daemon, record, answer, begun)
        return answer

    def _heard(self, daemon: Daemon, record: MailRecord, answer: Outcome, begun: datetime) -> None:
        self.trace.append((self.clock(), daemon.number, record.message_id, answer.state))
        self.tally["late answers"] += not daemon.is_alive
        if daemon.is_alive:
            with self._watching():
                is_right = self.wall.wrong() is None
                number = daemon.number
                self.laws.after_a_try(
                    record, answer, daemon=number, begun=begun, by_right=is_right
                )

    @contextmanager
    def _watching(self) -> Iterator[None]:
        """Keep what is found broken: the hands take it for a fault of a transport."""
        try:
            yield
        except AssertionError as broken:
            self._broken.append(broken)

    # -- people --------------------------------------------------------------------------------

    def people_act(self, store: Store) -> None:
        """Let people edit and resume what they have had in mind to by now."""
        self._edit(store)
        self._resume(store)
        by_right = self.wall.wrong() is None
        self.laws.at_each_turn(Daemon.here.get().number, by_right=by_right)

    def next_act(self) -> Iterator[datetime]:
        """Yield when there may be something new to see."""
        yield BEGINS + QUIET + timedelta(hours=1)
        yield from (at for at, *_ in self._edits[:1])
        yield from self.wall.changes()
        if self.wall.wrong() is None and "clock" in self.look.holds():
            yield self.clock() + A_MINUTE  # it is right again, and that could not be written down
        if self._resumes is not None:
            yield self._resumes
        elif "refused" in self.look.holds():
            yield self.clock() + A_MINUTE  # somebody hears of it

    def _planned_edits(self) -> Iterator[tuple[datetime, str, Occurrence]]:
        for number in range(self.draws.one_of((1, 2, 3, 4, 8), "lines")):
            one = self._line(number, 0)
            yield BEGINS, "add", one
            if self.draws.happens(0.4, "edit", number):
                at = BEGINS + timedelta(minutes=self.draws.whole(1, SPAN, "edit", number, "at"))
                kind = self.draws.one_of(EDITS, "edit", number, "kind")
                yield at, kind, one if kind in {"cancel", "again"} else self._line(number, 1)

    def _line(self, number: int, version: int) -> Occurrence:
        due = BEGINS + timedelta(hours=self.draws.whole(0, SPAN_HOURS, "line", number, version))
        lasts = self.draws.one_of((None, None, 60, 600, 3000), "line", number, "lasts")
        return an_occurrence(
            f"line-{number}-{version}",
            to=self.draws.one_of(READERS, "line", number, "reader"),
            due=due,
            expires=None if lasts is None else due + timedelta(minutes=lasts),
        )

    def _edit(self, store: Store) -> None:
        now = self.clock()
        while self._edits and self._edits[0][0] <= now:
            _, kind, one = self._edits[0]
            old = f"{one.key.rpartition('-')[0]}-0"
            dropped = [(old, "cancelled", "an edit")] if kind in {"move", "cancel"} else []
            added = [one] if kind != "cancel" else []
            store.replace_plan(added, (), dropped, now=now)
            self.tally[f"edit: {kind}"] += 1
            self.laws.is_kept()
            self._edits.pop(0)

    def _resume(self, store: Store) -> None:
        """Let somebody come, some time after mail is held, and say that it may go on."""
        held = self.look.holds()
        self.tally.update(f"held: {cause}" for cause in held)
        if "refused" not in held:
            self._resumes = None
        elif self._resumes is None:
            wait = self.draws.whole(10, 900, "resume", self.crashes)
            self._resumes = self.clock() + timedelta(minutes=wait)
        elif self._resumes <= self.clock():
            store.release(["refused"])
            self.laws.somebody_resumed()

    # -- crashes -------------------------------------------------------------------------------

    def _start(self, number: int) -> None:
        self.laws.is_kept(QUARTER)  # one that died before may have left word of trouble
        daemon = self.daemons[number] = Daemon(number, self.ground.a_store(), self)
        daemon.begin(self.loop, self._in_hand)

    def _in_hand(self) -> frozenset[int]:
        """Return the mails that living processes are sending, as leases would say."""
        those = (one.store._transactions.in_hand for one in self.daemons.values())
        return frozenset().union(*those)

    def _reached(self, place: str) -> None:
        if not Daemon.here.get().is_alive:
            return
        self.passed += 1
        self.tally[f"passed: {place}"] += 1
        if self.passed != self._dies_at:
            return
        death = self.draws.one_of(DEATHS, "death", self.crashes) if self._crashes else "killed"
        if death != "disk full":
            self._die(death, place)
        if place == "uncommitted":
            self._count_death(death, place)
            raise BusyError("the disk is full")
        self._dies_at += 1  # it is full at the next thing that is written

    def _die(self, death: str, place: str) -> None:
        self._count_death(death, place)
        self._died = Daemon.here.get()
        self._is_cut_off = death == "killed"
        self._stopped += not self._is_cut_off
        raise Crash(9)

    def _count_death(self, death: str, place: str) -> None:
        self.trace.append((self.clock(), Daemon.here.get().number, death, place))
        self.tally[f"death: {death}"] += 1
        self.tally[f"death at: {place}"] += 1
        self.laws.is_kept()
        self.crashes += 1
        self._dies_at = self._next_death(crashes=self._crashes)

    def _next_death(self, *, crashes: bool) -> int:
        if not crashes or self.crashes >= MOST_CRASHES:
            return -1
        often = self.draws.one_of((0, 0, 100, 30, 15), "often")
        return (
            self.passed + self.draws.whole(1, often, "next death", self.crashes) if often else -1
        )

    def _bury(self) -> None:
        """Let what the dead process had under way come to nothing, and another one take its place.

        One that was only stopped, and is taken for dead, still hears the answers to its mails.
        """
        dead = self._died
        dead.is_alive = False
        dead.hands.may_leave = lambda: False
        self._dead.append(dead)
        del self.daemons[dead.number]
        # Whoever was stopped still writes notes on the server when its answers come.
        is_alone = not self.daemons and self._is_cut_off and self._stopped == 0
        self.laws.after_a_crash(dead.number, dead.store.owner, is_alone=is_alone)
        if self._is_cut_off:
            for task in dead.tasks:
                task.cancel()  # before the loop goes on: the dead do nothing more
        down = self.draws.one_of((1, 30, 4000, 40_000), "down", self.crashes)
        self.loop.call_later(down, self._start, dead.number)


def _noted(
    loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any], **how: Any
) -> asyncio.Task[Any]:
    """Make a task, and let the process that it belongs to know of it."""
    task = asyncio.Task(work, loop=loop, **how)
    daemon = Daemon.here.get(None)
    if daemon is not None:
        daemon.tasks.append(task)
    return task


async def _all_over(tasks: set[asyncio.Task[Any]]) -> None:
    await asyncio.gather(*tasks, return_exceptions=True)


def ends(world: World) -> dict[str, str]:
    """Return how each line ended."""
    return {line.key: line.state for line in world.look.lines()}
