"""No storm reaches one mailbox, whatever people save; what has its own moment leaves at it."""

from datetime import timedelta

import pytest

from tests.builders import LETTER, a_world, at
from tests.house import House
from tests.outbox import an_occurrence
from tracker.app.calm import HOUR, MOST_AN_HOUR, calm_again
from tracker.occurrence import LineKind

NOON = at("2010-06-22 12:00")
MINUTE = timedelta(minutes=1)
BUSY = [NOON - n * MINUTE for n in range(5, 5 + 7 * MOST_AN_HOUR, 7)]
CALM = min(BUSY) + HOUR
NOTICE = an_occurrence("problem", kind=LineKind.NOTICE, due=NOON, expires=None)
LATE = an_occurrence("late", due=NOON - 2 * HOUR, expires=NOON + 5 * HOUR)
ON_TIME = an_occurrence("calls", due=NOON, expires=NOON + 5 * HOUR)


def test_after_six_mails_in_an_hour_what_can_wait_waits_until_the_oldest_is_an_hour_old():
    assert calm_again(BUSY, [NOTICE], NOON) == CALM
    assert calm_again(BUSY, [LATE, NOTICE], NOON) == CALM
    assert calm_again(BUSY, [NOTICE], CALM) is None


def test_after_five_nobody_waits():
    assert calm_again(BUSY[1:], [NOTICE], NOON) is None
    assert calm_again([], [NOTICE], NOON) is None


def test_mails_of_an_hour_ago_and_of_a_clock_that_went_back_do_not_count():
    assert calm_again([one - HOUR for one in BUSY], [NOTICE], NOON) is None
    assert calm_again([one + HOUR for one in BUSY], [NOTICE], NOON) is None


def test_only_the_latest_six_count():
    before = [NOON - 58 * MINUTE, NOON - 59 * MINUTE]

    assert calm_again([*before, *BUSY], [NOTICE], NOON) == CALM


def test_what_leaves_at_its_own_moment_takes_along_what_waits():
    assert calm_again(BUSY, [NOTICE, ON_TIME], NOON) is None


@pytest.mark.parametrize(
    "urgent",
    [
        an_occurrence("late", due=NOON - 2 * HOUR, expires=CALM),
        an_occurrence("moved", kind=LineKind.CORRECTION, due=NOON, expires=None, states=CALM),
        an_occurrence("moved", kind=LineKind.CORRECTION, due=NOON, expires=None, was=CALM),
    ],
)
def test_what_would_be_of_no_use_by_then_does_not_wait(urgent):
    assert calm_again(BUSY, [urgent], NOON) is None


def test_a_correction_of_a_later_date_can_wait():
    moved = an_occurrence("moved", kind=LineKind.CORRECTION, due=NOON, states=CALM + HOUR)

    assert calm_again(BUSY, [moved], NOON) == CALM


def test_whoever_saves_a_new_campaign_every_five_minutes_makes_six_mails_an_hour_and_loses_none():
    letters = [LETTER.replace("Send a mission", f"Letter {n}") for n in range(24)]
    house = House(a_world(letters[0]), replayed=False, opened=at("2010-06-21 12:00"))
    for count in range(2, len(letters) + 1):
        house.edit(a_world(*letters[:count]))
        house.turn_to(house.clock() + 5 * MINUTE)
    house.turn_to(house.clock() + 2 * HOUR)

    times = [one.at for one in house.mails if one.record.coordinator == "vienna"]
    assert len(times) > MOST_AN_HOUR
    for one in times:
        assert sum(one - HOUR < other <= one for other in times) <= MOST_AN_HOUR
    told = [line.campaign for one in house.mails for line in one.written.lines
            if one.record.coordinator == "vienna" and line.item == "accepted"]  # fmt: skip
    assert len(told) == len(set(told)) == len(letters)
