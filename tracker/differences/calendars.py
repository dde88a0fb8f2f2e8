"""What an edit did to a working-day calendar."""

from collections.abc import Iterator
from datetime import date
from typing import Literal

from tracker.campaign import Workdays
from tracker.dates import ONE_DAY
from tracker.difference import Difference, Thing
from tracker.differences.saying import Said, changes, content, show_days
from tracker.occurrence import Origin
from tracker.workdays import calendar

_KEYS: dict[str, tuple[Thing, str]] = {
    "name": ("name", "name"),
    "timezone": ("timezone", "time zone"),
    "weekend": ("weekend", "weekend"),
    "holidays": ("holiday", "holidays of"),
}
# What is said when days come into `add` or `drop`, and when they are taken out: of one, of more.
_DAYS = {
    ("add", "added"): ("is not a working day", "are not working days"),
    ("add", "removed"): ("is off no longer by this list", "are off no longer by this list"),
    ("drop", "added"): ("is a working day", "are working days"),
    ("drop", "removed"): ("is a holiday again", "are holidays again"),
}


def workdays_differences(name: str, old: Workdays, new: Workdays) -> Iterator[Difference]:
    """Yield what an edit did to a calendar; days that follow one another are told as one span."""
    for change in changes(_said(old), _said(new)):
        thing, label = _KEYS[change.key]
        yield Difference(
            thing=thing,
            act=change.act,
            origin=Origin("workdays", name, (change.key,)),
            text=f"Working days {old.name}: {change.said(label)}",
            name=new.name,
            was=change.was or None,
            becomes=change.becomes or None,
        )
    before, after = calendar(old), calendar(new)
    yield from _days(name, "add", before.add, after.add, new.name)
    yield from _days(name, "drop", before.drop, after.drop, new.name)


def _said(one: Workdays) -> Said:
    week = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    return {
        "name": one.name,
        "timezone": one.timezone,
        "weekend": ", ".join(day for day in week if day in one.weekend) or "none",
        "holidays": one.holidays or "",
    }


def _days(
    name: str, key: str, old: frozenset[date], new: frozenset[date], calendar_name: str
) -> Iterator[Difference]:
    done: tuple[tuple[Literal["added", "removed"], frozenset[date]], ...] = (
        ("added", new - old),
        ("removed", old - new),
    )
    for act, days in done:
        for first, last in _spans(days):
            told = show_days(first, last)
            said = _DAYS[key, act][first != last]
            yield Difference(
                thing="holiday",
                act=act,
                origin=Origin("workdays", name, (key,)),
                text=f"Working days {calendar_name}: {told} {said}",
                name=told,
                content=content(told),
            )


def _spans(days: frozenset[date]) -> Iterator[tuple[date, date]]:
    first: date | None = None
    for day in sorted(days):
        first = first or day
        if day + ONE_DAY not in days:
            yield first, day
            first = None
