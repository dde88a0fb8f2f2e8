"""Facts that name what does not exist: found when the whole campaign is known."""

from collections.abc import Collection, Iterator
from datetime import date

from tracker.campaign import World
from tracker.dates import show_day
from tracker.errors import Fault, KeyPath
from tracker.events.course import Course, course, meeting_of
from tracker.events.deferrals import put_off_from
from tracker.events.facts import Fact, read_facts
from tracker.events.frame import frame
from tracker.events.meetings import PlannedMeeting
from tracker.sessions import session_on


def log_faults(campaign_id: str, world: World) -> list[Fault]:
    """Return a fault for each fact at a meeting, or put off to one, that does not exist.

    Names of asks, targets and items are checked where the file is read; this needs the meetings
    that earlier deferrals added.
    """
    home = frame(campaign_id, world)
    facts = read_facts(home)
    far = max((fact.known_at for fact in facts), default=home.opened_at)
    whole = course(campaign_id, world, facts, now=far)
    astray = {found.forum for fact in facts if (found := _put_off_astray(fact, whole, world))}
    return [fault for fact in facts for fault in _faults(fact, whole, world, astray)]


def _put_off_astray(fact: Fact, whole: Course, world: World) -> PlannedMeeting | None:
    """Return the meeting that put an ask off to a day without a session, if this fact says so."""
    meeting = meeting_of(fact, whole.meetings) if fact.to else None
    if _is_at_none(fact, meeting) and not put_off_from(fact, whole.meetings, world):
        meeting = _of_a_forum(fact, whole)
    if meeting is None or meeting.forum is None or fact.to is None:
        return None
    return None if session_on(meeting.forum, world.forums[meeting.forum], fact.to) else meeting


def _is_at_none(fact: Fact, meeting: PlannedMeeting | None) -> bool:
    """Say whether an ask was put off at no meeting."""
    return fact.to is not None and meeting is None and fact.meeting in {None, "none"}


def _of_a_forum(fact: Fact, whole: Course) -> PlannedMeeting | None:
    """Return a session of a forum with the ask of a fact on its table, if there is any."""
    mine = (one for one in whole.meetings if fact.ask and one.concerns(fact.ask))
    return next((one for one in mine if one.forum), None)


def _is_led_to(day: object, astray: Collection[str | None], world: World) -> bool:
    """Say whether a deferral that goes astray would have led to a day: that is no second fault."""
    return isinstance(day, date) and any(
        session_on(forum, world.forums[forum], day) for forum in astray if forum
    )


def _faults(
    fact: Fact, whole: Course, world: World, astray: Collection[str | None]
) -> Iterator[Fault]:
    path: KeyPath = ("log", fact.index)
    if fact.kind not in {"outcome", "readout", "done"}:
        return
    meeting = meeting_of(fact, whole.meetings)
    if fact.meeting not in {None, "none"} and meeting is None:
        if _is_led_to(fact.meeting, astray, world):
            return
        yield Fault(
            path=(*path, "meeting"),
            code="unknown-meeting",
            message=f"the campaign has no meeting on {show_day(fact.meeting)}",  # type: ignore[arg-type]
            expected=tuple(str(one.session) for one in whole.meetings) or ("none",),
        )
    elif fact.kind == "readout" and meeting is None:
        yield Fault(
            path=path,
            code="no-meeting-yet",
            message="no meeting had begun by then, so there is nothing to read out",
            hint='name the meeting: meeting = "…"',
        )
    elif fact.kind == "readout" and meeting is not None and meeting.session > fact.on:
        # By its original date: a move that becomes known later makes no fault of an old line.
        yield Fault(
            path=(*path, "meeting"),
            code="meeting-ahead",
            message=f"on {show_day(fact.on)} the meeting of {show_day(meeting.session)} lay ahead:"
            " there was nothing to read out",
            hint="write the day of a meeting that had been held, or log it afterwards",
        )
    held_by = _put_off_astray(fact, whole, world)
    if held_by and fact.to:
        yield Fault(
            path=(*path, "to"),
            code="not-a-session",
            message=f"{held_by.name} has no session on {show_day(fact.to)}",
            hint="name a session's original date, or leave `to` out for the next regular one",
        )
    elif _is_at_none(fact, meeting) and not put_off_from(fact, whole.meetings, world):
        yield Fault(
            path=(*path, "to"),
            code="put-off-nowhere",
            message="the campaign has no meeting, so nothing says who would meet then",
            hint="add a [[meeting]] with its forum and that date, and leave `to` out",
        )
