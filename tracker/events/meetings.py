"""The meetings that a campaign aims at: sessions of forums and dates of its own."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from tracker.campaign import Forum, Meeting, World
from tracker.dates import instant, zone
from tracker.events.frame import Frame
from tracker.sessions import Session, session_on, sessions_between
from tracker.when import Lead, Span, fixed_day, span_days

LOOK_AHEAD_DAYS = 400
TIME_NOT_KNOWN = time(9)
LASTS = timedelta(hours=3)


class PlannedMeeting(Struct, frozen=True, kw_only=True):
    """A meeting of one campaign. Its identity is (forum, session): forum id and original date.

    `day` and `last_day` are in the meeting's own zone; `start` and `end` are UTC. `asks` is None
    where all open asks are on the table and empty where the date is only watched. `added_at` is
    when a deferral that added it became known; `deferred` are the asks that it added.
    """

    forum: str | None
    session: date
    name: str
    place: str | None
    zone: ZoneInfo
    day: date
    last_day: date
    start: datetime
    end: datetime
    time_known: bool
    regular: bool = True
    moved: bool = False
    cancelled: bool = False
    why: str | None = None
    asks: frozenset[str] | None = None
    remind: tuple[Lead, ...] | None = None
    entry: int | None = None  # its place among the file's [[meeting]] tables
    added_at: datetime | None = None

    @property
    def key(self) -> tuple[str | None, date]:
        """Return what makes this meeting the same one after a move."""
        return (self.forum, self.session)

    @property
    def watched(self) -> bool:
        """Say whether this is a date to watch: its own reminders, no steps."""
        return self.asks is not None and not self.asks

    def concerns(self, ask: str) -> bool:
        """Say whether an ask is on the table."""
        return self.asks is None or ask in self.asks


def meetings_of(frame: Frame, world: World, now: datetime) -> tuple[PlannedMeeting, ...]:
    """Return the meetings that the file names, earliest first; `"every"` looks 400 days ahead."""
    found: dict[tuple[str | None, date], PlannedMeeting] = {}
    for entry, meeting in enumerate(frame.campaign.meeting):
        for one in _expand(meeting, entry, frame, world, now):
            found.setdefault(one.key, one)
    return tuple(sorted(found.values(), key=lambda one: (one.start, one.forum or "", one.session)))


def looked_ahead_to(forum: Forum, now: datetime) -> date:
    """Return the last day of a forum that `"every"` looks at: another each day, not moment."""
    return now.astimezone(zone(forum.timezone)).date() + timedelta(days=LOOK_AHEAD_DAYS)


def from_session(session: Session, world: World) -> PlannedMeeting:
    """Make a meeting of a forum's session, with all asks on the table."""
    forum = world.forums[session.forum]
    return PlannedMeeting(
        forum=session.forum,
        session=session.original,
        name=forum.name,
        place=forum.place,
        zone=zone(forum.timezone),
        day=session.day,
        last_day=session.day,
        start=session.start,
        end=session.end,
        time_known=session.time_known,
        regular=session.kind == "regular",
        moved=session.moved,
        cancelled=session.cancelled,
        why=session.why,
    )


def own_meeting(like: PlannedMeeting, day: date) -> PlannedMeeting:
    """Make a meeting of our own on another day, with the name, hour and place of this one."""
    clock = like.start.astimezone(like.zone).time()
    start = instant(day, clock, like.zone)
    return replace(
        like,
        session=day,
        day=day,
        last_day=day,
        start=start,
        end=start + (like.end - like.start),
        entry=None,
    )


def _expand(
    meeting: Meeting, entry: int, frame: Frame, world: World, now: datetime
) -> list[PlannedMeeting]:
    found = (
        [_own(meeting, frame)]
        if meeting.forum is None
        else [from_session(one, world) for one in _sessions(meeting, frame, world, now)]
    )
    asks = None if meeting.asks is None else frozenset(meeting.asks)
    return [replace(one, asks=asks, remind=meeting.remind, entry=entry) for one in found]


def _sessions(meeting: Meeting, frame: Frame, world: World, now: datetime) -> list[Session]:
    assert meeting.forum is not None
    forum = world.forums[meeting.forum]
    if meeting.sessions is None:
        assert meeting.date is not None
        assert not isinstance(meeting.date, Span)
        session = session_on(meeting.forum, forum, fixed_day(meeting.date, frame.opened))
        return [session] if session else []
    first = fixed_day(meeting.from_, frame.opened) if meeting.from_ else frame.opened
    last = looked_ahead_to(forum, now)
    if meeting.until:
        last = min(last, fixed_day(meeting.until, frame.opened))
    return list(sessions_between(meeting.forum, forum, first, last))


def _own(meeting: Meeting, frame: Frame) -> PlannedMeeting:
    assert meeting.date is not None
    written = meeting.date
    first, last = (
        span_days(written, frame.opened)
        if isinstance(written, Span)
        else (fixed_day(written, frame.opened),) * 2
    )
    home = zone(meeting.timezone) if meeting.timezone else frame.workdays.zone
    clock = meeting.time or (None if isinstance(written, Span) else written.clock)
    start = instant(first, clock or TIME_NOT_KNOWN, home)
    return PlannedMeeting(
        forum=None,
        session=first,
        name=meeting.name or frame.campaign.title,
        place=meeting.place,
        zone=home,
        day=first,
        last_day=last,
        start=start,
        end=max(start + LASTS, instant(last, clock or TIME_NOT_KNOWN, home) + LASTS),
        time_known=clock is not None,
    )
