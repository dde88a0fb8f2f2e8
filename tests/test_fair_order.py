"""A thousand good mails and ten poisoned ones: what these cost the others, in turned time."""

import asyncio
import math
import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from functools import cache

import pytest
from hypothesis import given, settings, strategies as st

from tests.builders import CONFIG, a_world
from tests.house import COMPOSER
from tests.outbox import NOW, in_memory, started
from tests.turned_loop import run
from tracker.app.pace import LEAST_SECONDS, UNKNOWN_SECONDS
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
GONE = Outcome("relay", None, "no connection")
FULL = Outcome("relay", 421, "4.7.0 too many connections from you")
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


FEW = 44
SLOWLY = 2.0
CLUMPED = (0, 1, 2, 3, 5, 8, 40)  # where ten poisoned ones stand in a row
EARLIER = 32
TWICE = 2  # a mail that takes up to so many times as long as a good one is in the way as it is


@st.composite
def kinds(draw: st.DrawFn, takes: float) -> Kind:
    """Draw what becomes of a poisoned mail, where a good one takes so long.

    Its answer is not lost before others could have theirs: three of those in a row, and nobody
    answered, are the server's illness.
    """
    outcome = draw(st.sampled_from([TAKEN, PUT_OFF, SILENT, HUNG, ENOUGH]))
    times = draw(st.sampled_from([0.1, 0.9, 1.0, 1.2, 1.9, 2.5, 3.5, 5.0, 12.0, 300.0]))
    return (max(times, 5.0) * takes + 0.2 if outcome == SILENT else times * takes), outcome


class Morning:
    """Everything is due at once; `arrived` says when each good mail was taken, in seconds.

    The poisoned ones are spread, unless it is said after how many good ones they stand, in a row
    or each for itself.
    Of more connections than it has `room` for the server takes none. From the moment on at which
    it is `ill` it is silent over what it has, and has no room at all; or it answers as it is said
    there, a moment after it has heard about a mail.
    """

    room = 100
    ill = math.inf
    answers_then: Outcome | None = None

    def __init__(
        self,
        poison: list[Kind],
        *,
        takes: float,
        good: int = GOOD,
        after: int | Sequence[int] | None = None,
    ) -> None:
        self.arrived: dict[str, float] = {}
        self.most = self.refused = 0
        self.good = good
        self.store = in_memory()
        self._takes = takes
        self._under_way = 0
        self._poison = {f"poison-{n}": kind for n, kind in enumerate(poison)}
        self.names = [f"good-{n}" for n in range(good)]
        if after is None:
            after = range(0, good, max(good // max(len(poison), 1), 1))
        behind = [after] * len(poison) if isinstance(after, int) else after
        for n, (name, place) in enumerate(zip(self._poison, behind, strict=False)):
            self.names.insert(n + place, name)

    async def deliver(self, record: MailRecord, _address: str) -> Outcome:
        seconds, outcome = self._poison.get(record.coordinator, (self._takes, TAKEN))
        clock = asyncio.get_running_loop().time
        if clock() >= self.ill and self.answers_then is not None:
            self.refused += 1
            await asyncio.sleep(QUICK)
            return self.answers_then
        if self._under_way >= self.room or clock() >= self.ill:
            self.refused += 1
            return FULL
        self._under_way += 1
        self.most = max(self.most, self._under_way)
        await asyncio.sleep(seconds)
        if clock() >= self.ill:
            await asyncio.sleep(600)
            return SILENT
        self._under_way -= 1
        if outcome is None:
            raise ZeroDivisionError
        if record.coordinator not in self._poison:
            self.arrived[record.coordinator] = clock()
        return outcome

    async def pass_by(self, names: list[str], *, wait: float = 0.0) -> None:
        with self.store.writing():
            for name in names:
                mail = started(self.store, name, coordinator=name)
                self.store.mark_retry(mail, NOW, 451, "later", now=NOW)
        loop = asyncio.get_running_loop()
        sending = Sending(
            self.store,
            COMPOSER,
            deliver=self.deliver,
            clock=lambda: NOW + timedelta(seconds=loop.time()),
            replayed=False,
        )
        config = a_world(config=CONFIG_OF_MANY).config
        good = sum(name not in self._poison for name in names)
        while len(self.arrived) < good or loop.time() < wait:
            await sending.retry_due(config)
            await asyncio.sleep(2)


def passed(
    poison: list[Kind],
    *,
    takes: float = USUAL,
    good: int = GOOD,
    after: int | Sequence[int] | None = None,
    is_known: bool = False,
) -> Morning:
    """Let a morning pass; a server that is known served an earlier one, of another process."""
    morning = Morning(poison, takes=takes, good=good, after=after)
    if is_known:
        run(morning.pass_by([f"good-{GOOD - 1 - n}" for n in range(EARLIER)]))
        morning.arrived.clear()
        morning.most = 0
    run(morning.pass_by(morning.names))
    morning.store.close()
    return morning


@pytest.fixture(scope="module")
def undisturbed() -> Morning:
    return passed([])


@pytest.fixture(scope="module")
def undisturbed_and_quick() -> Morning:
    return passed([], takes=QUICK)


def delayed(disturbed: Morning, *others: Morning, but: float = 0.0) -> dict[str, float]:
    """Return whose good mails came later than twofold, compared with each of the others."""
    assert len(disturbed.arrived) == disturbed.good

    def latest(reader: str) -> float:
        return 2 * max(one.arrived[reader] for one in others) + but

    return {reader: at for reader, at in disturbed.arrived.items() if at > latest(reader) + BREATH}


@pytest.mark.parametrize("poison", POISONS)
def test_ten_poisoned_mails_delay_no_other_more_than_twofold(poison: str, undisturbed: Morning):
    disturbed = passed(POISONS[poison])

    assert delayed(disturbed, undisturbed) == {}


@pytest.mark.parametrize("poison", ["shut out at once", "hung in all ways"])
def test_nor_where_the_server_is_quick(poison: str, undisturbed_and_quick: Morning):
    disturbed = passed(POISONS[poison], takes=QUICK)

    assert delayed(disturbed, undisturbed_and_quick) == {}


def test_a_server_that_is_well_is_asked_by_four_at_once(undisturbed: Morning):
    assert undisturbed.most == 4
    assert max(undisturbed.arrived.values()) == pytest.approx(GOOD * USUAL / 4, abs=BREATH)


def disturbed_and_ordinary(
    poison: list[Kind], after: Sequence[int], *, takes: float, good: int = FEW
) -> tuple[Morning, Morning]:
    """Return a morning, and the same where those that take far longer than a good one are not.

    What takes no longer than two good ones is taken there, after as long.
    """
    pairs = list(zip(poison, after, strict=True))
    ordinary = [(seconds, place) for (seconds, _), place in pairs if seconds <= TWICE * takes]
    there: list[Kind] = [(seconds, TAKEN) for seconds, _ in ordinary]
    places = [place for _, place in ordinary]
    return (
        passed(poison, takes=takes, good=good, after=after, is_known=True),
        passed(there, takes=takes, good=good, after=places, is_known=True),
    )


@cache
def undisturbed_at(takes: float) -> Morning:
    return passed([], takes=takes, good=FEW, is_known=True)


@pytest.mark.parametrize("takes", [QUICK, USUAL, SLOWLY])
@pytest.mark.parametrize("poison", POISONS)
def test_nor_where_all_ten_stand_in_a_row(poison: str, takes: float):
    undisturbed = undisturbed_at(takes)
    for after in CLUMPED:
        disturbed, ordinary = disturbed_and_ordinary(POISONS[poison], [after] * 10, takes=takes)

        assert disturbed.most <= 14
        assert delayed(disturbed, undisturbed, ordinary) == {}


@given(st.data(), st.floats(LEAST_SECONDS, 5.0), st.sampled_from([4, 12, 30]))
@settings(max_examples=max(settings().max_examples // 2, 1))
def test_nor_whatever_they_are_and_wherever_they_stand(
    data: st.DataObject, takes: float, good: int
):
    some = data.draw(st.lists(kinds(takes), min_size=1, max_size=10))
    poison = [some[n % len(some)] for n in range(POISONED)]
    after = sorted(data.draw(st.lists(st.integers(0, good), min_size=10, max_size=10)))
    undisturbed = passed([], takes=takes, good=good, is_known=True)
    disturbed, ordinary = disturbed_and_ordinary(poison, after, takes=takes, good=good)

    assert delayed(disturbed, undisturbed, ordinary) == {}


@pytest.mark.parametrize("poison", ["slow", "hung before the text", "hung after the dot"])
def test_a_server_that_never_answered_before_is_given_half_a_second(
    poison: str, undisturbed: Morning, undisturbed_and_quick: Morning
):
    usual = passed(POISONS[poison], good=FEW, after=0)
    quick = passed(POISONS[poison], takes=QUICK, good=FEW, after=0)

    assert delayed(usual, undisturbed) == {}
    assert delayed(quick, undisturbed_and_quick, but=UNKNOWN_SECONDS) == {}
    assert delayed(quick, undisturbed_and_quick)


def test_a_server_that_has_no_room_for_those_who_ask_serves_the_four_as_before():
    morning = Morning([], takes=2 * UNKNOWN_SECONDS, good=FEW)
    morning.room = 6
    run(morning.pass_by(morning.names))

    assert len(morning.arrived) == FEW
    assert morning.refused == 14 - morning.room
    on_time = [at for at in morning.arrived.values() if at < FEW / 4 * 2 * UNKNOWN_SECONDS + 1]
    assert len(on_time) == FEW - morning.refused
    assert max(morning.arrived.values()) < 125  # each had been tried twice: two minutes later


def test_a_server_that_falls_ill_is_soon_left_alone():
    """Those who ask are turned away twice; then they are not too many, but it is ill."""
    morning = Morning([], takes=USUAL)
    morning.ill = 10.0
    with suppress(TimeoutError):
        run(asyncio.wait_for(morning.pass_by(morning.names), 600))

    assert morning.refused <= 2 * 10 + 5


@pytest.mark.parametrize("outcome", [SILENT, HUNG, ENOUGH])
def test_a_server_that_leaves_everybody_without_an_answer_is_soon_left_alone(outcome: Outcome):
    """Ten mails may be the reason; each more that is tried may make a second copy."""
    morning = Morning([], takes=USUAL)
    morning.ill, morning.answers_then = 10.0, outcome
    with suppress(TimeoutError):
        run(asyncio.wait_for(morning.pass_by(morning.names), 60))

    assert morning.refused <= 10 + 11 + 14


def test_a_mail_that_fails_while_the_way_is_shut_already_waits_a_minute_as_well():
    """It began before, and the way opens ten seconds later: that is no pause."""
    morning = Morning([(0.1, GONE), (50.0, GONE)], takes=USUAL, good=0, after=0)
    with suppress(TimeoutError):
        run(asyncio.wait_for(morning.pass_by(morning.names, wait=55), 56))

    mails = {one.coordinator: one for one in morning.store.mails()}
    assert mails["poison-1"].next_at == NOW + timedelta(seconds=50 + 60)
