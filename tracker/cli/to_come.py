"""Lines of a plan that are still to leave, and how they are written as JSON."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from tracker.app.replay import line_json, utc
from tracker.changes import Kept
from tracker.cli.past import Past
from tracker.cli.sources import Sources
from tracker.occurrence import LineKind, Occurrence
from tracker.planning import Plan
from tracker.planning.files import PREFIX

UNSENT = frozenset({"queued", "cancelled"})


def left_by_now(past: Past) -> dict[str, Kept]:
    """Return by key the lines of the outbox that have left, or never will."""
    if past.store is None:
        return {}
    from tracker.app.telling import outbox_of  # noqa: PLC0415 -- it loads the store

    return {one.occurrence.key: one for one in outbox_of(past.store) if one.state not in UNSENT}


def is_to_come(one: Occurrence, past: Past, left: Mapping[str, Kept]) -> bool:
    """Say whether a line is still to leave; without an outbox by the clock."""
    if one.state != "planned" or one.due is None:
        return True
    return one.key not in left if past.store is not None else one.due >= past.now


def can_leave(one: Occurrence, planned: Plan, gone: Collection[str]) -> bool:
    """Say whether a line may still leave as things are.

    Of a campaign whose file is gone nothing leaves but the word about that, and what still waits
    for a date in a closed one never gets it.
    """
    if one.campaign in gone:
        return one.kind == LineKind.NOTICE and one.key.startswith(PREFIX)
    return one.state != "waiting" or not is_closed(one.campaign, planned, planned.now)


def is_closed(campaign: str | None, planned: Plan, at: datetime) -> bool:
    """Say whether nothing more is planned for a campaign at a moment."""
    whole = planned.courses.get(campaign or "")
    closed = whole.frame.closed_at if whole else None
    return closed is not None and closed <= at


def occurrence_json(one: Occurrence, now: datetime, sources: Sources) -> dict[str, Any]:
    """Return a line as one object of `plan --json`."""
    source = sources.of(one.origin)
    return line_json(one, now) | {
        "due": utc(one.due) if one.due else None,
        "expires": utc(one.expires) if one.expires else None,
        "to": one.to,
        "file": source.file if source else None,
        "line": source.line if source else None,
        "why": one.why,
        "state": one.state,
        "reason": one.reason,
    }
