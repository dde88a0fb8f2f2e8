"""A faulty file without its faults, to look for those that only a whole file shows."""

from collections.abc import Callable, Iterable
from copy import deepcopy
from itertools import count
from typing import Any

from msgspec import Struct, field

from tracker.errors import Fault, KeyPath
from tracker.fields import is_slug
from tracker.loading.echoes import Gaps
from tracker.loading.files import FileKind
from tracker.loading.shapes import Shape, lacking, meant, shape_of

# The years of other dates hang on these, so that without them nothing can be judged.
_EVERYTHING_HANGS_ON = frozenset({"dated", "opened"})
# The sessions of a forum are worked out from all of these together, and a list of days is one.
_WHOLE = frozenset({"recess", "cancelled", "moved", "extra", "add", "drop", "away", "weekend"})
_NAMES = frozenset({"coordinators", "who", "asks"})
_TABLES = frozenset(
    {"ask", "meeting", "target", "deadline", "follow-up", "signatory", "log", "coordinator"}
)
# Where one of these stands and has no place, the heading of another table may be missing.
_FIRST_KEYS = frozenset({"id", "what", "text", "post", "name", "forum", "date", "fact"})
_HARMLESS = {
    **dict.fromkeys(("title", "name", "text", "post", "what"), "…"),
    "due": "day of letter",
    "fact": "note",
    "timezone": "UTC",
}
_LEFT_OUT = "left-out"


class Draft(Struct, frozen=True):
    """What a file would be: never in force, only looked at for further faults."""

    shape: Shape
    gaps: Gaps

    def faults(self, check: Callable[[Shape], Iterable[Fault]]) -> list[Fault]:
        """Return the errors that a check finds and that do not come of what is left out."""
        found = check(self.shape)
        return [one for one in found if one.severity == "error" and not self.gaps.is_echo(one)]


def draft_of(kind: FileKind, values: dict[str, Any], faults: Iterable[Fault]) -> Draft | None:
    """Return the file without its faults; None where too much hangs on what is wrong."""
    patch = _Patch(kind, deepcopy(values), Gaps(values))
    if not all(patch.mends(fault) for fault in faults):
        return None
    shape = shape_of(kind, patch.values)[0]
    return Draft(shape, patch.gaps) if shape else None


class _Patch(Struct):
    """The values of a file while what is wrong in them is left out or replaced."""

    kind: FileKind
    values: dict[str, Any]
    gaps: Gaps
    numbers: "count[int]" = field(default_factory=count)

    def mends(self, fault: Fault) -> bool:
        """Leave out what a fault is about, with a placeholder where a file needs one."""
        if fault.code in {"unknown-key", "misplaced-key", "password"}:
            return self._odd_key(fault)
        path = self._known(fault.path)
        if fault.code == "missing-key":
            path = (*path, lacking(fault))
        keys = [number for number, part in enumerate(path) if isinstance(part, str)]
        if not keys:
            return False
        if path[keys[-1]] in _NAMES and len(path) > keys[-1] + 1:
            self._within(path[:-1])[path[-1]] = self._name()
            self.gaps.keys.add(path)
            return True
        whole = next((number for number in keys if path[number] in _WHOLE), keys[-1])
        return self._gap(path[:whole], str(path[whole]))

    def _odd_key(self, fault: Fault) -> bool:
        """Leave out a key that has no place here, and doubt the one that it was meant for."""
        item, key = fault.path[:-1], str(fault.path[-1])
        table = self._within(item)
        if not isinstance(table, dict):
            return False
        value = table.pop(key, None)
        if fault.code == "misplaced-key":
            self.gaps.lists.add(key)
            return key in self.values or self._gap((), key)
        if key in _FIRST_KEYS:
            self.gaps.lists.update(_TABLES)
        if name := meant(fault):
            self.gaps.lists.update({name} - {*item})
            return name in table or self._gap(item, name)
        self.gaps.vague.add(item)
        if not item and isinstance(value, (list, dict)):
            self.gaps.lists.update(_TABLES)
        if not item and isinstance(value, str) and is_slug(value) and self.kind == "campaign":
            return "playbook" in self.values or self._gap((), "playbook")
        return True

    def _gap(self, item: KeyPath, key: str) -> bool:
        """Leave a key out of a table, or put something harmless in its place."""
        table = self._within(item)
        if not isinstance(table, dict) or (not item and key in _EVERYTHING_HANGS_ON):
            return False
        table.pop(key, None)
        harmless = self._harmless(str(item[0]) if item else "", key)
        if harmless is not None:
            table[key] = harmless
        self.gaps.keys.add((*item, key))
        return True

    def _harmless(self, item: str, key: str) -> Any:  # noqa: ANN401 -- whatever a file may hold
        """Return what may stand for a key that the rest of its table needs, if it needs one."""
        match item, key:
            case ("", "playbook" | "workdays") | (_, "id"):
                found: Any = self._name()
            case "", "coordinators":
                found = [self._name()]
            case "log", "on":
                found = self.values.get("dated")
            case _, "email":
                found = f"{self._name()}@example.org"
            case "meeting", _:  # of its own name, or of a forum: neither is known
                found = None
            case _:
                found = _HARMLESS.get(key)
        return found

    def _name(self) -> str:
        return f"{_LEFT_OUT}-{next(self.numbers)}"

    def _known(self, path: KeyPath) -> KeyPath:
        """Return the parts of a path that are keys of the file."""
        known: KeyPath = ()
        for part in path:
            if _has(self._within(known), part):
                known = (*known, part)
        return known

    def _within(self, path: KeyPath) -> Any:  # noqa: ANN401 -- whatever the file holds
        values: Any = self.values
        for part in path:
            values = values[part] if _has(values, part) else None
        return values


def _has(values: Any, part: str | int) -> bool:  # noqa: ANN401 -- whatever the file holds
    if isinstance(values, dict):
        return part in values
    return isinstance(values, list) and isinstance(part, int) and part < len(values)
