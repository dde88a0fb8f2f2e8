"""What is true of every plan: laws over generated letters, readers, facts and moments."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from msgspec.structs import replace

from tests.house import House
from tests.worlds import worlds
from tracker.campaign import World
from tracker.changes import Kept, compare
from tracker.events import History, replayed
from tracker.occurrence import Occurrence
from tracker.planning import Plan, Readers, plan

# A whole replay an example, with every mail made: fewer of them.
REPLAYS = settings(max_examples=max(20, settings().max_examples // 4))
START = datetime(2010, 3, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 300 * 24 * 4).map(lambda n: START + timedelta(minutes=15 * n))


def planned_at(world: World, now: datetime, until: datetime | None = None) -> Plan:
    return plan(world, replayed(world), now=now, until=until or now + timedelta(days=60))


def as_kept(planned: Plan) -> list[Kept]:
    return [Kept(one, "queued") for one in planned.planned]


@given(worlds(), MOMENTS)
def test_planning_twice_changes_nothing(world, now):
    first = planned_at(world, now)
    second = planned_at(world, now)

    assert first.occurrences == second.occurrences
    assert not compare(second, as_kept(first), now=now)


@given(worlds(), MOMENTS)
def test_every_key_is_the_key_of_one_line(world, now):
    keys = [one.key for one in planned_at(world, now).occurrences]

    assert len(keys) == len(set(keys))


@given(worlds(), MOMENTS, st.integers(1, 60), st.integers(0, 60))
def test_a_wider_horizon_only_adds(world, now, days, more):
    near = planned_at(world, now, until=now + timedelta(days=days)).planned
    far = planned_at(world, now, until=now + timedelta(days=days + more)).planned

    assert set(near) <= set(far), "a line is the same whatever the horizon"


@given(worlds(), MOMENTS, st.integers(1, 60 * 24))
def test_time_alone_cancels_only_what_has_expired(world, now, hours):
    later = now + timedelta(hours=hours)
    history = known_by(world, now)

    before = plan(world, history, now=now, until=later + timedelta(days=60))
    after = plan(world, history, now=later, until=later + timedelta(days=60))

    changes = compare(after, as_kept(before), now=later)
    assert [one for one in changes.drop if one.state == "cancelled"] == []


@given(worlds(), MOMENTS)
def test_what_is_planned_has_not_expired_and_is_due_before_it_expires(world, now):
    for one in planned_at(world, now).planned:
        assert one.due is not None
        assert one.expires is None or (one.expires > now and one.due < one.expires)


@given(worlds(), MOMENTS)
def test_nothing_is_due_before_it_is_effective(world, now):
    history = replayed(world)

    for one in planned_at(world, now).planned:
        if one.campaign is not None:
            seen = history.first_seen(one.campaign)
            assert seen is not None
            assert one.due is not None
            assert one.due >= seen


@given(worlds(), MOMENTS)
def test_a_line_without_a_written_hour_leaves_on_its_readers_morning(world, now):
    readers = Readers(world.config)
    planned = planned_at(world, now)
    hours = {
        (name, one.step.id)
        for name, instances in planned.instances.items()
        for one in instances
        if one.step.due.clock and one.step.origin.path[0] == "follow-up"
    }

    for one in planned.planned:
        written = " at " in (one.lead or "") or (one.campaign, one.item) in hours
        if one.due is not None and not written:
            reader = readers[one.to]
            assert one.due == reader.first_from(one.due), one


@given(worlds(), MOMENTS)
def test_no_line_uses_a_fact_not_yet_known(world, now):
    whole, blind = replayed(world), known_by(world, now)
    until = now + timedelta(days=60)

    sees = plan(world, whole, now=now, until=until)
    assert sees.occurrences == plan(world, blind, now=now, until=until).occurrences


@given(worlds(), MOMENTS, st.randoms(use_true_random=False))
def test_the_order_of_facts_lines_and_files_changes_nothing(world, now, chance):
    assert lines(planned_at(world, now)) == lines(planned_at(shuffled(world, chance), now))


@given(worlds(), MOMENTS)
def test_a_settled_campaign_aims_at_no_meeting(world, now):
    planned = planned_at(world, now)

    for campaign, whole in planned.courses.items():
        if whole.asks and not any(ask.open for ask in whole.asks):
            kinds = [
                one for one in planned.planned if (one.campaign, one.item) == (campaign, "meeting")
            ]
            assert kinds == []


@pytest.mark.usefixtures("unmeasured")
@REPLAYS
@given(worlds(most=1), st.integers(1, 25), st.integers(1, 25))
def test_one_big_turn_of_the_clock_sends_the_same_lines_as_many_small_ones(world, days, parts):
    big, small = House(world), House(world)
    begin = big.clock.at
    end = begin + timedelta(days=days)

    big.turn_to(end)
    for part in range(1, parts + 1):
        small.turn_to(begin + (end - begin) * part / parts)

    assert sent_keys(big) == sent_keys(small)


@pytest.mark.usefixtures("unmeasured")
@REPLAYS
@given(worlds(most=1), st.integers(1, 40))
def test_nothing_is_sent_twice_and_nothing_out_of_its_time(world, days):
    house = House(world)
    house.turn_to(house.clock.at + timedelta(days=days))

    keys = [one.key for mail in house.mails for one in mail.written.lines]
    assert len(keys) == len(set(keys))
    for mail in house.mails:
        for one in mail.written.lines:
            assert one.due is not None
            assert one.due <= mail.at
            assert one.expires is None or mail.at < one.expires


def known_by(world: World, now: datetime) -> History:
    """Make the history of somebody who never heard of anything later than `now`."""
    whole = replayed(world)
    return replace(
        whole,
        facts={
            name: tuple(f for f in facts if f.known_at <= now)
            for name, facts in whole.facts.items()
        },
    )


def shuffled(world: World, chance: random.Random) -> World:
    def mixed(values: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(chance.sample(values, len(values)))

    campaigns = list(world.campaigns.items())
    chance.shuffle(campaigns)
    return replace(
        world,
        campaigns={
            name: one.model_copy(
                update={
                    "log": mixed(one.log) if independent(one.log) else one.log,
                    "deadline": mixed(one.deadline),
                    "follow_up": mixed(one.follow_up),
                    "meeting": mixed(one.meeting),
                }
            )
            for name, one in campaigns
        },
    )


def independent(log) -> bool:
    """Say whether no two facts happened at one moment: then their order says nothing."""
    moments = [(str(fact.on.day), fact.on.clock) for fact in log]
    return len({day for day, _ in moments}) == len(moments)


def lines(planned: Plan) -> set[Occurrence]:
    return {replace(one, origin=None) for one in planned.occurrences}


def sent_keys(house: House) -> list[str]:
    return sorted(one.key for mail in house.mails for one in mail.written.lines)
