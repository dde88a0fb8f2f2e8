"""A coordinator's digest at a moment, also where it would not leave by itself."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from tracker.app.asking import asked_so_far
from tracker.app.telling import outbox_of
from tracker.app.trouble import trouble_for
from tracker.campaign import World
from tracker.changes import begun_anew
from tracker.digest import Saying, Written, write
from tracker.errors import Problem
from tracker.events import History
from tracker.occurrence import LineKind, Occurrence
from tracker.planning import Readers, plan
from tracker.store import Store

AHEAD = timedelta(days=40)
NOT_GONE = frozenset({"queued", "cancelled"})


class Asked(Struct, frozen=True):
    """A digest that somebody asked for; `leaves` says whether it leaves without being asked."""

    written: Written
    leaves: bool


def digest_at(
    reader: str,
    world: World,
    history: History,
    store: Store,
    *,
    now: datetime,
    problems: Sequence[Problem] = (),
) -> Asked:
    """Write a reader's digest with every line that is due to them at `now` and has not left."""
    kept = {one.occurrence.key: one for one in outbox_of(store)}
    planned = begun_anew(plan(world, history, now=now, until=now + AHEAD), kept)
    gone = {key for key, one in kept.items() if one.state not in NOT_GONE}
    due = [
        one
        for one in planned.planned
        if one.to == reader and one.due is not None and one.due <= now and one.key not in gone
    ]
    asked_for = _asked_for(reader, now)
    asked = asked_so_far([*due, asked_for], planned, reader, store)
    saying = Saying(Readers(world.config)[reader], planned, world, now, history, asked)
    trouble = trouble_for(store, problems, saying.reader, history.digests.get(reader))
    by_itself = write(due, saying, history, trouble)
    if by_itself is not None and by_itself.kind == "digest":
        return Asked(by_itself, leaves=True)
    lines = [one for one in due if one.kind != LineKind.DIGEST]
    # Being asked is reason enough to write it.
    triggered = replace(trouble, newly_wrong=True)
    written = write([*lines, asked_for], saying, history, triggered)
    assert written is not None
    return Asked(written, leaves=False)


def _asked_for(reader: str, now: datetime) -> Occurrence:
    return Occurrence(
        key=f"digest/asked/{reader}",
        kind=LineKind.DIGEST,
        campaign=None,
        item="digest",
        owner=reader,
        to=reader,
        due=now,
        expires=None,
        states=now,
        what="Digest",
        why="somebody asked for it",
    )
