"""How soon a server and a mail may be tried again, after what a daemon has heard."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

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
LATELY = timedelta(seconds=10)
A_BREATH = timedelta(seconds=1)  # until an answer is written down, though the disk was full
MOST_SILENT = 4  # tries of one mail that end without an answer


@dataclass(slots=True)
class Door:
    """What one daemon knows of the server: when it answered, was found closed, or away."""

    heard: datetime | None = None
    closed: datetime | None = None
    away: datetime | None = None


class Patience:
    """Watches the tries of one world."""

    def __init__(self) -> None:
        self._again: dict[str, datetime] = {}
        self._silent: defaultdict[str, set[int]] = defaultdict(set)
        self._doors: defaultdict[int, Door] = defaultdict(Door)
        self._slow: set[str] = set()

    def before_a_try(
        self,
        record: MailRecord,
        *,
        daemon: int,
        now: datetime,
        is_held: bool,
        unanswered: set[int],
    ) -> None:
        """Look at a try that is about to begin.

        `is_held` is whether the door is known to be closed, `unanswered` are the tries before that
        are written down as such.
        """
        name, door = record.message_id, self._doors[daemon]
        assert now >= self._again.get(name, now), "a mail that was put off goes again too soon"
        silent = self._silent[name] | unanswered
        assert len(silent) < MOST_SILENT, "a mail without an answer goes on for ever"
        if is_held and door.closed is not None and now - door.closed > A_BREATH:
            assert now - door.closed >= QUARTER, "a closed door is tried again too soon"
        if door.away is not None and now - door.away > A_BREATH:
            assert now - door.away >= A_MINUTE, "a server that is away is tried again too soon"

    def after_a_try(
        self, record: MailRecord, answer: Outcome, *, daemon: int, begun: datetime, now: datetime
    ) -> None:
        """Hear what came of a try; a fault of ours is no answer either."""
        name, state = record.message_id, answer.state
        self._again.pop(name, None)
        if state in LEAST_WAIT:
            self._again[name] = now + LEAST_WAIT[state]
        if state == "unknown":
            self._silent[name].add(record.attempt)
        if state in ANSWERS:
            self._doors[daemon] = Door(heard=now)
            self._slow.discard(record.coordinator)
            return
        if state == "relay":
            self._found_shut(self._doors[daemon], record, answer, begun, now)
        self._slow.add(record.coordinator)

    def _found_shut(
        self, door: Door, record: MailRecord, answer: Outcome, begun: datetime, now: datetime
    ) -> None:
        """Note that the server is away, unless it is this mail's alone: others were answered."""
        if answer.cause in CLOSED:
            door.closed = now
        lately = door.heard is not None and door.heard >= min(begun, now - LATELY)
        if not lately and record.coordinator not in self._slow:
            door.away = now

    def after_a_crash(
        self, daemon: int, in_hand: list[str], *, now: datetime, is_alone: bool
    ) -> None:
        """Forget what nobody could write down; one that is alone finds its own notes again."""
        for name in in_hand:
            self._again.pop(name, None)
        door = self._doors[daemon]
        noted = [at for at in (door.closed, door.away) if at is not None]
        if not is_alone or any(now - at <= A_BREATH for at in noted):
            self._doors.pop(daemon)
        door.heard = None

    def after_a_try_by_a_wrong_clock(self, record: MailRecord, *, daemon: int) -> None:
        """Forget what was counted from, as a clock does that is put right later."""
        self._again.pop(record.message_id, None)
        self._doors.pop(daemon, None)

    def somebody_resumed(self) -> None:
        """Let everybody begin anew, as a person has said."""
        self._doors.clear()
