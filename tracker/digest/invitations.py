"""The meetings that a mail reminds of or corrects, as a calendar takes them."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tracker.content import Invitation
from tracker.dates import ONE_DAY, show_day
from tracker.difference import Difference, Edit
from tracker.digest.lines import Saying, standing_of
from tracker.digest.say import many
from tracker.events import Course, History, MeetingKey, PlannedMeeting
from tracker.events.meetings import LASTS, from_session
from tracker.occurrence import LineKind, Occurrence
from tracker.sessions import session_on

MOST_LETTERS = 3
_TELL = frozenset({LineKind.REMINDER, LineKind.CORRECTION})
# What an edit of a forum's file, or of a working-day file, says of every session at once.
_WHOLE_FORUM = frozenset({"name", "place", "timezone", "lasts", "sessions", "recess"})
_WHOLE_CAMPAIGN = frozenset({"timezone", "workdays"})


class _Place(NamedTuple):
    """What makes a meeting the same one: forum and original date, or its campaign's own date."""

    campaign: str | None
    forum: str | None
    session: date

    @property
    def key(self) -> MeetingKey:
        return (self.forum, self.session)

    def on(self, day: date) -> "_Place":
        return self._replace(session=day)


def invitations(
    lines: Iterable[Occurrence], saying: Saying, history: History
) -> tuple[Invitation, ...]:
    """Return one for each meeting that a reminder or a correction among the lines is about.

    A session that a letter no longer aims at, since its file names another one now, is among
    them and cancelled, unless another letter of the reader's aims at it.
    """
    found: dict[_Place, Occurrence] = {}
    for one in lines:
        if one.item == "meeting" and one.kind in _TELL:
            for place in _places(one, history.edits):
                found.setdefault(place, one)
    made = (_invitation(place, one, saying, history.edits) for place, one in found.items())
    return tuple(sorted(filter(None, made), key=lambda one: (one.start.isoformat(), one.seed)))


def _places(one: Occurrence, edits: tuple[Edit, ...]) -> Iterator[_Place]:
    """Yield the meeting of a line, then the forum's sessions that its reader was told before."""
    if one.session is None or one.campaign is None:
        return
    alone = None if one.forum else one.campaign
    place = _Place(alone, one.forum, one.session)
    yield place
    if one.forum and one.told_at:
        since = [edit for edit in edits if edit.at >= one.told_at]
        yield from map(place.on, _earlier_days(place, one.campaign, since))


def _earlier_days(place: _Place, campaign: str, edits: Iterable[Edit]) -> list[date]:
    """Return the dates that the campaign's file gave a meeting before, the latest first."""
    days = [place.session]
    for edit in reversed(tuple(edits)):
        one = edit.difference
        moved = one.thing == "meeting" and one.act == "moved" and campaign in edit.campaigns
        if moved and one.forum == place.forum and one.sessions[1:] == (days[-1],):
            days.append(one.sessions[0])
    return days[1:]


def _invitation(
    place: _Place, line: Occurrence, saying: Saying, edits: tuple[Edit, ...]
) -> Invitation | None:
    letters = _letters(place, line, saying)
    aiming = [one for one in letters if _aims_at(one, place, saying)]
    meeting = _meeting(place, letters, saying) or _told(place, line)
    if meeting is None:
        return None
    shown = aiming or letters
    known = meeting.time_known
    return Invitation(
        seed=_seed(place, letters, edits),
        sequence=_sequence(place, edits),
        summary=_summary(meeting, shown, off=not aiming),
        start=meeting.start if known else meeting.day,
        end=meeting.end if known else meeting.last_day + ONE_DAY,
        place=meeting.place or "",
        about=tuple(_about(meeting, shown, off=not aiming)),
        cancelled=not aiming,
    )


def _letters(place: _Place, line: Occurrence, saying: Saying) -> list[Course]:
    """Return the reader's campaigns that have the meeting, or else the one that had it."""
    reader = saying.reader.coordinator.id
    mine = [
        course
        for course in saying.plan.courses.values()
        if (reader in course.frame.campaign.coordinators or course.id == line.campaign)
        and place.campaign in {None, course.id}
    ]
    return [one for one in mine if one.meeting(place.key)] or [saying.course(line)]


def _aims_at(course: Course, place: _Place, saying: Saying) -> bool:
    meeting = course.meeting(place.key)
    over = course.frame.closed_at
    closed = over is not None and over <= saying.now
    return meeting is not None and not closed and course.aims_at(meeting)


def _meeting(place: _Place, letters: list[Course], saying: Saying) -> PlannedMeeting | None:
    """Return the meeting as a letter has it, else as its forum has it."""
    found = next(filter(None, (one.meeting(place.key) for one in letters)), None)
    if found is not None or place.forum not in saying.world.forums:
        return found
    forum = saying.world.forums[place.forum]
    session = session_on(place.forum, forum, place.session)
    return from_session(session, saying.world) if session else None


def _told(place: _Place, line: Occurrence) -> PlannedMeeting | None:
    """Return a meeting that no file knows any more, as its reader was told of it."""
    if line.was is None:
        return None
    return PlannedMeeting(
        forum=place.forum,
        session=place.session,
        name=line.what.removesuffix(" meets"),
        place=None,
        zone=ZoneInfo("UTC"),
        day=place.session,
        last_day=place.session,
        start=line.was,
        end=line.was + LASTS,
        time_known=True,
    )


def _seed(place: _Place, letters: list[Course], edits: tuple[Edit, ...]) -> str:
    """Name a meeting for ever: one of our own by its first date, unless that has another now."""
    if place.forum is not None:
        return f"session.{place.forum}.{place.session}"
    assert place.campaign is not None
    days = _earlier_days(place, place.campaign, edits)
    first = days[-1] if days else place.session
    taken = any(one.meeting((None, first)) for one in letters)
    return f"meeting.{place.campaign}.{place.session if taken else first}"


def _sequence(place: _Place, edits: tuple[Edit, ...]) -> int:
    """Count the edits that touched a meeting, however much each of them did."""
    days = {place.session}
    if place.campaign is not None:
        days.update(_earlier_days(place, place.campaign, edits))
    return len({edit.at for edit in edits if _touches(edit, place, days)})


def _touches(edit: Edit, place: _Place, days: set[date]) -> bool:
    one = edit.difference
    if place.campaign is not None and place.campaign not in edit.campaigns:
        return False
    if one.thing in {"meeting", "session"} and one.forum == place.forum:
        return not days.isdisjoint(one.sessions)
    return _touches_all(one, place)


def _touches_all(one: Difference, place: _Place) -> bool:
    if place.forum is None:
        return one.thing in _WHOLE_CAMPAIGN
    return one.forum == place.forum and one.thing in _WHOLE_FORUM


def _summary(meeting: PlannedMeeting, letters: list[Course], *, off: bool) -> str:
    """Name the forum first: a calendar shows little more."""
    titles = [one.frame.campaign.title for one in letters]
    more = len(titles) - MOST_LETTERS
    said = "; ".join(titles[:MOST_LETTERS]) + (
        f"; {many(more, 'letter')} more" if more > 0 else ""
    )
    before = ("Cancelled: " if meeting.cancelled else "No longer planned: ") if off else ""
    named = meeting.name if said == meeting.name else f"{meeting.name}: {said}"
    return f"{before}{named}"


def _about(meeting: PlannedMeeting, letters: list[Course], *, off: bool) -> Iterator[str]:
    """Yield what became of the meeting, and what each letter has on the table."""
    if meeting.cancelled:
        yield _with_reason("Cancelled", meeting)
    elif off:
        yield "Your letters no longer aim at this meeting."
    elif meeting.moved:
        yield _with_reason(f"Moved from {show_day(meeting.session)}", meeting)
    if not meeting.time_known:
        yield "The hour is not known."
    for letter in letters:
        yield letter.frame.campaign.title
        if not off:
            yield from _on_the_table(letter, meeting)


def _on_the_table(letter: Course, meeting: PlannedMeeting) -> Iterator[str]:
    mine = letter.meeting(meeting.key)
    if mine is None or mine.watched:
        return
    put_off = letter.times_put_off(mine)
    if put_off:
        yield f"({standing_of(put_off)})"
    for ask in letter.asks_at(mine):
        if ask.open:
            yield f"- {ask.text}"


def _with_reason(said: str, meeting: PlannedMeeting) -> str:
    return f"{said}: {meeting.why}" if meeting.why else f"{said}."
