"""What the tracker does: it looks, writes down what it saw, plans again and sends what is due."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Container, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from traceback import extract_tb

from tracker.app.edits import edit_entries
from tracker.app.in_force import InForce
from tracker.app.nights import night_over
from tracker.app.planned import let_know, planned_until
from tracker.app.remembering import digest_sent, history_from, sightings
from tracker.app.telling import (
    moves_made,
    never_told,
    outbox_of,
    telling_from,
    told_in_passing,
)
from tracker.app.template_watch import TemplateWatch
from tracker.app.trouble import problem_sightings, trouble_for
from tracker.app.written import until_written
from tracker.campaign import World
from tracker.changes import Changes, Telling, compare
from tracker.compose import Composer, Envelope
from tracker.delivery import Outcome
from tracker.digest import Saying, Trouble, Written, write
from tracker.errors import ConfigError, Problem, TrackerError
from tracker.events import GRACE, History
from tracker.failpoints import here
from tracker.occurrence import LineKind, Occurrence
from tracker.planning import Memo, Plan, Readers, plan
from tracker.store import JournalEntry, MailRecord, NewMail, Store

LOG = logging.getLogger("tracker")
Clock = Callable[[], datetime]
Deliver = Callable[[MailRecord, str], Awaitable[Outcome]]
AHEAD = timedelta(days=21)  # a digest looks 14 days ahead
AT_ONCE = 4
FIRST_RETRY = timedelta(minutes=5)
LONGEST_RETRY = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail that was handed over, with what it said; for a replay's report and the log."""

    record: MailRecord
    written: Written
    at: datetime
    outcome: Outcome


def _is_due(one: Occurrence, now: datetime) -> bool:
    return one.due is not None and one.due <= now


def _by_owner(lines: tuple[Occurrence, ...]) -> dict[str, tuple[Occurrence, ...]]:
    owners = {one.owner for one in lines}
    return {who: tuple(one for one in lines if one.owner == who) for who in owners}


def _is_of_one_mail(fault: Exception) -> bool:
    """Say whether a fault concerns one mail; a database that fails concerns them all."""
    return isinstance(fault, ConfigError) or not isinstance(fault, TrackerError)


class Engine:
    """The one path that the daemon, the replay and the tests all take.

    The clock and the delivery are given; nothing here reads the time or opens a connection.
    """

    def __init__(
        self, store: Store, composer: Composer, *, deliver: Deliver, clock: Clock, replayed: bool
    ) -> None:
        self.store = store
        self.composer = composer
        self.deliver = deliver
        self.clock = clock
        self.replayed = replayed
        self.edited_at: datetime | None = None
        self._files: InForce | None = None
        self._for_digest: dict[str, tuple[Occurrence, ...]] = {}
        self._journal: tuple[JournalEntry, ...] = ()
        self.history = History()
        self._telling: Telling | None = None
        self._nights: dict[str, datetime] = {}
        self._unwritten: dict[str, str] = {}
        self._memo = Memo()
        self._templates = TemplateWatch(composer.folder)
        self._stale = True

    def take(
        self,
        world: World,
        problems: tuple[Problem, ...] = (),
        *,
        before: World | None = None,
    ) -> None:
        """Take the files as they are now in force, and what is wrong with the others.

        What differs from the files `before` (those in force until now) is written down.
        """
        known = before or (self._files.world if self._files else world)
        self.note_edits(known, world)
        self.put_in_force(InForce.of(world, problems))

    def note_edits(self, before: World, after: World) -> list[JournalEntry]:
        """Write down how files differ from what they were before, and return what is new."""
        if before == after:
            return []
        self.edited_at = self.clock()
        edits = edit_entries(before, after, now=self.edited_at)
        moves = moves_made(before, after, now=self.edited_at)
        return self.store.record([*edits, *moves])

    def put_in_force(self, files: InForce) -> None:
        """Let these files be in force, and write nothing down."""
        self._files = files
        self._stale = True

    @property
    def files(self) -> InForce:
        """Return the files in force with what follows from them."""
        assert self._files is not None
        return self._files

    @property
    def world(self) -> World:
        """Return the files in force."""
        return self.files.world

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Return what is wrong with the other files."""
        return self.files.problems

    def refresh(self) -> Plan:
        """Write down what is new, plan again and bring the outbox in line, in one transaction."""
        now = self.clock()
        with self.store.writing():
            history = self.record(now)
            if self._let_go(history, now):
                history = self.record(now)
            planned = plan(self.world, history, now=now, until=now + AHEAD, memo=self._memo)
            changes = compare(planned, outbox_of(self.store), now=now, telling=self._telling)
            self.bring_in_line(changes, now)
            if self.store.is_shared:
                let_know(self.store, self.problems, now=now)
        self._for_digest = _by_owner(changes.for_digest)
        return planned

    def foresee(self) -> Plan:
        """Plan as `refresh` does and write nothing down: another machine does that."""
        now = self.clock()
        self._add_up(self.store.whole_journal())
        planned = plan(self.world, self.history, now=now, until=now + AHEAD, memo=self._memo)
        changes = compare(planned, outbox_of(self.store), now=now, telling=self._telling)
        self._for_digest = _by_owner(changes.for_digest)
        return planned

    def bring_in_line(self, changes: Changes, now: datetime) -> None:
        """Write the changes into the outbox."""
        if changes:
            drop = [(one.key, one.state, one.reason) for one in changes.drop]
            self.store.replace_plan(
                changes.add, changes.update, drop, now=now, waits=changes.waits
            )

    def _let_go(self, history: History, now: datetime) -> bool:
        """Close the campaigns whose file has been gone for a day; say whether there are any."""
        over = {one for one, since in history.missing.items() if since + GRACE <= now}
        gone = over & self.world.campaigns.keys()
        if gone:
            kept = {k: one for k, one in self.world.campaigns.items() if k not in over}
            self.put_in_force(InForce.of(replace(self.world, campaigns=kept), self.problems))
        return bool(gone)

    def record(self, now: datetime) -> History:
        """Write down first sights and facts that are new at `now`; return the history."""
        found = self._sighted(self.files, now)
        wrong = problem_sightings(self.problems, now=now)
        known = {entry.key for entry in self.store.whole_journal()}
        self.store.record(entry for entry in (*found, *wrong) if entry.key not in known)
        self._add_up(self.store.whole_journal())
        return self.history

    def record_sights(
        self, files: InForce, known: Container[str], now: datetime
    ) -> list[JournalEntry]:
        """Write down first sights and facts of some files whose keys are not known."""
        found = self._sighted(files, now)
        return self.store.record(entry for entry in found if entry.key not in known)

    def _sighted(self, files: InForce, now: datetime) -> Iterable[JournalEntry]:
        found = sightings(files.frames, files.facts, files.steps, now=now, replayed=self.replayed)
        return map(self._not_before_the_edit, found)

    def blank_history(self) -> History:
        """Return a history in which nothing has happened yet."""
        return History(
            accepted="morning" if self.replayed else "settled",
            settle=self.world.config.times.settle,
        )

    def _add_up(self, entries: tuple[JournalEntry, ...]) -> None:
        """Work out anew what follows from the journal and the files, if either has changed."""
        if entries is self._journal and not self._stale:
            return
        self.history = history_from(entries, self.files.facts, self.blank_history())
        self._telling = telling_from(
            entries, self.world, self.history.edits, edited_at=self.edited_at
        )
        self._journal = entries
        self._stale = False

    def _not_before_the_edit(self, entry: JournalEntry) -> JournalEntry:
        """Date what an edit brought in by that edit: in a replay, too, it was not known before."""
        since = self.edited_at
        return entry if since is None or since <= entry.at else replace(entry, at=since)

    async def send_due(self, planned: Plan) -> list[Sent]:
        """Send every mail that is due, at most four at once; a refusal of one stops no other.

        Where another machine plans, only what it has planned up to is due.
        """
        now = self.clock()
        due_by = min(now, planned_until(self.store) or now) if self.store.is_shared else now
        due = self._due(due_by)
        if due:
            self._templates.look(self.store, now=now)
        readers, sent = iter(sorted(due)), list[Sent]()

        async def send() -> None:
            # A mail is begun when it can be handed over: others may begin what this one does not.
            for reader in readers:
                begun = self._begun(reader, planned, now, due_by)
                if begun is not None:
                    sent.append(await self._hand_over(*begun))

        await asyncio.gather(*(send() for _ in range(AT_ONCE)))
        return sent

    def _due(self, now: datetime) -> set[str]:
        """Return to whom something is due; what is late anyway waits for the end of a night."""
        found: dict[str, list[Occurrence]] = {}
        for one in self.store.due_lines(now):
            found.setdefault(one.to, []).append(one)
        readers = Readers(self.world.config)
        self._nights = {
            reader: end
            for reader, lines in found.items()
            if (end := night_over(readers[reader], lines, now)) is not None
        }
        return found.keys() - self._nights.keys()

    def _riding(self, reader: str, now: datetime) -> list[Occurrence]:
        """Return what waits for the next edit and rides on a mail that leaves before."""
        settled = now + self.world.config.times.settle  # what waits for longer waits for a pause
        return [
            one
            for one in self.store.waiting_lines(reader, now)
            if _is_due(one, now) or (one.kind == LineKind.CORRECTION and _is_due(one, settled))
        ]

    def recover(self) -> None:
        """Queue again what a process that is gone had in hand."""
        here("unrecovered")
        for mail in self.store.recover(self.clock()):
            LOG.warning("recovered mail %d of a process that ended: %s", mail.id, mail.state)

    async def retry_due(self) -> list[Outcome]:
        """Send again, with the same bytes, what a server put off."""
        now, outcomes = self.clock(), list[Outcome]()

        async def send() -> None:
            while taken := self.store.retry_due(now, limit=1):
                outcomes.append(await self._deliver(taken[0]))

        await asyncio.gather(*(send() for _ in range(AT_ONCE)))
        return outcomes

    def next_moment(self, after: datetime) -> datetime | None:
        """Return when there is something to do next; in a replay also when something is known."""
        moments = [self.store.next_due(after=after), *self._nights.values()]
        moments += [since + GRACE for since in self.history.missing.values()]
        if self.replayed:
            moments += [home.opened_at for home in self.files.frames.values()]
            moments += [
                fact.known_at for facts in self.files.facts.values() for fact in facts.values()
            ]
        return min((at for at in moments if at is not None and at > after), default=None)

    def _begun(
        self, reader: str, planned: Plan, now: datetime, due_by: datetime
    ) -> tuple[MailRecord, Written] | None:
        """Write one reader's mail; a fault in it is logged, and the lines wait for another turn.

        A replay hides nothing: there the fault ends it.
        """
        try:
            with self.store.taking(reader, now=now, due_by=due_by) as lines:
                ahead = [*lines, *self._riding(reader, now)] if lines else []
                written = self._written(reader, ahead, planned, now) if ahead else None
                record = None if written is None else self._started(reader, written, now)
        except Exception as fault:
            if self.replayed or not _is_of_one_mail(fault):
                raise
            self._note_unwritten(reader, fault)
            return None
        self._unwritten.pop(reader, None)
        return None if written is None or record is None else (record, written)

    def _note_unwritten(self, reader: str, fault: Exception) -> None:
        """Log a fault once, by its kind and place: its words may be those of a campaign."""
        place = extract_tb(fault.__traceback__)[-1]
        said = f"{type(fault).__name__} at {place.filename}:{place.lineno}"
        if self._unwritten.get(reader) != said:
            LOG.error("no mail could be written for %s: %s; its lines stay queued", reader, said)
        self._unwritten[reader] = said

    def _written(
        self, reader: str, lines: list[Occurrence], planned: Plan, now: datetime
    ) -> Written | None:
        """Write one coordinator's mail; a digest with nothing to say ends here."""
        readers = Readers(self.world.config)
        saying = Saying(readers[reader], planned, self.world, now)
        digest = [one for one in lines if one.kind == LineKind.DIGEST]
        since = self.history.digests.get(reader)
        wrong = (*self.problems, *self._templates.problems)
        trouble = trouble_for(self.store, wrong, reader, since) if digest else Trouble()
        trouble = replace(trouble, dates=self._for_digest.get(reader, ()))
        written = write(lines, saying, self.history, trouble)
        said = set(written.lines) if written else set()
        silent = [(one.key, "expired", "nothing to say") for one in digest if one not in said]
        if silent:
            self.store.replace_plan((), (), silent, now=now)
        return written

    def _started(self, reader: str, written: Written, now: datetime) -> MailRecord | None:
        """Make the bytes and write them down before any connection is opened."""
        coordinator = self.world.config.who(reader)
        assert coordinator is not None
        keys = tuple(one.key for one in written.lines)
        campaigns = sorted({one.campaign for one in written.lines if one.campaign})
        composed = self.composer.compose(
            written.content,
            Envelope(
                sender=self.world.config.mail.sender,
                to_name=coordinator.name,
                to_address=coordinator.email,
                sent_at=now,
                seed="\n".join((reader, now.isoformat(), *sorted(keys))),
                campaigns=tuple(campaigns),
            ),
        )
        self._templates.hear(composed.problems, self.store, now=now)
        ends = [one.expires for one in written.lines]
        new = NewMail(
            coordinator=reader,
            kind=written.kind,
            subject=composed.subject,
            message_id=composed.message_id,
            raw=composed.raw,
            keys=keys,
            expires=max((at for at in ends if at), default=None) if all(ends) else None,
        )
        with self.store.sending():
            record = self.store.start_mail(new, now=now)
            told = told_in_passing(reader, record.id, written, now=now) if record else None
            if told is not None:
                self.store.record([told])
        return record

    async def _hand_over(self, record: MailRecord, written: Written) -> Sent:
        outcome = await self._deliver(record)
        return Sent(record, written, record.created_at, outcome)

    async def _deliver(self, record: MailRecord) -> Outcome:
        coordinator = self.world.config.who(record.coordinator)
        if coordinator is None:
            outcome = Outcome("permanent", None, "config.toml no longer names this coordinator")
        else:
            here("unconnected")
            outcome = await self.deliver(record, coordinator.email)
            here("answer-unwritten")
        await until_written(partial(self._settle, record, outcome))
        return outcome

    def _settle(self, record: MailRecord, outcome: Outcome) -> None:
        """Write down what became of a try; a late owner finds nothing to write on."""
        now = self.clock()
        match outcome.state:
            case "sent":
                with self.store.sending():
                    self.store.mark_sent(record, outcome.code, outcome.text, now=now)
                    self._note_digest(record)
            case "permanent":
                with self.store.sending():
                    self.store.mark_failed(record, outcome.code, outcome.text, now=now)
                    self.store.record([never_told(record.id, now=now)])
            case "unknown":
                self.store.mark_unknown(record, outcome.text, now=now)
            case "temporary" | "relay":
                wait = min(FIRST_RETRY * 2 ** (record.attempt - 1), LONGEST_RETRY)
                self.store.mark_retry(record, now + wait, outcome.code, outcome.text, now=now)

    def _note_digest(self, record: MailRecord) -> None:
        if record.kind == "digest":
            entry = digest_sent(record.coordinator, now=record.created_at)
            self.store.record([entry])
