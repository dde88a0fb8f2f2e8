"""Seeded worlds in which servers misbehave, files change and processes die; what holds in each.

A world that breaks a law is shown by its seed: `python -m tests.simulator SEED` plays it again.
"""

import gc
import logging
import os
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.simulator.ground import the_ground
from tests.simulator.kinds import rare
from tests.simulator.world import World, ends

WORLDS = {"dev": 80, "ci": 20_000, "nightly": 1_000_000}
PARTS = 8  # few enough to be counted, and enough for three processes to share them evenly
SCENARIOS = 20
BY_DELAY = {"expired", "failed", "cancelled"}
PROFILE = os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev")


def a_world(seed: int, *, crashes: bool = True, dies_at: int | None = None) -> World:
    return World(seed, the_ground(), crashes=crashes, dies_at=dies_at)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Leave out of the log what is meant to go wrong thousands of times."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def frozen() -> Iterator[None]:
    """Let nobody look for garbage among what was there before: a third of the time goes there."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("unmeasured", "frozen")
@pytest.mark.parametrize("part", range(PARTS))
def test_no_law_is_broken_in_any_world_and_everything_happens(part: int):
    tally = Counter[str]()
    for seed in range(part, WORLDS[PROFILE], PARTS):
        with a_world(seed) as world:
            try:
                world.run()
            except AssertionError as broken:
                pytest.fail(f"seed {seed}: {broken}")
            tally.update(world.tally)

    assert rare(tally, worlds=WORLDS[PROFILE] // PARTS) == {}


def test_a_world_is_its_seed():
    played = []
    for _ in range(2):
        with a_world(12) as world:
            world.run()
            played.append((world.trace, ends(world), world.tally))

    assert played[0] == played[1]
    assert played[0][0]


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize(
    ("verb", "instead", "law"),
    [
        ("tracker.app.answers.wait_before_retry", lambda *_: timedelta(), "goes again too soon"),
        ("tracker.app.hands.Hands._most", lambda _: 4, "by a clock that is wrong"),
        ("tracker.app.hands.Hands.next_try", lambda _: 1 // 0, "by zero"),
        ("tracker.app.relay.SILENCES", 99, "in trouble is tried again too soon"),
    ],
    ids=[
        "a planted impatience",
        "a planted open gate",
        "a fault that ends a process",
        "a server left without rest that is silent three times",
    ],
)
def test_what_is_broken_in_the_midst_of_a_try_breaks_the_world(
    verb: str,
    instead: object,
    law: str,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(verb, instead)

    with pytest.raises((AssertionError, ZeroDivisionError), match=law):
        played(range(240))


def played(seeds: range) -> None:
    for seed in seeds:
        with a_world(seed) as world:
            world.run()


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize("seed", range(SCENARIOS))
def test_a_crash_at_any_place_changes_no_end_but_by_delay(seed: int):
    with a_world(seed, crashes=False) as calm:
        calm.run()
        passed, wanted = calm.passed, ends(calm)
    step = max(passed // 6, 1) if PROFILE != "nightly" else 1

    for place in range(1, passed + 1, step):
        with a_world(seed, dies_at=place) as world:
            world.run()
            assert world.crashes == 1
            for key, state in ends(world).items():
                # What has an end in time may come too late, an edit may come before, and a mail
                # made at another moment may be one that the server does not like; else nothing.
                assert state == wanted[key] or {state, wanted[key]} & BY_DELAY
