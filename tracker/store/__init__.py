"""What the tracker remembers: last good files, the journal, and the outbox with its states.

Every method of the store is one transaction. Those called inside `with store.writing():` join it,
so that facts and the plan made from them are written together or not at all. Records come out,
never rows; moments are aware UTC both ways.
"""

import os
import secrets
import socket
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Self

from sqlalchemy import Engine
from sqlalchemy.engine import Connection

from tracker.occurrence import Occurrence
from tracker.store import (
    files,
    holds,
    journal,
    lines,
    mails,
    purging,
    renaming,
    schema,
    standing,
)
from tracker.store.dates_told import DatesTold, Passing
from tracker.store.engine import database_file, database_url, open_engine
from tracker.store.leases import Planner
from tracker.store.lock import DaemonLock, is_held
from tracker.store.postgres import clock, place
from tracker.store.records import (
    Attempt,
    AttemptOutcome,
    GoodFile,
    Hold,
    JournalEntry,
    LineState,
    MailRecord,
    MailState,
    Mark,
    NewMail,
    OutboxLine,
)
from tracker.store.standing import Standing
from tracker.store.transactions import Transactions

__all__ = [
    "Attempt",
    "AttemptOutcome",
    "DatesTold",
    "GoodFile",
    "Hold",
    "JournalEntry",
    "LineState",
    "MailRecord",
    "MailState",
    "Mark",
    "NewMail",
    "OutboxLine",
    "Standing",
    "Store",
]


class _Undone(Exception):  # noqa: N818 -- it is no error
    """What was done in a transaction was a rehearsal."""


class Store:
    """The one door to the database; make one with `Store.open` and close it."""

    def __init__(self, engine: Engine, file: Path | None) -> None:
        self.file = file
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._engine = engine
        self._lock: DaemonLock | None = None
        self._transactions = Transactions(engine, owner=self.owner)
        self._transaction = self._transactions.run

    @classmethod
    def open(cls, url: str, *, base: Path) -> Self:
        """Open "sqlite:///file" (relative to `base`) or "sqlite://" (in memory, for one thread).

        Or "postgresql+psycopg://host/name", which several machines may share.

        Make the tables, or bring them up to date. Raise ConfigError for a URL, file or database
        that cannot be used, a newer tracker's database among them.
        """
        address = database_url(url)
        store = cls(open_engine(address, base=base), database_file(address, base=base))
        try:
            store._prepare()
        except BaseException:
            store.close()
            raise
        return store

    @property
    def is_shared(self) -> bool:
        """Say whether several machines may work on this database at once."""
        return self._transactions.is_shared

    @property
    def planner(self) -> Planner:
        """Return the lease of who plans."""
        return self._transactions.planner

    def close(self) -> None:
        """Let go of the database and of the daemon's lock; doing it twice is harmless."""
        self.planner.give_up()
        self._engine.dispose()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def lock(self) -> None:
        """Take the daemon's lock; BusyError names the process and host that have it.

        A database in memory is nobody else's and needs none; on one that machines share, each
        mail and the planning have a lease instead.
        """
        if self.file is not None:
            self._lock = DaemonLock.take(self.file)

    def has_daemon(self) -> bool | None:
        """Say whether a daemon works on this database, None where that cannot be known."""
        return None if self.file is None else is_held(self.file)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Let all calls inside, which only read, see one moment of the database."""
        with self._reading():
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Join all calls inside into one transaction, written at the end or, on an error, not.

        No other process plans or sends meanwhile.
        """
        with self._transaction("planning"):
            yield

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Join all calls inside as `writing` does, while other machines may send, but not plan.

        What goes into the journal comes last, so that nobody waits for one who waits for him.
        """
        with self._transaction("sending"):
            yield

    def choose(
        self, readers: Sequence[str], *, most: int, now: datetime, due_by: datetime
    ) -> list[str]:
        """Return the first so many of these readers whose mails may be written here.

        Nobody else writes their mails until the end of the transaction. Where machines share the
        database, whoever has nothing due any more, or whose mail another one is writing, is
        passed over.
        """
        with self._transaction("sending") as connection:
            return lines.choose(connection, readers, most=most, now=now, due_by=due_by)

    @contextmanager
    def taking(
        self, *readers: str, now: datetime, due_by: datetime
    ) -> Iterator[dict[str, list[Occurrence]]]:
        """Give the lines of these readers that are due, for one mail each, written inside."""
        with self._transaction("sending") as connection:
            yield lines.take(connection, readers=readers, now=now, due_by=due_by)

    # -- files ---------------------------------------------------------------------------------

    def good_files(self) -> dict[tuple[str, str], GoodFile]:
        """Return the last good version of each file, by kind and id, with its moment."""
        with self._reading() as connection:
            return files.good_files(connection)

    def good_file(self, kind: str, file_id: str) -> GoodFile | None:
        """Return the last good version of one file."""
        with self._reading() as connection:
            return files.good_file(connection, kind, file_id)

    def good_digests(self) -> dict[tuple[str, str], str]:
        """Return the digest of the last good version of each file, by kind and id."""
        with self._reading() as connection:
            return files.digests(connection)

    def last_good(self) -> dict[tuple[str, str], str]:
        """Return the text of the last good version of each file, by kind and id."""
        return {place: file.text for place, file in self.good_files().items()}

    def remember_files(
        self, versions: Iterable[tuple[str, str, str, str]], *, now: datetime
    ) -> None:
        """Keep good versions, each (kind, id, digest, text); a known digest changes nothing."""
        with self._transaction("planning") as connection:
            files.remember(connection, versions, now=now)

    def rename_campaign(self, old: str, new: str) -> None:
        """Let what was sent, seen and known of a campaign count under its new id."""
        with self._transaction("planning") as connection:
            renaming.rename(connection, old, new)
            self._transactions.forget()

    # -- journal -------------------------------------------------------------------------------

    def record(self, entries: Iterable[JournalEntry]) -> list[JournalEntry]:
        """Append the entries whose key is new, and return those, numbered."""
        with self._transaction("sending") as connection:
            new = journal.record(connection, entries)
            self._transactions.beside_campaigns.note_own(new)
            return new

    def journal(
        self,
        *,
        campaign: str | None = None,
        kinds: Collection[str] | None = None,
        after: int = 0,
    ) -> list[JournalEntry]:
        """Return entries numbered above `after` in the order they were recorded."""
        with self._reading() as connection:
            return journal.read(connection, campaign=campaign, kinds=kinds, after=after)

    def last_number(self) -> int:
        """Return the number of the newest entry, 0 if there is none."""
        with self._reading() as connection:
            return journal.last_number(connection)

    def whole_journal(self) -> tuple[JournalEntry, ...]:
        """Return every entry; the very same tuple as before where none was added.

        What other processes have written is there, too, and nothing that was undone.
        """
        with self._reading() as connection:
            return self._transactions.journal.caught_up(connection)

    def journal_beside_campaigns(self) -> tuple[JournalEntry, ...]:
        """Return the journal without what concerns one campaign alone, which is most of it.

        The very same tuple as before where none was added.
        """
        with self._reading() as connection:
            return self._transactions.beside_campaigns.caught_up(connection)

    def last_entry(self, kind: str) -> JournalEntry | None:
        """Return the newest entry of a kind."""
        with self._reading() as connection:
            return journal.last_of(connection, kind)

    @property
    def passing(self) -> Passing:
        """Return the dates that mails gave in passing."""
        return self._transactions.passing

    def campaigns_of(self, coordinator: str) -> set[str]:
        """Return every campaign that this reader was seen to coordinate, or has lines of."""
        with self._reading() as connection:
            seen = journal.campaigns_of(connection, coordinator)
            return seen | lines.campaigns_of(connection, coordinator)

    # -- lines ---------------------------------------------------------------------------------

    def lines(
        self,
        *,
        states: Collection[str] | None = None,
        campaign: str | None = None,
        coordinator: str | None = None,
        settled_after: datetime | None = None,
    ) -> list[OutboxLine]:
        """Return lines by due moment, then key; `coordinator` is who gets them.

        With `settled_after` only those that came to their end after a moment.
        """
        with self._reading() as connection:
            return lines.read(
                connection,
                states=states,
                campaign=campaign,
                coordinator=coordinator,
                settled_after=settled_after,
            )

    def askings(self, steps: Collection[tuple[str, str]]) -> list[Occurrence]:
        """Return the lines of these follow-ups, (campaign, id), that left or may have."""
        with self._reading() as connection:
            return lines.askings(connection, steps)

    def lines_of(self, campaigns: Collection[str]) -> list[OutboxLine]:
        """Return all lines of some campaigns."""
        with self._reading() as connection:
            return lines.of_campaigns(connection, campaigns)

    def lines_beside_campaigns(self) -> list[OutboxLine]:
        """Return the lines that are no campaign's, whatever became of them."""
        with self._reading() as connection:
            return lines.beside_campaigns(connection)

    def campaigns_with_lines(self) -> set[str]:
        """Return the campaigns that have lines."""
        with self._reading() as connection:
            return lines.campaigns(connection)

    def lines_of_no_campaign(self) -> list[OutboxLine]:
        """Return the queued lines that are no campaign's: digests, and word about shared files."""
        with self._reading() as connection:
            return lines.of_no_campaign(connection)

    def unsent_lines(self, since: datetime, now: datetime) -> list[OutboxLine]:
        """Return the lines that came due after a moment, up to now, and did not go."""
        with self._reading() as connection:
            return lines.unsent(connection, since=since, now=now)

    def expired_lines(self, now: datetime) -> list[Occurrence]:
        """Return the queued lines in no mail whose time has passed."""
        with self._reading() as connection:
            return lines.expired(connection, now=now)

    def line(self, key: str) -> OutboxLine | None:
        """Return the line of a key, if there ever was one."""
        with self._reading() as connection:
            return lines.one(connection, key)

    def replace_plan(
        self,
        add: Iterable[Occurrence],
        update: Iterable[Occurrence],
        drop: Iterable[tuple[str, str, str]],
        *,
        now: datetime,
        waits: Mapping[str, datetime] = MappingProxyType({}),
    ) -> None:
        """Bring the queued lines to the new plan; `drop` is (key, cancelled or expired, reason).

        `add` queues a line again that was cancelled or expired under its key. A line that a mail
        carries, or that is sent, unknown or failed, is never touched. `waits` says, by key, until
        when a new or changed line waits although it is due.
        """
        with self._transaction("planning") as connection:
            lines.drop(connection, drop, now=now)
            lines.change(connection, update, waits)
            lines.put(connection, add, waits)

    def next_due(self, *, after: datetime | None = None) -> datetime | None:
        """Return the earliest moment, of those after one, at which a line or a retry is due."""
        with self._reading() as connection:
            return mails.next_due(connection, after=after)

    def waiting_lines(
        self, readers: Collection[str], now: datetime, until: datetime
    ) -> dict[str, list[Occurrence]]:
        """Return these readers' lines in no mail that are due after now, up to a moment."""
        with self._reading() as connection:
            return lines.waiting(connection, readers=readers, now=now, until=until)

    def due_lines(self, now: datetime, *, coordinator: str | None = None) -> list[Occurrence]:
        """Return the lines that are due, not expired and in no mail yet, earliest first."""
        with self._reading() as connection:
            return lines.due(connection, now=now, coordinator=coordinator)

    # -- mails ---------------------------------------------------------------------------------

    def start_mail(self, mail: NewMail, *, now: datetime) -> MailRecord | None:
        """Write a mail and its lines down as being sent, before any connection is opened.

        Return None, and write nothing, if any of its lines is no longer free to send.
        """
        return self.start_mails([mail], now=now)[0]

    def start_mails(self, new: Sequence[NewMail], *, now: datetime) -> list[MailRecord | None]:
        """Write mails down as `start_mail` does, each for itself: None for one that cannot be."""
        with self._transaction("sending") as connection:
            found = mails.start(connection, new, owner=self.owner, now=now)
            started = [mail for mail in found if mail is not None]
            self._transactions.take(*started)
            self._count_tries(connection, len(started), now)
            return found

    def mark_sent(
        self, mail: MailRecord, code: int | None = None, text: str = "", *, now: datetime
    ) -> bool:
        """Write down that the server took the mail; False if the mail is no longer ours."""
        return bool(self.mark_sent_all([(mail, code, text)], now=now))

    def mark_sent_all(
        self, sent: Iterable[tuple[MailRecord, int | None, str]], *, now: datetime
    ) -> list[int]:
        """Write down, with its answer, that the server took each; return those that were ours."""
        tries = [
            (mail, Attempt(at=now, outcome="sent", code=code, text=text))
            for mail, code, text in sent
        ]
        with self._transaction("sending") as connection:
            for mail, _ in tries:
                self._transactions.let_go(mail)
            return mails.settle_sent(connection, tries)

    def mark_retry(
        self,
        mail: MailRecord,
        at: datetime,
        code: int | None,
        text: str,
        *,
        now: datetime,
        charged: bool = True,
    ) -> bool:
        """Write down a passing refusal; the same bytes go again at `at`. False as in mark_sent.

        It is `charged` to the mail unless the server as a whole was in trouble.
        """
        attempt = Attempt(at=now, outcome="temporary", code=code, text=text)
        with self._transaction("sending") as connection:
            self._transactions.let_go(mail)
            return mails.settle(
                connection, mail, attempt, state="queued", next_at=at, put_off=int(charged)
            )

    def mark_failed(self, mail: MailRecord, code: int | None, text: str, *, now: datetime) -> bool:
        """Write down a final refusal. False as in mark_sent."""
        attempt = Attempt(at=now, outcome="permanent", code=code, text=text)
        with self._transaction("sending") as connection:
            self._transactions.let_go(mail)
            return mails.settle(connection, mail, attempt, state="failed")

    def mark_unknown(
        self, mail: MailRecord, text: str, *, now: datetime, at: datetime | None = None
    ) -> bool:
        """Write down that no answer came; the same bytes go again at `at`, else in five minutes.

        The fourth such try of one mail ends it as failed. False as in mark_sent.
        """
        attempt = Attempt(at=now, outcome="unknown", code=None, text=text)
        next_at = at or now + mails.PAUSE
        with self._transaction("sending") as connection:
            self._transactions.let_go(mail)
            return mails.settle_unknown(
                connection, mail, attempt, state="unknown", next_at=next_at
            )

    def retry_due(
        self, now: datetime, *, limit: int | None = None, but_not: Collection[str] = ()
    ) -> list[MailRecord]:
        """Take in hand the mails whose next try is due, each under its next attempt.

        Who has waited longest comes first; `but_not` are readers whose mails stay where they are.
        Those that expired while waiting are ended first.
        """
        with self._transaction("sending") as connection:
            found = mails.claim_waiting(
                connection, owner=self.owner, now=now, limit=limit, but_not=but_not
            )
            self._transactions.take(*found)
            self._count_tries(connection, len(found), now)
            return found

    def renew(self, now: datetime) -> None:
        """Go on having in hand what this process is sending."""
        if self.is_shared and self._transactions.in_hand:
            with self._transaction("sending") as connection:
                in_hand = self._transactions.in_hand
                mails.renew(connection, in_hand, owner=self.owner, now=now)

    def recover(self, now: datetime) -> list[MailRecord]:
        """Queue again what a process now dead had in hand; return all that was found.

        On SQLite that is for the start, under the lock. The fourth try of one mail without an
        answer ends it as failed.
        """
        if self.is_shared and not self._watched(now):
            return []
        with self._transaction("sending") as connection:
            return mails.recover(connection, in_hand=self._transactions.in_hand, now=now)

    def retry(self, mail: int, now: datetime) -> MailRecord:
        """Queue a failed, unknown or expired mail again because a person asks for it.

        Raise QuestionError where there is no such mail or nothing to send again.
        """
        with self._transaction("sending") as connection:
            return mails.queue_again(connection, mail, now=now)

    def put_back(self, mail: int, now: datetime) -> MailRecord | None:
        """Queue a mail again that failed through no fault of its own, None if it has not."""
        with self._transaction("sending") as connection:
            return mails.put_back(connection, mail, now=now)

    def mails(
        self,
        *,
        states: Collection[str] | None = None,
        limit: int | None = None,
        settled_after: datetime | None = None,
    ) -> list[MailRecord]:
        """Return mails in the order they were made; with `limit`, the newest so many.

        With `settled_after` only those that came to their end after a moment.
        """
        with self._reading() as connection:
            return mails.read(connection, states=states, limit=limit, settled_after=settled_after)

    def latest_mails(self) -> dict[str, list[datetime]]:
        """Return, by coordinator, when the latest thousand mails were begun."""
        with self._reading() as connection:
            return mails.latest(connection)

    def mail(self, number: int) -> MailRecord | None:
        """Return a mail by its number."""
        with self._reading() as connection:
            return mails.one(connection, number)

    def attempts(self, mail: int) -> list[Attempt]:
        """Return every try of a mail, first to last."""
        with self._reading() as connection:
            return mails.attempts(connection, mail)

    # -- holds and marks -----------------------------------------------------------------------

    def hold(self, cause: str, why: str, *, now: datetime) -> bool:
        """Keep sending back for a cause, with the sentence that says why; False if it is already.

        While there is any hold, nothing may leave; planning goes on.
        """
        with self._transaction("sending") as connection:
            return holds.hold(connection, cause, why, now=now)

    def holds(self) -> list[Hold]:
        """Return what keeps sending back, the oldest first."""
        with self._reading() as connection:
            return holds.holds(connection)

    def release(self, causes: Collection[str]) -> list[str]:
        """Let these causes go, and return those that there were."""
        with self._transaction("sending") as connection:
            return holds.release(connection, causes)

    def mark(self, name: str, value: str, *, now: datetime) -> None:
        """Write down something that must survive a restart, in place of what it was before."""
        with self._transaction("sending") as connection:
            holds.mark(connection, name, value, now=now)

    def marked(self, name: str) -> Mark | None:
        """Return what was last written under this name, and when."""
        with self._reading() as connection:
            return holds.marked(connection, name)

    def standing(self, *, since: datetime) -> Standing:
        """Count the mails by state; name those that failed after `since` or still wait."""
        with self._reading() as connection:
            return standing.standing(connection, since=since)

    @contextmanager
    def laying_hands(self, *, really: bool) -> Iterator[Connection]:
        """Give one write transaction to `tracker.store.forgetting`, undone unless `really`."""
        try:
            with self._transaction("planning") as connection:
                yield connection
                if not really:
                    raise _Undone  # noqa: TRY301 -- it is how a transaction is undone
        except _Undone:
            return

    def purge(self, before: datetime) -> int:
        """Take the text out of the mails that ended before a moment; return of how many."""
        with self._transaction("sending") as connection:
            purged = purging.purge(connection, before=before)
        if purged and self.file is not None:
            purging.leave_no_trace(self._engine)
        return purged

    def tries(self) -> int:
        """Return how often a mail was taken in hand, ever, or a number that grows with it."""
        with self._reading() as connection:
            if self.is_shared:
                return mails.begun_and_ended(connection)
            return holds.count(connection, holds.TRIES)

    def place(self) -> str:
        """Return where a database is that machines share: its cluster, and which one it is there.

        A part that nobody may ask for is empty.
        """
        with self._reading() as connection:
            return place(connection) if self.is_shared else ""

    def _count_tries(self, connection: Connection, more: int, now: datetime) -> None:
        # One row that every machine writes would make them wait for one another.
        if more and not self.is_shared:
            holds.add(connection, holds.TRIES, more, now=now)

    def _prepare(self) -> None:
        with self._transaction("reading") as connection:
            version = schema.version_of(connection)
        if version != schema.NEWEST:
            in_memory = self.file is None and not self.is_shared
            make = schema.create_all if in_memory else schema.bring_up_to_date
            with self._transaction("planning") as connection:
                make(connection)

    def _watched(self, now: datetime) -> bool:
        with self._reading() as connection:
            return self._transactions.watch.look(clock(connection), now)

    def _reading(self) -> AbstractContextManager[Connection]:
        return self._transaction("reading")
