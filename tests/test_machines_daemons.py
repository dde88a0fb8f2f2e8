"""Two daemons in one process on one database: one plans, both send, one takes over."""

import logging
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import at
from tests.cluster import Cluster
from tests.databases import asked, on_postgres
from tests.fleet import Fleet, a_morning, counting_server, outcomes
from tests.machines import let_leases_end, machines, throw_out_everybody
from tests.test_daemon import LETTER, Desk, home as home  # noqa: PLC0414 -- a fixture
from tracker.delivery.smtp import MOST_CONNECTIONS
from tracker.store import Store

WEDNESDAY = at("2010-06-23 06:00")


@pytest.fixture
def url(cluster: Cluster) -> Iterator[str]:
    with on_postgres(cluster) as database:
        yield database


@pytest.fixture
def two(url: str) -> Iterator[list[Store]]:
    with machines(url) as stores:
        yield stores


async def test_what_one_has_planned_the_other_sends_and_nobody_twice(home: Path, two: list[Store]):
    planner, other = Desk(home, store=two[0]), Desk(home, store=two[1])
    await planner.turn()
    await other.turn()
    planner.clock.at = other.clock.at = WEDNESDAY
    planner.daemon.engine.refresh()

    await other.turn()
    await planner.turn()

    assert [record.kind for _, record in other.sent] == ["reminder"]
    assert planner.sent == []


@pytest.mark.parametrize("broken", [False, True], ids=["sound files", "a broken file"])
async def test_what_another_machine_sends_is_what_the_planner_would_have_sent(
    home: Path,
    two: list[Store],
    tmp_path_factory: pytest.TempPathFactory,
    broken: bool,  # noqa: FBT001 -- a column of the table
):
    if broken:
        home.joinpath("campaigns", "broken.toml").write_text(LETTER.replace("dated", "dtaed"))
    alone = Store.open("sqlite:///alone.db", base=tmp_path_factory.mktemp("alone"))
    planner, other = Desk(home, store=two[0]), Desk(home, store=two[1])
    only = Desk(home, store=alone)
    for desk in (planner, only):
        await desk.turn()
    for moment in (at("2010-06-22 05:10"), WEDNESDAY, at("2010-06-24 06:00")):
        planner.clock.at = moment
        planner.daemon.engine.refresh()
        await other.turn_at(moment)
        await only.turn_at(moment)

    assert [record.raw for _, record in other.sent] == [record.raw for _, record in only.sent]
    assert len(only.sent) == 3
    only.store.close()


async def test_nothing_leaves_that_the_planner_has_not_planned_up_to(home: Path, two: list[Store]):
    planner, other = Desk(home, store=two[0]), Desk(home, store=two[1])
    await planner.turn()

    assert await other.turn_at(WEDNESDAY) == []

    planner.clock.at = WEDNESDAY
    planner.daemon.engine.refresh()
    assert len(await other.turn_at(WEDNESDAY)) == 1


async def test_the_other_takes_over_and_what_the_first_still_wants_to_plan_is_refused(
    home: Path, url: str, two: list[Store], caplog: pytest.LogCaptureFixture
):
    planner, other = Desk(home, store=two[0]), Desk(home, store=two[1])
    await planner.turn()
    let_leases_end(url)

    with caplog.at_level(logging.INFO, logger="tracker"):
        assert len(await other.turn_at(WEDNESDAY)) == 1
        home.joinpath("campaigns", "letter.toml").write_text(LETTER.replace("mission", "team"))
        await planner.turn(3)

    assert "plans from now on" in caplog.text
    assert "another machine plans from now on" in caplog.text
    assert asked(url, "SELECT owner, term FROM lease") == [(two[1].owner, 2)]


async def test_an_edit_is_taken_by_the_planner_and_sent_by_the_other(home: Path, two: list[Store]):
    planner, other = Desk(home, store=two[0]), Desk(home, store=two[1])
    await planner.turn()
    home.joinpath("campaigns", "letter.toml").write_text(
        LETTER.replace("Send a mission", "Send a team of five")
    )
    await planner.turn(3)
    planner.clock.at = WEDNESDAY
    planner.daemon.engine.refresh()

    await other.turn_at(WEDNESDAY)

    assert b"Send a team of five" in other.sent[0][1].raw


async def test_only_the_planners_folder_counts_and_the_other_says_that_its_own_differs(
    home: Path,
    two: list[Store],
    tmp_path_factory: pytest.TempPathFactory,
    caplog: pytest.LogCaptureFixture,
):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    shutil.copytree(home, elsewhere, dirs_exist_ok=True)
    (elsewhere / "campaigns" / "letter.toml").unlink()
    (elsewhere / "campaigns" / "appeal.toml").write_text(LETTER)
    config = elsewhere / "config.toml"
    config.write_text(config.read_text().replace("vienna@example.org", "wien@example.org"))
    planner, other = Desk(home, store=two[0]), Desk(elsewhere, store=two[1])
    await planner.turn()
    before = planner.store.lines()
    with caplog.at_level(logging.WARNING, logger="tracker"):
        await other.turn(3)
    planner.clock.at = WEDNESDAY
    planner.daemon.engine.refresh()
    await other.turn_at(WEDNESDAY)

    assert caplog.text.count("are not those of the machine that plans") == 1
    assert "campaign appeal, campaign letter, config config" in caplog.text
    assert {line.occurrence.campaign for line in before} == {"letter", None}
    assert other.campaigns == {"letter"}
    assert {address for address, _ in other.sent} == {"vienna@example.org"}


async def test_a_connection_cut_in_the_middle_of_a_turn_costs_that_turn_and_no_mail(
    home: Path, url: str, two: list[Store], caplog: pytest.LogCaptureFixture
):
    planner = Desk(home, store=two[0])
    await planner.turn()
    planner.on_delivery = lambda: throw_out_everybody(url)

    with caplog.at_level(logging.WARNING, logger="tracker"):
        await planner.turn_at(WEDNESDAY)

    assert [record.kind for _, record in planner.sent] == ["reminder"]
    assert [mail.state for mail in planner.store.mails()] == ["sent"]
    await planner.turn(2)
    assert len(planner.sent) == 1


@pytest.mark.story
@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize("seed", [1, 2])
def test_a_daemon_killed_in_the_midst_of_a_morning_loses_nothing(
    url: str, tmp_path: Path, seed: int
):
    """Two real daemons, 200 mails, one kill: what was in the dead one's hands may come twice."""
    with counting_server() as (counting, port):
        fleet = Fleet(tmp_path, url, port, 200)
        told = a_morning(fleet, counting, daemons=2, kills=1, dice=random.Random(seed))  # noqa: S311 -- where to kill

    tries = outcomes(asked(url, "SELECT outcome FROM attempt"))
    assert (told.lost, told.differing) == (0, 0)
    assert told.copies <= tries["unknown"] <= MOST_CONNECTIONS
    assert tries["sent"] == 200
    assert "Traceback" not in fleet.said()
