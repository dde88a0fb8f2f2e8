"""Whose asking falls into a pause or an outage is not said to have been asked meanwhile."""

import pytest

from tests.builders import CONFIG, a_world, at
from tests.corrected import ASK_THE_CHAIR, NEVER, OPENED, a_house, text_of
from tests.house import House, lines_of
from tracker.app.outages import note_outage

pytestmark = pytest.mark.story

DELIVERED = '[[log]]\non = 2010-06-14\nfact = "delivered"\n'
ASK = ASK_THE_CHAIR.replace("2 more times", "3 more times")


def a_paused_house(days: str, config: str = NEVER) -> House:
    """Asked on 15, 18, 21 and 24 June, and New York on the 27th, but for the pause."""
    letter = OPENED.replace("coordinators", f'paused = "{days}"\ncoordinators', 1)
    house = a_house(a_world(letter + ASK, config=config))
    house.turn_to(at("2010-06-14 12:00"))
    house.edit(a_world(letter + ASK + DELIVERED, config=config))
    house.turn_to(at("2010-07-20 12:00"))
    return house


def asked(house: House) -> list[tuple[str, str | None]]:
    return [(at[5:10], lead) for at, _, _, lead in lines_of(house.mails, item="ask")]


def said(house: House, day: str) -> str:
    (mail,) = [one for one in house.mails if f"{one.at:%m-%d}" == day]
    return text_of(mail)


def test_whoever_joins_does_so_an_interval_after_the_last_asking_left():
    house = a_paused_house("15 June 2010 to 30 June 2010")

    assert asked(house) == [("07-01", "repeat 3"), ("07-04", "escalation")]
    assert "Ask the chair To do now" in said(house, "07-01")
    assert "asked once since Tuesday 15 June 2010 and not settled" in said(house, "07-04")


def test_only_the_escalation_in_a_pause_comes_on_the_morning_after_it():
    house = a_paused_house("26 June 2010 to 30 June 2010")

    assert asked(house)[-2:] == [("06-24", "repeat 3"), ("07-01", "escalation")]
    assert "asked 4 times since Tuesday 15 June 2010 and not settled" in said(house, "07-01")


def test_what_a_pause_kept_together_was_asked_once():
    house = a_paused_house("17 June 2010 to 22 June 2010", config=CONFIG)

    assert asked(house) == [
        ("06-15", "first"),
        ("06-23", "repeat 2"),
        ("06-24", "repeat 3"),
        ("06-27", "escalation"),
    ]
    assert "Asked once already" in said(house, "06-23")
    assert "Asked 2 times already" in said(house, "06-24")
    assert "10 days silent, asked 3 times" in said(house, "06-24")
    assert "asked 3 times since Tuesday 15 June 2010 and not settled" in said(house, "06-27")


def test_what_came_due_while_nothing_could_be_sent_was_asked_once():
    house = a_house(a_world(OPENED + ASK, config=CONFIG))
    house.turn_to(at("2010-06-14 12:00"))
    house.edit(a_world(OPENED + ASK + DELIVERED, config=CONFIG))
    house.turn_to(at("2010-06-15 12:00"))
    house.clock.at = at("2010-06-21 12:00")  # the tracker was down on the 18th and this morning
    house.engine.refresh()
    note_outage(house.store, since=at("2010-06-15 12:00"), now=house.clock.at)

    house.wake()

    assert asked(house) == [("06-15", "first"), ("06-21", "repeat 2")]
    assert "Asked once already" in said(house, "06-21")
    assert "7 days silent, asked 2 times" in said(house, "06-21")
