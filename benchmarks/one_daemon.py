"""One daemon in a process of its own: how long it takes to start, and what it holds in memory.

    python benchmarks/one_daemon.py HOME

Prints one line of JSON: seconds by the clock and on processors until the files are in force and
planned, and megabytes then, with those of the program apart at its most. A home without a database
is a cold start.
"""

import asyncio
import gc
import json
import logging
import sys
from collections.abc import Mapping
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from time import perf_counter, process_time

sys.path.insert(0, str(Path(__file__).parent.parent))

from corpus import NOW, ROOT

from tracker.app.engine import Engine
from tracker.app.replay import SimulatedClock
from tracker.compose import Composer
from tracker.daemon.bell import Bell
from tracker.daemon.serving import started
from tracker.daemon.turns import Daemon
from tracker.delivery import Outcome
from tracker.programs import OBJECTS_BEFORE_COLLECTING
from tracker.store import MailRecord, Store

PAGE_KB = 4


def a_daemon(home: Path, store: Store, clock: SimulatedClock) -> Daemon:
    """Start a daemon as `tracker run` does, whose mails all arrive."""
    gc.set_threshold(OBJECTS_BEFORE_COLLECTING)

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


async def start(home: Path) -> Mapping[str, float]:
    """Start, plan and turn once more; return what that took."""
    begun, before = perf_counter(), worked()
    with Store.open("sqlite:///tracker.db", base=home) as store:
        daemon = a_daemon(home, store, SimulatedClock(NOW))
        await daemon.turn()
        taken, busy = perf_counter() - begun, worked() - before
        await daemon.turn()
        return {
            "seconds": taken,
            "worked": busy,
            "resident": resident(),
            "most": most(),
            "apart": getrusage(RUSAGE_CHILDREN).ru_maxrss / 1024,
        }


def worked() -> float:
    """Return the seconds on a processor, those of a program that looks at all files included."""
    apart = getrusage(RUSAGE_CHILDREN)
    return process_time() + apart.ru_utime + apart.ru_stime


def resident() -> float:
    """Return how many megabytes this process holds in memory."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * PAGE_KB / 1024


def most() -> float:
    """Return the most megabytes that it ever held."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(one for one in status.splitlines() if one.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)
    print(json.dumps(asyncio.run(start(Path(sys.argv[1])))))
