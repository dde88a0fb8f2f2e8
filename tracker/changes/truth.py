"""What the plan says now of something that a reader was told a date for."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from tracker.dates import show_day
from tracker.events import Course, MeetingKey, PlannedMeeting
from tracker.occurrence import Origin, Topic
from tracker.planning import Instance, Plan, matters
from tracker.planning.ground import origin_of
from tracker.planning.wording import fill
from tracker.when import Resolved


class Truth(Struct, frozen=True, kw_only=True):
    """The date that holds now (None where none does), in whose zone, and why.

    `settled` is something that needs no date any more, by a fact. `what` is None for what is no
    longer in the files, `meeting` is the one that it belongs to or counts from. `origin` is where
    it is written, at least in which campaign. `why` is empty where only an edit can explain it.
    """

    states: datetime | None
    settled: bool
    zone: ZoneInfo
    why: str
    origin: Origin
    what: str | None = None
    meeting: MeetingKey | None = None


def truth_of(topic: Topic, planned: Plan) -> Truth | None:
    """Return what holds now for a topic; None while its campaign is not in force."""
    whole = planned.courses.get(topic.campaign or "")
    if whole is None:
        return None
    if topic.item == "meeting":
        return _of_meeting(topic, whole)
    return _of_step(topic, whole, planned.instances[whole.id])


def _of_meeting(topic: Topic, whole: Course) -> Truth:
    meeting = _meeting(topic, whole)
    if meeting is None:
        return _gone(whole, "it is no longer among the meetings of this campaign")
    if meeting.cancelled:
        why = "the session is cancelled" + (f": {meeting.why}" if meeting.why else "")
        return Truth(
            states=None,
            settled=not whole.going,
            zone=meeting.zone,
            why=why,
            origin=origin_of(meeting, whole.id),
            what=_named(meeting),
            meeting=meeting.key,
        )
    return Truth(
        states=meeting.start,
        settled=not whole.aims_at(meeting),
        zone=meeting.zone,
        why=_why_there(meeting),
        origin=origin_of(meeting, whole.id),
        what=_named(meeting),
        meeting=meeting.key,
    )


def _of_step(topic: Topic, whole: Course, instances: tuple[Instance, ...]) -> Truth:
    one = next(_instances(topic, instances), None)
    if one is None:
        return _gone(whole, _why_gone(topic, whole, instances))
    zone = whole.frame.workdays.zone
    settled = one.settled or not matters(one)
    waits = f"it waits for {' and '.join(one.waiting)}"
    return Truth(
        states=one.at,
        settled=settled,
        zone=zone,
        why=one.due.why if isinstance(one.due, Resolved) else waits,
        origin=one.step.origin,
        what=fill(one),
        meeting=one.meeting.key if one.meeting else None,
    )


def _instances(topic: Topic, instances: tuple[Instance, ...]) -> Iterator[Instance]:
    """Find the instance of a topic: at its meeting, for its ask, or for the whole campaign."""
    for one in instances:
        if one.step.id != topic.item or (one.ask.id if one.ask else None) != topic.ask:
            continue
        place = one.meeting.key if one.meeting and one.step.scope == "meeting" else (None, None)
        if place == (topic.forum, topic.session):
            yield one


def _meeting(topic: Topic, whole: Course) -> PlannedMeeting | None:
    return whole.meeting((topic.forum, topic.session)) if topic.session else None


def _gone(whole: Course, why: str) -> Truth:
    return Truth(
        states=None,
        settled=not whole.going,
        zone=whole.frame.workdays.zone,
        why=why,
        origin=Origin("campaign", whole.id),
    )


def _why_gone(topic: Topic, whole: Course, instances: tuple[Instance, ...]) -> str:
    meeting = _meeting(topic, whole)
    if meeting is not None and meeting.cancelled:
        return "the session is cancelled" + (f": {meeting.why}" if meeting.why else "")
    if any(one.step.id == topic.item for one in instances):
        return "its meeting is no longer among those of this campaign"
    return "it is no longer among the steps of this campaign"


def _why_there(meeting: PlannedMeeting) -> str:
    if not meeting.moved:
        return ""
    reason = f": {meeting.why}" if meeting.why else ""
    return f"the session of {show_day(meeting.session)} was moved{reason}"


def _named(meeting: PlannedMeeting) -> str:
    return f"{meeting.name} meets"
