"""A steady stream of mails: they begin whenever there is room, one that hangs stays behind."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from tracker.app.places import Places

# Begins so many mails at most, together, and returns what hands each over; None: there are none.
Begin = Callable[[int], Collection[Coroutine[Any, Any, object]] | None]


class Stream:
    """Begins mails, and keeps those that are left behind until their answer comes.

    A fault in one lets no other begin; it is told when those have ended that have an answer soon.
    """

    def __init__(self, places: Places) -> None:
        self.places = places
        self._under_way: set[asyncio.Task[object]] = set()
        self._fault: BaseException | None = None

    async def flow(self, begin: Begin, most: Callable[[], int]) -> None:
        """Let mails begin until there is none left, and until none is lively any more.

        `most` says how many may begin now, whatever room there is.
        """
        self.tell_fault()
        more = True
        try:
            while True:
                while more and (room := self._room()) and (may := most()):
                    more = await self._begun(begin, min(room, may))
                if not self._under_way or not self.places.lively(_now()):
                    break
                await self._one_ends(within=self.places.next_change(_now()))
        except asyncio.CancelledError:
            self._cancel()
            raise
        self.tell_fault()

    async def one_ends(self, *, within: float) -> None:
        """Wait until a mail that was left behind has ended, so many seconds at most."""
        self._bury()
        if self._under_way:
            await self._one_ends(within=within)
        else:
            await asyncio.sleep(within)

    @asynccontextmanager
    async def until_ended(self) -> AsyncIterator[None]:
        """Leave no mail behind: wait for the answers, and after a fault for none."""
        try:
            yield
        except BaseException:
            self._cancel()
            await asyncio.gather(*self._under_way, return_exceptions=True)
            raise
        if self._under_way:
            await asyncio.wait(self._under_way)
        self.tell_fault()

    def tell_fault(self) -> None:
        """Raise the fault of a mail that has ended since this was last asked."""
        self._bury()
        fault, self._fault = self._fault, None
        if fault is not None:
            raise fault

    def _bury(self) -> None:
        for task in [one for one in self._under_way if one.done()]:
            self._under_way.discard(task)
            fault = asyncio.CancelledError() if task.cancelled() else task.exception()
            self._fault = self._fault or fault

    def _room(self) -> int:
        self._bury()
        return 0 if self._fault is not None else self.places.free(_now())

    async def _begun(self, begin: Begin, most: int) -> bool:
        """Let some mails begin, and say whether there may be more."""
        since = _now()
        try:
            begun = begin(most)
        except Exception as fault:  # noqa: BLE001 -- told when the others have their answers
            self._fault = fault
            return False
        self.places.stand_still(_now() - since)
        self._under_way.update(asyncio.ensure_future(one) for one in begun or ())
        await asyncio.sleep(0)  # by then each has its place
        return begun is not None

    async def _one_ends(self, *, within: float | None) -> None:
        await asyncio.wait(self._under_way, timeout=within, return_when=asyncio.FIRST_COMPLETED)
        self._bury()

    def _cancel(self) -> None:
        for task in self._under_way:
            task.cancel()


def _now() -> float:
    return asyncio.get_running_loop().time()
