"""Named places at which a test ends the process, to see that nothing is lost; else nothing.

A test in the same process puts an act in place with `reaching`. A program that a test starts is
told by the environment: `TRACKER_FAILPOINT=answer-unwritten:3` kills it, as `kill -9` would, when
it comes to that place for the third time. Nothing else ever does anything here.
"""

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

VARIABLE = "TRACKER_FAILPOINT"
Act = Callable[[str], None]


def here(name: str) -> None:
    """Let a test have its way at this place."""
    for act in _acts:
        act(name)


@contextmanager
def reaching(act: Act) -> Iterator[None]:
    """Have `act` called with the name of each place that is come to."""
    _acts.append(act)
    try:
        yield
    finally:
        _acts.remove(act)


def killing(environ: Mapping[str, str], kill: Callable[[], None]) -> Iterator[Act]:
    """Give the act that the environment asks for, if it asks for one."""
    name, _, times = environ.get(VARIABLE, "").partition(":")
    left = int(times or 1)

    def act(reached: str) -> None:
        nonlocal left
        left -= reached == name
        if left == 0:
            kill()

    if name:
        yield act


_acts: list[Act] = list(killing(os.environ, lambda: os.kill(os.getpid(), signal.SIGKILL)))
