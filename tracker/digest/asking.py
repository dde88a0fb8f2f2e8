"""How often somebody was asked: by the lines that have left, not by those that were planned."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import TypeAlias

from tracker.campaign import FollowUp
from tracker.dates import day_in
from tracker.digest.topics import instance_topic
from tracker.occurrence import LineKind, Occurrence, Topic
from tracker.planning import Instance, Plan
from tracker.when import repeat_day

# By topic the moments that lines which left speak of: several readers of one are one asking.
Asked: TypeAlias = Mapping[Topic, frozenset[datetime]]

_TELLS = frozenset({LineKind.FOLLOW_UP, LineKind.ESCALATION})


def asked_by(left: Iterable[Occurrence]) -> Asked:
    """Return what was asked, from lines that have left."""
    found: dict[Topic, frozenset[datetime]] = {}
    for one in left:
        if one.kind == LineKind.FOLLOW_UP and one.states is not None:
            found[one.topic] = found.get(one.topic, frozenset()) | {one.states}
    return found


def told_of(lines: Iterable[Occurrence], reader: str, planned: Plan, now: datetime) -> set[str]:
    """Return the campaigns of which a mail with these lines says how often it was asked."""
    lines = list(lines)
    found = {one.campaign for one in lines if one.kind in _TELLS and one.campaign}
    if any(one.kind == LineKind.DIGEST for one in lines):
        found.update(_chasing(reader, planned, now))
    return found


def chases(one: Instance, now: datetime) -> bool:
    """Say whether a follow-up for a reply has begun."""
    step = one.step.step
    return (
        isinstance(step, FollowUp)
        and step.until == "reply"
        and one.at is not None
        and one.at <= now
    )


def days_asked(one: Instance, asked: Asked) -> set[date]:
    """Return the days for which a follow-up has left since it last began anew.

    It began anew where its first day lies an interval or more after the last that left.
    """
    step, workdays = one.step.step, one.course.frame.workdays
    repeat = step.repeat if isinstance(step, FollowUp) else None
    days = {day_in(at, workdays.zone) for at in asked.get(instance_topic(one), ())}
    if repeat is None:
        return {day for day in days if day >= one.day}
    return {day for day in days if repeat_day(repeat, day, 1, workdays) > one.day}


def _chasing(reader: str, planned: Plan, now: datetime) -> Iterator[str]:
    for name, whole in planned.courses.items():
        if reader not in whole.frame.campaign.coordinators:
            continue
        if any(chases(one, now) and not one.settled for one in planned.instances[name]):
            yield name
