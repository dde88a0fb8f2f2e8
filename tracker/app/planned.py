"""What the planning machine lets the others know: up to when it has planned, and what is wrong."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tracker.errors import Problem
from tracker.store import Store

PLANNED = "planned"
_SAID = ("file", "line", "column", "key", "code", "message", "hint")


def let_know(store: Store, problems: Iterable[Problem], *, now: datetime) -> None:
    """Write down that all is planned up to now, and the errors in files that digests tell."""
    wrong = [one for one in problems if one.severity == "error"]
    said = [{name: getattr(one, name) for name in _SAID} for one in wrong]
    store.mark(PLANNED, json.dumps(said, ensure_ascii=False), now=now)


def planned_until(store: Store) -> datetime | None:
    """Return the moment up to which the lines are those of a plan; None before the first."""
    found = store.marked(PLANNED)
    return None if found is None else found.at


def problems_planned_with(store: Store) -> tuple[Problem, ...]:
    """Return the errors in files as the planning machine last found them."""
    found = store.marked(PLANNED)
    said: list[dict[str, Any]] = [] if found is None else json.loads(found.value)
    return tuple(Problem(**one) for one in said)
