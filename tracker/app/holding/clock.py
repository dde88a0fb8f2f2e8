"""The clock as far as it can be believed: what is wrong with it, and what time it is then."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from tracker import RELEASED_ON
from tracker.app.holding.machine import Machine
from tracker.store import Store

MARK = "latest moment"
RELEASED_AT = datetime.fromisoformat(RELEASED_ON).replace(tzinfo=UTC)
BACK = timedelta(minutes=10)
JUMP = timedelta(hours=3)
LONGEST_OUTAGE = timedelta(days=400)
LONGEST_USE = timedelta(days=3650)  # of one release; what a first start has to go by
_REMEDY = "Set the clock; if it is right, run `tracker resume clock`."


@dataclass(frozen=True, slots=True)
class Seen:
    """The latest moment that was believed, and how long the machine had then been up.

    `vouched` says that a person has vouched for it.
    """

    at: datetime
    boot: str
    up_seconds: float
    vouched: bool = False

    def since(self, boot: str, up_seconds: float) -> timedelta | None:
        """Return how long ago this was, None if the machine has been started since."""
        if not boot or boot != self.boot:
            return None
        return timedelta(seconds=max(up_seconds - self.up_seconds, 0.0))


def last_seen(store: Store) -> Seen | None:
    """Return the latest moment that a database knows of, None if it knows of none."""
    mark = store.marked(MARK)
    if mark is not None:
        kept = json.loads(mark.value)
        return Seen(**{**kept, "at": datetime.fromisoformat(kept["at"])})
    journal = store.whole_journal()  # as a tracker has left it that wrote no mark
    return Seen(max(entry.at for entry in journal), "", 0.0) if journal else None


def keep(store: Store, seen: Seen) -> None:
    """Write the latest moment down."""
    kept = {**asdict(seen), "at": seen.at.isoformat()}
    store.mark(MARK, json.dumps(kept), now=seen.at)


def fault_of(now: datetime, boot: str, up_seconds: float, seen: Seen | None) -> str | None:
    """Say what is wrong with a reading of the clock, None if it can be believed.

    A machine that was off or asleep is no fault: what it slept through is counted by
    `up_seconds`, and what it was off for is at most 400 days.
    """
    said = _said(now)
    wrong = None
    if now < RELEASED_AT and not (seen and seen.vouched):
        wrong = "before this tracker was made"
    elif seen is None:
        wrong = "years after this tracker was made" if now > RELEASED_AT + LONGEST_USE else None
    else:
        wrong = _out_of_step(now, seen, seen.since(boot, up_seconds))
    return f"The clock says {said}, {wrong}. {_REMEDY}" if wrong else None


def _out_of_step(now: datetime, seen: Seen, since: timedelta | None) -> str | None:
    """Compare with the latest moment, and with what the machine has counted `since` then."""
    if now <= seen.at - BACK:
        return f"but it has been {_said(seen.at)} already"
    if since is None:
        ahead = now - seen.at
        far = f"{ahead.days} days after it was last right ({_said(seen.at)})"
        return far if ahead > LONGEST_OUTAGE else None
    if -BACK < now - seen.at - since < JUMP:
        return None
    return f"but by the time that has passed it is {_said(seen.at + since)}"


def _said(moment: datetime) -> str:
    return f"{moment:%a} {moment.day} {moment:%b %Y %H:%M} UTC"


class BelievedClock:
    """A clock that is right as long as the wall clock can be believed.

    While it cannot, time is reckoned on from the latest moment that was believed, so that the plan
    goes on and nothing is dated, ended or called late by a wrong clock.
    """

    def __init__(self, wall: Callable[[], datetime], machine: Machine, seen: Seen | None) -> None:
        self._wall = wall
        self._machine = machine
        self._begun_up = machine.up_seconds()
        self.seen = seen
        self.fault: str | None = None
        self._behind_until: datetime | None = None
        self()

    def __call__(self) -> datetime:
        """Return the moment that it is, as far as one can know."""
        now, boot, up = self._wall(), self._machine.boot, self._machine.up_seconds()
        self.fault = fault_of(now, boot, up, self.seen)
        if self.fault is not None:
            reckoned = self._reckoned(boot, up)
            if not self._has_caught_up(now, reckoned):
                return reckoned
            self.fault = None
        self._behind_until = None
        vouched = self.seen is not None and self.seen.vouched
        latest = max(now, self.seen.at) if self.seen else now
        self.seen = Seen(latest, boot, up, vouched)
        return now

    def believe(self, seen: Seen) -> None:
        """Take another's word for what time it is or was."""
        self.seen = seen
        self()

    def reading(self) -> Seen:
        """Return what the wall clock says, vouched for by whoever asks."""
        return Seen(self._wall(), self._machine.boot, self._machine.up_seconds(), vouched=True)

    def _has_caught_up(self, now: datetime, reckoned: datetime) -> bool:
        """Say whether a clock that was set back has come to the moment at which that was seen.

        It may have been put right, an hour ago as it were: nobody has to come and say so.
        """
        if now >= reckoned:
            self._behind_until = None
            return False
        self._behind_until = self._behind_until or reckoned
        return now >= self._behind_until

    def _reckoned(self, boot: str, up_seconds: float) -> datetime:
        if self.seen is None:
            return RELEASED_AT + timedelta(seconds=up_seconds - self._begun_up)
        since = self.seen.since(boot, up_seconds)
        if since is None:  # the time that the machine was off, nobody has counted
            since = timedelta(seconds=up_seconds - self._begun_up)
        return self.seen.at + since
