"""What every line of a campaign stands on, and the one place where a line gets its moment."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from tracker.campaign import World
from tracker.dates import day_in, instant, show_day_short, zone
from tracker.events import Course, History, PlannedMeeting
from tracker.occurrence import LineKind, Occurrence, Origin
from tracker.planning.keys import key_of
from tracker.planning.reader import Reader, Readers

TIME_TO_ACT = timedelta(hours=2)
ONE_DAY = timedelta(days=1)
Moment = Callable[[Reader], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One campaign's course, the files and the history around it; lines are due before `until`."""

    course: Course
    world: World
    history: History
    readers: Readers
    until: datetime

    def owners(self, who: tuple[str, ...] | None) -> tuple[Reader, ...]:
        """Return who must act: `who`, else all of the campaign's coordinators."""
        return self.readers.known(who or self.course.frame.campaign.coordinators)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a series of lines is about; of several past lines of a series only the last is sent."""

    item: str
    what: str
    origin: Origin
    meeting: PlannedMeeting | None = None
    ask: str | None = None
    targets: tuple[str, ...] = ()
    target: str | None = None
    since: date | None = None

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


def line(
    kind: LineKind, subject: Subject, owner: Reader, ground: Ground, **more: object
) -> Occurrence:
    """Make a line that has no moment yet."""
    meeting = subject.meeting
    return replace(
        Occurrence(
            key="",
            kind=kind,
            campaign=ground.course.id,
            item=subject.item,
            owner=owner.id,
            to=owner.id,
            due=None,
            expires=None,
            forum=meeting.forum if meeting else None,
            session=meeting.session if meeting else None,
            targets=subject.targets,
            ask=subject.ask,
            what=subject.what,
            origin=subject.origin,
            series=subject.key(ground.course.id, owner.id, kind),
        ),
        **more,  # type: ignore[arg-type]  # field names are checked by the tests of each caller
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
    made: Occurrence, owner: Reader, moment: Moment, ground: Ground, meeting: PlannedMeeting | None
) -> Occurrence | None:
    """Give a line its moment and its recipient; None once the campaign is closed.

    While the owner is away a free deputy gets it, at the deputy's own hour. A line that falls into
    a pause waits for the reader's first morning after it.
    """
    reader = ground.readers.standing_in(owner, day_in(moment(owner), owner.zone))
    due = after_pause(moment(reader), reader, ground)
    closed = ground.course.frame.closed_at
    if closed is not None and due >= closed:
        return None
    there = replace(made, to=reader.id, due=due)
    if due > moment(reader) and made.expires is not None and made.expires <= due:
        return replace(
            there, state="skipped", reason="the campaign was paused until it had passed"
        )
    reason = _too_early(there, ground, meeting)
    return replace(there, state="skipped", reason=reason) if reason else there


def after_pause(due: datetime, reader: Reader, ground: Ground) -> datetime:
    """Return when a line due at a moment leaves: after a pause, on the reader's first morning."""
    home = ground.course.frame
    if home.paused is None:
        return due
    first, last = home.paused
    resumed = home.midnight(last + ONE_DAY)
    return reader.first_from(resumed) if home.midnight(first) <= due < resumed else due


def _too_early(there: Occurrence, ground: Ground, meeting: PlannedMeeting | None) -> str | None:
    """Say why a line is left out: nothing reaches back before first sight."""
    assert there.due is not None
    whole = ground.course
    opened = whole.frame.opened_at
    seen = ground.history.first_seen(whole.id) or opened
    if there.due < seen:
        day = show_day_short(day_in(seen, whole.frame.workdays.zone))
        return f"already past on {day}, when the tracker first saw the campaign"
    if meeting is not None and meeting.added_at is not None and there.due < meeting.added_at:
        return "already past when the deferral that added this meeting was known"
    step = ground.history.first_seen(whole.id, f"step:{there.item}") or seen
    if there.due < step:
        return "already past when this step was written"
    joined = ground.history.first_seen(whole.id, f"coordinator:{there.owner}") or seen
    return "already past when this coordinator joined" if there.due < joined else None
