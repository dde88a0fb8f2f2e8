"""What a digest says of a campaign that is paused, and what it tells once the pause is over."""

from tests.builders import LETTER, a_world, at
from tests.house import House
from tests.test_digest import text_of

PAUSE = 'paused = "23 June 2010 to 28 June 2010"\n'
DEADLINE = """
[[deadline]]
id = "brief"
what = "Brief the missions"
due = 2010-06-25
remind = ["1 day before"]
"""


def digest_text(now: str) -> str:
    house = House(a_world(PAUSE + LETTER + DEADLINE))
    house.turn_to(at(now))
    return text_of(house.inbox("vienna@example.org")[-1])


def test_a_paused_campaign_brings_no_digest_and_its_dates_stand_in_none():
    house = House(a_world(PAUSE + LETTER + DEADLINE))

    house.turn_to(at("2010-06-28 06:00"))

    left = [f"{mail.at:%d %b}" for mail in house.mails if mail.at >= at("2010-06-23 00:00")]
    assert left == ["28 Jun"]
    text = text_of(house.inbox("vienna@example.org")[-1])
    assert "Paused until Monday 28 June 2010" in text
    assert "Brief the missions" not in text


def test_what_passed_in_a_pause_is_listed_once_it_is_over():
    text = digest_text("2010-06-29 06:00")

    assert "Passed while paused" in text
    assert "Permanent Council" in text.split("Passed while paused")[1]


def test_what_passed_in_a_pause_is_listed_once():
    assert "Passed while paused" not in digest_text("2010-07-05 06:00")
