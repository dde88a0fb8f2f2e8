"""Sending what is due: one reader's mail after the other is written, handed over and noted."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from traceback import extract_tb

from tracker.app.in_force import InForce
from tracker.app.nights import night_over
from tracker.app.planned import planned_until
from tracker.app.remembering import digest_sent
from tracker.app.telling import never_told, told_in_passing
from tracker.app.template_watch import TemplateWatch
from tracker.app.trouble import trouble_for
from tracker.app.written import until_written
from tracker.compose import Composer, Envelope
from tracker.config import Config
from tracker.delivery import Outcome
from tracker.digest import Saying, Trouble, Written, write
from tracker.errors import ConfigError, TrackerError
from tracker.events import History
from tracker.failpoints import here
from tracker.occurrence import LineKind, Occurrence
from tracker.planning import Plan, Readers
from tracker.store import MailRecord, NewMail, Store

LOG = logging.getLogger("tracker")
Clock = Callable[[], datetime]
Deliver = Callable[[MailRecord, str], Awaitable[Outcome]]
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


@dataclass(frozen=True, slots=True)
class Ground:
    """What mails are written from: a plan, and the files and the history it was made of.

    `dates` are the corrections that each reader's next digest has to tell.
    """

    planned: Plan
    files: InForce
    history: History
    dates: Mapping[str, tuple[Occurrence, ...]]

    @property
    def config(self) -> Config:
        """Return config.toml as in force."""
        return self.files.world.config


@dataclass(frozen=True, slots=True)
class _Round:
    """One round of sending: at which moment, on what ground, and up to when lines are due."""

    now: datetime
    due_by: datetime
    ground: Ground


class Sending:
    """Writes and hands over mails. A mail is begun only when there is a hand free to send it."""

    def __init__(
        self, store: Store, composer: Composer, *, deliver: Deliver, clock: Clock, replayed: bool
    ) -> None:
        self.store = store
        self.composer = composer
        self.deliver = deliver
        self.clock = clock
        self.nights: Mapping[str, datetime] = {}
        self._replayed = replayed
        self._unwritten: dict[str, str] = {}
        self._templates = TemplateWatch(composer.folder)

    async def send_due(self, ground: Ground) -> list[Sent]:
        """Send every mail that is due, at most four at once; a refusal of one stops no other.

        On a database that machines share, only what has been planned up to is due.
        """
        now = self.clock()
        due_by = min(now, planned_until(self.store) or now) if self.store.is_shared else now
        this = _Round(now, due_by, ground)
        due = self._due(this)
        if due:
            self._templates.look(self.store, now=now)
        readers, sent = iter(sorted(due)), list[Sent]()

        async def send() -> None:
            for reader in readers:
                begun = self._begun(reader, this)
                if begun is not None:
                    record, written = begun
                    outcome = await self._deliver(record, ground.config)
                    sent.append(Sent(record, written, record.created_at, outcome))

        await _by_all_hands(send)
        return sent

    async def retry_due(self, config: Config) -> list[Outcome]:
        """Send again, with the same bytes, what a server put off."""
        now, outcomes = self.clock(), list[Outcome]()

        async def send() -> None:
            while taken := self.store.retry_due(now, limit=1):
                outcomes.append(await self._deliver(taken[0], config))

        await _by_all_hands(send)
        return outcomes

    def recover(self) -> None:
        """Queue again what a process that is gone had in hand."""
        here("unrecovered")
        for mail in self.store.recover(self.clock()):
            LOG.warning("recovered mail %d of a process that ended: %s", mail.id, mail.state)

    def _due(self, this: _Round) -> set[str]:
        """Return to whom something is due; what is late anyway waits for the end of a night."""
        found: dict[str, list[Occurrence]] = {}
        for one in self.store.due_lines(this.due_by):
            found.setdefault(one.to, []).append(one)
        readers = Readers(this.ground.config)
        self.nights = {
            reader: end
            for reader, lines in found.items()
            if (end := night_over(readers[reader], lines, this.now)) is not None
        }
        return found.keys() - self.nights.keys()

    def _begun(self, reader: str, this: _Round) -> tuple[MailRecord, Written] | None:
        """Write one reader's mail; a fault in it is logged, and the lines wait for another turn.

        A replay hides nothing: there the fault ends it.
        """
        try:
            with self.store.taking(reader, now=this.now, due_by=this.due_by) as lines:
                begun = self._started(reader, lines, this) if lines else None
        except Exception as fault:
            if self._replayed or not _is_of_one_mail(fault):
                raise
            self._note_unwritten(reader, fault)
            return None
        self._unwritten.pop(reader, None)
        return begun

    def _started(
        self, reader: str, lines: list[Occurrence], this: _Round
    ) -> tuple[MailRecord, Written] | None:
        """Write a mail, make its bytes and write them down before any connection is opened."""
        written = self._written(reader, [*lines, *self._riding(reader, this)], this)
        new = None if written is None else self._composed(reader, written, this)
        if written is None or new is None:
            return None
        record = self.store.start_mail(new, now=this.now)
        if record is None:
            return None
        told = told_in_passing(reader, record.id, written, now=this.now)
        if told is not None:
            self.store.record([told])
        return record, written

    def _riding(self, reader: str, this: _Round) -> list[Occurrence]:
        """Return what waits for the next edit and rides on a mail that leaves before."""
        now = this.now
        settled = now + this.ground.config.times.settle  # what waits for longer waits for a pause
        return [
            one
            for one in self.store.waiting_lines(reader, now)
            if _is_due(one, now) or (one.kind == LineKind.CORRECTION and _is_due(one, settled))
        ]

    def _note_unwritten(self, reader: str, fault: Exception) -> None:
        """Log a fault once, by its kind and place: its words may be those of a campaign."""
        place = extract_tb(fault.__traceback__)[-1]
        said = f"{type(fault).__name__} at {place.filename}:{place.lineno}"
        if self._unwritten.get(reader) != said:
            LOG.error("no mail could be written for %s: %s; its lines stay queued", reader, said)
        self._unwritten[reader] = said

    def _written(self, reader: str, lines: list[Occurrence], this: _Round) -> Written | None:
        """Write one coordinator's mail; a digest with nothing to say ends here."""
        ground, now = this.ground, this.now
        readers = Readers(ground.config)
        saying = Saying(readers[reader], ground.planned, ground.files.world, now)
        digest = [one for one in lines if one.kind == LineKind.DIGEST]
        since = ground.history.digests.get(reader)
        wrong = (*ground.files.problems, *self._templates.problems)
        trouble = trouble_for(self.store, wrong, reader, since) if digest else Trouble()
        trouble = replace(trouble, dates=ground.dates.get(reader, ()))
        written = write(lines, saying, ground.history, trouble)
        said = set(written.lines) if written else set()
        silent = [(one.key, "expired", "nothing to say") for one in digest if one not in said]
        if silent:
            self.store.replace_plan((), (), silent, now=now)
        return written

    def _composed(self, reader: str, written: Written, this: _Round) -> NewMail:
        """Make the bytes of a mail."""
        config, now = this.ground.config, this.now
        coordinator = config.who(reader)
        assert coordinator is not None
        keys = tuple(one.key for one in written.lines)
        campaigns = sorted({one.campaign for one in written.lines if one.campaign})
        composed = self.composer.compose(
            written.content,
            Envelope(
                sender=config.mail.sender,
                to_name=coordinator.name,
                to_address=coordinator.email,
                sent_at=now,
                seed="\n".join((reader, now.isoformat(), *sorted(keys))),
                campaigns=tuple(campaigns),
            ),
        )
        self._templates.hear(composed.problems, self.store, now=now)
        ends = [one.expires for one in written.lines]
        return NewMail(
            coordinator=reader,
            kind=written.kind,
            subject=composed.subject,
            message_id=composed.message_id,
            raw=composed.raw,
            keys=keys,
            expires=max((at for at in ends if at), default=None) if all(ends) else None,
        )

    async def _deliver(self, record: MailRecord, config: Config) -> Outcome:
        coordinator = config.who(record.coordinator)
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


def _is_due(one: Occurrence, now: datetime) -> bool:
    return one.due is not None and one.due <= now


def _is_of_one_mail(fault: Exception) -> bool:
    """Say whether a fault concerns one mail; a database that fails concerns them all."""
    return isinstance(fault, ConfigError) or not isinstance(fault, TrackerError)


async def _by_all_hands(send: Callable[[], Awaitable[None]]) -> None:
    """Let each hand send until nothing is left; a fault is told when all have finished."""
    ended = await asyncio.gather(*(send() for _ in range(AT_ONCE)), return_exceptions=True)
    for fault in ended:
        if fault is not None:
            raise fault
