"""Whoever was told a date that no longer holds hears of it, once, and nobody else does.

One story for each row of the table in tracker/changes/corrections.py, and for the cases around it.
"""

from email import message_from_bytes, policy

import pytest

from tests.builders import CONFIG, COUNCIL, LETTER, a_world, at
from tests.house import House, lines_of
from tracker.app.sending import Sent
from tracker.campaign import World
from tracker.changes.corrections import TABLE
from tracker.delivery import Outcome

pytestmark = pytest.mark.story

CALLS = """
[[deadline]]
id = "calls"
what = "Call the embassies"
due = "1 working day before meeting at 12:00"
"""
OPENED = LETTER.replace("dated = 2010-06-22", "dated = 2010-06-14")
CAMPAIGN = OPENED + CALLS
BOTH = CAMPAIGN.replace('["vienna"]', '["vienna", "new-york"]')
TO_FRIDAY = 'moved = [{ from = 2010-06-24, to = "2010-06-25 at 10:00", why = "Ministerial" }]\n'
TO_MONDAY = 'moved = [{ from = 2010-06-24, to = "2010-06-28 at 10:00" }]\n'
CANCELLED = 'cancelled = [{ on = 2010-06-24, why = "no quorum" }]\n'
THURSDAY, FRIDAY = at("2010-06-24 08:00"), at("2010-06-25 08:00")
MONDAY = at("2010-06-28 08:00")


NEVER = CONFIG.replace('"weekdays"', '"never"').replace('"weekly"', '"never"')


def council(more: str) -> dict[str, str]:
    return {"council": COUNCIL + more}


def a_house(world: World) -> House:
    return House(world, replayed=False, opened=at("2010-06-14 05:00"))


def corrected(mails: list[Sent]) -> list[tuple[str, str, str, object, object]]:
    """List (moment, reader, item, was, is) of every correction."""
    return [
        (f"{mail.at:%d %H:%M}", mail.record.coordinator, line.item, line.was, line.states)
        for mail in mails
        for line in mail.written.lines
        if line.kind == "correction"
    ]


def reminded(mails: list[Sent], item: str = "meeting") -> list[tuple[str, object]]:
    return [
        (f"{mail.at:%d %H:%M}", line.states)
        for mail in mails
        for line in mail.written.lines
        if line.kind == "reminder" and line.item == item
    ]


def text_of(mail: Sent) -> str:
    body = message_from_bytes(mail.record.raw, policy=policy.default).get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


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


def test_during_a_pause_no_correction_leaves_and_afterwards_it_does():
    paused = OPENED.replace(
        "coordinators", 'paused = "23 June 2010 to 25 June 2010"\ncoordinators'
    )
    house = a_house(a_world(OPENED))
    house.turn_to(at("2010-06-23 09:00"))

    house.edit(a_world(paused, forums=council(TO_MONDAY)))

    assert corrected(house.turn_to(at("2010-06-26 12:00"))) == [
        ("26 06:00", "vienna", "meeting", THURSDAY, MONDAY),
    ]


def paused(letter: str, days: str) -> str:
    return letter.replace("coordinators", f'paused = "{days}"\ncoordinators', 1)


def test_a_correction_that_waits_for_a_pause_leaves_when_the_pause_is_taken_out_again():
    house = a_house(a_world(OPENED))
    house.turn_to(at("2010-06-23 09:00"))
    moved = council(TO_MONDAY)
    house.edit(a_world(paused(OPENED, "23 June 2010 to 1 July 2010"), forums=moved))
    assert corrected(house.turn_to(at("2010-06-24 12:00"))) == []

    house.edit(a_world(OPENED, forums=moved))

    assert corrected(house.turn_to(at("2010-06-24 13:00"))) == [
        ("24 12:10", "vienna", "meeting", THURSDAY, MONDAY),
    ]


def test_a_correction_leaves_on_the_readers_first_morning_after_a_pause():
    far = NEVER.replace("Europe/Vienna", "Australia/Lord_Howe").replace("vienna", "lord-howe")
    letter = OPENED.replace("vienna", "lord-howe")
    house = a_house(
        a_world(letter, config=far.replace('workdays = "lord-howe"', 'workdays = "vienna"'))
    )
    house.turn_to(at("2010-06-23 09:00"))
    world = a_world(
        paused(letter, "23 June 2010 to 24 June 2010"),
        config=far.replace('workdays = "lord-howe"', 'workdays = "vienna"'),
        forums=council('moved = [{ from = 2010-06-24, to = "2010-06-30 at 10:00" }]\n'),
    )
    house.edit(world)

    mails = house.turn_to(at("2010-06-24 21:55"))
    mails += house.turn_to(at("2010-06-24 22:05"))  # past midnight in Vienna, 08:35 on the island
    mails += house.turn_to(at("2010-06-25 22:00"))

    assert [one[0] for one in corrected(mails)] == ["25 21:30"]


def test_what_an_edit_dates_back_before_a_pause_waits_until_it_is_over():
    letter = paused(OPENED.replace("2010-06-24", "2010-07-01"), "30 June 2010 to 30 June 2010")
    ahead = CALLS.replace("1 working day before meeting", "2010-07-05")
    house = a_house(a_world(letter + ahead, config=NEVER))
    house.turn_to(at("2010-06-30 07:00"))

    house.edit(a_world(letter + ahead.replace("2010-07-05", "2010-06-28"), config=NEVER))

    assert house.turn_to(at("2010-07-01 05:00")) == []
    late = lines_of(house.turn_to(at("2010-07-01 06:30")), item="calls")
    assert [one[0] for one in late] == ["2010-07-01 06:00"] * 2
    assert {one[3] for one in late} == {"overdue", "correction"}


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


def test_a_failed_reminder_has_told_nobody_and_one_without_an_answer_may_have():
    for outcome, wanted in (
        (Outcome("permanent", 550, "no such mailbox"), []),
        (Outcome("unknown", None, "no answer"), ["vienna"]),
    ):
        house = a_house(a_world(OPENED))
        house.turn_to(at("2010-06-22 23:00"))
        house.outcomes.append(outcome)
        house.turn_to(at("2010-06-23 06:00"))

        house.edit(a_world(OPENED, forums=council(CANCELLED)))

        house.wake()
        mails = house.jump_to(at("2010-06-23 06:10"))
        assert [one[1] for one in corrected(mails)] == wanted, outcome.state


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


def test_a_deputy_who_was_told_as_well_hears_of_a_move_once():
    house = a_house(a_world(BOTH, config=NEVER))
    house.turn_to(at("2010-06-23 15:00"))
    gone = away("23 June 2010 to 25 June 2010")

    house.edit(a_world(BOTH, config=gone, forums=council(TO_MONDAY)))

    moved = [one for one in corrected(house.turn_to(at("2010-06-24 23:00"))) if one[3] == THURSDAY]
    assert moved == [("23 15:10", "new-york", "meeting", THURSDAY, MONDAY)]


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


def test_told_only_in_an_accepted_notice_waits_for_the_next_digest():
    later = OPENED.replace("date = 2010-06-24", "date = 2010-07-08")
    moved = 'moved = [{ from = 2010-07-08, to = "2010-07-09 at 10:00" }]\n'
    house = a_house(a_world(later))
    house.turn_to(at("2010-06-14 12:00"))

    house.edit(a_world(later, forums=council(moved)))
    mails = house.turn_to(at("2010-06-18 12:00"))

    assert corrected(mails) == []
    assert [(f"{mail.at:%d %H:%M}", mail.written.kind) for mail in mails] == [
        ("15 06:00", "digest"),
    ]
    text = text_of(mails[0])
    assert "Dates that changed" in text
    assert "Moved to Friday 9 July 2010, 10:00 Vienna" in text.replace("moved", "Moved")
    assert text.count("9 July 2010, 10:00") == 1, "nothing stands twice"


def test_told_only_in_an_accepted_notice_goes_at_once_if_the_date_comes_before_the_digest():
    weekly = CONFIG.replace('digest = "weekdays"', 'digest = "weekly"')
    house = a_house(a_world(OPENED, config=weekly))
    house.turn_to(at("2010-06-22 12:00"))

    house.edit(a_world(OPENED, config=weekly, forums=council(TO_FRIDAY)))

    assert corrected(house.turn_to(at("2010-06-22 13:00"))) == [
        ("22 12:10", "vienna", "meeting", THURSDAY, FRIDAY),
    ]


def test_a_correction_waits_for_the_readers_morning_and_not_for_a_date_that_comes_before():
    house = a_house(a_world(OPENED))
    house.turn_to(at("2010-06-23 23:00"))  # 01:00 in Vienna

    house.edit(a_world(OPENED, forums=council(TO_MONDAY)))

    assert corrected(house.turn_to(at("2010-06-24 07:00"))) == [
        ("24 06:00", "vienna", "meeting", THURSDAY, MONDAY),
    ]


def test_an_edit_just_before_the_meeting_does_not_wait_until_it_is_over():
    house = a_house(a_world(OPENED))
    house.turn_to(at("2010-06-24 07:55"))

    house.edit(a_world(OPENED, forums=council(CANCELLED)))

    assert corrected(house.turn_to(at("2010-06-24 08:30"))) == [
        ("24 07:55", "vienna", "meeting", THURSDAY, None),
    ]


def asleep_past_the_deadline_of_a_cancelled_session(until: str) -> tuple[House, list[Sent]]:
    """Calls by Wednesday noon, told on Monday in passing; the tracker sleeps from then on."""
    house = a_house(a_world(CAMPAIGN.replace("2010-06-24", "2010-06-17")))
    house.turn_to(at("2010-06-14 12:00"))
    off = council('cancelled = [{ on = 2010-06-17, why = "no quorum" }]\n')
    house.edit(a_world(CAMPAIGN.replace("2010-06-24", "2010-06-17"), forums=off))
    house.wake()
    return house, house.jump_to(at(until))


def test_a_digest_that_leaves_late_still_says_what_it_was_to_say_before_the_date():
    _, mails = asleep_past_the_deadline_of_a_cancelled_session("2010-06-16 14:00")

    (digest,) = mails
    assert digest.written.kind == "digest"
    changed = text_of(digest).partition("Dates that changed")[2]
    assert "Call the embassies" in changed.partition("What changed")[0]


def test_once_the_day_is_over_neither_digest_nor_correction_says_it():
    _, mails = asleep_past_the_deadline_of_a_cancelled_session("2010-06-18 14:00")

    assert corrected(mails) == []
    assert [mail for mail in mails if "Dates that changed" in text_of(mail)] == []


def test_a_correction_that_could_not_leave_on_its_day_has_expired():
    house = a_house(a_world(CAMPAIGN))
    house.turn_to(at("2010-06-23 09:00"))
    house.edit(a_world(CAMPAIGN, forums=council(CANCELLED)))
    house.wake()

    assert corrected(house.jump_to(at("2010-06-25 09:00"))) == []

    kept = [one for one in house.store.lines() if one.occurrence.kind == "correction"]
    assert {one.state for one in kept} == {"expired"}


def test_a_date_that_comes_after_an_expired_correction_is_corrected_all_the_same():
    house = a_house(a_world(CAMPAIGN))
    house.turn_to(at("2010-06-23 09:00"))
    house.edit(a_world(CAMPAIGN, forums=council(CANCELLED)))
    house.wake()
    house.jump_to(at("2010-06-25 09:00"))

    house.edit(a_world(CAMPAIGN, forums=council(TO_MONDAY)))

    assert corrected(house.turn_to(at("2010-06-25 12:00"))) == [
        ("25 09:10", "vienna", "calls", at("2010-06-23 10:00"), at("2010-06-25 10:00")),
        ("25 09:10", "vienna", "meeting", THURSDAY, MONDAY),
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
