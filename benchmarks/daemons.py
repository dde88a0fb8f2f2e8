"""Daemons on one PostgreSQL: what is lost or doubled when they are killed, and how fast they are.

    python benchmarks/daemons.py kills --runs 20 --mails 1000 --daemons 2 4
    python benchmarks/daemons.py pace --runs 3 --mails 300 --daemons 1 4 --pause 0.085

Every run has a PostgreSQL of its own, real processes and a real mail server on loopback. `kills`
ends one daemon with SIGKILL in the midst of each run and puts another in its place; a copy is a
mail that it had in hand, whose answer nobody knows. `pace` kills none.
"""

import os
import random
import sys
import tempfile
import threading
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import monotonic

sys.path.insert(0, str(Path(__file__).parent.parent))

from rows import Row, times

from tests.cluster import a_cluster
from tests.databases import a_database
from tests.fleet import Fleet, Tally, a_morning, counting_server
from tracker.delivery.smtp import MOST_CONNECTIONS

FOUR, LEAST_TIMES = 4, 1.5
# What aiosmtplib takes for a mail over a line of 20 ms there and back, one after the other.
AWAY, AWAY_SECONDS = "a mail server 20 ms away", 0.085
HEAD = f"{'daemons':>7} {'run':>4} {'mails':>6} {'lost':>5} {'copies':>7} {'differing':>9}"


def main() -> None:
    """Run what was asked for; exit 1 if anything was lost, differs or came twice too often."""
    asked = _arguments()
    kills = 1 if asked.what == "kills" else 0
    print(f"{HEAD} {'mails/s':>8}", flush=True)
    told: dict[int, list[Tally]] = {count: [] for count in asked.daemons}
    for number in range(asked.runs):  # they take turns: a slow minute hits all of them
        for count in asked.daemons:
            told[count].append(_run(asked, count, kills, number))
    for count, tallies in told.items():
        pace = median(one.per_second for one in tallies)
        copies = sum(one.copies for one in tallies)
        lost = sum(one.lost for one in tallies)
        print(f"{count} daemons: {lost} lost, {copies} copies, {pace:.1f} mails/s (median)")
    if any(
        one.lost or one.differing or one.copies > MOST_CONNECTIONS * kills
        for all_ in told.values()
        for one in all_
    ):
        raise SystemExit(1)


def pace_rows(mails: int, rounds: int) -> Iterator[Row]:
    """Let one daemon and four send the same mails in turns, and return the rows.

    Once to a mail server 20 ms away, once to one that answers at once and needs the same
    processors: there four can be quicker than one only by what one leaves idle.
    """
    one, four, _ = _in_turns(mails, rounds, AWAY_SECONDS)
    yield Row(f"one daemon on PostgreSQL, {mails} mails a round, {AWAY}", one, "mails/s")
    ratio = times(four, one)
    goal = f"at least {LEAST_TIMES}"
    yield Row("four daemons", four, "mails/s", "one", ratio, goal, ratio >= LEAST_TIMES)
    one, four, busy = _in_turns(mails, rounds, 0.0)
    yield Row("one daemon, a mail server that answers at once", one, "mails/s")
    processors = os.cpu_count() or 1
    yield Row(f"processors that this keeps busy, of {processors}", busy, "")
    most = processors / median(busy)
    stated = f"one, and not more than {most:.2f} times"
    yield Row("four daemons", four, "mails/s", stated, times(four, one))


def _in_turns(
    mails: int, rounds: int, pause: float
) -> tuple[list[float], list[float], list[float]]:
    """Return how many mails one daemon and four send in a second, and what the one keeps busy."""
    one, four, busy = [], [], []
    for _ in range(rounds):
        told, kept_busy = _morning(1, mails=mails, pause=pause)
        one.append(told.per_second)
        busy.append(kept_busy)
        four.append(_morning(FOUR, mails=mails, pause=pause)[0].per_second)
    return one, four, busy


def _morning(
    daemons: int,
    *,
    mails: int,
    pause: float = 0.0,
    kills: int = 0,
    dice: random.Random | None = None,
) -> tuple[Tally, float]:
    """Let a morning pass; return what came of it and how many processors it kept busy."""
    with (
        tempfile.TemporaryDirectory() as home,
        a_cluster("max_connections = 60") as cluster,
        counting_server(pause) as (counting, port),
        _watched() as seen,
    ):
        fleet = Fleet(Path(home), a_database(cluster, "tracker"), port, mails)
        told = a_morning(
            fleet,
            counting,
            daemons=daemons,
            kills=kills,
            dice=dice or random.Random(),  # noqa: S311 -- where to kill
        )
        return told, _busy(seen, counting.first_at, counting.last_at)


@contextmanager
def _watched() -> Iterator[list[tuple[float, float]]]:
    """Look every 20 ms at the seconds that all processors together have worked."""
    seen: list[tuple[float, float]] = []
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.02):
            seen.append((monotonic(), _worked()))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def _worked() -> float:
    cells = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()
    user, nice, system, _idle, _waiting, irq, softirq = map(int, cells[1:8])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def _busy(seen: list[tuple[float, float]], begun: float, ended: float) -> float:
    during = [one for one in seen if begun <= one[0] <= ended]
    (first, worked_before), (last, worked) = during[0], during[-1]
    return (worked - worked_before) / (last - first)


def _run(asked: Namespace, daemons: int, kills: int, number: int) -> Tally:
    dice = random.Random(f"{asked.seed}/{daemons}/{number}")  # noqa: S311 -- where to kill
    told, _ = _morning(daemons, mails=asked.mails, pause=asked.pause, kills=kills, dice=dice)
    cells = f"{daemons:>7} {number:>4} {told.readers:>6} {told.lost:>5} {told.copies:>7}"
    print(f"{cells} {told.differing:>9} {told.per_second:>8.1f}", flush=True)
    return told


def _arguments() -> Namespace:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["kills", "pace"])
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--mails", type=int, default=1000)
    parser.add_argument("--daemons", type=int, nargs="+", default=[2, 4])
    parser.add_argument("--pause", type=float, default=0.0, help="seconds the server takes a mail")
    parser.add_argument("--seed", default="2010")
    return parser.parse_args()


if __name__ == "__main__":
    main()
