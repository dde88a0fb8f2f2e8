"""Reads when a forum meets."""

from datetime import date

from tracker.dates import WEEKDAYS
from tracker.when.calendar_words import read_date, read_weekday, weekday_message
from tracker.when.clock_words import looks_like_clock, read_at
from tracker.when.cursor import Cursor
from tracker.when.quantities import read_count
from tracker.when.shapes import Date, EveryWeeks, Monthly, Sessions, Weekly
from tracker.when.words import ORDINALS, WEEKDAY_NUMBERS

_STARTS = ("a weekday", '"first" to "fourth" or "last"', '"every"')
_PLURALS = {f"{name.lower()}s": name for name in WEEKDAYS}


def read_sessions(cursor: Cursor) -> Sessions:
    """Read a rule and the time of the day, which may be left out."""
    rule = _read_rule(cursor)
    if looks_like_clock(cursor.peek().text):
        raise cursor.fault(
            "phrase-time", 'the time needs "at" before it', fix=f"at {cursor.peek().text}"
        )
    return Sessions(rule, read_at(cursor))


def _read_rule(cursor: Cursor) -> Weekly | Monthly | EveryWeeks:
    if cursor.peek().plain in ORDINALS:
        return _read_monthly(cursor)
    if cursor.accept("every"):
        return _read_every_weeks(cursor)
    if cursor.peek().plain in WEEKDAY_NUMBERS or cursor.peek().plain in _PLURALS:
        return _read_weekly(cursor)
    raise cursor.unknown(_STARTS, known=(*WEEKDAYS, *ORDINALS, "every"))


def _read_weekly(cursor: Cursor) -> Weekly:
    weekdays = [_read_one_weekday(cursor)]
    while _accept_and(cursor):
        weekday = _read_one_weekday(cursor)
        if weekday in weekdays:
            cursor.at -= 1
            raise cursor.fault("phrase-unknown-word", f"{WEEKDAYS[weekday]} is named twice")
        weekdays.append(weekday)
    return Weekly(tuple(sorted(weekdays)))


def _accept_and(cursor: Cursor) -> bool:
    if cursor.sees(","):
        raise cursor.fault("phrase-unknown-word", 'weekdays are joined by "and"', fix=" and")
    return cursor.accept("and")


def _read_one_weekday(cursor: Cursor) -> int:
    plural = _PLURALS.get(cursor.peek().plain)
    if plural:
        raise cursor.fault(
            "phrase-unknown-word", "a weekday is written in the singular", fix=plural
        )
    return read_weekday(cursor)


def _read_monthly(cursor: Cursor) -> Monthly:
    ordinal = ORDINALS[cursor.next().plain]
    weekday = _read_one_weekday(cursor)
    cursor.expect("of", "the", "month")
    return Monthly(ordinal, weekday)


def _read_every_weeks(cursor: Cursor) -> EveryWeeks:
    if cursor.peek().plain in WEEKDAY_NUMBERS:
        cursor.at -= 1
        raise cursor.fault(
            "phrase-count",
            '"every" needs a count of weeks; each week is written as the weekday alone',
            words=2,
            fix=cursor.peek(1).text,
        )
    count = read_count(cursor)
    if not (cursor.accept("weeks") or cursor.accept("week")):
        raise cursor.unknown(("weeks",))
    cursor.expect("on")
    weekday = _read_one_weekday(cursor)
    cursor.expect("from")
    return EveryWeeks(count, _read_start(cursor, weekday))


def _read_start(cursor: Cursor, weekday: int) -> Date:
    start = cursor.at
    day = read_date(cursor)
    words, cursor.at = cursor.at - start, start
    if day.year is None:
        raise cursor.fault("phrase-year", "the year of the first session is missing", words=words)
    made = Date(day.day, day.month, day.year, weekday, day.offset, day.length)
    real = date(day.year, day.month, day.day).weekday()
    if real != weekday:
        raise cursor.fault("phrase-weekday", weekday_message(made, real), words=words)
    cursor.at = start + words
    return made
