"""The planned against the outbox: what to add, to renew, to cancel and to let expire."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct, field

from tracker.changes.anew import begun_anew
from tracker.changes.corrections import Corrections, corrections, said_already
from tracker.changes.told import ARRIVED, Kept, Telling
from tracker.occurrence import LineKind, Occurrence
from tracker.planning import Plan

QUEUED = "queued"
CANCELLED = "cancelled"
EXPIRED = "expired"
_OF_THE_DAY = frozenset({LineKind.DIGEST, LineKind.NOTICE, LineKind.CORRECTION})


class Dropped(Struct, frozen=True):
    """A queued line that goes, with the state it ends in and why."""

    key: str
    state: Literal["cancelled", "expired"]
    reason: str


class Changes(Struct, frozen=True, kw_only=True):
    """What one comparison found; empty when planning changed nothing.

    `waits` says until when a line that an edit made due at once waits for the next edit.
    `for_digest` are corrections that are no lines: each reader's next digest says them.
    """

    add: tuple[Occurrence, ...] = ()
    update: tuple[Occurrence, ...] = ()
    drop: tuple[Dropped, ...] = ()
    waits: Mapping[str, datetime] = field(default_factory=dict)
    for_digest: tuple[Occurrence, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.add or self.update or self.drop)


def compare(
    planned: Plan, outbox: Iterable[Kept], *, now: datetime, telling: Telling | None = None
) -> Changes:
    """Compare the plan with the outbox.

    Unsent lines follow the plan silently; what was sent is never unsent and never sent again, but
    a reader who was told a date that no longer holds gets a correction. A line that was cancelled
    and is wanted again (a reply that was retracted) is queued again.
    """
    kept = {one.occurrence.key: one for one in outbox}
    planned = begun_anew(planned, kept)
    correcting = corrections(planned, kept, telling, now=now) if telling else Corrections()
    wanted = {one.key: one for one in (*planned.planned, *correcting.wanted)}
    add = [one for key, one in wanted.items() if key not in kept or _again(one, kept[key])]
    if telling is not None:
        known = [*correcting.wanted, *_sent_corrections(kept.values())]
        add = [one for one in add if not said_already(one, known, planned, telling)]
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
    return Changes(
        add=tuple(add),
        update=tuple(update),
        drop=tuple(drop),
        waits=_waits((*add, *update), telling, now) if telling else {},
        for_digest=correcting.for_digest,
    )


def _again(one: Occurrence, kept: Kept) -> bool:
    """Say whether a line is queued again; one that expired is, if it corrects to another day."""
    expired = kept.state == EXPIRED and one.kind == LineKind.CORRECTION
    return kept.state == CANCELLED or expired


def _sent_corrections(outbox: Iterable[Kept]) -> list[Occurrence]:
    return [
        one.occurrence
        for one in outbox
        if one.occurrence.kind == LineKind.CORRECTION and one.state in ARRIVED
    ]


def _waits(new: Iterable[Occurrence], telling: Telling, now: datetime) -> dict[str, datetime]:
    """Let what an edit made due at once wait for the next edit, and leave with the corrections."""
    if telling.edited_at is None or telling.edited_at + telling.settle <= now:
        return {}
    until = telling.edited_at + telling.settle
    return {
        one.key: until
        for one in new
        if one.kind not in _OF_THE_DAY
        and one.due is not None
        and one.due <= now
        and (one.expires is None or one.expires > until)
    }


def _dropped(gone: Occurrence, planned: Plan, now: datetime) -> Dropped:
    if gone.expires is not None and gone.expires <= now:
        return Dropped(gone.key, "expired", _why_expired(gone, planned))
    if any(_replaces(one, gone, now) for one in planned.planned):
        return Dropped(gone.key, "expired", "a later line of the same item took its place")
    if gone.kind == LineKind.CORRECTION:
        return Dropped(gone.key, "cancelled", "there is nothing to correct any more")
    return Dropped(gone.key, "cancelled", _why_cancelled(gone, planned))


def _why_expired(gone: Occurrence, planned: Plan) -> str:
    whole = planned.courses.get(gone.campaign or "")
    if whole is not None and gone.expires == whole.frame.closed_at:
        return "the campaign is closed"
    return "its time passed before it could be sent"


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
