"""What every line of a campaign stands on, and the one place where a line gets its moment."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from msgspec import Struct

from tracker.campaign import World
from tracker.dates import day_in, instant, show_day_short, zone
from tracker.events import Course, Frame, History, PlannedMeeting
from tracker.occurrence import LineKind, Occurrence, Origin
from tracker.planning.keys import key_of
from tracker.planning.reader import Reader, Readers

TIME_TO_ACT = timedelta(hours=2)
ONE_DAY = timedelta(days=1)
WEEK = timedelta(days=7)
PAUSED = "the campaign was paused until it had passed"
Moment = Callable[[Reader], datetime]


class Ground(Struct, frozen=True, kw_only=True):
    """One campaign's course, the files and the history around it; lines are due before `until`."""

    course: Course
    world: World
    history: History
    readers: Readers
    until: datetime

    def is_beyond(self, day: date) -> bool:
        """Say whether a line of a day cannot be due before `until`, wherever its reader is.

        It may leave on the morning before its day, and days differ from zone to zone.
        """
        return day > self.until.date() + WEEK

    def owners(self, who: tuple[str, ...] | None) -> tuple[Reader, ...]:
        """Return who must act: `who`, else all of the campaign's coordinators."""
        return self.readers.known(who or self.course.frame.campaign.coordinators)


class Place(Struct, frozen=True):
    """Who gets a line and when (UTC), or why it is left out."""

    to: str
    due: datetime
    left_out: str | None = None


class Words(Struct, frozen=True, kw_only=True):
    """What a line says of its time: the moment it states and when it is over, both UTC.

    `name` stands in the key where the line has no lead; `in_key` is the moment that belongs to
    the key (meetings and deadlines: the date they state).
    """

    states: datetime
    why: str
    expires: datetime | None = None
    lead: str | None = None
    name: str | None = None
    in_key: datetime | None = None


class Subject(Struct, frozen=True, kw_only=True):
    """What a series of lines is about; of several past lines of a series only the last is sent."""

    item: str
    what: str
    origin: Origin
    meeting: PlannedMeeting | None = None
    ask: str | None = None
    targets: tuple[str, ...] = ()
    target: str | None = None
    since: date | None = None
    belongs: bool = True  # False where a step for the whole campaign only counts from the meeting

    def key(
        self, campaign: str, owner: str, lead: str | None, states: datetime | None = None
    ) -> str:
        """Return the key of one line about this."""
        since = f"since-{self.since}" if self.since else None
        return key_of(
            campaign,
            self.item,
            self.ask,
            self.target,
            since,
            forum=self.meeting.forum if self.meeting else None,
            session=self.meeting.session if self.meeting else None,
            lead=lead,
            states=states,
            owner=owner,
        )


def origin_of(meeting: PlannedMeeting, campaign: str) -> Origin:
    """Return where a campaign's meeting is written; one that a deferral added has no entry."""
    path: tuple[str | int, ...] = () if meeting.entry is None else ("meeting", meeting.entry)
    return Origin("campaign", campaign, path)


def line(
    kind: LineKind, subject: Subject, owner: Reader, place: Place, words: Words, ground: Ground
) -> Occurrence:
    """Make a line of what it is about, who gets it when, and what it says."""
    meeting = subject.meeting
    return Occurrence(
        key=subject.key(ground.course.id, owner.id, words.name or words.lead, words.in_key),
        kind=kind,
        campaign=ground.course.id,
        item=subject.item,
        owner=owner.id,
        to=place.to,
        due=place.due,
        expires=words.expires,
        forum=meeting.forum if meeting else None,
        session=meeting.session if meeting else None,
        targets=subject.targets,
        ask=subject.ask,
        lead=words.lead,
        states=words.states,
        what=subject.what,
        why=words.why,
        state="skipped" if place.left_out else "planned",
        reason=place.left_out,
        origin=subject.origin,
        whole=not subject.belongs,
        series=subject.key(ground.course.id, owner.id, kind),
    )


def morning_or_hour(
    day: date, clock: time | None, ground: Ground, zone_name: str | None
) -> Moment:
    """Return how a line's moment follows from its day: the reader's morning, or a written hour."""
    if clock is None:
        return lambda reader: reader.on(day)
    home = zone(zone_name) if zone_name else ground.course.frame.workdays.zone
    return lambda _: instant(day, clock, home)


def in_time(moment: Moment, expires: datetime) -> Moment:
    """Leave no later than two hours before the end: else on the reader's last morning before."""
    limit = expires - TIME_TO_ACT

    def earlier(reader: Reader) -> datetime:
        at = moment(reader)
        return reader.last_by(limit) if at > limit else at

    return earlier


def leaving(
    subject: Subject, owner: Reader, moment: Moment, expires: datetime | None, ground: Ground
) -> Place | None:
    """Work out who gets a line and when; None once the campaign is closed.

    A line that falls into a pause waits for the first morning after it. Where the owner is away on
    the day on which it would leave, a free deputy gets it, at the deputy's own hour.
    """
    at = moment(owner)
    due = after_pause(at, owner, ground.course.frame)
    reader = ground.readers.standing_in(owner, day_in(due, owner.zone))
    if reader is not owner:
        at = moment(reader)
        due = after_pause(at, reader, ground.course.frame)
    closed = ground.course.frame.closed_at
    if closed is not None and due >= closed:
        return None
    if due > at and expires is not None and expires <= due:
        return Place(reader.id, due, PAUSED)
    return Place(reader.id, due, _too_early(due, subject, owner, ground))


def pauses(now: datetime, reader: Reader, home: Frame) -> bool:
    """Say whether a campaign's pause still holds for a reader."""
    ends = pause_ends(reader, home)
    if ends is None or home.paused is None:
        return False
    return home.midnight(home.paused[0]) <= now < ends


def after_pause(due: datetime, reader: Reader, home: Frame) -> datetime:
    """Return when a line due at a moment leaves: after a pause, on the reader's first morning."""
    ends = pause_ends(reader, home)
    if ends is None or home.paused is None:
        return due
    first, last = home.paused
    return ends if home.midnight(first) <= due < home.midnight(last + ONE_DAY) else due


def pause_ends(reader: Reader, home: Frame) -> datetime | None:
    """Return when a campaign's pause is over for a reader: on the first morning after it."""
    return reader.first_from(home.midnight(home.paused[1] + ONE_DAY)) if home.paused else None


def held_by_pause(due: datetime, reader: Reader, home: Frame, *, now: datetime) -> datetime | None:
    """Return the end of the pause that a line due before waits for; None if it may leave now."""
    if not pauses(now, reader, home) or home.paused is None:
        return None
    return pause_ends(reader, home) if due < home.midnight(home.paused[1] + ONE_DAY) else None


def _too_early(due: datetime, subject: Subject, owner: Reader, ground: Ground) -> str | None:
    """Say why a line is left out: nothing reaches back before first sight."""
    whole, history = ground.course, ground.history
    seen = history.first_seen(whole.id) or whole.frame.opened_at
    if due < seen:
        day = show_day_short(day_in(seen, whole.frame.workdays.zone))
        return f"already past on {day}, when the tracker first saw the campaign"
    added = subject.meeting.added_at if subject.meeting and subject.belongs else None
    if added is not None and due < added:
        return "already past when the deferral that added this meeting was known"
    if due < (history.first_seen(whole.id, f"step:{subject.item}") or seen):
        return "already past when this step was written"
    if due < (history.first_seen(whole.id, f"coordinator:{owner.id}") or seen):
        return "already past when this coordinator joined"
    return None
