"""Reads days and moments: the grammar of `when`, by hand so that each fault knows its place.

Each function reads one rule, leaves the cursor behind it and raises at the first fault.
"""

from tracker.dates import WEEKDAYS
from tracker.when.calendar_words import read_date, read_month_of_year, read_weekday, starts_date
from tracker.when.clock_words import read_at, read_zone
from tracker.when.cursor import Cursor
from tracker.when.faults import PhraseError
from tracker.when.mistakes import mistake_after_side, mistake_at_start
from tracker.when.quantities import read_count, read_unit
from tracker.when.shapes import Anchor, Date, DayOf, Offset, Pick, When
from tracker.when.words import (
    ANCHORS,
    FORWARD,
    NUMBERS,
    ORDINALS,
    RESERVED,
    Ordinal,
    Relation,
    Roll,
    Side,
)

_DAY_STARTS = ('a count like "2 days"', '"day of"', '"first" to "fourth" or "last"', "a date")
_SIDES = tuple(str(side) for side in Side)
_ROLLS = tuple(str(roll) for roll in Roll)
_RELATIONS = (
    (Relation.ON_OR_AFTER, ("on", "or", "after")),
    (Relation.ON_OR_BEFORE, ("on", "or", "before")),
    (Relation.AFTER, ("after",)),
    (Relation.BEFORE, ("before",)),
)


def read_when(cursor: Cursor) -> When:
    """Read a day, a roll, a time and a zone; only the day has to be there."""
    day = _read_day(cursor)
    roll = _read_roll(cursor)
    clock = read_at(cursor)
    zone = None if clock is None else read_zone(cursor)
    return When(day, roll, clock, zone, cursor.text)


def _read_day(cursor: Cursor) -> DayOf | Offset | Pick | Date:
    if cursor.accept("day"):
        cursor.expect("of")
        return DayOf(_read_anchor(cursor))
    if starts_date(cursor):
        return read_date(cursor)
    wrong = mistake_at_start(cursor)
    if wrong:
        raise wrong
    if cursor.peek().plain in ORDINALS:
        return _read_pick(cursor)
    if cursor.peek().number is not None or cursor.peek().plain in NUMBERS:
        return _read_offset(cursor)
    raise cursor.unknown(_DAY_STARTS, known=("day", *ORDINALS, *WEEKDAYS))


def _read_offset(cursor: Cursor) -> Offset:
    count = read_count(cursor, of_none='for the day itself write "day of meeting"')
    unit = read_unit(cursor, count)
    side = _read_side(cursor)
    return Offset(count, unit, side, _read_base(cursor))


def _read_side(cursor: Cursor) -> Side:
    for side in Side:
        if cursor.accept(side):
            return side
    if cursor.done:
        raise cursor.fault(
            "phrase-incomplete",
            f'"{cursor.text.strip()}" does not say what it counts from',
            hint=f'write "{cursor.text.strip()} before meeting", or after it',
            expected=_SIDES,
        )
    raise cursor.unknown(_SIDES)


def _read_base(cursor: Cursor) -> Anchor | Date | Pick:
    if cursor.peek().plain in ORDINALS:
        return _read_pick(cursor)
    return _read_anchor_or_date(cursor)


def _read_anchor_or_date(cursor: Cursor) -> Anchor | Date:
    if starts_date(cursor):
        return read_date(cursor)
    wrong = mistake_after_side(cursor)
    if wrong:
        raise wrong
    return _read_anchor(cursor)


def _read_anchor(cursor: Cursor) -> Anchor:
    cursor.accept("the")
    word = cursor.peek()
    if not word.is_slug or word.plain in RESERVED:
        raise cursor.unknown((*ANCHORS, "the id of a step"), known=ANCHORS)
    cursor.next()
    return Anchor(word.plain, word.offset, word.length)


def _read_pick(cursor: Cursor) -> Pick:
    ordinal = ORDINALS[cursor.next().plain]
    weekday = read_weekday(cursor)
    if cursor.accept("in"):
        return Pick(ordinal, weekday, Relation.IN, read_month_of_year(cursor))
    relation = _read_relation(cursor, ordinal)
    return Pick(ordinal, weekday, relation, _read_anchor_or_date(cursor))


def _read_relation(cursor: Cursor, ordinal: Ordinal) -> Relation:
    for relation, words in _RELATIONS:
        if cursor.sees(*words):
            if (ordinal is Ordinal.LAST) is (relation in FORWARD):
                raise _ill_matched(cursor, ordinal, relation)
            cursor.accept(*words)
            return relation
    if cursor.sees("of", "the", "month"):
        raise cursor.fault(
            "phrase-pick",
            "which month is not said; only the sessions of a forum come each month",
            words=3,
            hint='name the month and its year: "in June …"',
        )
    if cursor.sees("of"):
        raise cursor.fault("phrase-unknown-word", '"of" cannot stand here', fix="in")
    raise cursor.unknown(
        ("in", *(str(relation) for relation, _ in _RELATIONS)),
        known=("in", "after", "before", "on"),
    )


def _ill_matched(cursor: Cursor, ordinal: Ordinal, relation: Relation) -> PhraseError:
    """Refuse "last … after" and "first … before", pointing at the ordinal."""
    cursor.at -= 2
    if ordinal is Ordinal.LAST:
        return cursor.fault(
            "phrase-pick",
            f'there is no last weekday {relation} a day: "last" goes with "before" or "in"',
            fix=Ordinal.FIRST,
        )
    return cursor.fault(
        "phrase-pick",
        f'"{ordinal}" does not go with "{relation}": before a day only "last" is clear',
        fix=Ordinal.LAST if ordinal is Ordinal.FIRST else None,
    )


def _read_roll(cursor: Cursor) -> Roll | None:
    if not cursor.accept("or"):
        return None
    for roll in Roll:
        if cursor.accept(roll):
            cursor.expect("working", "day")
            return roll
    raise cursor.unknown(_ROLLS)
