"""What an edit means for the outbox: lines to add, renew, cancel and correct."""

from tracker.changes.compare import Changes, Dropped, compare
from tracker.changes.moves import Move, moves_between
from tracker.changes.told import Kept, Telling, Told

__all__ = [
    "Changes",
    "Dropped",
    "Kept",
    "Move",
    "Telling",
    "Told",
    "compare",
    "moves_between",
]
