"""The rules of the plan, one by one, on small letters."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.builders import COUNCIL, LETTER, a_world, at
from tests.house import House
from tracker.changes import Kept, compare
from tracker.events import replayed
from tracker.occurrence import Occurrence
from tracker.planning import plan

DEADLINE = """
[[deadline]]
id = "calls"
what = "Call the embassies"
due = "1 working day before meeting at 12:00"
remind = ["1 working day before", "on the day"]
"""
FOLLOW_UP = """
[[follow-up]]
id = "readout"
what = "Ask for the readout of {meeting}"
due = "1 working day after meeting"
repeat = "every 7 days, 2 more times"
until = "readout"
"""


def planned(
    *letters: str, now: str = "2010-06-21 22:00", **options: Any
) -> tuple[Occurrence, ...]:
    """Plan letters as a replay would, at a moment before anything was sent."""
    world = a_world(*letters, **options)
    return plan(world, replayed(world), now=at(now)).occurrences


def rows(
    lines: tuple[Occurrence, ...], item: str, state: str = "planned"
) -> list[tuple[Any, ...]]:
    """List (due in UTC, reader, lead or kind) of one item's lines."""
    return [
        (f"{one.due:%Y-%m-%d %H:%M}" if one.due else None, one.to, one.lead or str(one.kind))
        for one in lines
        if one.item == item and one.state == state
    ]


def test_a_meeting_is_reminded_of_on_the_readers_own_morning():
    lines = planned(LETTER.replace('["vienna"]', '["vienna", "new-york"]'))

    assert rows(lines, "meeting") == [
        ("2010-06-23 06:00", "vienna", "1 working day before"),
        ("2010-06-23 12:00", "new-york", "on the day"),
        ("2010-06-24 06:00", "vienna", "on the day"),
    ]


def test_the_session_of_thursday_begins_at_eight_utc_and_ends_its_reminders():
    meeting = [one for one in planned(LETTER) if one.item == "meeting"]

    assert {one.states for one in meeting} == {at("2010-06-24 08:00")}
    assert {one.expires for one in meeting} == {at("2010-06-24 08:00")}
    assert {(one.forum, str(one.session)) for one in meeting} == {("council", "2010-06-24")}


def test_two_leads_at_one_moment_are_one_line_named_by_the_later_lead():
    lines = planned(LETTER.replace('["vienna"]', '["new-york"]'))

    assert rows(lines, "meeting") == [("2010-06-23 12:00", "new-york", "on the day")]


def test_a_lead_with_an_hour_is_that_moment_in_the_campaigns_zone():
    lines = planned(LETTER + 'remind = ["1 day before at 15:00"]\n')

    assert rows(lines, "meeting") == [("2010-06-23 13:00", "vienna", "1 day before at 15:00")]


def test_what_lies_before_opening_is_left_out_with_its_reason():
    lines = planned(
        LETTER + DEADLINE.replace("1 working day before meeting", "2 working days before meeting")
    )

    assert rows(lines, "calls", "skipped") == [
        ("2010-06-21 06:00", "vienna", "1 working day before")
    ]
    assert rows(lines, "calls") == [
        ("2010-06-22 06:00", "vienna", "on the day"),
        ("2010-06-23 06:00", "vienna", "overdue"),
    ]
    (skipped,) = [one for one in lines if one.state == "skipped"]
    assert (
        skipped.reason
        == "already past on Tue 22 June 2010, when the tracker first saw the campaign"
    )


def test_a_deadline_before_a_meeting_ends_when_the_meeting_begins():
    lines = planned(LETTER.replace('["vienna"]', '["vienna", "new-york"]') + DEADLINE)
    overdue = [one for one in lines if one.item == "calls" and one.kind == "overdue"]

    assert [(one.to, one.due, one.expires) for one in overdue] == [
        ("vienna", at("2010-06-24 06:00"), at("2010-06-24 08:00"))
    ], "New York's morning of 24 June comes after the meeting began"


def test_a_done_deadline_is_silent():
    done = '[[log]]\non = 2010-06-22T09:00:00\nfact = "done"\nitem = "calls"\n'

    lines = planned(LETTER + DEADLINE + done, now="2010-06-22 07:00")

    assert rows(lines, "calls") == []


def test_a_fact_is_not_used_before_it_is_known():
    done = '[[log]]\non = 2010-06-22T09:00:00\nfact = "done"\nitem = "calls"\n'

    lines = planned(LETTER + DEADLINE + done, now="2010-06-22 06:59")

    assert rows(lines, "calls") != []


def test_a_follow_up_repeats_from_its_first_date():
    lines = planned(LETTER + FOLLOW_UP)

    assert rows(lines, "readout") == [
        ("2010-06-25 06:00", "vienna", "first"),
        ("2010-07-02 06:00", "vienna", "repeat 1"),
        ("2010-07-09 06:00", "vienna", "repeat 2"),
    ]
    assert {one.what for one in lines if one.item == "readout"} == {
        "Ask for the readout of Permanent Council of Thursday 24 June 2010"
    }


def test_escalation_comes_one_interval_after_the_last_repeat():
    lines = planned(LETTER + FOLLOW_UP + 'escalate = "new-york"\n')

    assert rows(lines, "readout")[-1] == ("2010-07-16 12:00", "new-york", "escalation")
    (last,) = [one for one in lines if one.kind == "escalation"]
    assert last.lead is None


def test_a_follow_up_ends_when_the_same_one_of_a_later_meeting_begins():
    later = LETTER + '[[meeting]]\nforum = "council"\ndate = 2010-07-01\n'

    lines = planned(later + FOLLOW_UP)

    assert rows(lines, "readout")[:3] == [
        ("2010-06-25 06:00", "vienna", "first"),
        ("2010-07-02 06:00", "vienna", "first"),
        ("2010-07-09 06:00", "vienna", "repeat 1"),
    ]


def outcome(result: str, on: str = "2010-06-24", more: str = "") -> str:
    return f'[[log]]\non = {on}\nfact = "outcome"\nask = "mission"\nresult = "{result}"\n{more}'


def test_a_deferral_adds_the_next_regular_session_by_itself():
    lines = planned(LETTER + outcome("deferred"), now="2010-06-25 00:00")

    assert rows(lines, "meeting") == [
        ("2010-06-30 06:00", "vienna", "1 working day before"),
        ("2010-07-01 06:00", "vienna", "on the day"),
    ]


def test_the_tracker_does_not_know_a_deferral_before_the_end_of_its_day():
    lines = planned(LETTER + outcome("deferred"), now="2010-06-24 21:59")

    assert rows(lines, "meeting") == []


def test_a_deferral_over_the_recess_aims_at_september():
    letter = LETTER.replace("2010-06-24", "2010-07-29")

    lines = planned(letter + outcome("deferred", "2010-07-29"), now="2010-07-30 00:00")

    assert {str(one.session) for one in lines if one.item == "meeting"} == {"2010-09-02"}


def test_a_settled_ask_stops_meetings_and_their_steps():
    letter = LETTER + '[[meeting]]\nforum = "council"\ndate = 2010-07-01\n' + FOLLOW_UP

    lines = planned(letter + outcome("met"), now="2010-06-25 00:00")

    assert rows(lines, "meeting") == rows(lines, "readout") == []


CARRIED_OUT = """
[[follow-up]]
id = "carried-out"
what = "Was it carried out: {ask}?"
due = "14 days after decision"
repeat = "every 14 days"
until = "settled"
"""


def test_partly_met_keeps_asking_every_two_weeks_until_settled():
    letter = LETTER.replace("2010-06-24", "2010-07-22") + CARRIED_OUT
    facts = outcome("partly met", "2010-07-22") + outcome(
        "superseded", "2010-11-18", 'meeting = "none"\n'
    )

    before = planned(letter + facts, now="2010-07-23 00:00")
    after = planned(letter + facts, now="2010-11-19 00:00")

    assert [row[0] for row in rows(before, "carried-out")][:9] == [
        f"2010-{day} 06:00"
        for day in ("08-05", "08-19", "09-02", "09-16", "09-30", "10-14", "10-28")
    ] + ["2010-11-11 07:00", "2010-11-25 07:00"]
    assert rows(after, "carried-out") == []
    assert {one.ask for one in before if one.item == "carried-out"} == {"mission"}


def test_carried_out_waits_for_a_decision():
    lines = planned(LETTER + CARRIED_OUT)

    (waiting,) = [one for one in lines if one.item == "carried-out"]
    assert (waiting.state, waiting.reason) == ("waiting", "waiting for decision")


def test_nothing_leaves_during_a_pause_and_what_still_holds_comes_once_after_it():
    letter = LETTER.replace("\n[[ask]]", '\npaused = "22 June 2010 to 5 July 2010"\n[[ask]]', 1)

    lines = planned(letter + FOLLOW_UP)

    assert rows(lines, "meeting") == []
    assert rows(lines, "readout") == [
        ("2010-07-06 06:00", "vienna", "repeat 1"),
        ("2010-07-09 06:00", "vienna", "repeat 2"),
    ]


def test_from_the_closing_day_nothing_is_planned():
    letter = LETTER.replace("\n[[ask]]", "\nclosed = 2010-07-02\n[[ask]]", 1)

    assert rows(planned(letter + FOLLOW_UP), "readout") == [
        ("2010-06-25 06:00", "vienna", "first")
    ]


NO_REPLY = """
[[target]]
id = "chair"
post = "Chairperson"
[[target]]
id = "france"
post = "Ambassador of France"
[[follow-up]]
id = "no-reply"
what = "Phone those who are silent"
for = "each target"
due = "5 working days after delivery"
until = "reply"
[[log]]
on = 2010-06-22
fact = "delivered"
"""


def test_silent_targets_are_one_line_and_a_reply_takes_a_name_off_it():
    reply = '[[log]]\non = 2010-06-25\nfact = "reply"\ntarget = "chair"\n'

    before = planned(LETTER + NO_REPLY + reply, now="2010-06-25 00:00")
    after = planned(LETTER + NO_REPLY + reply, now="2010-06-26 00:00")

    assert [one.targets for one in before if one.item == "no-reply"] == [("chair", "france")]
    assert [one.targets for one in after if one.item == "no-reply"] == [("france",)]


def test_overdue_waits_for_the_campaigns_next_working_day():
    letter = LETTER + '[[deadline]]\nid = "paper"\nwhat = "Send the paper"\ndue = 2010-06-25\n'

    assert rows(planned(letter), "paper")[-1] == ("2010-06-28 06:00", "vienna", "overdue")


def test_an_outside_sunday_is_never_shifted():
    letter = (
        LETTER
        + '[[deadline]]\nid = "names"\nwhat = "Name officers"\ndue = "Sunday 8 August 2010"\n'
    )

    lines = [one for one in planned(letter) if one.item == "names"]

    assert {one.states for one in lines} == {datetime(2010, 8, 8, 16, tzinfo=UTC)}
    assert rows(tuple(lines), "names") == [
        ("2010-08-06 06:00", "vienna", "1 working day before"),
        ("2010-08-08 06:00", "vienna", "on the day"),
        ("2010-08-09 06:00", "vienna", "overdue"),
    ]


def test_of_several_past_leads_only_the_last_stands():
    lead = 'remind = ["3 days before", "2 days before", "1 day before"]\n'
    letter = LETTER.replace("2010-06-24", "2010-07-01") + lead

    lines = planned(letter, now="2010-06-30 05:00")

    assert rows(lines, "meeting") == [
        ("2010-06-29 06:00", "vienna", "2 days before"),
        ("2010-06-30 06:00", "vienna", "1 day before"),
    ]


def test_a_watched_date_has_reminders_and_no_steps():
    lines = planned(LETTER + "asks = []\n" + DEADLINE)

    assert len(rows(lines, "meeting")) == 2
    assert rows(lines, "calls") == []
    assert rows(lines, "calls", "waiting") == [(None, "vienna", "reminder")]


def test_a_reminder_leaves_two_hours_before_or_on_the_last_morning_that_is():
    own = LETTER.replace('forum = "council"\n', 'name = "Briefing"\ntime = "09:59"\n')

    lines = planned(own + 'remind = ["on the day"]\n')
    in_time = planned(own.replace("09:59", "10:00") + 'remind = ["on the day"]\n')

    assert rows(lines, "meeting") == [("2010-06-23 06:00", "vienna", "on the day")]
    assert rows(in_time, "meeting") == [("2010-06-24 06:00", "vienna", "on the day")]


def test_nothing_due_before_opening_is_ever_overdue():
    letter = LETTER + '[[deadline]]\nid = "draft"\nwhat = "Draft"\ndue = 2010-06-21\n'

    assert rows(planned(letter), "draft") == []


def test_leads_and_steps_that_lie_before_a_deferral_was_known_are_left_out():
    letter = LETTER + 'remind = ["7 days before", "1 day before"]\n'
    step = DEADLINE.replace("1 working day before meeting at 12:00", "7 days before meeting")

    lines = planned(letter + step + outcome("deferred"), now="2010-06-25 00:00")

    assert rows(lines, "meeting") == [("2010-06-30 06:00", "vienna", "1 day before")]
    assert [one.reason for one in lines if one.item == "meeting" and one.lead == "7 days before"][
        -1:
    ] == ["already past when the deferral that added this meeting was known"]
    assert [one for one in lines if one.item == "calls" and str(one.session) == "2010-07-01"] == []


def test_a_meeting_of_several_days_counts_before_from_its_first_and_after_from_its_last():
    span = LETTER.replace(
        'forum = "council"\ndate = 2010-06-24', 'name = "Summit"\ndate = "23 June to 25 June 2010"'
    )

    lines = planned(span + DEADLINE + FOLLOW_UP)

    assert {str(one.states)[:10] for one in lines if one.item == "calls"} == {"2010-06-22"}
    assert rows(lines, "readout")[0] == ("2010-06-28 06:00", "vienna", "first")


def test_a_replied_and_retracted_line_is_queued_again():
    world = a_world(LETTER)
    first = plan(world, replayed(world), now=at("2010-06-21 22:00"))
    kept = [Kept(one, "cancelled") for one in first.planned]

    assert compare(first, kept, now=first.now).add == first.planned
    for state in ("sent", "sending", "unknown", "failed", "expired"):
        assert not compare(first, [Kept(one, state) for one in first.planned], now=first.now)


def test_a_late_line_waits_for_the_end_of_its_readers_night():
    night, morning = at("2010-06-24 00:30"), at("2010-06-24 06:00")
    house = House(a_world(LETTER), opened=at("2010-06-22 06:00"))
    house.jump_to(at("2010-06-22 06:00"))

    assert house.jump_to(night) == []
    assert [mail.at for mail in house.turn_to(morning)] == [morning]


def test_a_deferral_to_a_further_meeting_is_no_decision_to_carry_out():
    lines = planned(LETTER + CARRIED_OUT + outcome("deferred"), now="2010-06-25 00:00")

    assert rows(lines, "carried-out") == []


def test_a_deferral_into_nothing_is_a_decision():
    letter = LETTER.replace('forum = "council"', 'forum = "security-council"')

    lines = planned(letter + CARRIED_OUT + outcome("deferred"), now="2010-06-25 05:00")

    assert rows(lines, "carried-out")[0] == ("2010-07-08 06:00", "vienna", "first")


CANCELLED = 'cancelled = [{ on = 2010-07-01, why = "No quorum" }]\n'


@pytest.mark.parametrize("to", ["to = 2010-07-01\n", ""])
def test_an_ask_put_off_to_a_session_that_is_cancelled_comes_up_at_the_one_after(to: str):
    letter = LETTER + FOLLOW_UP + CARRIED_OUT + outcome("deferred", more=to)

    lines = planned(letter, now="2010-06-25 00:00", forums={"council": COUNCIL + CANCELLED})

    assert {str(one.session) for one in lines if one.item == "meeting"} == {"2010-07-08"}
    assert ("2010-07-09 06:00", "vienna", "first") in rows(lines, "readout")
    assert rows(lines, "carried-out") == []


@pytest.mark.parametrize("said", ["", 'meeting = "none"\n'])
def test_an_ask_put_off_at_no_meeting_comes_up_at_the_session_that_is_named(said: str):
    put_off = outcome("deferred", on="2010-06-22", more=f"{said}to = 2010-07-01\n")

    lines = planned(LETTER + CARRIED_OUT + put_off, now="2010-06-25 00:00")

    assert {str(one.session) for one in lines if one.item == "meeting"} == {"2010-07-01"}
    assert rows(lines, "carried-out") == []


def test_a_talk_of_our_own_is_put_off_before_it_has_begun():
    letter = LETTER.replace('forum = "council"', 'name = "Talk"\ntime = "15:00"')
    put_off = outcome("deferred", on="2010-06-22", more="to = 2010-06-29\n")

    lines = planned(letter + put_off, now="2010-06-25 00:00")

    (reminder,) = [one for one in lines if one.lead == "on the day"]
    assert reminder.states == at("2010-06-29 13:00")
