"""An event loop whose time is a number: waiting ten minutes takes none."""

import asyncio
import selectors
from collections.abc import Mapping
from typing import Any


class _Instant(selectors.BaseSelector):
    """Watches nothing; waiting moves the clock on instead."""

    def __init__(self) -> None:
        self.now = 0.0
        self._keys: dict[Any, selectors.SelectorKey] = {}

    def select(self, timeout: float | None = None) -> list[Any]:
        """Let the time pass that the loop wants to wait."""
        assert timeout is not None, "everybody waits for somebody else"
        self.now += max(timeout, 0.0)
        return []

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """Note a file, as the loop does with its own pipe."""
        self._keys[fileobj] = selectors.SelectorKey(fileobj, -1, events, data)
        return self._keys[fileobj]

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        """Forget a file."""
        return self._keys.pop(fileobj)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        """Return the files noted."""
        return self._keys


class Clockwork(asyncio.SelectorEventLoop):
    """A loop with a clock of its own, in seconds since the world began."""

    def __init__(self) -> None:
        self._instant = _Instant()
        super().__init__(self._instant)

    def time(self) -> float:
        """Return the seconds that have passed."""
        return self._instant.now

    def pass_time(self, seconds: float) -> None:
        """Let time pass while nothing runs."""
        self._instant.now += seconds
