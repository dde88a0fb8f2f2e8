"""What rings, and that nothing rung is lost; only turns of the event loop pass."""

import asyncio
import inspect
from datetime import UTC, datetime, timedelta

import pytest

from tracker.daemon.bell import Bell

# Long past on any day that a test runs: what is set to it rings at once.
PAST = datetime(2010, 6, 22, tzinfo=UTC)
FAR = datetime(2900, 1, 1, tzinfo=UTC)
PATIENCE_SECONDS = 20


async def heard(bell: Bell) -> bool:
    """Say whether it rang, after turns enough for everything that is due to have run."""
    waiting = asyncio.ensure_future(bell.heard())
    for _ in range(50):
        await asyncio.sleep(0)
    if waiting.done():
        return True
    waiting.cancel()
    return False


async def test_it_rings_for_a_moment_that_has_passed():
    bell = Bell()
    bell.start()
    try:
        bell.arm(PAST)

        async with asyncio.timeout(PATIENCE_SECONDS):
            await bell.heard()
    finally:
        await bell.stop()


async def test_a_later_moment_takes_the_place_of_the_one_set_before():
    bell = Bell()
    bell.arm(PAST)
    bell.arm(FAR)
    bell.start()
    try:
        assert not await heard(bell)
        assert bell.armed == FAR
    finally:
        await bell.stop()


async def test_no_moment_takes_back_the_one_set_before():
    bell = Bell()
    bell.start()
    try:
        bell.arm(FAR)
        bell.arm(None)
        bell.arm(None)

        assert bell.armed is None
        assert not await heard(bell)
    finally:
        await bell.stop()


async def test_a_ring_that_nobody_waited_for_is_heard_once():
    bell = Bell()

    bell.ring()
    bell.ring()

    assert await heard(bell)
    assert not await heard(bell)


async def test_it_is_time_to_keep_house_once_for_each_time():
    bell = Bell()
    before = bell.house_is_due()

    await bell.keep_house()

    assert await heard(bell)
    assert [before, bell.house_is_due(), bell.house_is_due()] == [False, True, False]


async def test_jobs_are_few_wait_for_ever_and_know_no_local_zone():
    bell = Bell()
    bell.start()
    bell.arm(FAR)
    try:
        jobs = {job.id: job for job in bell.jobs()}
        assert set(jobs) == {"look", "beat", "keep house", "next"}
        for job in jobs.values():
            assert job.misfire_grace_time is None
            assert job.coalesce
            assert job.max_instances == 1
            assert inspect.iscoroutinefunction(job.func)  # a plain one would run in a thread
            assert job.next_run_time.utcoffset() == timedelta(0)
        assert str(jobs["keep house"].trigger.timezone) == "UTC"
    finally:
        await bell.stop()


async def test_stopping_twice_or_before_the_start_does_no_harm():
    bell = Bell()
    await bell.stop()
    bell.start()
    await bell.stop()
    await bell.stop()


@pytest.mark.parametrize("turns", range(8))
async def test_stopping_while_it_is_about_to_ring_is_no_fault(turns, caplog):
    bell = Bell()
    bell.start()
    bell.arm(PAST)
    for _ in range(turns):
        await asyncio.sleep(0)

    await bell.stop()
    for _ in range(8):
        await asyncio.sleep(0)

    assert [line.getMessage() for line in caplog.records if line.levelname == "ERROR"] == []


async def test_a_wall_clock_that_was_set_back_does_not_make_it_deaf():
    """All that is set to ring is then years ahead, as by a clock that says 1970."""
    bell = Bell()
    bell.start()
    bell.arm(FAR)
    try:
        for job in bell.jobs():
            job.modify(next_run_time=FAR)

        bell.feel()

        assert await heard(bell)
        assert {job.id for job in bell.jobs() if job.next_run_time == FAR} == {"next"}
    finally:
        await bell.stop()


async def test_a_wall_clock_that_is_set_right_after_decades_does_not_keep_it_busy():
    """What it would have rung meanwhile is no more than one ring."""
    bell = Bell()
    bell.start()
    try:
        for job in bell.jobs():
            job.modify(next_run_time=datetime(1970, 1, 1, tzinfo=UTC))

        assert await heard(bell)
        assert all(job.next_run_time.year > 1970 for job in bell.jobs())
    finally:
        await bell.stop()
