"""One edited campaign among ten thousand, beside APScheduler's job store doing the same.

Both move one campaign's due dates and bring what is planned in line, round by round, each in a
SQLite file of its own that holds all campaigns. Ours is the daemon's own path after it has
noticed the edit: read, check, guard, plan, compare, write. The peer has the new lines worked out
for it beforehand: it takes the campaign's jobs out and puts the new ones in.
"""

import asyncio
import pickle
import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, process_time

from apscheduler.job import Job
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger
from measure import print_machine

from tracker.app.engine import Engine
from tracker.app.replay import SimulatedClock
from tracker.compose import Composer
from tracker.daemon.bell import Bell
from tracker.daemon.folder import Folder
from tracker.daemon.serving import started
from tracker.daemon.turns import Daemon
from tracker.delivery import Outcome
from tracker.store import MailRecord, Store

CAMPAIGNS = 10_000
EDITS = 100
DEADLINES = 34
TARGETS = 8
NOW = datetime(2031, 3, 3, 9, 30, tzinfo=UTC)  # a Monday later than any file's stamp
ROOT = Path(__file__).parent.parent
SECOND = timedelta(seconds=1)
READERS = ("vienna", "geneva", "new-york", "brussels", "warsaw")
MAIL = '[mail]\nfrom = "Tracker <tracker@example.org>"\ntransport = "maildir:mails"\n'
COORDINATOR = """
[[coordinator]]
id = "{0}"
name = "Desk {0}"
email = "{0}@example.org"
timezone = "Europe/Vienna"
digest = "weekly"
"""
WORDS = (
    "release", "detained", "journalists", "monitor", "trial", "observers", "mission", "border",
    "access", "relief", "convoy", "witness", "statement", "council", "chair", "delegation",
    "inquiry", "report", "hearing", "letter", "prisoner", "family", "lawyer", "village", "valley",
)  # fmt: skip


def print_edits(campaigns: int = CAMPAIGNS) -> None:
    """Print what one edit takes among so many campaigns, and what it takes the peer."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measure(Path(folder), campaigns))


async def _measure(home: Path, campaigns: int) -> None:
    size = _fill(home, campaigns)
    with Store.open("sqlite:///tracker.db", base=home) as store:
        clock = SimulatedClock(NOW)
        daemon = _daemon(home, store, clock)
        await daemon.turn()
        peer = _Peer(home / "peer.db", store)
        chance = random.Random(1)  # noqa: S311 -- the same edits each time, no secret
        ours, worked, theirs = [], [], []
        for edit in range(EDITS):
            name = _name(chance.randrange(campaigns))
            clock.at += SECOND
            taken, busy = await _edited(daemon, home, name, edit)
            ours.append(taken)
            worked.append(busy)
            theirs.append(peer.replanned(name, _queued(store, name)))
        peer.close()
    lines = sum(map(len, peer.jobs.values())) / campaigns
    print(f"\n### One edited campaign among {campaigns:,}\n")
    print(f"Files of {size:,.0f} bytes, {lines:.0f} queued lines each; {EDITS} edits.\n")
    print("| | median ms | 95th percentile | max |\n|---|--:|--:|--:|")
    rows = (
        ("APScheduler's job store", theirs),
        ("tracker", ours),
        ("tracker, on a processor", worked),
    )
    for what, taken in rows:
        cells = (median(taken), quantiles(taken, n=20)[-1], max(taken))
        print(f"| {what} | {' | '.join(f'{one * 1e3:,.1f}' for one in cells)} |")
    ratios = median(one / other for one, other in zip(ours, theirs, strict=True))
    print(f"\nThe tracker takes {ratios:.2f} times what the peer takes (median of the edits).")


async def _edited(daemon: Daemon, home: Path, name: str, edit: int) -> tuple[float, float]:
    """Move a deadline of a campaign by some days; return what the daemon takes and works for it.

    The two looks at the folder do not count: the first is over, and the second is taken off.
    """
    _write(home, name, moved=edit % 5 + 1)
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

    def __init__(self, file: Path, store: Store) -> None:
        self.jobs: dict[str, list[str]] = {}
        self._kept = SQLAlchemyJobStore(url=f"sqlite:///{file}")
        self._scheduler = BackgroundScheduler(jobstores={"default": self._kept}, timezone=UTC)
        self._scheduler.start(paused=True)
        rows = []
        for line in store.lines(states={"queued"}):
            one = line.occurrence
            if one.campaign is None or one.due is None:
                continue
            self.jobs.setdefault(one.campaign, []).append(one.key)
            rows.append(self._row(one.key, one.due))
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


def _queued(store: Store, campaign: str) -> list[tuple[str, datetime]]:
    found = (one.occurrence for one in store.lines(campaign=campaign, states={"queued"}))
    return [(one.key, one.due) for one in found if one.due is not None]


def _daemon(home: Path, store: Store, clock: SimulatedClock) -> Daemon:
    async def deliver(_record: MailRecord, _address: str) -> Outcome:
        return Outcome("sent", 250, "taken")

    engine = Engine(
        store,
        Composer(ROOT / "templates", None),
        deliver=deliver,
        clock=clock,
        replayed=False,
    )
    return started(engine, home / "config.toml", home / "campaigns", Bell())


def _fill(home: Path, campaigns: int) -> float:
    """Write all files, and return how many bytes a campaign's has."""
    for name in ("forums", "playbooks", "workdays"):
        (home / "campaigns" / name).mkdir(parents=True)
    for shared in ("workdays/vienna.toml", "forums/osce-permanent-council.toml"):
        shutil.copy(ROOT / "campaigns" / shared, home / "campaigns" / shared)
    desks = "".join(COORDINATOR.format(one) for one in READERS)
    config = f'workdays = "vienna"\n{MAIL}{desks}'
    (home / "config.toml").write_text(config, encoding="utf-8")
    return sum(_write(home, _name(number), moved=0) for number in range(campaigns)) / campaigns


def _name(number: int) -> str:
    return f"campaign-{number:05}"


def _write(home: Path, name: str, *, moved: int) -> int:
    text = "\n".join(_campaign(name, moved))
    (home / "campaigns" / f"{name}.toml").write_text(text, encoding="utf-8")
    return len(text.encode())


def _campaign(name: str, moved: int) -> Iterator[str]:
    """Write a year of one campaign; `moved` is by how many days one of its deadlines is later."""
    chance = random.Random(name)  # noqa: S311 -- the same campaign each time, no secret

    def words(count: int) -> str:
        return " ".join(chance.choices(WORDS, k=count)).capitalize()

    yield f'title = "{words(5)}"\ndated = 2031-02-20\ncoordinators = ["{chance.choice(READERS)}"]'
    yield f'sender = "{words(3)}"\nsummary = "{words(30)}"'
    yield f'[[ask]]\nid = "ask"\ntext = "{words(8)}"'
    yield '[[meeting]]\nforum = "osce-permanent-council"\ndate = 2031-04-24'
    for number in range(TARGETS):
        yield f'[[target]]\nid = "target-{number}"\npost = "{words(4)}"\nstate = "{words(1)}"'
        yield f'address = "{words(4)}"'
    for number in range(DEADLINES):
        later = moved if number == 1 else 0
        day = NOW.date() + timedelta(days=8 + number * 10 + chance.randrange(8) + later)
        yield f'[[deadline]]\nid = "step-{number}"\nwhat = "{words(6)}"\nfor = "campaign"'
        yield f'due = "{day}"\nremind = ["1 week before", "2 days before", "on the day"]'


if __name__ == "__main__":
    print_machine(EDITS)
    print_edits(int(sys.argv[1]) if len(sys.argv) > 1 else CAMPAIGNS)
