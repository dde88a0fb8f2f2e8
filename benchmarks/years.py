"""A database a year old beside a young one: the same campaigns, edits, starts and memory.

    python benchmarks/years.py [CAMPAIGNS]

In that year each campaign was edited ten times, 28 things that it no longer has were told in
passing, 170 of its lines left, and each reader had a digest every week.
"""

import asyncio
import random
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent.parent))

from corpus import DEADLINES, NOW, READERS, fill, named
from edits import edited
from one_daemon import a_daemon
from rows import HEAD, Row, times
from starting import CLOCK, PROCESSOR, started

from tracker.app.edits import EDIT
from tracker.app.replay import SimulatedClock
from tracker.difference import Difference, Edit, to_data
from tracker.occurrence import Origin
from tracker.store import DatesTold, JournalEntry, Store

CAMPAIGNS = 10_000
EDITS, WEEKS, LINES = 10, 52, 170  # of a year: edits and lines of each campaign
BEGINNING = NOW - timedelta(weeks=WEEKS)
ROUNDS, MEASURED = 3, 20
MOST_MEGABYTES, MOST_TIMES = 200, 1.5
_SENT = """
INSERT INTO line (key, campaign, recipient, due, document, state, settled_at)
SELECT key || '/before/' || :number, campaign, recipient, :at, document, 'sent', :at
FROM line WHERE state = 'queued' AND campaign IS NOT NULL AND key NOT LIKE '%/before/%'
LIMIT :most
"""


def year_rows(campaigns: int) -> Iterator[Row]:
    """Measure, and return the rows."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        young, old = Path(one), Path(other) / "home"
        fill(young, campaigns)
        started(young)
        shutil.copytree(young, old)
        age(old, campaigns)
        yield from _start_rows(young, old)
        edits = asyncio.run(_edits(young, old, campaigns))
        what = "an edit read, planned, compared, written, on a processor"
        yield from _beside(what, edits, "ms")
        yield from _look_rows(young, old)


def age(home: Path, campaigns: int) -> None:
    """Let a year pass in a database: what it left behind, without what left it."""
    with Store.open("sqlite:///tracker.db", base=home) as store, store.writing():
        store.record(_entries(campaigns))
        store.passing.tell(_dates(campaigns))
    left, number = campaigns * LINES, 0
    with closing(sqlite3.connect(home / "tracker.db")) as file, file:
        while left > 0:
            at = (BEGINNING + timedelta(days=number)).strftime("%Y-%m-%d %H:%M:%S.%f")
            left -= file.execute(_SENT, {"number": number, "at": at, "most": left}).rowcount
            number += 1


def _entries(campaigns: int) -> Iterator[JournalEntry]:
    for number in range(campaigns):
        name = named(number)
        for count in range(EDITS):
            at = BEGINNING + timedelta(days=36 * count, seconds=number)
            data = to_data(Edit(at, _moved(name, count), (name,)))
            yield JournalEntry(at, EDIT, name, f"{EDIT}/{name}/{count}/{at.isoformat()}", data)
    for reader in READERS:
        for week in range(WEEKS):
            at = BEGINNING + timedelta(weeks=week)
            key = f"digest/{reader}/{at.isoformat()}"
            yield JournalEntry(at, "digest", None, key, {"coordinator": reader})


def _moved(name: str, count: int) -> Difference:
    was, becomes = "Thursday 27 March 2031", "Friday 28 March 2031"
    return Difference(
        thing="deadline",
        act="moved",
        text=f"Deadline step-{count}: {was} → {becomes}",
        name=f"Convoy monitor relief prisoner family lawyer (step-{count})",
        origin=Origin("campaign", name, ("deadline", count, "due")),
        item=f"step-{count}",
        was=was,
        becomes=becomes,
    )


def _dates(campaigns: int) -> Iterator[DatesTold]:
    chance = random.Random(1)  # noqa: S311 -- the same readers each time, no secret
    for number in range(campaigns):
        reader = chance.choice(READERS)
        for step in range(DEADLINES):
            at = BEGINNING + timedelta(days=13 * step)
            said = (f"former-{step}", None, None, None, None, "Convoy monitor relief prisoner")
            yield DatesTold(named(number), reader, 1 + step, at, [said])


def _start_rows(young: Path, old: Path) -> Iterator[Row]:
    both = [(started(young), started(old)) for _ in range(ROUNDS)]
    yield from _beside("a start among the same files", _each(both, CLOCK), "s")
    held = _each(both, "resident")
    yield from _beside("in memory after it", held, "MB", MOST_MEGABYTES)


def _look_rows(young: Path, old: Path) -> Iterator[Row]:
    """Measure a start among other shared files: a program apart looks at everything."""
    for home in (young, old):
        with (home / "config.toml").open("a", encoding="utf-8") as config:
            config.write("# one more line\n")
    both = [(started(young), started(old))]
    yield from _beside("a look at all files, on processors", _each(both, PROCESSOR), "s")
    yield from _beside("the program apart that looks", _each(both, "apart"), "MB")


def _each(
    both: list[tuple[dict[str, float], dict[str, float]]], what: str
) -> tuple[list[float], list[float]]:
    return [one[what] for one, _ in both], [other[what] for _, other in both]


def _beside(
    what: str, both: tuple[list[float], list[float]], unit: str, limit: float | None = None
) -> Iterator[Row]:
    young, old = both
    yield Row(f"{what}: a young database", young, unit)
    ratio = times(old, young)
    goal = f"at most {MOST_TIMES} times" if limit is None else f"at most {limit} {unit}"
    reached = ratio <= MOST_TIMES if limit is None else median(old) <= limit
    yield Row("the same, a year old", old, unit, "a young one", ratio, goal, reached)


async def _edits(young: Path, old: Path, campaigns: int) -> tuple[list[float], list[float]]:
    chance = random.Random(2)  # noqa: S311 -- the same edits each time, no secret
    names = [named(chance.randrange(campaigns)) for _ in range(MEASURED)]
    found: tuple[list[float], list[float]] = ([], [])
    stores = [Store.open("sqlite:///tracker.db", base=home) for home in (young, old)]
    clock = SimulatedClock(NOW)
    daemons = [
        a_daemon(home, store, clock) for home, store in zip((young, old), stores, strict=True)
    ]
    for daemon in daemons:
        await daemon.turn()
    for edit, name in enumerate(names):
        clock.at += timedelta(seconds=1)
        for home, daemon, worked in zip((young, old), daemons, found, strict=True):
            _, busy = await edited(daemon, home, name, edit)
            worked.append(busy * 1e3)
    for store in stores:
        store.close()
    return found


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else CAMPAIGNS
    print(HEAD)
    for row in year_rows(count):
        print(row, flush=True)
