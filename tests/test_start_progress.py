"""A start with many files says how far it is, where somebody watches."""

import io
from pathlib import Path

import pytest

from tests.folders import a_home
from tracker.cli.waiting import counted
from tracker.loading.world import read_world


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def a_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Put a terminal where errors go: in the test itself, for pytest takes it back before."""
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    return terminal


def test_each_file_that_is_read_is_counted(tmp_path: Path):
    told: list[tuple[int, int]] = []

    reading = read_world(a_home(tmp_path) / "config.toml", watch=lambda *far: told.append(far))

    files = len(reading.files) - 1  # config.toml comes before all others
    assert told == [(number, files) for number in range(files)]


def test_a_slow_start_shows_how_many_files_are_read(monkeypatch: pytest.MonkeyPatch):
    terminal = a_terminal(monkeypatch)
    with counted("Reading the files", patience_seconds=0) as watch:
        watch(1_200, 10_000)
        watch(1_201, 10_000)

    assert "Reading the files: 1,201 of 10,000" in terminal.getvalue()


def test_a_quick_start_shows_nothing(monkeypatch: pytest.MonkeyPatch):
    terminal = a_terminal(monkeypatch)
    with counted("Reading the files") as watch:
        watch(0, 5)

    assert terminal.getvalue() == ""


def test_the_bar_goes_with_the_last_file_though_the_daemon_goes_on(
    monkeypatch: pytest.MonkeyPatch,
):
    terminal = a_terminal(monkeypatch)
    with counted("Reading the files", patience_seconds=0) as watch:
        watch(3, 5)
        watch(4, 5)
        shown = terminal.getvalue()

    assert terminal.getvalue() == shown
