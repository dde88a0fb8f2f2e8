"""Sending what is due: one reader's mail after the other is written, handed over and noted."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tracker.app.asking import asked_so_far
from tracker.app.calm import calm_again
from tracker.app.faults import said_of
from tracker.app.hands import Clock, Deliver, Hands
from tracker.app.in_force import InForce
from tracker.app.nights import apart_from_paused, night_over
from tracker.app.planned import planned_until
from tracker.app.telling import told_in_passing
from tracker.app.template_watch import TemplateWatch
from tracker.app.trouble import trouble_for
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
SERVED_ELSEWHERE = 32  # so many readers are asked for at once, for the few that nobody serves
LONGEST_SECONDS = 1.0  # then no other mail is written in the same transaction


class Sent(Struct, frozen=True):
    """A mail that was handed over, with what it said; for a replay's report and the log."""

    record: MailRecord
    written: Written
    at: datetime
    outcome: Outcome


class Ground(Struct, frozen=True):
    """What mails are written from: a plan, and the files and the history it was made of.

    `dates` are the corrections that each reader's next digest has to tell. Where there are too
    many campaigns to plan them all, `for_reader` plans those of one reader when their mail is due.
    """

    planned: Plan
    files: InForce
    history: History
    dates: Mapping[str, tuple[Occurrence, ...]]
    for_reader: "Callable[[str, datetime], Ground] | None" = None

    def of(self, reader: str, now: datetime) -> "Ground":
        """Return what one reader's mail is written from."""
        return self if self.for_reader is None else self.for_reader(reader, now)

    @property
    def config(self) -> Config:
        """Return config.toml as in force."""
        return self.files.world.config


class _Round(Struct, frozen=True):
    """One round of sending: at which moment, on what ground, and up to when lines are due.

    `due` are the readers whose mails have not begun yet, who has waited longest first.
    """

    now: datetime
    due_by: datetime
    ground: Ground
    readers: Readers
    due: list[str]


class Sending:
    """Writes and hands over mails. A mail is begun only when there is a hand free to send it."""

    def __init__(
        self, store: Store, composer: Composer, *, deliver: Deliver, clock: Clock, replayed: bool
    ) -> None:
        self.store = store
        self.composer = composer
        self.clock = clock
        self.hands = Hands(store, deliver, clock, hides_nothing=replayed)
        self.nights: Mapping[str, datetime] = {}
        self.calms: Mapping[str, datetime] = {}
        self.pauses: list[datetime] = []
        self.oldest_again: datetime | None = None
        self._replayed = replayed
        self._unwritten: dict[str, str] = {}
        self._templates = TemplateWatch(composer.folder)

    async def send_due(self, ground: Ground) -> list[Sent]:
        """Send every mail that is due; one that is refused stops no other, nor one that hangs.

        Of those that hang the answer comes later, and is not among what is returned.

        Only what has been planned up to is due: what came due since may be of other campaigns.
        """
        now = self.clock()
        until = planned_until(self.store) if self.store.is_shared else None
        due_by = min(now, until or now, ground.planned.now)
        this = _Round(now, due_by, ground, Readers(ground.config), [])
        this.due.extend(self.hands.in_turn(self._due(this)))
        sent = list[Sent]()

        async def hand_over(record: MailRecord, written: Written) -> None:
            outcome = await self.hands.hand_over(record, ground.config)
            sent.append(Sent(record, written, record.created_at, outcome))

        def begin(most: int) -> list[Coroutine[Any, Any, None]] | None:
            readers = self._first(this.due, self._beside_others(most))
            begun = self._begun(readers, this, most=most) if readers else ()
            return [hand_over(*one) for one in begun] if readers else None

        await self.hands.each(begin)
        return sent

    async def retry_due(self, config: Config) -> list[Outcome]:
        """Send again, with the same bytes, what a server put off.

        `oldest_again` says when the oldest of these mails was made.
        """
        now, outcomes = self.clock(), list[Outcome]()
        self.oldest_again = None

        async def hand_over(record: MailRecord) -> None:
            outcomes.append(await self.hands.hand_over(record, config))

        def begin(most: int) -> list[Coroutine[Any, Any, None]] | None:
            taken = self._taken_again(most, config, now)
            return None if taken is None else [hand_over(one) for one in taken]

        await self.hands.each(begin)
        return outcomes

    def _taken_again(self, most: int, config: Config, now: datetime) -> list[MailRecord] | None:
        """Take mails in hand whose next try has come, in one transaction; None: there is none.

        One that had no answer before is the last of them: if it ends the process each time, few
        others are charged for it.
        """
        taken, more = list[MailRecord](), True
        with self.store.sending():
            while more and len(taken) < most:
                beside = self.hands.passed_over([one.coordinator for one in taken])
                found = self.store.retry_due(now, limit=1, but_not=beside)
                taken += [one for one in found if not self.hands.left_till_morning(one, config)]
                more = bool(found) and not found[0].recoveries
        made = [one.created_at for one in taken]
        self.oldest_again = min(filter(None, (*made, self.oldest_again)), default=None)
        return taken if taken or more else None

    def recover(self) -> None:
        """Queue again what a process that is gone had in hand."""
        here("unrecovered")
        for mail in self.store.recover(self.clock()):
            LOG.warning("recovered mail %d of a process that ended: %s", mail.id, mail.state)

    def _due(self, this: _Round) -> list[str]:
        """Return to whom something is due, who has waited longest first.

        What is late anyway waits for the end of a night, and in a storm of mails for its own.
        """
        found: dict[str, list[Occurrence]] = {}
        due, self.pauses = _not_paused(self.store.due_lines(this.due_by), this)
        for one in due:
            found.setdefault(one.to, []).append(one)
        self.nights = {
            reader: end
            for reader, lines in found.items()
            if (end := night_over(this.readers[reader], lines, this.now)) is not None
        }
        begun = self.store.latest_mails() if found else {}
        self.calms = {
            reader: end
            for reader, lines in found.items()
            if (end := calm_again(begun.get(reader, ()), lines, this.now)) is not None
        }
        return [one for one in found if one not in self.nights and one not in self.calms]

    def _beside_others(self, most: int) -> int:
        """Return of how many readers so many are found, though other machines serve the rest."""
        return max(most, SERVED_ELSEWHERE) if self.store.is_shared else most

    def _first(self, due: list[str], most: int) -> list[str]:
        """Take so many readers out of a list, who has waited longest first."""
        found = list[str]()
        while len(found) < most:
            reader = _next(due, but_not=self.hands.passed_over(found))
            if reader is None:
                break
            found.append(reader)
        return found

    def _begun(
        self, readers: list[str], this: _Round, *, most: int
    ) -> list[tuple[MailRecord, Written]]:
        """Write mails of so many readers, in one transaction, before a connection is used for any.

        After a fault each is written in its own: the fault is logged, and the lines of that one
        wait for another turn. A replay hides nothing: there the fault ends it.
        """
        chosen = readers[:most]
        try:
            with self.store.sending():
                chosen = self._chosen(readers, this, most=most)
                begun, later = self._together(chosen, this) if chosen else ([], [])
        except Exception as fault:
            if self._replayed or not _is_of_one_mail(fault):
                raise
            if len(chosen) > 1:
                return [one for who in chosen for one in self._begun([who], this, most=1)]
            self._note_unwritten(chosen[0], fault)
            return []
        for reader in chosen:
            self._unwritten.pop(reader, None)
        this.due[:0] = later
        return begun

    def _chosen(self, readers: list[str], this: _Round, *, most: int) -> list[str]:
        """Choose whose mails are written here; who was not asked for comes next in the list."""
        chosen = self.store.choose(readers, most=most, now=this.now, due_by=this.due_by)
        if len(chosen) == most:
            this.due[:0] = readers[readers.index(chosen[-1]) + 1 :]
        return chosen

    def _together(
        self, readers: list[str], this: _Round
    ) -> tuple[list[tuple[MailRecord, Written]], list[str]]:
        """Write mails, and return with them the readers whose mails have to begin later.

        Templates may be slow, and meanwhile nobody else writes into the database.
        """
        self._templates.look(self.store, now=this.now)
        made = list[tuple[NewMail, Written]]()
        grounds = {reader: this.ground.of(reader, this.now) for reader in readers}
        with self.store.taking(*readers, now=this.now, due_by=this.due_by) as lines:
            free = {reader: _not_paused(due, this)[0] for reader, due in lines.items()}
            later = [reader for reader, due in free.items() if due]
            riding, until = self._riding(later, this), _seconds() + LONGEST_SECONDS
            while later and _seconds() < until:
                reader = later.pop(0)
                alone = replace(this, ground=grounds[reader])
                made += self._made(reader, [*free[reader], *riding[reader]], alone)
            return self._started(made, this), later

    def _made(
        self, reader: str, lines: list[Occurrence], this: _Round
    ) -> list[tuple[NewMail, Written]]:
        """Write a mail and make its bytes, if it has anything to say."""
        written = self._written(reader, lines, this)
        return [] if written is None else [(self._composed(reader, written, this), written)]

    def _started(
        self, made: list[tuple[NewMail, Written]], this: _Round
    ) -> list[tuple[MailRecord, Written]]:
        """Write mails down, and the dates that they tell."""
        records = self.store.start_mails([new for new, _ in made], now=this.now)
        begun = [
            (record, written)
            for record, (_, written) in zip(records, made, strict=True)
            if record is not None
        ]
        self.store.passing.tell(
            date
            for record, written in begun
            for date in told_in_passing(record.coordinator, record.id, written, now=this.now)
        )
        return begun

    def _riding(self, readers: list[str], this: _Round) -> dict[str, list[Occurrence]]:
        """Return what waits for the next edit and rides on a mail that leaves before."""
        now = this.now
        settled = now + this.ground.config.times.settle  # what waits for longer waits for a pause
        found = self.store.waiting_lines(readers, now, settled) if readers else {}
        return {
            reader: [
                one
                for one in _not_paused(lines, this)[0]
                if _is_due(one, now) or (one.kind == LineKind.CORRECTION and _is_due(one, settled))
            ]
            for reader, lines in found.items()
        }

    def _note_unwritten(self, reader: str, fault: Exception) -> None:
        """Log a fault once, by its kind and place: its words may be those of a campaign."""
        said = said_of(fault)
        if self._unwritten.get(reader) != said:
            LOG.error("no mail could be written for %s: %s; its lines stay queued", reader, said)
        self._unwritten[reader] = said

    def _written(self, reader: str, lines: list[Occurrence], this: _Round) -> Written | None:
        """Write one coordinator's mail; a digest with nothing to say ends here."""
        ground, now = this.ground, this.now
        asked = asked_so_far(lines, ground.planned, reader, self.store)
        world, history = ground.files.world, ground.history
        saying = Saying(this.readers[reader], ground.planned, world, now, history, asked)
        digest = [one for one in lines if one.kind == LineKind.DIGEST]
        since = history.digests.get(reader)
        wrong = (*ground.files.problems, *self._templates.problems)
        trouble = trouble_for(self.store, wrong, saying.reader, since) if digest else Trouble()
        trouble = replace(trouble, dates=ground.dates.get(reader, ()))
        written = write(lines, saying, history, trouble)
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


def _not_paused(lines: list[Occurrence], this: _Round) -> tuple[list[Occurrence], list[datetime]]:
    """Return the lines that no pause holds back, and when the pauses of the others end."""
    ground = this.ground
    return apart_from_paused(lines, this.readers, ground.files.frames, this.now)


def _next(readers: list[str], *, but_not: frozenset[str]) -> str | None:
    """Take out of a list the first reader whose mail need not wait for others that hang."""
    found = next((one for one in readers if one not in but_not), None)
    if found is not None:
        readers.remove(found)
    return found


def _seconds() -> float:
    return asyncio.get_running_loop().time()


def _is_due(one: Occurrence, now: datetime) -> bool:
    return one.due is not None and one.due <= now


def _is_of_one_mail(fault: Exception) -> bool:
    """Say whether a fault concerns one mail; a database that fails concerns them all."""
    return isinstance(fault, ConfigError) or not isinstance(fault, TrackerError)
