"""Tells the faults of a draft that only come of what was left out of it."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from msgspec import Struct, field

from tracker.errors import Fault, KeyPath
from tracker.fields import slug_of
from tracker.loading.shapes import lacking
from tracker.when import ANCHORS

# Within one table: a fault of this code says nothing where one of these keys is at fault.
_HANGS_ON: Mapping[str, frozenset[str]] = {
    "missing-key": frozenset({"id"}),
    "misfit-key": frozenset({"fact"}),
    "put-off-back": frozenset({"on"}),
    "cannot-fill": frozenset({"id", "due", "for", "target"}),
    "escalate-without-count": frozenset({"id", "repeat"}),
    "two-targets": frozenset({"for"}),
}
# Between the steps of a file: one whose key is at fault may be what another misses.
_HANGS_ON_ANY_STEP: Mapping[str, frozenset[str]] = {
    "cannot-fill": frozenset({"id", "due"}),
    "no-anchor": frozenset({"id", "for"}),
    "anchor-cycle": frozenset({"id"}),
    "anchor-skipped": frozenset({"id", "skip"}),
}
_STEPS = ("deadline", "follow-up")
_NAMED: Mapping[str, tuple[str, ...]] = {
    "unknown-ask": ("ask",),
    "unknown-target": ("target",),
    "unknown-step": _STEPS,
    "phrase-anchor": _STEPS,
    "unknown-coordinator": ("coordinator",),
}
_AT_MEETINGS = frozenset({"unknown-meeting", "no-meeting-yet", "meeting-ahead", "not-a-session"})
_OF_A_MEETING = frozenset(
    {"forum", "date", "sessions", "from", "until", "name", "time", "timezone", "asks"}
)
_OF_A_DEFERRAL = frozenset({"fact", "on", "ask", "result", "meeting", "to"})
_OF_AN_OUTCOME = frozenset({"ask", "result", "to"})
_SESSIONS = frozenset({"sessions", "recess", "cancelled", "moved", "extra"})
_PLACE = re.compile(r"\{(?:target|meeting|ask|title)\}")


class Gaps(Struct, frozen=True):
    """What was left out of a file's `values`.

    `vague` are tables with a key that could mean any, `lists` those of which a part may stand
    under a key that is not theirs.
    """

    values: Mapping[str, Any]
    keys: set[KeyPath] = field(default_factory=set)
    vague: set[KeyPath] = field(default_factory=set)
    lists: set[str] = field(default_factory=set)

    def is_echo(self, fault: Fault) -> bool:
        """Say whether a fault may go by itself once what was left out is mended."""
        path, item = fault.path, fault.path[:2]
        if any(path[:length] in self.keys for length in range(1, len(path) + 1)):
            return True
        if path[:1] == ("meeting",) and fault.code != "unknown-ask":
            return self._lacks(item, _OF_A_MEETING)
        if path[:1] and path[0] in _STEPS and ((*item, "skip") in self.keys):
            return True
        return (
            self._within_table(fault)
            or self._between_steps(fault)
            or self._misses_a_name(fault)
            or self._at_a_meeting(fault)
            or self._of_all_days(fault)
        )

    def _lacks(self, item: KeyPath, keys: frozenset[str]) -> bool:
        """Say whether one of these keys of a table is left out, or may be."""
        return item in self.vague or any((*item, key) in self.keys for key in keys)

    def _may_be_elsewhere(self, kinds: tuple[str, ...]) -> bool:
        """Say whether tables of one of these kinds are left out, or stand under another key."""
        return any((kind,) in self.keys or kind in self.lists for kind in kinds)

    def _within_table(self, fault: Fault) -> bool:
        keys = _HANGS_ON.get(fault.code)
        if keys is None or not self._of_places(fault):
            return False
        if fault.code == "missing-key":
            keys |= {lacking(fault)}
        return self._lacks(fault.path[:2], keys)

    def _of_places(self, fault: Fault) -> bool:
        """Say whether a fault is not of a text alone: {targt} is never filled in."""
        words = self._words(fault)  # none where the playbook has the text
        return fault.code != "cannot-fill" or not words or bool(_PLACE.fullmatch(words))

    def _between_steps(self, fault: Fault) -> bool:
        keys = _HANGS_ON_ANY_STEP.get(fault.code)
        if keys is None or not self._of_places(fault):
            return False
        if fault.code == "cannot-fill" and not self._counts_from_a_step(fault.path[:2]):
            return False
        return self._may_be_elsewhere(_STEPS) or any(
            self._lacks(item, keys) for item in self._tables(_STEPS)
        )

    def _counts_from_a_step(self, item: KeyPath) -> bool:
        """Say whether a step may count from another: by its id, or as the playbook has it."""
        due = _at(self.values, (*item, "due"))
        return not isinstance(due, str) or not {*ANCHORS} & {*due.lower().split()}

    def _misses_a_name(self, fault: Fault) -> bool:
        """Say whether a name is missed that one of the faulty ids may be meant for."""
        kinds = _NAMED.get(fault.code, ())
        if self._may_be_elsewhere(kinds):
            return True
        ids = [
            _at(self.values, (*item, "id"))
            for item in self._tables(kinds)
            if (*item, "id") in self.keys
        ]
        return bool(ids) and _meant_by(self._words(fault), ids)

    def _at_a_meeting(self, fault: Fault) -> bool:
        """Say whether a meeting is missed that a faulty table may have made one."""
        if fault.code not in _AT_MEETINGS or fault.path[:1] != ("log",):
            return False
        if self._may_be_elsewhere(("meeting", "log")):
            return True
        return any(self._lacks(item, _OF_A_MEETING) for item in self._tables(("meeting",))) or any(
            self._may_defer(item, fault) for item in self._tables(("log",))
        )

    def _may_defer(self, item: KeyPath, fault: Fault) -> bool:
        """Say whether a faulty fact may have added a meeting, or is the one that misses one."""
        fact = _at(self.values, item)
        written = fact if isinstance(fact, dict) else {}
        perhaps = (*item, "fact") in self.keys and not _OF_AN_OUTCOME.isdisjoint(written)
        outcome = written.get("fact") == "outcome" or perhaps
        return (outcome or item == fault.path[:2]) and self._lacks(item, _OF_A_DEFERRAL)

    def _of_all_days(self, fault: Fault) -> bool:
        """Say whether a fault comes of all the days of a forum or a calendar together."""
        if fault.code == "no-working-day" and fault.path == ("add",):
            return ("drop",) in self.keys
        of_forum = bool(fault.path) and fault.path[0] in _SESSIONS
        return of_forum and not fault.code.startswith("phrase") and self._lacks((), _SESSIONS)

    def _words(self, fault: Fault) -> str:
        """Return the words of the file that a fault is about."""
        value = _at(self.values, fault.path)
        if not isinstance(value, str):
            return ""
        begin, length = fault.span or (0, len(value))
        return value[begin : begin + length]

    def _tables(self, kinds: tuple[str, ...]) -> Iterator[KeyPath]:
        """Yield the tables of some kinds that something was left out of."""
        for item in {key[:2] for key in self.keys} | self.vague:
            if item[:1] and item[0] in kinds:
                yield item


def _meant_by(name: str, ids: list[object]) -> bool:
    """Say whether a name may be one of some faulty ids; one without a letter may be any."""
    near = [one.lower() for one in ids if isinstance(one, str) and slug_of(one, "")]
    return len(near) < len(ids) or bool(get_close_matches(name.lower(), near, n=1, cutoff=0.4))


def _at(values: Any, path: KeyPath) -> Any:  # noqa: ANN401 -- whatever the file holds
    for part in path:
        try:
            values = values[part]
        except (KeyError, IndexError, TypeError):
            return None
    return values
