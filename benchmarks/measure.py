"""Rounds that take turns, and the table of what they took.

Every contender runs once a round, so that a slow minute of the machine hits all of them; the
ratio to the peer is worked out within each round before its median is taken.
"""

import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from statistics import median
from time import perf_counter

Run = Callable[[], object]
PACKAGES = ("pydantic", "sqlmodel", "jinja2", "apscheduler", "tomli", "holidays")


@dataclass(frozen=True, slots=True)
class Timing:
    """What one contender took, in seconds, round by round, and how it compares to the peer.

    `worked` is the time on a processor, its children's with it: on a busy machine the better one.
    """

    name: str
    seconds: tuple[float, ...]
    worked: tuple[float, ...]
    ratios: tuple[float, ...]
    more: tuple[float, ...]

    def row(self, unit: float, note: str) -> tuple[str, ...]:
        """Return the cells of its line: median, least, most, processor, ratio, note."""
        cells = (median(self.seconds), min(self.seconds), max(self.seconds), median(self.worked))
        return (
            self.name,
            *(f"{cell / unit:,.1f}" for cell in cells),
            f"{median(self.ratios):.2f}",
            note,
        )


def take_turns(contenders: Mapping[str, Run], *, rounds: int) -> list[Timing]:
    """Run every contender once a round; the first is the peer that the others are held to."""
    for run in contenders.values():
        run()  # the first time pays for caches that no later one pays for
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    worked: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, run in contenders.items():
            begun, before = perf_counter(), _processor_seconds()
            run()
            taken[name].append(perf_counter() - begun)
            worked[name].append(_processor_seconds() - before)
    peer = next(iter(taken.values()))
    return [_timing(name, found, worked[name], peer) for name, found in taken.items()]


def _timing(name: str, taken: list[float], worked: list[float], peer: list[float]) -> Timing:
    pairs = list(zip(taken, peer, strict=True))
    return Timing(
        name,
        seconds=tuple(taken),
        worked=tuple(worked),
        ratios=tuple(one / other for one, other in pairs),
        more=tuple(one - other for one, other in pairs),
    )


def _processor_seconds() -> float:
    used = [getrusage(who) for who in (RUSAGE_SELF, RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def print_table(
    heading: str,
    timings: Sequence[Timing],
    *,
    unit: tuple[str, float],
    notes: Mapping[str, str] | None = None,
) -> None:
    """Print a Markdown table; `unit` is its name and how many seconds it has."""
    name, seconds = unit
    peer = timings[0].name
    print(f"\n### {heading}\n")
    print(f"| | median {name} | min | max | on a processor | times {peer} | |")
    print("|---|--:|--:|--:|--:|--:|---|")
    for one in timings:
        print(f"| {' | '.join(one.row(seconds, (notes or {}).get(one.name, '')))} |")


def print_machine(rounds: int) -> None:
    """Print what the figures belong to."""
    print(f"Rounds: {rounds}, taking turns; medians with the least and the most.")
    print(f"Machine: {_processor()}, {platform.system()} {platform.release()}.")
    packages = ", ".join(f"{one} {version(one)}" for one in PACKAGES)
    print(f"Python {sys.version.split()[0]}; {packages}.")


def _processor() -> str:
    names = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        if line.startswith("model name")
    ]
    return f"{len(names)} x {names[0]}" if names else platform.processor() or platform.machine()
