"""What an edit would do to the mail to come: one plan against another."""

from collections.abc import Collection, Hashable, Iterable
from datetime import datetime
from typing import Literal

from msgspec import Struct

from tracker.differences.pairing import pair
from tracker.occurrence import Occurrence
from tracker.planning import Plan


class PlanChange(Struct, frozen=True, kw_only=True):
    """One line that is new, has another date, or will not leave.

    `line` is as it would be, or as it was where it is cancelled; `was` is a moved one's earlier
    self. `at_once` says that it would leave the moment the edit comes in force.
    """

    change: Literal["added", "moved", "cancelled"]
    line: Occurrence
    was: Occurrence | None = None
    at_once: bool = False

    @property
    def order(self) -> tuple[str, str]:
        """Return what puts changes in the order of leaving."""
        return (self.line.due.isoformat() if self.line.due else "", self.line.key)

    def touches(self, until: datetime) -> bool:
        """Say whether the line leaves, or would have left, before a moment."""
        dues = (one.due for one in (self.line, self.was) if one is not None)
        return any(due is not None and due < until for due in dues)


def compare_plans(before: Plan, after: Plan, *, gone: Collection[str]) -> tuple[PlanChange, ...]:
    """Return what differs between two plans made at one moment, in the order of leaving.

    `gone` are the keys of lines that have left, or never will: an edit has no power over them. A
    line is moved if the same reader hears of the same thing by the same lead, on another date.
    """
    old, new = _to_come(before, gone), _to_come(after, gone)
    pairs = pair(old, new, _the_very_same, _same_line, _same_but_for_the_meeting)
    now = after.now
    found = [PlanChange(change="cancelled", line=one) for _, one in pairs.removed]
    found += [
        PlanChange(change="added", line=one, at_once=_by(one, now)) for _, one in pairs.added
    ]
    found += [
        PlanChange(change="moved", line=one, was=was, at_once=_by(one, now) and not _by(was, now))
        for _, was, one in pairs.kept
        if (was.due, was.states) != (one.due, one.states)
    ]
    return tuple(sorted(found, key=lambda one: one.order))


def _to_come(plan: Plan, gone: Collection[str]) -> list[Occurrence]:
    return [one for one in plan.planned if one.key not in gone]


def _by(one: Occurrence, now: datetime) -> bool:
    return one.due is not None and one.due <= now


def _about(one: Occurrence) -> tuple[Hashable, ...]:
    return (one.kind, one.campaign, one.item, one.owner, one.to, one.ask)


def _the_very_same(one: Occurrence) -> Hashable:
    # However its lead is worded: the same line leaves at the same time.
    return (*_about(one), one.forum, one.session, one.targets, one.due, one.states)


def _same_line(one: Occurrence) -> Hashable:
    return (*_about(one), one.forum, one.session, one.lead)


def _same_but_for_the_meeting(one: Occurrence) -> Hashable:
    return (*_about(one), one.lead)


def counts(changes: Iterable[PlanChange]) -> dict[str, int]:
    """Count the lines added, moved and cancelled, and those that leave at once."""
    found = {"added": 0, "moved": 0, "cancelled": 0, "at once": 0}
    for one in changes:
        found[one.change] += 1
        found["at once"] += one.at_once
    return found
