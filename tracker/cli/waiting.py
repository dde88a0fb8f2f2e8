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


@contextmanager
def progress(
    doing: str, first: datetime, last: datetime, *, patience_seconds: float = PATIENCE_SECONDS
) -> Iterator[Callable[[datetime], None]]:
    """Give a function that takes the simulated moment; the bar comes only once it is slow."""
    console = screen(sys.stderr)
    bar = Progress(TextColumn("{task.description}"), BarColumn(), console=console, transient=True)
    started, whole = monotonic(), (last - first).total_seconds()
    tasks: list[TaskID] = []

    def watch(at: datetime) -> None:
        if not console.is_terminal or monotonic() - started < patience_seconds:
            return
        if not tasks:
            bar.start()
            tasks.append(bar.add_task(doing, total=max(whole, 1)))
        said = f"{doing}: {show_day(at.date())}"
        bar.update(tasks[0], completed=(at - first).total_seconds(), description=said)

    try:
        yield watch
    finally:
        if tasks:
            bar.stop()
