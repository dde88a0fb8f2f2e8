"""What is to be mailed to whom and when, from the files, the history and the moment."""

from tracker.planning.ground import PAUSED, pauses
from tracker.planning.instances import Instance
from tracker.planning.pages import Memo, matters, replaced_on
from tracker.planning.plan import HORIZON, Plan, plan
from tracker.planning.reader import Reader, Readers, reader_of

__all__ = [
    "HORIZON",
    "PAUSED",
    "Instance",
    "Memo",
    "Plan",
    "Reader",
    "Readers",
    "matters",
    "pauses",
    "plan",
    "reader_of",
    "replaced_on",
]
