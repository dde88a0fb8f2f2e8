"""What the tracker asks of the machine that it runs on, each thing given like the clock."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine as it is now.

    `up_seconds` counts from its start and goes on while it sleeps; `boot` names that start, so
    that two processes know whether they count from the same one. `id` is the same for ever, and
    another on a copy. `free_bytes` says how much room is left where a path is. An empty `boot` or
    `id` is one that nobody knows.
    """

    id: str
    boot: str
    up_seconds: Callable[[], float]
    free_bytes: Callable[[Path], int]
