"""Named places at which a test ends the process, to see that nothing is lost; else nothing.

A test in the same process puts an act in place with `reaching`. A program that a test starts is
told by the environment: `TRACKER_FAILPOINT=sent-unwritten:3` kills it, as `kill -9` would, when
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
    if _place.act is not None:
        _place.act(name)


@contextmanager
def reaching(act: Act) -> Iterator[None]:
    """Have `act` called with the name of each place that is come to."""
    before, _place.act = _place.act, act
    try:
        yield
    finally:
        _place.act = before


def killing(environ: Mapping[str, str], kill: Callable[[], None]) -> Act | None:
    """Return the act that the environment asks for, None if it asks for none."""
    name, _, times = environ.get(VARIABLE, "").partition(":")
    if not name:
        return None
    left = int(times or 1)

    def act(reached: str) -> None:
        nonlocal left
        left -= reached == name
        if left == 0:
            kill()

    return act


class _Place:
    """What is done at every place; of the whole process, as its end is."""

    act: Act | None = killing(os.environ, lambda: os.kill(os.getpid(), signal.SIGKILL))


_place = _Place()
