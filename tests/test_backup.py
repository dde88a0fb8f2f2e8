"""`tracker backup`: a copy that can be trusted, made while the daemon works."""

import shutil
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest

from tests.builders import at
from tests.desk import Desk
from tests.test_cli_outbox import desk, refused
from tracker.errors import QuestionError, TrackerError
from tracker.store import JournalEntry, NewMail, Store
from tracker.store.backup import back_up
from tracker.store.looking import look_at

__all__ = ["desk", "refused"]  # fixtures
NOW = at("2010-06-22 08:00")


def entry(number: int) -> JournalEntry:
    return JournalEntry(NOW, "fact", "osce", f"fact/{number}", {"text": "x" * 200})


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A database with a journal and one mail, as a daemon has it."""
    with Store.open("sqlite:///tracker.db", base=tmp_path) as store:
        store.record(map(entry, range(500)))
        store.start_mail(
            NewMail(
                coordinator="vienna",
                kind="digest",
                subject="Tomorrow",
                message_id="<1@example.org>",
                raw=b"Subject: Tomorrow\r\n\r\nCall.\r\n",
                keys=(),
            ),
            now=NOW,
        )
    return tmp_path / "tracker.db"


def dump(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        return list(connection.iterdump())


def test_the_copy_has_everything_and_is_nobody_elses(kept: Path, tmp_path: Path):
    made = back_up(kept, tmp_path / "copy.db")

    assert dump(made.file) == dump(kept)
    assert stat.S_IMODE(made.file.stat().st_mode) == 0o600
    assert made.rows["journal"] == 500
    assert made.rows["mail"] == 1
    assert {path.name for path in tmp_path.iterdir()} == {"tracker.db", "copy.db"}


def test_a_tracker_goes_on_from_the_copy(kept: Path, tmp_path: Path):
    back_up(kept, tmp_path / "copy.db")
    kept.unlink()
    (tmp_path / "copy.db").rename(kept)

    with Store.open("sqlite:///tracker.db", base=tmp_path) as store:
        assert store.last_number() == 500
        assert store.record([entry(1)]) == []
        assert len(store.record([entry(501)])) == 1


def test_it_is_the_state_of_one_moment_though_the_daemon_writes(kept: Path, tmp_path: Path):
    done = threading.Event()
    with Store.open("sqlite:///tracker.db", base=tmp_path) as store:

        def work() -> None:
            number = 1000
            while not done.wait(0.002):
                # Two that belong together: a copy has both or neither.
                store.record([entry(number), entry(number + 1)])
                number += 2

        worker = threading.Thread(target=work)
        worker.start()
        try:
            copies = [back_up(kept, tmp_path / f"copy-{n}.db") for n in range(8)]
        finally:
            done.set()
            worker.join()

        assert store.last_number() > 500
    counts = [copy.rows["journal"] for copy in copies]
    assert all(count % 2 == 0 for count in counts)
    assert counts == sorted(counts)
    assert counts[-1] > 500


def test_what_stands_only_in_the_write_ahead_log_is_in_the_copy(kept: Path, tmp_path: Path):
    with closing(sqlite3.connect(kept, isolation_level=None)) as daemon:
        daemon.execute("PRAGMA journal_mode = WAL")
        daemon.execute("INSERT INTO journal VALUES (501, '2010', 'fact', NULL, 'late', '{}')")
        assert (tmp_path / "tracker.db-wal").stat().st_size > 0

        made = back_up(kept, tmp_path / "copy.db")

    assert made.rows["journal"] == 501


def test_nothing_is_ever_overwritten(kept: Path, tmp_path: Path):
    copy = tmp_path / "copy.db"
    copy.write_text("letters to keep")

    with pytest.raises(QuestionError, match="overwrites nothing"):
        back_up(kept, copy)
    with pytest.raises(QuestionError, match="overwrites nothing"):
        back_up(kept, kept)

    assert copy.read_text() == "letters to keep"


def test_a_folder_that_is_not_there_is_said(kept: Path, tmp_path: Path):
    with pytest.raises(QuestionError, match=r"copy\.db cannot be made"):
        back_up(kept, tmp_path / "nowhere" / "copy.db")


def test_of_a_damaged_database_no_copy_is_left(kept: Path, tmp_path: Path):
    damaged = bytearray(kept.read_bytes())
    damaged[len(damaged) // 2 : len(damaged) // 2 + 9000] = b"\xff" * 9000
    kept.write_bytes(damaged)

    with pytest.raises(TrackerError):
        back_up(kept, tmp_path / "copy.db")

    assert {path.name for path in tmp_path.iterdir()} == {"tracker.db"}


def test_a_copy_that_lacks_rows_is_not_kept(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def as_if_lost(file: Path, *, thorough: bool):
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute("DELETE FROM journal WHERE id = 7")
        return look_at(file, thorough=thorough)

    monkeypatch.setattr("tracker.store.backup.look_at", as_if_lost)
    with pytest.raises(TrackerError, match="499 rows in journal, the database 500 to 500"):
        back_up(kept, tmp_path / "copy.db")

    assert not (tmp_path / "copy.db").exists()


def test_the_command_says_what_is_in_the_copy(desk: Desk):
    said = desk.run("backup", "copy.db")
    again = desk.run("backup", "copy.db")
    (as_json,) = desk.run("backup", "copy-2.db", "--json").objects

    assert said.code == 0
    assert "copy.db: " in said.out
    assert "bytes, sound; rows: " in said.out
    assert (again.code, again.out) == (1, "")
    assert "overwrites nothing" in again.err
    assert (
        as_json["rows"]["mail"] == look_at(desk.folder / "tracker.db", thorough=True).rows["mail"]
    )
    assert (desk.folder / "copy.db").stat().st_size == as_json["bytes"]


def test_without_a_database_there_is_nothing_to_copy(desk: Desk):
    (desk.folder / "tracker.db").unlink()

    said = desk.run("backup", "copy.db")

    assert said.code == 1
    assert "no database yet" in said.err
    assert not (desk.folder / "copy.db").exists()


def test_what_lies_in_a_backup_is_what_the_outbox_shows(desk: Desk):
    desk.run("backup", "copy.db")
    before = desk.run("outbox").out
    shutil.move("copy.db", "tracker.db")

    assert desk.run("outbox").out == before
