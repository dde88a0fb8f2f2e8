"""What must hold in every world, said without a look at how the outbox works."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from tests.simulator.looking import Line, Look, Mail, read
from tests.simulator.servers import Server
from tracker.store import MailRecord

CLOSED = frozenset({"access", "protection"})
QUARTER = timedelta(minutes=15)
ENDED = frozenset({"sent", "failed", "expired", "cancelled"})


class Laws:
    """Watches one world; each law that is broken is an assertion in words."""

    def __init__(self, look: Look, server: Server, clock: Callable[[], datetime]) -> None:
        self.look = look
        self.server = server
        self.clock = clock
        self.bytes_of: dict[str, bytes] = {}
        self.carried_by: dict[str, set[str]] = {}
        self.ambiguous: Counter[str] = Counter()
        self._last_knock: dict[int, datetime] = {}
        self._once_sent: set[str] = set()

    def before_a_try(self, record: MailRecord, *, daemon: int, wrong_clock: str | None) -> None:
        """Look at a mail that a daemon is about to hand over."""
        now, name = self.clock(), record.message_id
        assert wrong_clock is None, f"mail leaves by a clock that is wrong: {wrong_clock}"
        assert self.bytes_of.setdefault(name, record.raw) == record.raw, "other bytes"
        kept = self.look.mail(record.id)
        assert kept is not None, "it is not written down"
        assert kept.raw == record.raw, "it is not what was written down"
        assert kept.state == "sending", "it is not in hand"
        assert record.expires is None or now < record.expires, "it is too late to be of use"
        for key in record.keys:
            line = self.look.line(key)
            assert line is not None, "a line that nobody planned"
            assert read(line.due) <= now, "it is early"
            assert (line.state, line.mail) == ("sending", record.id), "a line goes elsewhere"
            self.carried_by.setdefault(key, set()).add(name)
        self._knock(daemon, now)

    def _knock(self, daemon: int, now: datetime) -> None:
        held = self.look.holds()
        assert not held - CLOSED, f"mail leaves although it is held: {held}"
        last = self._last_knock.get(daemon)
        if held and last is not None:
            assert now - last >= QUARTER, "a closed door is tried again too soon"
        if held:
            self._last_knock[daemon] = now
        else:
            self._last_knock.pop(daemon, None)

    def after_a_crash(self, owner: str) -> None:
        """Note what nobody can know: each mail in hand of the dead may have been taken."""
        self.ambiguous.update(self.look.in_hand_of(owner))

    def forget_knocks(self, daemon: int) -> None:
        """Let a daemon begin anew that knows the server's health from another's notes."""
        self._last_knock.pop(daemon, None)

    def at_each_step(self) -> None:
        """Look at the copies that the server has, and at what was once sent."""
        for name in self.server.copied():
            copies = self.server.known[name].copies
            lost = self.ambiguous[name] + self.server.ambiguous[name]
            assert len(copies) <= 1 + lost, f"{name}: more copies than lost answers"
            assert {raw for _, raw in copies} <= {self.bytes_of[name]}, "copies differ"
        sent = self.look.sent()
        assert sent >= self._once_sent, "what was sent is sent no longer"
        self._once_sent = sent

    def at_the_end(self) -> None:
        """Look at how every line and every mail ended."""
        self.at_each_step()
        # A closed door is known to be open again when somebody knocks, and nobody had to.
        held = self.look.holds() - CLOSED
        assert not held, f"mail is held still: {held}"
        mails = {mail.id: mail for mail in self.look.mails()}
        for line in self.look.lines():
            self._ended(line, mails.get(line.mail or 0))
        for key, names in self.carried_by.items():
            taken_as = [name for name in names if self.server.known[name].copies]
            assert len(taken_as) <= 1, f"{key} was taken in two mails: {taken_as}"

    def _ended(self, line: Line, mail: Mail | None) -> None:
        assert line.state in ENDED, f"{line.key} is {line.state} at the end"
        if line.state == "sent":
            taken = bool(mail and self.server.known[mail.message_id].copies)
            assert taken, f"{line.key} counts as sent and was never taken"
        if line.state == "expired":
            self._was_too_late(line)
        if line.state == "failed":
            assert mail is not None, "only a mail can fail"
            self._was_refused(mail)

    def _was_too_late(self, line: Line) -> None:
        assert line.expires is not None, f"{line.key} never expires and is expired"
        assert read(line.expires) <= self.clock(), f"{line.key} is expired too early"

    def _was_refused(self, mail: Mail) -> None:
        outcomes = self.look.outcomes(mail.id)
        given_up = outcomes.count("unknown") > 3
        assert outcomes[-1] == "permanent" or given_up, f"mail {mail.id} failed for no reason"
        # A server that says 5xx to a mail has said so: a failure is nothing that we made up.
        said = self.server.refusals[mail.message_id]
        assert said or given_up, f"mail {mail.id} failed, and no server refused it"
