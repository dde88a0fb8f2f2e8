"""The real process on a machine whose clock is set wrong, and on one that was off for days."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from tests.builders import at
from tests.fake_clock import FakeClock, library
from tests.held_desk import LETTER, a_home
from tracker.store import Store

PATIENCE_SECONDS = 60.0
ROOT = Path(__file__).parent.parent
TUESDAY = at("2027-06-22 13:30")  # by day for both readers
SETTLED = timedelta(minutes=15)  # so that no mailbox has six mails in an hour
YEARS = timedelta(days=3653)
WRONG = {
    "1970": datetime(1970, 1, 1, 0, 1, tzinfo=UTC),
    "a day back": TUESDAY - timedelta(days=1),
    "a day ahead": TUESDAY + timedelta(days=1),
    "ten years back": TUESDAY - YEARS,
    "ten years ahead": TUESDAY + YEARS,
    "2038": datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC),
}
# A machine that was off: no clock of the system can be turned back to before its start, so clock
# and machine are given. Which start of the machine it is, and when, stands in the arguments.
STARTED = """
import sys, time
from datetime import datetime, timedelta
from tracker.app.holding import Machine
from tracker.cli import main

boot, start, up = sys.argv.pop(1), datetime.fromisoformat(sys.argv.pop(1)), time.monotonic
begun = up()
machine = Machine("machine", boot, lambda: start.timestamp() + up() - begun, lambda _: 2**40)
main(sys.argv[1:], clock=lambda: start + timedelta(seconds=up() - begun), machine=machine)
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = a_home(tmp_path / "home")
    config = home / "config.toml"
    config.write_text(f'{config.read_text()}\n[times]\nsettle = "1 minute"\n')
    return home


@contextmanager
def running(home: Path, *program: str, **environ: str) -> Iterator[subprocess.Popen[bytes]]:
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 -- our own program
            [sys.executable, *program, "--config", str(home / "config.toml"), "run"],
            cwd=home,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
            stderr=log,
        )
    try:
        yield process
        process.terminate()
        assert process.wait(PATIENCE_SECONDS) == 0, (home / "log").read_text()
    finally:
        process.kill()
        process.wait()


def until(come: Callable[[], bool], process: subprocess.Popen[bytes], what: str) -> None:
    """Poll until something has come about, the process ends or patience does."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not come():
        if process.poll() is not None or time.monotonic() > end:
            pytest.fail(f"{what} has not come; exit {process.poll()}")
        time.sleep(0.05)  # noqa: TID251 -- another process does the work here


def mails(home: Path) -> list[Path]:
    new = home / "outbox" / "new"
    return list(new.iterdir()) if new.is_dir() else []


def held(home: Path) -> set[str]:
    with Store.open("sqlite:///tracker.db", base=home) as store:
        return {one.cause for one in store.holds()}


def states(home: Path, campaign: str) -> list[str]:
    with Store.open("sqlite:///tracker.db", base=home) as store:
        found = store.lines(campaign=campaign)
        return [one.state for one in found if one.occurrence.item == "accepted"]


@pytest.mark.story
@pytest.mark.usefixtures("unmeasured")
@pytest.mark.skipif(library() is None and "CI" not in os.environ, reason="no libfaketime")
def test_a_clock_that_is_set_wrong_under_a_real_daemon_stops_its_mail_and_not_its_plan(
    home: Path, tmp_path: Path
):
    clock, right = FakeClock(tmp_path / "clock", TUESDAY), TUESDAY
    with running(home, "-m", "tracker", **clock.environ) as daemon:
        until(lambda: states(home, "letter") == ["queued"] * 2, daemon, "the first plan")
        clock.set(right := right + SETTLED)
        until(lambda: len(mails(home)) == 2, daemon, "the first mail")
        for number, (kind, wrong) in enumerate(WRONG.items()):
            before = len(mails(home))
            clock.set(wrong)
            until(lambda: held(home) == {"clock"}, daemon, f"the hold at {kind}")
            new = home / "campaigns" / f"letter-{number}.toml"
            new.write_text(LETTER.replace("Send a mission", f"Letter {number}"))
            name = new.stem
            until(lambda n=name: states(home, n) == ["queued"] * 2, daemon, "a plan")  # type: ignore[misc]
            assert len(mails(home)) == before, kind

            clock.set(right := right + SETTLED)
            until(lambda: held(home) == set(), daemon, f"the end of the hold at {kind}")
            until(lambda b=before: len(mails(home)) == b + 2, daemon, "the mail after it")  # type: ignore[misc]

    with Store.open("sqlite:///tracker.db", base=home) as store:
        ended = {one.state for one in store.lines()}
    assert ended == {"queued", "sent"}, "a wrong clock ended something"


@pytest.mark.story
def test_after_days_off_a_real_daemon_sends_one_mail_a_person_with_what_is_late_and_what_expired(
    home: Path,
):
    with running(home, "-c", STARTED, "first", TUESDAY.isoformat()) as daemon:
        until(lambda: states(home, "letter") == ["queued"] * 2, daemon, "the first plan")
    an_hour_later = (TUESDAY + timedelta(hours=1)).isoformat()
    with running(home, "-c", STARTED, "first", an_hour_later) as daemon:
        until(lambda: len(mails(home)) == 2, daemon, "the first mail")
    before = set(mails(home))

    days_later = (TUESDAY + timedelta(days=6)).isoformat()
    with running(home, "-c", STARTED, "second", days_later) as daemon:
        until(lambda: len(mails(home)) == 4, daemon, "the mail after the days off")
        until(lambda: states(home, "letter") == ["sent"] * 2, daemon, "the end of it")

    later = [
        message_from_bytes(one.read_bytes(), policy=policy.default)
        for one in set(mails(home)) - before
    ]
    assert sorted(str(one["To"].addresses[0].username) for one in later) == ["new-york", "vienna"]
    for one in later:
        body = one.get_body(("plain",))
        assert body is not None
        text = body.get_content()
        assert "Nothing left from Tuesday 22 June 2027" in text
        assert "expired and will not be sent" in text
