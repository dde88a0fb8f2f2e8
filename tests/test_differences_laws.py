"""Laws of differences: order and form make none, and what is equal never differs."""

import random
from typing import Any

from hypothesis import given, strategies as st

from tests.builders import a_world
from tests.test_differences import FULL, PLAYBOOK, world
from tests.worlds import worlds
from tracker.campaign import Campaign, Forum, World
from tracker.differences import differences
from tracker.differences.pairing import pair

LISTS = ("ask", "meeting", "target", "deadline", "follow_up", "signatory", "log", "coordinators")


def shuffled(shape: Any, names: tuple[str, ...], chance: random.Random) -> Any:
    update = {}
    for name in names:
        values = list(getattr(shape, name))
        chance.shuffle(values)
        update[name] = tuple(values)
    return shape.model_copy(update=update)


def reordered(files: World, chance: random.Random) -> World:
    campaigns: dict[str, Campaign] = {
        name: shuffled(one, LISTS, chance) for name, one in files.campaigns.items()
    }
    forums: dict[str, Forum] = {
        name: shuffled(one, ("recess", "cancelled", "moved", "extra"), chance)
        for name, one in files.forums.items()
    }
    config = shuffled(files.config, ("coordinator",), chance)
    return World(
        config=config,
        campaigns=campaigns,
        forums=forums,
        playbooks=files.playbooks,
        workdays=files.workdays,
    )


@given(worlds())
def test_nothing_differs_from_itself(files: World):
    assert differences(files, files) == ()


@given(worlds(), st.randoms(use_true_random=False))
def test_another_order_makes_no_difference(files: World, chance: random.Random):
    assert differences(files, reordered(files, chance)) == ()


@given(worlds(most=1), worlds(most=1), st.randoms(use_true_random=False))
def test_the_order_of_a_file_changes_nothing_of_what_is_told(
    before: World, after: World, chance: random.Random
):
    def told(old: World, new: World) -> list[tuple[str, str]]:
        return sorted((one.kind, one.text) for one in differences(old, new))

    again = reordered(before, chance), reordered(after, chance)

    assert told(*again) == told(before, after)


@given(worlds(most=1), worlds(most=1))
def test_every_difference_is_one_line_with_a_place(before: World, after: World):
    for one in differences(before, after):
        assert one.text
        assert one.text.isprintable()
        assert "None" not in one.text
        assert one.origin.id


@given(worlds(most=1), worlds(most=1))
def test_what_came_one_way_goes_the_other(before: World, after: World):
    there = [one.kind for one in differences(before, after)]
    back = [one.kind for one in differences(after, before)]

    for thing in ("ask", "target", "signature", "fact", "meeting"):
        assert there.count(f"{thing} added") == back.count(f"{thing} removed")


@given(st.lists(st.integers(0, 5)), st.lists(st.integers(0, 5)))
def test_pairing_loses_nothing_and_pairs_all_that_is_equal(old: list[int], new: list[int]):
    pairs = pair(old, new, lambda one: one)

    assert sorted([one for _, one in pairs.removed] + [was for _, was, _ in pairs.kept]) == sorted(
        old
    )
    assert sorted([one for _, one in pairs.added] + [one for _, _, one in pairs.kept]) == sorted(
        new
    )
    assert not {one for _, one in pairs.removed} & {one for _, one in pairs.added}


def test_another_way_to_write_the_same_makes_no_difference():
    other = (
        FULL.replace("2010-06-24", '"Thursday 24 June"')
        .replace("2010-06-22", '"22 June 2010"')
        .replace('"1 working day before meeting', '"1 working day before the meeting')
        .replace('note = "by hand"', 'note = """by\n  hand"""')
        .replace('who = ["vienna"]\n[[dead', 'until = "done"\nwho = ["vienna"]\n[[dead')
    )

    assert other != FULL
    assert differences(world(), world(other)) == ()
    assert differences(world(), world(playbook=PLAYBOOK.replace("[[", " # more\n[["))) == ()


def test_a_key_that_only_overrides_a_playbook_makes_a_difference():
    # Equal shapes: what differs is that the campaign now says it itself.
    playbook = PLAYBOOK.replace('at 17:00"', 'at 17:00"\nuntil = "delivered"')
    before = world(playbook=playbook)
    after = world(FULL.replace('id = "media"', 'id = "media"\nuntil = "done"'), playbook=playbook)

    assert [one.text for one in differences(before, after)] == [
        "Deadline media: until delivered → done"
    ]


def test_markup_in_a_name_is_only_text():
    name = '<b onclick=\\"x\\">{{ 7*7 }}</b>'
    after = world(FULL.replace('holder = "Kairat X"', f'holder = "{name}"'))

    (one,) = differences(a_world(FULL, playbooks={"standard": PLAYBOOK}), after)

    assert '<b onclick="x">{{ 7*7 }}</b>' in one.text
