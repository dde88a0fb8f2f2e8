"""The sign of life that keeps leases: without it other machines take over what is in hand."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from tracker.app.hands import Clock
from tracker.errors import BusyError
from tracker.store import Store

LOG = logging.getLogger("tracker")
EVERY_SECONDS = 10.0  # a third of the shortest lease: two may fail


@asynccontextmanager
async def heartbeat(store: Store, clock: Clock) -> AsyncIterator[None]:
    """Renew what this process has, while the body runs and however long one turn takes."""
    beating = asyncio.create_task(_beat(store, clock)) if store.is_shared else None
    try:
        yield
    finally:
        if beating is not None:
            beating.cancel()
            with suppress(asyncio.CancelledError):
                await beating


async def _beat(store: Store, clock: Clock) -> None:
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        try:
            store.renew(clock())
            store.planner.renew()
        except BusyError as away:
            LOG.warning("could not renew what is in hand: %s", away)
