"""The words of date phrases: units, ordinals, relations, weekdays, months and their aliases."""

from enum import StrEnum

from tracker.dates import MONTHS, WEEKDAYS

ANCHORS = ("meeting", "delivery", "decision", "opening", "letter")
LARGEST_COUNT = 366
LONGEST_PHRASE = 200
# Outside these years a date is a slip of the keyboard; inside them no arithmetic can overflow.
FIRST_YEAR, LAST_YEAR = 1900, 2199


class Unit(StrEnum):
    """What is counted; a month is no unit, since months differ in length."""

    DAY = "day"
    WEEK = "week"
    WORKING_DAY = "working day"


class Side(StrEnum):
    """On which side of its anchor an offset lies."""

    BEFORE = "before"
    AFTER = "after"


class Ordinal(StrEnum):
    """Which of several weekdays a pick means."""

    FIRST = "first"
    SECOND = "second"
    THIRD = "third"
    FOURTH = "fourth"
    LAST = "last"


class Relation(StrEnum):
    """Where a picked weekday lies: inside a month, or on one side of a day."""

    IN = "in"
    AFTER = "after"
    ON_OR_AFTER = "on or after"
    BEFORE = "before"
    ON_OR_BEFORE = "on or before"


class Roll(StrEnum):
    """Where a result goes that falls on a day off."""

    NEXT = "next"
    PREVIOUS = "previous"


FORWARD = (Relation.AFTER, Relation.ON_OR_AFTER)
ORDINALS = {str(ordinal): ordinal for ordinal in Ordinal}
NUMBERS = {
    word: number
    for number, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), start=1
    )
} | {"a": 1, "an": 1, "eleven": 11, "twelve": 12, "fourteen": 14}
UNITS = {
    "day": Unit.DAY,
    "days": Unit.DAY,
    "week": Unit.WEEK,
    "weeks": Unit.WEEK,
}
# What people write for the words that we know: offered as a fix, never accepted.
ALIASES = {
    "d": "days",
    "w": "weeks",
    "wk": "weeks",
    "wks": "weeks",
    "wd": "working days",
    "wds": "working days",
    "bd": "working days",
    "workday": "working day",
    "workdays": "working days",
    "weekday": "working day",
    "weekdays": "working days",
    "business": "working",
    "work": "working",
    "prior": "before",
    "following": "after",
    "since": "after",
    "from": "after",
    "until": "to",
    "till": "to",
    "-": "to",
    "\N{EN DASH}": "to",
    "1st": "first",
    "2nd": "second",
    "3rd": "third",
    "4th": "fourth",
}
# Words that mean another day each time they are read.
RELATIVE = frozenset({"today", "tomorrow", "yesterday", "now", "tonight", "asap"})
POINTING = frozenset({"next", "this", "coming", "upcoming"})
_SHORT = 3


def _with_short(names: tuple[str, ...]) -> dict[str, int]:
    full = {name.lower(): number for number, name in enumerate(names)}
    return full | {name[:_SHORT]: number for name, number in full.items()}


# Mails print "Thu 24 June 2010", so what is copied from a mail must be readable again.
WEEKDAY_NUMBERS = _with_short(WEEKDAYS)
MONTH_NUMBERS = {name: number + 1 for name, number in _with_short(MONTHS).items()}


def counted(count: int, unit: Unit) -> str:
    """Write a count with its unit.

    >>> counted(1, Unit.WEEK), counted(2, Unit.WORKING_DAY)
    ('1 week', '2 working days')
    """
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


# No step that has one of these as its id can be an anchor.
RESERVED = frozenset(
    {*UNITS, *ORDINALS, *WEEKDAY_NUMBERS, *MONTH_NUMBERS, *NUMBERS, *Roll, *Side}
    | RELATIVE
    | POINTING
    | {"at", "every", "in", "more", "of", "on", "or", "the", "to", "working"}
)
