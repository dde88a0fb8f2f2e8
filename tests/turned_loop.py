"""An event loop whose time is turned on instead of waited for."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _NoWaiting(selectors.SelectSelector):
    """Finds at once what there is; what time-out it was asked to wait for, it has waited."""

    passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(0)
        if not found:
            assert timeout is not None, "everybody waits for ever"
            self.passed += max(timeout, 0)
        return found


class TurnedLoop(asyncio.SelectorEventLoop):
    """Where nobody waits for anything but time, that passes at once."""

    def __init__(self) -> None:
        self._turned = _NoWaiting()
        super().__init__(self._turned)

    def time(self) -> float:
        """Return the seconds that have passed in here."""
        return self._turned.passed

    def pass_time(self, seconds: float) -> None:
        """Let time pass while nothing runs."""
        self._turned.passed += seconds


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end, in no time."""
    with asyncio.Runner(loop_factory=TurnedLoop) as runner:
        return runner.run(work)
