"""The sign of life: written down by the loop, then told to the service manager."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from tracker.app.health import TURNED
from tracker.daemon.service_manager import ServiceManager
from tracker.store import Store

EVERY = timedelta(seconds=30)
# A quarter of an hour is the longest that one mail may take (delivery.patience).
HANDING_OVER_SECONDS = 20 * 60.0


class Watchdog:
    """Hears of the loop at the end of a turn that came to its end, and not otherwise.

    `show` is told the moment of each sign of life. The bell has no part in it: a scheduler that
    still rings says nothing of the loop.
    """

    def __init__(self, store: Store, manager: ServiceManager) -> None:
        self.show: Callable[[datetime], None] = lambda _now: None
        self._store = store
        self._manager = manager
        self._last: datetime | None = None

    def turned(self, now: datetime) -> None:
        """Write down that a turn is done, unless that was done a moment ago, and then say so."""
        if self._last is not None and timedelta(0) <= now - self._last < EVERY:
            return
        self._store.mark(TURNED, self._store.owner, now=now)
        self._last = now
        self._manager.alive()
        self.show(now)

    def waits(self, why: Exception) -> None:
        """Say that the loop works and the database does not: a restart would not mend it."""
        self._manager.alive()
        self._manager.status(f"waits: {why}")
        self._last = None

    def written(self) -> None:
        """Say that the loop works: a mail's bytes have just been committed."""
        self._manager.alive()

    @contextmanager
    def taking_its_time(self) -> Iterator[None]:
        """Ask for the patience that a mail server may need, or a look at all files."""
        usual = self._manager.watchdog_seconds
        self._manager.wait_for(max(HANDING_OVER_SECONDS, usual or 0))
        try:
            yield
        finally:
            self._manager.wait_for(usual or 0)
