"""What keeps sending back: a clock that is wrong, a database that others may use, a full disk."""

from tracker.app.holding.clock import BelievedClock, Seen, keep, last_seen
from tracker.app.holding.holding import Holding
from tracker.app.holding.machine import Machine
from tracker.app.holding.witness import Witness

__all__ = ["BelievedClock", "Holding", "Machine", "Seen", "Witness", "keep", "last_seen"]
