"""Who has work in hand, and until when: each mail being sent, and the planning.

The clock of leases is the database's, and it is for nothing else. Where one process has the
database to itself, that one plans, and no row says so.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection, Row

from tracker.errors import BusyError
from tracker.store import postgres
from tracker.store.engine import Work
from tracker.tables import LEASE

PLANNER = "planner"
LASTS = timedelta(seconds=30)  # the planning
MAIL_LASTS = timedelta(seconds=60)
LONGEST_GAP = timedelta(seconds=25)
STEP = timedelta(seconds=5)
_OURS = LEASE.c.name == PLANNER
_ONE = select(LEASE).where(_OURS)
Transaction = Callable[[Work], AbstractContextManager[Connection]]
_Row = Row[*tuple[Any, ...]]


def end(connection: Connection, now: datetime) -> datetime:
    """Return until when a mail that is taken in hand now is its owner's, unrenewed."""
    return (postgres.clock(connection) if postgres.is_it(connection) else now) + MAIL_LASTS


class Watch:
    """Whether the database's clock has run evenly for as long as a lease lasts.

    After a step of that clock, or while the server was away, leases seem to have ended that
    nobody could renew; whoever is alive renews them before the watch is over.
    """

    def __init__(self) -> None:
        self._last: tuple[datetime, datetime] | None = None
        self._since: datetime | None = None

    def look(self, theirs: datetime, ours: datetime) -> bool:
        """Take note of both clocks, and say whether an ended lease means a dead owner."""
        even = self._last is not None and self._is_even(*self._last, theirs, ours)
        if self._since is None or not even:
            self._since = ours
        self._last = theirs, ours
        return ours - self._since >= MAIL_LASTS

    @staticmethod
    def _is_even(
        their_last: datetime, our_last: datetime, theirs: datetime, ours: datetime
    ) -> bool:
        passed = ours - our_last
        return timedelta() <= passed <= LONGEST_GAP and abs(theirs - their_last - passed) <= STEP


class Planner:
    """Whether this process plans."""

    def __init__(self, transaction: Transaction, *, owner: str, is_shared: bool) -> None:
        self._transaction = transaction
        self._owner = owner
        self._is_shared = is_shared
        self._term: int | None = None

    def is_here(self) -> bool:
        """Say whether this process plans: it goes on if it does, and begins if nobody else does.

        The clock is the database's, and none but that one.
        """
        if not self._is_shared:
            return True
        with self._transaction("reading") as connection:
            row, now = _asked(connection)
        if self._has(row) and row is not None and row.until - now > LASTS * 2 / 3:
            return True
        if row is not None and row.owner != self._owner and self._holds(row, now):
            self._term = None
            return False
        with self._transaction("sending") as connection:
            return self._taken(connection)

    def renew(self) -> None:
        """Go on planning if this process does, in the middle of other work."""
        if self._term is not None:
            self.is_here()

    def who(self) -> str | None:
        """Return the process that plans, or was the last to do so."""
        with self._transaction("reading") as connection:
            row, _ = _asked(connection)
        return None if row is None else str(row.owner)

    def fence(self, connection: Connection) -> None:
        """End a planning transaction whose process has the plan no longer, with BusyError."""
        if self._term is not None and not self._has(_asked(connection)[0]):
            self._term = None
            raise BusyError("Another machine plans now; what was under way here is undone.")

    def give_up(self) -> None:
        """Let the next one plan at once."""
        term, self._term = self._term, None
        if term is None:
            return
        with suppress(BusyError), self._transaction("sending") as connection:
            mine = (LEASE.c.owner == self._owner, LEASE.c.term == term)
            ended = postgres.clock(connection) - LASTS
            connection.execute(update(LEASE).where(_OURS, *mine).values(until=ended))

    def _taken(self, connection: Connection) -> bool:
        """Begin, or go on; somebody else may have begun since it was asked."""
        postgres.planner_changes(connection)
        row, now = _asked(connection)
        until = now + LASTS
        if row is None:
            self._term = 1
            first = {"name": PLANNER, "owner": self._owner, "term": 1, "until": until}
            connection.execute(insert(LEASE), first)
            return True
        if row.owner != self._owner and self._holds(row, now):
            self._term = None
            return False
        self._term = row.term if self._has(row) else row.term + 1
        new = {"owner": self._owner, "term": self._term, "until": until}
        connection.execute(update(LEASE).where(_OURS).values(new))
        return True

    def _has(self, row: _Row | None) -> bool:
        return row is not None and (row.owner, row.term) == (self._owner, self._term)

    def _holds(self, row: _Row, now: datetime) -> bool:
        # One that ends later than any can is from before the database's clock was set back.
        return bool(now < row.until <= now + LASTS)


def _asked(connection: Connection) -> tuple[_Row | None, datetime]:
    return connection.execute(_ONE).one_or_none(), postgres.clock(connection)
