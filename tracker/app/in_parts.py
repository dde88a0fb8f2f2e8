"""The plan held against the outbox some campaigns at a time, so that few lines are in memory.

What this finds is what one comparison of everything finds: lines of one campaign never depend on
those of another, only on the digests to come.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from msgspec.structs import replace

from tracker.app.telling import as_kept, passing_in
from tracker.changes import Changes, Kept, Telling, compare
from tracker.difference import Edit
from tracker.occurrence import LineKind, Occurrence
from tracker.planning import Plan
from tracker.store import Store

AT_ONCE = 200  # campaigns


def compared_in_parts(
    planned: Plan, store: Store, telling: Telling, untold: frozenset[int], *, now: datetime
) -> Iterator[Changes]:
    """Yield the changes of what is no campaign's, then of some campaigns after the others."""
    alone = [one for one in planned.occurrences if one.campaign is None]
    lines: dict[str, list[Occurrence]] = {}
    for one in planned.occurrences:
        if one.campaign is not None:
            lines.setdefault(one.campaign, []).append(one)
    beside = as_kept(store.lines_beside_campaigns())
    yield compare(replace(planned, occurrences=tuple(alone)), beside, now=now)

    digests = [one for one in alone if one.kind == LineKind.DIGEST]
    keys = {one.key for one in digests}
    waiting = [one for one in beside if one.occurrence.key in keys]
    names = sorted({*planned.courses, *lines, *store.campaigns_with_lines()})
    edits_near = _edits_near(telling.edits)
    for begin in range(0, len(names), AT_ONCE):
        part = names[begin : begin + AT_ONCE]
        mine = [one for name in part for one in lines.get(name, ())]
        changes = compare(
            replace(planned, occurrences=(*mine, *digests)),
            [*as_kept(store.lines_of(part)), *waiting],
            now=now,
            telling=replace(
                telling,
                passing=passing_in(store.passing.of(part), untold),
                edits=edits_near(part),
            ),
        )
        yield _of_campaigns(changes, waiting)


def _edits_near(edits: tuple[Edit, ...]) -> Callable[[Iterable[str]], tuple[Edit, ...]]:
    """Return what gives the edits that concern some campaigns, in their order."""
    places: dict[str, list[int]] = {}
    for place, edit in enumerate(edits):
        for name in edit.campaigns:
            places.setdefault(name, []).append(place)

    def near(names: Iterable[str]) -> tuple[Edit, ...]:
        found = {place for name in names for place in places.get(name, ())}
        return tuple(edits[place] for place in sorted(found))

    return near


def _of_campaigns(changes: Changes, waiting: list[Kept]) -> Changes:
    """Leave out what becomes of digests: that is found once."""
    beside = {one.occurrence.key for one in waiting}
    return replace(
        changes,
        add=tuple(one for one in changes.add if one.campaign is not None),
        update=tuple(one for one in changes.update if one.campaign is not None),
        drop=tuple(one for one in changes.drop if one.key not in beside),
    )
