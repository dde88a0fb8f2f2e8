"""Chance that belongs to somebody: a draw depends on the seed, the entity and the question."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeVar

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Draws:
    """All the chance of one world."""

    seed: int

    def share(self, *what: object) -> float:
        """Return a number from 0 to 1 that is always the same for the same question."""
        asked = "\x1f".join(map(str, (self.seed, *what))).encode()
        return int.from_bytes(blake2b(asked, digest_size=7).digest()) / 2**56

    def happens(self, chance: float, *what: object) -> bool:
        """Say whether something comes about that does so with this chance."""
        return self.share(*what) < chance

    def whole(self, least: int, most: int, *what: object) -> int:
        """Return a whole number from `least` to `most`, both of them possible."""
        return least + int(self.share(*what) * (most - least + 1))

    def one_of(self, things: Sequence[Thing], *what: object) -> Thing:
        """Return one of several things."""
        return things[self.whole(0, len(things) - 1, *what)]
