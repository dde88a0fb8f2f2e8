"""Two letters that aim at one target within days: one call does for both."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations

from msgspec import Struct

from tracker.campaign import Target
from tracker.content import Entry
from tracker.dates import day_in, show_day
from tracker.digest.desk import Desk
from tracker.planning.wording import called

WITHIN = timedelta(days=10)
AHEAD = timedelta(days=14)


class _Call(Struct, frozen=True):
    """The next day on which one letter turns to one target."""

    day: date
    campaign: str
    target: Target


def together(desk: Desk) -> tuple[Entry, ...]:
    """Name each target to which two letters turn within ten days, the earliest first."""
    found: dict[str, dict[str, date]] = {}
    for first, second in combinations(sorted(_calls(desk), key=_order), 2):
        if first.campaign == second.campaign or second.day - first.day > WITHIN:
            continue
        if same(first.target, second.target):
            days = found.setdefault(called(first.target), {})
            days.setdefault(first.campaign, first.day)
            days.setdefault(second.campaign, second.day)
    return tuple(_entry(name, days) for name, days in found.items())


def same(one: Target, other: Target) -> bool:
    """Say whether two letters mean one target: the same person, else the same post, of a state.

    Where one of them names no state, the name alone decides.
    """
    if one.holder and other.holder:
        named = one.holder.casefold() == other.holder.casefold()
    else:
        named = one.post.casefold() == other.post.casefold()
    states = {state.casefold() for state in (one.state, other.state) if state}
    return named and len(states) < 2  # noqa: PLR2004 -- two states are two targets


def _calls(desk: Desk) -> Iterator[_Call]:
    """Yield whom steps turn to from today on, each campaign's next day for each target."""
    first: dict[tuple[str, str], _Call] = {}
    for one in desk.instances():
        at = desk.next_moment(one)
        if at is None or not one.targets:
            continue
        day = day_in(at, one.course.frame.workdays.zone)
        if not desk.saying.today <= day <= desk.saying.today + AHEAD:
            continue
        for target in one.targets:
            key = (one.course.id, target.id)
            if key not in first or day < first[key].day:
                first[key] = _Call(day, one.course.id, target)
    yield from first.values()


def _order(call: _Call) -> tuple[date, str, str]:
    return (call.day, call.campaign, call.target.id)


def _entry(name: str, days: dict[str, date]) -> Entry:
    once = "call once for both" if len(days) == 2 else "call once for all"  # noqa: PLR2004
    said = "; ".join(f"{campaign} on {show_day(day)}" for campaign, day in days.items())
    return Entry(text=f"{name}: {once}", when=said)
