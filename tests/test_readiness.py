"""What the first mail of a morning would wait for is loaded while nothing is due."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import at
from tests.cluster import Cluster, a_cluster, programs
from tests.databases import a_database, on_postgres
from tests.house import TEMPLATES
from tests.machines import machines
from tests.samples import ENVELOPE, SAMPLES
from tests.test_daemon import Desk, home as home  # noqa: PLC0414 -- a fixture
from tracker.compose import Composer
from tracker.store import Store

WEDNESDAY = at("2010-06-23 06:00")


@pytest.fixture
def two(cluster: Cluster) -> Iterator[list[Store]]:
    with on_postgres(cluster) as url, machines(url) as stores:
        yield stores


def compiled(composer: Composer) -> int:
    cache = composer.renderer._parts._templates.cache
    assert cache is not None
    return len(cache)


async def run_for_a_while(desk: Desk) -> None:
    """Let the daemon run until it waits for its bell."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):  # it waits for nothing before
            await desk.daemon.run()


def test_once_ready_no_mail_waits_for_a_template():
    composer = Composer(TEMPLATES, None)
    composer.get_ready()
    before = compiled(composer)

    for content in SAMPLES:
        composer.compose(content, ENVELOPE)

    assert compiled(composer) == before > 0


def test_a_folder_of_templates_that_is_gone_keeps_nobody_from_being_ready(tmp_path: Path):
    composer = Composer(tmp_path / "gone", None)

    composer.get_ready()

    assert compiled(composer) == 0


async def test_a_daemon_gets_ready_before_anything_is_due(home: Path):
    desk = Desk(home)
    await desk.turn()

    await run_for_a_while(desk)

    assert desk.sent == []
    assert compiled(desk.daemon.engine.sending.composer) > 0


async def test_a_fault_of_ours_while_it_gets_ready_is_told_and_ends_no_daemon(
    home: Path, caplog: pytest.LogCaptureFixture
):
    desk = Desk(home)
    await desk.turn()

    def broken() -> None:
        raise ZeroDivisionError

    desk.daemon.engine.sending.composer.get_ready = broken  # type: ignore[method-assign]

    await run_for_a_while(desk)

    assert "a turn failed: ZeroDivisionError" in caplog.text


async def test_a_machine_that_does_not_plan_has_read_what_is_in_force_before_mail_is_due(
    home: Path, two: list[Store]
):
    planner, other = Desk(home, store=two[0]), Desk(home, store=two[1])
    await planner.turn()
    await run_for_a_while(other)
    read = other.daemon.engine.files
    planner.clock.at = WEDNESDAY
    planner.daemon.engine.refresh()

    assert len(await other.turn_at(WEDNESDAY)) == 1

    assert other.daemon.engine.files is read


@pytest.mark.skipif(programs() is None and "CI" not in os.environ, reason="no PostgreSQL")
async def test_a_database_that_is_away_meanwhile_is_no_reason_to_end(
    home: Path,
):
    with a_cluster() as cluster, machines(a_database(cluster, "tracker")) as (first, second):
        planner, other = Desk(home, store=first), Desk(home, store=second)
        await planner.turn()
        await other.turn()
        cluster.stop()

        await run_for_a_while(other)

        cluster.start()  # as whoever takes it away expects it
