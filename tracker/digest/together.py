"""Letters that aim at one target within days: one call does for all of them."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby

from msgspec import Struct

from tracker.campaign import Target
from tracker.content import Entry, Section
from tracker.dates import day_in, show_day
from tracker.digest.desk import Desk
from tracker.digest.say import listed
from tracker.planning import Instance
from tracker.planning.wording import called

WITHIN = timedelta(days=10)
AHEAD = timedelta(days=14)
BOTH = 2
NAMED = 4


class _Call(Struct, frozen=True):
    """The next day on which one letter turns to one target."""

    day: date
    campaign: str
    target: Target


def together(desk: Desk) -> Section:
    """Name each target to which two or more letters turn within ten days, the earliest first."""
    found = [calls for calls in _by_target(desk) if len(calls) > 1]
    count = "Several" if any(len(calls) > BOTH for calls in found) else "Two"
    heading = f"{count} letters, one target"
    return Section(id="together", heading=heading, entries=tuple(_entries(found)))


def _by_target(desk: Desk) -> list[list[_Call]]:
    """Put together what turns to one target: no call stands twice, and no letter."""
    found: list[list[_Call]] = []
    for call in sorted(_calls(desk), key=_order):
        mine = next((calls for calls in found if _does_for(calls, call)), None)
        if mine is None:
            found.append([call])
        else:
            mine.append(call)
    return found


def _does_for(calls: list[_Call], call: _Call) -> bool:
    """Say whether these calls turn to the same target as one of another letter, days later."""
    return call.day - calls[-1].day <= WITHIN and all(
        one.campaign != call.campaign and same(one.target, call.target) for one in calls
    )


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
        targets = _turned_to(one)
        if at is None or not targets:
            continue
        day = day_in(at, one.course.frame.workdays.zone)
        if not desk.saying.today <= day <= desk.saying.today + AHEAD:
            continue
        for target in targets:
            key = (one.course.id, target.id)
            if key not in first or day < first[key].day:
                first[key] = _Call(day, one.course.id, target)
    yield from first.values()


def _turned_to(one: Instance) -> tuple[Target, ...]:
    """Return whom a step turns to: a letter that is to be delivered, to all its targets."""
    delivery = one.step.step.until == "delivered"
    return tuple(one.course.frame.campaign.target) if delivery else one.targets


def _order(call: _Call) -> tuple[date, str, str]:
    return (call.day, call.campaign, call.target.id)


def _entries(found: list[list[_Call]]) -> Iterator[Entry]:
    """Say whom one call does for, at once those whom the same letters turn to on the same days."""
    rows: dict[tuple[str, str], list[str]] = {}
    for calls in found:
        once = "once for both" if len(calls) == BOTH else "once for all"
        rows.setdefault((once, _days(calls)), []).append(called(calls[0].target))
    for (once, days), names in rows.items():
        each = "each " if len(names) > 1 else ""
        yield Entry(text=f"{listed(names, NAMED)}: call {each}{once}", when=days)


def _days(calls: list[_Call]) -> str:
    return "; ".join(
        f"{listed([one.campaign for one in those], len(calls))} on {show_day(day)}"
        for day, those in groupby(calls, key=lambda one: one.day)
    )
