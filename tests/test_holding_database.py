"""Whose database it is: restored, copied, moved, deleted, replaced, damaged, without room."""

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.a_machine import PLENTY, AMachine
from tests.held_desk import DAY, HOUR, MINUTE, TUESDAY, HeldDesk, a_home
from tracker.app.holding.clock import Seen
from tracker.app.holding.disk import FLOOR_BYTES
from tracker.app.holding.epoch import (
    Epoch,
    file_beside,
    must_be_there,
    restored as restored_words,
)
from tracker.app.resuming import go_on, waiting
from tracker.errors import ConfigError, TrackerError
from tracker.store import Store
from tracker.store.soundness import must_be_sound

MORNING = DAY + 75 * MINUTE


@pytest.fixture
async def desk(tmp_path: Path) -> HeldDesk:
    """A desk whose first mails have left."""
    desk = await HeldDesk(a_home(tmp_path / "home"), AMachine(TUESDAY)).start()
    await desk.live(30 * MINUTE)
    assert desk.sent
    return desk


class Killed(BaseException):
    """The process ended here."""


def killed() -> None:
    raise Killed


def database(desk: HeldDesk) -> Path:
    return desk.home / "tracker.db"


def backup(desk: HeldDesk) -> Path:
    """Copy the database while the daemon is at work, as `VACUUM INTO` does."""
    copy = desk.home / "backup.db"
    with sqlite3.connect(database(desk)) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    connection.close()
    return copy


def resume(desk: HeldDesk, *, sent_already: bool = False) -> list[str]:
    """Say what a person says with `tracker resume`, in another process."""
    with Store.open("sqlite:///tracker.db", base=desk.home) as store:
        causes = [one.cause for one in store.holds()]
        machine = desk.computer.machine.id
        return go_on(store, causes, desk.clock.reading(), machine, sent_already=sent_already)


async def restored(desk: HeldDesk) -> None:
    """Put a backup of before this morning's mails in place of the database, and start."""
    copy = backup(desk)
    await desk.live(MORNING)
    desk.stop()
    shutil.move(copy, database(desk))
    await desk.start()


async def test_a_restart_with_ones_own_database_holds_nothing(desk: HeldDesk):
    await desk.live(MORNING)
    desk.stop()
    await desk.start()
    assert desk.held == set()


async def test_a_killed_try_leaves_the_database_ahead_and_holds_nothing(desk: HeldDesk):
    desk.store.mark("tries", str(desk.store.tries() + 1), now=desk.computer.now)
    desk.stop()
    await desk.start()
    assert desk.held == set()


async def test_from_a_restored_backup_nothing_leaves_until_a_person_says_so(desk: HeldDesk):
    await restored(desk)
    before = len(desk.sent)

    await desk.live(2 * DAY)

    assert len(desk.sent) == before
    assert desk.held == {"restored"}
    (hold,) = desk.store.holds()
    assert "comes from a backup" in hold.why
    assert "tracker resume restored" in hold.why


async def test_on_a_persons_word_each_reader_gets_one_mail(desk: HeldDesk):
    await restored(desk)
    await desk.live(2 * DAY + 8 * HOUR)  # by day in New York, too
    assert {one.reader for one in waiting(desk.store, desk.clock())} == {"vienna", "new-york"}

    assert resume(desk) == ["restored"]
    left = await desk.turn()

    assert sorted(one.coordinator for one in left) == ["new-york", "vienna"]
    desk.stop()
    await desk.start()
    assert desk.held == set()


async def test_what_was_sent_already_is_left_out_and_told_as_missed(desk: HeldDesk):
    await restored(desk)
    await desk.turn()
    due = {one.key for one in desk.store.due_lines(desk.clock())}
    assert due

    resume(desk, sent_already=True)
    assert await desk.turn() == []
    left = await desk.live(2 * DAY)

    assert not due & {key for mail in left for key in mail.keys}
    digests = [one.raw.decode() for one in left if one.kind == "digest"]
    assert any("left out on resuming" in " ".join(text.split()) for text in digests)


async def test_a_backup_that_is_restored_before_anything_left_holds_nothing(desk: HeldDesk):
    copy = backup(desk)
    desk.stop()
    shutil.move(copy, database(desk))
    await desk.start()
    assert desk.held == set()


async def test_a_try_that_only_the_file_knows_of_is_enough(desk: HeldDesk):
    copy = backup(desk)
    desk.computer.pass_by(DAY)
    desk.on_delivery = killed
    with pytest.raises(Killed):
        await desk.turn()
    desk.on_delivery = lambda: None
    desk.stop()
    shutil.move(copy, database(desk))
    await desk.start()
    assert desk.held == {"restored"}


async def test_a_copy_on_another_machine_is_held(desk: HeldDesk):
    desk.stop()
    copied = shutil.copytree(desk.home, desk.home.parent / "copy")
    twin = await HeldDesk(copied, AMachine(desk.computer.now, machine_id="another")).start()
    assert twin.held == {"cloned"}
    assert await twin.live(2 * DAY) == []

    resume(twin)
    assert await twin.turn()


async def test_a_database_without_its_file_was_moved_and_is_held(desk: HeldDesk):
    desk.stop()
    file_beside(database(desk)).unlink()
    await desk.start()
    assert desk.held == {"cloned"}


async def test_a_file_that_nobody_can_read_counts_as_gone(desk: HeldDesk):
    desk.stop()
    file_beside(database(desk)).write_bytes(b"\xff\x00 nonsense")
    await desk.start()
    assert desk.held == {"cloned"}


async def test_a_database_of_an_earlier_version_is_taken_over(desk: HeldDesk):
    desk.stop()
    with sqlite3.connect(database(desk)) as connection:
        connection.execute("DELETE FROM mark")
    connection.close()
    file_beside(database(desk)).unlink()
    await desk.start()
    assert desk.held == set()
    assert file_beside(database(desk)).exists()


async def test_a_deleted_database_ends_the_daemon_and_none_takes_its_place(desk: HeldDesk):
    database(desk).unlink()
    with pytest.raises(TrackerError, match="was deleted while it was in use"):
        await desk.live(DAY)
    assert not database(desk).exists()


async def test_a_replaced_database_ends_the_daemon(desk: HeldDesk):
    shutil.move(backup(desk), database(desk))
    before = len(desk.sent)
    with pytest.raises(TrackerError, match="was replaced while it was in use"):
        await desk.live(DAY)
    assert len(desk.sent) == before


@pytest.mark.parametrize("left", [None, b""])
async def test_an_empty_database_never_takes_the_place_of_one_that_sent_mail(
    left: bytes | None, desk: HeldDesk
):
    desk.stop()
    database(desk).unlink()
    if left is not None:
        database(desk).write_bytes(left)
    with pytest.raises(ConfigError, match="Restore a backup"):
        must_be_there(database(desk))


def test_a_first_start_has_no_database_and_needs_none(tmp_path: Path):
    must_be_there(tmp_path / "tracker.db")
    must_be_sound(tmp_path / "tracker.db")


def is_refused(file: Path) -> bool:
    try:
        must_be_sound(file)
    except ConfigError:
        return True
    return False


async def test_a_damaged_database_is_refused_and_nothing_is_overwritten(desk: HeldDesk):
    desk.stop()
    file = database(desk)
    must_be_sound(file)
    sound = file.read_bytes()
    page = 4096
    refused = 0
    for start in range(page, len(sound), page):
        damaged = sound[:start] + b"\xa5" * page + sound[start + page :]
        file.write_bytes(damaged)
        refused += is_refused(file)
        assert file.read_bytes() == damaged
    assert refused >= (len(sound) // page - 1) * 0.9


@pytest.mark.parametrize("text", [b"not a database, only some words" * 200, b"\0" * 8192])
def test_what_is_no_database_is_refused(text: bytes, tmp_path: Path):
    file = tmp_path / "tracker.db"
    file.write_bytes(text)
    with pytest.raises(ConfigError, match="restore a backup"):
        must_be_sound(file)
    assert file.read_bytes() == text


async def test_below_the_floor_nothing_leaves_and_it_goes_on_by_itself(desk: HeldDesk):
    desk.computer.free = database(desk).stat().st_size * 5 - 1
    before = len(desk.sent)
    assert await desk.live(MORNING) == []
    assert desk.held == {"disk"}

    desk.computer.free = PLENTY
    desk.computer.pass_by(MINUTE)
    await desk.turn()

    assert desk.held == set()
    assert len(desk.sent) > before


async def test_a_resume_does_not_make_room(desk: HeldDesk):
    desk.computer.free = 0
    await desk.turn()
    assert resume(desk) == []
    assert await desk.live(MORNING) == []


def test_no_more_than_64_mb_are_wanted(tmp_path: Path):
    from tracker.app.holding.disk import DatabaseFile  # noqa: PLC0415 -- only here

    file = tmp_path / "tracker.db"
    file.write_bytes(b"")
    os.truncate(file, 1024**3)
    assert DatabaseFile(file).shortage(FLOOR_BYTES) is None
    assert DatabaseFile(file).shortage(FLOOR_BYTES - 1) is not None


async def test_a_disk_that_is_full_at_the_commit_sends_nothing_and_comes_back(desk: HeldDesk):
    """SQLite itself says so: no page may be added, whatever the machine says of free space."""
    desk.computer.pass_by(MORNING)
    before = len(desk.sent)
    limit_pages(desk.store, 1)
    assert await desk.turn() == []
    assert await desk.turn() == []

    limit_pages(desk.store, 1_000_000)
    desk.computer.pass_by(MINUTE)
    await desk.turn()

    assert len(desk.sent) > before


async def test_a_database_that_only_reads_sends_nothing_and_comes_back(desk: HeldDesk):
    desk.computer.pass_by(MORNING)
    query_only(desk.store, on=True)
    assert await desk.turn() == []

    query_only(desk.store, on=False)
    desk.computer.pass_by(MINUTE)

    assert await desk.turn()


async def test_a_database_that_only_reads_is_told_once_and_once_when_it_is_over(
    desk: HeldDesk, caplog: pytest.LogCaptureFixture
):
    caplog.set_level("INFO", logger="tracker")
    desk.computer.pass_by(MORNING)
    query_only(desk.store, on=True)
    for _ in range(5):
        await desk.turn()
        desk.computer.pass_by(MINUTE)
    held = caplog.text

    query_only(desk.store, on=False)
    await desk.turn()
    await desk.turn()

    assert held.count("nothing is sent") == 1
    assert held.count("waited in vain") <= 1
    assert "right again" not in held
    assert caplog.text.count("the disk is right again: mail goes on") == 1


async def test_a_file_beside_that_cannot_be_written_keeps_the_mail(
    desk: HeldDesk, monkeypatch: pytest.MonkeyPatch
):
    desk.computer.pass_by(MORNING)
    beside = file_beside(database(desk))
    said = Epoch.read(beside)
    beside.unlink()
    beside.mkdir()

    assert await desk.turn() == []
    assert {one.state for one in desk.store.mails()[len(desk.sent) :]} == {"queued"}

    beside.rmdir()
    assert said is not None
    said.write(beside)
    assert await desk.live(DAY)


def limit_pages(store: Store, most: int) -> None:
    with store._engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {most}")


def query_only(store: Store, *, on: bool) -> None:
    with store._engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA query_only = {int(on)}")


def test_a_resumed_database_has_seen_all_the_tries_that_its_file_knows_of(tmp_path: Path):
    with Store.open("sqlite:///tracker.db", base=tmp_path) as store:
        store.hold("restored", "it comes from a backup", now=TUESDAY)
        file = file_beside(tmp_path / "tracker.db")
        Epoch("another", "this-machine", 7).write(file)

        go_on(store, ["restored"], Seen(TUESDAY, "boot", 1.0), "this-machine", sent_already=False)

        known = Epoch.read(file)
        assert known is not None
        assert (store.tries(), known.tries) == (7, 7)


def test_one_try_is_told_as_one():
    assert "(1 try to send is not in it)" in restored_words(1)
    assert "(7 tries to send are not in it)" in restored_words(7)
