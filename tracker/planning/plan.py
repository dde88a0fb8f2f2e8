"""Campaigns, history and now to occurrences: the whole plan, made anew each time."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from tracker.campaign import World
from tracker.events import Course, Fact, History
from tracker.occurrence import Occurrence
from tracker.planning.files import file_notices, waiting_for_their_file
from tracker.planning.instances import Instance
from tracker.planning.mornings import digests
from tracker.planning.pages import Horizon, Memo
from tracker.planning.reader import Readers
from tracker.planning.restarts import restart_notices

HORIZON = timedelta(days=400)
WEEK = timedelta(days=7)
EPOCH = datetime(1970, 1, 5, tzinfo=UTC)  # a Monday


class Plan(Struct, frozen=True, kw_only=True):
    """What is planned at one moment, with the courses and instances it was worked out from.

    `gone` are the campaigns whose file is gone: nothing of theirs leaves, corrections neither.
    """

    now: datetime
    occurrences: tuple[Occurrence, ...]
    courses: Mapping[str, Course]
    instances: Mapping[str, tuple[Instance, ...]]
    gone: frozenset[str] = frozenset()

    @property
    def planned(self) -> tuple[Occurrence, ...]:
        """Return the lines that are to be sent, earliest first."""
        return tuple(one for one in self.occurrences if one.state == "planned")

    def up_to(self, end: datetime) -> "Plan":
        """Return the same plan with a nearer horizon, which filters and never generates."""
        near = (
            one
            for one in self.occurrences
            if one.state != "planned" or one.due is None or one.due < end
        )
        return replace(self, occurrences=tuple(near))


def plan(  # noqa: PLR0913 -- what, from when to when, how much of it, and what is known
    world: World,
    history: History,
    *,
    now: datetime,
    until: datetime | None = None,
    only: Iterable[str] | None = None,
    items: Collection[str] | None = None,
    memo: Memo | None = None,
) -> Plan:
    """Plan every line of every campaign that has not expired at `now` and is due before `until`.

    Pure: the same files, history and moment give the same lines, whatever their order. What
    cannot be sent is there too, as "skipped" with its reason or "waiting" with what is missing.
    With `items` only the lines of these steps are made, and none of the campaigns themselves.
    A `memo` saves the work for campaigns of which nothing has changed since it was last asked.
    """
    end = until or now + HORIZON
    readers = Readers(world.config)
    # A horizon filters and never generates, so pages may reach to the end of a week.
    horizon = Horizon(world, history, readers, now, _end_of_week(end), history.sights())
    found = memo or Memo()
    chosen = world.campaigns.keys() if only is None else frozenset(only)
    pages = {
        one: found.page(one, horizon, _known(history, one, now))
        for one in sorted(chosen & world.campaigns.keys())
    }
    made = [
        line
        for page in pages.values()
        for line in (page.lines if items is None else page.lines_of(items))
    ]
    lines = [
        *waiting_for_their_file(made, history),
        *_words(history, readers, None if only is None else chosen),
    ]
    if only is None:
        lines.extend(restart_notices(history, readers))
        lines.extend(digests(world, history, readers, now=now))
    return Plan(
        now=now,
        occurrences=tuple(sorted(_standing(lines, now, end), key=_order)),
        courses={one: page.course for one, page in pages.items()},
        instances={one: page.instances for one, page in pages.items()},
        gone=frozenset(history.missing),
    )


def _words(
    history: History, readers: Readers, only: Collection[str] | None
) -> Iterator[Occurrence]:
    for one in file_notices(history, readers):
        if only is None or one.campaign in only:
            yield one


def _known(history: History, campaign: str, now: datetime) -> tuple[Fact, ...]:
    return tuple(fact for fact in history.facts.get(campaign, ()) if fact.known_at <= now)


def _end_of_week(moment: datetime) -> datetime:
    weeks = -(-(moment - EPOCH) // WEEK)
    return EPOCH + weeks * WEEK


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
