"""A mapping with some of its values replaced, without a copy of all the others."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from tracker.app.lazily import Lazily

V = TypeVar("V")
MOST_EDITS = 256  # then one copy is made, so that what lies on top stays small


class WithEdits(Mapping[str, V]):
    """What it lies on, with other values for some of the same keys; neither is ever changed.

    Copying the frames of ten thousand campaigns costs more than planning the one that was edited.
    """

    __slots__ = ("below", "edits")

    def __init__(self, below: Mapping[str, V], edits: Mapping[str, V]) -> None:
        self.below = below
        self.edits = edits

    def __getitem__(self, key: str) -> V:
        """Return the value that was edited last."""
        return self.edits[key] if key in self.edits else self.below[key]

    def __iter__(self) -> Iterator[str]:
        """Yield the keys in their old order."""
        return iter(self.below)

    def __len__(self) -> int:
        """Count the keys: an edit adds none."""
        return len(self.below)

    def __contains__(self, key: object) -> bool:
        """Say whether there is such a key."""
        return key in self.below


def with_edits(known: Mapping[str, V], edits: Mapping[str, V]) -> Mapping[str, V]:
    """Return what is known with some of its values replaced; KeyError for a key not in it."""
    if isinstance(known, Lazily):
        return known.with_values(edits)
    if not edits.keys() <= known.keys():
        raise KeyError(*(edits.keys() - known.keys()))
    if not isinstance(known, WithEdits):
        return WithEdits(known, edits)
    both = {**known.edits, **edits}
    return WithEdits(known.below, both) if len(both) <= MOST_EDITS else {**known.below, **both}
