"""A machine to play with: its clock is set, time passes, it sleeps, its disk fills."""

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from tracker.app.holding import Machine

PLENTY = 10 * 1024**3


class AMachine:
    """One machine; `now` is what its clock says, which need not be so."""

    def __init__(self, now: datetime, *, machine_id: str = "this-one") -> None:
        self.now = now
        self.up_seconds = 100.0
        self.free = PLENTY
        self._boots = count(1)
        self.machine_id = machine_id
        self.start()

    def start(self) -> None:
        """Start the machine: what it was up before counts no longer."""
        self.boot = f"boot-{next(self._boots)}"
        self.up_seconds = 100.0
        self.machine = Machine(
            id=self.machine_id,
            boot=self.boot,
            up_seconds=lambda: self.up_seconds,
            free_bytes=self._free_bytes,
        )

    def wall(self) -> datetime:
        return self.now

    def set_clock(self, to: datetime) -> None:
        """Set the clock, without any time passing."""
        self.now = to

    def pass_by(self, time: timedelta) -> None:
        """Let time pass, awake or asleep."""
        end = datetime.max.replace(tzinfo=UTC)
        self.now = self.now + time if self.now < end - time else end
        self.up_seconds += time.total_seconds()

    def _free_bytes(self, _path: Path) -> int:
        return self.free
