"""Reads dates in digits that are no TOML dates, to say how they are written."""

import re
from calendar import monthrange
from datetime import date

from tracker.dates import MONTHS
from tracker.when.words import FIRST_YEAR, LAST_YEAR

_DIGITS = re.compile(r"([0-9]{1,4})([./-])([0-9]{1,2})\2([0-9]{1,4})\.?")
_YEAR_DIGITS = 4


def is_date_in_digits(text: str) -> bool:
    """Say whether a text is three numbers of which the first or the last is a year."""
    found = _DIGITS.fullmatch(text)
    return found is not None and _YEAR_DIGITS in {len(found[1]), len(found[4])}


def readings(text: str) -> tuple[date, ...]:
    """Return the days that a date in digits may mean.

    >>> [str(day) for day in readings("2.12.2026")], len(readings("2-12-2026"))
    (['2026-12-02'], 2)
    """
    found = _DIGITS.fullmatch(text)
    assert found is not None
    one, sign, two, three = found.groups()
    if len(one) == _YEAR_DIGITS:
        tried = [(one, two, three), (one, three, two)]
    else:
        tried = [(three, two, one), (three, one, two)]
    days = [day for parts in tried if (day := _day(*map(int, parts)))]
    surely = len(one) == _YEAR_DIGITS or sign == "."  # the order is then beyond doubt
    return tuple(dict.fromkeys(days[:1] if surely else days))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if FIRST_YEAR <= year <= LAST_YEAR else None
    except ValueError:
        return None


def why_no_date(year: int, month: int, day: int) -> str:
    """Say why there is no such date in the form of TOML."""
    if not 1 <= month <= len(MONTHS):
        return f"there is no month {month}: a date is written year-month-day"
    if year < 1:
        return "there is no year 0"
    longest = monthrange(year, month)[1]
    if not 1 <= day <= longest:
        return f"{MONTHS[month - 1]} {year} has {longest} days"
    return "there is no such time of the day"
