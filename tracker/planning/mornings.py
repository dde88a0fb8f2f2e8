"""Lines of a reader's morning: the digest on its days, the accepted notice of a new campaign."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise

from tracker.campaign import World
from tracker.config import DigestDays
from tracker.dates import day_in
from tracker.events import History
from tracker.occurrence import LineKind, Occurrence, Origin
from tracker.planning.ground import Ground
from tracker.planning.keys import key_of
from tracker.planning.reader import Reader, Readers

ONE_DAY = timedelta(days=1)
WEEK = 7
FARTHEST = 400  # days, as far as sessions are looked for
_DAYS: dict[DigestDays, frozenset[int]] = {
    "daily": frozenset(range(7)),
    "weekdays": frozenset(range(5)),
    "weekly": frozenset({0}),
    "never": frozenset(),
}


def digests(
    world: World, history: History, readers: Readers, *, now: datetime
) -> Iterator[Occurrence]:
    """Yield each reader's digest that is due and not yet replaced, and those of the week to come.

    A digest expires at the next one. Whether one leaves is decided by what it would say.
    """
    for number, reader in enumerate(readers.all()):
        since = _joined(reader, world, history)
        if since is None:
            continue
        for day, following in pairwise(_digest_days(reader, day_in(now, reader.zone), readers)):
            due = reader.on(day)
            # A day more than a week: a weekly digest that leaves must have planned the next.
            if due >= since and due < now + (WEEK + 1) * ONE_DAY:
                written = Origin("config", "config", ("coordinator", number))
                yield _digest(reader, day, due, reader.on(following), written)


def _digest_days(reader: Reader, today: date, readers: Readers) -> Iterator[date]:
    """Yield the digest days from a week ago to a week ahead, and the one after them.

    That one may be far off, as after a leave of weeks: it ends the last digest before the leave.
    """
    weekdays = _DAYS[reader.coordinator.digest]
    if not weekdays:
        return
    for n in range(-WEEK, FARTHEST):
        day = today + n * ONE_DAY
        if day.weekday() in weekdays and not _handed_over(reader, day, readers):
            yield day
            if n > WEEK + 1:
                return


def digest_day(reader: Reader, day: date) -> bool:
    """Say whether a reader's digest may leave on a day; digests know weekdays, not holidays."""
    return day.weekday() in _DAYS[reader.coordinator.digest]


def _handed_over(reader: Reader, day: date, readers: Readers) -> bool:
    return readers.standing_in(reader, day) is not reader


def _joined(reader: Reader, world: World, history: History) -> datetime | None:
    """Return when a reader's first campaign was first seen."""
    seen = [
        at
        for campaign_id, campaign in world.campaigns.items()
        if reader.id in campaign.coordinators
        and (at := history.first_seen(campaign_id, f"coordinator:{reader.id}")) is not None
    ]
    return min(seen, default=None)


def _digest(
    reader: Reader, day: date, due: datetime, expires: datetime, written: Origin
) -> Occurrence:
    return Occurrence(
        key=key_of("digest", str(day), owner=reader.id),
        kind=LineKind.DIGEST,
        campaign=None,
        item="digest",
        owner=reader.id,
        to=reader.id,
        due=due,
        expires=expires,
        states=due,
        what="Digest",
        why=f"the digest days of this reader are: {reader.coordinator.digest}",
        origin=written,
    )


def accepted_notices(ground: Ground) -> Iterator[Occurrence]:
    """Yield the notice that a campaign was first seen, once for each of its coordinators."""
    whole = ground.course
    closed = whole.frame.closed_at
    for reader in ground.owners(None):
        seen = ground.history.first_seen(whole.id, f"coordinator:{reader.id}")
        if seen is None:
            continue
        morning = ground.history.accepted == "morning"
        due = reader.first_from(seen) if morning else seen + ground.history.settle
        if closed is not None and due >= closed:
            continue
        yield Occurrence(
            key=key_of(whole.id, "accepted", owner=reader.id),
            kind=LineKind.NOTICE,
            campaign=whole.id,
            item="accepted",
            owner=reader.id,
            to=reader.id,
            due=due,
            expires=None,
            what=f"Now tracked: {whole.frame.campaign.title}",
            why="the tracker read this campaign's file for the first time",
            origin=Origin("campaign", whole.id),
        )
