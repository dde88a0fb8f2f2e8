"""How often a follow-up has really been asked: what left, by what it is about."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

from tracker.campaign import FollowUp
from tracker.dates import day_in, zone
from tracker.digest.say import times
from tracker.occurrence import LineKind, Occurrence, Topic
from tracker.planning import Instance, Plan
from tracker.when import Resolved

ONE_DAY = timedelta(days=1)
Askings = Mapping[Topic, tuple[Occurrence, ...]]
Step = tuple[str, str]  # the campaign and the follow-up's id


def by_topic(left: Iterable[Occurrence], before: Askings | None = None) -> Askings:
    """Sort the follow-up lines that left by what they are about, after those from `before`."""
    found = dict(before or {})
    for one in left:
        if one.kind == LineKind.FOLLOW_UP:
            found[one.topic] = (*found.get(one.topic, ()), one)
    return found


def times_asked(
    lines: Iterable[Occurrence], of: Instance | None, *, but_not: Occurrence | None = None
) -> int:
    """Count the turns of a follow-up that were put to anybody since it began, each once.

    With `but_not` only the turns before that line's own count. After a delivery taken back and
    told anew, or a later decision, it begins anew: what was asked before does not count any more.
    """
    turns = {_turn(one) for one in lines if of is None or _is_since(one, of)}
    return sum(1 for turn in turns if but_not is None or turn < _turn(but_not))


def how_often(asked: int) -> str:
    """Say how often somebody was asked.

    >>> how_often(0), how_often(1), how_often(3)
    ('not asked yet', 'asked once', 'asked 3 times')
    """
    return f"asked {times(asked)}" if asked else "not asked yet"


def chases(one: Instance, now: datetime) -> bool:
    """Say whether a follow-up is after replies by now."""
    waits = isinstance(one.step.step, FollowUp) and one.step.step.until == "reply"
    return waits and one.at is not None and one.at <= now


def asked_about(lines: Iterable[Occurrence], plan: Plan, reader: str) -> frozenset[Step]:
    """Return the follow-ups of which a mail with these lines says how often they were asked."""
    told = tuple(lines)
    found = {(one.campaign, one.item) for one in told if one.campaign and _counts(one)}
    if any(one.kind == LineKind.DIGEST for one in told):
        found.update(_chasing(plan, reader))
    return frozenset(found)


def _counts(one: Occurrence) -> bool:
    again = one.kind == LineKind.FOLLOW_UP and _turn(one) > 0
    return again or one.kind == LineKind.ESCALATION


def _chasing(plan: Plan, reader: str) -> Iterator[Step]:
    """Yield the follow-ups by which a digest names who is silent."""
    for campaign, whole in plan.courses.items():
        if reader in whole.frame.campaign.coordinators:
            for one in plan.instances[campaign]:
                if one.targets and not one.settled and chases(one, plan.now):
                    yield campaign, one.step.id


def _turn(one: Occurrence) -> int:
    """Return which asking a line is: the first is 0, repeat 1 is 1."""
    assert one.lead is not None
    return 0 if one.lead == "first" else int(one.lead.rsplit(" ", 1)[-1])


def _is_since(one: Occurrence, of: Instance) -> bool:
    if one.states is None or not isinstance(of.due, Resolved):
        return True
    home = zone(of.due.zone) if of.due.zone else of.course.frame.workdays.zone
    return day_in(one.states, home) >= _since(of)


def _since(of: Instance) -> date:
    """Return from when on askings count: the first day, or that after what it counts from.

    A date set right, or a phrase that was edited, unasks nothing.
    """
    delivered = of.course.delivered if "delivery" in of.step.due.anchors else None
    anchor = delivered.on if delivered else of.since
    return min(of.day, anchor + ONE_DAY) if anchor else of.day
