"""What happened, and the history it adds up to."""

from tracker.events.course import AskCourse, Course, MeetingKey, Outcome, course
from tracker.events.facts import Fact, read_facts
from tracker.events.frame import Frame, frame
from tracker.events.history import History, replayed
from tracker.events.log_faults import log_faults
from tracker.events.meetings import PlannedMeeting, looked_ahead_to, meetings_of
from tracker.events.outages import Outage, Unsent
from tracker.events.words import GRACE, LOST_FACT, STILL_TYPING, FileWord, Said, WordKind

__all__ = [
    "GRACE",
    "LOST_FACT",
    "STILL_TYPING",
    "AskCourse",
    "Course",
    "Fact",
    "FileWord",
    "Frame",
    "History",
    "MeetingKey",
    "Outage",
    "Outcome",
    "PlannedMeeting",
    "Said",
    "Unsent",
    "WordKind",
    "course",
    "frame",
    "log_faults",
    "looked_ahead_to",
    "meetings_of",
    "read_facts",
    "replayed",
]
