"""The outbox against a naive model of it, through every misfortune Hypothesis can think of."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import settings, strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    precondition,
    rule,
)

from tests.outbox import NOW, a_mail, an_occurrence, in_memory
from tracker.store import MailRecord, Store
from tracker.store.mails import MOST_RECOVERIES

KEYS = st.sampled_from("abc")
HOURS = st.sampled_from([timedelta(0), timedelta(hours=1), timedelta(hours=2)])
Given = MailRecord | MultipleResults[MailRecord]
END = ("sent", "failed", "cancelled", "expired")


@dataclass
class Line:
    """A line as anybody would write it down."""

    state: str
    due: datetime
    expires: datetime | None
    mail: int | None = None


@dataclass
class Mail:
    """A mail as anybody would write it down; `taken` is what the server knows of it."""

    state: str
    keys: tuple[str, ...]
    expires: datetime | None
    next_at: datetime | None = None
    silent: int = 0
    ambiguous: int = 0
    taken: int = 0


class Outbox(RuleBasedStateMachine):
    """Plan, claim, send, refuse, lose the answer, crash, wait; and compare each time."""

    in_hand: Bundle[MailRecord] = Bundle("in_hand")
    stale: Bundle[MailRecord] = Bundle("stale")

    def __init__(self) -> None:
        super().__init__()
        self.store = in_memory()
        self.now = NOW
        self.lines: dict[str, Line] = {}
        self.mails: dict[int, Mail] = {}
        self.once_sent: set[str] = set()

    def teardown(self) -> None:
        self.copies_come_only_from_lost_answers()
        self._everything_comes_to_an_end()
        self.store.close()

    # -- the planner ---------------------------------------------------------------------------

    def due(self) -> set[str]:
        return {
            key
            for key, line in self.lines.items()
            if self.free(key)
            and line.due <= self.now
            and (line.expires is None or line.expires > self.now)
        }

    def any_line(self, *states: str) -> bool:
        return any(line.state in states for line in self.lines.values())

    def any_mail(self, *states: str) -> bool:
        return any(mail.state in states for mail in self.mails.values())

    def free(self, key: str) -> bool:
        line = self.lines.get(key)
        return line is not None and line.state == "queued" and line.mail is None

    @rule(keys=st.sets(KEYS, min_size=1), wait=HOURS, lasts=st.none() | HOURS)
    def plan(self, keys: set[str], wait: timedelta, lasts: timedelta | None) -> None:
        due = self.now + wait
        expires = None if lasts is None else due + lasts
        wanted = [an_occurrence(key, due=due, expires=expires) for key in sorted(keys)]
        self.store.replace_plan(wanted, (), (), now=self.now)
        for key in keys:
            before = self.lines.get(key)
            if before is None or self.free(key) or before.state in {"cancelled", "expired"}:
                self.lines[key] = Line("queued", due, expires)

    @precondition(lambda self: self.any_line("queued"))
    @rule(key=KEYS, wait=HOURS)
    def move(self, key: str, wait: timedelta) -> None:
        due = self.now + wait
        moved = an_occurrence(key, due=due, expires=None)
        self.store.replace_plan((), [moved], (), now=self.now)
        if self.free(key):
            self.lines[key] = Line("queued", due, None)

    @precondition(lambda self: self.any_line("queued"))
    @rule(key=KEYS, end=st.sampled_from(["cancelled", "expired"]))
    def drop(self, key: str, end: str) -> None:
        self.store.replace_plan((), (), [(key, end, "because")], now=self.now)
        if self.free(key):
            self.lines[key].state = end

    # -- the sender ----------------------------------------------------------------------------

    @precondition(lambda self: self.due())
    @rule(target=in_hand, lasts=st.none() | HOURS)
    def start_what_is_due(self, lasts: timedelta | None) -> Given:
        return self._start(self.due(), lasts)

    @precondition(lambda self: self.lines)
    @rule(target=in_hand, keys=st.sets(KEYS, min_size=1))
    def start_what_may_be_gone(self, keys: set[str]) -> Given:
        return self._start(keys, None)

    @rule(target=stale, mail=consumes(in_hand))
    def accept(self, mail: MailRecord) -> MailRecord:
        mine = self._is_mine(mail)
        if mine:
            self.mails[mail.id].taken += 1
        assert self.store.mark_sent(mail, 250, "ok", now=self.now) == mine
        if mine:
            self._settle(mail.id, "sent")
        return mail

    @rule(target=stale, mail=consumes(in_hand), wait=HOURS)
    def put_off(self, mail: MailRecord, wait: timedelta) -> MailRecord:
        mine = self._is_mine(mail)
        assert self.store.mark_retry(mail, self.now + wait, 450, "later", now=self.now) == mine
        if mine:
            self._settle(mail.id, "queued", next_at=self.now + wait)
        return mail

    @rule(target=stale, mail=consumes(in_hand))
    def refuse(self, mail: MailRecord) -> MailRecord:
        mine = self._is_mine(mail)
        assert self.store.mark_failed(mail, 550, "no", now=self.now) == mine
        if mine:
            self._settle(mail.id, "failed")
        return mail

    @rule(target=stale, mail=consumes(in_hand), wait=HOURS, taken=st.booleans())
    def lose_the_answer(self, mail: MailRecord, wait: timedelta, taken: bool) -> MailRecord:  # noqa: FBT001 -- Hypothesis calls it by name
        mine = self._is_mine(mail)
        at = self.now + wait
        assert self.store.mark_unknown(mail, "silence", now=self.now, at=at) == mine
        if mine:
            self._silent(mail.id, "unknown", at, taken=taken)
        return mail

    @rule(mail=stale)
    def an_old_hand_writes(self, mail: MailRecord) -> None:
        assert not self._is_mine(mail)
        assert not self.store.mark_sent(mail, 250, "ok", now=self.now)
        assert not self.store.mark_failed(mail, 550, "no", now=self.now)

    @precondition(lambda self: self.any_mail("queued", "unknown"))
    @rule(target=in_hand, limit=st.none() | st.integers(1, 2))
    def retry(self, limit: int | None) -> Given:
        for number, mail in self.mails.items():
            waiting = mail.state in {"queued", "unknown"}
            if waiting and mail.expires is not None and mail.expires <= self.now:
                self._settle(number, "expired")
        ready = {number for number in self.mails if self._waits_until(number, self.now)}
        claimed = self.store.retry_due(self.now, limit=limit)
        assert {mail.id for mail in claimed} <= ready
        assert len(claimed) == min(len(ready), limit or len(ready))
        for one in claimed:
            self._settle(one.id, "sending")
        return multiple(*claimed)

    @rule(number=st.integers(1, 4))
    @precondition(lambda self: self.any_mail("failed", "unknown", "expired"))
    def ask_by_hand(self, number: int) -> None:
        mail = self.mails.get(number)
        if mail is not None and mail.state in {"failed", "unknown", "expired"}:
            self.store.retry(number, self.now)
            self._settle(number, "queued", next_at=self.now)
            mail.expires, mail.silent = None, 0

    # -- the world -----------------------------------------------------------------------------

    @rule(wait=HOURS)
    @precondition(lambda self: self.lines)
    def wait(self, wait: timedelta) -> None:
        self.now += wait

    @precondition(lambda self: self.any_mail("sending") or self.any_line("queued"))
    @rule(taken=st.booleans(), planning=st.none() | KEYS)
    def crash(self, taken: bool, planning: str | None) -> None:  # noqa: FBT001 -- Hypothesis calls it by name
        if planning is not None:
            with suppress(KeyboardInterrupt), self.store.writing():
                wanted = [an_occurrence(planning, due=self.now)]
                self.store.replace_plan(wanted, (), (), now=self.now)
                self.store.replace_plan((), (), [(planning, "cancelled", "x")], now=self.now)
                raise KeyboardInterrupt
        self._restart(taken=taken)

    # -- what must hold ------------------------------------------------------------------------

    @invariant()
    def the_store_and_the_model_agree(self) -> None:
        with self.store.writing():  # one transaction for all the questions
            found, mails = self.store.lines(), self.store.mails()
            due, next_due = self.store.due_lines(self.now), self.store.next_due()

        assert {one.occurrence.key: (one.state, one.mail) for one in found} == {
            key: (line.state, line.mail) for key, line in self.lines.items()
        }
        assert {one.id: one.state for one in mails} == {
            number: mail.state for number, mail in self.mails.items()
        }
        free = {key: line for key, line in self.lines.items() if self.free(key)}
        assert {one.key for one in due} == self.due()
        moments = [line.due for line in free.values()]
        moments += [mail.next_at for mail in self.mails.values() if mail.next_at is not None]
        assert next_due == min(moments, default=None)

    @invariant()
    def what_was_sent_stays_sent(self) -> None:
        self.once_sent |= {key for key, line in self.lines.items() if line.state == "sent"}
        assert all(self.lines[key].state == "sent" for key in self.once_sent)

    def copies_come_only_from_lost_answers(self) -> None:
        for number, mail in self.mails.items():
            assert mail.taken <= 1 + mail.ambiguous
            assert (mail.state == "sent") <= (mail.taken > 0)
            tries = self.store.attempts(number)
            assert sum(one.outcome == "unknown" for one in tries) == mail.ambiguous
            assert (mail.state == "sent") == any(one.outcome == "sent" for one in tries)

    # -- the model's own moves -----------------------------------------------------------------

    def _start(self, keys: set[str], lasts: timedelta | None) -> Given:
        ordered = tuple(sorted(keys))
        expires = None if lasts is None else self.now + lasts
        number = len(self.mails) + 1
        new = a_mail(*ordered, message_id=f"<{number}@example.org>", expires=expires)
        mail = self.store.start_mail(new, now=self.now)
        if not all(self.free(key) for key in ordered):
            assert mail is None
            return multiple()
        assert mail is not None
        assert mail.keys == ordered
        self.mails[mail.id] = Mail("sending", ordered, expires)
        self._follow(mail.id, "sending", bind=True)
        return mail

    def _is_mine(self, mail: MailRecord) -> bool:
        found = self.store.mail(mail.id)
        assert found is not None
        assert found.raw == mail.raw
        same = (found.owner, found.attempt) == (mail.owner, mail.attempt)
        return same and self.mails[mail.id].state == "sending"

    def _waits_until(self, number: int, moment: datetime) -> bool:
        mail = self.mails[number]
        return mail.next_at is not None and mail.next_at <= moment

    def _settle(self, number: int, state: str, next_at: datetime | None = None) -> None:
        self.mails[number].state = state
        self.mails[number].next_at = next_at
        self._follow(number, state)

    def _follow(self, number: int, state: str, *, bind: bool = False) -> None:
        for key in self.mails[number].keys:
            if bind:
                self.lines[key].mail = number
            if self.lines[key].mail == number:
                self.lines[key].state = state

    def _silent(self, number: int, state: str, at: datetime, *, taken: bool) -> None:
        mail = self.mails[number]
        mail.ambiguous += 1
        mail.taken += taken
        if mail.silent >= MOST_RECOVERIES:
            self._settle(number, "failed")
        else:
            self._settle(number, state, next_at=at)
        mail.silent += 1

    def _restart(self, *, taken: bool = False) -> None:
        self.store = Store(self.store._engine, None)
        sending = {number for number, mail in self.mails.items() if mail.state == "sending"}
        recovered = self.store.recover(self.now)
        assert {mail.id for mail in recovered} == sending
        for number in sorted(sending):
            self._silent(number, "queued", self.now, taken=taken)

    def _everything_comes_to_an_end(self) -> None:
        self._restart()
        self.now += timedelta(days=365)
        for _ in range(MOST_RECOVERIES + 1):
            for mail in self.store.retry_due(self.now):
                assert self.store.mark_sent(mail, 250, "ok", now=self.now)
            for line in self.store.due_lines(self.now):
                new = a_mail(line.key, message_id=f"<last-{line.key}@example.org>")
                last = self.store.start_mail(new, now=self.now)
                assert last is not None
                assert self.store.mark_sent(last, 250, "ok", now=self.now)
        for left in self.store.lines():
            over = left.occurrence.expires is not None and left.occurrence.expires <= self.now
            assert left.state in END or (left.state == "queued" and over)


TestOutbox = Outbox.TestCase
# A history costs as much as thirty examples of anything else.
TestOutbox.settings = settings(max_examples=settings().max_examples // 2)
