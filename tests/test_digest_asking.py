"""How often the mails say that something was asked: what really left, each turn once."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import event

from tests.builders import CONFIG, LETTER, a_world, at
from tests.databases import emptied_or
from tests.house import House
from tests.test_digest import text_of
from tracker.app.digesting import digest_at
from tracker.delivery import Outcome
from tracker.occurrence import LineKind
from tracker.store import Store

TARGETS = """
[[target]]
id = "chair"
post = "The chairperson"
"""
CHASE = """
[[follow-up]]
id = "no-reply"
what = "Phone who is silent"
for = "each target"
due = "2 days after delivery"
repeat = "every 7 days, 3 more times"
until = "reply"
escalate = "new-york"
"""
DELIVERED = """
[[log]]
on = 2010-06-22
fact = "delivered"
"""
LETTER_CHASED = LETTER + TARGETS + CHASE + DELIVERED
BOTH = LETTER_CHASED.replace('["vienna"]', '["vienna", "new-york"]')
FIRST, SECOND = at("2010-06-24 06:00"), at("2010-07-01 06:00")
THIRD, FOURTH = at("2010-07-08 06:00"), at("2010-07-15 06:00")


class Housed(House):
    """A house on the database that the test runs on."""

    def open_store(self, url: str) -> Store:
        return emptied_or(url, base=Path())


def tags(house: House, reader: str = "vienna") -> list[tuple[str, str]]:
    """Return day and tag of each asking that a reader was mailed."""
    return [
        (f"{mail.at:%d %b}", line.tag)
        for mail in house.mails
        if mail.record.coordinator == reader
        for group in mail.written.content.groups
        for campaign in group.campaigns
        for line in campaign.lines
        if line.kind == LineKind.FOLLOW_UP
    ]


def silence(house: House, reader: str = "vienna") -> str:
    """Return what the last digest says of who is silent."""
    sections = {
        section.id: section
        for mail in house.mails
        if mail.record.coordinator == reader
        for section in mail.written.content.sections
    }
    (entry,) = sections["silent"].entries
    return entry.when


def a_house(letter: str = LETTER_CHASED, config: str = CONFIG, opened: datetime = FIRST) -> House:
    return House(a_world(letter, config=config), replayed=False, opened=opened)


@pytest.mark.parametrize("replayed", [False, True])
def test_a_follow_up_counts_up_as_its_lines_leave(*, replayed: bool):
    house = House(a_world(LETTER_CHASED), replayed=replayed)

    house.turn_to(THIRD)

    assert tags(house) == [
        ("24 Jun", "to do now"),
        ("01 Jul", "asked once already"),
        ("08 Jul", "asked 2 times already"),
    ]


def test_a_digest_counts_the_asking_that_stands_in_the_same_mail():
    house = a_house(opened=at("2010-06-22 06:00"))

    house.turn_to(FIRST)

    assert silence(house) == "2 days silent, asked once"


def test_a_first_asking_before_the_campaign_was_seen_was_never_asked():
    house = a_house(opened=at("2010-06-26 12:00"))

    house.turn_to(THIRD)

    assert tags(house) == [("01 Jul", "to do now"), ("08 Jul", "asked once already")]


def test_a_digest_before_anything_was_asked_says_so():
    house = a_house(opened=at("2010-06-26 12:00"))

    house.turn_to(at("2010-06-28 06:00"))

    assert silence(house) == "6 days silent, not asked yet"


def test_what_an_outage_ate_was_not_asked():
    house = a_house(opened=at("2010-06-22 06:00"))
    house.turn_to(at("2010-06-23 12:00"))

    house.jump_to(at("2010-07-08 12:00"))

    assert tags(house) == [("08 Jul", "to do now")]
    assert silence(house) == "16 days silent, asked once"


def test_what_the_server_refused_for_good_was_not_asked():
    house = a_house(opened=at("2010-06-22 06:00"))
    house.turn_to(at("2010-06-23 12:00"))
    house.outcomes = [Outcome("permanent", 550, "no such mailbox")]

    house.turn_to(SECOND)

    assert tags(house)[-1] == ("01 Jul", "to do now")


def test_what_left_without_an_answer_counts_as_asked():
    house = a_house(opened=at("2010-06-22 06:00"))
    house.turn_to(at("2010-06-23 12:00"))
    house.outcomes = [Outcome("unknown", None, "no answer")]

    house.turn_to(at("2010-06-24 06:00"))
    (asked,) = house.store.lines(states={"unknown"}, campaign="letter")[:1]
    written = digest_at(
        "vienna",
        house.engine.files.world,
        house.engine.record(house.clock.at),
        house.store,
        now=house.clock.at,
    ).written

    assert asked.state == "unknown"
    (section,) = [one for one in written.content.sections if one.id == "silent"]
    assert section.entries[0].when == "2 days silent, asked once"


def test_what_fell_into_a_pause_was_asked_once_when_it_was_over():
    house = a_house('paused = "23 June 2010 to 2 July 2010"\n' + LETTER_CHASED)

    house.turn_to(THIRD)

    assert tags(house) == [("03 Jul", "to do now"), ("08 Jul", "asked once already")]


def test_what_a_deputy_was_asked_counts_once():
    away = CONFIG.replace(
        'digest = "weekdays"',
        'digest = "weekdays"\ndeputy = "new-york"\naway = ["23 June 2010 to 30 June 2010"]',
    )
    house = a_house(BOTH, away, opened=at("2010-06-22 06:00"))

    house.turn_to(at("2010-07-01 12:00"))

    assert tags(house, "new-york") == [("24 Jun", "to do now"), ("01 Jul", "asked once already")]
    assert tags(house) == [("01 Jul", "asked once already")]


def test_what_a_deputy_alone_was_asked_was_asked():
    away = CONFIG.replace(
        'digest = "weekdays"',
        'digest = "weekdays"\ndeputy = "new-york"\naway = ["23 June 2010 to 30 June 2010"]',
    )
    house = a_house(config=away, opened=at("2010-06-22 06:00"))

    house.turn_to(SECOND)

    assert tags(house, "new-york") == [("24 Jun", "to do now")]
    assert tags(house) == [("01 Jul", "asked once already")]


def test_two_coordinators_asked_on_one_morning_were_asked_once(database: str):
    house = Housed(a_world(BOTH), opened=at("2010-06-22 06:00"))

    with house.store:
        house.turn_to(at("2010-07-08 12:00"))

    expected = [
        ("24 Jun", "to do now"),
        ("01 Jul", "asked once already"),
        ("08 Jul", "asked 2 times already"),
    ]
    assert tags(house) == tags(house, "new-york") == expected


def test_what_another_coordinator_was_asked_counts_for_one_who_joins():
    house = a_house(opened=at("2010-06-22 06:00"))
    house.turn_to(at("2010-06-25 06:00"))
    house.edit(a_world(BOTH))

    house.turn_to(at("2010-07-01 12:00"))

    assert tags(house, "new-york") == [("01 Jul", "asked once already")]


def test_a_delivery_taken_back_and_told_anew_begins_the_count_anew():
    house = a_house(opened=at("2010-06-22 06:00"))
    house.turn_to(SECOND)
    house.edit(a_world(LETTER + TARGETS + CHASE))
    house.turn_to(at("2010-07-05 06:00"))

    told_anew = DELIVERED.replace("2010-06-22", "2010-07-05")
    house.edit(a_world(LETTER + TARGETS + CHASE + told_anew))
    house.turn_to(at("2010-07-28 06:00"))

    assert tags(house)[2:] == [
        ("14 Jul", "to do now"),
        ("21 Jul", "asked once already"),
        ("28 Jul", "asked 2 times already"),
    ]


@pytest.mark.parametrize(
    "set_right",
    [
        LETTER_CHASED.replace("2 days after delivery", "3 days after delivery"),
        LETTER_CHASED.replace(DELIVERED, DELIVERED.replace("2010-06-22", "2010-06-23")),
    ],
)
def test_a_date_set_right_by_a_day_unasks_nothing(set_right: str):
    house = a_house(opened=at("2010-06-22 06:00"))
    house.turn_to(at("2010-06-24 12:00"))
    house.edit(a_world(set_right))

    house.turn_to(at("2010-07-02 06:00"))

    assert tags(house) == [("24 Jun", "to do now"), ("02 Jul", "asked once already")]


def test_a_later_decision_begins_the_count_anew():
    carried = """
[[follow-up]]
id = "carried-out"
what = "Has it happened? {ask}"
due = "14 days after decision"
repeat = "every 14 days"
until = "settled"
"""
    partly = '[[log]]\nfact = "outcome"\nask = "mission"\nresult = "partly met"\n'
    first = f"{partly}on = 2010-06-24\n"
    house = a_house(LETTER + carried, opened=at("2010-06-22 06:00"))
    house.turn_to(at("2010-06-24 12:00"))
    house.edit(a_world(LETTER + carried + first))
    house.turn_to(at("2010-07-23 06:00"))

    later = f'{partly}on = 2010-07-23\nmeeting = "none"\n'
    house.edit(a_world(LETTER + carried + first + later))
    house.turn_to(at("2010-08-05 06:00"))
    house.jump_to(at("2010-08-20 06:00"))  # past the first asking after the later decision

    assert tags(house) == [
        ("08 Jul", "to do now"),
        ("22 Jul", "asked once already"),
        ("20 Aug", "to do now"),
    ]


def test_a_target_that_came_later_was_asked_as_often_as_it_was_named():
    house = a_house(opened=at("2010-06-22 06:00"))
    house.turn_to(SECOND)
    envoy = TARGETS.replace("chair", "envoy").replace("envoyperson", "envoy")
    house.edit(a_world(LETTER_CHASED + envoy))

    house.turn_to(THIRD)

    said = text_of(house.inbox("vienna@example.org")[-1])
    assert "The chairperson 16 days silent, asked 3 times" in said
    assert "The envoy 16 days silent, asked once" in said


@pytest.mark.parametrize(
    ("opened", "often"),
    [
        (at("2010-06-22 06:00"), "asked 4 times since Thursday 24 June 2010 and not settled"),
        (at("2010-07-05 12:00"), "asked 2 times since Thursday 24 June 2010 and not settled"),
        (
            at("2010-07-16 12:00"),
            "not settled since Thursday 24 June 2010, and never asked before",
        ),
    ],
)
def test_who_joins_at_the_end_hears_how_often_was_asked(opened: datetime, often: str):
    house = a_house(opened=opened)

    house.turn_to(at("2010-07-22 12:00"))

    said = text_of(house.inbox("new-york@example.org")[-1])
    assert often in said


def questions(house: House) -> list[str]:
    """Return the statements, from now on, that ask for what was asked."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, words: str, *_rest: object) -> None:
        if "line.document LIKE" in words:
            found.append(words)

    event.listen(house.store._engine, "before_cursor_execute", note)
    return found


def test_a_mail_that_need_not_say_how_often_asks_the_database_nothing():
    house = a_house(LETTER_CHASED.replace('"reply"', '"done"'), opened=at("2010-06-22 06:00"))
    asked = questions(house)

    house.turn_to(at("2010-06-28 06:00"))  # a first asking, and a digest with nobody silent

    assert len(house.mails) > 2
    assert asked == []


def test_a_mail_with_a_repeat_and_a_digest_asks_the_database_once():
    house = a_house(opened=at("2010-06-22 06:00"))
    house.turn_to(at("2010-06-30 12:00"))
    asked = questions(house)

    house.turn_to(SECOND)

    assert len(asked) == 1


def test_what_came_of_an_ask_after_its_meeting_leaves_the_meeting_its_own_outcome():
    partly = '[[log]]\nfact = "outcome"\nask = "mission"\nresult = "partly met"\non = 2010-06-24\n'
    carried = """
[[follow-up]]
id = "carried-out"
what = "Has it happened? {ask}"
due = "14 days after decision"
repeat = "every 14 days"
until = "settled"
"""
    house = House(a_world(LETTER + carried + partly))

    house.turn_to(at("2010-07-08 06:00"))

    text = text_of(house.inbox("vienna@example.org")[-1])
    assert "tracker log letter outcome --ask mission --meeting none --result RESULT" in text
    assert 'meeting = "none" result = "RESULT"' in text
