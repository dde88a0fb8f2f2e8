"""Starts among many files, each in a process of its own: cold, warm, and what is then in memory.

Each round has files of its own: first bare tomli parses them, then a daemon starts without a
database, then another with it. One more starts with all files at once.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import process_time

import tomli
from corpus import fill
from rows import Row, times

HERE = Path(__file__).parent
CLOCK, PROCESSOR = "seconds", "worked"
ALL = 10_000
MOST_MEGABYTES = 200
COLD, WARM = 3.0, 0.5
_READ = """
import sqlite3, sys, time
begun = time.process_time()
sqlite3.connect(sys.argv[1]).execute("SELECT * FROM line WHERE state = 'queued'").fetchall()
print(time.process_time() - begun)
"""


def start_rows(campaigns: int, rounds: int) -> Iterator[Row]:
    """Measure the starts and return their rows."""
    bare, cold, warm, reads = [], [], [], []
    for number in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            fill(home, campaigns // rounds, first=number * (campaigns // rounds))
            bare.append(_parsed(home))
            cold.append(_started(home)[PROCESSOR])
            warm.append(_started(home)[PROCESSOR])
            reads.append(float(_python("-c", _READ, str(home / "tracker.db"))))
    each = f"{campaigns // rounds:,} files a round, on a processor"
    yield Row(f"bare tomli, {each}", bare, "s")
    ratio = times(cold, bare)
    yield Row("cold start", cold, "s", "bare tomli", ratio, f"at most {COLD:g}", ratio <= COLD)
    yield Row("one read of the plan", reads, "s")
    scale = ALL / (campaigns // rounds)
    more = [(one - read) * scale for one, read in zip(warm, reads, strict=True)]
    goal = f"at most {WARM} s more than the read"
    what = f"warm start, less that read, for {ALL:,} files at this pace"
    yield Row(what, more, "s", "bare tomli", times(warm, bare), goal, median(more) <= WARM)


def memory_rows(home: Path, campaigns: int) -> Iterator[Row]:
    """Start a daemon with all files, once and cold; return what it then holds in memory."""
    found = _started(home)
    held = found["resident"]
    goal = f"at most {MOST_MEGABYTES} MB"
    name = f"in memory after a cold start, {campaigns:,} campaigns, once"
    fits = held <= MOST_MEGABYTES if campaigns >= ALL else None  # fewer prove nothing
    yield Row(name, [held], "MB", "the limit", held / MOST_MEGABYTES, goal, fits)
    yield Row("that cold start by the clock, once", [found[CLOCK]], "s")


def _parsed(home: Path) -> float:
    begun = process_time()
    for path in (home / "campaigns").glob("*.toml"):
        tomli.loads(path.read_text(encoding="utf-8"))
    return process_time() - begun


def _started(home: Path) -> dict[str, float]:
    found: dict[str, float] = json.loads(_python(str(HERE / "one_daemon.py"), str(home)))
    return found


def _python(*words: str) -> str:
    kept = {name: one for name, one in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, *words],
        env=kept | {"PYTHONPYCACHEPREFIX": f"{tempfile.gettempdir()}/tracker-compiled"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout
