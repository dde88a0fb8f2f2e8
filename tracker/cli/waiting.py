"""A progress bar on stderr for work that lasts over a second, where somebody watches."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from time import monotonic

from rich.progress import BarColumn, Progress, TaskID, TextColumn

from tracker.cli.show import screen
from tracker.dates import show_day

PATIENCE_SECONDS = 1.0


class _Bar:
    """A bar that comes only once something is slow, and only onto a terminal."""

    def __init__(self, whole: float, patience_seconds: float) -> None:
        self._console = screen(sys.stderr)
        self._shown = Progress(
            TextColumn("{task.description}"), BarColumn(), console=self._console, transient=True
        )
        self._whole = whole
        self._until = monotonic() + patience_seconds
        self._tasks: list[TaskID] = []

    def move(self, done: float, said: str, whole: float | None = None) -> None:
        """Show how far it is, and what is done just now."""
        if not self._console.is_terminal or monotonic() < self._until:
            return
        if not self._tasks:
            self._shown.start()
            self._tasks.append(self._shown.add_task(said, total=max(self._whole, 1)))
        self._shown.update(self._tasks[0], completed=done, description=said, total=whole)

    def stop(self) -> None:
        """Take it away."""
        if self._tasks:
            self._shown.stop()


@contextmanager
def progress(
    doing: str, first: datetime, last: datetime, *, patience_seconds: float = PATIENCE_SECONDS
) -> Iterator[Callable[[datetime], None]]:
    """Give a function that takes the simulated moment."""
    bar = _Bar((last - first).total_seconds(), patience_seconds)

    def watch(at: datetime) -> None:
        bar.move((at - first).total_seconds(), f"{doing}: {show_day(at.date())}")

    try:
        yield watch
    finally:
        bar.stop()


@contextmanager
def counted(
    doing: str, *, patience_seconds: float = PATIENCE_SECONDS
) -> Iterator[Callable[[int, int], None]]:
    """Give a function that takes how many are done, and of how many; all done, the bar goes."""
    bar = _Bar(1, patience_seconds)

    def watch(done: int, whole: int) -> None:
        bar.move(done, f"{doing}: {done:,} of {whole:,}", whole)
        if done + 1 >= whole:
            bar.stop()

    try:
        yield watch
    finally:
        bar.stop()
