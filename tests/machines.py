"""Several machines' stores on one PostgreSQL, and what happens to that database meanwhile."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.databases import asked
from tracker.store import Store

PATIENCE_SECONDS = 30


@contextmanager
def machines(url: str, count: int = 2) -> Iterator[list[Store]]:
    """Open the database from several machines."""
    stores = [Store.open(url, base=Path()) for _ in range(count)]
    try:
        yield stores
    finally:
        for store in stores:
            store.close()


def let_leases_end(url: str) -> None:
    """Let every lease have ended, as after a while in which nobody renewed any."""
    asked(url, "UPDATE lease SET until = clock_timestamp() - interval '1 second'")
    asked(url, "UPDATE mail SET leased_until = clock_timestamp() - interval '1 second'")


def throw_out_everybody(url: str) -> None:
    """End all connections to a database, as an administrator or a crash does."""
    asked(
        url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )


def waits_for_a_lock(url: str) -> bool:
    """Say whether somebody waits for a lock in a database."""
    found = asked(
        url,
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND wait_event_type = 'Lock'",
    )
    return found[0][0] != 0


class Beside:
    """Work that another thread does."""

    def __init__(self, work: Callable[[], object]) -> None:
        self.result: object = None
        self.fault: BaseException | None = None
        self._work = work
        self._thread = threading.Thread(target=self._run)

    def begin(self) -> "Beside":
        self._thread.start()
        return self

    def join(self) -> None:
        self._thread.join(PATIENCE_SECONDS)
        assert not self._thread.is_alive(), "it waits for ever"

    def _run(self) -> None:
        try:
            self.result = self._work()
        except BaseException as fault:  # noqa: BLE001 -- the test looks at it
            self.fault = fault
