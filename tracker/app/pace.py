"""How quick the mail server is: what its latest answers took, and from when on another is late.

Pure. A mail that is the first for a while may have to open its connection: those are told apart.
"""

from collections import deque
from contextlib import suppress

import msgspec

LATEST = 32  # so many answers tell what is usual
LATE_TIMES = 1.05  # as long as the longest of them took, and a little
HANGS_TIMES = 1.5  # so much longer, and a mail that began later was answered: it is the mail
UNKNOWN_SECONDS = 0.5  # late for a server that never answered yet
LEAST_SECONDS = 0.05  # a moment that any server or machine may take
LONG_SECONDS = 10.0  # an answer that takes longer holds nobody up


class Pace:
    """What the latest answers took, in seconds, of mails that were the first and of the others."""

    def __init__(self) -> None:
        self._took = {is_first: deque[float](maxlen=LATEST) for is_first in (True, False)}

    def learn(self, took: float, *, is_first: bool) -> None:
        """Learn from one answer."""
        self._took[is_first].append(took)

    def late(self, *, is_first: bool) -> float:
        """Return after how many seconds an answer is late."""
        return self._times(LATE_TIMES, is_first=is_first)

    def hangs(self, *, is_first: bool) -> float:
        """Return after how many seconds a mail that another overtook hangs."""
        return self._times(HANGS_TIMES, is_first=is_first)

    @property
    def longest(self) -> tuple[float | None, ...]:
        """Return the longest of each: what is late goes by that alone."""
        return tuple(max(took, default=None) for took in self._took.values())

    def dump(self) -> str:
        """Return what was learned as text, to be written down."""
        seconds = [[round(one, 3) for one in took] for took in self._took.values()]
        return msgspec.json.encode(seconds).decode()

    def load(self, text: str) -> None:
        """Take in what was written down by `dump`; where it is something else, nothing."""
        with suppress(msgspec.MsgspecError):
            seconds = msgspec.json.decode(text, type=tuple[list[float], list[float]])
            for took, latest in zip(self._took.values(), seconds, strict=True):
                took.extend(latest)

    def _times(self, times: float, *, is_first: bool) -> float:
        took = self._took[is_first] or self._took[not is_first]
        if not took:
            return UNKNOWN_SECONDS
        return min(max(times * max(took), LEAST_SECONDS), LONG_SECONDS)
