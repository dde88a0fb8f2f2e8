"""A thousand good mails and ten poisoned ones: what these cost the others, in turned time."""

import asyncio
import os
from datetime import timedelta
from statistics import median

import pytest

from tests.builders import CONFIG, a_world
from tests.house import COMPOSER
from tests.outbox import NOW, in_memory, started
from tests.turned_loop import run
from tracker.app.sending import Sending
from tracker.delivery import Outcome
from tracker.store import MailRecord

GOOD, POISONED = 1000, 10
TAKEN = Outcome("sent", 250, "2.0.0 taken")
# Each kind: how many seconds a try takes, and what it ends with; None is a fault of ours.
KINDS: tuple[tuple[float, Outcome | None], ...] = (
    *((1.0, Outcome("permanent", 550 + n % 5, f"5.1.{n} no")) for n in range(10)),
    *((1.0, Outcome("temporary", 450 + n % 3, f"4.2.{n} later")) for n in range(10)),
    *((float(5 * n), Outcome("temporary", 451, "4.7.1 greylisted")) for n in range(1, 7)),
    *((1.0, None) for _ in range(4)),
    *((float(seconds), Outcome("unknown", None, "silent")) for seconds in (1, 30, 120, 300, 600)),
    *((float(seconds), Outcome("relay", None, "hung")) for seconds in (1, 30, 120, 300, 300)),
)  # fmt: skip

AT_NIGHT = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
# Thirty kinds in three sets of ten, by day one of them, and the ten that hang.
SETS = [*(range(n, 30, 3) for n in range(3 if AT_NIGHT else 1)), range(30, 40)]


class Morning:
    """Everything is due at once; `arrived` says when each good mail was taken, in seconds."""

    def __init__(self, poison: tuple[tuple[float, Outcome | None], ...]) -> None:
        self.arrived: list[float] = []
        self.store = in_memory()
        self._poison = {f"poison-{n}": kind for n, kind in enumerate(poison)}
        self._ours: dict[int, str] = {}
        between = (GOOD + len(poison)) // max(len(poison), 1)
        names = [f"good-{n}" for n in range(GOOD)]
        for n, name in enumerate(self._poison):
            names.insert(n * between, name)
        with self.store.writing():
            for name in names:
                mail = started(self.store, name)
                self.store.mark_retry(mail, NOW, 451, "later", now=NOW)
                self._ours[mail.id] = name

    async def deliver(self, record: MailRecord, _address: str) -> Outcome:
        name = self._ours[record.id]
        seconds, outcome = self._poison.get(name, (1.0, TAKEN))
        await asyncio.sleep(seconds)
        if outcome is None:
            raise ZeroDivisionError
        if outcome == TAKEN:
            self.arrived.append(asyncio.get_running_loop().time())
        return outcome

    async def pass_by(self) -> None:
        loop = asyncio.get_running_loop()
        sending = Sending(
            self.store,
            COMPOSER,
            deliver=self.deliver,
            clock=lambda: NOW + timedelta(seconds=loop.time()),
            replayed=False,
        )
        config = a_world(config=CONFIG).config
        while len(self.arrived) < GOOD:
            await sending.retry_due(config)
            await asyncio.sleep(2)


def late(poison: tuple[tuple[float, Outcome | None], ...]) -> list[float]:
    morning = Morning(poison)
    run(morning.pass_by())
    morning.store.close()
    return morning.arrived


@pytest.fixture(scope="module")
def undisturbed() -> list[float]:
    return late(())


@pytest.mark.parametrize("kinds", SETS, ids=str)
def test_ten_poisoned_mails_cost_the_others_little(kinds: range, undisturbed: list[float]):
    disturbed = late(tuple(KINDS[n] for n in kinds))

    assert len(disturbed) == GOOD
    assert median(disturbed) <= 2 * median(undisturbed)
