"""Lines of a plan that are still to leave, and how they are written as JSON."""

from datetime import datetime
from typing import Any

from tracker.app.replay import line_json, utc
from tracker.cli.past import Past
from tracker.cli.sources import Sources
from tracker.occurrence import Occurrence

UNSENT = frozenset({"queued", "cancelled"})


def is_to_come(one: Occurrence, past: Past) -> bool:
    """Say whether a line is still to leave; past ones only if the outbox has not seen them go."""
    if one.state != "planned" or one.due is None or one.due >= past.now:
        return True
    if past.store is None:
        return False
    kept = past.store.line(one.key)
    return kept is None or kept.state in UNSENT


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
