"""The next weeks as a picture: which day has a meeting, a deadline, or lies in a recess."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Literal

from tracker.content import Picture, PictureDay, PictureWeek
from tracker.dates import MONTHS, WEEKDAYS
from tracker.digest.recess import Recess
from tracker.digest.say import listed
from tracker.events import PlannedMeeting

ONE_DAY = timedelta(days=1)
DAYS_A_WEEK = 7
WEEKS = 4
MOST_NAMED = 3
MEETING, DEADLINE, RECESS = "M", "D", "r"


def last_day(today: date) -> date:
    """Return the last day that a picture drawn today can show."""
    return _monday(today) + timedelta(days=WEEKS * DAYS_A_WEEK - 1)


def picture(
    today: date,
    meetings: Iterable[PlannedMeeting],
    deadlines: Iterable[date],
    recesses: Sequence[Recess],
) -> Picture | None:
    """Draw the weeks up to the last in which something is, or a recess begins; None without.

    Where nothing but a recess lies after today, it is told in words alone.
    """
    end = last_day(today)
    held = [one for one in meetings if one.last_day >= today and one.day <= end]
    meeting_days = {day for one in held for day in _between(one.day, one.last_day)}
    due = {day for day in deadlines if today <= day <= end}
    notes = tuple(one.said(today) for one in recesses)
    if max({*meeting_days, *due}, default=today) == today:
        return Picture(heading="", weekdays=(), notes=notes) if notes else None
    weeks = tuple(_weeks(today, end, (meeting_days, due), recesses))
    return Picture(
        heading=f"The next {len(weeks)} weeks" if len(weeks) > 1 else "This week",
        weekdays=tuple(name[:3] for name in WEEKDAYS),
        weeks=weeks,
        legend=_legend(held, weeks),
        notes=notes,
    )


def _weeks(
    today: date,
    end: date,
    marked: tuple[Collection[date], Collection[date]],
    recesses: Sequence[Recess],
) -> Iterator[PictureWeek]:
    meetings, deadlines = marked
    begins = {max(one.first, today) for one in recesses}
    last = max(day for day in {*meetings, *deadlines, *begins} if day <= end)
    month = ""
    for monday in _between(_monday(today), last, step=DAYS_A_WEEK):
        days = list(_between(monday, monday + timedelta(days=DAYS_A_WEEK - 1)))
        name = MONTHS[max(monday, today).month - 1][:3]
        yield PictureWeek(
            month=name if name != month else "",
            days=tuple(
                _day(day, today, _signs(day, meetings, deadlines, recesses)) for day in days
            ),
        )
        month = name


def _day(day: date, today: date, signs: str) -> PictureDay:
    if day < today:
        return PictureDay(said="")
    number = f"[{day.day}]" if day == today else str(day.day)
    look: Literal["", "marked", "pause"] = "pause" if signs == RECESS else "marked"
    return PictureDay(said=f"{number} {signs}", look=look) if signs else PictureDay(said=number)


def _signs(
    day: date,
    meetings: Collection[date],
    deadlines: Collection[date],
    recesses: Sequence[Recess],
) -> str:
    said = (MEETING if day in meetings else "") + (DEADLINE if day in deadlines else "")
    return said or (RECESS if any(one.covers(day) for one in recesses) else "")


def _legend(held: Iterable[PlannedMeeting], weeks: Sequence[PictureWeek]) -> str:
    """Say what the signs mean, and only of those that are there."""
    signs = "".join(day.said for week in weeks for day in week.days)
    names = tuple(dict.fromkeys(one.name for one in held))
    meanings = {
        MEETING: f"meeting ({listed(names, MOST_NAMED)})",
        DEADLINE: "deadline",
        RECESS: "recess",
    }
    return ", ".join(f"{sign} {said}" for sign, said in meanings.items() if sign in signs)


def _between(first: date, last: date, *, step: int = 1) -> Iterator[date]:
    for number in range(0, (last - first).days + 1, step):
        yield first + timedelta(days=number)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
