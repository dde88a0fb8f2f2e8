"""A thousand good mails and ten poisoned ones: what these cost the others, in turned time."""

import asyncio
import os
from datetime import timedelta

import pytest

from tests.builders import CONFIG, a_world
from tests.house import COMPOSER
from tests.outbox import NOW, in_memory, started
from tests.turned_loop import run
from tracker.app.sending import Sending
from tracker.delivery import Outcome
from tracker.store import MailRecord

GOOD, POISONED = 1000, 10
USUAL = 0.4  # seconds for a mail: there is a filter, and another server behind
QUICK = 0.01  # a server on the same machine
BREATH = 0.1  # seconds: answers wait some milliseconds for one another
TAKEN = Outcome("sent", 250, "2.0.0 taken")
PUT_OFF = Outcome("temporary", 451, "4.7.1 greylisted")
SILENT = Outcome("unknown", None, "silent")
HUNG = Outcome("relay", None, "hung", suspect=True)
ENOUGH = Outcome("relay", 421, "4.3.0 not this one", suspect=True)
Kind = tuple[float, Outcome | None]  # how many seconds a try takes, and its end; None is our fault
REFUSED: list[Kind] = [
    (USUAL, Outcome("permanent", 550 + n % 5, f"5.1.{n} no")) for n in range(10)
]
LATER: list[Kind] = [
    (USUAL, Outcome("temporary", 450 + n % 3, f"4.2.{n} later")) for n in range(10)
]
# By day ten poisoned mails of one kind, and four of the mixtures that there are at night.
POISONS: dict[str, list[Kind]] = {
    "refused for good": REFUSED,
    "put off": LATER,
    "slow": [(5.0 * n, TAKEN if n % 2 else PUT_OFF) for n in range(1, 11)],
    "shut out at once": [(0.1, ENOUGH)] * 10,
    "a fault of ours": [(USUAL, None)] * 10,
    "hung before the text": [(300.0, HUNG)] * 10,
    "hung after the dot": [(600.0, SILENT)] * 10,
    "hung in all ways": [
        *((float(seconds), SILENT) for seconds in (1, 30, 120, 300, 600)),
        *((float(seconds), HUNG) for seconds in (1, 30, 120, 300, 300)),
    ],
}
ALL = [kind for kinds in POISONS.values() for kind in kinds]
if os.environ.get("HYPOTHESIS_PROFILE") == "nightly":
    POISONS |= {f"mixture {n}": ALL[n :: len(POISONS)] for n in range(len(POISONS))}
CONFIG_OF_MANY = CONFIG + "".join(
    f'[[coordinator]]\nid = "{kind}-{n}"\nname = "{n}"\nemail = "{kind}-{n}@example.org"\n'
    f'timezone = "UTC"\n'
    for kind, many in (("good", GOOD), ("poison", POISONED))
    for n in range(many)
)


class Morning:
    """Everything is due at once; `arrived` says when each good mail was taken, in seconds."""

    def __init__(self, poison: list[Kind], *, takes: float, first: bool) -> None:
        self.arrived: dict[str, float] = {}
        self.most = 0
        self._takes = takes
        self.store = in_memory()
        self._under_way = 0
        self._poison = {f"poison-{n}": kind for n, kind in enumerate(poison)}
        between = 0 if first else (GOOD + len(poison)) // max(len(poison), 1)
        names = [f"good-{n}" for n in range(GOOD)]
        for n, name in enumerate(self._poison):
            names.insert(n * between, name)
        with self.store.writing():
            for name in names:
                mail = started(self.store, name, coordinator=name)
                self.store.mark_retry(mail, NOW, 451, "later", now=NOW)

    async def deliver(self, record: MailRecord, _address: str) -> Outcome:
        seconds, outcome = self._poison.get(record.coordinator, (self._takes, TAKEN))
        self._under_way += 1
        self.most = max(self.most, self._under_way)
        await asyncio.sleep(seconds)
        self._under_way -= 1
        if outcome is None:
            raise ZeroDivisionError
        if record.coordinator not in self._poison:
            self.arrived[record.coordinator] = asyncio.get_running_loop().time()
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
        config = a_world(config=CONFIG_OF_MANY).config
        while len(self.arrived) < GOOD:
            await sending.retry_due(config)
            await asyncio.sleep(2)


def passed(poison: list[Kind], *, takes: float = USUAL, first: bool = False) -> Morning:
    morning = Morning(poison, takes=takes, first=first)
    run(morning.pass_by())
    morning.store.close()
    return morning


AT_THE_FRONT = ("slow", "shut out at once", "a fault of ours", "hung after the dot")


@pytest.fixture(scope="module")
def undisturbed() -> Morning:
    return passed([])


@pytest.fixture(scope="module")
def undisturbed_and_quick() -> Morning:
    return passed([], takes=QUICK)


def delayed(disturbed: Morning, undisturbed: Morning, *, but: float = 0.0) -> set[str]:
    """Return whose good mails took more than twice as long, and longer than so many seconds."""
    assert len(disturbed.arrived) == GOOD
    return {
        reader
        for reader, at in disturbed.arrived.items()
        if at > max(2 * undisturbed.arrived[reader], undisturbed.arrived[reader] + but) + BREATH
    }


@pytest.mark.parametrize("poison", POISONS)
def test_ten_poisoned_mails_delay_no_other_more_than_twofold(poison: str, undisturbed: Morning):
    disturbed = passed(POISONS[poison])

    assert delayed(disturbed, undisturbed) == set()


@pytest.mark.parametrize("poison", ["shut out at once", "hung in all ways"])
def test_nor_where_the_server_is_quick(poison: str, undisturbed_and_quick: Morning):
    disturbed = passed(POISONS[poison], takes=QUICK)

    assert delayed(disturbed, undisturbed_and_quick) == set()


def test_a_server_that_is_well_is_asked_by_four_at_once(undisturbed: Morning):
    assert undisturbed.most == 4
    assert max(undisturbed.arrived.values()) == pytest.approx(GOOD * USUAL / 4, abs=BREATH)


@pytest.mark.parametrize("poison", AT_THE_FRONT)
def test_ten_at_the_very_front_cost_the_first_three_seconds(poison: str, undisturbed: Morning):
    disturbed = passed(POISONS[poison], first=True)

    assert disturbed.most <= 14
    assert delayed(disturbed, undisturbed, but=3.5) == set()
