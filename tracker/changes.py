"""The planned against the outbox: what to add, to renew, to cancel and to let expire."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tracker.occurrence import Occurrence
from tracker.planning import Plan

QUEUED = "queued"
CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Kept:
    """A line as the outbox has it: the occurrence and its state."""

    occurrence: Occurrence
    state: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """A queued line that goes, with the state it ends in and why."""

    key: str
    state: Literal["cancelled", "expired"]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What one comparison found; empty when planning changed nothing."""

    add: tuple[Occurrence, ...] = ()
    update: tuple[Occurrence, ...] = ()
    drop: tuple[Dropped, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.add or self.update or self.drop)


def compare(planned: Plan, outbox: Iterable[Kept], *, now: datetime) -> Changes:
    """Compare the plan with the outbox.

    Unsent lines follow the plan silently; what was sent is never unsent and never sent again.
    A line that was cancelled and is wanted again (a reply that was retracted) is queued again.
    """
    wanted = {one.key: one for one in planned.planned}
    kept = {one.occurrence.key: one for one in outbox}
    add = [one for key, one in wanted.items() if key not in kept or kept[key].state == CANCELLED]
    update = [
        one
        for key, one in wanted.items()
        if key in kept and kept[key].state == QUEUED and kept[key].occurrence != one
    ]
    drop = [
        _dropped(one.occurrence, planned, now)
        for key, one in kept.items()
        if one.state == QUEUED and key not in wanted
    ]
    return Changes(add=tuple(add), update=tuple(update), drop=tuple(drop))


def _dropped(gone: Occurrence, planned: Plan, now: datetime) -> Dropped:
    if gone.expires is not None and gone.expires <= now:
        return Dropped(gone.key, "expired", "its time passed before it could be sent")
    if any(_replaces(one, gone, now) for one in planned.planned):
        return Dropped(gone.key, "expired", "a later line of the same item took its place")
    return Dropped(gone.key, "cancelled", _why_cancelled(gone, planned))


def _replaces(one: Occurrence, gone: Occurrence, now: datetime) -> bool:
    """Say whether a line that is due by now follows this one in its series."""
    return (
        bool(gone.series)
        and one.series == gone.series
        and one.due is not None
        and gone.due is not None
        and gone.due < one.due <= now
    )


def _why_cancelled(gone: Occurrence, planned: Plan) -> str:
    if gone.campaign is None:
        return "no longer planned"
    if gone.campaign not in planned.courses:
        return "the campaign is no longer in force"
    for one in planned.instances[gone.campaign]:
        if one.step.id == gone.item and one.settled:
            same = one.meeting.session if one.meeting else None
            if same == gone.session and (one.ask.id if one.ask else None) == gone.ask:
                return "settled"
    closed = planned.courses[gone.campaign].frame.closed_at
    if closed is not None and gone.due is not None and gone.due >= closed:
        return "the campaign is closed"
    return "no longer planned"
