"""Campaigns, history and now to occurrences: the whole plan, made anew each time."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tracker.campaign import Deadline, World
from tracker.events import Course, History, course
from tracker.occurrence import LineKind, Occurrence
from tracker.planning.chasing import follow_up_lines
from tracker.planning.ground import Ground
from tracker.planning.instances import Instance, instances_of
from tracker.planning.mornings import accepted_notices, digests
from tracker.planning.reader import Readers
from tracker.planning.reminders import deadline_lines, meeting_reminders, subject_of

HORIZON = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is planned at one moment, with the courses and instances it was worked out from."""

    now: datetime
    occurrences: tuple[Occurrence, ...]
    courses: Mapping[str, Course]
    instances: Mapping[str, tuple[Instance, ...]]

    @property
    def planned(self) -> tuple[Occurrence, ...]:
        """Return the lines that are to be sent, earliest first."""
        return tuple(one for one in self.occurrences if one.state == "planned")


def plan(
    world: World,
    history: History,
    *,
    now: datetime,
    until: datetime | None = None,
    only: Iterable[str] | None = None,
) -> Plan:
    """Plan every line of every campaign that has not expired at `now` and is due before `until`.

    Pure: the same files, history and moment give the same lines, whatever their order. What
    cannot be sent is there too, as "skipped" with its reason or "waiting" with what is missing.
    """
    end = until or now + HORIZON
    readers = Readers(world.config)
    ids = sorted(world.campaigns if only is None else set(only) & world.campaigns.keys())
    courses = {one: course(one, world, history.facts.get(one, ()), now=now) for one in ids}
    instances = {one: instances_of(courses[one], world) for one in ids}
    lines: list[Occurrence] = []
    for one in ids:
        ground = Ground(
            course=courses[one], world=world, history=history, readers=readers, until=end
        )
        lines.extend(_campaign_lines(instances[one], ground))
    if only is None:
        lines.extend(digests(world, history, readers, now=now))
    return Plan(
        now=now,
        occurrences=tuple(sorted(_standing(lines, now, end), key=_order)),
        courses=courses,
        instances=instances,
    )


def _campaign_lines(instances: tuple[Instance, ...], ground: Ground) -> Iterator[Occurrence]:
    yield from accepted_notices(ground)
    yield from meeting_reminders(ground)
    for one in instances:
        if one.settled or not matters(one):
            continue
        if one.at is None:
            yield from _waiting(one, ground)
        elif isinstance(one.step.step, Deadline):
            yield from deadline_lines(one, ground)
        else:
            yield from follow_up_lines(one, replaced_on(one, instances), ground)


def matters(one: Instance) -> bool:
    """Say whether a step goes on: its ask is open, its meeting is still aimed at.

    A step of a meeting that a deferral added is left out if its moment lay before the deferral
    was known.
    """
    if one.ask is not None and not one.ask.open:
        return False
    if one.step.scope != "meeting":
        return True
    if one.meeting is None:
        return one.course.going
    added = one.meeting.added_at
    if added is not None and one.at is not None and one.at < added:
        return False
    return one.course.aims_at(one.meeting)


def replaced_on(one: Instance, instances: Iterable[Instance]) -> date | None:
    """Return the day on which the same follow-up of a later meeting begins, settled or not."""
    if one.step.scope != "meeting" or one.meeting is None:
        return None
    later = [
        other.day
        for other in instances
        if other.step.id == one.step.id
        and other.at is not None
        and other.meeting is not None
        and other.meeting.start > one.meeting.start
        and (other.settled or matters(other))
    ]
    return min(later, default=None)


def _waiting(one: Instance, ground: Ground) -> Iterator[Occurrence]:
    subject = subject_of(one)
    missing = " and ".join(one.waiting)
    kind = LineKind.REMINDER if isinstance(one.step.step, Deadline) else LineKind.FOLLOW_UP
    for owner in ground.owners(one.step.step.who):
        yield Occurrence(
            key=subject.key(ground.course.id, owner.id, "waiting"),
            kind=kind,
            campaign=ground.course.id,
            item=subject.item,
            owner=owner.id,
            to=owner.id,
            due=None,
            expires=None,
            targets=subject.targets,
            ask=subject.ask,
            what=subject.what,
            why=f"{one.step.due}: {missing} has no date yet",
            state="waiting",
            reason=f"waiting for {missing}",
            origin=subject.origin,
        )


def _standing(lines: Iterable[Occurrence], now: datetime, end: datetime) -> list[Occurrence]:
    """Keep what has not expired; of several past lines of one series only the last stands."""
    ahead: list[Occurrence] = []
    past: dict[str, Occurrence] = {}
    for one in _once_each(lines):
        if one.state != "planned" or one.due is None:
            ahead.append(one)
        elif one.due >= end or (one.expires is not None and one.expires <= now):
            continue
        elif one.due > now or not one.series:
            ahead.append(one)
        elif one.series not in past or _order(past[one.series]) < _order(one):
            past[one.series] = one
    return [*ahead, *past.values()]


def _once_each(lines: Iterable[Occurrence]) -> Iterator[Occurrence]:
    """Drop a line for an absent owner whose deputy gets the same line as their own."""
    made = list(lines)
    own = {_same(one) for one in made if one.owner == one.to}
    given: set[tuple[object, ...]] = set()
    for one in sorted(made, key=lambda line: line.key):
        if one.owner == one.to:
            yield one
        elif _same(one) not in own | given:
            given.add(_same(one))
            yield one


def _same(one: Occurrence) -> tuple[object, ...]:
    where = (one.campaign, one.item, one.forum, one.session, one.ask, one.targets)
    return (*where, one.kind, one.lead, one.states, one.to, one.state)


def _order(one: Occurrence) -> tuple[bool, str, str]:
    return (one.due is None, one.due.isoformat() if one.due else "", one.key)
