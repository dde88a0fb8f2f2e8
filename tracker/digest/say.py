"""How dates, hours, spans and lists are said to a reader."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from tracker.dates import day_in, show_day, show_day_short

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")


def city(zone: ZoneInfo) -> str:
    """Name a zone by its city.

    >>> city(ZoneInfo("America/New_York"))
    'New York'
    """
    return str(zone).rsplit("/", 1)[-1].replace("_", " ")


def moment(at: datetime, home: ZoneInfo, reader: ZoneInfo) -> str:
    """Say a moment in its own zone, then in the reader's where the clock there differs.

    >>> from datetime import UTC
    >>> vienna, york = ZoneInfo("Europe/Vienna"), ZoneInfo("America/New_York")
    >>> moment(datetime(2010, 6, 24, 8, tzinfo=UTC), vienna, york)
    'Thursday 24 June 2010, 10:00 Vienna (04:00 New York)'
    """
    there, here = at.astimezone(home), at.astimezone(reader)
    said = f"{show_day(there.date())}, {there:%H:%M} {city(home)}"
    if there.replace(tzinfo=None) == here.replace(tzinfo=None):
        return said
    day = "" if here.date() == there.date() else f"{show_day_short(here.date())} "
    return f"{said} ({day}{here:%H:%M} {city(reader)})"


def hour(at: datetime, home: ZoneInfo, reader: ZoneInfo) -> str:
    """Say the hour alone, in both zones where they differ."""
    there, here = at.astimezone(home), at.astimezone(reader)
    if there.replace(tzinfo=None) == here.replace(tzinfo=None):
        return f"{there:%H:%M}"
    return f"{there:%H:%M} {city(home)} ({here:%H:%M} {city(reader)})"


def hour_there(at: datetime, home: ZoneInfo, reader: ZoneInfo) -> str:
    """Say the hour at a place, and name the place to a reader whose clock shows another one."""
    there, here = (at.astimezone(one).replace(tzinfo=None) for one in (home, reader))
    return f"{there:%H:%M}{f' {city(home)}' if there != here else ''}"


def relative_day(day: date, today: date) -> str:
    """Say a day as a reader thinks of it: today, tomorrow, yesterday, else weekday and date.

    >>> relative_day(date(2010, 6, 24), date(2010, 6, 23))
    'tomorrow'
    """
    match (day - today).days:
        case 0:
            return "today"
        case 1:
            return "tomorrow"
        case -1:
            return "yesterday"
        case _:
            return show_day_short(day)


def many(number: int, one: str, more: str | None = None) -> str:
    """Say how many there are.

    >>> many(1, "day"), many(3, "reply", "replies")
    ('1 day', '3 replies')
    """
    return f"{number} {one if number == 1 else more or one + 's'}"


def times(number: int) -> str:
    """Say how often.

    >>> times(1), times(3)
    ('once', '3 times')
    """
    return "once" if number == 1 else f"{number} times"


def letters(number: int) -> str:
    """Say behind a meeting how many letters it is for, where that is worth a word.

    >>> letters(2), letters(1)
    (': 2 letters', '')
    """
    return f": {number} letters" if number > 1 else ""


def days_between(first: date, last: date) -> str:
    """Say how many days lie between two dates."""
    return many((last - first).days, "day")


def ordinal(number: int) -> str:
    """Say which one of a row this is."""
    if 1 <= number <= len(_ORDINALS):
        return _ORDINALS[number - 1]
    ending = (
        "th"
        if number % 100 in {11, 12, 13}
        else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    )
    return f"{number}{ending}"


def listed(names: Sequence[str], most: int = 5) -> str:
    """Join names as a sentence does, the rest as a count."""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    if len(names) > 1:
        return f"{', '.join(names[:-1])} and {names[-1]}"
    return "".join(names)


def how_late(late: timedelta) -> str:
    """Say a delay in its largest unit.

    >>> how_late(timedelta(hours=50)), how_late(timedelta(minutes=95))
    ('2 days', '1 hour')
    """
    if late >= timedelta(days=1):
        return many(late.days, "day")
    hours, minutes = divmod(int(late.total_seconds()) // 60, 60)
    return many(hours, "hour") if hours else many(minutes, "minute")


def local_today(now: datetime, zone: ZoneInfo) -> date:
    """Return the reader's date."""
    return day_in(now, zone)
