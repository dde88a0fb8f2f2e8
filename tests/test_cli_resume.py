"""`tracker resume` and `tracker purge`, and what the other commands say while mail is held."""

import json
from pathlib import Path

import pytest

from tests.desk import Desk
from tests.outbox import HOUR
from tests.test_cli_outbox import LAST, desk, refused
from tracker.store import Store

__all__ = ["desk", "refused"]  # fixtures
WHY = "The clock is off."


def hold(folder: Path, *causes: str) -> None:
    with Store.open("sqlite:///tracker.db", base=folder) as store:
        for cause in causes:
            store.hold(cause, WHY, now=LAST)


def held(folder: Path) -> list[str]:
    with Store.open("sqlite:///tracker.db", base=folder) as store:
        return [one.cause for one in store.holds()]


def test_it_says_what_is_held_since_when_and_why_and_lets_it_go(desk: Desk):
    hold(desk.folder, "clock")

    said = desk.run("resume")

    assert said.code == 0
    assert "Held since Tuesday 22 June 2010, 11:00 Vienna: clock" in said.out
    assert WHY in said.out
    assert "No longer held: clock." in said.out
    assert held(desk.folder) == []


def test_one_cause_leaves_the_others(desk: Desk):
    hold(desk.folder, "clock", "restored")

    said = desk.run("resume", "restored", "--json")

    found = json.loads(said.out)
    assert found["released"] == ["restored"]
    assert {one["cause"] for one in found["held"]} == {"clock", "restored"}
    assert held(desk.folder) == ["clock"]


def test_a_full_disk_is_no_matter_of_words(desk: Desk):
    hold(desk.folder, "disk")

    said = desk.run("resume")

    assert said.code == 1
    assert "The disk has to have room first" in said.out
    assert held(desk.folder) == ["disk"]


def test_a_cause_that_holds_nothing_is_an_error_with_the_ones_there_are(desk: Desk):
    hold(desk.folder, "clock")

    said = desk.run("resume", "clok")

    assert said.code == 1
    assert 'Did you mean "clock"?' in said.err
    assert held(desk.folder) == ["clock"]


@pytest.mark.parametrize("words", [(), ("restored",), ("restored", "--sent-already")])
def test_where_nothing_is_held_it_says_so(desk: Desk, words: tuple[str, ...]):
    said = desk.run("resume", *words)

    assert (said.code, said.out) == (0, "Nothing is held.\n")


def test_it_counts_what_leaves_to_whom(desk: Desk):
    desk.now = LAST + 48 * HOUR
    hold(desk.folder, "clock")

    found = json.loads(desk.run("resume", "--json").out)

    assert [one["to"] for one in found["waiting"]] == ["vienna"]
    assert found["waiting"][0]["lines"] >= 1


@pytest.mark.parametrize("command", ["outbox", "status"])
def test_whoever_looks_at_the_mail_hears_that_it_is_held(command: str, desk: Desk):
    hold(desk.folder, "clock")

    said = desk.run(command, "--json")

    assert f"Nothing is sent since Tuesday 22 June 2010, 11:00 Vienna (clock): {WHY}" in said.err
    assert all(json.loads(line) for line in said.out.splitlines())


def test_purge_says_how_many_mails_lost_their_text(desk: Desk):
    desk.now = LAST + 24 * 60 * HOUR

    first, second = desk.run("purge"), desk.run("purge")

    assert first.out.endswith("purged, that ended more than 14 days ago.\n")
    assert not first.out.startswith("0 ")
    assert second.out.startswith("0 mails purged")


def test_without_a_database_nothing_is_held(desk: Desk):
    (desk.folder / "tracker.db").unlink()
    assert desk.run("resume").out == "Nothing is held.\n"
