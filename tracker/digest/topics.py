"""What lines about steps and meetings speak of, whoever gets them and on whatever day."""

from tracker.events import Course, PlannedMeeting
from tracker.occurrence import Topic
from tracker.planning import Instance


def instance_topic(one: Instance) -> Topic:
    """Return what a line about a step's instance speaks of."""
    meeting = one.meeting if one.step.scope == "meeting" else None
    return Topic(
        one.course.id,
        one.step.id,
        meeting.forum if meeting else None,
        meeting.session if meeting else None,
        one.ask.id if one.ask else None,
    )


def meeting_topic(whole: Course, meeting: PlannedMeeting) -> Topic:
    """Return the same for a meeting."""
    return Topic(whole.id, "meeting", meeting.forum, meeting.session, None)
