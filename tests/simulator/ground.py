"""The database that a world stands on: made once in a process, and empty again for each world.

Making one takes longer than a whole world; its bytes are copied back in a tenth of a millisecond.
"""

import sqlite3
from functools import cache
from pathlib import Path
from typing import cast

from tests.simulator.looking import Look
from tracker.store import Store


class Ground:
    """One database in memory, under as many processes as a world has."""

    def __init__(self) -> None:
        self._first = Store.open("sqlite://", base=Path())
        pooled = self._first._engine.raw_connection()
        self._connection = cast("sqlite3.Connection", pooled.driver_connection)
        self._empty = self._connection.serialize()
        self.look = Look(self._connection)

    def clear(self) -> None:
        """Let the database hold nothing but its tables."""
        self._connection.rollback()
        self._connection.deserialize(self._empty)

    def a_store(self) -> Store:
        """Open it once more, as one process."""
        return Store(self._first._engine, None)


@cache
def the_ground() -> Ground:
    """Give this process's own, which one world at a time may use."""
    return Ground()
