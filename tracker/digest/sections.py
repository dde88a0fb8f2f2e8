"""A digest: its sections in order, and whether anything in it is a reason to send it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from tracker.campaign import Deadline, FollowUp
from tracker.content import Entry, Picture, Section
from tracker.dates import day_in, show_day, show_day_short
from tracker.digest.correcting import changed_date
from tracker.digest.desk import Desk, desk_of
from tracker.digest.files import faults
from tracker.digest.lines import Saying, how_overdue, meeting_heading, standing_of
from tracker.digest.missed import Missed, missed
from tracker.digest.pausing import passed, paused
from tracker.digest.picture import last_day, picture
from tracker.digest.recess import recesses
from tracker.digest.say import letters, moment
from tracker.digest.settle import Settlement, settling
from tracker.digest.signing import signatures
from tracker.digest.stances import stances
from tracker.digest.standing import asks, changed, silent, state
from tracker.digest.together import together
from tracker.digest.topics import instance_topic, meeting_topic
from tracker.errors import Problem
from tracker.events import AskCourse, Course, History, PlannedMeeting
from tracker.occurrence import Occurrence, Topic
from tracker.planning import Instance
from tracker.planning.wording import fill

AHEAD = timedelta(days=14)
MOST = 12
_SEEN_WITH = {"missed": "tracker outbox", "failed": "tracker outbox", "files": "tracker check"}


class Trouble(Struct, frozen=True, kw_only=True):
    """What went wrong since this reader's last digest, already in words.

    `dates` are corrections of what the reader was told only in passing, `corrected` those that
    were mailed, with when.
    """

    missed: tuple[Missed, ...] = ()
    failed: tuple[Entry, ...] = ()
    files: tuple[Problem, ...] = ()
    newly_wrong: bool = False
    dates: tuple[Occurrence, ...] = ()
    corrected: tuple[tuple[datetime, Occurrence], ...] = ()


class Named(Struct, frozen=True):
    """A thing in few words, its letter, and the meeting and ask that they may name."""

    what: str
    letter: str = ""
    meeting: PlannedMeeting | None = None
    ask: AskCourse | None = None

    @property
    def names_ask(self) -> bool:
        """Say whether its words name the ask: the first of them are enough to know it by."""
        return self.ask is not None and self.ask.text in self.what

    @property
    def names_meeting(self) -> bool:
        """Say whether its words name the meeting."""
        return self.meeting is not None and self.meeting.name in self.what


class Digest(Struct, frozen=True, kw_only=True):
    """One digest: its sentence of state, its picture, its sections, the first meeting ahead.

    It is `triggered` if it has cause to leave. `today` are the day's own items that no line says,
    `late` what this reader is late with, the oldest first, and `settled_by` what would settle it;
    `dates` are those told in passing that have changed, `files` the names of those with errors.
    """

    state: str
    sections: tuple[Section, ...]
    triggered: bool
    today: tuple[Named, ...] = ()
    late: tuple[Named, ...] = ()
    dates: tuple[Occurrence, ...] = ()
    files: tuple[str, ...] = ()
    settled_by: tuple[Settlement, ...] = ()
    next_meeting: PlannedMeeting | None = None
    picture: Picture | None = None


def digest_of(
    saying: Saying, lines: Sequence[Occurrence], history: History, trouble: Trouble
) -> Digest:
    """Work out a reader's digest; nothing that the mail's own lines say stands here again."""
    desk = desk_of(saying, (*lines, *trouble.dates), history, trouble.corrected)
    today, news = list(_due_today(desk)), changed(desk)
    late = [one for one, _ in _still_overdue(desk) if _acts(one, desk)]
    quiet, kept, lost = silent(desk), passed(desk), missed(trouble.missed, saying)
    wrong_files = faults(trouble.files, lines, saying, history)
    chased = frozenset(one.detail for one in quiet)
    sections = (
        Section(id="dates", heading="Dates that changed", entries=_dates(trouble, saying)),
        Section(id="overdue", heading="Overdue", entries=_overdue(desk)),
        Section(id="today", heading="Today", entries=_today(today, desk)),
        Section(id="ahead", heading="The next 14 days", entries=_ahead(desk)),
        together(desk),
        Section(id="silent", heading="Still silent", entries=quiet),
        Section(id="targets", heading="Targets by stance", entries=stances(desk, chased)),
        Section(id="changed", heading=_since(desk, history), entries=news),
        Section(id="asks", heading="Asks and outcomes", entries=asks(desk)),
        Section(id="signatures", heading="Signatures", entries=signatures(desk)),
        Section(id="passed", heading="Passed while paused", entries=kept),
        Section(id="paused", heading="Paused", entries=paused(desk)),
        Section(id="missed", heading="Missed while nothing could be sent", entries=lost),
        Section(id="failed", heading="Mail that did not go", entries=trouble.failed),
        Section(id="files", heading="Files with errors", entries=wrong_files),
    )
    wrong = trouble.missed or trouble.failed or trouble.newly_wrong or trouble.dates
    return Digest(
        state=state(desk),
        sections=tuple(_capped(one) for one in sections if one.entries),
        triggered=bool(today or news or kept or wrong or _newly_overdue(desk)),
        today=tuple(dict.fromkeys(one.named for one in _unsaid(today, desk))),
        late=tuple(map(_named, late)),
        dates=trouble.dates,
        files=tuple(dict.fromkeys(one.file.rpartition("/")[2] for one in trouble.files)),
        settled_by=tuple(map(settling, late)),
        next_meeting=desk.next_meeting(),
        picture=_picture(desk),
    )


def _picture(desk: Desk) -> Picture | None:
    today = desk.saying.today
    return picture(
        today,
        [meeting for _, meeting in desk.meetings()],
        [day_in(at, one.course.frame.workdays.zone) for one, at in desk.deadlines()],
        recesses(desk.going(), desk.saying.world.forums, today, last_day(today)),
    )


def _capped(section: Section) -> Section:
    if len(section.entries) <= MOST:
        return section
    seen = _SEEN_WITH.get(section.id, "tracker status")
    more = Entry(text=f"and {len(section.entries) - MOST} more: see {seen}")
    return replace(section, entries=(*section.entries[:MOST], more))


def _since(desk: Desk, history: History) -> str:
    if desk.saying.reader.id not in history.digests:
        return "What has happened so far"
    return f"Changed since {show_day_short(day_in(desk.since, desk.saying.reader.zone))}"


def _dates(trouble: Trouble, saying: Saying) -> tuple[Entry, ...]:
    return tuple(changed_date(one, saying) for one in trouble.dates)


def _overdue(desk: Desk) -> tuple[Entry, ...]:
    return tuple(
        replace(
            entry,
            when=f"{entry.when}, {how_overdue(at, one.course.frame.workdays.zone, desk.now)} late",
            detail=". ".join(filter(None, (entry.detail, settling(one).each))),
            settle=settling(one).command,
        )
        for one, at in _still_overdue(desk)
        for entry in (_instance_entry(one, at, desk),)
    )


def _still_overdue(desk: Desk) -> list[tuple[Instance, datetime]]:
    """Return what is overdue and no line of the mail says, the longest first."""
    found = [(one, at) for one, at in desk.overdue() if not desk.says(instance_topic(one))]
    return sorted(found, key=lambda pair: pair[1])


def _acts(one: Instance, desk: Desk) -> bool:
    """Say whether this reader is among those who must act; the others only see it."""
    return one.step.step.who is None or desk.saying.reader.id in one.step.step.who


def _newly_overdue(desk: Desk) -> bool:
    return any(at > desk.since for _, at in desk.overdue())


class _Due(Struct, frozen=True):
    """What today's date is stated for."""

    topic: Topic
    at: datetime
    entry: Entry
    named: Named


def _today(due: Iterable[_Due], desk: Desk) -> tuple[Entry, ...]:
    return tuple(_merged([(one.at, one.entry) for one in _unsaid(due, desk)]))


def _unsaid(due: Iterable[_Due], desk: Desk) -> list[_Due]:
    return sorted((one for one in due if not desk.says(one.topic)), key=lambda one: one.at)


def _due_today(desk: Desk) -> Iterator[_Due]:
    """Yield what today's date is stated for, also where a line of the mail says it."""
    for whole, meeting in desk.meetings():
        if desk.today(meeting.start):
            entry = _meeting_entry(whole, meeting, desk)
            yield _Due(meeting_topic(whole, meeting), meeting.start, entry, Named(entry.text))
    for one in desk.instances():
        at = desk.next_moment(one)
        if at is None or desk.day_of(one, at) != desk.saying.today:
            continue
        if at > desk.now or not isinstance(one.step.step, Deadline):
            yield _Due(instance_topic(one), at, _instance_entry(one, at, desk), _named(one))


def _named(one: Instance) -> Named:
    return Named(fill(one), one.course.id, one.meeting, one.ask)


def _ahead(desk: Desk) -> tuple[Entry, ...]:
    found = [
        (meeting.start, _meeting_entry(whole, meeting, desk))
        for whole, meeting in desk.meetings()
        if not desk.today(meeting.start)
        and _is_ahead(meeting.start, meeting_topic(whole, meeting), desk)
    ]
    found += [
        (at, _instance_entry(one, at, desk))
        for one in desk.instances()
        if (at := desk.next_moment(one))
        and desk.day_of(one, at) != desk.saying.today
        and _is_ahead(at, instance_topic(one), desk)
        and not _follows_a_meeting_ahead(one, desk)
    ]
    return tuple(_merged(sorted(found, key=lambda pair: pair[0])))


def _follows_a_meeting_ahead(one: Instance, desk: Desk) -> bool:
    """Say whether this comes only after a meeting that is itself still ahead.

    The readout and the log of outcomes go with the meeting: named apart, they make three entries
    of one date.
    """
    follows = isinstance(one.step.step, FollowUp) and one.step.scope == "meeting"
    return follows and one.meeting is not None and one.meeting.start > desk.now


def _is_ahead(at: datetime, key: Topic, desk: Desk) -> bool:
    """Say whether something comes in the next 14 days and is not said already."""
    return desk.now < at <= desk.now + AHEAD and not desk.says(key)


def _merged(found: list[tuple[datetime, Entry]]) -> Iterator[Entry]:
    """Say a meeting or a task once, however many letters it is for."""
    rows: dict[tuple[str, str], list[Entry]] = {}
    for _, entry in found:
        rows.setdefault((entry.text, entry.when), []).append(entry)
    yield from (_joined(those) if len(those) > 1 else those[0] for those in rows.values())


def _joined(those: list[Entry]) -> Entry:
    """Make one entry of several letters', and count the letters where it is a meeting."""
    tells = tuple(told for one in those for told in one.tells)
    meeting = any(topic.item == "meeting" for topic, _ in tells)
    return replace(
        those[0],
        when=f"{those[0].when}{letters(len(those))}" if meeting else those[0].when,
        detail="; ".join(one.detail for one in those),
        tells=tells,
    )


def _meeting_entry(whole: Course, meeting: PlannedMeeting, desk: Desk) -> Entry:
    put_off = whole.times_put_off(meeting)
    note = f" ({standing_of(put_off)})" if put_off else ""
    heading = meeting_heading(meeting, desk.saying.reader.zone)
    return Entry(
        text=f"{meeting.name} {_meets(meeting, desk.now)}",
        when=heading.removeprefix(f"{meeting.name}, "),
        detail=f"{whole.id}{note}",
        tells=((meeting_topic(whole, meeting), meeting.start),),
    )


def _meets(meeting: PlannedMeeting, now: datetime) -> str:
    """Say whether a meeting is ahead: where a morning comes late, today's may be over."""
    if not meeting.time_known or meeting.start > now:
        return "meets"
    return "has begun" if meeting.end > now else "has met"


def _instance_entry(one: Instance, at: datetime, desk: Desk) -> Entry:
    home = one.course.frame.workdays.zone
    deadline = isinstance(one.step.step, Deadline)
    when = moment(at, home, desk.saying.reader.zone) if deadline else show_day(day_in(at, home))
    tells = ((instance_topic(one), at),) if deadline else ()
    return Entry(text=fill(one), when=when, detail=one.course.id, tells=tells)
