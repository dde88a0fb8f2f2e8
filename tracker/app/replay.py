"""The same engine over a simulated clock: a summer in seconds."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec import Struct

from tracker.app.engine import Engine
from tracker.app.hands import Deliver
from tracker.app.sending import Sent
from tracker.campaign import World
from tracker.compose import Composer
from tracker.delivery import Outcome
from tracker.digest import is_late
from tracker.errors import Problem
from tracker.events import course, frame, read_facts
from tracker.occurrence import LineKind, Occurrence
from tracker.planning.instances import instances_of
from tracker.store import MailRecord, Store

AFTERWARDS = timedelta(days=31)
Watch = Callable[[datetime], None]


class SimulatedClock:
    """A clock that somebody turns; aware UTC."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        """Return the simulated moment."""
        return self.at


def first_moment(world: World) -> datetime:
    """Return 00:00 of the earliest `opened`, each in its campaign's zone."""
    opened = [frame(one, world).opened_at for one in world.campaigns]
    return min(opened, default=datetime(2000, 1, 1, tzinfo=UTC))


def last_moment(world: World) -> datetime:
    """Return a month after the last thing that the files know of: a replay's own end."""
    moments = [first_moment(world)]
    for one in world.campaigns:
        home = frame(one, world)
        moments += [home.closed_at] if home.closed_at else []
        moments += [home.midnight(home.dated)]
        moments += _days_ahead(one, world)
        moments += [fact.known_at for fact in read_facts(home)]
    return max(moments) + AFTERWARDS


class Overlay(Struct, frozen=True):
    """The files that are in force from a moment on, and what is wrong with the others."""

    at: datetime
    world: World
    problems: tuple[Problem, ...] = ()


def whole_span(world: World, overlays: Sequence[Overlay]) -> tuple[datetime, datetime]:
    """Return the first and the last moment that any of the files knows of."""
    worlds = (world, *(one.world for one in overlays))
    ends = [last_moment(one) for one in worlds]
    ends += [one.at + AFTERWARDS for one in overlays]
    return min(first_moment(one) for one in worlds if one.campaigns or one is world), max(ends)


async def replay(  # noqa: PLR0913 -- each is one thing that a replay can be given
    world: World,
    problems: tuple[Problem, ...],
    composer: Composer,
    *,
    end: datetime,
    deliver: Deliver | None = None,
    watch: Watch | None = None,
    overlays: Sequence[Overlay] = (),
) -> list[Sent]:
    """Send every mail from the earliest `opened` until `end`, and return them in sending order.

    Each mail is composed, written into a database of the replay's own and handed to `deliver`
    (or to nobody). There is no guard; files are today's throughout, but for the `overlays`.
    """
    start, _ = whole_span(world, overlays)
    engine = rewound(world, problems, composer, deliver=deliver, start=start)
    try:
        return await wind(engine, end=end, watch=watch, overlays=overlays)
    finally:
        engine.store.close()


def rewound(
    world: World,
    problems: tuple[Problem, ...],
    composer: Composer,
    *,
    deliver: Deliver | None = None,
    start: datetime | None = None,
) -> Engine:
    """Return an engine at the earliest `opened`, with a database in memory for whoever asks on."""
    clock = SimulatedClock(start or first_moment(world))
    store = Store.open("sqlite://", base=Path())
    engine = Engine(store, composer, deliver=deliver or _nobody, clock=clock, replayed=True)
    engine.take(world, problems)
    return engine


async def wind(
    engine: Engine,
    *,
    end: datetime,
    watch: Watch | None = None,
    overlays: Sequence[Overlay] = (),
) -> list[Sent]:
    """Turn the clock of a rewound engine on, and send all that is due before `end`.

    It stops at each overlay's moment, where those files come in force before anything is sent.
    """
    clock = engine.clock
    assert isinstance(clock, SimulatedClock)
    to_come = sorted(overlays, key=lambda one: one.at)
    sent: list[Sent] = []
    while clock.at < end:
        while to_come and to_come[0].at <= clock.at:
            engine.take(to_come[0].world, to_come.pop(0).problems)
        sent.extend(await _morning(engine))
        stops = [engine.next_moment(clock.at), *(one.at for one in to_come[:1])]
        if watch is not None:
            watch(clock.at)
        following = min((at for at in stops if at is not None), default=None)
        if following is None:
            break
        clock.at = following
    return sent


def run(*args: Any, **options: Any) -> list[Sent]:  # noqa: ANN401 -- exactly replay's own
    """Run a replay to its end."""
    return asyncio.run(replay(*args, **options))


def as_json(sent: Sent) -> dict[str, Any]:
    """Return a mail as one object of `replay --json`."""
    return {
        "at": utc(sent.at),
        "kind": sent.written.kind,
        "to": sent.record.coordinator,
        "subject": sent.record.subject,
        "message_id": sent.record.message_id,
        "items": [line_json(one, sent.at) for one in sent.written.lines],
    }


def line_json(one: Occurrence, now: datetime) -> dict[str, Any]:
    """Return a line as it stands in `replay --json` and, with more fields, in `plan --json`."""
    named = one.kind in {LineKind.REMINDER, LineKind.FOLLOW_UP}
    return {
        "kind": str(one.kind),
        "campaign": one.campaign,
        "item": one.item,
        "forum": one.forum,
        "session": one.session.isoformat() if one.session else None,
        "targets": list(one.targets),
        "lead": one.lead if named else None,
        "states": _states(one),
        "late": is_late(one, now),
        "key": one.key,
    } | ({"ask": one.ask} if one.ask else {})


def _states(one: Occurrence) -> str | dict[str, str | None] | None:
    is_now = utc(one.states) if one.states else None
    if one.kind == LineKind.CORRECTION:
        return {"was": utc(one.was) if one.was else None, "is": is_now}
    return is_now


def utc(moment: datetime) -> str:
    """Write a moment as the JSON has it.

    >>> utc(datetime(2010, 6, 24, 8, tzinfo=UTC))
    '2010-06-24T08:00:00Z'
    """
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


async def _morning(engine: Engine) -> list[Sent]:
    planned = engine.refresh()
    return await engine.send_due(planned)


async def _nobody(_record: MailRecord, _address: str) -> Outcome:
    return Outcome("sent", None, "replayed")


def _days_ahead(campaign: str, world: World) -> Iterator[datetime]:
    """Yield the meetings and steps whose dates follow from the files; a series has no last one."""
    home = frame(campaign, world)
    whole = course(campaign, world, (), now=home.opened_at)
    single = {
        one.key for one in whole.meetings if home.campaign.meeting[one.entry or 0].sessions is None
    }
    yield from (one.end for one in whole.meetings if one.key in single)
    for step in instances_of(whole, world):
        if step.at is not None and (step.meeting is None or step.meeting.key in single):
            yield step.at
