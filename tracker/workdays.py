"""A working-day calendar made from its file."""

from datetime import date, timedelta
from functools import lru_cache

from tracker.campaign import Workdays
from tracker.dates import WorkingDays, zone
from tracker.when import Span, When, fixed_day, span_days


@lru_cache(maxsize=512)
def calendar(shape: Workdays) -> WorkingDays:
    """Make a working-day calendar from its file."""
    names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    return WorkingDays(
        name=shape.name,
        zone=zone(shape.timezone),
        weekend=frozenset(names.index(day) for day in shape.weekend),
        country=shape.holidays,
        add=_days(shape.add),
        drop=_days(shape.drop),
    )


def _days(values: tuple[When | Span, ...]) -> frozenset[date]:
    days: set[date] = set()
    for value in values:
        first, last = (
            span_days(value, None) if isinstance(value, Span) else (fixed_day(value),) * 2
        )
        days.update(first + timedelta(days=n) for n in range((last - first).days + 1))
    return frozenset(days)
