"""A morning on which very much is due: the mail stays one, and stays small."""

import pytest

from tests.builders import a_world, at
from tests.house import House

LETTERS = tuple(
    f"""
title = "Letter {letter}: protect the people of the southern valleys"
dated = 2010-06-14
coordinators = ["vienna"]
workdays = "vienna"
"""
    + "".join(
        f"""
[[deadline]]
id = "embassy-{step}"
what = "Write to embassy {step} and ask what it will do about the valleys"
due = 2010-06-22
remind = ["on the day"]
"""
        for step in range(5)
    )
    for letter in range(12)
)
LIMIT = 40_000


def html_of(house: House) -> str:
    body = house.inbox("vienna@example.org")[-1].get_body(("html",))
    assert body is not None
    return str(body.get_content())


@pytest.mark.parametrize(
    ("morning", "said"), [("2010-06-22", "Write to embassy"), ("2010-06-23", "Overdue")]
)
def test_sixty_things_that_are_due_or_late_stand_in_one_mail_of_less_than_40_kilobytes(
    morning: str, said: str
):
    house = House(a_world(*LETTERS), opened=at("2010-06-14 05:00"))

    house.turn_to(at(f"{morning} 06:00"))

    html = html_of(house)
    assert html.count(said) >= 60
    assert len(html.encode()) < LIMIT


def test_of_very_many_none_is_said_less_of_than_of_a_few():
    house = House(a_world(*LETTERS), opened=at("2010-06-14 05:00"))

    house.turn_to(at("2010-06-23 06:00"))

    html = html_of(house)
    assert html.count("Overdue: 1 day late, was due Tuesday 22 June 2010, 18:00 Vienna") == 60
    assert html.count("Why: Tuesday 22 June 2010, as written") == 60
    assert html.count("tracker log letter-12 done") == 5
