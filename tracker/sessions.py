"""The sittings of a forum: its rule, then recess, cancelled, moved and extra, in that order."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from tracker.campaign import Forum
from tracker.dates import (
    ONE_DAY,
    instant,
    local,
    show_day,
    show_day_short,
    weekday_of_each_month,
    zone,
)
from tracker.errors import KeyPath
from tracker.when import (
    Date,
    EveryWeeks,
    Monthly,
    Ordinal,
    PhraseError,
    Sessions,
    Weekly,
    When,
    fixed_day,
    span_days,
)

TIME_NOT_KNOWN = time(9)  # a session without a time counts as beginning at this hour
LASTS = timedelta(hours=3)  # where the forum does not say
_LOOK_AHEAD = timedelta(days=400)
_NEAR = timedelta(days=120)
_DAYS_A_WEEK = 7
_NUMBERS = dict(zip(Ordinal, (1, 2, 3, 4, -1), strict=True))
Found = TypeVar("Found")


class Session(Struct, frozen=True, kw_only=True):
    """One sitting of a forum. Its identity is the forum's id and its `original` date.

    `day` and `clock` are what it is held on, in the forum's zone; `start` and `end` are UTC. Where
    the time is not known `clock` is None and it counts as 09:00. `why` is the file's reason for a
    move or a cancellation.
    """

    forum: str
    original: date
    day: date
    clock: time | None
    start: datetime
    end: datetime
    time_known: bool
    kind: Literal["regular", "extra"]
    moved: bool = False
    cancelled: bool = False
    why: str | None = None


def sessions_between(forum_id: str, forum: Forum, first: date, last: date) -> tuple[Session, ...]:
    """Return the sessions whose original date lies in a span, both days included, in order.

    Cancelled ones stay in and say so.
    """
    plan = _sound(forum)
    days = [*_regular(plan, first, last), *(day for day in plan.extra if first <= day <= last)]
    return tuple(_session(forum_id, plan, day) for day in sorted(days))


def session_on(forum_id: str, forum: Forum, original: date) -> Session | None:
    """Find a session by its original date."""
    plan = _sound(forum)
    known = original in plan.extra or _has_regular(plan, original)
    return _session(forum_id, plan, original) if known else None


def moved_here(forum_id: str, forum: Forum, day: date) -> Session | None:
    """Find the session that was moved onto a day from another one."""
    plan = _sound(forum)
    moved = (original for original, move in plan.moved.items() if move.day == day != original)
    original = next(moved, None)
    return None if original is None else _session(forum_id, plan, original)


def next_regular(forum_id: str, forum: Forum, after: date) -> Session | None:
    """Return the first regular session held after a day, not cancelled, within 400 days."""
    plan = _sound(forum)
    first, last = after + ONE_DAY, after + _LOOK_AHEAD
    held = [
        (move.day, original) for original, move in plan.moved.items() if first <= move.day <= last
    ]
    left_out = plan.cancelled.keys() | plan.moved.keys()
    stayed = next((day for day in _regular(plan, first, last) if day not in left_out), None)
    if stayed is not None:
        held.append((stayed, stayed))
    return _session(forum_id, plan, min(held)[1]) if held else None


def forum_faults(forum: Forum) -> tuple[tuple[KeyPath, PhraseError], ...]:
    """Return every fault that only shows when the file is taken as a whole."""
    return _read(forum).faults


class _Move(Struct, frozen=True):
    day: date
    clock: time | None
    why: str | None


class _Plan(Struct, frozen=True):
    """A forum's file with every date worked out; filled in the order in which it applies."""

    forum: Forum
    zone: ZoneInfo
    recess: list[tuple[date, date]] = field(default_factory=list)
    cancelled: dict[date, str | None] = field(default_factory=dict)
    moved: dict[date, _Move] = field(default_factory=dict)
    extra: dict[date, time | None] = field(default_factory=dict)

    @property
    def rule(self) -> Sessions | None:
        return self.forum.sessions

    @property
    def clock(self) -> time | None:
        return self.rule.clock if self.rule else None


class _Reading(Struct, frozen=True):
    plan: _Plan
    faults: tuple[tuple[KeyPath, PhraseError], ...]


def _sound(forum: Forum) -> _Plan:
    reading = _read(forum)
    if reading.faults:
        raise reading.faults[0][1]
    return reading.plan


@lru_cache(maxsize=512)
def _read(forum: Forum) -> _Reading:
    plan = _Plan(forum, zone(forum.timezone))
    faults = (
        *_faults("recess", forum.recess, lambda span: plan.recess.append(span_days(span, None))),
        *_faults("cancelled", forum.cancelled, lambda one: _cancel(plan, one.on, one.why)),
        *_faults("moved", forum.moved, lambda one: _move(plan, one.from_, one.to, one.why)),
        *_faults("extra", forum.extra, lambda when: _add(plan, when)),
    )
    return _Reading(plan, faults)


class _AtKeyError(Exception):
    """A fault at one key of an entry."""

    def __init__(self, key: str, wrong: PhraseError) -> None:
        super().__init__(key)
        self.key = key
        self.wrong = wrong


def _faults(
    key: str, entries: tuple[Found, ...], apply: Callable[[Found], None]
) -> Iterator[tuple[KeyPath, PhraseError]]:
    """Apply entries one by one; one that cannot be applied is left out and told."""
    for index, entry in enumerate(entries):
        try:
            apply(entry)
        except _AtKeyError as at:
            yield (key, index, at.key), at.wrong
        except PhraseError as wrong:
            yield (key, index), wrong


def _at(key: str, read: Callable[[], Found]) -> Found:
    try:
        return read()
    except PhraseError as wrong:
        raise _AtKeyError(key, wrong) from None


def _cancel(plan: _Plan, on: When, why: str | None) -> None:
    plan.cancelled[_at("on", lambda: _named(plan, on))] = why


def _move(plan: _Plan, from_: When, to: When, why: str | None) -> None:
    original = _at("from", lambda: _named(plan, from_))
    day, clock = _at("to", lambda: _free(plan, to, original))
    plan.moved[original] = _Move(day, plan.clock if clock is None else clock, why)


def _add(plan: _Plan, when: When) -> None:
    day, clock = _held(plan, when)
    if day in plan.extra:
        raise _wrong(when, "session-twice", f"{show_day(day)} is named twice in `extra`")
    if _has_regular(plan, day):
        # Also where it was cancelled or moved away: its original date is taken for ever.
        raise _wrong(when, "session-exists", f"{_rule_has(day)} already, so it is not extra")
    _check_free(plan, when, day)
    plan.extra[day] = clock


def _named(plan: _Plan, when: When) -> date:
    """Return the original date of a regular session that an entry names."""
    day = fixed_day(when)
    if when.clock is not None:
        raise _wrong(when, "session-time", "a session is named by its day alone, without a time")
    if not _has_regular(plan, day):
        raise _wrong(
            when, "no-session", f"there is no session on {show_day(day)}", _near(plan, day)
        )
    if day in plan.cancelled or day in plan.moved:
        done = "cancelled" if day in plan.cancelled else "moved"
        raise _wrong(when, "session-twice", f"the session of {show_day(day)} is {done} already")
    return day


def _free(plan: _Plan, when: When, original: date) -> tuple[date, time | None]:
    """Return where a session is moved to: its own day at another time, or a day without one."""
    day, clock = _held(plan, when, original)
    if day != original:
        _check_free(plan, when, day)
    return day, clock


def _check_free(plan: _Plan, when: When, day: date) -> None:
    there = next((one for one, move in plan.moved.items() if move.day == day != one), None)
    if there:
        raise _wrong(
            when,
            "session-exists",
            f"the session of {show_day(there)} was moved to {show_day(day)} already",
        )
    gone = day in plan.cancelled or (day in plan.moved and plan.moved[day].day != day)
    if _has_regular(plan, day) and not gone:
        raise _wrong(when, "session-exists", f"{_rule_has(day)} already")


def _held(plan: _Plan, when: When, near: date | None = None) -> tuple[date, time | None]:
    """Return the day and time an entry names, in the forum's zone."""
    day = fixed_day(when, near=near)
    if when.clock is None or when.zone is None:
        return day, when.clock
    there = local(instant(day, when.clock, zone(when.zone)), plan.zone)
    return there.date(), there.time()


def _rule_has(day: date) -> str:
    return f"the forum has a session on {show_day(day)}"


def _near(plan: _Plan, day: date) -> str:
    """Say why there is no session, or which ones are near."""
    if plan.rule is None:
        return "the forum has no `sessions`, only days listed in `extra`"
    for first, last in plan.recess:
        if first <= day <= last:
            return f"it lies in the recess of {show_day(first)} to {show_day(last)}"
    before = list(_regular(plan, day - _NEAR, day))[-1:]
    after = list(_regular(plan, day, day + _NEAR))[:1]
    names = " and ".join(show_day_short(one) for one in (*before, *after))
    return f"the nearest are on {names}" if names else "the rule has none near that day"


def _wrong(when: When, code: str, message: str, hint: str | None = None) -> PhraseError:
    assert isinstance(when.day, Date)
    return PhraseError(code, message, column=when.day.offset, length=when.day.length, hint=hint)


def _session(forum_id: str, plan: _Plan, original: date) -> Session:
    extra = original in plan.extra
    clock = plan.extra[original] if extra else plan.clock
    move = plan.moved.get(original, _Move(original, clock, plan.cancelled.get(original)))
    start = instant(move.day, TIME_NOT_KNOWN if move.clock is None else move.clock, plan.zone)
    return Session(
        forum=forum_id,
        original=original,
        day=move.day,
        clock=move.clock,
        start=start,
        end=start + (LASTS if plan.forum.lasts is None else plan.forum.lasts),
        time_known=move.clock is not None,
        kind="extra" if extra else "regular",
        moved=move.day != original,
        cancelled=original in plan.cancelled,
        why=move.why,
    )


def _has_regular(plan: _Plan, day: date) -> bool:
    return next(_regular(plan, day, day), None) is not None


def _regular(plan: _Plan, first: date, last: date) -> Iterator[date]:
    """Yield the days of the rule outside the recess, from the first to the last."""
    for day in _by_rule(plan.rule, first, last):
        if not any(start <= day <= end for start, end in plan.recess):
            yield day


def _by_rule(sessions: Sessions | None, first: date, last: date) -> Iterator[date]:
    if sessions is None:
        return iter(())
    match sessions.rule:
        case Weekly(weekdays):
            return _weekly(weekdays, first, last)
        case Monthly() as monthly:
            number = _NUMBERS[monthly.ordinal]
            return iter(weekday_of_each_month(number, monthly.weekday, first, last))
        case EveryWeeks() as every:
            return _every_weeks(every, first, last)


def _weekly(weekdays: tuple[int, ...], first: date, last: date) -> Iterator[date]:
    ahead = sorted((weekday - first.weekday()) % _DAYS_A_WEEK for weekday in weekdays)
    for start in range(0, (last - first).days + 1, _DAYS_A_WEEK):
        for number in ahead:
            day = first + timedelta(days=start + number)
            if day <= last:
                yield day


def _every_weeks(rule: EveryWeeks, first: date, last: date) -> Iterator[date]:
    assert rule.first.year is not None
    start = date(rule.first.year, rule.first.month, rule.first.day)
    days = rule.count * _DAYS_A_WEEK
    behind = max((first - start).days, 0)
    number = -(-behind // days)
    for ahead in range(number, max((last - start).days, -1) // days + 1):
        yield start + timedelta(days=ahead * days)
