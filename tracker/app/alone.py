"""Some campaigns planned, compared and brought in line, as if all were."""

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from tracker.app.engine import Engine, horizon
from tracker.app.remembering import history_from
from tracker.app.telling import as_kept, digests_ahead
from tracker.changes import Changes, compare
from tracker.events import History
from tracker.planning import Plan, plan


class Alone(Struct, frozen=True):
    """What came of it: the plan of these campaigns, what it was made of, what it changed."""

    planned: Plan
    history: History
    changes: Changes


def plan_alone(
    engine: Engine,
    names: frozenset[str],
    beside: Callable[[History], History],
    *,
    now: datetime,
) -> Alone:
    """Plan campaigns within a transaction; `beside` adds to their history what is no campaign's.

    Digests to come are looked at, and left as they are: one may save a correction.
    """
    store = engine.store
    engine.beside.catch_up()
    files = engine.files.only(names)
    entries = [entry for name in sorted(names) for entry in store.journal(campaign=name)]
    history = history_from(entries, files.facts, engine.blank_history())
    history = beside(replace(history, edits=engine.beside.edits(entries)))
    planned = plan(files.world, history, now=now, until=horizon(now), only=names)
    digests = digests_ahead(store, now)
    kept = as_kept(store.lines_of(names))
    ahead = (*planned.occurrences, *(one.occurrence for one in digests))
    changes = compare(
        replace(planned, occurrences=ahead),
        [*kept, *digests],
        now=now,
        telling=engine.beside.telling(
            files.world, entries, store.passing.of(names), (), edited_at=engine.edited_at
        ),
    )
    engine.bring_in_line(changes, now)
    return Alone(planned, history, changes)
