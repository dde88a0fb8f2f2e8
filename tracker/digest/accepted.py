"""The accepted notice: a new campaign's plan, what is already past, what is tight."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from tracker.campaign import Deadline
from tracker.content import Entry, Notice, Section
from tracker.dates import day_in, show_day, show_day_short
from tracker.digest.lines import Saying, meeting_heading
from tracker.digest.say import many, moment
from tracker.events import Course, PlannedMeeting
from tracker.occurrence import LineKind, Occurrence
from tracker.planning import Instance, matters
from tracker.planning.wording import fill

ONE_DAY = timedelta(days=1)
MOST = 10
SHORT_NOTICE_DAYS = 2
PLENTY_DAYS = 10


def accepted(one: Occurrence, saying: Saying) -> Notice:
    """Say what the tracker will do for a campaign that it has seen for the first time."""
    whole = saying.course(one)
    tomorrow = saying.reader.first_after(saying.now)
    ahead = list(_ahead(whole, saying))
    sections = (
        Section(id="soon", heading="Before tomorrow morning", entries=_until(ahead, tomorrow)),
        Section(id="tight", heading="Tight", entries=tuple(_tight(whole, saying))),
        Section(id="plan", heading="The plan", entries=_from(ahead, tomorrow)),
        Section(id="past", heading="Already past, not sent", entries=tuple(_past(whole, saying))),
        Section(
            id="waiting", heading="Waiting for a date", entries=tuple(_waiting(whole, saying))
        ),
    )
    return Notice(
        item="accepted",
        campaign=whole.id,
        title=whole.frame.campaign.title,
        headline=_headline(whole, ahead),
        sections=tuple(section for section in sections if section.entries),
    )


def _headline(whole: Course, ahead: list[tuple[datetime, Entry]]) -> str:
    if not ahead and not whole.meetings:
        return "This campaign has no dates ahead; the tracker keeps it on file."
    return (
        "The tracker now follows this campaign. Nothing to do but to check that the plan is right."
    )


def _ahead(whole: Course, saying: Saying) -> Iterator[tuple[datetime, Entry]]:
    zone = saying.reader.zone
    found: list[tuple[datetime, Entry]] = []
    for meeting in whole.meetings:
        if whole.aims_at(meeting) and meeting.start > saying.now:
            heading = meeting_heading(meeting, zone).removeprefix(f"{meeting.name}, ")
            found.append((meeting.start, Entry(text=f"{meeting.name} meets", when=heading)))
    for one in _instances(whole, saying):
        if one.at is not None and one.at > saying.now:
            home = whole.frame.workdays.zone
            deadline = isinstance(one.step.step, Deadline)
            when = moment(one.at, home, zone) if deadline else show_day(day_in(one.at, home))
            found.append((one.at, Entry(text=fill(one), when=when)))
    yield from sorted(found, key=lambda pair: pair[0])


def _instances(whole: Course, saying: Saying) -> Iterator[Instance]:
    for one in saying.plan.instances[whole.id]:
        if not one.settled and matters(one):
            yield one


def _until(ahead: list[tuple[datetime, Entry]], moment_: datetime) -> tuple[Entry, ...]:
    return tuple(entry for at, entry in ahead if at < moment_)


def _from(ahead: list[tuple[datetime, Entry]], moment_: datetime) -> tuple[Entry, ...]:
    later = [entry for at, entry in ahead if at >= moment_]
    if len(later) <= MOST:
        return tuple(later)
    return (*later[:MOST], Entry(text=f"and {len(later) - MOST} more: see tracker plan"))


def _past(whole: Course, saying: Saying) -> Iterator[Entry]:
    """List what is left out because it lies before first sight, each item once."""
    seen: set[tuple[str, str | None]] = set()
    for one in saying.plan.occurrences:
        if one.campaign != whole.id or one.state != "skipped" or one.owner != saying.reader.id:
            continue
        if (one.item, one.lead) in seen or one.due is None:
            continue
        seen.add((one.item, one.lead))
        what = one.what if one.kind != LineKind.REMINDER else f"{one.what}: reminder {one.lead}"
        day = show_day_short(day_in(one.due, saying.reader.zone))
        yield Entry(text=what, when=day, detail=one.reason or "")


def _waiting(whole: Course, saying: Saying) -> Iterator[Entry]:
    for one in _instances(whole, saying):
        if one.at is None:
            yield Entry(text=fill(one), when=f"waits for {' and '.join(one.waiting)}")


def _tight(whole: Course, saying: Saying) -> Iterator[Entry]:
    """Say what leaves little time: counted in working days of the campaign's own calendar."""
    days = whole.frame.workdays
    for one in _instances(whole, saying):
        if isinstance(one.step.step, Deadline) and one.at is not None and one.at > saying.now:
            left = _working_days(whole, day_in(one.at, days.zone))
            if left <= 1:
                yield Entry(text=f"{fill(one)}: {_closes(left)} after opening")
    meetings = [m for m in whole.meetings if whole.aims_at(m) and m.start > saying.now]
    for meeting in meetings[:1]:
        yield from _tight_meeting(meeting, whole)


def _closes(left: int) -> str:
    return "due on the day of opening, 0 working days" if left == 0 else many(left, "working day")


def _tight_meeting(meeting: PlannedMeeting, whole: Course) -> Iterator[Entry]:
    left = _working_days(whole, meeting.day)
    if left <= SHORT_NOTICE_DAYS:
        yield Entry(text=f"{meeting.name} meets {many(left, 'working day')} after opening")


def _working_days(whole: Course, day: date) -> int:
    opened, count = whole.frame.opened, 0
    while opened < day and count < PLENTY_DAYS:
        opened = whole.frame.workdays.next_working(opened)
        count += opened <= day
    return count
