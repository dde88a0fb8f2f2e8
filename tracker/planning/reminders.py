"""Lines before and just after a moment: reminders of meetings and deadlines, overdue lines."""

from collections.abc import Iterator
from datetime import date, datetime

from msgspec import Struct

from tracker.campaign import Deadline
from tracker.dates import show_day
from tracker.events import PlannedMeeting
from tracker.occurrence import LineKind, Occurrence
from tracker.planning.ground import (
    Ground,
    Subject,
    Words,
    in_time,
    leaving,
    line,
    morning_or_hour,
    origin_of,
)
from tracker.planning.instances import Instance
from tracker.planning.reader import Reader
from tracker.planning.wording import fill, why_lead
from tracker.when import Lead, Resolved, lead_day, parse_lead

DEFAULT_LEADS = (parse_lead("1 working day before"), parse_lead("on the day"))


class _Ahead(Struct, frozen=True):
    """What is reminded of: the day that leads count from, the moment stated, when it is over."""

    day: date
    states: datetime
    expires: datetime
    leads: tuple[Lead, ...]
    why: str


def meeting_reminders(ground: Ground) -> Iterator[Occurrence]:
    """Yield the reminders of every meeting that the campaign still aims at."""
    whole = ground.course
    for meeting in whole.meetings:
        if not whole.aims_at(meeting):
            continue
        ahead = _Ahead(
            meeting.day, meeting.start, meeting.start, _leads(meeting, ground), _why(meeting)
        )
        for owner in ground.owners(None):
            yield from _reminders(_about(meeting, ground), ahead, owner, ground)


def deadline_lines(one: Instance, ground: Ground) -> Iterator[Occurrence]:
    """Yield a deadline's reminders, and the overdue line on the working morning after it."""
    assert isinstance(one.step.step, Deadline)
    assert isinstance(one.due, Resolved)
    assert one.at is not None
    step, days = one.step.step, ground.course.frame.workdays
    leads = DEFAULT_LEADS if step.remind is None else step.remind
    if ground.is_beyond(one.day) and all(
        ground.is_beyond(lead_day(lead, one.day, days).day) for lead in leads
    ):
        return
    expires = min(one.at, one.ends or one.at)
    ahead = _Ahead(one.day, one.at, expires, leads, one.due.why)
    for owner in ground.owners(step.who):
        yield from _reminders(subject_of(one), ahead, owner, ground)
        overdue = _overdue(one, owner, ground)
        if overdue is not None:
            yield overdue


def subject_of(one: Instance) -> Subject:
    """Say what the lines of a step's instance are about."""
    return Subject(
        item=one.step.id,
        what=fill(one),
        origin=one.step.origin,
        meeting=one.meeting,
        ask=one.ask.id if one.ask else None,
        targets=tuple(target.id for target in one.targets),
        target=one.step.step.target,
        since=one.since,
        belongs=one.step.scope == "meeting",
    )


def _about(meeting: PlannedMeeting, ground: Ground) -> Subject:
    return Subject(
        item="meeting",
        what=f"{meeting.name} meets",
        origin=origin_of(meeting, ground.course.id),
        meeting=meeting,
    )


def _leads(meeting: PlannedMeeting, ground: Ground) -> tuple[Lead, ...]:
    if meeting.remind is not None:
        return meeting.remind
    playbook = ground.course.frame.campaign.playbook
    leads = ground.world.playbooks[playbook].meeting.remind if playbook else None
    return DEFAULT_LEADS if leads is None else leads


def _why(meeting: PlannedMeeting) -> str:
    if meeting.moved:
        return f"moved here from {show_day(meeting.session)}" + (
            f": {meeting.why}" if meeting.why else ""
        )
    if meeting.added_at is not None:
        return "added because an ask was deferred to it"
    return ""


def _reminders(
    subject: Subject, ahead: _Ahead, owner: Reader, ground: Ground
) -> Iterator[Occurrence]:
    """Yield one line for each moment; two leads at one moment are named by the later lead."""
    found: dict[datetime, Occurrence] = {}
    days = ground.course.frame.workdays
    leads = ((lead_day(lead, ahead.day, days), lead) for lead in ahead.leads)
    stepped = [one for one in leads if not ground.is_beyond(one[0].day)]
    for on, lead in sorted(stepped, key=lambda one: (one[0].day, one[1].clock or owner.at)):
        written = morning_or_hour(on.day, lead.clock, ground, None)
        moment = in_time(written, ahead.expires)
        place = leaving(subject, owner, moment, ahead.expires, ground)
        if place is not None:
            earlier = place.due < written(ground.readers[place.to])
            words = Words(
                states=ahead.states,
                in_key=ahead.states,
                expires=ahead.expires,
                lead=str(lead),
                why="; ".join(
                    filter(None, (ahead.why, why_lead(lead, ahead.day, on, earlier=earlier)))
                ),
            )
            made = line(LineKind.REMINDER, subject, owner, place, words, ground)
            found[place.due] = made
    yield from found.values()


def _overdue(one: Instance, owner: Reader, ground: Ground) -> Occurrence | None:
    """Make the overdue line: on the campaign's next working day, after the deadline."""
    assert one.at is not None
    home = ground.course.frame
    if one.at < home.opened_at or ground.is_beyond(one.day):
        return None  # nothing due before the campaign was opened is ever overdue
    day, at = home.workdays.next_working(one.day), one.at

    def moment(reader: Reader) -> datetime:
        morning = reader.on(day)
        return morning if morning > at else reader.first_after(at)

    subject = subject_of(one)
    place = leaving(subject, owner, moment, one.ends, ground)
    if place is None or (one.ends is not None and place.due >= one.ends):
        return None
    words = Words(
        states=at,
        in_key=at,
        expires=one.ends,
        name="overdue",
        why=one.due.why if isinstance(one.due, Resolved) else "",
    )
    return line(LineKind.OVERDUE, subject, owner, place, words, ground)
