"""An event loop whose clock jumps when everybody waits: ten minutes of patience take none."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

# What is under way through the kernel gets this long, in real seconds, before the clock jumps.
UNDER_WAY = 0.01
FOR_EVER = 10.0
Result = TypeVar("Result")


class TurnedLoop(asyncio.SelectorEventLoop):
    """Counts what was waited for in `ahead`; sockets are real."""

    def __init__(self) -> None:
        self.ahead = 0.0
        super().__init__(_Selector(self))

    def time(self) -> float:
        return super().time() + self.ahead


class _Selector(selectors.DefaultSelector):
    def __init__(self, loop: TurnedLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(0)
        if found or (timeout is not None and timeout <= 0):
            return found
        found = super().select(UNDER_WAY if timeout is not None else FOR_EVER)
        if found:
            return found
        assert timeout is not None, "everybody waits, and for ever"
        self._loop.ahead += timeout
        return []


def run(story: Coroutine[Any, Any, Result]) -> tuple[Result, float]:
    """Play a story through; return what it gives and how many seconds its clock counted.

    A fault that nobody caught, in a task or in a callback, fails it.
    """
    faults: list[dict[str, Any]] = []
    with asyncio.Runner(loop_factory=TurnedLoop) as runner:
        loop = runner.get_loop()
        loop.set_exception_handler(lambda _loop, context: faults.append(context))
        before = loop.time()
        result = runner.run(story)
        took = loop.time() - before
    assert faults == []
    return result, took
