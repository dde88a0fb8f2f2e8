"""What must hold in every world, said without a look at how the outbox works."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from tests.simulator.looking import Line, Look, Mail, read
from tests.simulator.patience import ANSWERS, CLOSED, QUARTER, Patience
from tests.simulator.servers import Server
from tracker.delivery import Outcome
from tracker.store import MailRecord

ALIKE = 3  # so many readers refused in a row hold the mail of all
SOON = timedelta(minutes=2)  # what could not be written down is done a minute later
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
        self.patience = Patience(look)
        self._answered: list[tuple[MailRecord, set[tuple[str, str]]]] = []
        self._refused: set[tuple[str, str]] = set()
        self._row: set[str] = set()
        self.is_alone = True
        self._once_sent: set[str] = set()
        self._kept_until = clock()
        self._is_held = False

    def before_a_try(
        self, record: MailRecord, *, daemon: int, shown: datetime, wrong_clock: str | None
    ) -> None:
        """Look at a mail that a daemon is about to hand over while the wall clock says `shown`."""
        now, name = self.clock(), record.message_id
        assert wrong_clock is None, f"mail leaves by a clock that is wrong: {wrong_clock}"
        assert self.bytes_of.setdefault(name, record.raw) == record.raw, "other bytes"
        kept = self.look.mail(record.id)
        assert kept is not None, "it is not written down"
        assert kept.raw == record.raw, "it is not what was written down"
        assert kept.state == "sending", "it is not in hand"
        assert record.expires is None or shown < record.expires, "it is too late to be of use"
        for key in record.keys:
            line = self.look.line(key)
            assert line is not None, "a line that nobody planned"
            assert read(line.due) <= now, "it is early"
            assert line.reader == record.coordinator, "a line goes to somebody else"
            assert (line.state, line.mail) == ("sending", record.id), "a line goes elsewhere"
            self.carried_by.setdefault(key, set()).add(name)
        held = self.look.holds_since(now)  # not in the same breath
        others = {cause for cause, _ in held} - CLOSED
        assert not others, f"mail leaves although it is held: {others}"
        self.patience.before_a_try(record, daemon=daemon, now=now, held=held)

    def after_a_try(
        self,
        record: MailRecord,
        answer: Outcome,
        *,
        daemon: int,
        begun: datetime,
        by_right: bool,
    ) -> None:
        """Hear what a living daemon hears, `by_right` while the clock on the wall is right."""
        now = self.clock()
        self.patience.after_a_try(record, answer, daemon=daemon, begun=begun, now=now)
        if not by_right:
            self.patience.after_a_try_by_a_wrong_clock(record, daemon=daemon)
            self.is_kept(QUARTER)
        if answer.state == "permanent":
            self._row.add(record.coordinator)
        elif answer.state == "sent" and len(self._row) < ALIKE:
            self._row.clear()
        if answer.state in ANSWERS and (held := self.look.holds_since(begun)):
            self._answered.append((record, held))

    def after_a_crash(self, daemon: int, owner: str, *, is_alone: bool) -> None:
        """Note what nobody can know: each mail in hand of the dead may have been taken.

        The dead one `is_alone` where nobody else writes notes on the server.
        """
        self.is_alone = self.is_alone and is_alone
        in_hand = self.look.in_hand_of(owner)
        self.ambiguous.update(in_hand)
        self._answered = [one for one in self._answered if one[0].message_id not in in_hand]
        self.patience.after_a_crash(daemon, in_hand, is_alone=is_alone)
        self.is_kept(QUARTER)

    def somebody_resumed(self) -> None:
        """Let everybody begin anew, as a person has said."""
        self._row.clear()
        self.patience.somebody_resumed()

    def is_kept(self, pause: timedelta = timedelta()) -> None:
        """Let what waits have its time from now on: something came between."""
        self._kept_until = max(self._kept_until, self.clock() + pause)

    def at_each_turn(self, daemon: int, *, by_right: bool) -> None:
        """Look whether a daemon has left nothing behind that might have gone."""
        self.at_each_step()
        now = self.clock()
        was_held, self._is_held = self._is_held, bool(self.look.holds()) or not by_right
        if was_held or self._is_held or not self.is_alone:
            self.is_kept()
            return
        kept = max(self._kept_until, self.patience.opens(daemon, now) or self._kept_until)
        if now - kept < SOON:
            return
        left = self.look.left_waiting(now - SOON, now)
        assert not left, f"the server is well, nothing is held, and this waits: {left}"

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
        early = self.look.expired_early(self.clock())
        assert not early, f"expired, and of use still: {early}"
        apart = self.look.apart()
        assert not apart, f"the mail of a line is in another state: {apart}"
        self._who_was_answered_let_go()
        self._who_were_refused_alike_are_put_back()

    def _who_was_answered_let_go(self) -> None:
        """Look whether a door that was found open is held closed no longer."""
        waiting = list[tuple[MailRecord, set[tuple[str, str]]]]()
        for record, held in self._answered:
            if not self.look.is_written(record.id, record.attempt):
                waiting.append((record, held))
                continue
            still = {one for one in held & self.look.holds_since(self.clock()) if one[0] in CLOSED}
            assert not still, f"the door is open, and held for closed: {still}"
        self._answered = waiting

    def _who_were_refused_alike_are_put_back(self) -> None:
        """Look, when all were refused alike, that none of them has failed by that."""
        refused = {one for one in self.look.holds_since(self.clock()) if one[0] == "refused"}
        if refused - self._refused:
            row = self.look.refused_in_a_row()
            assert "failed" not in self.look.states(row), "refused with all others, and failed"
            alike = len(self._row) >= ALIKE or not self.is_alone
            assert alike, f"held though only {self._row} were refused since others were served"
        self._refused = refused

    def at_the_end(self) -> None:
        """Look at how every line and every mail ended."""
        self.at_each_step()
        # A closed door is known to be open again when somebody knocks, and nobody had to.
        held = self.look.holds() - CLOSED
        assert not held, f"mail is held still: {held}"
        mails = {mail.id: mail for mail in self.look.mails()}
        self._whoever_is_untold_is_known(mails)
        for line in self.look.lines():
            self._ended(line, mails.get(line.mail or 0))
        for key, names in self.carried_by.items():
            taken_as = [name for name in names if self.server.known[name].copies]
            assert len(taken_as) <= 1, f"{key} was taken in two mails: {taken_as}"

    def _whoever_is_untold_is_known(self, mails: dict[int, Mail]) -> None:
        """Look whether the journal knows what no reader was told, and nothing else."""
        refused = {
            number
            for number, mail in mails.items()
            if mail.state == "failed" and self.look.outcomes(number)[-1] == "permanent"
        }
        assert self.look.untold() == refused, "the journal is wrong on who was not told"

    def _ended(self, line: Line, mail: Mail | None) -> None:
        assert line.state in ENDED, f"{line.key} is {line.state} at the end"
        if line.state == "sent":
            taken = bool(mail and self.server.known[mail.message_id].copies)
            assert taken, f"{line.key} counts as sent and was never taken"
        if line.state == "failed":
            assert mail is not None, "only a mail can fail"
            self._was_refused(mail)

    def _was_refused(self, mail: Mail) -> None:
        outcomes = self.look.outcomes(mail.id)
        given_up = outcomes.count("unknown") > 3
        assert outcomes[-1] == "permanent" or given_up, f"mail {mail.id} failed for no reason"
        # A server that says 5xx to a mail has said so: a failure is nothing that we made up.
        said = self.server.refusals[mail.message_id]
        assert said or given_up, f"mail {mail.id} failed, and no server refused it"
