"""A database that machines share is copied: the copy sends nothing until a person says so."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.a_machine import AMachine
from tests.cluster import Cluster, a_cluster
from tests.databases import a_database, asked, on_postgres
from tests.dumps import Dumps, poured
from tests.held_desk import DAY, MINUTE, TUESDAY, HeldDesk, a_home
from tests.machines import let_leases_end
from tests.test_machines_restored import MORNING, resume


@pytest.fixture
def dumps(cluster: Cluster) -> Iterator[Dumps]:
    with on_postgres(cluster) as url:
        yield Dumps(cluster, url)


@pytest.fixture
async def original(dumps: Dumps, tmp_path: Path) -> AsyncIterator[HeldDesk]:
    """A daemon whose first mails have left."""
    desk = await HeldDesk(a_home(tmp_path / "one"), AMachine(TUESDAY), url=dumps.url).start()
    await desk.live(30 * MINUTE)
    assert desk.sent
    yield desk
    desk.stop()


def a_desk_on(url: str, home: Path, original: HeldDesk) -> HeldDesk:
    """Have a daemon on another machine that works on the copy, as late as it is for all."""
    machine = AMachine(original.computer.now)
    machine.start()  # another start than the one that the original knows of
    return HeldDesk(home, machine, url=url)


@pytest.mark.parametrize("remembers", [False, True], ids=["a new machine", "a copied machine"])
async def test_a_copy_is_held_and_the_original_goes_on(
    original: HeldDesk,
    dumps: Dumps,
    tmp_path: Path,
    remembers: bool,  # noqa: FBT001 -- a column of the table
):
    url = dumps.clone()
    home = tmp_path / "two"
    shutil.copytree(original.home, home) if remembers else a_home(home)
    copy = await a_desk_on(url, home, original).start()

    assert copy.held == {"cloned"}
    assert await copy.live(DAY) == []
    assert original.held == set()
    assert await original.live(MORNING)
    copy.stop()


async def test_one_word_moves_into_a_copy_for_all_machines(
    original: HeldDesk, dumps: Dumps, tmp_path: Path
):
    url = dumps.clone()
    original.stop()
    moved = [original, a_desk_on(url, a_home(tmp_path / "two"), original)]
    for desk in moved:
        desk.url = url
        await desk.start()
        assert desk.held == {"cloned"}

    assert resume(moved[0]) == ["cloned"]

    for desk in moved:
        desk.stop()
        await desk.start()
        assert desk.held == set()
        assert desk.holding.may_leave()
    assert await moved[0].live(MORNING)
    moved[1].stop()


async def test_a_copy_that_is_put_under_a_daemon_at_work_is_noticed_before_a_mail_leaves(
    original: HeldDesk, dumps: Dumps
):
    dumps.dump()
    dumps.restore()

    assert await original.live(DAY) == []
    assert original.held == {"cloned"}

    resume(original)
    assert await original.live(DAY)


async def test_a_copy_of_a_database_that_nothing_was_sent_from_is_nobodys(
    dumps: Dumps, tmp_path: Path
):
    template = await HeldDesk(a_home(tmp_path / "one"), AMachine(TUESDAY), url=dumps.url).start()
    url = dumps.clone()
    template.stop()

    copy = await HeldDesk(a_home(tmp_path / "two"), AMachine(TUESDAY), url=url).start()

    assert copy.held == set()
    assert await copy.live(MORNING)
    copy.stop()
    await copy.start()
    assert copy.held == set()
    copy.stop()


async def test_an_older_copy_is_restored_to_who_remembers_more_and_cloned_to_who_joins(
    original: HeldDesk, dumps: Dumps, tmp_path: Path
):
    dumps.dump()
    assert await original.live(MORNING)
    original.stop()
    dumps.restore()
    await original.start()
    joins = await a_desk_on(dumps.url, a_home(tmp_path / "two"), original).start()

    assert joins.held == {"restored", "cloned"}
    assert resume(original) == ["cloned", "restored"]
    assert joins.held == set()
    joins.stop()


@pytest.fixture
def ordinary(dumps: Dumps) -> Iterator[str]:
    """A role that may not ask in which cluster it is; `tracker` may do anything."""
    name = f"ordinary_{os.getpid()}"
    asked(dumps.url, f"CREATE ROLE {name} LOGIN IN ROLE pg_read_all_data, pg_write_all_data")
    asked(dumps.url, "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC")
    yield name
    asked(dumps.url, "GRANT EXECUTE ON FUNCTION pg_control_system() TO PUBLIC")


async def test_who_may_not_ask_for_the_cluster_knows_the_database(
    original: HeldDesk, dumps: Dumps, ordinary: str, tmp_path: Path
):
    original.stop()
    original.url = dumps.url.replace("tracker@", f"{ordinary}@")
    await original.start()
    assert original.held == set()
    assert await original.live(MORNING)

    url = dumps.clone().replace("tracker@", f"{ordinary}@")
    copy = await a_desk_on(url, a_home(tmp_path / "two"), original).start()

    assert copy.held == {"cloned"}
    copy.stop()


async def test_a_standby_that_takes_over_is_the_same_database_and_an_upgrade_is_held_once(
    cluster: Cluster, tmp_path: Path
):
    with a_cluster("fsync = off", "autovacuum = off") as old:
        url = a_database(old, "tracker")
        desk = await HeldDesk(a_home(tmp_path / "one"), AMachine(TUESDAY), url=url).start()
        await desk.live(30 * MINUTE)
        desk.stop()
        old.stop("fast")
        shutil.copytree(old.data, tmp_path / "files")  # what a standby has, byte for byte
        shutil.rmtree(old.data)
        shutil.move(tmp_path / "files", old.data)
        give_to_who_runs_it(old)
        old.start()
        await desk.start()
        assert desk.held == set()

        desk.stop()
        new = a_database(cluster, f"upgraded_{os.getpid()}")
        poured(url, new)
        let_leases_end(new)
    desk.url = new
    for held in ({"cloned"}, set[str]()):
        await desk.start()
        assert desk.held == held
        resume(desk)
        desk.stop()


def give_to_who_runs_it(cluster: Cluster) -> None:
    """Give the files to the user that may run a cluster, as they were."""
    owner = cluster.folder.stat()
    for path in (cluster.data, *cluster.data.rglob("*")):
        shutil.chown(path, owner.st_uid, owner.st_gid)
