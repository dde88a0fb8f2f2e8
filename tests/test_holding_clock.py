"""A wrong clock stops sending, not planning; a machine that was off or asleep is no fault."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.a_machine import AMachine
from tests.outbox import on_disk
from tracker.app.holding import BelievedClock, Seen, keep, last_seen
from tracker.app.holding.clock import RELEASED_AT, fault_of

NOW = RELEASED_AT + timedelta(days=200)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
YEAR = timedelta(days=365)
SEEN = Seen(NOW, "first", 1000.0)
WRONG = {
    "1970": datetime(1970, 1, 1, tzinfo=UTC),
    "2000": datetime(2000, 1, 1, tzinfo=UTC),
    "an hour back": NOW - HOUR,
    "ten minutes back": NOW - 10 * MINUTE,
    "three hours ahead": NOW + 3 * HOUR,
    "a day ahead": NOW + DAY,
    "a day back": NOW - DAY,
    "ten years ahead": NOW + 10 * YEAR,
    "ten years back": NOW - 10 * YEAR,
    "2038": datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC),
    "9999": datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
    "the year 1": datetime(1, 1, 1, tzinfo=UTC),
}
AHEAD_BY_LITTLE = {"three hours ahead", "a day ahead"}  # as after an outage: nobody can tell


@pytest.mark.parametrize("name", WRONG)
def test_a_clock_that_is_set_wrong_under_a_running_machine_is_not_believed(name: str):
    assert fault_of(WRONG[name], "first", 1000.0, SEEN)


@pytest.mark.parametrize("name", sorted(WRONG.keys() - AHEAD_BY_LITTLE))
def test_a_machine_that_starts_with_a_wrong_clock_is_not_believed(name: str):
    assert fault_of(WRONG[name], "second", 5.0, SEEN)


@pytest.mark.parametrize("name", ["1970", "2000", "2038", "9999", "the year 1", "ten years ahead"])
def test_a_first_start_has_the_day_of_the_release_to_go_by(name: str):
    assert fault_of(WRONG[name], "first", 5.0, None)
    assert fault_of(NOW, "first", 5.0, None) is None


@pytest.mark.parametrize("away", [9 * MINUTE, HOUR, DAY, 30 * DAY, YEAR])
def test_an_outage_is_no_fault(away: timedelta):
    assert fault_of(NOW + away, "second", 5.0, SEEN) is None


@pytest.mark.parametrize("asleep", [HOUR, 3 * DAY, 3 * YEAR])
def test_a_machine_that_slept_is_no_fault_since_its_sleep_is_counted(asleep: timedelta):
    assert fault_of(NOW + asleep, "first", 1000.0 + asleep.total_seconds(), SEEN) is None


def test_a_machine_that_was_off_for_longer_than_400_days_asks_a_person():
    assert fault_of(NOW + 400 * DAY, "second", 5.0, SEEN) is None
    assert fault_of(NOW + 401 * DAY, "second", 5.0, SEEN)


def test_where_nobody_knows_which_start_it_is_a_step_ahead_counts_as_an_outage():
    unknown = Seen(NOW, "", 1000.0)
    assert fault_of(NOW + DAY, "", 1000.0, unknown) is None


def test_a_small_step_back_is_believed_and_many_of_them_are_not():
    machine = AMachine(NOW)
    clock = BelievedClock(machine.wall, machine.machine, None)
    clock()
    for _ in range(3):
        machine.set_clock(machine.now - 4 * MINUTE)
        clock()
    assert clock.fault is not None


def test_while_the_clock_is_wrong_time_is_reckoned_from_the_last_right_moment():
    machine = AMachine(NOW)
    clock = BelievedClock(machine.wall, machine.machine, None)
    assert clock() == NOW
    machine.set_clock(WRONG["2038"])
    machine.pass_by(HOUR)
    assert clock() == NOW + HOUR
    machine.set_clock(NOW + HOUR)
    assert clock() == NOW + HOUR
    assert clock.fault is None


def test_after_a_start_with_a_wrong_clock_time_goes_on_from_the_mark():
    machine = AMachine(WRONG["1970"])
    clock = BelievedClock(machine.wall, machine.machine, SEEN)
    machine.pass_by(2 * MINUTE)
    assert clock() == NOW + 2 * MINUTE


def test_the_fault_says_what_the_clock_says_and_what_to_do():
    said = fault_of(WRONG["1970"], "first", 1000.0, SEEN)
    assert said == (
        "The clock says Thu 1 Jan 1970 00:00 UTC, before this tracker was made."
        " Set the clock; if it is right, run `tracker resume clock`."
    )


def test_a_clock_that_a_person_vouched_for_is_believed():
    vouched = Seen(WRONG["2000"], "first", 10.0, vouched=True)
    assert fault_of(WRONG["2000"] + MINUTE, "first", 70.0, vouched) is None


def test_the_latest_moment_survives_in_the_database(tmp_path: Path):
    with on_disk(tmp_path) as store:
        assert last_seen(store) is None
        keep(store, SEEN)
    with on_disk(tmp_path) as store:
        assert last_seen(store) == SEEN
