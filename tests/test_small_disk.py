"""The real daemon on a disk of one megabyte that is full: nothing leaves until there is room."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.small_disk import SmallDisk, can_mount
from tests.test_process_clock import ROOT, TUESDAY, home as home, mails, until  # noqa: PLC0414 -- a fixture

# The clock stands where a file says, so that what is due comes due when the disk is full.
PROGRAM = """
import sys
from datetime import datetime, timedelta
from pathlib import Path
from tracker.app.holding import Machine
from tracker.cli import main

start, minutes = datetime.fromisoformat(sys.argv.pop(1)), Path(sys.argv.pop(1))
passed = lambda: timedelta(minutes=int(minutes.read_text()))
machine = Machine("machine", "boot", lambda: passed().total_seconds(), lambda _: 2**40)
main(sys.argv[1:], clock=lambda: start + passed(), machine=machine)
"""


def states(folder: Path) -> list[str]:
    """Return the states of all accepted notices, read from the bytes on the disk.

    SQLite follows the link to another process's folders, and comes out in our own.
    """
    database = folder / "tracker.db"
    try:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.deserialize(database.read_bytes() or bytes(1))
            asked = "SELECT state FROM line WHERE key LIKE '%accepted%'"
            return [state for (state,) in connection.execute(asked)]
    except (sqlite3.Error, FileNotFoundError):
        return []  # it is not there yet, or is being written


@pytest.mark.story
def test_on_a_full_disk_nothing_leaves_and_all_leaves_when_there_is_room(
    home: Path, tmp_path: Path
):
    folder = tmp_path / "disk"
    folder.mkdir()
    if not can_mount(folder):
        pytest.skip("nobody may mount here, not even in a namespace of their own")
    disk = SmallDisk(folder)
    config = home / "config.toml"
    config.write_text(f'database = "sqlite:///{disk.folder}/tracker.db"\n{config.read_text()}')
    minutes = tmp_path / "minutes"
    minutes.write_text("0")
    program = (sys.executable, "-c", PROGRAM, TUESDAY.isoformat(), str(minutes))
    daemon = subprocess.Popen(  # noqa: S603 -- our own program
        [*disk.command(*program), "--config", str(config), "run"],
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"},
        stderr=subprocess.PIPE,
    )
    try:
        until(lambda: states(disk.seen_by(daemon)) == ["queued"] * 2, daemon, "a plan")
        disk.fill(daemon)
        minutes.write_text("3")
        assert daemon.stderr is not None
        said = b""
        while b"nothing is sent: The disk" not in said:
            said = daemon.stderr.readline()
            assert said, "it has ended"
        assert mails(home) == []

        disk.free(daemon)
        until(lambda: states(disk.seen_by(daemon)) == ["sent"] * 2, daemon, "the mail")
        assert len(mails(home)) == 2
        daemon.terminate()
        assert daemon.wait(30) == 0
    finally:
        daemon.kill()
        daemon.communicate()
