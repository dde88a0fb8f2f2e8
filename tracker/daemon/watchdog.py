"""The sign of life: written down by the loop, then told to the service manager."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from tracker.app.health import TURNED
from tracker.daemon.service_manager import ServiceManager
from tracker.errors import TrackerError
from tracker.store import Store

LOG = logging.getLogger("tracker")
EVERY = timedelta(seconds=30)
# A quarter of an hour is the longest that one mail may take (delivery.connection.Patience).
HANDING_OVER_SECONDS = 20 * 60.0


class Watchdog:
    """Beats at the end of a turn that came to its end, and not otherwise.

    `show` is told the moment of each beat. The bell has no part in it: a scheduler that still
    rings says nothing of the loop, and a loop that cannot write is as good as dead.
    """

    def __init__(
        self,
        store: Store,
        manager: ServiceManager,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self.show: Callable[[datetime], None] = lambda _now: None
        self._store = store
        self._manager = manager
        self._clock = clock
        self._last: datetime | None = None

    def turned(self) -> None:
        """Write down that a turn is done, unless that was done a moment ago, and say so.

        A database that takes no mark makes no sign of life: after a while systemd starts anew.
        """
        now = self._clock()
        if self._last is not None and timedelta(0) <= now - self._last < EVERY:
            return
        try:
            self._store.mark(TURNED, self._store.owner, now=now)
        except TrackerError as wrong:
            LOG.warning("no sign of life could be written: %s", wrong)
            return
        self._last = now
        self._manager.alive()
        self.show(now)

    def written(self) -> None:
        """Say that the loop works: a mail's bytes have just been committed."""
        self._manager.alive()

    @contextmanager
    def handing_over(self) -> Iterator[None]:
        """Ask for the patience that a mail server may need, while mail is in hand."""
        usual = self._manager.watchdog_seconds
        self._manager.wait_for(max(HANDING_OVER_SECONDS, usual or 0))
        try:
            yield
        finally:
            self._manager.wait_for(usual or 0)
