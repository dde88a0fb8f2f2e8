"""A mapping whose values are made when they are asked for, the latest of them kept."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

V = TypeVar("V")
MOST_KEPT = 64


class Lazily(Mapping[str, V]):
    """As many keys as there are, and in memory the values that were asked for last.

    `make` gives the same value for a key however often it is asked: what changes is a new mapping.
    """

    __slots__ = ("_kept", "_keys", "_make")

    def __init__(
        self,
        keys: Mapping[str, object],
        make: Callable[[str], V],
        kept: Mapping[str, V] | None = None,
    ) -> None:
        self._keys = keys
        self._make = make
        self._kept = OrderedDict(kept or {})

    def __getitem__(self, key: str) -> V:
        """Return a value, made anew where it was not asked for lately."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        if key not in self._keys:
            raise KeyError(key)
        made = self._kept[key] = self._make(key)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return made

    def __iter__(self) -> Iterator[str]:
        """Yield the keys in their order."""
        return iter(self._keys)

    def __len__(self) -> int:
        """Count the keys, whatever is in memory."""
        return len(self._keys)

    def __contains__(self, key: object) -> bool:
        """Say whether there is such a key; nothing is made for that."""
        return key in self._keys

    def with_values(self, values: Mapping[str, V]) -> "Lazily[V]":
        """Return the same keys with other values for some; KeyError for a key not among them.

        What `make` gives for these is theirs from now on.
        """
        if not values.keys() <= self._keys.keys():
            raise KeyError(*(values.keys() - self._keys.keys()))
        kept = {key: one for key, one in self._kept.items() if key not in values}
        return Lazily(self._keys, self._make, {**kept, **values})
