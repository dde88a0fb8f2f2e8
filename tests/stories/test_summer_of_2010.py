"""The five campaigns as shipped, replayed from 14 June to 10 August 2010."""

from collections import Counter
from datetime import date, timedelta
from email import message_from_bytes, policy
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import pytest

from tests.builders import at
from tests.house import COMPOSER, lines_of
from tracker.app.replay import as_json, run
from tracker.app.sending import Sent
from tracker.dates import zone
from tracker.loading.world import read_world

ROOT = Path(__file__).parent.parent.parent
HRW = "hrw-osce-ambassadors"
SIGN_ON = "icrtop-security-council"
pytestmark = pytest.mark.story


@lru_cache(maxsize=1)
def the_summer() -> tuple[Sent, ...]:
    reading = read_world(ROOT / "config.toml")
    assert reading.world is not None
    sent = run(reading.world, (), COMPOSER, end=at("2010-12-01 00:00"))
    return tuple(mail for mail in sent if at("2010-06-14 00:00") <= mail.at)


def summer() -> list[Sent]:
    return [mail for mail in the_summer() if mail.at < at("2010-08-10 00:00")]


def text_of(mail: Sent) -> str:
    body = message_from_bytes(mail.record.raw, policy=policy.default).get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


def mail_of(day: str, reader: str) -> Sent:
    (found,) = [
        mail
        for mail in the_summer()
        if mail.record.coordinator == reader and f"{mail.at:%Y-%m-%d}" == day
    ]
    return found


def test_24_june_and_thursdays_meeting_are_one_session_and_the_security_councils_another():
    meetings = {
        (line.campaign, line.forum, str(line.session), line.states)
        for mail in summer()
        for line in mail.written.lines
        if line.item == "meeting" and str(line.session) == "2010-06-24"
    }

    assert meetings == {
        (HRW, "osce-permanent-council", "2010-06-24", at("2010-06-24 08:00")),
        (SIGN_ON, "un-security-council", "2010-06-24", at("2010-06-24 13:00")),
    }


def test_the_letter_of_tuesday_22_june_sends_nothing_stale_and_says_what_is_past():
    lines = [line for mail in summer() for line in mail.written.lines if line.campaign == HRW]

    assert min(line.due for line in lines if line.due) >= at("2010-06-21 22:00")
    assert "Already past, not sent: * Agree the final text of the letter, the reminder" in text_of(
        mail_of("2010-06-22", "vienna")
    )


def test_the_sign_on_deadline_is_noon_in_new_york_and_shown_in_both_readers_times():
    due = [
        line
        for mail in summer()
        for line in mail.written.lines
        if (line.campaign, line.item) == (SIGN_ON, "sign-on")
    ]

    assert {line.states for line in due} == {at("2010-06-21 16:00")}
    assert {line.to for line in due} == {"vienna", "new-york"}
    assert "Monday 21 June 2010, 12:00 New York (18:00 Vienna)" in text_of(
        mail_of("2010-06-21", "vienna")
    )
    assert "Monday 21 June 2010, 12:00 New York" in text_of(mail_of("2010-06-21", "new-york"))


def test_the_delivery_is_overdue_on_22_june_only_and_then_two_days_late():
    overdue = lines_of(summer(), campaign=SIGN_ON, item="deliver", kind="overdue")
    late = [
        mail for mail in summer() if "delivered, 2 days late (due Mon 21 June" in text_of(mail)
    ]

    assert overdue == [
        ("2010-06-22 06:00", "vienna", "deliver", "overdue"),
        ("2010-06-22 12:00", "new-york", "deliver", "overdue"),
    ]
    assert f"{late[0].at:%Y-%m-%d}" == "2010-06-24"


def test_on_24_june_nobody_knows_the_outcome_before_the_session():
    for reader in ("vienna", "new-york"):
        assert "deferred" not in text_of(mail_of("2010-06-24", reader)).replace(
            "met, partly-met, deferred", ""
        )

    assert "deferred Thu 24 June 2010" in text_of(mail_of("2010-06-25", "vienna"))


def test_after_each_deferral_it_aims_at_the_next_session_saying_which_time_it_is():
    sessions = sorted(
        {
            str(line.session)
            for mail in the_summer()
            for line in mail.written.lines
            if (line.campaign, line.item) == (HRW, "meeting")
        }
    )

    assert sessions == ["2010-06-24", "2010-07-01", "2010-07-08", "2010-07-15", "2010-07-22"]
    assert "Second session on this ask" in text_of(mail_of("2010-07-01", "vienna"))
    assert "Third session on this ask" in text_of(mail_of("2010-07-08", "vienna"))
    assert "Fifth session on this ask" in text_of(mail_of("2010-07-22", "vienna"))


def test_a_deferral_asks_neither_to_draft_nor_to_collect_signatures_again():
    drafts = lines_of(list(the_summer()), campaign=HRW, item="draft")

    assert {moment[:10] for moment, *_ in drafts} == {"2010-06-22"}


def test_it_meets_no_council_in_august():
    august = [
        line
        for mail in the_summer()
        for line in mail.written.lines
        if line.item == "meeting" and line.session and line.session.month == 8
    ]

    assert august == []
    assert "Permanent Council meets" not in text_of(mail_of("2010-08-05", "vienna"))


def test_after_partly_met_it_keeps_asking_whether_it_was_carried_out_until_november():
    asked = [
        moment[:10]
        for moment, reader, *_ in lines_of(
            list(the_summer()), campaign=HRW, item="carried-out", ask="mission", to="vienna"
        )
    ]

    assert asked[:3] == ["2010-08-05", "2010-08-19", "2010-09-02"]
    assert asked[3:] == ["2010-09-21", "2010-10-05", "2010-10-19", "2010-11-02", "2010-11-16"]


def test_it_reminds_on_friday_6_august_for_sunday_the_8th_and_never_shifts_the_sunday():
    lines = [
        line
        for mail in the_summer()
        for line in mail.written.lines
        if (line.campaign, line.item) == (HRW, "nominations")
    ]

    assert {line.states for line in lines} == {at("2010-08-08 16:00")}
    assert [(f"{line.due:%Y-%m-%d}", str(line.kind)) for line in lines] == [
        ("2010-08-06", "reminder"),
        ("2010-08-09", "overdue"),
    ]


def test_nobody_gets_mail_at_night_nor_two_mails_a_morning():
    zones = {"vienna": zone("Europe/Vienna"), "new-york": zone("America/New_York")}
    days: Counter[tuple[str, date]] = Counter()
    for mail in the_summer():
        local = mail.at.astimezone(zones[mail.record.coordinator])
        days[mail.record.coordinator, local.date()] += 1
        assert local.hour >= 6

    assert set(days.values()) == {1}


def test_nothing_is_said_late_in_a_replay_and_nothing_is_said_twice():
    keys = [line["key"] for mail in the_summer() for line in as_json(mail)["items"]]

    assert len(keys) == len(set(keys))
    assert not any(line["late"] for mail in the_summer() for line in as_json(mail)["items"])


def test_mails_come_in_sending_order_and_every_monday_brings_a_digest():
    assert all(first.at <= second.at for first, second in pairwise(the_summer()))
    for reader, hour in (("vienna", 6), ("new-york", 12)):
        mondays = {
            mail.at
            for mail in summer()
            if mail.record.coordinator == reader and mail.written.kind == "digest"
        }
        expected = {at(f"2010-06-21 {hour:02}:00") + timedelta(weeks=n) for n in range(8)}
        assert expected <= mondays


def test_no_address_of_a_target_is_in_any_mail():
    for mail in the_summer():
        message = message_from_bytes(mail.record.raw, policy=policy.default)
        assert message["To"].addresses[0].addr_spec in {
            "vienna@example.org",
            "new-york@example.org",
        }
        assert "wfm-igp" not in mail.record.raw.decode()


def test_a_digest_counts_lateness_in_the_campaigns_own_days():
    assert "18:00 New York (Tue 22 June 2010 00:00 Vienna), 2 days late" in text_of(
        mail_of("2010-06-23", "vienna")
    )
