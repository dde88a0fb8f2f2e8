"""What the tracker does: it looks, writes down what it saw, plans again and sends what is due."""

from collections.abc import Container, Iterable, Iterator
from datetime import datetime, timedelta

from msgspec.structs import replace

from tracker.app.beside_campaigns import BesideCampaigns
from tracker.app.edits import EDIT, edit_entries
from tracker.app.hands import Clock, Deliver
from tracker.app.in_force import InForce
from tracker.app.in_parts import AT_ONCE, compared_in_parts
from tracker.app.planned import let_know
from tracker.app.remembering import history_from, sightings
from tracker.app.sending import Ground, Sending, Sent
from tracker.app.telling import moves_made, outbox_of, telling_from, untold_in
from tracker.app.trouble import problem_sightings
from tracker.campaign import World
from tracker.changes import Changes, Telling, compare
from tracker.compose import Composer
from tracker.delivery import Outcome
from tracker.errors import Problem
from tracker.events import GRACE, History
from tracker.occurrence import Occurrence
from tracker.planning import Memo, Plan, plan
from tracker.store import DatesTold, JournalEntry, Store

AHEAD = timedelta(days=21)  # a digest looks 14 days ahead


def horizon(now: datetime) -> datetime:
    """Return up to when lines are planned: to the end of a day, so that once a day brings more."""
    return (now + AHEAD).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def _by_owner(found: Iterable[Occurrence]) -> dict[str, tuple[Occurrence, ...]]:
    lines = list(found)
    owners = {one.owner for one in lines}
    return {who: tuple(one for one in lines if one.owner == who) for who in owners}


class Engine:
    """The one path that the daemon, the replay and the tests all take.

    The clock and the delivery are given; nothing here reads the time or opens a connection.
    """

    def __init__(
        self, store: Store, composer: Composer, *, deliver: Deliver, clock: Clock, replayed: bool
    ) -> None:
        self.store = store
        self.clock = clock
        self.sending = Sending(store, composer, deliver=deliver, clock=clock, replayed=replayed)
        self.replayed = replayed
        self.edited_at: datetime | None = None
        self._files: InForce | None = None
        self._for_digest: dict[str, tuple[Occurrence, ...]] = {}
        self._journal: tuple[JournalEntry, ...] = ()
        self.history = History()
        self.beside = BesideCampaigns(store)
        self._told: tuple[DatesTold, ...] | None = None
        self._telling: Telling | None = None
        self._memo = Memo()
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
            planned = plan(self.world, history, now=now, until=horizon(now), memo=self._memo)
            for_digest: list[Occurrence] = []
            for changes in self._compared(planned, now):
                self.bring_in_line(changes, now)
                for_digest += changes.for_digest
            if self.store.is_shared:
                let_know(self.store, self.problems, now=now)
        self._for_digest = _by_owner(for_digest)
        return planned

    def foresee(self) -> Plan:
        """Plan as `refresh` does and write nothing down: another machine does that."""
        now = self.clock()
        self._add_up(self.store.whole_journal())
        planned = plan(self.world, self.history, now=now, until=horizon(now), memo=self._memo)
        changes = list(self._compared(planned, now))
        self._for_digest = _by_owner(line for one in changes for line in one.for_digest)
        return planned

    def _compared(self, planned: Plan, now: datetime) -> Iterator[Changes]:
        if len(self.world.campaigns) > AT_ONCE:
            telling, untold = self._told_beside(()), untold_in(self._journal)
            yield from compared_in_parts(planned, self.store, telling, untold, now=now)
        else:
            telling = self._told_beside(self.store.passing.so_far())
            yield compare(planned, outbox_of(self.store), now=now, telling=telling)

    def _told_beside(self, told: tuple[DatesTold, ...]) -> Telling:
        if self._telling is None or told is not self._told:
            self._telling = telling_from(
                self._journal, told, self.world, self.history.edits, edited_at=self.edited_at
            )
            self._told = told
        return self._telling

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
        """Write down first sights and facts that are new at `now`; return the history.

        In a replay facts come to be known as time passes; else these files have said it all.
        """
        journal = self.store.whole_journal()
        if self.replayed or not self._is_added_up(journal):
            found = self._sighted(self.files, now)
            wrong = problem_sightings(self.problems, now=now)
            known = {entry.key for entry in journal}
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

    def catch_up(self) -> History:
        """Add up what the journal says beside the campaigns, without edits.

        That is for files of which only some campaigns are in memory.
        """
        self.beside.catch_up()
        entries = self.beside.entries
        if not self._is_added_up(entries):
            said = (one for one in entries if one.kind != EDIT)
            self.history = history_from(said, {}, self.blank_history())
            self._journal, self._stale = entries, False
        return self.history

    def blank_history(self) -> History:
        """Return a history in which nothing has happened yet."""
        return History(
            accepted="morning" if self.replayed else "settled",
            settle=self.world.config.times.settle,
        )

    def _add_up(self, entries: tuple[JournalEntry, ...]) -> None:
        """Work out anew what follows from the journal and the files, if either has changed."""
        if self._is_added_up(entries):
            return
        self.history = history_from(entries, self.files.facts, self.blank_history())
        self._telling = None
        self._journal = entries
        self._stale = False

    def _is_added_up(self, entries: tuple[JournalEntry, ...]) -> bool:
        return entries is self._journal and not self._stale

    def _not_before_the_edit(self, entry: JournalEntry) -> JournalEntry:
        """Date what an edit brought in by that edit: in a replay, too, it was not known before."""
        since = self.edited_at
        return entry if since is None or since <= entry.at else replace(entry, at=since)

    async def send_due(self, planned: Plan) -> list[Sent]:
        """Send every mail that is due; one that is refused stops no other, nor one that hangs."""
        return await self.sending.send_due(self.ground(planned))

    def ground(self, planned: Plan) -> Ground:
        """Return what mails are written from after everything was planned."""
        return Ground(planned, self.files, self.history, self._for_digest)

    async def retry_due(self) -> list[Outcome]:
        """Send again, with the same bytes, what a server put off."""
        return await self.sending.retry_due(self.world.config)

    def told_from_old_files(self) -> bool:
        """Say whether a mail that went again was made before the last edit: it may say old dates.

        Until it left it had told nobody anything, so that only now there is something to correct.
        """
        made, edited = self.sending.oldest_again, self.edited_at
        if made is not None and edited is None:
            last = self.store.last_entry(EDIT)
            edited = last.at if last else None
        return made is not None and edited is not None and made <= edited

    def next_moment(self, after: datetime, *, due: datetime | None = None) -> datetime | None:
        """Return when there is something to do next; in a replay also when something is known.

        Where nothing is planned, that is when more will be: the plan reaches only so far ahead.
        `due` is when the next line is, where that is known.
        """
        due = due or self.store.next_due(after=after)
        moments = [due, self.sending.hands.next_try(), horizon(after)]
        moments += [*self.sending.nights.values(), *self.sending.calms.values()]
        moments += self.sending.pauses
        moments += [since + GRACE for since in self.history.missing.values()]
        if self.replayed:
            moments += [home.opened_at for home in self.files.frames.values()]
            moments += [
                fact.known_at for facts in self.files.facts.values() for fact in facts.values()
            ]
        return min((at for at in moments if at is not None and at > after), default=None)
