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
from statistics import median
from time import perf_counter

Run = Callable[[], object]
PACKAGES = ("pydantic", "sqlmodel", "jinja2", "apscheduler", "tomli", "holidays")


@dataclass(frozen=True, slots=True)
class Timing:
    """What one contender took, in seconds, round by round; `ratios` are to the peer."""

    name: str
    seconds: tuple[float, ...]
    ratios: tuple[float, ...]

    def row(self, unit: float, note: str) -> tuple[str, ...]:
        """Return the cells of its line: median, least and most in the unit, ratio, note."""
        cells = (median(self.seconds), min(self.seconds), max(self.seconds))
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
    for _ in range(rounds):
        for name, run in contenders.items():
            begun = perf_counter()
            run()
            taken[name].append(perf_counter() - begun)
    peer = next(iter(taken.values()))
    return [
        Timing(
            name,
            tuple(found),
            tuple(one / other for one, other in zip(found, peer, strict=True)),
        )
        for name, found in taken.items()
    ]


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
    print(f"| | median {name} | min | max | times {peer} | |")
    print("|---|--:|--:|--:|--:|---|")
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
