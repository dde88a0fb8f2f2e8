"""The guard: an edit that would send or cancel far more than usual waits for a person's word."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from tracker.campaign import Campaign, Deadline, FollowUp, World
from tracker.changes.anew import begun_anew
from tracker.changes.told import ARRIVED, Kept, Telling, present_topic
from tracker.occurrence import LineKind, Occurrence
from tracker.planning import Plan

MOST_AT_ONCE = 20
FEWEST_CANCELLED = 10
# A line that only moves is not cancelled; one that moves further is as good as gone.
FURTHEST_MOVE = timedelta(days=60)
_CUT_SHORT = "it is only the beginning of the version before it and would cancel"
Step = TypeVar("Step", Deadline, FollowUp)


class Effect(Struct, frozen=True, kw_only=True):
    """What an edit would do: lines that would leave at once, and pending ones it would cancel.

    `pending` counts the lines that each campaign had planned before it.
    """

    at_once: tuple[Occurrence, ...] = ()
    cancelled: tuple[Occurrence, ...] = ()
    pending: Mapping[str, int]


def edit_alone(before: World, after: World) -> tuple[World, World]:
    """Return the files before and after without what the guard never counts.

    Those are facts, signatures, `closed`, `paused`, `skip`, and campaigns that only one side has.
    """
    both = sorted(before.campaigns.keys() & after.campaigns.keys())
    pairs = {one: _alone(before.campaigns[one], after.campaigns[one]) for one in both}
    return (
        replace(before, campaigns={one: pair[0] for one, pair in pairs.items()}),
        replace(after, campaigns={one: pair[1] for one, pair in pairs.items()}),
    )


def effect_of(before: Plan, after: Plan, outbox: Mapping[str, Kept], telling: Telling) -> Effect:
    """Compare what was planned before an edit with what would be planned after it."""
    before, after = begun_anew(before, outbox), begun_anew(after, outbox)
    gone = {key for key, one in outbox.items() if one.state in ARRIVED}
    old = {one.key: one for one in before.planned if _counts(one) and one.key not in gone}
    new = {one.key: one for one in after.planned if _counts(one) and one.key not in gone}
    moved = _moved([new[key] for key in new.keys() - old.keys()], after, telling)
    return Effect(
        at_once=tuple(
            one
            for key, one in new.items()
            if key not in old and one.due is not None and one.due <= after.now
        ),
        cancelled=tuple(
            one
            for key, one in old.items()
            if key not in new and not _has_moved(one, moved, after, telling)
        ),
        pending=Counter(one.campaign or "" for one in old.values()),
    )


def why_held(effect: Effect, *, cut_short: bool = False) -> str | None:
    """Say why an edit is held, or None where it may stand.

    `cut_short` is a text that is a beginning of the version before it.
    """
    to = Counter(one.to for one in effect.at_once)
    for reader, count in to.most_common(1):
        if count > MOST_AT_ONCE:
            return f"it would send {reader} {count} lines at once"
    cancelled = Counter(one.campaign or "" for one in effect.cancelled)
    for campaign, count in cancelled.most_common():
        if count >= FEWEST_CANCELLED and 2 * count > effect.pending[campaign]:
            total = effect.pending[campaign]
            return f"it would cancel {count} of the {total} lines planned for {campaign}"
    if cut_short and effect.cancelled:
        lines = "1 line" if len(effect.cancelled) == 1 else f"{len(effect.cancelled)} lines"
        return f"{_CUT_SHORT} {lines}"
    return None


def in_brief(reason: str) -> str:
    """Say why an edit is held in the room of a subject.

    >>> in_brief("it would cancel 30 of the 37 lines planned for osce")
    'it would cancel 30 of 37 lines'
    >>> in_brief("it is only the beginning of the version before it and would cancel 1 line")
    'it is cut short and cancels 1 line'
    """
    if reason.startswith(_CUT_SHORT):
        return f"it is cut short and cancels{reason.removeprefix(_CUT_SHORT)}"
    return reason.partition(" planned for ")[0].replace(" of the ", " of ")


def _counts(one: Occurrence) -> bool:
    return one.campaign is not None and one.kind not in {LineKind.DIGEST, LineKind.NOTICE}


def _moved(
    added: Iterable[Occurrence], after: Plan, telling: Telling
) -> dict[tuple[object, ...], list[datetime]]:
    found: dict[tuple[object, ...], list[datetime]] = {}
    for one in added:
        if one.due is not None:
            found.setdefault(_same(one, after, telling), []).append(one.due)
    return found


def _has_moved(
    one: Occurrence,
    moved: Mapping[tuple[object, ...], list[datetime]],
    after: Plan,
    telling: Telling,
) -> bool:
    dues = moved.get(_same(one, after, telling), ())
    return one.due is not None and any(abs(due - one.due) <= FURTHEST_MOVE for due in dues)


def _same(one: Occurrence, after: Plan, telling: Telling) -> tuple[object, ...]:
    """Return what stays the same of a line that only gets another date."""
    topic = present_topic(one.topic, after, telling.moves)
    return (*topic, one.kind, one.lead, one.owner)


def _alone(before: Campaign, after: Campaign) -> tuple[Campaign, Campaign]:
    common = tuple(fact for fact in before.log if fact in after.log)
    steps = {
        "deadline": tuple(_without_skips(before.deadline, after.deadline)),
        "follow_up": tuple(_without_skips(before.follow_up, after.follow_up)),
    }
    kept = {"signatory": before.signatory, "closed": before.closed, "paused": before.paused}
    alone = after.model_copy(update={"log": common, **kept, **steps})
    own = zip(
        (*after.deadline, *after.follow_up), (*alone.deadline, *alone.follow_up), strict=False
    )
    if alone == after and all(one is other for one, other in own):
        alone = after  # the very same, so that it is not planned twice
    known = before if common == before.log else before.model_copy(update={"log": common})
    return known, alone


def _without_skips(before: tuple[Step, ...], after: tuple[Step, ...]) -> Iterator[Step]:
    """Keep a step as it was where the edit only says to skip it, or to skip it no more."""
    old = {one.id: one for one in before}
    new = {one.id: one for one in after}
    for one in after:
        if one.id in old and (one.skip or old[one.id].skip):
            yield old[one.id]
        elif not one.skip:
            yield one
    yield from (one for one in before if one.skip and one.id not in new)
