"""Reads dates, months and weekdays, and checks that they exist."""

import re
from datetime import date

from tracker.dates import MONTHS, ONE_DAY, WEEKDAYS
from tracker.when.cursor import Cursor, nearest, shown
from tracker.when.faults import PhraseError
from tracker.when.shapes import Date, Month
from tracker.when.words import FIRST_YEAR, LAST_YEAR, MONTH_NUMBERS, UNITS, WEEKDAY_NUMBERS

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_YEAR_DIGITS = 4
_LONGEST_MONTH = 31
_LEAP_YEAR = 2000
DATE_LIKE = ('a date like "24 June 2010"',)


def starts_date(cursor: Cursor) -> bool:
    """Say whether a date comes next: a weekday, a day with its month, or digits with hyphens."""
    word, after = cursor.peek(), cursor.peek(1)
    if word.plain in WEEKDAY_NUMBERS or _ISO.fullmatch(word.text):
        return True
    return (word.number is not None or _is_ordinal_day(word.plain)) and _near_month(after.plain)


def read_date(cursor: Cursor) -> Date:
    """Read a date and check it as far as it can be checked without the campaign."""
    start = cursor.at
    weekday = _read_weekday_before_date(cursor)
    found = _ISO.fullmatch(cursor.peek().text)
    made = _read_digits(cursor, found, weekday) if found else _read_words(cursor)
    _check_day(cursor, start, made)
    first, last = cursor.words[start], cursor.words[cursor.at - 1]
    whole = Date(made.day, made.month, made.year, weekday, first.offset, last.end - first.offset)
    _check_weekday(cursor, start, whole)
    return whole


def read_weekday(cursor: Cursor) -> int:
    """Read the name of a weekday."""
    number = WEEKDAY_NUMBERS.get(cursor.peek().plain)
    if number is None:
        raise cursor.unknown(("a weekday",), known=WEEKDAYS)
    cursor.next()
    return number


def read_month(cursor: Cursor) -> int:
    """Read the name of a month."""
    number = MONTH_NUMBERS.get(cursor.peek().plain)
    if number is None:
        raise cursor.unknown(("a month",), known=MONTHS)
    cursor.next()
    return number


def read_month_of_year(cursor: Cursor) -> Month:
    """Read a month with its year, which is never guessed."""
    month = read_month(cursor)
    year = _read_year(cursor)
    if year is None:
        cursor.at -= 1
        raise cursor.fault(
            "phrase-year",
            "the year is missing",
            hint="write it after the month",
        )
    return Month(month, year)


def year_fault(year: int) -> str | None:
    """Say that a year can only be a slip of the keyboard; None if it can be meant."""
    if FIRST_YEAR <= year <= LAST_YEAR:
        return None
    return f"the year {year} is not between {FIRST_YEAR} and {LAST_YEAR}"


def days_in_month(month: int, year: int | None) -> int:
    """Return the length of a month; without a year the longest that it can be."""
    # The standard `calendar` would do, and takes a tenth of the start of `tracker when` to load.
    after = date(year or _LEAP_YEAR, month % len(MONTHS) + 1, 1)
    return (after - ONE_DAY).day


def _near_month(word: str) -> bool:
    """Say whether a word is a month or a slip for one; "day" is nearer to itself than to May."""
    return word in MONTH_NUMBERS or nearest(word, (*MONTHS, *UNITS, "working")) in MONTHS


def _read_weekday_before_date(cursor: Cursor) -> int | None:
    word = cursor.peek()
    number = WEEKDAY_NUMBERS.get(word.plain)
    if number is None:
        return None
    after = cursor.peek(1)
    if (
        after.number is None
        and not _ISO.fullmatch(after.text)
        and not _is_ordinal_day(after.plain)
    ):
        raise cursor.fault(
            "phrase-relative",
            f'"{word.text}" alone means another day each week',
            hint=f'write its date too, or "first {WEEKDAYS[number]} after …"',
        )
    cursor.next()
    return number


def _read_digits(cursor: Cursor, found: re.Match[str], weekday: int | None) -> Date:
    year, month, day = (int(part) for part in found.groups())
    if weekday is not None:
        raise _weekday_with_digits(cursor, year, month, day)
    _check_year(cursor, year)
    cursor.next()
    return Date(day, month, year)


def _read_words(cursor: Cursor) -> Date:
    day = _read_day_number(cursor)
    month = read_month(cursor)
    return Date(day, month, _read_year(cursor))


def _is_ordinal_day(plain: str) -> bool:
    return re.fullmatch(r"[0-9]{1,2}(st|nd|rd|th)", plain) is not None


def _read_day_number(cursor: Cursor) -> int:
    word = cursor.peek()
    if _is_ordinal_day(word.plain):
        raise cursor.fault(
            "phrase-unknown-word", f'"{word.text}" is written with digits only', fix=word.text[:-2]
        )
    number = word.number
    if number is None:
        raise cursor.unknown(DATE_LIKE)
    if not 1 <= number <= _LONGEST_MONTH:
        raise cursor.fault(
            "phrase-no-such-day", f"no month has a day {shown(word.text)}", expected=DATE_LIKE
        )
    cursor.next()
    return number


def _read_year(cursor: Cursor) -> int | None:
    word = cursor.peek()
    if word.number is None:
        return None
    if len(word.text) != _YEAR_DIGITS:
        raise cursor.fault(
            "phrase-year",
            f'"{shown(word.text)}" is no year: a year has four digits',
            fix=f"20{word.text}" if len(word.text) == _YEAR_DIGITS - 2 else None,
        )
    _check_year(cursor, word.number)
    cursor.next()
    return word.number


def _check_year(cursor: Cursor, year: int) -> None:
    wrong = year_fault(year)
    if wrong:
        raise cursor.fault("phrase-year", wrong)


def _check_day(cursor: Cursor, start: int, made: Date) -> None:
    """Check that the month has such a day; the words of the date begin at word `start`."""
    words, exists = cursor.at - start, 1 <= made.month <= len(MONTHS)
    longest = days_in_month(made.month, made.year) if exists else 0
    if 1 <= made.day <= longest:
        return
    cursor.at = start
    if not longest or not made.day:
        raise cursor.fault("phrase-no-such-day", "there is no such day in any year", words=words)
    month = f"{MONTHS[made.month - 1]}" + ("" if made.year is None else f" {made.year}")
    after = Date(1, made.month % len(MONTHS) + 1, made.year)
    raise cursor.fault(
        "phrase-no-such-day",
        f"there is no {made}: {month} has {longest} days",
        words=words,
        hint=f'write "{Date(longest, made.month, made.year)}" or "{after}"',
    )


def _check_weekday(cursor: Cursor, start: int, made: Date) -> None:
    if made.year is None or made.weekday is None:
        return
    real = date(made.year, made.month, made.day).weekday()
    if real != made.weekday:
        cursor.at = start
        raise cursor.fault("phrase-weekday", weekday_message(made, real), fix=WEEKDAYS[real])


def weekday_message(made: Date, real: int) -> str:
    """Say that a date is another weekday than the one written."""
    assert made.weekday is not None
    plain = Date(made.day, made.month, made.year)
    return f"{plain} is a {WEEKDAYS[real]}, not a {WEEKDAYS[made.weekday]}"


def _weekday_with_digits(cursor: Cursor, year: int, month: int, day: int) -> PhraseError:
    exists = 1 <= month <= len(MONTHS) and 1 <= day <= days_in_month(month, year or None)
    return cursor.fault(
        "phrase-unknown-word",
        "after a weekday the month is written out",
        fix=str(Date(day, month, year)) if exists else None,
        expected=DATE_LIKE,
    )
