"""Dates and moments as they are written on the command line."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from tracker.dates import instant, show_day, zone
from tracker.errors import UsageError
from tracker.when import PhraseError, When, fixed_day, parse_when
from tracker.when.words import FIRST_YEAR, LAST_YEAR

MIDNIGHT = time(0)
ONE_DAY = timedelta(days=1)


class Asked(Struct, frozen=True):
    """A moment that somebody asked about; `day` is set where only the day was written."""

    at: datetime
    day: date | None = None


def day_of(
    option: str, text: str, opened: date | None = None, *, near: date | None = None
) -> date:
    """Read a date like 2010-06-24 or "Thursday 24 June 2010"; UsageError names the option.

    A date without a year is the first such day on or after `opened`, where that is known; where
    it is not, the year around the day `near` is proposed.
    """
    when = _phrase(option, text)
    if when.clock is not None:
        raise UsageError(f'{option}: a date is enough, leave the time out of "{text}"')
    return _day(option, when, opened, near)


def moment_of(option: str, text: str, home: ZoneInfo, *, near: datetime | None = None) -> Asked:
    """Read a date or a date-time; without a zone of its own it is in `home`.

    A bare date is 00:00 of that day; `end_of` says the end of it. Of a date without a year the
    one around the moment `near` is proposed.
    """
    written = _iso(text)
    if written is not None:
        return Asked(_aware(option, text, written, home))
    when = _phrase(option, text)
    day = _day(option, when, near=near.date() if near else None)
    if when.clock is None:
        return Asked(instant(day, MIDNIGHT, home), day)
    return Asked(instant(day, when.clock, zone(when.zone) if when.zone else home))


def end_of(option: str, text: str, home: ZoneInfo, *, near: datetime | None = None) -> Asked:
    """Read a moment as `moment_of` does, but take a bare date for the end of that day."""
    asked = moment_of(option, text, home, near=near)
    if asked.day is None:
        return asked
    return Asked(instant(asked.day + ONE_DAY, MIDNIGHT, home), asked.day)


def show_asked(asked: Asked, home: ZoneInfo) -> str:
    """Say a moment as it was asked: the end of a day, or the day and the hour."""
    if asked.day is not None:
        return f"the end of {show_day(asked.day)}"
    there = asked.at.astimezone(home)
    return f"{show_day(there.date())}, {there:%H:%M}"


def _iso(text: str) -> datetime | None:
    """Read 2010-06-24T08:00Z and its like; a bare date is not one of them."""
    if len(text) <= len("2010-06-24"):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _aware(option: str, text: str, written: datetime, home: ZoneInfo) -> datetime:
    if not FIRST_YEAR <= written.year <= LAST_YEAR:  # the years that date phrases know, too
        raise UsageError(f'{option}: the year of "{text}" must be {FIRST_YEAR} to {LAST_YEAR}')
    if written.tzinfo is None:
        return instant(written.date(), written.time(), home)
    return written.astimezone(UTC)


def _phrase(option: str, text: str) -> When:
    try:
        return parse_when(text)
    except PhraseError as wrong:
        raise no_date(option, wrong) from None


def _day(option: str, when: When, opened: date | None = None, near: date | None = None) -> date:
    try:
        return fixed_day(when, opened, near=near)
    except PhraseError as wrong:
        raise no_date(option, wrong) from None


def no_date(option: str, wrong: PhraseError) -> UsageError:
    """Say what is wrong with a date on the command line, and how it is written."""
    if wrong.suggestion:
        more = f'did you mean "{wrong.suggestion}"?'
    else:
        more = wrong.hint or "write a date: YYYY-MM-DD, or its day, month and year"
    return UsageError(f"{option}: {wrong.message}; {more}")
