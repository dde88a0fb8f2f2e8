"""Transactions that join one another, and what follows from how one ended."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.engine import Connection

from tracker.failpoints import here
from tracker.store import dates_told
from tracker.store.dates_told import Passing
from tracker.store.engine import Work, is_shared, transaction
from tracker.store.journal import SoFar
from tracker.store.leases import Planner, Watch
from tracker.store.records import MailRecord


class _Mine(threading.local):
    """What one thread has: the transaction it is in, and the journal as it has read it."""

    def __init__(self) -> None:
        self.connection: Connection | None = None
        self.journal = SoFar()
        self.beside_campaigns = SoFar(beside_campaigns=True)
        self.told = dates_told.SoFar()
        self.taken: set[int] = set()
        self.ended: set[int] = set()


class Transactions:
    """All transactions of one store; one that is begun inside another joins it.

    `in_hand` are the mails that this process is sending: it alone knows that it is alive.
    """

    def __init__(self, engine: Engine, *, owner: str) -> None:
        self.engine = engine
        self.is_shared = is_shared(engine.url)
        self.planner = Planner(self.run, owner=owner, is_shared=self.is_shared)
        self.passing = Passing(self.run, lambda: self._mine.told)
        self.watch = Watch()
        self.in_hand: frozenset[int] = frozenset()
        self._mine = _Mine()

    @property
    def journal(self) -> SoFar:
        """Return the journal as this thread has read it."""
        return self._mine.journal

    @property
    def beside_campaigns(self) -> SoFar:
        """Return the journal without what is read with its campaign, as this thread has it."""
        return self._mine.beside_campaigns

    def forget(self) -> None:
        """Let go of what this thread has read of the journal."""
        self._mine.journal.forget()
        self._mine.beside_campaigns.forget()
        self._mine.told.forget()

    @contextmanager
    def run(self, work: Work) -> Iterator[Connection]:
        """Run a transaction, or join the one that this thread is in."""
        mine = self._mine
        if mine.connection is not None:
            yield mine.connection
            return
        try:
            with transaction(self.engine, work) as mine.connection:
                if work == "planning":
                    self.planner.fence(mine.connection)
                yield mine.connection
                if work != "reading":
                    here("uncommitted")
            if work != "reading":
                here("committed")
            self.in_hand = (self.in_hand | mine.taken) - mine.ended
        except BaseException:
            # Whether a commit whose answer was lost took effect, nobody knows: what was taken in
            # hand with it is not, so that it is found again when its lease has ended.
            self.forget()
            raise
        finally:
            mine.connection = None
            mine.taken.clear()
            mine.ended.clear()

    def take(self, *mails: MailRecord) -> None:
        """Have mails in hand once the transaction is written."""
        self._mine.taken.update(mail.id for mail in mails)

    def let_go(self, mail: MailRecord) -> None:
        """Have a mail in hand no longer, once the transaction is written."""
        self._mine.ended.add(mail.id)
