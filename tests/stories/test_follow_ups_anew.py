"""What a follow-up counts from moves on after it was asked: it is asked for again, from there.

`delivered` was logged too early, the session was put off once it should have sat, the date was
edited. What has merely moved by less than one interval is not asked for twice.
"""

import pytest

from tests.builders import CONFIG, a_world, at
from tests.corrected import ASK_THE_CHAIR as ASK, NEVER, OPENED, a_house, council
from tests.house import House, lines_of
from tracker.app.sending import Sent

pytestmark = pytest.mark.story

READOUT = """
[[follow-up]]
id = "readout"
what = "Get the readout"
due = "1 working day after meeting"
repeat = "every 3 days, 1 more time"
until = "readout"
"""


def delivered(day: str) -> str:
    return f'[[log]]\non = {day}\nfact = "delivered"\n'


def asked(mails: list[Sent], item: str = "ask") -> list[tuple[str, str | None]]:
    return [(at[5:10], lead) for at, _, _, lead in lines_of(mails, item=item)]


def asked_until(day: str, logged: str) -> House:
    """A house in which the letter was logged as delivered on a day, and time has passed."""
    house = a_house(a_world(OPENED + ASK, config=NEVER))
    house.turn_to(at(f"{logged} 12:00"))
    house.edit(a_world(OPENED + ASK + delivered(logged), config=NEVER))
    house.turn_to(at(f"{day} 12:00"))
    return house


def test_a_letter_delivered_later_than_was_logged_is_followed_up_from_the_true_day():
    house = asked_until("2010-06-20", logged="2010-06-15")
    assert asked(house.mails) == [("06-16", "first"), ("06-19", "repeat 1")]
    before = len(house.mails)

    house.edit(a_world(OPENED + ASK, config=NEVER))
    house.turn_to(at("2010-06-21 12:00"))
    house.edit(a_world(OPENED + ASK + delivered("2010-06-21"), config=NEVER))
    house.turn_to(at("2010-07-20 12:00"))

    assert asked(house.mails[before:]) == [
        ("06-22", "first"),
        ("06-25", "repeat 1"),
        ("06-28", "repeat 2"),
        ("07-01", "escalation"),
    ]
    assert len({line.key for mail in house.mails for line in mail.written.lines}) == sum(
        len(mail.written.lines) for mail in house.mails
    )


def test_what_was_asked_to_the_end_is_asked_again_when_the_letter_is_delivered_at_last():
    house = asked_until("2010-07-10", logged="2010-06-15")
    assert asked(house.mails)[-1] == ("06-25", "escalation")
    before = len(house.mails)

    house.edit(a_world(OPENED + ASK + delivered("2010-07-09"), config=NEVER))
    house.turn_to(at("2010-08-10 12:00"))

    assert asked(house.mails[before:]) == [
        ("07-12", "first"),
        ("07-15", "repeat 1"),
        ("07-18", "repeat 2"),
        ("07-21", "escalation"),
    ]


def test_a_day_of_delivery_that_is_set_right_by_a_day_or_two_asks_nobody_twice():
    for right in ("2010-06-14", "2010-06-16"):
        house = asked_until("2010-06-16", logged="2010-06-15")
        house.edit(a_world(OPENED + ASK + delivered(right), config=NEVER))

        house.turn_to(at("2010-07-20 12:00"))

        assert [lead for _, lead in asked(house.mails)] == [
            "first",
            "repeat 1",
            "repeat 2",
            "escalation",
        ]


def test_the_same_day_logged_again_asks_nobody_twice():
    house = asked_until("2010-06-20", logged="2010-06-15")
    house.edit(a_world(OPENED + ASK, config=NEVER))
    house.turn_to(at("2010-06-21 12:00"))
    house.edit(a_world(OPENED + ASK + delivered("2010-06-15"), config=NEVER))

    house.turn_to(at("2010-07-20 12:00"))

    assert [lead for _, lead in asked(house.mails)] == [
        "first",
        "repeat 1",
        "repeat 2",
        "escalation",
    ]


def test_the_readout_of_a_session_put_off_after_its_day_is_asked_for_after_the_new_one():
    house = a_house(a_world(OPENED + READOUT, config=CONFIG))
    house.turn_to(at("2010-06-29 12:00"))
    assert asked(house.mails, "readout") == [("06-25", "first"), ("06-28", "repeat 1")]
    before = len(house.mails)
    later = council('moved = [{ from = 2010-06-24, to = "2010-07-07 at 10:00" }]\n')

    house.edit(a_world(OPENED + READOUT, forums=later))
    house.turn_to(at("2010-07-20 12:00"))

    assert asked(house.mails[before:], "readout") == [("07-08", "first"), ("07-11", "repeat 1")]


def test_a_follow_up_that_moves_on_twice_is_asked_once_for_each_day_it_came_to():
    own = ASK.replace("1 working day after delivery", "{}").replace("repeat = ", "# ")
    own = own.replace("escalate", "# escalate")
    house = a_house(a_world(OPENED + own.format("2010-06-16"), config=NEVER))
    house.turn_to(at("2010-06-17 12:00"))
    for day in ("2010-06-22", "2010-06-29"):
        house.edit(a_world(OPENED + own.format(day), config=NEVER))
        house.turn_to(at(f"{day} 12:00"))
        house.restart(a_world(OPENED + own.format(day), config=NEVER))

    house.turn_to(at("2010-07-20 12:00"))

    assert asked(house.mails) == [("06-16", "first"), ("06-22", "first"), ("06-29", "first")]
