"""Lines after a moment: follow-ups with their repeats, and the coordinator who then joins."""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import count, zip_longest

from msgspec.structs import replace

from tracker.campaign import FollowUp
from tracker.dates import instant, show_day, zone
from tracker.events import Frame
from tracker.occurrence import LineKind, Occurrence
from tracker.planning.ground import (
    ONE_DAY,
    Ground,
    Place,
    Subject,
    Words,
    leaving,
    line,
    morning_or_hour,
)
from tracker.planning.instances import Instance
from tracker.planning.reader import Reader
from tracker.planning.reminders import subject_of
from tracker.when import Repeat, Resolved, repeat_day


def follow_up_lines(
    one: Instance, replaced_on: date | None, ground: Ground
) -> Iterator[Occurrence]:
    """Yield a follow-up's first line and repeats, then the escalation.

    `replaced_on` is the day on which the same follow-up of a later meeting begins.
    """
    assert isinstance(one.step.step, FollowUp)
    step = one.step.step
    for owner in ground.owners(step.who):
        yield from _repeats(one, owner, replaced_on, ground)
    if step.escalate and step.repeat and step.repeat.more is not None:
        for reader in ground.readers.known((step.escalate,)):
            yield from _escalation(one, reader, step.repeat, replaced_on, ground)


def _repeats(
    one: Instance, owner: Reader, replaced_on: date | None, ground: Ground
) -> Iterator[Occurrence]:
    """Yield what is not yet replaced by its next repeat; of those before first sight the last."""
    left_out: Occurrence | None = None
    made = _made(one, owner, replaced_on, ground)
    for this, following in zip_longest(made, made[1:]):
        there = this
        if following is not None:
            there = replace(this, expires=following.due)
        elif replaced_on is not None:
            there = replace(this, expires=_moment(one, replaced_on, owner, ground))
        if there.state == "skipped":
            left_out = there
        elif there.expires is None or (there.due is not None and there.due < there.expires):
            yield there
    if left_out is not None:
        yield left_out


def _made(
    one: Instance, owner: Reader, replaced_on: date | None, ground: Ground
) -> list[Occurrence]:
    subject = subject_of(one)
    found: list[Occurrence] = []
    for number, day in _days(one, replaced_on, ground):
        place = _place(subject, one, day, owner, ground)
        if place is None:
            break
        words = Words(
            states=_states(one, day, ground),
            lead="first" if number == 0 else f"repeat {number}",
            why=_why(one, number),
        )
        found.append(line(LineKind.FOLLOW_UP, subject, owner, place, words, ground))
        if place.due >= ground.until:
            break  # one beyond the horizon: it is when the last one before it expires
    return found


def _days(one: Instance, replaced_on: date | None, ground: Ground) -> Iterator[tuple[int, date]]:
    assert isinstance(one.step.step, FollowUp)
    repeat, days = one.step.step.repeat, ground.course.frame.workdays
    for number in count():
        if number and (repeat is None or (repeat.more is not None and number > repeat.more)):
            return
        day = one.day if repeat is None else repeat_day(repeat, one.day, number, days)
        if replaced_on is not None and day >= replaced_on:
            return
        yield number, day


def _place(
    subject: Subject, one: Instance, day: date, owner: Reader, ground: Ground
) -> Place | None:
    assert isinstance(one.due, Resolved)
    moment = morning_or_hour(day, one.due.clock, ground, one.due.zone)
    return leaving(subject, owner, moment, None, ground)


def _moment(one: Instance, day: date, owner: Reader, ground: Ground) -> datetime:
    assert isinstance(one.due, Resolved)
    return morning_or_hour(day, one.due.clock, ground, one.due.zone)(owner)


def _states(one: Instance, day: date, ground: Ground) -> datetime:
    """Return the moment a repeat speaks of: its day at its hour, in the campaign's zone."""
    assert isinstance(one.due, Resolved)
    home = ground.course.frame.workdays.zone
    clock = one.due.clock or ground.world.config.times.remind_at
    return instant(day, clock, zone(one.due.zone) if one.due.zone else home)


def _why(one: Instance, number: int) -> str:
    assert isinstance(one.due, Resolved)
    assert isinstance(one.step.step, FollowUp)
    if number == 0:
        return one.due.why
    return f"repeat {number} ({one.step.step.repeat}), counted from {show_day(one.day)}"


def _after_pause(day: date, home: Frame) -> date:
    if home.paused is None or not home.paused[0] <= day <= home.paused[1]:
        return day
    return home.paused[1] + ONE_DAY


def _escalation(
    one: Instance, reader: Reader, repeat: Repeat, replaced_on: date | None, ground: Ground
) -> Iterator[Occurrence]:
    """Yield the line of whoever joins, one interval after the last repeat has left."""
    assert repeat.more is not None
    home = ground.course.frame
    last, day = (
        repeat_day(repeat, one.day, number, home.workdays)
        for number in (repeat.more, repeat.more + 1)
    )
    day = max(day, repeat_day(repeat, _after_pause(last, home), 1, home.workdays))
    if replaced_on is not None and day >= replaced_on:
        return
    subject = subject_of(one)
    place = _place(subject, one, day, reader, ground)
    if place is not None and place.due < ground.until:
        words = Words(
            states=_states(one, day, ground),
            expires=_moment(one, replaced_on, reader, ground) if replaced_on else None,
            name="escalation",
            why=f"not settled after the last repeat ({repeat}), counted from {show_day(one.day)}",
        )
        yield line(LineKind.ESCALATION, subject, reader, place, words, ground)
