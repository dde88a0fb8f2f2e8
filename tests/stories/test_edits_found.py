"""Stories that the machine of edits found (tests/test_edits_machine.py), told plainly."""

import pytest

from tests.builders import LETTER, a_world, at
from tests.house import House
from tests.stories.test_corrections import CAMPAIGN, OPENED, a_house, reminded

pytestmark = pytest.mark.story


def test_nothing_leaves_after_the_closing_that_was_due_before_it():
    closed = OPENED.replace("coordinators", "closed = 2010-06-24\ncoordinators")
    house = a_house(a_world(closed))
    house.turn_to(at("2010-06-22 23:00"))

    mails = house.jump_to(at("2010-06-23 22:30"))  # 00:30 in Vienna: the campaign is closed

    assert reminded(mails) == []
    assert reminded(house.turn_to(at("2010-06-25 12:00"))) == []
