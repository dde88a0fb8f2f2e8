"""Turns text into phrases, and a first fault into a whole corrected phrase."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TypeVar

from tracker.when.calendar_words import read_date, year_fault
from tracker.when.clock_words import looks_like_clock, read_clock
from tracker.when.cursor import Cursor, nearest, shown
from tracker.when.faults import PhraseError
from tracker.when.grammar import read_when
from tracker.when.quantities import read_duration, read_lead, read_repeat
from tracker.when.resolve import span_days
from tracker.when.sessions_grammar import read_sessions
from tracker.when.shapes import Date, Lead, Repeat, Sessions, Span, When

Shape = TypeVar("Shape")
Rule = Callable[[Cursor], Shape]
_MOST_MENDED = 6  # words that one suggestion may put right
_REMEMBERED = 8192  # phrases; a thousand campaigns share a few playbooks


@lru_cache(maxsize=_REMEMBERED)
def parse_when(text: str) -> When:
    """Read a date phrase.

    >>> str(parse_when("2 Working Days before the meeting at 12:00"))
    '2 working days before meeting at 12:00'
    >>> parse_when("2 days befor meeting")
    Traceback (most recent call last):
        ...
    tracker.when.faults.PhraseError: "befor" cannot stand here
    """
    return _whole(text, read_when)


@lru_cache(maxsize=_REMEMBERED)
def parse_lead(text: str) -> Lead:
    """Read how long before something to remind of it.

    >>> str(parse_lead("On the day at 08:00"))
    'on the day at 08:00'
    """
    return _whole(text, read_lead)


@lru_cache(maxsize=_REMEMBERED)
def parse_repeat(text: str) -> Repeat:
    """Read how often to ask again.

    >>> str(parse_repeat("every 7 days, 3 more times"))
    'every 7 days, 3 more times'
    """
    return _whole(text, read_repeat)


@lru_cache(maxsize=_REMEMBERED)
def parse_span(text: str) -> Span:
    """Read a span of days, both included; where it names a year its order is checked.

    >>> str(parse_span("30 July to Wednesday 1 September 2010"))
    '30 July to Wednesday 1 September 2010'
    """
    return _whole(text, _read_span)


@lru_cache(maxsize=_REMEMBERED)
def parse_sessions(text: str) -> Sessions:
    """Read when a forum meets.

    >>> str(parse_sessions("Thursday and Monday at 10:00"))
    'Monday and Thursday at 10:00'
    """
    return _whole(text, read_sessions)


def parse_duration(text: str) -> timedelta:
    """Read a number of minutes or hours.

    >>> parse_duration("3 hours")
    datetime.timedelta(seconds=10800)
    """
    return _whole(text, read_duration)


def parse_clock(text: str) -> time:
    """Read a time of the day, 00:00 to 23:59.

    >>> parse_clock("09:00")
    datetime.time(9, 0)
    """
    return _whole(text, lambda cursor: read_clock(cursor, seconds=False))


def when_from(value: date | datetime) -> When:
    """Make a phrase of a TOML date or date-time.

    A local date-time is in the campaign's zone; one with an offset is kept as that instant, in
    UTC. Fractions of a second are dropped.
    """
    if not isinstance(value, datetime):
        return When(_date_of(value), text=value.isoformat())
    text = value.isoformat(sep=" ")
    try:
        moment = value if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError:
        raise PhraseError("phrase-year", year_fault(value.year) or "beyond the calendar") from None
    clock = moment.time().replace(microsecond=0)
    return When(
        _date_of(moment.date()), None, clock, None if value.tzinfo is None else "UTC", text
    )


def anchor_error(when: When, name: str, known: tuple[str, ...] | list[str]) -> PhraseError:
    """Make the fault of a phrase that counts from something the file does not have."""
    column, length = when.anchor_place
    meant = nearest(name, tuple(known))
    text = when.text or str(when)
    return PhraseError(
        "phrase-anchor",
        f'"{name}" is not an anchor in this file',
        column=column,
        length=length,
        suggestion=f"{text[:column]}{meant}{text[column + length :]}" if meant else None,
        expected=tuple(known),
    )


def _whole(text: str, rule: Rule[Shape]) -> Shape:
    try:
        return _read(text, rule)
    except PhraseError as wrong:
        raise wrong.suggesting(_proven(wrong.suggestion, rule)) from None


def _read(text: str, rule: Rule[Shape]) -> Shape:
    cursor = Cursor(text)
    found = rule(cursor)
    if not cursor.done:
        raise _left_over(cursor)
    return found


def _proven(suggestion: str | None, rule: Rule[Shape]) -> str | None:
    """Mend word after word until the phrase can be read: only such a fix is worth showing."""
    for _ in range(_MOST_MENDED):
        if suggestion is None:
            return None
        try:
            _read(suggestion, rule)
        except PhraseError as wrong:
            suggestion = wrong.suggestion
        else:
            return suggestion
    return None


def _left_over(cursor: Cursor) -> PhraseError:
    word = cursor.peek()
    if looks_like_clock(word.text):
        return cursor.fault("phrase-time", 'the time needs "at" before it', fix=f"at {word.text}")
    if word.plain == "or":
        return cursor.fault(
            "phrase-trailing",
            f'"{cursor.rest}" comes too late: it stands before "at"',
            words=cursor.words_left,
        )
    fix = "" if word.text == "," else nearest(word.plain, ("at", "or"))
    return cursor.fault(
        "phrase-trailing",
        f'"{shown(cursor.rest)}" is left over after a whole phrase',
        words=1 if fix is not None else cursor.words_left,
        fix=fix,
    )


def _read_span(cursor: Cursor) -> Span:
    if cursor.sees("from"):
        raise cursor.fault("phrase-unknown-word", "a span begins with its date", fix="")
    first = last = read_date(cursor)
    if not cursor.done:
        cursor.expect("to")
        last = read_date(cursor)
    span = Span(first, last)
    if first.year is not None or last.year is not None:
        span_days(span, None)
    return span


def _date_of(day: date) -> Date:
    wrong = year_fault(day.year)
    if wrong:
        raise PhraseError("phrase-year", wrong)
    return Date(day.day, day.month, day.year, length=len(day.isoformat()))
