"""Whoever is reminded of a meeting can put it into a calendar, and there it follows each edit."""

from email import message_from_bytes, policy
from typing import Any

import pytest
from icalendar import Calendar

from tests.builders import CONFIG, COUNCIL, LETTER, a_world, at
from tests.house import House
from tracker.campaign import World
from tracker.digest.invitations import invitations
from tracker.events import History

pytestmark = pytest.mark.story

OPENED = LETTER.replace("dated = 2010-06-22", "dated = 2010-06-14")
SECOND = OPENED.replace('"Send a mission"', '"Free the prisoners"')
TO_FRIDAY = 'moved = [{ from = 2010-06-24, to = "2010-06-25 at 10:00", why = "Ministerial" }]\n'
TO_MONDAY = 'moved = [{ from = 2010-06-24, to = "2010-06-28 at 11:00" }]\n'
CANCELLED = 'cancelled = [{ on = 2010-06-24, why = "no quorum" }]\n'
OWN = """
title = "Send a mission"
dated = 2010-06-14
coordinators = ["vienna"]
[[meeting]]
name = "Talk with the ministry"
date = 2010-06-24
"""
COUNCIL_UID = "session.council.2010-06-24@example.org"


def with_council(more: str, *letters: str) -> World:
    return a_world(*(letters or (OPENED,)), forums={"council": COUNCIL + more})


def a_house(world: World) -> House:
    return House(world, replayed=False, opened=at("2010-06-14 05:00"))


def a_told_house(*letters: str) -> House:
    """Make a house whose reader was reminded of the session of Thursday 24 June."""
    house = a_house(a_world(*(letters or (OPENED,))))
    house.turn_to(at("2010-06-23 09:00"))
    assert said(house.mails[-1].record.raw)
    return house


def said(raw: bytes) -> list[Any]:
    """Read the events that a mail carries, in order."""
    parts = message_from_bytes(raw, policy=policy.default).walk()
    calendars: list[Any] = [
        Calendar.from_ical(part.get_payload(decode=True))  # type: ignore[arg-type]
        for part in parts
        if part.get_content_type() == "text/calendar"
    ]
    return [event for calendar in calendars for event in calendar.events]


def facts(event: Any) -> tuple[str, int, str, str]:
    return (event["UID"], event["SEQUENCE"], event["STATUS"], str(event["DTSTART"].dt)[:16])


def test_a_reminder_of_a_session_carries_it():
    house = a_told_house()

    (event,) = said(house.mails[-1].record.raw)

    assert facts(event) == (COUNCIL_UID, 0, "CONFIRMED", "2010-06-24 08:00")
    assert str(event["DTEND"].dt)[:16] == "2010-06-24 11:00"
    assert event["SUMMARY"] == "Permanent Council: Send a mission"
    assert event["LOCATION"] == "Hofburg, Vienna"
    assert event["DESCRIPTION"].splitlines() == ["Send a mission", "- Send a mission"]


def test_the_length_is_that_of_the_forum():
    house = a_house(with_council('lasts = "90 minutes"\n'))

    (event,) = said(house.turn_to(at("2010-06-23 09:00"))[-1].record.raw)

    assert str(event["DTEND"].dt)[:16] == "2010-06-24 09:30"


def test_only_mails_about_a_meeting_carry_one():
    house = a_house(a_world(OPENED))

    mails = house.turn_to(at("2010-06-24 07:00"))

    for mail in mails:
        about = [line for line in mail.written.lines if line.item == "meeting"]
        assert bool(said(mail.record.raw)) == bool(about)
    assert [bool(said(mail.record.raw)) for mail in mails].count(True) == 2
    assert [bool(said(mail.record.raw)) for mail in mails].count(False) >= 1


def test_a_move_is_the_same_meeting_with_a_higher_number():
    house = a_told_house()

    house.edit(with_council(TO_FRIDAY))
    (mail,) = house.turn_to(at("2010-06-23 09:30"))

    (event,) = said(mail.record.raw)
    assert facts(event) == (COUNCIL_UID, 1, "CONFIRMED", "2010-06-25 08:00")
    assert "Moved from Thursday 24 June 2010: Ministerial" in event["DESCRIPTION"]


def test_each_move_counts_once_and_there_and_back_again_too():
    house = a_told_house()
    numbers = []

    for moment, more in (("09:30", TO_FRIDAY), ("10:30", TO_MONDAY), ("11:30", "")):
        house.edit(with_council(more))
        (mail,) = house.turn_to(at(f"2010-06-23 {moment}"))
        numbers += [facts(event)[1:] for event in said(mail.record.raw)]

    assert numbers == [
        (1, "CONFIRMED", "2010-06-25 08:00"),
        (2, "CONFIRMED", "2010-06-28 09:00"),
        (3, "CONFIRMED", "2010-06-24 08:00"),
    ]


def test_a_cancelled_session_is_cancelled():
    house = a_told_house()

    house.edit(with_council(CANCELLED))
    (mail,) = house.turn_to(at("2010-06-23 09:30"))

    (event,) = said(mail.record.raw)
    assert facts(event) == (COUNCIL_UID, 1, "CANCELLED", "2010-06-24 08:00")
    assert event["SUMMARY"] == "Cancelled: Permanent Council: Send a mission"
    assert event["DESCRIPTION"].splitlines() == ["Cancelled: no quorum", "Send a mission"]


def test_a_cancelled_session_that_meets_after_all_stands_again():
    house = a_told_house()
    house.edit(with_council(CANCELLED))
    house.turn_to(at("2010-06-23 09:30"))

    house.edit(with_council(""))
    (mail,) = house.turn_to(at("2010-06-23 10:30"))

    (event,) = said(mail.record.raw)
    assert facts(event) == (COUNCIL_UID, 2, "CONFIRMED", "2010-06-24 08:00")


def test_what_is_done_to_the_whole_forum_counts_and_what_is_done_to_another_day_does_not():
    house = a_told_house()

    house.edit(with_council("cancelled = [{ on = 2010-07-01 }]\n"))
    house.turn_to(at("2010-06-23 10:00"))
    house.edit(with_council('lasts = "2 hours"\n'))
    later = house.turn_to(at("2010-06-24 07:00"))

    (event,) = [one for mail in later for one in said(mail.record.raw)]
    assert facts(event)[1] == 1


def test_another_session_of_a_forum_is_another_entry_and_the_old_one_goes():
    house = a_told_house()

    house.edit(a_world(OPENED.replace("2010-06-24", "2010-07-01")))
    (mail,) = house.turn_to(at("2010-06-23 09:30"))

    assert [facts(event) for event in said(mail.record.raw)] == [
        (COUNCIL_UID, 1, "CANCELLED", "2010-06-24 08:00"),
        ("session.council.2010-07-01@example.org", 1, "CONFIRMED", "2010-07-01 08:00"),
    ]


def test_a_session_that_another_letter_still_aims_at_stays():
    house = a_told_house(OPENED, SECOND)

    house.edit(a_world(OPENED.replace("2010-06-24", "2010-07-01"), SECOND))
    (mail,) = house.turn_to(at("2010-06-23 09:30"))

    old, new = said(mail.record.raw)
    assert facts(old) == (COUNCIL_UID, 1, "CONFIRMED", "2010-06-24 08:00")
    assert old["SUMMARY"] == "Permanent Council: Free the prisoners"
    assert facts(new)[2] == "CONFIRMED"


def test_a_meeting_that_was_dropped_is_no_longer_planned():
    house = a_told_house()
    dropped = OPENED.partition("[[meeting]]")[0]

    house.edit(a_world(dropped))
    (mail,) = house.turn_to(at("2010-06-23 09:30"))

    (event,) = said(mail.record.raw)
    assert facts(event) == (COUNCIL_UID, 1, "CANCELLED", "2010-06-24 08:00")
    assert event["SUMMARY"] == "No longer planned: Permanent Council: Send a mission"


def test_an_extra_session_that_no_file_knows_any_more_is_taken_out_as_it_was_told():
    house = a_house(
        with_council('extra = ["23 June 2010 at 15:00"]\n', OPENED.replace("24", "23"))
    )
    house.turn_to(at("2010-06-22 09:00"))

    house.edit(with_council("", OPENED.partition("[[meeting]]")[0]))
    (mail,) = house.turn_to(at("2010-06-22 09:30"))

    (event,) = said(mail.record.raw)
    assert facts(event)[1:] == (1, "CANCELLED", "2010-06-23 13:00")


def test_one_session_is_one_entry_whatever_the_number_of_letters():
    house = a_told_house(OPENED, SECOND)

    (event,) = said(house.mails[-1].record.raw)

    assert event["SUMMARY"] == "Permanent Council: Send a mission; Free the prisoners"
    assert event["DESCRIPTION"].splitlines() == [
        *("Send a mission", "- Send a mission", "Free the prisoners", "- Free the prisoners"),
    ]


def test_nobody_reads_of_a_letter_that_is_not_theirs():
    theirs = SECOND.replace('["vienna"]', '["new-york"]')
    house = a_told_house(OPENED, theirs)

    for address, title in (("vienna", "Send a mission"), ("new-york", "Free the prisoners")):
        house.turn_to(at("2010-06-23 13:00"))
        last = house.inbox(f"{address}@example.org")[-1]
        (event,) = said(last.as_bytes())
        assert event["SUMMARY"] == f"Permanent Council: {title}"


def test_a_deputy_gets_it_with_the_letter_of_the_other():
    config = CONFIG.replace(
        'digest = "weekdays"', 'digest = "weekdays"\ndeputy = "new-york"\naway = ["23 June 2010"]'
    )
    house = a_house(a_world(OPENED, config=config))

    house.turn_to(at("2010-06-23 13:00"))

    (event,) = said(house.inbox("new-york@example.org")[-1].as_bytes())
    assert event["SUMMARY"] == "Permanent Council: Send a mission"


def test_no_address_of_a_target_is_in_it():
    target = '[[target]]\nid = "chair"\npost = "Chair"\naddress = "chair@example.net"\n'
    house = a_told_house(OPENED + target)

    assert b"example.net" not in b"".join(
        one.to_ical() for one in said(house.mails[-1].record.raw)
    )


def test_an_unknown_hour_is_a_whole_day():
    letter = OPENED.replace('"council"', '"security-council"')
    house = a_house(a_world(letter))

    (event,) = said(house.turn_to(at("2010-06-23 09:00"))[-1].record.raw)

    assert (str(event["DTSTART"].dt), str(event["DTEND"].dt)) == ("2010-06-24", "2010-06-25")
    assert event["DESCRIPTION"].startswith("The hour is not known.")


def test_days_of_our_own_are_whole_days_to_the_last():
    span = OWN.replace("date = 2010-06-24", 'date = "24 June 2010 to 26 June 2010"')
    house = a_house(a_world(span))

    (event,) = said(house.turn_to(at("2010-06-23 09:00"))[-1].record.raw)

    assert (str(event["DTSTART"].dt), str(event["DTEND"].dt)) == ("2010-06-24", "2010-06-27")


def test_a_meeting_of_our_own_stays_the_same_one_when_its_date_moves():
    house = a_told_house(OWN)

    house.edit(a_world(OWN.replace("date = 2010-06-24", "date = 2010-06-25")))
    (mail,) = house.turn_to(at("2010-06-23 09:30"))

    (event,) = said(mail.record.raw)
    uid = "meeting.letter.2010-06-24@example.org"
    assert facts(event) == (uid, 1, "CONFIRMED", "2010-06-25")
    house.edit(a_world(OWN.replace("date = 2010-06-24", "date = 2010-06-28")))
    (mail,) = house.turn_to(at("2010-06-23 10:30"))
    assert facts(said(mail.record.raw)[0]) == (uid, 2, "CONFIRMED", "2010-06-28")


def test_meetings_of_two_letters_on_one_day_are_two():
    house = a_told_house(OWN, OWN)

    uids = sorted(event["UID"] for event in said(house.mails[-1].record.raw))

    assert uids[::-1] == [
        f"meeting.{one}.2010-06-24@example.org" for one in ("letter", "letter-2")
    ]


def test_lines_without_a_meeting_give_nothing():
    house = a_told_house()
    others = [
        line for mail in house.mails for line in mail.written.lines if line.item != "meeting"
    ]
    assert others

    assert invitations(others, None, History()) == ()  # type: ignore[arg-type]
