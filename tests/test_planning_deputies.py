"""Who gets a line while its owner is away, and when."""

from tests.builders import CONFIG, LETTER
from tests.test_planning import DEADLINE, FOLLOW_UP, planned, rows


def away(days: str) -> str:
    """Let Vienna be away, with New York as deputy."""
    more = f'digest = "weekdays"\ndeputy = "new-york"\naway = ["{days}"]'
    return CONFIG.replace('digest = "weekdays"', more)


def test_a_deputy_gets_the_line_at_the_deputys_own_hour():
    config = away("24 June 2010 to 30 June 2010")

    lines = planned(LETTER + FOLLOW_UP, config=config)

    assert rows(lines, "readout")[0] == ("2010-06-25 12:00", "new-york", "first")
    assert rows(lines, "readout")[1] == ("2010-07-02 06:00", "vienna", "repeat 1")
    (first,) = [one for one in lines if one.item == "readout" and one.lead == "first"]
    assert (first.owner, first.key.endswith("/vienna")) == ("vienna", True)


def test_a_deputy_who_is_a_coordinator_too_gets_one_line():
    config = away("24 June 2010 to 30 June 2010")
    letter = LETTER.replace('["vienna"]', '["vienna", "new-york"]')

    lines = planned(letter + FOLLOW_UP, config=config)

    first = [one for one in lines if one.item == "readout" and one.lead == "first"]
    assert [(one.owner, one.to) for one in first] == [("new-york", "new-york")]


def test_the_owners_own_day_says_whose_line_it_is_also_where_the_deputy_reads_it_the_day_before():
    lines = planned(LETTER + DEADLINE, config=away("23 June 2010 to 23 June 2010"))

    # Due at noon in Vienna, before New York's morning of that day.
    assert rows(lines, "calls", "planned") == [
        ("2010-06-22 06:00", "vienna", "1 working day before"),
        ("2010-06-22 12:00", "new-york", "on the day"),
        ("2010-06-24 06:00", "vienna", "overdue"),
    ]


def test_a_line_that_a_pause_held_goes_to_the_owner_who_is_back_when_it_leaves():
    letter = LETTER.replace("\n[[ask]]", '\npaused = "24 June 2010 to 30 June 2010"\n[[ask]]', 1)

    lines = planned(letter + FOLLOW_UP, config=away("24 June 2010 to 27 June 2010"))

    assert rows(lines, "readout")[0] == ("2010-07-01 06:00", "vienna", "first")


def test_a_line_that_a_pause_held_goes_to_the_deputy_where_the_owner_has_left_meanwhile():
    letter = LETTER.replace("\n[[ask]]", '\npaused = "24 June 2010 to 30 June 2010"\n[[ask]]', 1)

    lines = planned(letter + FOLLOW_UP, config=away("1 July 2010 to 1 July 2010"))

    assert rows(lines, "readout")[0] == ("2010-07-01 12:00", "new-york", "first")
