"""One edited campaign among ten thousand, beside APScheduler's job store doing the same.

Both move one campaign's due dates and bring what is planned in line, round by round, each in a
SQLite file of its own. Ours is the daemon's own path after it has noticed the edit: read, check,
guard, plan, compare, write. The peer has a job for each line of the year, and only of the
campaigns that are edited. It gets the new lines worked out: it takes the campaign's jobs out and
puts the new ones in.
"""

import asyncio
import pickle
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from apscheduler.job import Job
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger
from corpus import NOW, fill, named, write
from one_daemon import a_daemon
from rows import HEAD, Row, times

from tracker.app.replay import SimulatedClock
from tracker.daemon.folder import Folder
from tracker.daemon.turns import Daemon
from tracker.planning import plan
from tracker.store import Store

CAMPAIGNS = 10_000
EDITS = 30
SECOND = timedelta(seconds=1)
MOST_MS, LEAST_TIMES = 10.0, 20.0


def edit_rows(home: Path, campaigns: int, edits: int = EDITS) -> Iterator[Row]:
    """Edit so many campaigns of a home that is filled, and return the rows."""
    ours, worked, theirs, lines = asyncio.run(_measured(home, campaigns, edits))
    each = f"{edits} edits among {campaigns:,} campaigns, {lines:.0f} lines a year each"
    yield Row(f"APScheduler's job store: {each}", theirs, "ms")
    ratio = times(theirs, ours)
    goal = f"at least {LEAST_TIMES:g} times faster"
    what = "an edit read, planned, compared, written"
    yield Row(what, ours, "ms", "APScheduler", ratio, goal, ratio >= LEAST_TIMES)
    held = median(worked) <= MOST_MS
    yield Row(
        f"{what}, on a processor", worked, "ms", goal=f"at most {MOST_MS:g} ms", reached=held
    )


async def _measured(
    home: Path, campaigns: int, edits: int
) -> tuple[list[float], list[float], list[float], float]:
    with Store.open("sqlite:///tracker.db", base=home) as store:
        clock = SimulatedClock(NOW)
        daemon = a_daemon(home, store, clock)
        await daemon.turn()
        chance = random.Random(1)  # noqa: S311 -- the same edits each time, no secret
        names = [named(chance.randrange(campaigns)) for _ in range(edits)]
        peer = _Peer(home / "peer.db", {name: _year(daemon, name) for name in names})
        found: tuple[list[float], list[float], list[float]] = ([], [], [])
        for edit, name in enumerate(names):
            clock.at += SECOND
            taken, busy = await edited(daemon, home, name, edit)
            theirs = peer.replanned(name, _year(daemon, name))
            for one, seconds in zip(found, (taken, busy, theirs), strict=True):
                one.append(seconds * 1e3)
        peer.close()
    return (*found, sum(map(len, peer.jobs.values())) / len(peer.jobs))


async def edited(daemon: Daemon, home: Path, name: str, edit: int) -> tuple[float, float]:
    """Move a deadline of a campaign by some days; return what the daemon takes and works for it.

    The two looks at the folder do not count: the first is over, and the second is taken off.
    """
    write(home, name, moved=edit % 5 + 1)
    await daemon.turn()
    looks = _Watch(daemon.folder)
    daemon.folder = looks
    begun, before = perf_counter(), process_time()
    await daemon.turn()
    taken, busy = perf_counter() - begun, process_time() - before
    daemon.folder = looks.folder
    return taken - looks.seconds, busy - looks.worked


class _Watch:
    """The folder, with the time that looking at it takes."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.seconds = self.worked = 0.0

    def __getattr__(self, name: str) -> object:
        """Let everything through, and time what is called."""
        found = getattr(self.folder, name)
        return self._timed(found) if callable(found) else found

    def _timed(self, act: Callable[..., object]) -> Callable[..., object]:
        def timed(*given: object, **named: object) -> object:
            begun, before = perf_counter(), process_time()
            try:
                return act(*given, **named)
            finally:
                self.seconds += perf_counter() - begun
                self.worked += process_time() - before

        return timed


class _Peer:
    """One job for each line, as APScheduler's own store keeps them."""

    def __init__(self, file: Path, years: dict[str, list[tuple[str, datetime]]]) -> None:
        self.jobs = {name: [key for key, _ in lines] for name, lines in years.items()}
        self._kept = SQLAlchemyJobStore(url=f"sqlite:///{file}")
        self._scheduler = BackgroundScheduler(jobstores={"default": self._kept}, timezone=UTC)
        self._scheduler.start(paused=True)
        rows = [self._row(*line) for lines in years.values() for line in lines]
        with self._kept.engine.begin() as connection:  # one by one takes a quarter of an hour
            connection.execute(self._kept.jobs_t.insert(), rows)

    def _row(self, key: str, due: datetime) -> dict[str, object]:
        job = Job(
            self._scheduler,
            id=key,
            func=remind,
            args=(key,),
            kwargs={},
            name=key,
            trigger=DateTrigger(due, timezone=UTC),
            executor="default",
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
            next_run_time=due,
        )
        return {
            "id": key,
            "next_run_time": due.timestamp(),
            "job_state": pickle.dumps(job.__getstate__(), self._kept.pickle_protocol),
        }

    def replanned(self, campaign: str, lines: list[tuple[str, datetime]]) -> float:
        """Take a campaign's jobs out, put the new ones in, and return the time that it takes."""
        begun = perf_counter()
        for key in self.jobs[campaign]:
            self._scheduler.remove_job(key)
        for key, due in lines:
            self._scheduler.add_job(
                remind,
                DateTrigger(due, timezone=UTC),
                args=(key,),
                id=key,
                misfire_grace_time=None,
            )
        taken = perf_counter() - begun
        self.jobs[campaign] = [key for key, _ in lines]
        return taken

    def close(self) -> None:
        """Stop the scheduler."""
        self._scheduler.shutdown(wait=False)


def remind(_: str) -> None:
    """Do what a job would: nothing, here."""


def _year(daemon: Daemon, campaign: str) -> list[tuple[str, datetime]]:
    """Return all lines to come of a campaign: a scheduler of jobs has no horizon."""
    engine = daemon.engine
    found = plan(engine.world, engine.history, now=engine.clock(), only=[campaign]).planned
    return [(one.key, one.due) for one in found if one.due is not None]


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else CAMPAIGNS
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), count)
        print(HEAD)
        for row in edit_rows(Path(folder), count):
            print(row)
