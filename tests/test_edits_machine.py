"""Edits, facts, time and restarts in any order, held against what each reader knows.

The reader's side (tests/naive_reader.py, tests/small_files.py) is written from the contract alone.
"""

import gc
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from tests.edits_desk import Desk
from tests.small_files import Step

EXAMPLES = settings().max_examples  # the profile's: 50 for a quick look, 120 where all is run
HISTORIES = 48 if EXAMPLES < 120 else 2_000
PARTS = 8
MACHINE = settings(
    max_examples=HISTORIES // PARTS,
    stateful_step_count=30,
    phases=[Phase.explicit, Phase.generate],  # a history is shrunk by whoever looks into it
    suppress_health_check=[HealthCheck.too_slow],
)
MONDAYS = [date(2010, 6, 14), date(2010, 10, 18)]  # the clocks go back in the second history
WAITS = [
    timedelta(minutes=5),
    timedelta(minutes=10),
    timedelta(hours=3),
    timedelta(hours=8),
    timedelta(hours=17),
    timedelta(days=1),
    timedelta(days=2),
]
SESSIONS = st.integers(0, 3)
NAMES = st.sampled_from(["letter", "letter-2"])
STEPS = st.sampled_from(["calls", "paper"])
READERS = st.sampled_from(["vienna", "new-york", "lord-howe"])
CLOCKS = st.sampled_from(["10:00", "10:00", "15:00", "08:30"])
DUES = st.builds(
    Step,
    count=st.integers(1, 4),
    unit=st.sampled_from(["day", "working day"]),
    clock=st.sampled_from([None, "12:00", "06:00"]),
    early=st.booleans(),
)
Do = Callable[[Desk], None]


class Edits(RuleBasedStateMachine):
    """One desk through a history."""

    @initialize(monday=st.sampled_from(MONDAYS))
    def open(self, monday: date) -> None:
        self.desk = Desk(monday)

    def teardown(self) -> None:
        if hasattr(self, "desk"):
            self.desk.turn(timedelta(days=1))
            self.desk.plan_again()
            self.desk.close()

    @rule(wait=st.sampled_from(WAITS))
    def turn(self, wait: timedelta) -> None:
        self.desk.turn(wait)

    @rule(wait=st.sampled_from(WAITS))
    def wait(self, wait: timedelta) -> None:
        self.desk.turn(wait)

    @rule(wait=st.sampled_from(WAITS))
    def sleep(self, wait: timedelta) -> None:
        self.desk.sleep(wait)

    @rule(which=SESSIONS, days=st.integers(-2, 2), clock=CLOCKS)
    def move(self, which: int, days: int, clock: str) -> None:
        self.desk.move(which, days, clock)

    @rule(which=SESSIONS, days=st.integers(-2, 2), wait=st.sampled_from(WAITS))
    def move_there_and_back(self, which: int, days: int, wait: timedelta) -> None:
        self.desk.there_and_back(lambda: self.desk.move(which, days), wait)

    @rule(which=SESSIONS)
    def cancel(self, which: int) -> None:
        self.desk.cancel(which)

    @rule(which=SESSIONS, days=st.sampled_from([1, -3]))
    def call_extra(self, which: int, days: int) -> None:
        self.desk.call_extra(which, days)

    @rule(which=SESSIONS)
    def aim(self, which: int) -> None:
        self.desk.aim(which)

    @rule(name=NAMES, step=STEPS, what=DUES)
    def set_step(self, name: str, step: str, what: Step) -> None:
        self.desk.set_step(name, step, what)

    @rule(days=st.integers(-3, 10), clock=st.sampled_from([None, "12:00", "02:00"]))
    def set_filing(self, days: int, clock: str | None) -> None:
        day = self.desk.today + timedelta(days=days)
        self.desk.set_step("letter", "filing", Step(own=day, clock=clock))

    @rule(name=NAMES, step=STEPS)
    def drop_step(self, name: str, step: str) -> None:
        self.desk.drop_step(name, step)

    @rule(name=NAMES, reader=READERS)
    def share(self, name: str, reader: str) -> None:
        self.desk.share(name, reader)

    @rule(name=NAMES, days=st.integers(0, 2))
    def close_letter(self, name: str, days: int) -> None:
        self.desk.close_letter(name, days)

    @rule(name=NAMES, first=st.integers(0, 2), days=st.integers(0, 4))
    def pause(self, name: str, first: int, days: int) -> None:
        self.desk.pause(name, first, days)

    @rule(reader=READERS, first=st.integers(0, 2), days=st.integers(0, 4))
    def leave(self, reader: str, first: int, days: int) -> None:
        self.desk.leave(reader, first, days)

    @rule(name=NAMES, which=SESSIONS, step=st.sampled_from(["calls", "paper", "filing"]))
    def log_done(self, name: str, which: int, step: str) -> None:
        self.desk.log_done(name, which, step)

    @rule(name=NAMES)
    def log_met(self, name: str) -> None:
        self.desk.log_met(name)

    @rule(which=SESSIONS)
    def log_deferred(self, which: int) -> None:
        self.desk.log_deferred(which)

    @rule(name=NAMES)
    def retract(self, name: str) -> None:
        self.desk.retract(name)

    @rule()
    def restart(self) -> None:
        self.desk.restart()

    @rule()
    def plan_again(self) -> None:
        self.desk.plan_again()

    @rule()
    def refuse_the_next(self) -> None:
        self.desk.refuse_the_next()

    @rule()
    def lose_the_answer(self) -> None:
        self.desk.lose_the_answer()


@pytest.fixture
def seldom_swept() -> Iterator[None]:
    """Look for garbage seldom: a history leaves little, and what is there already stays."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


@pytest.mark.usefixtures("unmeasured", "seldom_swept")
@pytest.mark.parametrize("part", range(PARTS))
def test_whoever_was_told_a_date_hears_when_it_changes_and_nobody_else(part: int):
    """Each part has histories of its own, so that both cores share them."""
    mine = seed(part)(type(f"Edits{part}", (Edits,), {}))

    run_state_machine_as_test(mine, settings=MACHINE)


def left(desk: Desk) -> list[tuple[object, ...]]:
    """List what left: when, to whom, with which lines."""
    return [
        (mail.at, mail.record.coordinator, sorted(line.key for line in mail.written.lines))
        for mail in desk.house.mails
    ]


VERBS: st.SearchStrategy[Do] = st.one_of(
    st.sampled_from(WAITS).map(lambda wait: lambda desk: desk.turn(wait)),
    st.sampled_from(WAITS).map(lambda wait: lambda desk: desk.turn(wait)),
    st.tuples(SESSIONS, st.integers(-2, 2)).map(lambda two: lambda desk: desk.move(*two)),
    SESSIONS.map(lambda which: lambda desk: desk.aim(which)),
    SESSIONS.map(lambda which: lambda desk: desk.cancel(which)),
    st.tuples(NAMES, STEPS, DUES).map(lambda three: lambda desk: desk.set_step(*three)),
    st.tuples(NAMES, READERS).map(lambda two: lambda desk: desk.share(*two)),
)


@pytest.mark.usefixtures("unmeasured")
@settings(max_examples=EXAMPLES // 5, derandomize=True, database=None)
@given(st.sampled_from(MONDAYS), st.lists(VERBS, min_size=4, max_size=12))
def test_a_restart_at_any_moment_changes_nothing_of_what_is_sent(monday, verbs):
    steady, restless = Desk(monday), Desk(monday, restless=True)

    for do in verbs:
        do(steady)
        restless.restart()
        do(restless)
        restless.restart()

    assert left(restless) == left(steady)
    steady.close()
    restless.close()
