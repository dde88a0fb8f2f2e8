"""Follow-ups that begin anew: what they count from has moved on since their lines left."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from msgspec.structs import replace

from tracker.campaign import FollowUp
from tracker.changes.told import ARRIVED, Kept
from tracker.dates import day_in
from tracker.occurrence import LineKind, Occurrence
from tracker.planning import Plan
from tracker.when import Repeat, repeat_day

ONE_DAY = timedelta(days=1)
_ASKS = frozenset({LineKind.FOLLOW_UP, LineKind.ESCALATION})
_UNSENT = frozenset({"queued", "cancelled"})


def begun_anew(planned: Plan, outbox: Mapping[str, Kept]) -> Plan:
    """Give a follow-up's line that has to be asked again a key of its own, with its day.

    The key has no day, so that a date which is set right by a day or two asks nobody twice. But a
    letter that was delivered later than was logged, or a session put off after its day, begins the
    asking anew: a line whose day has come to lie an interval or more after the last that left.
    """
    last = _last_days(planned, outbox)
    return replace(
        planned,
        occurrences=tuple(
            _with_its_day(one, planned) if _is_anew(one, outbox, last, planned) else one
            for one in planned.occurrences
        ),
    )


def _last_days(planned: Plan, outbox: Mapping[str, Kept]) -> Mapping[str, date]:
    """Return the day of the last line of each series that left."""
    found: dict[str, date] = {}
    for kept in outbox.values():
        one = kept.occurrence
        if one.kind in _ASKS and kept.state in ARRIVED and one.campaign in planned.courses:
            day = _day(one, planned)
            found[one.series] = max(day, found.get(one.series, day))
    return found


def _is_anew(
    one: Occurrence, outbox: Mapping[str, Kept], last: Mapping[str, date], planned: Plan
) -> bool:
    before = outbox.get(one.key) if one.kind in _ASKS and one.state == "planned" else None
    if before is None or before.state in _UNSENT:
        return False
    day = _day(one, planned)
    later = day > _day(before.occurrence, planned)
    return later and (one.series not in last or day >= _next_day(one, last[one.series], planned))


def _with_its_day(one: Occurrence, planned: Plan) -> Occurrence:
    key = one.key.removesuffix(f"/{one.owner}")
    return replace(one, key=f"{key}/{_day(one, planned)}/{one.owner}")


def _day(one: Occurrence, planned: Plan) -> date:
    assert one.campaign is not None
    assert isinstance(one.states, datetime)
    return day_in(one.states, planned.courses[one.campaign].frame.workdays.zone)


def _next_day(one: Occurrence, last: date, planned: Plan) -> date:
    """Return the day of the next asking after one on the day `last`."""
    repeat = _repeat(one, planned)
    workdays = planned.courses[one.campaign or ""].frame.workdays
    return repeat_day(repeat, last, 1, workdays) if repeat else last + ONE_DAY


def _repeat(one: Occurrence, planned: Plan) -> Repeat | None:
    steps = (each.step.step for each in planned.instances[one.campaign or ""])
    return next((s.repeat for s in steps if s.id == one.item and isinstance(s, FollowUp)), None)
