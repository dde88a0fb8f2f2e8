"""A dump of a shared database is restored: the machines remember more, and hold until told."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from tests.a_machine import AMachine
from tests.cluster import Cluster
from tests.databases import empty, on_postgres
from tests.dumps import Dumps
from tests.held_desk import DAY, MINUTE, TUESDAY, HeldDesk, a_home
from tracker.app.holding.epoch import Epoch
from tracker.app.holding.witness import NAME, file_in
from tracker.app.resuming import go_on
from tracker.store import Store

MORNING = DAY + 75 * MINUTE


@pytest.fixture
def dumps(cluster: Cluster) -> Iterator[Dumps]:
    with on_postgres(cluster) as url:
        yield Dumps(cluster, url)


@pytest.fixture
async def desk(dumps: Dumps, tmp_path: Path) -> AsyncIterator[HeldDesk]:
    """A daemon whose first mails have left."""
    desk = await HeldDesk(a_home(tmp_path / "one"), AMachine(TUESDAY), url=dumps.url).start()
    await desk.live(30 * MINUTE)
    assert desk.sent
    yield desk
    desk.stop()


@pytest.fixture
async def other(desk: HeldDesk, tmp_path: Path) -> AsyncIterator[HeldDesk]:
    """A daemon on another machine that works on the same database."""
    machine = AMachine(desk.computer.now)
    other = await HeldDesk(a_home(tmp_path / "two"), machine, url=desk.url).start()
    yield other
    other.stop()


def resume(desk: HeldDesk) -> list[str]:
    """Say what a person says with `tracker resume`."""
    with Store.open(desk.url, base=desk.home) as store:
        causes = [one.cause for one in store.holds()]
        return go_on(store, causes, desk.clock.reading(), "", sent_already=False)


async def test_a_restart_with_the_database_as_it_was_holds_nothing(desk: HeldDesk):
    desk.stop()
    await desk.start()
    assert desk.held == set()
    assert await desk.live(MORNING)


async def test_before_mails_begin_a_machine_asks_about_its_database_in_one_transaction(
    desk: HeldDesk,
):
    begun = list[object]()
    event.listen(desk.store._engine, "begin", begun.append)

    desk.holding.note_try()

    assert len(begun) == 1


async def test_from_a_restored_dump_nothing_leaves_until_a_person_says_so(
    desk: HeldDesk, dumps: Dumps
):
    dumps.dump()
    assert await desk.live(MORNING)
    desk.stop()
    dumps.restore()
    await desk.start()

    assert desk.held == {"restored"}
    assert await desk.live(DAY) == []

    assert resume(desk) == ["restored"]
    left = await desk.turn()
    assert sorted(mail.coordinator for mail in left) == ["new-york", "vienna"]
    assert desk.held == set()


async def test_a_dump_that_is_restored_while_the_daemon_works_is_noticed_before_a_mail_leaves(
    desk: HeldDesk, dumps: Dumps
):
    dumps.dump()
    assert await desk.live(MORNING)
    dumps.restore()

    assert await desk.live(DAY) == []
    assert desk.held == {"restored"}

    resume(desk)
    assert await desk.live(DAY)


async def test_one_word_is_enough_for_all_machines(desk: HeldDesk, other: HeldDesk, dumps: Dumps):
    dumps.dump()
    await desk.live(MORNING)
    other.computer.pass_by(MORNING)
    await other.turn()
    other.stop()
    desk.stop()
    dumps.restore()
    await desk.start()
    resume(desk)
    await desk.turn()

    await other.start()

    assert other.held == set()
    assert desk.holding.may_leave()
    assert other.holding.may_leave()


async def test_a_machine_that_joins_remembers_nothing_and_holds_nothing(
    desk: HeldDesk, other: HeldDesk
):
    assert other.held == set()
    remembered = [Epoch.read(one.home / NAME) for one in (desk, other)]
    assert len({one.database for one in remembered if one}) == 1


async def test_what_another_machine_sent_is_remembered_within_a_minute(
    desk: HeldDesk, other: HeldDesk, dumps: Dumps
):
    dumps.dump()
    await desk.live(MORNING)
    other.computer.pass_by(MORNING)
    await other.turn()
    other.stop()
    dumps.restore()

    await other.start()

    assert other.held == {"restored"}


async def test_an_empty_database_in_its_place_is_held(desk: HeldDesk):
    desk.stop()
    empty(desk.url)
    await desk.start()
    assert desk.held == {"restored"}
    assert await desk.live(DAY) == []
    resume(desk)
    desk.stop()
    await desk.start()
    assert desk.held == set()


async def test_a_dump_from_which_nothing_was_sent_since_holds_nothing(
    desk: HeldDesk, dumps: Dumps
):
    dumps.dump()
    desk.stop()
    dumps.restore(in_place=True)
    await desk.start()
    assert desk.held == set()


async def test_an_older_dump_that_is_restored_after_a_resume_is_held_again(
    desk: HeldDesk, dumps: Dumps
):
    dumps.dump()
    await desk.live(MORNING)
    for _ in range(2):
        desk.stop()
        dumps.restore()
        await desk.start()
        assert desk.held == {"restored"}
        resume(desk)
        assert await desk.live(MORNING)


async def test_what_a_machine_cannot_remember_it_does_not_send(desk: HeldDesk):
    remembered = desk.home / NAME
    remembered.unlink()
    remembered.mkdir()
    desk.computer.pass_by(MORNING)

    assert await desk.turn() == []

    remembered.rmdir()
    assert await desk.live(DAY)


def test_a_service_remembers_in_its_state_folder(tmp_path: Path):
    states = {"STATE_DIRECTORY": "/var/lib/advocacy-tracker:/var/lib/other"}
    assert file_in(states, tmp_path) == Path("/var/lib/advocacy-tracker", NAME)
    assert file_in({}, tmp_path) == tmp_path / NAME
