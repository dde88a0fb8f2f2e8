"""What an edit means for the outbox: lines to add, renew, cancel and correct."""

from tracker.changes.anew import begun_anew
from tracker.changes.compare import Changes, Dropped, compare
from tracker.changes.guard import Effect, edit_alone, effect_of, in_brief, why_held
from tracker.changes.moves import Move, moves_between
from tracker.changes.told import ARRIVED, Kept, Telling, Told

__all__ = [
    "ARRIVED",
    "Changes",
    "Dropped",
    "Effect",
    "Kept",
    "Move",
    "Telling",
    "Told",
    "begun_anew",
    "compare",
    "edit_alone",
    "effect_of",
    "in_brief",
    "moves_between",
    "why_held",
]
