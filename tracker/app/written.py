"""Writing down what became of a mail, however long the database is away."""

import asyncio
import logging
from collections.abc import Callable

from tracker.errors import BusyError, UnwritableError

LOG = logging.getLogger("tracker")
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 1.0


async def until_written(write: Callable[[], None], *, first_pause: float = FIRST_PAUSE) -> None:
    """Write, and while the database is away or busy try again: an answer given is not forgotten.

    What is written has to be such that doing it twice does it once: a commit whose answer was lost
    may have taken effect.
    """
    pause = first_pause
    while True:
        try:
            write()
        except (BusyError, UnwritableError) as away:
            LOG.warning("could not write down what became of a mail, and tries again: %s", away)
        else:
            return
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)
