"""Whoever was told a date that no longer holds hears of it, once, and nobody else does.

One story for each row of the table in tracker/changes/corrections.py, and for the cases around it.
"""

import pytest

from tests.builders import CONFIG, COUNCIL, a_world, at
from tests.corrected import (
    CALLS,
    CAMPAIGN,
    CANCELLED,
    FRIDAY,
    MONDAY,
    OPENED,
    THURSDAY,
    TO_FRIDAY,
    TO_MONDAY,
    a_house,
    corrected,
    council,
    reminded,
    text_of,
)
from tracker.changes.corrections import TABLE

pytestmark = pytest.mark.story


def test_a_session_moved_after_the_reminder_is_corrected_and_reminded_of_again():
    house = a_house(a_world(CAMPAIGN))
    assert reminded(house.turn_to(at("2010-06-23 09:00"))) == [("23 06:00", THURSDAY)]

    house.edit(a_world(CAMPAIGN, forums=council(TO_FRIDAY)))
    mails = house.turn_to(at("2010-06-26 09:00"))

    assert corrected(mails) == [
        ("23 09:10", "vienna", "calls", at("2010-06-23 10:00"), at("2010-06-24 10:00")),
        ("23 09:10", "vienna", "meeting", THURSDAY, FRIDAY),
    ]
    assert reminded(mails) == [("24 06:00", FRIDAY), ("25 06:00", FRIDAY)]


def test_a_correction_says_what_was_said_and_when_what_holds_and_what_comes_again():
    house = a_house(a_world(OPENED))
    house.turn_to(at("2010-06-23 09:00"))
    house.edit(a_world(OPENED, forums=council(TO_FRIDAY)))

    (mail,) = house.turn_to(at("2010-06-23 09:30"))

    assert mail.record.subject == "Now Fri 25 June 10:00, not Thu 24 June: Permanent Council"
    text = text_of(mail)
    assert "Moved to Friday 25 June 2010, 10:00 Vienna" in text
    assert "You were told on Wed 23 June 2010: Thursday 24 June 2010, 10:00 Vienna" in text
    assert "You will be reminded on Thu 24 June 2010 and Fri 25 June 2010" in text
    assert "the session of Thursday 24 June 2010 was moved: Ministerial" in text


def test_a_correction_stands_in_the_thread_of_its_campaign():
    house = a_house(a_world(OPENED))
    house.turn_to(at("2010-06-23 09:00"))
    house.edit(a_world(OPENED, forums=council(TO_FRIDAY)))
    house.turn_to(at("2010-06-23 09:30"))

    *_, reminder, correction = house.inbox("vienna@example.org")

    assert correction["References"] == reminder["References"]


def test_moved_before_anybody_was_told_changes_the_plan_and_sends_nothing():
    house = a_house(a_world(OPENED))
    house.turn_to(at("2010-06-15 09:00"))

    house.edit(a_world(OPENED, forums=council(TO_FRIDAY)))
    mails = house.turn_to(at("2010-06-24 09:00"))

    assert [one[1] for one in reminded(mails)] == [FRIDAY]
    assert [one for one in corrected(mails) if one[0] < "16"] == []


def test_there_and_back_again_before_it_left_sends_nothing():
    house = a_house(a_world(OPENED))
    house.turn_to(at("2010-06-23 09:00"))

    house.edit(a_world(OPENED, forums=council(TO_FRIDAY)))
    house.turn_to(at("2010-06-23 09:09"))
    house.edit(a_world(OPENED))
    mails = house.turn_to(at("2010-06-24 09:00"))

    assert corrected(mails) == []
    assert reminded(mails) == [("24 06:00", THURSDAY)]


def test_moved_twice_within_settle_is_corrected_once_after_the_last_edit():
    house = a_house(a_world(OPENED))
    house.turn_to(at("2010-06-23 09:00"))

    house.edit(a_world(OPENED, forums=council(TO_FRIDAY)))
    house.turn_to(at("2010-06-23 09:09"))
    house.edit(a_world(OPENED, forums=council(TO_MONDAY)))
    mails = house.turn_to(at("2010-06-23 12:00"))

    assert corrected(mails) == [("23 09:19", "vienna", "meeting", THURSDAY, MONDAY)]


def test_moved_again_after_the_correction_is_corrected_from_what_was_told_last():
    house = a_house(a_world(OPENED))
    house.turn_to(at("2010-06-23 09:00"))
    house.edit(a_world(OPENED, forums=council(TO_FRIDAY)))
    house.turn_to(at("2010-06-23 10:00"))

    house.edit(a_world(OPENED, forums=council(TO_MONDAY)))
    mails = house.turn_to(at("2010-06-23 12:00"))

    assert corrected(mails) == [("23 10:10", "vienna", "meeting", FRIDAY, MONDAY)]


def test_moved_corrected_and_moved_back_is_corrected_again_and_no_reminder_comes_twice():
    house = a_house(a_world(OPENED))
    house.turn_to(at("2010-06-23 09:00"))
    house.edit(a_world(OPENED, forums=council(TO_FRIDAY)))
    house.turn_to(at("2010-06-23 10:00"))

    house.edit(a_world(OPENED))
    mails = house.turn_to(at("2010-06-24 12:00"))

    assert corrected(mails) == [("23 10:10", "vienna", "meeting", FRIDAY, THURSDAY)]
    assert reminded(mails) == [("24 06:00", THURSDAY)]
    keys = [one.occurrence.key.split("/")[-2:] for one in house.store.lines()]
    assert ["1", "vienna"] in keys, "a correction has a running number"
    assert ["2", "vienna"] in keys


def test_a_cancelled_session_is_corrected_with_no_date():
    house = a_house(a_world(OPENED))
    house.turn_to(at("2010-06-23 09:00"))

    house.edit(a_world(OPENED, forums=council(CANCELLED)))
    mails = house.turn_to(at("2010-06-25 12:00"))

    assert corrected(mails) == [("23 09:10", "vienna", "meeting", THURSDAY, None)]
    assert reminded(mails) == []
    assert mails[0].record.subject == "Cancelled: Permanent Council of Thu 24 June"
    assert "the session is cancelled: no quorum" in text_of(mails[0])


def test_a_meeting_moved_into_the_past_is_corrected_and_not_reminded_of():
    house = a_house(a_world(OPENED))
    house.turn_to(at("2010-06-23 09:00"))
    past = 'moved = [{ from = 2010-06-24, to = "2010-06-22 at 10:00" }]\n'

    house.edit(a_world(OPENED, forums=council(past)))
    mails = house.turn_to(at("2010-06-25 12:00"))

    assert corrected(mails) == [
        ("23 09:10", "vienna", "meeting", THURSDAY, at("2010-06-22 08:00")),
    ]
    assert reminded(mails) == []
    assert "which is past" in text_of(mails[0])


def test_a_deadline_moved_into_the_past_is_corrected_and_told_as_late_in_one_mail():
    house = a_house(a_world(CAMPAIGN))
    house.turn_to(at("2010-06-22 09:00"))
    earlier = CAMPAIGN.replace("1 working day before meeting at 12:00", "21 June 2010 at 12:00")

    house.edit(a_world(earlier))
    (mail,) = house.turn_to(at("2010-06-22 12:00"))

    assert [(line.item, str(line.kind)) for line in mail.written.lines] == [
        ("calls", "overdue"),
        ("calls", "correction"),
    ]


def test_a_correction_rides_on_an_earlier_mail_to_that_reader():
    house = a_house(a_world(OPENED))
    house.turn_to(at("2010-06-23 06:00"))
    house.clock.at = at("2010-06-24 05:55")
    house.edit(a_world(OPENED, forums=council(TO_MONDAY)))

    mails = house.turn_to(at("2010-06-24 06:30"))

    assert corrected(mails) == [("24 06:00", "vienna", "meeting", THURSDAY, MONDAY)]
    assert len(mails) == 1


def test_leads_already_past_do_not_come_again_where_a_correction_goes():
    house = a_house(a_world(OPENED))
    house.turn_to(at("2010-06-23 09:00"))
    tomorrow = 'moved = [{ from = 2010-06-24, to = "2010-06-24 at 15:00" }]\n'

    house.edit(a_world(OPENED, forums=council(tomorrow)))
    mails = house.turn_to(at("2010-06-23 23:00"))

    assert corrected(mails) == [
        ("23 09:10", "vienna", "meeting", THURSDAY, at("2010-06-24 13:00")),
    ]
    assert reminded(mails) == []


def test_who_was_not_told_is_reminded_late_and_not_corrected():
    house = a_house(a_world(OPENED))
    house.turn_to(at("2010-06-23 09:00"))
    joined = OPENED.replace('["vienna"]', '["vienna", "new-york"]')

    house.edit(a_world(joined, forums=council(TO_FRIDAY)))
    mails = house.turn_to(at("2010-06-24 12:00"))

    assert [one[1] for one in corrected(mails)] == ["vienna"]
    told = [mail for mail in mails if mail.record.coordinator == "new-york"]
    assert [one[1] for one in reminded(told)] == [FRIDAY]


def test_a_session_cancelled_after_one_of_two_was_reminded_is_a_correction_to_that_one_only():
    daily = CONFIG.replace('digest = "weekly"', 'digest = "daily"')
    both = OPENED.replace('["vienna"]', '["vienna", "new-york"]')
    house = a_house(a_world(both, config=daily))
    house.turn_to(at("2010-06-23 09:00"))  # 05:00 in New York: only Vienna was reminded

    house.edit(a_world(both, config=daily, forums=council(CANCELLED)))
    mails = house.turn_to(at("2010-06-23 13:00"))

    assert [one[1] for one in corrected(mails)] == ["vienna"]
    (digest,) = (mail for mail in mails if mail.record.coordinator == "new-york")
    assert "Permanent Council meets cancelled" in text_of(digest)


def test_settled_items_are_not_corrected():
    settled = CAMPAIGN + '[[log]]\non = 2010-06-22\nfact = "done"\nitem = "calls"\n'
    house = a_house(a_world(CAMPAIGN))
    house.turn_to(at("2010-06-22 09:00"))
    house.edit(a_world(settled))
    house.turn_to(at("2010-06-22 10:00"))

    later = settled.replace("1 working day before meeting at 12:00", "23 June 2010 at 18:00")
    house.edit(a_world(later))

    assert corrected(house.turn_to(at("2010-06-22 23:00"))) == []


def test_past_items_are_not_corrected():
    house = a_house(a_world(OPENED))
    house.turn_to(at("2010-06-24 12:00"))
    earlier = 'moved = [{ from = 2010-06-24, to = "2010-06-23 at 10:00" }]\n'

    house.edit(a_world(OPENED, forums=council(earlier)))

    assert corrected(house.turn_to(at("2010-06-30 12:00"))) == []


def test_a_closed_campaign_is_not_corrected():
    house = a_house(a_world(OPENED))
    house.turn_to(at("2010-06-23 09:00"))
    closed = OPENED.replace("coordinators", "closed = 2010-06-23\ncoordinators")

    house.edit(a_world(closed, forums=council(TO_FRIDAY)))

    assert corrected(house.turn_to(at("2010-06-30 12:00"))) == []


def test_a_deadline_with_a_date_of_its_own_stays_when_the_meeting_moves():
    fixed = CAMPAIGN.replace("1 working day before meeting at 12:00", "23 June 2010 at 12:00")
    house = a_house(a_world(fixed))
    house.turn_to(at("2010-06-23 09:00"))

    house.edit(a_world(fixed, forums=council(TO_FRIDAY)))

    assert {one[2] for one in corrected(house.turn_to(at("2010-06-23 10:00")))} == {"meeting"}


def test_a_new_holiday_moves_a_deadline_and_is_corrected():
    world = a_world(CAMPAIGN)
    house = a_house(world)
    house.turn_to(at("2010-06-22 09:00"))
    vienna = 'name = "Vienna"\ntimezone = "Europe/Vienna"\nadd = ["23 June 2010"]\n'

    house.edit(a_world(CAMPAIGN, workdays={"vienna": vienna}))

    assert corrected(house.turn_to(at("2010-06-22 09:30"))) == [
        ("22 09:10", "vienna", "calls", at("2010-06-23 10:00"), at("2010-06-22 10:00")),
    ]


def test_a_new_recess_takes_the_session_away():
    house = a_house(a_world(OPENED.replace("date = 2010-06-24", 'sessions = "every"')))
    house.turn_to(at("2010-06-23 09:00"))
    recess = {"council": COUNCIL.replace("recess = [", 'recess = ["24 June 2010", ')}

    house.edit(a_world(OPENED.replace("date = 2010-06-24", 'sessions = "every"'), forums=recess))

    assert corrected(house.turn_to(at("2010-06-23 09:30"))) == [
        ("23 09:10", "vienna", "meeting", THURSDAY, None),
    ]


def test_a_playbooks_new_due_date_corrects_every_campaign_that_uses_it():
    uses = OPENED.replace("coordinators", 'playbook = "quick"\ncoordinators')
    quick = 'name = "Quick"\n' + CALLS
    house = a_house(a_world(uses, uses, playbooks={"quick": quick}))
    house.turn_to(at("2010-06-22 09:00"))

    later = quick.replace("at 12:00", "at 17:00")
    house.edit(a_world(uses, uses, playbooks={"quick": later}))
    mails = house.turn_to(at("2010-06-22 10:00"))

    assert corrected(mails) == 2 * [
        ("22 09:10", "vienna", "calls", at("2010-06-23 10:00"), at("2010-06-23 15:00")),
    ]
    assert len(mails) == 1


def test_who_left_the_campaign_was_told_all_the_same_and_who_left_config_gets_nothing():
    both = OPENED.replace('["vienna"]', '["vienna", "new-york"]')
    alone = OPENED.replace('["vienna"]', '["new-york"]')
    _, _, york = CONFIG.partition('[[coordinator]]\nid = "new-york"')
    only_york = f'workdays = "vienna"\n[[coordinator]]\nid = "new-york"{york}'
    for config, wanted in ((CONFIG, ["vienna"]), (only_york, [])):
        house = a_house(a_world(both))
        house.turn_to(at("2010-06-23 09:00"))

        house.edit(a_world(alone, config=config, forums=council(CANCELLED)))
        mails = house.turn_to(at("2010-06-23 10:00"))

        told = [one[1] for one in corrected(mails)]
        assert [one for one in told if one == "vienna"] == wanted


def test_the_campaign_aims_at_another_session_and_says_which():
    house = a_house(a_world(OPENED))
    house.turn_to(at("2010-06-23 09:00"))

    house.edit(a_world(OPENED.replace("date = 2010-06-24", "date = 2010-07-01")))
    mails = house.turn_to(at("2010-06-23 12:00"))

    assert corrected(mails) == [
        ("23 09:10", "vienna", "meeting", THURSDAY, at("2010-07-01 08:00")),
    ]
    house.edit(a_world(OPENED))
    back = house.turn_to(at("2010-06-24 12:00"))
    assert corrected(back) == [
        ("23 12:10", "vienna", "meeting", at("2010-07-01 08:00"), THURSDAY),
    ]


def test_a_step_that_is_dropped_is_corrected_with_no_date():
    house = a_house(a_world(CAMPAIGN))
    house.turn_to(at("2010-06-22 09:00"))

    house.edit(a_world(OPENED))

    assert corrected(house.turn_to(at("2010-06-22 10:00"))) == [
        ("22 09:10", "vienna", "calls", at("2010-06-23 10:00"), None),
    ]


def test_every_row_of_the_table_has_its_story():
    assert [row[0] for row in TABLE] == [
        "its file is not in force",
        "the campaign is closed",
        "a fact has settled it",
        "the date told holds, or holds again",
        "the day of both dates is over",
        "told in passing, and the next digest comes before both dates",
        "both dates are past",
        "told, and no longer true",
    ]
