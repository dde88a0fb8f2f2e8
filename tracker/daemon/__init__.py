"""The bell that wakes the tracker, and the loop that it wakes."""

from tracker.daemon.lines import log_to
from tracker.daemon.serving import serve

__all__ = ["log_to", "serve"]
