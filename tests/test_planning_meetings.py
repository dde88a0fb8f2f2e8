"""Meetings of one letter close together: each is asked about, each fact finds its own."""

from tests.builders import LETTER, a_world, at
from tests.test_planning import FOLLOW_UP, planned
from tracker.events import replayed
from tracker.occurrence import Occurrence
from tracker.planning import plan

SAME_DAY = """
[[meeting]]
forum = "security-council"
date = 2010-06-24
"""
OUR_OWN = """
[[meeting]]
name = "Talk in Vienna"
date = 2010-06-24
time = "15:00"
asks = ["envoy"]

[[ask]]
id = "envoy"
text = "Send an envoy"
"""
FRIDAY_AND_SATURDAY = """
[[meeting]]
name = "Friday talk"
date = 2010-06-25

[[meeting]]
name = "Saturday talk"
date = 2010-06-26
"""


def log(fact: str, on: str = "2010-06-25", **keys: str) -> str:
    """Write a fact as a table of the letter's log."""
    said = "".join(f"{key} = {value}\n" for key, value in keys.items())
    return f'\n[[log]]\non = {on}\nfact = "{fact}"\n{said}'


def asked(*facts: str, letter: str = LETTER + SAME_DAY) -> list[tuple[str | None, str]]:
    """List (forum, when) of each asking for a readout that is still to come on 26 June."""
    lines = planned(letter + FOLLOW_UP + "".join(facts), now="2010-06-25 22:00")
    return [(one.forum, f"{one.due:%d %B}") for one in follow_ups(lines)]


def follow_ups(lines: tuple[Occurrence, ...]) -> list[Occurrence]:
    return [one for one in lines if one.item == "readout" and one.state == "planned"]


def test_each_of_two_meetings_on_one_day_is_asked_about():
    assert asked() == [
        ("council", "25 June"),
        ("security-council", "25 June"),
        ("council", "02 July"),
        ("security-council", "02 July"),
        ("council", "09 July"),
        ("security-council", "09 July"),
    ]


def test_a_readout_of_one_meeting_leaves_the_other_of_its_day_asked_about():
    assert {forum for forum, _ in asked(log("readout", meeting="2010-06-24"))} == {
        "security-council"
    }


def test_the_second_readout_of_a_day_is_the_other_meetings():
    told = log("readout", meeting="2010-06-24")

    assert asked(told, told) == []


def test_the_second_done_of_a_day_is_the_other_meetings():
    settled = FOLLOW_UP.replace('until = "readout"', "")
    done = log("done", item='"readout"', meeting="2010-06-24")
    lines = planned(LETTER + SAME_DAY + settled + done + done, now="2010-06-25 22:00")

    assert follow_ups(lines) == []


def test_done_without_a_meeting_settles_the_earlier_of_a_day_first():
    settled = FOLLOW_UP.replace('until = "readout"', "")
    done = log("done", item='"readout"')
    lines = planned(LETTER + SAME_DAY + settled + done, now="2010-06-25 22:00")

    assert {one.forum for one in follow_ups(lines)} == {"security-council"}


def test_an_outcome_goes_to_the_meeting_of_its_day_that_has_the_ask_on_the_table():
    outcome = log("outcome", ask='"envoy"', meeting="2010-06-24", result='"deferred"')
    letter = LETTER.replace("date = 2010-06-24\n", 'date = 2010-06-24\nasks = ["mission"]\n')
    world = a_world(letter + OUR_OWN + outcome)

    whole = plan(world, replayed(world), now=at("2010-06-26 00:00")).courses["letter"]

    assert [one.meeting.name for ask in whole.asks for one in ask.outcomes if one.meeting] == [
        "Talk in Vienna"
    ]


def test_meetings_whose_askings_begin_on_one_morning_are_each_asked_about_once():
    letter = LETTER.replace(
        'forum = "council"\ndate = 2010-06-24', 'name = "A"\ndate = 2010-06-22'
    )
    lines = planned(letter + FRIDAY_AND_SATURDAY + FOLLOW_UP, now="2010-06-27 22:00")
    seen = [(f"{one.session:%A}", f"{one.due:%A %d %B}") for one in follow_ups(lines)]

    assert seen == [
        ("Tuesday", "Wednesday 23 June"),
        ("Friday", "Monday 28 June"),
        ("Saturday", "Monday 28 June"),
        ("Saturday", "Monday 05 July"),
        ("Saturday", "Monday 12 July"),
    ]


def test_a_step_for_each_ask_counts_from_the_first_meeting_with_that_ask_on_the_table():
    letter = LETTER + OUR_OWN.replace("2010-06-24", "2010-07-01")
    letter = letter.replace("date = 2010-06-24", 'date = 2010-06-24\nasks = ["mission"]')
    press = (
        '\n[[follow-up]]\nid = "press"\nwhat = "Press for {ask}"\nfor = "each ask"\n'
        'due = "1 working day after meeting"\nrepeat = "every 7 days, 1 more time"\n'
    )

    lines = planned(letter + press)

    firsts = [one for one in lines if one.item == "press" and one.lead == "first"]
    assert [(one.ask, str(one.session), f"{one.due:%d %B}") for one in firsts] == [
        ("mission", "2010-06-24", "25 June"),
        ("envoy", "2010-07-01", "02 July"),
    ]
