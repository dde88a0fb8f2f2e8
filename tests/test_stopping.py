"""Told to stop at any moment, or unable to write: what is in hand is finished, or found again."""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import CONFIG, at
from tests.crashes import Desk, Server, blank_database, with_database
from tests.test_daemon_process import PATIENCE_SECONDS, ROOT
from tests.test_failpoints import BEFORE, BOTH, LETTER, MORNING
from tracker.failpoints import reaching
from tracker.store import Store

PHASES = (
    "unconnected", "connecting", "connected", "greeted", "sender-taken", "recipient-taken",
    "text-wanted", "taken", "answer-unwritten",
)  # fmt: skip
ONE_MORNING = CONFIG.replace("America/New_York", "Europe/Vienna")
READER = """
[[coordinator]]
id = "reader-{0}"
name = "Reader {0}"
email = "reader-{0}@example.org"
timezone = "Europe/Vienna"
"""
# The disk refuses every write from the moment of the first answer on.
FULL = """
import resource, sys
from datetime import UTC, datetime
from tracker.cli import main
from tracker.failpoints import reaching

def refuse(place):
    if place == sys.argv[1]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))

with reaching(refuse):
    main(sys.argv[2:], clock=lambda: datetime(2010, 6, 22, 6, 30, tzinfo=UTC))
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return with_database(tmp_path / "home", blank_database(tmp_path / "blank"))


@pytest.mark.parametrize("phase", PHASES)
def test_told_to_stop_in_any_phase_it_finishes_what_it_has_in_hand(
    phase: str, home: Path, caplog: pytest.LogCaptureFixture
):
    server = Server({})
    desk = Desk(home, server, BEFORE)
    desk.write("config", ONE_MORNING)
    desk.write("campaigns/letter", BOTH)
    desk.turn_at(BEFORE)
    desk.clock.at = MORNING

    def stop(place: str) -> None:
        if place == phase:
            desk.stop()

    with reaching(stop):
        desk.run()

    with Store.open("sqlite:///tracker.db", base=home) as store:
        assert {mail.state for mail in store.mails()} == {"sent"}
        assert len(store.mails()) == sum(server.letters.values())
    assert "Traceback" not in caplog.text


def test_an_answer_that_does_not_come_is_not_waited_for_when_told_to_stop(home: Path):
    server = Server({"dot": lambda *_: "hang"})
    desk = Desk(home, server, BEFORE)
    desk.write("campaigns/letter", LETTER)
    desk.turn_at(BEFORE)
    desk.clock.at = MORNING

    def stop(place: str) -> None:
        if place == "text-wanted":
            desk.stop(grace_seconds=0.1)

    with reaching(stop):
        desk.run()

    with Store.open("sqlite:///tracker.db", base=home) as store:
        (mail,) = store.mails()
        assert (mail.state, mail.recoveries) == ("unknown", 1)
        (tried,) = store.attempts(mail.id)
        assert tried.text == "the tracker was stopped before the answer came"


def test_nothing_is_begun_once_it_is_told_to_stop(home: Path):
    server = Server({})
    desk = Desk(home, server, BEFORE)
    desk.write("config", ONE_MORNING + "".join(READER.format(number) for number in range(4)))
    everybody = ["vienna", "new-york", *(f"reader-{number}" for number in range(4))]
    desk.write("campaigns/letter", LETTER.replace('["vienna"]', json.dumps(everybody)))
    desk.turn_at(BEFORE)
    desk.clock.at = MORNING

    def stop(place: str) -> None:
        if place == "unconnected":
            desk.stop()

    with reaching(stop):
        desk.run()

    with Store.open("sqlite:///tracker.db", base=home) as store:
        mails = store.mails()
        waiting = {line.to for line in store.due_lines(MORNING)}
        assert [mail.state for mail in mails] == ["sent"] * 4  # begun together, before it was told
        assert waiting == {*everybody} - {mail.coordinator for mail in mails}


def test_a_fault_of_ours_is_told_once_and_the_loop_goes_on(
    home: Path, caplog: pytest.LogCaptureFixture
):
    desk = Desk(home, Server({}), BEFORE)
    desk.write("campaigns/letter", LETTER)
    desk.turn_at(BEFORE)
    desk.clock.at = MORNING
    turns = 0

    def fail_twice(place: str) -> None:
        nonlocal turns
        if place == "uncommitted":
            turns += 1
            if turns <= 2:
                raise ZeroDivisionError
        if place == "answer-unwritten":
            desk.stop()

    with reaching(fail_twice), caplog.at_level(logging.ERROR, "tracker"):
        desk.run(ringing=True)

    assert [record.getMessage().partition(":")[0] for record in caplog.records] == [
        "a turn failed"
    ]
    assert "ZeroDivisionError at" in caplog.text
    with Store.open("sqlite:///tracker.db", base=home) as store:
        assert [mail.state for mail in store.mails()] == ["sent"]


@pytest.mark.parametrize("place", ["unconnected", "answer-unwritten"])
def test_a_disk_that_fails_ends_it_and_nothing_is_lost(place: str, home: Path):
    desk = Desk(home, None, BEFORE)
    desk.write("config", ONE_MORNING)
    desk.write("campaigns/letter", BOTH)
    desk.turn_at(BEFORE)
    desk.end()

    # The coverage of a program that can write no file could not be written, either.
    unmeasured = {k: v for k, v in os.environ.items() if not k.startswith("COVERAGE")}
    ended = subprocess.run(  # noqa: S603 -- our own program
        [sys.executable, "-c", FULL, place, "--config", str(home / "config.toml"), "run"],
        env={**unmeasured, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
        timeout=PATIENCE_SECONDS * 4,
        check=False,
    )

    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert "tracker.db failed" in ended.stderr
    desk.turn_at(at("2010-06-22 06:40"))
    with Store.open("sqlite:///tracker.db", base=home) as store:
        assert {mail.state for mail in store.mails()} == {"sent"}
        assert len(store.mails()) == 2
