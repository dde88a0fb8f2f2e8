"""When a correction leaves: after a night, a pause, a digest, a sleep or a lost answer."""

import asyncio

import pytest

from tests.builders import CONFIG, a_world, at
from tests.corrected import (
    CALLS,
    CAMPAIGN,
    CANCELLED,
    FRIDAY,
    MONDAY,
    NEVER,
    OPENED,
    THURSDAY,
    TO_FRIDAY,
    TO_MONDAY,
    a_house,
    corrected,
    council,
    text_of,
)
from tests.house import House, lines_of
from tracker.app.sending import Sent
from tracker.delivery import Outcome

pytestmark = pytest.mark.story


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


def test_a_mail_whose_answer_is_lost_again_and_again_was_told_when_it_first_left():
    house = a_house(a_world(OPENED, config=NEVER))
    house.turn_to(at("2010-06-22 23:00"))
    house.outcomes.append(Outcome("unknown", None, "no answer"))
    house.turn_to(at("2010-06-23 06:00"))
    house.edit(a_world(OPENED, config=NEVER, forums=council(TO_MONDAY)))

    mails = house.turn_to(at("2010-06-23 06:12"))
    asyncio.run(house.engine.retry_due())  # sent at last, after the correction
    mails += house.turn_to(at("2010-06-23 07:00"))

    assert corrected(mails) == [("23 06:10", "vienna", "meeting", THURSDAY, MONDAY)]


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


def test_an_accepted_notice_that_was_refused_has_told_nobody_a_date():
    for outcome, says in (
        (Outcome("permanent", 550, "no such mailbox"), False),
        (Outcome("sent", 250, "taken"), True),
    ):
        house = a_house(a_world(OPENED))
        house.outcomes.append(outcome)
        house.turn_to(at("2010-06-14 05:30"))

        house.edit(a_world(OPENED, forums=council(TO_MONDAY)))

        (digest,) = house.turn_to(at("2010-06-14 06:30"))
        assert ("Dates that changed" in text_of(digest)) == says, outcome.state


def test_told_only_in_an_accepted_notice_goes_at_once_if_the_date_comes_before_the_digest():
    weekly = CONFIG.replace('digest = "weekdays"', 'digest = "weekly"')
    house = a_house(a_world(OPENED, config=weekly))
    house.turn_to(at("2010-06-22 12:00"))

    house.edit(a_world(OPENED, config=weekly, forums=council(TO_FRIDAY)))

    assert corrected(house.turn_to(at("2010-06-22 13:00"))) == [
        ("22 12:10", "vienna", "meeting", THURSDAY, FRIDAY),
    ]


def test_a_correction_waits_for_the_readers_morning():
    house = a_house(a_world(OPENED))
    house.turn_to(at("2010-06-23 23:00"))  # 01:00 in Vienna

    house.edit(a_world(OPENED, forums=council(TO_MONDAY)))

    assert corrected(house.turn_to(at("2010-06-24 07:00"))) == [
        ("24 06:00", "vienna", "meeting", THURSDAY, MONDAY),
    ]


def test_a_correction_leaves_by_night_where_a_date_comes_before_the_morning():
    early = 'moved = [{ from = 2010-06-24, to = "2010-06-24 at 07:00" }]\n'
    house = a_house(a_world(OPENED))
    house.turn_to(at("2010-06-23 23:00"))  # 01:00 in Vienna

    house.edit(a_world(OPENED, forums=council(early)))

    assert corrected(house.turn_to(at("2010-06-24 07:00"))) == [
        ("23 23:10", "vienna", "meeting", THURSDAY, at("2010-06-24 05:00")),
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


def test_another_hour_of_the_same_day_is_said_by_the_hours():
    house = a_house(a_world(OPENED))
    house.turn_to(at("2010-06-23 09:00"))
    same = 'moved = [{ from = 2010-06-24, to = "2010-06-24 at 15:00" }]\n'

    house.edit(a_world(OPENED, forums=council(same)))

    (mail,) = house.turn_to(at("2010-06-23 09:30"))
    assert mail.record.subject == "Now Thu 24 June 15:00, not 10:00: Permanent Council"


def test_a_meeting_that_a_deferral_no_longer_adds_is_off_the_plan_by_that_edit():
    outcome = (
        '[[log]]\non = 2010-06-24\nfact = "outcome"\nask = "mission"\nmeeting = 2010-06-24\n'
        'result = "deferred"\nto = {}\n'
    )
    house = a_house(a_world(CAMPAIGN))
    house.turn_to(at("2010-06-24 12:00"))
    house.edit(a_world(CAMPAIGN + outcome.format("2010-07-01")))
    house.turn_to(at("2010-06-29 12:00"))

    house.edit(a_world(CAMPAIGN + outcome.format("2010-07-08")))

    (mail,) = house.turn_to(at("2010-06-29 13:00"))
    assert mail.record.subject == "Off the plan: Call the embassies, due Wed 30 June (letter)"
    assert (
        "(Log: outcome of mission deferred to Thursday 1 July 2010 at the meeting of Thursday"
        " 24 June 2010, on Thursday 24 June 2010 → outcome of mission deferred to Thursday 8"
        in text_of(mail)
    )


def test_a_step_that_is_left_out_is_off_the_plan_by_that_edit_and_no_other():
    house = a_house(a_world(CAMPAIGN))
    house.turn_to(at("2010-06-22 09:00"))
    other = CALLS.replace('"Call the embassies"', '"Call the seven embassies"')
    house.edit(a_world(OPENED + other))
    house.turn_to(at("2010-06-22 09:05"))

    house.edit(a_world(OPENED))

    (mail,) = house.turn_to(at("2010-06-22 10:00"))
    assert (
        "Why: it is no longer among the steps of this campaign (Deadline taken out: Call the"
        " seven embassies (calls))" in text_of(mail)
    )


def test_a_step_that_went_with_its_playbook_says_so():
    playbooks = {name: f'name = "{name}"\nsummary = "x"\n' for name in ("slow", "quick")}
    playbooks["slow"] += CALLS
    slow = OPENED.replace("coordinators", 'playbook = "slow"\ncoordinators')
    house = a_house(a_world(slow, playbooks=playbooks))
    house.turn_to(at("2010-06-22 09:00"))

    house.edit(a_world(slow.replace('"slow"', '"quick"'), playbooks=playbooks))

    (mail,) = house.turn_to(at("2010-06-22 10:00"))
    assert "among the steps of this campaign (Playbook: slow → quick)" in text_of(mail)
