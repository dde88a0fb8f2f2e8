"""Finds what is the same thing in two versions of a list, wherever it stands in the file."""

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

from msgspec import Struct

Item = TypeVar("Item")
Identity = Callable[[Item], Hashable]


class Pairs(Struct, Generic[Item], frozen=True):
    """Items with their places: those only in the earlier list, only in the later, and in both."""

    removed: tuple[tuple[int, Item], ...]
    added: tuple[tuple[int, Item], ...]
    kept: tuple[tuple[int, Item, Item], ...]  # place in the later list, earlier, later


def pair(
    old: Sequence[Item],
    new: Sequence[Item],
    *identities: Identity[Item],
) -> Pairs[Item]:
    """Pair the items of two lists by one identity after the other, the strictest first.

    Under the first identity equal items pair one by one. Under the looser ones after it only an
    item that is alone on both sides does: which of several is meant would be a guess.
    """
    left, right = dict(enumerate(old)), dict(enumerate(new))
    kept: list[tuple[int, Item, Item]] = []
    for number, identity in enumerate(identities):
        groups = _grouped(left, identity)
        for key, places in _grouped(right, identity).items():
            before = groups.get(key, [])
            if number and (len(before), len(places)) != (1, 1):
                continue
            for was, becomes in zip(before, places, strict=False):
                kept.append((becomes, left.pop(was), right.pop(becomes)))
    return Pairs(
        tuple(left.items()), tuple(right.items()), tuple(sorted(kept, key=lambda one: one[0]))
    )


def _grouped(items: dict[int, Item], identity: Identity[Item]) -> dict[Hashable, list[int]]:
    found: dict[Hashable, list[int]] = {}
    for place, item in items.items():
        found.setdefault(identity(item), []).append(place)
    return found
