"""How quick the mail server is: what its latest answers took, and from when on another is late.

Pure. A mail that is the first for a while may have to open its connection: those are told apart.
"""

from collections import deque
from collections.abc import Collection
from contextlib import suppress

import msgspec

LATEST = 32  # so many answers tell what is usual
OUTLIERS = 10  # and so many of them may be far slower than the others, and teach nothing
FAR_TIMES = 2
LATE_TIMES = 1.05  # as long as the longest of them took, and a little
LITTLE_SECONDS = 0.05
HANGS_TIMES = 1.5  # so much longer, and it is most likely the mail, and not the server
UNKNOWN_SECONDS = 0.5  # late for a server that never answered yet
LEAST_SECONDS = 0.05  # a moment that any server or machine may take
LONG_SECONDS = 10.0  # an answer that takes longer holds nobody up


class Pace:
    """What the latest answers took, in seconds, of mails that were the first and of the others."""

    def __init__(self) -> None:
        self._took = {is_first: deque[float](maxlen=LATEST) for is_first in (True, False)}
        self._longest: dict[bool, float] = {}

    def learn(self, took: float, *, is_first: bool) -> None:
        """Learn from one answer."""
        self._took[is_first].append(took)
        self._longest[is_first] = longest_usual(self._took[is_first])

    def late(self, *, is_first: bool) -> float:
        """Return after how many seconds an answer is late."""
        longest = self._usual(is_first=is_first)
        if longest is None:
            return UNKNOWN_SECONDS
        return _bounded(min(LATE_TIMES * longest, longest + LITTLE_SECONDS))

    def hangs(self, *, is_first: bool) -> float:
        """Return after how many seconds an answer takes so long that it is the mail's own."""
        longest = self._usual(is_first=is_first)
        return UNKNOWN_SECONDS if longest is None else _bounded(HANGS_TIMES * longest)

    @property
    def longest(self) -> tuple[float | None, ...]:
        """Return the longest of each: what is late goes by that alone."""
        return tuple(self._longest.get(is_first) for is_first in self._took)

    def dump(self) -> str:
        """Return what was learned as text, to be written down."""
        seconds = [[round(one, 3) for one in took] for took in self._took.values()]
        return msgspec.json.encode(seconds).decode()

    def load(self, text: str) -> None:
        """Take in what was written down by `dump`; where it is something else, nothing."""
        with suppress(msgspec.MsgspecError):
            seconds = msgspec.json.decode(text, type=tuple[list[float], list[float]])
            for is_first, latest in zip(self._took, seconds, strict=True):
                for took in latest:
                    self.learn(took, is_first=is_first)

    def _usual(self, *, is_first: bool) -> float | None:
        return self._longest.get(is_first, self._longest.get(not is_first))


def longest_usual(took: Collection[float]) -> float:
    """Return the longest of some times, but for a few that are far longer than the others."""
    ordered = sorted(took)
    usual = ordered[max((len(ordered) - 1) // 2, len(ordered) - 1 - OUTLIERS)]
    return max(one for one in ordered if one <= FAR_TIMES * usual)


def _bounded(seconds: float) -> float:
    return min(max(seconds, LEAST_SECONDS), LONG_SECONDS)
