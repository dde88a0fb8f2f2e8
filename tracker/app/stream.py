"""A steady stream of mails: one begins whenever there is room, one that hangs stays behind."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from tracker.app.places import Places

SendNext = Callable[[], Awaitable[bool]]


class Stream:
    """Begins mails, and keeps those that are left behind until their answer comes.

    A fault in one lets no other begin; it is told when those have ended that have an answer soon.
    """

    def __init__(self, places: Places) -> None:
        self.places = places
        self._under_way: set[asyncio.Task[bool | None]] = set()
        self._fault: BaseException | None = None

    async def flow(self, send_next: SendNext, may_begin: Callable[[], bool]) -> None:
        """Let mails begin until there is none left, and until none is lively any more.

        `send_next` has begun its mail when it first waits, and says whether there was one.
        """
        self.tell_fault()
        more = True
        try:
            while True:
                while more and self._has_room():
                    begun = await self._begun(send_next, may_begin)
                    if begun is None:
                        break
                    more = begun
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

    def _has_room(self) -> bool:
        self._bury()
        return self._fault is None and self.places.is_free(_now())

    async def _begun(self, send_next: SendNext, may_begin: Callable[[], bool]) -> bool | None:
        """Let one mail begin, and say whether there was one; None if it may not."""

        async def through_the_gate() -> bool | None:
            # In one step: what shuts the gate, like a third refusal, comes before it or after.
            return await send_next() if may_begin() else None

        task = asyncio.ensure_future(through_the_gate())
        self._under_way.add(task)
        await asyncio.sleep(0)  # by then it has a place, or there was none to begin
        if not task.done():
            return True
        self._bury()
        return self._fault is None and task.result()

    async def _one_ends(self, *, within: float | None) -> None:
        await asyncio.wait(self._under_way, timeout=within, return_when=asyncio.FIRST_COMPLETED)
        self._bury()

    def _cancel(self) -> None:
        for task in self._under_way:
            task.cancel()


def _now() -> float:
    return asyncio.get_running_loop().time()
