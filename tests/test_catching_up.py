"""After an outage, however long: one mail a person, nothing of use lost, what expired is told."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import product

import pytest

from tests.builders import CONFIG, a_world, at
from tests.house import COMPOSER, House
from tests.plain_composer import PlainComposer
from tracker.compose import Composer

MONDAY = at("2010-06-21 05:00")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LETTER = """
title = "Letter {n}"
dated = 2010-06-21
coordinators = ["vienna", "new-york"]
workdays = "vienna"
[[ask]]
id = "mission"
text = "Send a mission"
[[meeting]]
forum = "council"
date = 2010-06-24
[[deadline]]
id = "calls"
what = "Call the embassies"
for = "meeting"
due = "1 working day before meeting at 12:00"
remind = ["2 days before", "1 day before", "on the day"]
[[follow-up]]
id = "ask-berlin"
what = "Ask Berlin"
for = "campaign"
due = "1 working day after meeting"
repeat = "every 3 days"
"""
OUTAGES = [
    *(HOUR * n for n in (1, 2, 5, 11, 17, 23)),
    *(DAY * n for n in (1, 2, 3, 4, 5, 7, 9, 14, 21, 30, 61, 183, 365, 1096)),
]
PLAIN = PlainComposer()
BEGUN = [HOUR * n for n in (1, 3, 26, 27, 49, 51, 74, 99, 123, 150)]


def a_house(composer: Composer = COMPOSER) -> House:
    world = a_world(*(LETTER.format(n=n) for n in range(2)))
    return House(world, replayed=False, opened=MONDAY, composer=composer)


def by_day(house: House, moment: datetime) -> datetime:
    """Return the next moment at which it is day for both readers."""
    return max(moment, moment.replace(hour=14, minute=0))


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize("outages", [OUTAGES[n::4] for n in range(4)])
def test_after_an_outage_each_person_gets_one_mail_with_all_that_is_of_use(
    outages: list[timedelta],
):
    for begun, outage in product(BEGUN, outages):
        house = a_house(PLAIN)  # who gets a mail, and not what is in it
        house.turn_to(MONDAY + begun)
        before = {one.occurrence.key: one for one in house.store.lines()}
        back = by_day(house, MONDAY + begun + outage)

        sent = house.jump_to(back)
        again = house.jump_to(back + timedelta(seconds=2))

        readers = Counter(one.record.coordinator for one in sent)
        assert max(readers.values(), default=0) <= 1, (begun, outage)
        assert again == [], (begun, outage)
        after = {one.occurrence.key: one for one in house.store.lines()}
        for key, was in before.items():
            due, expires = was.occurrence.due, was.occurrence.expires
            if was.state != "queued" or due is None or due > back:
                continue
            of_use = expires is None or expires > back
            allowed = {"sent", "expired"} if of_use else {"expired"}
            assert after[key].state in allowed, (begun, outage, key)
            if of_use and after[key].state == "expired":
                assert "took its place" in (after[key].reason or "") or "nothing" in (
                    after[key].reason or ""
                ), (begun, outage, key, after[key].reason)


def test_what_expired_is_listed_once_in_the_next_digest():
    house = a_house()
    house.turn_to(MONDAY + 3 * HOUR)
    house.jump_to(at("2010-06-24 14:00"))  # the calls of Wednesday are over
    missed = telling_of_missed(house)
    house.turn_to(at("2010-06-29 14:00"))

    assert missed == 1
    assert telling_of_missed(house) == 1


def test_what_expired_is_one_entry_a_thing_with_the_date_it_speaks_of():
    house = a_house()
    house.turn_to(MONDAY + 3 * HOUR)
    house.jump_to(at("2010-06-24 14:00"))

    missed = part_of_missed(house, "vienna@example.org")
    theirs = part_of_missed(house, "new-york@example.org")

    said = "not sent: 2 reminders and the word that it is overdue (its time passed before it could"
    assert missed.count("Call the embassies") == 1, "nothing stands twice"
    assert (
        "Call the embassies was due Wednesday 23 June 2010, 12:00 Vienna"
        f" · letter; letter-2; {said} be sent)"
    ) in missed
    assert (
        "Permanent Council meets Thursday 24 June 2010, 10:00 Vienna · letter; letter-2; not"
        in missed
    )
    assert "Call the embassies was due Wednesday 23 June 2010, 12:00 Vienna (06:00 New" in theirs


def test_what_is_left_out_of_what_was_missed_is_found_with_the_outbox():
    step = LETTER.partition("[[deadline]]")[2].partition("[[follow-up]]")[0]
    steps = [
        f"[[deadline]]{step}".replace("alls", f"alls-{n}").replace("Call", f"{n}. Call")
        for n in range(13)
    ]
    world = a_world(LETTER.format(n=0) + "".join(steps))
    house = House(world, replayed=False, opened=MONDAY)
    house.turn_to(MONDAY + 3 * HOUR)
    house.jump_to(at("2010-06-24 14:00"))

    missed = part_of_missed(house, "vienna@example.org")

    assert "and 3 more: see tracker outbox" in missed


def part_of_missed(house: House, address: str) -> str:
    """Return the section of what was missed in the first digest with one."""
    texts = [mail.get_body(("plain",)) for mail in house.inbox(address)]
    said = [" ".join(one.get_content().split()) for one in texts if one is not None]
    return next(one for one in said if "Missed while" in one).partition("Missed while")[2]


def telling_of_missed(house: House) -> int:
    """Count the mails to Vienna that tell of a line that expired."""
    texts = [mail.get_body(("plain",)) for mail in house.inbox("vienna@example.org")]
    said = [" ".join(one.get_content().split()) for one in texts if one is not None]
    return sum("its time passed" in one for one in said)


def test_all_dates_set_to_one_day_make_one_mail_a_person():
    house = a_house()
    house.turn_to(MONDAY + 33 * HOUR)  # by day for both
    today = LETTER.replace("1 working day before meeting at 12:00", "2010-06-22 at 18:00")
    today = today.replace("1 working day after meeting", "2010-06-22")
    house.edit(a_world(*(today.format(n=n) for n in range(3))))
    before = len(house.mails)

    house.turn_to(MONDAY + 34 * HOUR)

    readers = Counter(one.record.coordinator for one in house.mails[before:])
    assert readers
    assert max(readers.values()) == 1


@pytest.mark.parametrize(("hour", "digests"), [(9, 1), (7, 2)])
def test_a_digest_that_is_late_leaves_only_if_the_next_one_is_not_near(hour: int, digests: int):
    at_noon = CONFIG.replace('digest = "weekdays"', 'digest = "weekdays"\nat = "12:00"')
    world = a_world(LETTER.format(n=0), config=at_noon)
    house = House(world, replayed=False, opened=MONDAY)
    house.turn_to(at("2010-06-24 18:00"))  # a Thursday

    house.jump_to(at("2010-06-28 00:00") + hour * HOUR)
    house.turn_to(at("2010-06-28 12:00"))

    kinds = Counter(
        one.written.kind
        for one in house.mails
        if one.record.coordinator == "vienna" and one.at > at("2010-06-28 00:00")
    )
    assert kinds["digest"] == digests
