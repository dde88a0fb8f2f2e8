"""A clock that jumps: nothing leaves while it is wrong, nothing is lost when it is right."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.a_machine import AMachine
from tests.held_desk import DAY, HOUR, MINUTE, TUESDAY, HeldDesk, a_home
from tests.test_holding_clock import AHEAD_BY_LITTLE
from tracker.app.resuming import go_on
from tracker.planning import Plan
from tracker.store import Store

YEAR = timedelta(days=365)
JUMPS: dict[str, Callable[[datetime], datetime]] = {
    "1970": lambda _: datetime(1970, 1, 1, tzinfo=UTC),
    "2000": lambda _: datetime(2000, 1, 1, tzinfo=UTC),
    "an hour back": lambda now: now - HOUR,
    "ten minutes back": lambda now: now - 10 * MINUTE,
    "three hours ahead": lambda now: now + 3 * HOUR,
    "a day ahead": lambda now: now + DAY,
    "ten years ahead": lambda now: now + 10 * YEAR,
    "ten years back": lambda now: now - 10 * YEAR,
    "2038": lambda _: datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC),
    "9999": lambda _: datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
}


BEFORE_THE_MORNING = 24 * HOUR + 50 * MINUTE


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    """Return what is said in three days in which nothing goes wrong."""

    async def undisturbed() -> HeldDesk:
        home = a_home(tmp_path_factory.mktemp("calm"))
        desk = await HeldDesk(home, AMachine(TUESDAY)).start()
        await desk.live(BEFORE_THE_MORNING)
        await desk.live(30 * MINUTE, 10 * MINUTE)
        await desk.live(2 * DAY)
        return desk

    return said(asyncio.run(undisturbed()))


def said(desk: HeldDesk) -> set[tuple[str, str]]:
    """Return each line that reached somebody but digests, with its recipient."""
    return {(key, to) for key, (to, state) in desk.lines().items() if state == "sent"}


@pytest.mark.parametrize("name", JUMPS)
async def test_a_jump_while_nothing_is_due_holds_and_loses_nothing(
    name: str, tmp_path: Path, calm: set[tuple[str, str]]
):
    desk = await HeldDesk(a_home(tmp_path / "home"), AMachine(TUESDAY)).start()
    await desk.live(BEFORE_THE_MORNING)
    right = desk.computer.now

    heals = name == "ten minutes back"  # ten minutes later it is right, as far as anybody can tell
    for minutes in (0,) if heals else (0, 10, 20):  # the reminders are due in the middle of it
        desk.computer.up_seconds += 600.0 if minutes else 0.0
        desk.computer.set_clock(JUMPS[name](right + minutes * MINUTE))
        assert await desk.turn() == []
        assert desk.held == {"clock"}

    desk.computer.up_seconds += 1800.0 if heals else 600.0
    desk.computer.set_clock(right + 30 * MINUTE)
    left = await desk.turn()
    assert "vienna" in {one.coordinator for one in left}
    await desk.live(2 * DAY)

    assert desk.held == set()
    assert said(desk) == calm
    assert not [one for one in desk.lines().values() if one[1] in {"expired", "cancelled"}]


@pytest.mark.parametrize("name", sorted(JUMPS.keys() - AHEAD_BY_LITTLE))
async def test_a_machine_that_starts_with_a_wrong_clock_sends_when_it_is_right(
    name: str, tmp_path: Path, calm: set[tuple[str, str]]
):
    desk = await HeldDesk(a_home(tmp_path / "home"), AMachine(TUESDAY)).start()
    await desk.live(BEFORE_THE_MORNING)
    desk.stop()
    right = desk.computer.now

    desk.computer.start()
    desk.computer.set_clock(JUMPS[name](right))
    await desk.start()
    assert await desk.turn() == []
    assert desk.held == {"clock"}
    desk.computer.set_clock(right + 30 * MINUTE)
    await desk.live(2 * DAY)

    assert said(desk) == calm


@pytest.mark.parametrize("name", JUMPS)
async def test_a_jump_while_a_mail_is_on_its_way_keeps_the_next_one(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tracker.app.places.SERVED", 1)  # four would begin together
    desk = await HeldDesk(a_home(tmp_path / "home"), AMachine(TUESDAY)).start()
    await desk.turn()
    desk.computer.pass_by(15 * MINUTE)  # both readers have a letter to hear of
    right = desk.computer.now
    desk.on_delivery = lambda: desk.computer.set_clock(JUMPS[name](right))

    left = await desk.turn()
    assert len(left) == 1
    assert {one.settled_at for one in desk.store.mails()} == {right}
    assert await desk.turn() == []
    desk.on_delivery = lambda: None
    desk.computer.set_clock(right + MINUTE)

    left += await desk.turn()
    assert sorted(one.coordinator for one in left) == ["new-york", "vienna"]


async def test_facts_seen_under_a_wrong_clock_are_not_dated_by_it(tmp_path: Path):
    desk = await HeldDesk(a_home(tmp_path), AMachine(TUESDAY)).start()
    await desk.live(HOUR)
    right = desk.computer.now
    desk.computer.set_clock(JUMPS["2038"](right))
    letter = desk.home / "campaigns" / "letter.toml"
    letter.write_text(letter.read_text() + '\n[[log]]\non = 2027-06-22\nfact = "delivered"\n')

    await desk.live(30 * MINUTE, 10 * MINUTE)

    (fact,) = [one for one in desk.store.journal() if one.kind == "fact"]
    assert right <= fact.at <= right + 30 * MINUTE


async def test_a_weekend_asleep_is_caught_up_with_and_not_held(tmp_path: Path):
    desk = await HeldDesk(a_home(tmp_path), AMachine(TUESDAY)).start()
    await desk.live(HOUR)
    desk.computer.pass_by(3 * DAY + 9 * HOUR)

    left = await desk.turn()

    assert desk.held == set()
    assert sorted(one.coordinator for one in left) == ["new-york", "vienna"]


async def test_a_clock_that_comes_right_is_believed_again_by_itself(tmp_path: Path):
    desk = await HeldDesk(a_home(tmp_path), AMachine(TUESDAY)).start()
    await desk.live(HOUR)
    desk.computer.set_clock(desk.computer.now - HOUR)
    await desk.turn()
    assert desk.held == {"clock"}

    await desk.live(HOUR, 10 * MINUTE)

    assert desk.held == set()


async def test_what_is_held_is_not_planned_anew_at_every_look(tmp_path: Path):
    desk = await HeldDesk(a_home(tmp_path), AMachine(TUESDAY)).start()
    await desk.live(HOUR)
    desk.store.hold("refused", "the server refuses everything", now=desk.computer.now)
    await desk.live(DAY)
    plans = 0
    refresh = desk.daemon.engine.refresh

    def counted() -> Plan:
        nonlocal plans
        plans += 1
        return refresh()

    desk.daemon.engine.refresh = counted  # type: ignore[method-assign]
    for _ in range(60):
        desk.computer.pass_by(timedelta(seconds=2))
        assert await desk.turn() == []
    assert plans <= 1


async def test_a_clock_that_a_person_vouches_for_goes_on_from_there(tmp_path: Path):
    desk = await HeldDesk(a_home(tmp_path), AMachine(TUESDAY)).start()
    await desk.live(HOUR)
    desk.computer.set_clock(desk.computer.now + DAY)  # it was a day behind and is put right
    assert await desk.turn() == []
    assert desk.held == {"clock"}

    with Store.open("sqlite:///tracker.db", base=desk.home) as store:
        reading = desk.clock.reading()
        assert go_on(store, ["clock"], reading, "this-one", sent_already=False) == ["clock"]
    left = await desk.turn()

    assert desk.held == set()
    assert "vienna" in {one.coordinator for one in left}
    desk.computer.set_clock(desk.computer.now + DAY)  # no word was given for this one
    await desk.turn()
    assert desk.held == {"clock"}


async def test_a_first_start_waits_for_a_clock_that_can_be_believed(tmp_path: Path):
    machine = AMachine(datetime(1970, 1, 1, tzinfo=UTC))
    desk, waited = HeldDesk(a_home(tmp_path), machine), list[datetime]()
    desk.on_waiting = lambda: waited.append(machine.now)  # by which the service manager waits, too
    starting = asyncio.create_task(desk.start())
    for _ in range(5):
        await asyncio.sleep(0)
    assert not starting.done()
    assert len(waited) > 1

    machine.set_clock(TUESDAY)
    await starting

    await desk.live(HOUR)
    assert {entry.at.year for entry in desk.store.journal()} == {2027}
    assert desk.held == set()
