"""A faulty file without its faults, to look for those that only a whole file shows."""

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from tracker.errors import Fault, KeyPath
from tracker.loading.files import FileKind
from tracker.loading.shapes import Shape, meant, shape_of

# Keys that nothing else in a file depends on: a step without its leads is still the same step.
SPARE = frozenset(
    {"remind", "holder", "state", "stance", "address", "note", "by", "place", "source", "summary"}
    | {"signer", "sender", "signed"}
)


def draft_of(kind: FileKind, values: dict[str, Any], faults: Iterable[Fault]) -> Shape | None:
    """Return the shape that a file has without its faults; None where it needs what is wrong."""
    draft = deepcopy(values)
    for fault in faults:
        path = _spared(fault)
        if path is None:
            return None
        _leave_out(draft, path)
    return shape_of(kind, draft)[0]


def _spared(fault: Fault) -> KeyPath | None:
    """Return the path of the key that can be left out for a fault, if one can."""
    if fault.code == "unknown-key":
        return fault.path if meant(fault) in {"", *SPARE} else None
    for index, key in enumerate(fault.path):
        if key in SPARE:
            return fault.path[: index + 1]
    return None


def _leave_out(values: Any, path: KeyPath) -> None:  # noqa: ANN401 -- whatever the file holds
    """Leave out a key; a path may have parts that are no keys of the file."""
    for key in path[:-1]:
        values = _inside(values, key)
    if isinstance(values, dict):
        values.pop(path[-1], None)


def _inside(values: Any, key: str | int) -> Any:  # noqa: ANN401 -- whatever the file holds
    if isinstance(values, dict):
        return values.get(str(key), values)
    within = isinstance(values, list) and isinstance(key, int) and key < len(values)
    return values[key] if within else values
