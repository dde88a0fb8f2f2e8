"""How soon a server and a mail may be tried again, after what a daemon has heard."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.simulator.looking import Look
from tracker.delivery import Outcome
from tracker.store import MailRecord

ANSWERS = frozenset({"sent", "temporary", "permanent"})
CLOSED = frozenset({"access", "protection"})
A_MINUTE, QUARTER = timedelta(minutes=1), timedelta(minutes=15)
LEAST_WAIT = {
    "temporary": timedelta(minutes=5),
    "unknown": timedelta(minutes=5),
    "relay": A_MINUTE,
}
A_TICK = timedelta(microseconds=1)
LATELY = timedelta(seconds=10)
MOST_SILENT = 4  # tries of one mail that end without an answer
LONGEST = 5  # troubles in a row, after which the pause grows no longer
SUSPECTS = 11  # mails of which each may have been the reason: then it is the server
SILENCES = 3  # tries in a row without an answer: the server is ill

Try = tuple[int, int]  # the number of a mail, and of its try


@dataclass(slots=True, eq=False)
class Door:
    """What one daemon knows of the server since it last answered.

    `shut` is when it was last found in trouble, by which `found`, for how many `times` in a row,
    and whether it is `closed`: a login refused, a connection that cannot be protected. What fails
    before it may be tried again was under way already, and is the same trouble; where it is
    `at_worst`, another. `last` is the try that said the latest of all this, `at` its end.
    `suspects` are the mails over which it may have stumbled; where such a one asked, the next may
    ask `at_once`.
    """

    heard: datetime | None = None
    shut: datetime | None = None
    found: Try | None = None
    last: Try | None = None
    at: datetime | None = None
    closed: str | None = None
    at_worst: bool = False
    times: int = 0
    silences: int = 0
    suspects: set[int] = field(default_factory=set)
    at_once: bool = False

    def pause(self) -> timedelta:
        """Return for how long it is left alone."""
        if self.at_once:
            return timedelta()
        return QUARTER if self.closed else min(A_MINUTE * 2 ** (self.times - 1), QUARTER)

    def fails(self, last: Try, answer: Outcome, now: datetime) -> None:
        """Take note of a try that had no answer about its mail."""
        self.last, self.at = last, now
        is_shut = self.shut is not None and now < self.shut + self.pause()
        if answer.suspect:
            self.suspects.add(last[0])
        self.at_once = answer.suspect and len(self.suspects) < SUSPECTS
        if self.at_once:
            return
        self.silences += answer.state == "unknown" and not answer.suspect
        closed = answer.cause if answer.cause in CLOSED else None
        if is_shut and not self.at_worst and closed in {None, self.closed}:
            return
        if answer.suspect or answer.state == "relay" or self.silences >= SILENCES:
            self.shut, self.found, self.closed = now, last, closed
            self.times += 1


class Patience:
    """Watches the tries of one world."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._again: dict[str, datetime] = {}
        self._silent: defaultdict[str, set[int]] = defaultdict(set)
        self._doors: defaultdict[int, Door] = defaultdict(Door)
        # Of all that had no answer, each a trouble of its own.
        self._at_worst: defaultdict[int, Door] = defaultdict(lambda: Door(at_worst=True))
        # By daemon, who is under way and what trouble was known as that began.
        self._asking: defaultdict[int, dict[Try, tuple[str, set[object]]]] = defaultdict(dict)
        self._slow: defaultdict[int, set[str]] = defaultdict(set)
        self._unanswered: defaultdict[int, dict[str, tuple[Try, datetime]]] = defaultdict(dict)

    def before_a_try(
        self, record: MailRecord, *, daemon: int, now: datetime, held: set[tuple[str, str]]
    ) -> None:
        """Look at a try that is about to begin while doors are known to be closed: `held`."""
        name = record.message_id
        assert now >= self._again.get(name, now), "a mail that was put off goes again too soon"
        silent = self._silent[name] | self._look.unanswered(record.id)
        assert len(silent) < MOST_SILENT, "a mail without an answer goes on for ever"
        door = self._door(daemon)
        # What had its place before the trouble was written down begins in the same breath.
        is_known = self._is_known(door.found) and door.shut != now
        why: set[object] = {*held, door} if is_known else {*held}
        if why and door.shut is not None:
            assert now - door.shut >= door.pause(), "a server in trouble is tried again too soon"
        asking = self._asking[daemon]
        assert not any(others & why for _, others in asking.values()), "two ask at once"
        asking[record.id, record.attempt] = (record.coordinator, why)

    def _door(self, daemon: int) -> Door:
        """Return a daemon's door: as new where another was let in at one that it found closed."""
        door = self._doors[daemon]
        if door.closed and door.shut is not None and self._is_known(door.found):
            held = self._look.holds_since(door.shut + A_TICK)
            if not any(cause in CLOSED for cause, _ in held):
                self._doors[daemon] = door = Door(heard=door.heard)
        return door

    def _is_known(self, of: Try | None) -> bool:
        """Say whether what a try met is written down: what begins before knows nothing of it."""
        return of is not None and self._look.is_written(*of)

    def after_a_try(
        self, record: MailRecord, answer: Outcome, *, daemon: int, begun: datetime, now: datetime
    ) -> None:
        """Hear what came of a try; a fault of ours is no answer either."""
        name, state = record.message_id, answer.state
        tried = (record.id, record.attempt)
        self._asking[daemon].pop(tried, None)
        self._again.pop(name, None)
        if state in LEAST_WAIT:
            self._again[name] = now + LEAST_WAIT[state]
        if state == "unknown":
            self._silent[name].add(record.attempt)
        if state in ANSWERS:
            self._heard(record.coordinator, daemon, now)
            return
        self._at_worst[daemon].fails(tried, answer, now)
        is_alone = self._is_alone(record, daemon, begun, now)
        if answer.cause in CLOSED or not is_alone:
            self._door(daemon).fails(tried, answer, now)
        if is_alone:
            self._slow[daemon].add(record.coordinator)
        self._unanswered[daemon][record.coordinator] = (tried, now)

    def _heard(self, reader: str, daemon: int, now: datetime) -> None:
        """Know that the server is well, and that whose mail has just gone unanswered was alone."""
        self._doors[daemon] = Door(heard=now)
        self._at_worst[daemon] = Door(heard=now, at_worst=True)
        for other, (found, at) in self._unanswered[daemon].items():
            if at == now or not self._is_known(found):
                self._slow[daemon].add(other)
        self._slow[daemon].discard(reader)

    def _is_alone(self, record: MailRecord, daemon: int, begun: datetime, now: datetime) -> bool:
        """Say whether others were answered meanwhile, or this reader's mails hang anyway."""
        reader, heard = record.coordinator, self._doors[daemon].heard
        hangs = any(other == reader for other, _ in self._asking[daemon].values())
        is_slow = hangs or reader in self._slow[daemon]
        return is_slow or (heard is not None and heard >= min(begun, now - LATELY))

    def opens(self, daemon: int, now: datetime) -> datetime | None:
        """Return from when on whatever waits may go at the latest, None if that is not known."""
        door = self._at_worst[daemon]
        if door.shut is None or door.at is None:
            return door.heard
        return now if self._asking[daemon] else max(door.at, door.shut + door.pause())

    def after_a_crash(self, daemon: int, in_hand: list[str], *, is_alone: bool) -> None:
        """Forget what nobody could write down; one that is alone finds its own notes again."""
        for name in in_hand:
            self._again.pop(name, None)
        for known in (self._asking, self._slow, self._unanswered):
            known.pop(daemon, None)
        door = self._doors[daemon]
        if not is_alone or (door.last is not None and not self._is_known(door.last)):
            self._doors.pop(daemon)
        door.heard = None
        # The answer that ended the trouble may be one that it had no time to write down.
        self._at_worst[daemon] = Door(at_worst=True, times=LONGEST, silences=SILENCES)

    def after_a_try_by_a_wrong_clock(self, record: MailRecord, *, daemon: int) -> None:
        """Forget what was counted from, as a clock does that is put right later."""
        self._again.pop(record.message_id, None)
        self._doors.pop(daemon, None)

    def somebody_resumed(self) -> None:
        """Let everybody begin anew, as a person has said."""
        self._doors.clear()
        self._at_worst.clear()
