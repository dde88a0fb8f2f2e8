"""A quiet stretch longer than lines are planned ahead loses nothing."""

from tests.builders import CONFIG, LETTER, a_world, at
from tests.house import House

NO_DIGEST = CONFIG.replace('"weekdays"', '"never"').replace('"weekly"', '"never"')
DEADLINE = '[[deadline]]\nid = "report"\nwhat = "Read the report"\ndue = 2010-10-29\n'


def test_a_reader_without_digests_is_reminded_of_what_comes_months_later():
    house = House(a_world(LETTER + DEADLINE, config=NO_DIGEST))

    house.turn_to(at("2010-11-30 00:00"))

    left = [f"{mail.at:%d %b}" for mail in house.mails if mail.at > at("2010-07-01 00:00")]
    assert left == ["28 Oct", "29 Oct", "02 Nov"]  # 1 November is a holiday
