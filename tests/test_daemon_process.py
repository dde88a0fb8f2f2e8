"""The real process: started, mailing, told to stop. The one place where real time passes."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.builders import CONFIG, COUNCIL, NEW_YORK, VIENNA
from tests.test_daemon import LETTER

PATIENCE_SECONDS = 30.0
ROOT = Path(__file__).parent.parent
# Its clock starts in June 2010 and runs a thousand times as fast: ten minutes are less than one
# second, and no test depends on today's date.
PROGRAM = """
import sys, time
from datetime import UTC, datetime, timedelta
from tracker.cli import main

begun, start = time.monotonic(), datetime(2010, 6, 22, 5, tzinfo=UTC)
main(sys.argv[1:], clock=lambda: start + timedelta(seconds=1000 * (time.monotonic() - begun)))
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for name in ("forums", "workdays"):
        (tmp_path / "campaigns" / name).mkdir(parents=True)
    (tmp_path / "config.toml").write_text(CONFIG)
    (tmp_path / "campaigns" / "letter.toml").write_text(LETTER)
    (tmp_path / "campaigns" / "forums" / "council.toml").write_text(COUNCIL)
    (tmp_path / "campaigns" / "workdays" / "vienna.toml").write_text(VIENNA)
    (tmp_path / "campaigns" / "workdays" / "new-york.toml").write_text(NEW_YORK)
    return tmp_path


@contextmanager
def running(home: Path, **environ: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(  # noqa: S603 -- our own program
        [sys.executable, "-c", PROGRAM, "--config", str(home / "config.toml"), "run"],
        cwd=home,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def waits_for(home: Path, process: subprocess.Popen[str]) -> list[Path]:
    """Poll until a mail is in the Maildir, the process ends or patience does."""
    end = time.monotonic() + PATIENCE_SECONDS
    new = home / "outbox" / "new"
    while time.monotonic() < end and process.poll() is None:
        if new.is_dir() and (mails := list(new.iterdir())):
            return mails
        time.sleep(0.05)  # noqa: TID251 -- another process does the work here
    pytest.fail(f"no mail came; exit {process.poll()}")


@pytest.mark.story
def test_the_daemon_mails_a_campaign_refuses_a_second_one_and_stops_when_told(home: Path):
    with running(home) as daemon:
        mails = waits_for(home, daemon)
        with running(home) as second:
            _, refusal = second.communicate(timeout=PATIENCE_SECONDS)
        daemon.send_signal(signal.SIGHUP)
        daemon.send_signal(signal.SIGTERM)
        _, said = daemon.communicate(timeout=PATIENCE_SECONDS)

    assert daemon.returncode == 0
    assert "Send a mission" in mails[0].read_text()
    assert second.returncode == 75
    assert f"process {daemon.pid} on " in refusal
    lines = said.splitlines()
    assert "info: started as process" in lines[0]
    assert any("sent mail=1 kind=notice to=vienna" in line for line in lines)
    assert lines[-1].endswith("info: stopped")
    assert "Traceback" not in said
    assert "@" not in said


def test_what_it_makes_is_nobody_elses(home: Path):
    with running(home, JOURNAL_STREAM="8:1") as daemon:
        mails = waits_for(home, daemon)
        status = Path(f"/proc/{daemon.pid}/status").read_text()
        daemon.send_signal(signal.SIGINT)
        _, said = daemon.communicate(timeout=PATIENCE_SECONDS)

    assert daemon.returncode == 0
    assert said.startswith("<6>started")
    assert "Umask:\t0077\n" in status
    made = [home / "tracker.db", home / "outbox", *mails]
    assert {path.stat().st_mode & 0o077 for path in made} == {0}


def test_a_broken_config_ends_it_at_once_with_the_place(home: Path):
    (home / "config.toml").write_text(CONFIG.replace('"Europe/Vienna"', '"Europe/Wien"'))

    with running(home) as daemon:
        _, said = daemon.communicate(timeout=PATIENCE_SECONDS)

    assert daemon.returncode == 78
    assert "config.toml:7:12: coordinator.timezone" in said
    assert "Europe/Vienna" in said
    assert not (home / "tracker.db").exists()


def test_without_a_config_it_says_where_to_look(home: Path):
    (home / "config.toml").unlink()

    with running(home) as daemon:
        _, said = daemon.communicate(timeout=PATIENCE_SECONDS)

    assert daemon.returncode == 78
    assert "config.toml" in said
    assert "Traceback" not in said


def test_systemd_hears_that_it_is_ready_alive_and_stopping(home: Path):
    address = home / "notify"
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd,
        running(home, NOTIFY_SOCKET=str(address), WATCHDOG_USEC="120000000") as daemon,
    ):
        systemd.bind(str(address))
        systemd.settimeout(PATIENCE_SECONDS)
        heard: list[str] = []
        while "STATUS=1 campaign in force" not in heard:
            heard += systemd.recv(4096).decode().split("\n")
        limits = Path(f"/proc/{daemon.pid}/limits").read_text()
        daemon.send_signal(signal.SIGTERM)
        while "STOPPING=1" not in heard:
            heard += systemd.recv(4096).decode().split("\n")
        daemon.communicate(timeout=PATIENCE_SECONDS)

    before = heard[: heard.index("READY=1")]
    assert "STATUS=reads the files: 8 of 9" in before
    assert before.pop() == "STATUS=looks at what is due"
    assert set(before) - {one for one in before if one.startswith("STATUS=reads the files: ")} == {
        "EXTEND_TIMEOUT_USEC=600000000"
    }
    assert heard.index("WATCHDOG=1") < heard.index("STATUS=1 campaign in force")
    assert daemon.returncode == 0
    assert re.search(r"Max core file size +0 +0 ", limits)


def test_in_the_journal_each_line_of_a_fatal_message_is_an_error(home: Path):
    (home / "config.toml").write_text(CONFIG.replace('"Europe/Vienna"', '"Europe/Wien"'))

    with running(home, JOURNAL_STREAM="8:1") as daemon:
        _, said = daemon.communicate(timeout=PATIENCE_SECONDS)

    assert daemon.returncode == 78
    assert {line[:3] for line in said.splitlines()} == {"<3>"}
    assert "<3>config.toml:7:12: coordinator.timezone" in said.replace(f"{home}/", "")
