"""Recognises what people write instead of a phrase, so that the answer can say how to put it."""

import re
from collections.abc import Callable

from tracker.dates import MONTHS
from tracker.when.calendar_words import days_in_month
from tracker.when.cursor import Cursor, nearest
from tracker.when.faults import PhraseError
from tracker.when.shapes import Date
from tracker.when.words import (
    ANCHORS,
    FIRST_YEAR,
    LARGEST_COUNT,
    LAST_YEAR,
    MONTH_NUMBERS,
    POINTING,
    RELATIVE,
    WEEKDAY_NUMBERS,
    Unit,
    counted,
)

_SHORTHAND = re.compile(r"(?:t|d)?[-+\N{MINUS SIGN}]([0-9]{1,3})(d|w|wd|bd)?")
_NUMERIC = re.compile(r"([0-9]{1,4})[./-]([0-9]{1,2})[./-]([0-9]{1,4})\.?")
_YEAR_DIGITS = 4
_SHORT_UNITS = {"w": Unit.WEEK, "wd": Unit.WORKING_DAY, "bd": Unit.WORKING_DAY}


def mistake_at_start(cursor: Cursor) -> PhraseError | None:
    """Name the mistake that a day is known to begin with, if any."""
    looks = (_relative, _shorthand, _numeric_date, _month_first, _too_far, _anchor_alone)
    return _first_found(cursor, looks)


def mistake_after_side(cursor: Cursor) -> PhraseError | None:
    """Name the mistake that what is counted from is known to begin with, if any."""
    return _first_found(cursor, (_relative, _numeric_date, _month_first, _the_before_date))


def mistake_in_count(cursor: Cursor) -> PhraseError | None:
    """Name the mistake that stands where a count should, if it is a known one."""
    return _shorthand(cursor)


def _first_found(
    cursor: Cursor, looks: tuple[Callable[[Cursor], PhraseError | None], ...]
) -> PhraseError | None:
    return next((found for look in looks if (found := look(cursor))), None)


def _numeric_date(cursor: Cursor) -> PhraseError | None:
    """Refuse a date in digits, naming each reading that it has."""
    text = cursor.peek().text
    found = _NUMERIC.fullmatch(text)
    if not found:
        return None
    readings = _readings(*found.groups(), day_first="." in text)
    if not readings:
        return cursor.fault("phrase-no-such-day", f'"{text}" is not a date that exists')
    if len(readings) == 1:
        return cursor.fault(
            "phrase-ambiguous-date", f'"{text}": the month is written out', fix=readings[0]
        )
    return cursor.fault(
        "phrase-ambiguous-date",
        f'"{text}" can be read as {readings[0]} or as {readings[1]}',
        hint=f'write "{readings[0]}" or "{readings[1]}"',
    )


def _readings(one: str, two: str, three: str, *, day_first: bool) -> list[str]:
    if len(one) == _YEAR_DIGITS:
        tried = [(int(three), int(two), int(one))]
    elif len(three) in {2, _YEAR_DIGITS}:
        year = int(three) if len(three) == _YEAR_DIGITS else 2000 + int(three)
        tried = [(int(one), int(two), year), (int(two), int(one), year)]
        tried = tried[:1] if day_first and _exists(*tried[0]) else tried
    else:
        return []
    found = [str(Date(*parts)) for parts in tried if _exists(*parts)]
    return list(dict.fromkeys(found))


def _exists(day: int, month: int, year: int) -> bool:
    if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= len(MONTHS)):
        return False
    return 1 <= day <= days_in_month(month, year)


def _relative(cursor: Cursor) -> PhraseError | None:
    word, after = cursor.peek(), cursor.peek(1)
    if word.plain in RELATIVE:
        words = 1
    elif word.plain in POINTING or (word.plain == "last" and after.plain in {"week", "month"}):
        words = 2 if after.text else 1
    elif word.plain == "in" and after.number is not None:
        words = 3 if cursor.peek(2).text else 2
    elif word.number is not None and cursor.sees(word.plain, after.plain, "ago"):
        words = 3
    else:
        return None
    said = " ".join(cursor.peek(ahead).text for ahead in range(words))
    return cursor.fault(
        "phrase-relative",
        f'"{said}" means another day each time it is read',
        words=words,
        hint=_counted_hint(cursor),
    )


def _counted_hint(cursor: Cursor) -> str:
    if cursor.sees("in"):
        number, unit = cursor.peek(1).text, cursor.peek(2).text or "days"
        return f'say what it counts from, like "{number} {unit} after delivery"'
    if cursor.peek(1).plain in WEEKDAY_NUMBERS:
        weekday = cursor.peek(1).text
        return f'write its date, or what it comes after: "first {weekday} after …"'
    return 'write the date itself, or count from something: "2 days after delivery"'


def _shorthand(cursor: Cursor) -> PhraseError | None:
    word = cursor.peek()
    found = _SHORTHAND.fullmatch(word.plain)
    if not found:
        return None
    count, unit = int(found[1]), _SHORT_UNITS.get(found[2] or "d", Unit.DAY)
    side = "after" if "+" in word.text else "before"
    possible = 1 <= count <= LARGEST_COUNT
    anchored = cursor.peek(1).plain in {"before", "after", "meeting", "the"}
    meant = counted(count, unit) if anchored else f"{counted(count, unit)} {side} meeting"
    return cursor.fault(
        "phrase-shorthand",
        f'"{word.text}" does not say what it counts from',
        fix=meant if possible else None,
    )


def _month_first(cursor: Cursor) -> PhraseError | None:
    month, day = cursor.peek(), cursor.peek(1)
    if month.plain not in MONTH_NUMBERS:
        return None
    digits = re.sub(r"(st|nd|rd|th)$", "", day.plain)
    if not re.fullmatch(r"[0-9]{1,2}", digits):
        return cursor.fault("phrase-no-such-day", "the day of the month is missing")
    name = MONTHS[MONTH_NUMBERS[month.plain] - 1]
    words = 3 if cursor.sees(month.plain, day.plain, ",") else 2
    return cursor.fault(
        "phrase-unknown-word",
        "the day comes before the month",
        words=words,
        fix=f"{int(digits)} {name}",
    )


def _too_far(cursor: Cursor) -> PhraseError | None:
    if cursor.peek().plain not in {"fifth", "5th", "sixth", "6th"}:
        return None
    return cursor.fault("phrase-pick", 'weekdays are picked from "first" to "fourth", and "last"')


def _the_before_date(cursor: Cursor) -> PhraseError | None:
    if cursor.sees("the") and cursor.peek(1).number is not None:
        return cursor.fault("phrase-unknown-word", 'no "the" stands before a date', fix="")
    return None


def _anchor_alone(cursor: Cursor) -> PhraseError | None:
    name = cursor.peek(1) if cursor.sees("the") else cursor.peek()
    words = 2 if cursor.sees("the") else 1
    meant = name.plain if name.plain in ANCHORS else None
    if meant is None and len(cursor.words) == words and name.is_slug:
        meant = nearest(name.plain, ANCHORS)
    if meant is None:
        return None
    return cursor.fault(
        "phrase-anchor",
        f'"{name.text}" alone does not say which day',
        words=words,
        fix=f"day of {meant}",
        hint=f'write "day of {meant}", or count from it: "2 working days before {meant}"',
    )
