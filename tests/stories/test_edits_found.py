"""Stories that the machine of edits found (tests/test_edits_machine.py), told plainly."""

import pytest

from tests.builders import a_world, at
from tests.corrected import (
    CANCELLED,
    OPENED,
    a_house,
    council,
    reminded,
    text_of,
)

pytestmark = pytest.mark.story


def test_nothing_leaves_after_the_closing_that_was_due_before_it():
    closed = OPENED.replace("coordinators", "closed = 2010-06-24\ncoordinators")
    house = a_house(a_world(closed))
    house.turn_to(at("2010-06-22 23:00"))

    mails = house.jump_to(at("2010-06-23 22:30"))  # 00:30 in Vienna: the campaign is closed

    assert reminded(mails) == []
    assert reminded(house.turn_to(at("2010-06-25 12:00"))) == []


def test_a_whole_campaign_step_told_off_the_plan_and_then_dropped_is_told_once():
    paper = '[[deadline]]\nid = "paper"\nwhat = "Paper"\ndue = "3 days before meeting"\n'
    letter = OPENED + paper + 'for = "campaign"\n'
    house = a_house(a_world(letter))
    house.turn_to(at("2010-06-14 13:00"))
    house.edit(a_world(letter, forums=council(CANCELLED)))
    house.turn_to(at("2010-06-15 13:00"))
    house.edit(a_world(OPENED, forums=council(CANCELLED)))

    mails = house.turn_to(at("2010-06-16 13:00"))

    assert [one for one in mails if "You were told" in text_of(one)] == []
