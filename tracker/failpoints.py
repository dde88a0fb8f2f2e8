"""Named places at which a test may end the process; in production they do nothing.

A test that shares our process gives `crashing` something to call; one that runs the program sets
TRACKER_FAILPOINT to "name" or "name:3", and the process is killed on its third visit there.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

VARIABLE = "TRACKER_FAILPOINT"
_visited: list[Callable[[str], None]] = []


def here(name: str) -> None:
    """Be a place at which a crash would matter."""
    for look in _visited:
        look(name)


@contextmanager
def crashing(look: Callable[[str], None]) -> Iterator[None]:
    """Call `look` with the name of each place that is passed; what it raises is the crash."""
    _visited.append(look)
    try:
        yield
    finally:
        _visited.remove(look)


def _killed_at(place: str) -> Callable[[str], None]:
    name, _, visit = place.partition(":")
    left = [int(visit or 1)]

    def look(passed: str) -> None:
        left[0] -= passed == name
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return look


if VARIABLE in os.environ:
    _visited.append(_killed_at(os.environ[VARIABLE]))
