"""From the bell to the next due line in hand, among ten thousand planned lines and a million.

Both daemons wake in turns, each at the moment that its bell is set to. A line is in hand once its
reader's lines are taken in a write transaction; it is claimed for good once the mail that carries
it is written down with its bytes. Beside the corpus' own lines there are copies of them, due later
in the year, until there are as many as are asked for.
"""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from corpus import NOW, fill
from one_daemon import a_daemon
from rows import Row

from tracker.app.replay import SimulatedClock
from tracker.daemon.turns import Daemon
from tracker.occurrence import Occurrence
from tracker.store import Store

FEW, MANY = 10_000, 1_000_000
MOST_MS, MOST_TIMES = 5.0, 1.5
_NOT_OURS = "key LIKE '%/accepted/%' OR campaign IS NULL"  # what a start says once, and digests
_COPY = """
INSERT INTO line (key, campaign, recipient, due, document, state)
SELECT key || '/copy/' || :number, campaign || '-copy-' || :number, recipient,
       strftime('%Y-%m-%d %H:%M:%f000', due, '+' || (60 + :number % 300) || ' days'),
       document, state
FROM line WHERE state = 'queued' AND campaign NOT LIKE '%-copy-%' LIMIT :most
"""
_QUEUED = "SELECT count(*) FROM line WHERE state = 'queued'"


def wake_rows(campaigns: int, wakes: int, many: int = MANY) -> Iterator[Row]:
    """Measure, and return the rows."""
    few, more = asyncio.run(_measured(campaigns, wakes, many))
    for what, at in (("in hand", 0), ("written down with its bytes", 1)):
        ones, others = ([one[at] * 1e3 for one in found] for found in (few, more))
        ratio = median(others) / median(ones)
        limit = MOST_MS if at == 0 else None
        for lines, taken in ((FEW, ones), (many, others)):
            held = None if limit is None else median(taken) <= limit
            goal = "" if limit is None else f"at most {limit:g} ms"
            yield Row(
                f"wake to a line {what}, {lines:,} lines", taken, "ms", goal=goal, reached=held
            )
        yield Row(
            f"the same, {many:,} beside {FEW:,}",
            [one / other for one, other in zip(others, ones, strict=True)],
            "times",
            f"{FEW:,} lines",
            ratio,
            f"at most {MOST_TIMES}",
            ratio <= MOST_TIMES,
        )


async def _measured(
    campaigns: int, wakes: int, many: int
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        both = [
            await _woken(Path(one), campaigns, FEW),
            await _woken(Path(other), campaigns, many),
        ]
        found: tuple[list[tuple[float, float]], ...] = ([], [])
        for number in range(wakes + 2):
            for waking, taken in zip(both, found, strict=True):
                took = await waking.wake()
                if number > 1:  # the first times pay for what no later one pays for
                    taken.append(took)
        for waking in both:
            waking.store.close()
    return found[0], found[1]


class Claims(Store):
    """The database, with the moments at which something was first claimed."""

    taken_at = 0.0
    written_at = 0.0

    @contextmanager
    def taking(
        self, reader: str, *, now: datetime, due_by: datetime
    ) -> Iterator[list[Occurrence]]:
        """Note when the first lines are in hand."""
        with super().taking(reader, now=now, due_by=due_by) as lines:
            self.taken_at = self.taken_at or perf_counter()
            yield lines
        self.written_at = self.written_at or perf_counter()


class Waking:
    """One daemon that has nothing to do until its bell rings."""

    def __init__(self, daemon: Daemon, store: Claims, clock: SimulatedClock) -> None:
        self.daemon = daemon
        self.store = store
        self.clock = clock

    async def wake(self) -> tuple[float, float]:
        """Ring at the next moment; return the seconds until lines are in hand, and written."""
        while True:
            armed = self.daemon.bell.armed
            assert armed is not None
            if armed.date() > self.clock.at.date():
                await self._keep_house(armed)
            self.clock.at = armed
            self.store.taken_at = self.store.written_at = 0.0
            begun = perf_counter()
            await self.daemon.bell.ring_next()
            await self.daemon.turn()
            if self.store.taken_at:
                return self.store.taken_at - begun, self.store.written_at - begun

    async def _keep_house(self, day: datetime) -> None:
        """Plan a day further ahead for everything, as each night."""
        self.clock.at = day.replace(hour=0, minute=1)
        await self.daemon.bell.keep_house()
        await self.daemon.turn()


async def _woken(home: Path, campaigns: int, lines: int) -> Waking:
    """Start a daemon, and let so many lines be planned for it."""
    fill(home, campaigns)
    clock = SimulatedClock(NOW)
    store = Claims.open("sqlite:///tracker.db", base=home)
    daemon = a_daemon(home, store, clock)
    await daemon.turn()
    with closing(sqlite3.connect(home / "tracker.db")) as file, file:
        file.execute(f"UPDATE line SET state = 'sent' WHERE {_NOT_OURS}")  # noqa: S608
        left = lines - file.execute(_QUEUED).fetchone()[0]
        number = 0
        while left > 0:
            left -= file.execute(_COPY, {"number": number, "most": left}).rowcount
            number += 1
    await daemon.turn()
    return Waking(daemon, store, clock)
