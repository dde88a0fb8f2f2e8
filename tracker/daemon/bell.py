"""The bell: APScheduler wakes the daemon, and does nothing else."""

import asyncio
from datetime import UTC, datetime, timedelta

from apscheduler.job import Job
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger

LOOK_SECONDS = 2
BEAT_SECONDS = 30
PULSE_SECONDS = 3 * LOOK_SECONDS
HOUSE_AT = (3, 17)  # UTC: a cron job in a local zone loses a day or runs twice each year
_NEXT = "next"
_STEPS_OF_A_JOB = 2  # it is begun in one turn of the loop and has run in the next


class Every(BaseTrigger):  # type: ignore[misc]  # it comes without types
    """Fires again so many seconds from now, however much was missed.

    APScheduler's own interval counts up all that was missed, one by one: from 1970 to today that
    keeps it busy for hours.
    """

    def __init__(self, seconds: int) -> None:
        self._pause = timedelta(seconds=seconds)

    def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
        """Return when it fires again."""
        return now + self._pause


class Bell:
    """Rings at `next`, at every look and beat, and once a day to keep house.

    A job only sets an event: the loop that waits on it does the work and arms `next` again, so
    that nothing is lost while work is in hand. The scheduler sleeps on the monotonic clock; the
    short intervals bound what a step of the wall clock or a suspended machine can cost. But it
    sets its jobs by the wall clock: where that is set back, they are far ahead. So a pulse on the
    loop's own clock feels whether it still looks, and sets everything anew where it does not.
    """

    def __init__(self) -> None:
        self._rung = asyncio.Event()
        self._house = False
        self._next = self._look = False
        self._looked = False
        self._pulse: asyncio.TimerHandle | None = None
        self.armed: datetime | None = None
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def start(self) -> None:
        """Start ringing, within the running event loop."""
        self._set()
        self._scheduler.start()
        self._feel_again()

    async def stop(self) -> None:
        """Stop ringing. What is about to ring does so first.

        APScheduler takes a job that is cut short for a fault, and tells it as one.
        """
        if not self._scheduler.running:
            return
        if self._pulse is not None:
            self._pulse.cancel()
        self._scheduler.pause()
        for _ in range(_STEPS_OF_A_JOB):
            await asyncio.sleep(0)
        self._scheduler.shutdown(wait=False)
        await asyncio.sleep(0)  # the scheduler does that in the loop, too

    def ring(self) -> None:
        """Ring now."""
        self._look = True
        self._rung.set()

    def arm(self, at: datetime | None) -> None:
        """Ring at a moment, in place of the one that was set before; None sets none."""
        if at == self.armed:
            return
        self.armed = at
        if at is not None:
            trigger = DateTrigger(at, timezone=UTC)
            self._scheduler.add_job(self.ring_next, trigger, id=_NEXT, replace_existing=True)
            return
        try:
            self._scheduler.remove_job(_NEXT)
        except JobLookupError:
            return  # it has rung already

    async def heard(self) -> None:
        """Wait until it rings; what rang while nobody waited is heard at once."""
        await self._rung.wait()
        self._rung.clear()

    def jobs(self) -> list[Job]:
        """Return what is set to ring."""
        return list(self._scheduler.get_jobs())

    def only_next(self) -> bool:
        """Say whether it rang for `next` and nothing else, once for each time.

        A look is never further off than the next ring for it, whatever else rings meanwhile.
        """
        alone = self._next and not self._look
        self._next = self._look = False
        return alone

    def house_is_due(self) -> bool:
        """Say whether it is time to keep house, once for each time."""
        due, self._house = self._house, False
        return due

    async def keep_house(self) -> None:
        """Ring, and let it be known that it is time to keep house."""
        self._house = True
        self.ring()

    async def ring_next(self) -> None:
        """Ring because something is due: that alone needs no look at the files."""
        self._next = True
        self._rung.set()

    def feel(self) -> None:
        """Set everything anew if it has looked no more since this was last felt."""
        if not self._looked:
            self._set()
            self.ring()
        self._feel_again()

    def _feel_again(self) -> None:
        self._looked = False
        self._pulse = asyncio.get_running_loop().call_later(PULSE_SECONDS, self.feel)

    def _set(self) -> None:
        hour, minute = HOUSE_AT
        look, beat = Every(LOOK_SECONDS), Every(BEAT_SECONDS)
        daily = CronTrigger(hour=hour, minute=minute, timezone=UTC)
        self._scheduler.add_job(self._ring_to_look, look, id="look", replace_existing=True)
        self._scheduler.add_job(self._ring, beat, id="beat", replace_existing=True)
        self._scheduler.add_job(self.keep_house, daily, id="keep house", replace_existing=True)

    async def _ring_to_look(self) -> None:
        self._looked = True
        self.ring()

    async def _ring(self) -> None:
        # A coroutine runs in the loop itself; a plain function would run in a thread, from where
        # an event must not be set.
        self.ring()
