"""Reads counts with their units, leads, repeats and durations."""

from datetime import time, timedelta

from tracker.when.clock_words import looks_like_clock, read_at
from tracker.when.cursor import Cursor
from tracker.when.faults import PhraseError
from tracker.when.mistakes import mistake_in_count
from tracker.when.shapes import Lead, Repeat
from tracker.when.words import LARGEST_COUNT, NUMBERS, UNITS, Unit, counted

_UNIT_WORDS = ("days", "weeks", "working days")
_DAYS_IN_WORKING_WEEK = 5
_ONCE = "leave `repeat` out to ask once"
_MONTHS = frozenset({"month", "months", "quarter", "quarters", "year", "years"})
_HOURS = frozenset({"hour", "hours", "minute", "minutes", "h", "min"})
_DURATIONS = {"minute": 1, "minutes": 1, "hour": 60, "hours": 60}


def read_count(cursor: Cursor, *, of_none: str | None = None) -> int:
    """Read a count, 1 to 366, written in digits; `of_none` says what to write instead of 0."""
    word = cursor.peek()
    if word.plain in NUMBERS:
        raise cursor.fault(
            "phrase-count", "a count is written in digits", fix=str(NUMBERS[word.plain])
        )
    wrong = mistake_in_count(cursor)
    if wrong:
        raise wrong
    number = word.number
    if number is None:
        raise cursor.unknown(('a count like "2"',))
    if not 1 <= number <= LARGEST_COUNT:
        raise cursor.fault(
            "phrase-count",
            f"a count is 1 to {LARGEST_COUNT}",
            hint=of_none if number == 0 else None,
        )
    cursor.next()
    return number


def read_unit(cursor: Cursor, count: int) -> Unit:
    """Read a unit behind its count; days, weeks and working days are all there are."""
    word = cursor.peek()
    if word.plain in UNITS:
        cursor.next()
        return UNITS[word.plain]
    if cursor.sees("working", "week") or cursor.sees("working", "weeks"):
        raise _working_weeks(cursor, count)
    if cursor.accept("working"):
        if cursor.accept("day") or cursor.accept("days"):
            return Unit.WORKING_DAY
        raise cursor.unknown(("days",), known=("day", "days"))
    raise _no_unit(cursor, count)


def read_lead(cursor: Cursor) -> Lead:
    """Read how long before something to remind of it."""
    for same_day in (("day", "of"), ("on", "day"), ("same", "day"), ("the", "day")):
        if cursor.sees(*same_day):
            raise cursor.fault(
                "phrase-lead", "the day itself is written otherwise", words=2, fix="on the day"
            )
    if cursor.accept("on", "the", "day"):
        return Lead(0, Unit.DAY, _read_lead_time(cursor))
    count = read_count(cursor, of_none='for the day itself write "on the day"')
    unit = read_unit(cursor, count)
    if cursor.sees("after"):
        raise cursor.fault("phrase-lead", "a reminder comes before, not after", fix="before")
    cursor.expect("before")
    return Lead(count, unit, _read_lead_time(cursor))


def read_repeat(cursor: Cursor) -> Repeat:
    """Read how often to ask again, and how many times more."""
    cursor.expect("every")
    if cursor.peek().plain in {"day", "week", "working"}:
        raise cursor.fault("phrase-count", "the count is missing", fix=f"1 {cursor.peek().plain}")
    count = read_count(cursor, of_none=_ONCE)
    unit = read_unit(cursor, count)
    return Repeat(count, unit, _read_more(cursor))


def read_duration(cursor: Cursor) -> timedelta:
    """Read a number of minutes or hours."""
    count = read_count(cursor)
    word = cursor.peek()
    if word.plain not in _DURATIONS:
        raise cursor.unknown(("minutes", "hours"))
    cursor.next()
    return timedelta(minutes=count * _DURATIONS[word.plain])


def _read_lead_time(cursor: Cursor) -> time | None:
    if cursor.done or cursor.sees("at"):
        return read_at(cursor)
    if looks_like_clock(cursor.peek().text):
        raise cursor.fault(
            "phrase-time", 'the time needs "at" before it', fix=f"at {cursor.peek().text}"
        )
    left = cursor.words_left
    raise cursor.fault(
        "phrase-trailing",
        f'"{cursor.rest}" is too much: a lead counts from its own deadline or meeting',
        words=left,
        fix="",
    )


def _read_more(cursor: Cursor) -> int | None:
    if cursor.done:
        return None
    if cursor.peek().number is not None:
        raise cursor.fault(
            "phrase-unknown-word", "a comma is missing", fix=f", {cursor.peek().text}"
        )
    cursor.expect(",")
    count = read_count(cursor, of_none=_ONCE)
    if cursor.peek().plain in {"time", "times"}:
        raise cursor.fault(
            "phrase-unknown-word",
            '"more" is missing: the first time is not counted',
            fix=f"more {cursor.peek().plain}",
        )
    cursor.expect("more")
    if not (cursor.accept("times") or cursor.accept("time")):
        raise cursor.unknown(("times",))
    return count


def _working_weeks(cursor: Cursor, count: int) -> PhraseError:
    days = count * _DAYS_IN_WORKING_WEEK
    cursor.at -= 1
    return cursor.fault(
        "phrase-unknown-word",
        "a working week is no unit: weeks are whole, working days are single",
        words=3,
        fix=counted(days, Unit.WORKING_DAY) if days <= LARGEST_COUNT else None,
        expected=_UNIT_WORDS,
    )


def _no_unit(cursor: Cursor, count: int) -> PhraseError:
    word = cursor.peek()
    if word.plain in _MONTHS:
        return cursor.fault(
            "phrase-month-unit",
            "months and years differ in length, so they are not counted",
            hint=f'write days or weeks, like "{counted(count * 30, Unit.DAY)}"'
            if word.plain.startswith("month") and count * 30 <= LARGEST_COUNT
            else "write days or weeks, or the date itself",
            expected=_UNIT_WORDS,
        )
    if word.plain in _HOURS:
        return cursor.fault(
            "phrase-hour-unit",
            "hours and minutes are not counted",
            hint='name the day, then the time: "day of meeting at 08:00"',
            expected=_UNIT_WORDS,
        )
    return cursor.unknown(_UNIT_WORDS, known=(*UNITS, "working"))
