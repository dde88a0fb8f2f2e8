"""What a new fact changes in its campaign: what it settles, what it sets going."""

from collections.abc import Iterator
from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from tracker.campaign import World
from tracker.dates import show_day
from tracker.events import Course, Fact, course, frame, read_facts
from tracker.planning import Instance, matters
from tracker.planning.instances import instances_of
from tracker.planning.reminders import subject_of
from tracker.sessions import moved_here, session_on

_SAME = ("kind", "on", "item", "target", "ask", "meeting", "result", "to", "stance")
_Key = tuple[str, str | None, date | None, str | None]


class _Standing(Struct, frozen=True, kw_only=True):
    """A campaign at one moment, with every fact of its file known."""

    now: datetime
    course: Course
    steps: dict[_Key, Instance]


def effects(campaign: str, before: World, after: World, *, now: datetime) -> tuple[str, ...]:
    """Say, a line each, what differs once a fact is in the file: settled, ended, begun.

    Both worlds are taken as they stand at `now`, with all their facts known.
    """
    old, new = _standing(campaign, before, now), _standing(campaign, after, now)
    return (
        *_asks(old, new),
        *_steps(old, new),
        *_meetings(old, new),
        *(_closing(new) if old.course.going and not new.course.going else ()),
    )


def said_before(campaign: str, before: World, after: World, *, now: datetime) -> int | None:
    """Return the place in the log of a fact that says all that the one added last does.

    None where that says something new, or changes anything: then it is not the same once more.
    """
    if effects(campaign, before, after, now=now):
        return None
    facts = sorted(read_facts(frame(campaign, after)), key=lambda one: one.index)
    new = facts.pop()
    about = [one for one in facts if _of_one_thing(one, new)]
    return about[-1].index if about and _says_all(about[-1], new) else None


def named_by(day: date, campaign: str, world: World, *, now: datetime) -> date:
    """Return the day that names a meeting: of a session that was moved the one it was moved from.

    People read the day to which it was moved; where that one has a meeting of its own, it is that.
    """
    meetings = _standing(campaign, world, now).course.meetings
    if any(one.session == day for one in meetings):
        return day
    moved = {one.session for one in meetings if one.moved and one.day == day}
    return moved.pop() if len(moved) == 1 else day


def put_off_to(day: date, campaign: str, world: World) -> date:
    """Return the day that names the session of the campaign's forums which is held on a day."""
    forums = [one.forum for one in world.campaigns[campaign].meeting if one.forum]
    if any(session_on(one, world.forums[one], day) for one in forums):
        return day
    moved = (moved_here(one, world.forums[one], day) for one in forums)
    days = {session.original for session in moved if session}
    return days.pop() if len(days) == 1 else day


def _of_one_thing(old: Fact, new: Fact) -> bool:
    """Say whether a fact could be taken back, or said again, by another."""
    if new.target is not None and old.target == new.target:
        return True
    same = (old.kind, old.item, old.ask, old.meeting) == (new.kind, new.item, new.ask, new.meeting)
    return same and old.target == new.target and (new.kind != "note" or old.note == new.note)


def _says_all(old: Fact, new: Fact) -> bool:
    return (
        all(getattr(old, name) == getattr(new, name) for name in _SAME)
        and (not new.exact or old.at == new.at)
        and new.by in {None, old.by}
        and new.note in {None, old.note}
    )


def _standing(campaign: str, world: World, now: datetime) -> _Standing:
    facts = read_facts(frame(campaign, world))
    known = [replace(fact, known_at=min(fact.known_at, now)) for fact in facts]
    whole = course(campaign, world, known, now=now)
    return _Standing(
        now=now, course=whole, steps={_key(one): one for one in instances_of(whole, world)}
    )


def _key(one: Instance) -> _Key:
    forum, session = one.meeting.key if one.meeting else (None, None)
    return (one.step.id, forum, session, one.ask.id if one.ask else None)


def _asks(old: _Standing, new: _Standing) -> Iterator[str]:
    was_open = {ask.id for ask in old.course.asks if ask.open}
    for ask in new.course.asks:
        if ask.id in was_open and not ask.open:
            yield f"settles the ask {ask.id}: {ask.text}"


def _steps(old: _Standing, new: _Standing) -> Iterator[str]:
    for key, was in old.steps.items():
        now = new.steps.get(key)
        if now is None or was.settled:
            continue
        if now.settled:
            # What had no date yet and is not meant by the fact itself had not begun.
            if now.settled_by is not None or not was.waiting:
                yield f"settles {_named(now)}"
        elif matters(was) and not matters(now):
            yield from _ended(now, old.now)
        else:
            yield from _went_on(was, now)


def _ended(one: Instance, now: datetime) -> Iterator[str]:
    """Name a step that goes on no longer; one that ended with its meeting long did so before."""
    if one.ends is None or one.ends > now:
        yield f"ends {_named(one)}"


def _went_on(was: Instance, now: Instance) -> Iterator[str]:
    left = {target.id for target in now.targets}
    heard = [target.id for target in was.targets if target.id not in left]
    if heard:
        yield f"settles {now.step.id} for {' and '.join(heard)}"
    if was.waiting and not now.waiting:
        yield f"sets going {_named(now)}"


def _named(one: Instance) -> str:
    when = "" if one.waiting else f", {show_day(one.day)}"
    return f"{one.step.id}: {subject_of(one).what}{when}"


def _meetings(old: _Standing, new: _Standing) -> Iterator[str]:
    had = {one.key for one in old.course.meetings if old.course.aims_at(one)}
    for one in new.course.meetings:
        if one.key not in had and new.course.aims_at(one):
            yield f"aims at {one.name}, {show_day(one.day)}"


def _closing(new: _Standing) -> Iterator[str]:
    if new.course.asks:
        yield "leaves no ask open: nothing more is planned for its meetings"
