"""The outbox brought in line some campaigns at a time; conftest holds each step against one go."""

from msgspec.structs import replace

from tests.builders import LETTER, a_world, at
from tests.house import House


def test_lines_of_a_campaign_that_is_no_longer_in_force_are_cancelled():
    world = a_world(LETTER, LETTER)
    house = House(world, replayed=False, opened=at("2010-06-22 05:00"))
    house.turn_to(at("2010-06-22 08:00"))
    gone, kept = sorted(world.campaigns)

    house.edit(replace(world, campaigns={kept: world.campaigns[kept]}))
    house.wake()

    states = {one.state for one in house.store.lines(campaign=gone)}
    assert "cancelled" in states
    assert "queued" not in states
    assert "queued" in {one.state for one in house.store.lines(campaign=kept)}
