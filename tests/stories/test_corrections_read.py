"""What a correction says at first sight: its subject, and where the meeting is."""

import pytest

from tests.builders import CONFIG, COUNCIL, SECURITY_COUNCIL, a_world, at
from tests.corrected import CALLS, CAMPAIGN, OPENED, TO_FRIDAY, a_house, council, text_of
from tests.house import House

pytestmark = pytest.mark.story

YORK = CONFIG.replace('timezone = "Europe/Vienna"', 'timezone = "America/New_York"')


def test_to_a_reader_elsewhere_a_correction_names_the_place_of_its_hour():
    house = a_house(a_world(OPENED, config=YORK))
    house.turn_to(at("2010-06-23 13:00"))
    house.edit(a_world(OPENED, config=YORK, forums=council(TO_FRIDAY)))

    (mail,) = house.turn_to(at("2010-06-23 13:30"))

    said = "Now Fri 25 June 10:00 Vienna, not Thu 24 June: Permanent Council"
    assert mail.record.subject == said
    assert f"{said}." in text_of(mail)


def test_a_correction_says_where_the_meeting_is():
    house = a_house(a_world(OPENED))
    house.turn_to(at("2010-06-23 09:00"))
    house.edit(a_world(OPENED, forums=council(TO_FRIDAY)))

    (mail,) = house.turn_to(at("2010-06-23 09:30"))

    assert "Moved to Friday 25 June 2010, 10:00 Vienna, Hofburg, Vienna" in text_of(mail)


def test_a_long_name_takes_no_count_off_a_subject():
    named = COUNCIL.replace("Permanent Council", "Permanent Council of the Organization")
    house = a_house(a_world(CAMPAIGN, forums={"council": named}))
    house.turn_to(at("2010-06-23 09:00"))
    house.edit(a_world(CAMPAIGN, forums={"council": named + TO_FRIDAY}))

    (mail,) = house.turn_to(at("2010-06-23 09:30"))

    said = "Now Fri 25 June, not Thu 24 June: Permanent Council ... and 1 more"
    assert mail.record.subject == said


def test_a_corrected_date_for_several_targets_can_be_settled_for_each():
    targets = "".join(f'[[target]]\nid = "{one}"\npost = "{one}"\n' for one in ("us", "uk"))
    calls = CALLS.replace("due =", 'for = "each target"\nuntil = "reply"\ndue =')
    house = a_house(a_world(OPENED + targets + calls))
    house.turn_to(at("2010-06-23 09:00"))
    house.edit(a_world(OPENED + targets + calls, forums=council(TO_FRIDAY)))

    (mail,) = house.turn_to(at("2010-06-23 09:30"))

    for one in ("us", "uk"):
        assert f"tracker log letter reply --target {one}" in text_of(mail)


def test_a_meeting_without_an_hour_is_corrected_by_its_days_alone():
    ministers = OPENED.replace('forum = "council"', 'name = "Ministers"')
    house = a_house(a_world(ministers))
    house.turn_to(at("2010-06-23 09:00"))
    house.edit(a_world(ministers.replace("2010-06-24", '"2010-06-28 to 2010-06-29"')))

    (mail,) = house.turn_to(at("2010-06-23 09:30"))

    assert mail.record.subject == "Now Mon 28 June, not Thu 24 June: Ministers"
    said = text_of(mail)
    assert "Moved to Monday 28 June 2010 to Tuesday 29 June 2010, time not known" in said
    assert "You were told on Wed 23 June 2010: Thursday 24 June 2010, time not known" in said
    assert "09:00" not in said


def test_a_meeting_that_lost_its_hour_is_corrected():
    timed = OPENED.replace('forum = "council"', 'name = "Ministers"\ntime = "15:00"')
    house = a_house(a_world(timed))
    house.turn_to(at("2010-06-23 09:00"))
    house.edit(a_world(timed.replace('time = "15:00"\n', "")))

    (mail,) = house.turn_to(at("2010-06-23 09:30"))

    assert mail.record.subject == "Now Thu 24 June, hour not known, not 15:00: Ministers"


def test_a_meeting_without_an_hour_that_was_taken_out_is_corrected_by_its_day():
    ministers = OPENED.replace('forum = "council"', 'name = "Ministers"')
    house = a_house(a_world(ministers))
    house.turn_to(at("2010-06-23 09:00"))
    house.edit(a_world(ministers.partition("[[meeting]]")[0]))

    (mail,) = house.turn_to(at("2010-06-23 09:30"))

    assert "You were told on Wed 23 June 2010: Thursday 24 June 2010, time not known" in text_of(
        mail
    )


def test_an_hour_that_becomes_known_was_never_told_otherwise():
    ministers = OPENED.replace('forum = "council"', 'name = "Ministers"')
    house = a_house(a_world(ministers))
    house.turn_to(at("2010-06-23 09:00"))
    house.edit(a_world(f'{ministers}time = "15:00"\n'))

    (mail,) = house.turn_to(at("2010-06-23 09:30"))

    assert mail.record.subject == "Now Thu 24 June 15:00: Ministers"
    assert "You were told on Wed 23 June 2010: Thursday 24 June 2010, time not known" in text_of(
        mail
    )


def test_an_hour_of_a_session_that_becomes_known_was_never_told_otherwise():
    letter = OPENED.replace('forum = "council"', 'forum = "security-council"')
    timed = SECURITY_COUNCIL.replace('"24 June 2010"', '"24 June 2010 at 15:00"')
    house = a_house(a_world(letter))
    house.turn_to(at("2010-06-23 09:00"))
    house.edit(a_world(letter, forums={"security-council": timed}))

    (mail,) = house.turn_to(at("2010-06-23 09:30"))

    assert mail.record.subject == "Now Thu 24 June 15:00 New York: Security Council"
    assert "Thursday 24 June 2010, time not known" in text_of(mail)


def test_nine_o_clock_that_was_told_is_said():
    timed = OPENED.replace('forum = "council"', 'name = "Ministers"\ntime = "09:00"')
    house = a_house(a_world(timed))
    house.turn_to(at("2010-06-23 09:00"))
    house.edit(a_world(timed.replace("09:00", "15:00")))

    (mail,) = house.turn_to(at("2010-06-23 09:30"))

    assert mail.record.subject == "Now Thu 24 June 15:00, not 09:00: Ministers"


DRAFT = """
[[deadline]]
id = "draft"
what = "Agree the text"
due = "2 working days before meeting at 18:00"
"""


def reminded_of_the_draft(letter: str) -> House:
    """Return a house in which the draft was reminded of, and its meeting not yet."""
    house = a_house(a_world(letter))
    house.turn_to(at("2010-06-21 09:00"))
    return house


def test_the_first_lines_say_that_the_meeting_before_a_corrected_date_has_moved():
    house = reminded_of_the_draft(OPENED + DRAFT)
    house.edit(a_world((OPENED + DRAFT).replace("2010-06-24", "2010-07-01")))

    (mail,) = house.turn_to(at("2010-06-21 09:30"))

    assert [line.item for line in mail.written.lines] == ["draft"]
    assert mail.written.content.headline == (
        "Permanent Council is now on Thursday 1 July 2010, not Thursday 24 June 2010."
        " Now Tue 29 June 18:00, not Tue 22 June: Agree the text."
    )


def test_a_session_that_its_forum_has_moved_is_said_before_a_corrected_date():
    house = reminded_of_the_draft(OPENED + DRAFT)
    house.edit(a_world(OPENED + DRAFT, forums=council(TO_FRIDAY)))

    (mail,) = house.turn_to(at("2010-06-21 09:30"))

    said = "Permanent Council is now on Friday 25 June 2010, not Thursday 24 June 2010. Now Wed"
    assert mail.written.content.headline.startswith(said)


def test_a_meeting_that_moved_again_and_again_is_said_from_the_day_told_to_the_last():
    house = reminded_of_the_draft(OPENED + DRAFT)
    for day in ("2010-07-01", "2010-07-08", "2010-07-15"):
        house.edit(a_world((OPENED + DRAFT).replace("2010-06-24", day)))
        house.turn_to(at("2010-06-21 09:01"))

    (mail,) = house.turn_to(at("2010-06-21 09:30"))

    said = "Permanent Council is now on Thursday 15 July 2010, not Thursday 24 June 2010. Now"
    assert mail.written.content.headline.startswith(said)


def test_a_meeting_that_is_corrected_itself_is_not_said_twice():
    house = a_house(a_world(CAMPAIGN))
    house.turn_to(at("2010-06-23 09:00"))
    house.edit(a_world(CAMPAIGN, forums=council(TO_FRIDAY)))

    (mail,) = house.turn_to(at("2010-06-23 09:30"))

    assert "is now on" not in mail.written.content.headline


def test_a_step_that_only_gets_another_date_says_nothing_of_its_meeting():
    house = reminded_of_the_draft(OPENED + DRAFT)
    house.edit(a_world(OPENED + DRAFT.replace("2 working days", "1 working day")))

    (mail,) = house.turn_to(at("2010-06-21 09:30"))

    assert "is now on" not in mail.written.content.headline
