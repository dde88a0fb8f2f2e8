"""What happened, and the history it adds up to."""

from tracker.events.course import AskCourse, Course, MeetingKey, Outcome, course
from tracker.events.facts import Fact, read_facts
from tracker.events.frame import Frame, frame
from tracker.events.history import History, replayed
from tracker.events.log_faults import log_faults
from tracker.events.meetings import PlannedMeeting, meetings_of

__all__ = [
    "AskCourse",
    "Course",
    "Fact",
    "Frame",
    "History",
    "MeetingKey",
    "Outcome",
    "PlannedMeeting",
    "course",
    "frame",
    "log_faults",
    "meetings_of",
    "read_facts",
    "replayed",
]
