"""Starts among many files, each in a process of its own: cold, warm, and what is then in memory.

In each round bare tomli parses all files, then a daemon starts without a database, then another
with it. What a program apart works for a daemon counts as the daemon's work.
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


def start_rows(home: Path, campaigns: int, rounds: int) -> Iterator[Row]:
    """Measure the starts of a daemon with all files, by turns, and return their rows."""
    bare, cold, warm, reads = [], [], [], []
    for _ in range(rounds):
        for file in home.glob("tracker.db*"):
            file.unlink()
        bare.append(_parsed(home))
        cold.append(started(home))
        warm.append(started(home))
        reads.append(float(_python("-c", _READ, str(home / "tracker.db"))))
    worked = [one[PROCESSOR] for one in cold]
    ratio = times(worked, bare)
    yield Row(f"bare tomli, {campaigns:,} files, on a processor", bare, "s")
    yield Row(
        "cold start, on processors",
        worked,
        "s",
        "bare tomli",
        ratio,
        f"at most {COLD:g}",
        ratio <= COLD,
    )
    yield Row("that cold start by the clock", [one[CLOCK] for one in cold], "s")
    yield Row("one read of the plan", reads, "s")
    more = [one[PROCESSOR] - read for one, read in zip(warm, reads, strict=True)]
    goal = f"at most {WARM} s"
    yield Row("warm start, less that read", more, "s", "", None, goal, median(more) <= WARM)
    yield from _memory_rows(cold, warm, campaigns)


def _memory_rows(
    cold: list[dict[str, float]], warm: list[dict[str, float]], campaigns: int
) -> Iterator[Row]:
    goal = f"at most {MOST_MEGABYTES} MB"
    for when, found in (("cold", cold), ("warm", warm)):
        held = [one["resident"] for one in found]
        fits = median(held) <= MOST_MEGABYTES if campaigns >= ALL else None  # fewer prove nothing
        ratio = median(held) / MOST_MEGABYTES
        yield Row(f"in memory after a {when} start", held, "MB", "the limit", ratio, goal, fits)
    yield Row("the program apart, while it looks at all", [one["apart"] for one in cold], "MB")


def _parsed(home: Path) -> float:
    begun = process_time()
    for path in (home / "campaigns").glob("*.toml"):
        tomli.loads(path.read_text(encoding="utf-8"))
    return process_time() - begun


def started(home: Path) -> dict[str, float]:
    """Start a daemon in a process of its own; return what `one_daemon.py` says of it."""
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
