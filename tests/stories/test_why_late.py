"""A line that leaves late says why: it was logged or edited after its time, or could not leave."""

import pytest

from tests.builders import CONFIG, a_world, at
from tests.corrected import CALLS, NEVER, OPENED, a_house, council, text_of
from tests.house import House

pytestmark = pytest.mark.story

ASK = """
[[follow-up]]
id = "ask"
what = "Ask the chair"
for = "campaign"
due = "1 working day after delivery"
"""
READOUT = """
[[follow-up]]
id = "readout"
what = "Get the readout"
due = "1 working day after meeting"
"""
NOT_BEFORE = "it could not be sent before"


def last_said(house: House) -> str:
    return text_of(house.mails[-1])


def test_a_delivery_that_was_logged_days_later_is_why_its_follow_up_is_late():
    house = a_house(a_world(OPENED + ASK, config=NEVER))
    house.turn_to(at("2010-06-21 09:00"))
    logged = '[[log]]\non = 2010-06-17\nfact = "delivered"\n'

    house.edit(a_world(OPENED + ASK + logged, config=NEVER))
    house.turn_to(at("2010-06-21 10:00"))

    assert (
        "This line leaves 3 days late: the delivery was logged on Mon 21 June 2010"
        in last_said(house)
    )


def test_a_fact_of_another_letter_that_was_set_right_changes_nothing_of_why():
    logged = '[[log]]\non = {}\nfact = "delivered"\n'
    house = a_house(a_world(OPENED + ASK, OPENED + logged.format("2010-06-16"), config=NEVER))
    house.turn_to(at("2010-06-21 09:00"))

    mine, other = (OPENED + ASK, "2010-06-17"), (OPENED, "2010-06-15")
    both = (letter + logged.format(day) for letter, day in (mine, other))
    house.edit(a_world(*both, config=NEVER))
    house.turn_to(at("2010-06-21 10:00"))

    assert "3 days late: the delivery was logged on Mon 21 June 2010" in last_said(house)


def test_an_edit_that_dates_a_line_back_is_why_it_is_late():
    letter = OPENED + READOUT.replace("1 working day after meeting", "{}")
    house = a_house(a_world(letter.format("2010-06-28"), config=NEVER))
    house.turn_to(at("2010-06-22 09:00"))

    house.edit(a_world(letter.format("2010-06-21"), config=NEVER))
    house.turn_to(at("2010-06-22 10:00"))

    said = last_said(house)
    assert "This line leaves 1 day late: edited on Tue 22 June 2010: Follow-up readout" in said
    assert NOT_BEFORE not in said


def test_a_session_put_back_on_its_own_day_is_why_its_readout_is_late():
    later = council('moved = [{ from = 2010-06-24, to = "2010-06-29 at 10:00" }]\n')
    house = a_house(a_world(OPENED + READOUT, config=NEVER, forums=later))
    house.turn_to(at("2010-06-28 09:00"))

    house.edit(a_world(OPENED + READOUT, config=NEVER))
    house.turn_to(at("2010-06-28 10:00"))

    assert (
        "3 days late: edited on Mon 28 June 2010: Permanent Council: session of Thursday 24 June"
        " 2010 back on its own day" in last_said(house)
    )


def test_a_machine_that_slept_is_why_a_line_is_late_and_no_edit_of_something_else():
    target = '[[target]]\nid = "chair"\npost = "Chair"\nstance = "{}"\n'
    house = a_house(a_world(OPENED + CALLS + target.format("unknown"), config=NEVER))
    house.turn_to(at("2010-06-21 09:00"))
    house.edit(a_world(OPENED + CALLS + target.format("opposed"), config=NEVER))

    house.jump_to(at("2010-06-22 12:00"))

    assert f"6 hours late: {NOT_BEFORE}" in last_said(house)


def test_a_deadline_that_ended_this_morning_is_hours_late_and_not_a_day():
    house = a_house(a_world(OPENED.replace("vienna", "new-york") + CALLS, config=CONFIG))
    house.turn_to(at("2010-06-14 13:00"))
    early = OPENED.replace("vienna", "new-york") + CALLS.replace(
        "1 working day before meeting at 12:00", "2010-06-21 at 12:00"
    )
    house.edit(a_world(early, config=CONFIG))

    house.turn_to(at("2010-06-21 12:30"))

    overdue = last_said(house).partition("Overdue")[2]
    assert "Monday 21 June 2010, 12:00 Vienna (06:00 New York), 2 hours late" in overdue


def test_a_fact_that_is_set_right_after_it_was_logged_is_an_edit_and_not_newly_logged():
    house = a_house(a_world(OPENED + ASK, config=NEVER))
    house.turn_to(at("2010-06-17 12:00"))
    logged = '[[log]]\non = {}\nfact = "delivered"\n'
    house.edit(a_world(OPENED + ASK + logged.format("2010-06-17"), config=NEVER))
    house.turn_to(at("2010-06-17 13:00"))

    house.edit(a_world(OPENED + ASK + logged.format("2010-06-16"), config=NEVER))
    house.turn_to(at("2010-06-17 14:00"))

    said = last_said(house)
    assert "7 hours late: edited on Thu 17 June 2010: " in said
    assert "Log: delivered, on Thursday 17 June 2010 → delivered, on Wednesday 16 June" in said
