"""The accepted notice: a new campaign's plan, what is already past, what is tight."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from tracker.campaign import Deadline
from tracker.content import Entry, Notice, Section
from tracker.dates import day_in, show_day
from tracker.digest.lines import Saying, meeting_heading
from tracker.digest.say import many, moment
from tracker.digest.topics import instance_topic, meeting_topic
from tracker.events import Course, PlannedMeeting
from tracker.occurrence import LineKind, Occurrence
from tracker.planning import Instance, matters
from tracker.planning.wording import fill
from tracker.sessions import next_regular

ONE_DAY = timedelta(days=1)
MOST = 10
SHORT_NOTICE_DAYS = 2
PLENTY_DAYS = 10
LONG_GAP = timedelta(days=21)


def accepted(one: Occurrence, saying: Saying) -> Notice:
    """Say what the tracker will do for a campaign that it has seen for the first time."""
    whole = saying.course(one)
    tomorrow = _tomorrow(saying)
    ahead = list(_ahead(whole, saying))
    waiting = tuple(_waiting(whole, saying))
    sections = (
        Section(id="soon", heading="Before tomorrow morning", entries=_until(ahead, tomorrow)),
        Section(id="tight", heading="Tight", entries=tuple(_tight(whole, saying))),
        Section(id="plan", heading="The plan", entries=_from(ahead, tomorrow)),
        Section(id="past", heading="Already past, not sent", entries=tuple(_past(whole, saying))),
        Section(id="waiting", heading="Waiting for a date", entries=waiting),
    )
    return Notice(
        item="accepted",
        campaign=whole.id,
        title=whole.frame.campaign.title,
        headline=_headline(dated=bool(ahead), waiting=bool(waiting)),
        sections=tuple(section for section in sections if section.entries),
    )


def before_tomorrow(one: Occurrence, saying: Saying) -> tuple[str, ...]:
    """Name what of a new campaign comes before tomorrow morning, without what others do."""
    whole, reader = saying.course(one), saying.reader.id
    others = {
        fill(step)
        for step in _instances(whole, saying)
        if step.step.step.who is not None and reader not in step.step.step.who
    }
    soon = _until(list(_ahead(whole, saying)), _tomorrow(saying))
    return tuple(entry.text for entry in soon if entry.text not in others)


def _tomorrow(saying: Saying) -> datetime:
    """Return tomorrow's morning: of a campaign seen at night this day's own is not it."""
    return saying.reader.on(saying.today + ONE_DAY)


def _headline(*, dated: bool, waiting: bool) -> str:
    if dated:
        return "The tracker follows this campaign from now on. Check that its plan is right."
    if waiting:
        return (
            "The tracker follows this campaign; its steps start when what they wait for is logged."
        )
    return "The tracker keeps this campaign on file: it has no dates ahead."


def _ahead(whole: Course, saying: Saying) -> Iterator[tuple[datetime, Entry]]:
    zone = saying.reader.zone
    found: list[tuple[datetime, Entry]] = []
    for meeting in whole.meetings:
        if whole.aims_at(meeting) and meeting.start > saying.now:
            heading = meeting_heading(meeting, zone).removeprefix(f"{meeting.name}, ")
            tells = ((meeting_topic(whole, meeting), meeting.start),)
            entry = Entry(text=f"{meeting.name} meets", when=heading, tells=tells)
            found.append((meeting.start, entry))
    for one in _instances(whole, saying):
        if one.at is not None and one.at > saying.now:
            home = whole.frame.workdays.zone
            deadline = isinstance(one.step.step, Deadline)
            when = moment(one.at, home, zone) if deadline else show_day(day_in(one.at, home))
            told = ((instance_topic(one), one.at),) if deadline else ()
            found.append((one.at, Entry(text=fill(one), when=when, tells=told)))
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
    seen: set[tuple[str, date | None, str | None]] = set()
    for one in saying.plan.occurrences:
        mine = one.campaign == whole.id and one.owner == saying.reader.id
        if not mine or one.state != "skipped" or one.due is None or one.states is None:
            continue
        over = one.kind == LineKind.REMINDER and one.states <= saying.now
        key = (one.item, one.session, None if over else one.lead)
        if key not in seen:
            seen.add(key)
            yield _left_out(one, saying, over=over)


def _left_out(one: Occurrence, saying: Saying, *, over: bool) -> Entry:
    assert one.due is not None
    assert one.states is not None
    zone = saying.course(one).frame.workdays.zone
    if over:
        return Entry(text=one.what, when=f"was due {show_day(day_in(one.states, zone))}")
    lead = f", the reminder {one.lead}" if one.kind == LineKind.REMINDER else ""
    return Entry(
        text=f"{one.what}{lead}",
        when=show_day(day_in(one.due, saying.reader.zone)),
        detail=one.reason or "",
    )


def _waiting(whole: Course, saying: Saying) -> Iterator[Entry]:
    for one in _instances(whole, saying):
        if one.at is None:
            yield Entry(text=fill(one), when=f"waits for {' and '.join(one.waiting)}")


def _tight(whole: Course, saying: Saying) -> Iterator[Entry]:
    """Say what leaves little time, counted in working days of the campaign's own calendar."""
    days = whole.frame.workdays
    close: dict[int, list[str]] = {}
    for one in _instances(whole, saying):
        if isinstance(one.step.step, Deadline) and one.at is not None and one.at > saying.now:
            left = _working_days(whole, day_in(one.at, days.zone))
            if left <= 1:
                close.setdefault(left, []).append(fill(one))
    for left, whats in sorted(close.items()):
        yield Entry(text="; ".join(whats), when=_after_opening(left))
    meetings = [m for m in whole.meetings if whole.aims_at(m) and m.start > saying.now]
    for meeting in meetings[:1]:
        yield from _tight_meeting(meeting, whole, saying)


def _after_opening(left: int) -> str:
    return "due on the day of opening" if left == 0 else "due 1 working day after opening"


def _tight_meeting(meeting: PlannedMeeting, whole: Course, saying: Saying) -> Iterator[Entry]:
    left = _working_days(whole, meeting.day)
    if left <= SHORT_NOTICE_DAYS:
        when = f"{many(left, 'working day')} after opening"
        yield Entry(text=f"{meeting.name} meets", when=when)
    forum = saying.world.forums.get(meeting.forum or "")
    if meeting.forum is None or forum is None or forum.sessions is None:
        return
    following = next_regular(meeting.forum, forum, meeting.day)
    if following is not None and following.day - meeting.day > LONG_GAP:
        yield Entry(
            text=f"The session of {show_day(meeting.day)} is the last before a break",
            when=f"the next is {show_day(following.day)}",
        )


def _working_days(whole: Course, day: date) -> int:
    opened, count = whole.frame.opened, 0
    while opened < day and count < PLENTY_DAYS:
        opened = whole.frame.workdays.next_working(opened)
        count += opened <= day
    return count
