"""What must hold in every world, said without a look at how the outbox works."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from tests.simulator.servers import Server
from tracker.store import MailRecord, Store

CLOSED = frozenset({"access", "protection"})
QUARTER = timedelta(minutes=15)
ENDED = frozenset({"sent", "failed", "expired", "cancelled"})


class Laws:
    """Watches one world; each law that is broken is an assertion in words."""

    def __init__(self, store: Store, server: Server, clock: Callable[[], datetime]) -> None:
        self.store = store
        self.server = server
        self.clock = clock
        self.bytes_of: dict[str, bytes] = {}
        self.carried_by: dict[str, set[str]] = {}
        self.ambiguous: Counter[str] = Counter()
        self._last_knock: datetime | None = None
        self._once_sent: set[str] = set()

    def before_a_try(self, record: MailRecord) -> None:
        """Look at a mail that is about to be handed over."""
        now, name = self.clock(), record.message_id
        assert self.bytes_of.setdefault(name, record.raw) == record.raw, "other bytes"
        kept = self.store.mail(record.id)
        assert kept is not None, "it is not written down"
        assert kept.raw == record.raw, "it is not what was written down"
        assert kept.state == "sending", "it is not in hand"
        assert record.expires is None or now < record.expires, "it is too late to be of use"
        for key in record.keys:
            line = self.store.line(key)
            assert line is not None, "a line that nobody planned"
            due = line.occurrence.due
            assert due is not None, "a line without a moment"
            assert due <= now, "it is early"
            self.carried_by.setdefault(key, set()).add(name)
        self._knock(now)

    def _knock(self, now: datetime) -> None:
        held = {one.cause for one in self.store.holds()}
        assert not held - CLOSED, f"mail leaves although it is held: {held}"
        if held and self._last_knock is not None:
            assert now - self._last_knock >= QUARTER, "a closed door is tried again too soon"
        self._last_knock = now if held else None

    def after_a_crash(self) -> None:
        """Note what nobody can know: each mail in hand may have been taken."""
        for mail in self.store.mails(states={"sending"}):
            self.ambiguous[mail.message_id] += 1

    def at_each_step(self) -> None:
        """Look at the copies that the server has, and at what was once sent."""
        for name, known in self.server.known.items():
            lost = self.ambiguous[name] + self.server.ambiguous[name]
            assert len(known.copies) <= 1 + lost, f"{name}: more copies than lost answers"
            assert {raw for _, raw in known.copies} <= {self.bytes_of[name]}, "copies differ"
        sent = {one.occurrence.key for one in self.store.lines(states={"sent"})}
        assert sent >= self._once_sent, "what was sent is sent no longer"
        self._once_sent = sent

    def at_the_end(self) -> None:
        """Look at how every line and every mail ended."""
        self.at_each_step()
        # A closed door is known to be open again when somebody knocks, and nobody had to.
        assert not {one.cause for one in self.store.holds()} - CLOSED, "mail is held still"
        mails = {mail.id: mail for mail in self.store.mails()}
        for line in self.store.lines():
            one, mail = line.occurrence, mails.get(line.mail or 0)
            assert line.state in ENDED, f"{one.key} is {line.state} at the end"
            taken = bool(mail and self.server.known[mail.message_id].copies)
            if line.state == "sent":
                assert taken, f"{one.key} counts as sent and was never taken"
            if line.state == "expired":
                assert one.expires is not None, f"{one.key} never expires and is expired"
            if line.state == "failed":
                assert mail is not None, "only a mail can fail"
                self._was_refused(mail)
        for key, names in self.carried_by.items():
            taken_as = [name for name in names if self.server.known[name].copies]
            assert len(taken_as) <= 1, f"{key} was taken in two mails: {taken_as}"

    def _was_refused(self, mail: MailRecord) -> None:
        tries = self.store.attempts(mail.id)
        last = tries[-1].outcome
        silent = sum(one.outcome == "unknown" for one in tries)
        assert last == "permanent" or silent > 3, f"mail {mail.id} failed for no reason"
