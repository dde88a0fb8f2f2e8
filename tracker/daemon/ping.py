"""Pings a service outside while the tracker is well: the loop never waits for it."""

import logging
from datetime import datetime, timedelta
from threading import Thread

from tracker.app.pinging import ping, place_of

LOG = logging.getLogger("tracker")
EVERY = timedelta(minutes=5)


class Ping:
    """Sends a ping now and then, each in a thread of its own that no end of the daemon waits for.

    A ping that did not arrive is logged once, and again when one has arrived in between.
    """

    def __init__(self) -> None:
        self._last: tuple[str, datetime] | None = None
        self._under_way: Thread | None = None
        self._refused: str | None = None

    def well(self, address: str, now: datetime) -> None:
        """Hear that the tracker is well, and ping if it is time; never two at once."""
        if self._is_too_soon(address, now) or (self._under_way and self._under_way.is_alive()):
            return
        self._last = (address, now)
        self._under_way = Thread(target=self._send, args=(address,), name="ping", daemon=True)
        self._under_way.start()

    def _is_too_soon(self, address: str, now: datetime) -> bool:
        if self._last is None or self._last[0] != address:
            return False
        return timedelta(0) <= now - self._last[1] < EVERY

    def _send(self, address: str) -> None:
        refused = ping(address)
        if refused is not None and refused != self._refused:
            LOG.warning("the ping to %s did not arrive: %s", place_of(address), refused)
        self._refused = refused
