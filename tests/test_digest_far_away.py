"""What is said to readers whose day is not that of the campaign: in Honolulu and Auckland."""

import pytest

from tests.builders import CONFIG, LETTER, a_world, at
from tests.house import House
from tests.test_digest import text_of

FAR = CONFIG.replace("America/New_York", "{zone}").replace('"weekly"', '"daily"')
HONOLULU, AUCKLAND = "Pacific/Honolulu", "Pacific/Auckland"
READERS = LETTER.replace('["vienna"]', '["new-york"]')
ASK = """
[[follow-up]]
id = "ask"
what = "Phone the ministry"
for = "campaign"
due = 2010-06-30
"""
OF_NEW_YORK = 'workdays = "new-york"\n'


def a_house(letter: str, zone: str) -> House:
    return House(a_world(letter, config=FAR.format(zone=zone)))


def subjects(house: House) -> dict[str, str]:
    mails = house.inbox("new-york@example.org")
    sent = zip((one.at for one in house.mails), mails, strict=True)
    return {f"{moment:%d %H}": mail["Subject"] for moment, mail in sent}


@pytest.mark.parametrize(
    ("letter", "zone", "read", "day_after"),
    [
        (READERS + ASK, HONOLULU, "30 18", "2010-07-01 18:00"),
        (OF_NEW_YORK + READERS + ASK, AUCKLAND, "29 20", "2010-06-30 20:00"),
    ],
)
def test_a_follow_up_is_told_on_its_date_wherever_its_reader_lives(
    letter: str, zone: str, read: str, day_after: str
):
    house = a_house(letter, zone)

    house.turn_to(at(day_after))

    naming = {day: said for day, said in subjects(house).items() if "Phone" in said}
    assert naming == {read: "1 thing to do: Phone the ministry (letter)"}


LATE = """
[[deadline]]
id = "brief"
what = "Brief the missions"
due = "2010-06-29 at 18:00"
remind = ["on the day"]
"""


def test_a_deadline_that_ended_at_the_reader_s_dawn_is_hours_late_and_not_a_day():
    house = a_house(READERS + LATE, AUCKLAND)

    house.turn_to(at("2010-06-29 20:00"))

    # 18:00 in Vienna is 04:00 in Auckland, and this mail leaves there at 08:00.
    assert "Overdue: 4 hours late, was due Tuesday 29 June 2010" in text_of(
        house.inbox("new-york@example.org")[-1]
    )


def test_a_digest_far_away_counts_the_campaign_s_days_not_its_own():
    house = a_house(READERS + LATE.replace("2010-06-29", "2010-07-02"), AUCKLAND)

    house.turn_to(at("2010-07-04 20:00"))

    said = [text_of(mail) for mail in house.inbox("new-york@example.org")]
    assert [text for text in said if "(Sat 3 July 2010 04:00 Auckland), 4 hours late" in text]
    assert "Overdue: 2 days late, was due Friday 2 July 2010, 18:00 Vienna" in said[-1]
