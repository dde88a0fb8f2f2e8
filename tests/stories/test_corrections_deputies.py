"""Who hears of a date that changed while somebody is away."""

import pytest

from tests.builders import CONFIG, a_world, at
from tests.corrected import (
    BOTH,
    CAMPAIGN,
    NEVER,
    OPENED,
    THURSDAY,
    TO_MONDAY,
    a_house,
    corrected,
    council,
    text_of,
)

pytestmark = pytest.mark.story


def test_told_by_a_deputy_the_deputy_hears_of_the_move():
    away = CONFIG.replace(
        'digest = "weekdays"',
        'digest = "never"\ndeputy = "new-york"\naway = ["22 June 2010 to 23 June 2010"]',
    )
    house = a_house(a_world(OPENED, config=away))
    house.turn_to(at("2010-06-23 20:00"))

    house.edit(a_world(OPENED, config=away, forums=council(TO_MONDAY)))
    mails = house.turn_to(at("2010-06-23 21:00"))

    assert [one[1] for one in corrected(mails)] == ["new-york"]


def away(days: str) -> str:
    """Let Vienna be away, with New York as deputy."""
    return NEVER.replace('"never"', f'"never"\ndeputy = "new-york"\naway = ["{days}"]', 1)


def test_a_deputy_who_was_told_as_well_hears_of_a_move_once_for_both():
    house = a_house(a_world(BOTH, config=NEVER))
    house.turn_to(at("2010-06-23 15:00"))
    gone = away("23 June 2010 to 24 June 2010")

    house.edit(a_world(BOTH, config=gone, forums=council(moved("30 June"))))

    mails = house.turn_to(at("2010-06-24 23:00"))
    mails += house.jump_to(at("2010-06-25 09:00"))  # Vienna is back
    mails += house.turn_to(at("2010-06-25 12:00"))
    assert [one[:3] for one in corrected(mails) if one[2] == "meeting"] == [
        ("23 15:10", "new-york", "meeting"),
    ]


def test_a_deputy_who_knows_already_does_not_hear_it_again_in_somebodys_stead():
    both = OPENED.replace('["vienna"]', '["vienna", "new-york"]')
    house = a_house(a_world(both, config=NEVER))
    house.turn_to(at("2010-06-23 22:00"))  # midnight in Vienna, six in the evening in New York
    house.edit(a_world(both, config=NEVER, forums=council(TO_MONDAY)))
    house.turn_to(at("2010-06-23 22:30"))

    gone = away("24 June 2010 to 25 June 2010")
    house.edit(a_world(both, config=gone, forums=council(TO_MONDAY)))
    mails = house.turn_to(at("2010-06-24 12:00"))

    assert corrected(mails) == []
    assert [one[:2] for one in corrected(house.mails)] == [("23 22:10", "new-york")]


def test_who_is_back_hears_of_the_next_move_and_not_of_the_one_that_the_deputy_was_told():
    later = [at("2010-06-30 08:00"), at("2010-07-02 08:00")]
    moves = [
        f'moved = [{{ from = 2010-06-24, to = "{day:%Y-%m-%d} at 10:00" }}]\n' for day in later
    ]
    house = a_house(a_world(OPENED, config=NEVER))
    house.turn_to(at("2010-06-23 15:00"))
    gone = away("23 June 2010 to 24 June 2010")
    house.edit(a_world(OPENED, config=gone, forums=council(moves[0])))
    assert corrected(house.turn_to(at("2010-06-25 12:00"))) == [
        ("23 15:10", "new-york", "meeting", THURSDAY, later[0]),
    ]

    house.edit(a_world(OPENED, config=gone, forums=council(moves[1])))

    assert sorted(one[1:] for one in corrected(house.turn_to(at("2010-06-25 13:00")))) == [
        ("new-york", "meeting", *later),
        ("vienna", "meeting", *later),
    ]


def test_a_deputy_reads_in_whose_stead_and_that_the_other_was_told():
    house = a_house(a_world(OPENED, config=NEVER))
    house.turn_to(at("2010-06-23 15:00"))
    gone = away("23 June 2010 to 24 June 2010")
    house.edit(a_world(OPENED, config=gone, forums=council(TO_MONDAY)))

    (mail,) = house.turn_to(at("2010-06-23 16:00"))
    assert mail.record.coordinator == "new-york"
    assert (
        "For Vienna desk, who is away. Vienna desk was told on Wed 23 June 2010: Thursday 24 June"
        in text_of(mail)
    )


def moved(day: str) -> str:
    return f'moved = [{{ from = 2010-06-24, to = "{day} 2010 at 10:00" }}]\n'


def test_who_is_back_reads_that_it_was_the_deputy_who_was_told():
    house = a_house(a_world(OPENED, config=NEVER))
    house.turn_to(at("2010-06-23 15:00"))
    gone = away("23 June 2010 to 24 June 2010")
    house.edit(a_world(OPENED, config=gone, forums=council(moved("30 June"))))
    house.turn_to(at("2010-06-25 12:00"))
    house.edit(a_world(OPENED, config=gone, forums=council(moved("2 July"))))

    mails = {
        mail.record.coordinator: text_of(mail) for mail in house.turn_to(at("2010-06-25 13:00"))
    }

    assert "New York desk was told on Wed 23 June 2010: Wednesday 30 June" in mails["vienna"]
    assert "You were told on Wed 23 June 2010: Wednesday 30 June" in mails["new-york"]


def test_a_deputy_reads_whose_reminder_it_is():
    gone = away("23 June 2010 to 24 June 2010")
    house = a_house(a_world(CAMPAIGN, config=gone))

    mails = [
        text_of(mail)
        for mail in house.turn_to(at("2010-06-23 23:00"))
        if mail.record.coordinator == "new-york"
    ]

    assert "For Vienna desk, who is away" in " ".join(mails)
