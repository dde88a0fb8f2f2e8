"""What keeps sending back, and what must survive a restart."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.outbox import NOW, on_disk
from tracker.store import Hold, Mark, Store

HOUR = timedelta(hours=1)


def test_a_cause_holds_once_and_keeps_its_first_moment(tmp_path: Path):
    with on_disk(tmp_path) as store:
        assert store.hold("clock", "the clock is off", now=NOW)
        assert not store.hold("clock", "it is off still", now=NOW + HOUR)
        assert store.holds() == [Hold("clock", NOW, "the clock is off")]


def test_holds_and_marks_survive_a_restart(tmp_path: Path):
    with on_disk(tmp_path) as store:
        store.hold("clock", "the clock is off", now=NOW)
        store.mark("latest", "then", now=NOW)
        store.mark("latest", "later", now=NOW + HOUR)
    with on_disk(tmp_path) as store:
        assert [one.cause for one in store.holds()] == ["clock"]
        assert store.marked("latest") == Mark("later", NOW + HOUR)
        assert store.marked("never") is None


def test_letting_go_of_a_cause_leaves_the_others(tmp_path: Path):
    with on_disk(tmp_path) as store:
        store.hold("clock", "the clock is off", now=NOW)
        store.hold("restored", "the database is older than its file", now=NOW + HOUR)
        assert store.release(["clock", "refused"]) == ["clock"]
        assert [one.cause for one in store.holds()] == ["restored"]


def held_and_then_interrupted(store: Store) -> None:
    with store.writing():
        store.hold("clock", "the clock is off", now=NOW)
        raise InterruptedError


def test_a_hold_that_is_undone_with_its_transaction_never_was(tmp_path: Path):
    with on_disk(tmp_path) as store:
        with pytest.raises(InterruptedError):
            held_and_then_interrupted(store)
        assert store.holds() == []
