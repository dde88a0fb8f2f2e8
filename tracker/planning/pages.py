"""One campaign's page of the plan: its course, its steps and all its lines, up to a day."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from tracker.campaign import Deadline, World
from tracker.events import Course, Fact, History, course, looked_ahead_to
from tracker.occurrence import LineKind, Occurrence
from tracker.planning.chasing import follow_up_lines
from tracker.planning.ground import Ground
from tracker.planning.instances import Instance, ended_by, instances_of
from tracker.planning.mornings import accepted_notices
from tracker.planning.reader import Readers
from tracker.planning.reminders import deadline_lines, meeting_reminders, subject_of

MOST_PAGES = 200


class Page(Struct, frozen=True, dict=True):
    """One campaign worked out: its course, the instances of its steps, all its lines."""

    ground: Ground
    instances: tuple[Instance, ...]

    @property
    def course(self) -> Course:
        """Return how far the campaign has come."""
        return self.ground.course

    @cached_property
    def lines(self) -> tuple[Occurrence, ...]:
        """Return all lines."""
        ahead = (*accepted_notices(self.ground), *meeting_reminders(self.ground))
        return (
            *(_until_closing(one, self.course) for one in ahead),
            *self.lines_of({one.step.id for one in self.instances}),
        )

    def lines_of(self, items: Collection[str]) -> tuple[Occurrence, ...]:
        """Return the lines of some steps."""
        return tuple(
            _until_closing(line, self.course)
            for one in self.instances
            if one.step.id in items
            for line in _lines_of(one, self.instances, self.ground)
        )


class Horizon(Struct, frozen=True):
    """What the pages of one plan have in common: files, history, now, and how far they reach."""

    world: World
    history: History
    readers: Readers
    now: datetime
    until: datetime
    sights: Mapping[str, tuple[tuple[str, datetime], ...]]

    def reach(self, campaign: str) -> tuple[date, ...]:
        """Return the days that a course depends on: up to which each forum is followed."""
        return tuple(
            looked_ahead_to(self.world.forums[one.forum], self.now)
            for one in self.world.campaigns[campaign].meeting
            if one.sessions and one.forum
        )

    def span(self, campaign: str) -> tuple[object, ...]:
        """Return the moments that a page depends on."""
        return (self.until, self.reach(campaign), self.history.accepted)


class Memo:
    """Pages already worked out, kept by everything that they depend on.

    The same question has the same answer: a page is found again only for the very same files,
    facts, first sights and span, so that none can be stale. It holds a bounded number of pages.
    """

    def __init__(self) -> None:
        self._world: World | None = None
        self._pages: dict[tuple[object, ...], Page] = {}
        self._worked: dict[tuple[object, ...], tuple[Course, tuple[Instance, ...]]] = {}

    def page(self, campaign: str, horizon: Horizon, known: tuple[Fact, ...]) -> Page:
        """Find a campaign's page, or work it out and keep it."""
        if horizon.world is not self._world or len(self._pages) > MOST_PAGES:
            self._world = horizon.world
            self._pages, self._worked = {}, {}
        sights = horizon.sights.get(campaign, ())
        key = (campaign, known, sights, *horizon.span(campaign))
        if key not in self._pages:
            whole, instances = self._work_out(campaign, horizon, known)
            ground = Ground(
                course=whole,
                world=horizon.world,
                history=horizon.history,
                readers=horizon.readers,
                until=horizon.until,
            )
            self._pages[key] = Page(ground, instances)
        return self._pages[key]

    def _work_out(
        self, campaign: str, horizon: Horizon, known: tuple[Fact, ...]
    ) -> tuple[Course, tuple[Instance, ...]]:
        """Find a campaign's course and instances: no horizon and no first sight changes them."""
        key = (campaign, known, horizon.reach(campaign))
        if key not in self._worked:
            whole = course(campaign, horizon.world, known, now=horizon.now)
            self._worked[key] = (whole, instances_of(whole, horizon.world))
        return self._worked[key]


def _until_closing(one: Occurrence, whole: Course) -> Occurrence:
    """Let nothing of a campaign leave once it is closed, however late the tracker wakes."""
    closed = whole.frame.closed_at
    if closed is None or (one.expires is not None and one.expires <= closed):
        return one
    return replace(one, expires=closed)


def _lines_of(
    one: Instance, instances: tuple[Instance, ...], ground: Ground
) -> Iterator[Occurrence]:
    if one.settled or not matters(one):
        return
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
    if one.step.scope != "meeting":
        return None
    same = (other for other in instances if other.step.id == one.step.id)
    return ended_by(one, (other for other in same if other.settled or matters(other)))


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
