"""The outbox brought in line some campaigns at a time, held against the same in one go."""

from collections.abc import Iterator
from datetime import datetime

from msgspec.structs import replace

from tracker.app.in_parts import compared_in_parts
from tracker.app.telling import outbox_of, passing_in
from tracker.changes import Changes, Telling, compare
from tracker.planning import Plan
from tracker.store import Store


def same_as_in_one_go(
    planned: Plan, store: Store, telling: Telling, untold: frozenset[int], *, now: datetime
) -> Iterator[Changes]:
    """Yield the changes part by part, all of which together are those of one comparison."""
    parts = list(compared_in_parts(planned, store, telling, untold, now=now))
    told = replace(telling, passing=passing_in(store.passing.so_far(), untold))
    whole = compare(planned, outbox_of(store), now=now, telling=told)
    for field in ("add", "update", "drop", "for_digest"):
        found = [one for part in parts for one in getattr(part, field)]
        wanted = list(getattr(whole, field))
        assert sorted(found, key=repr) == sorted(wanted, key=repr), field
    assert {key: at for part in parts for key, at in part.waits.items()} == whole.waits
    yield from parts
