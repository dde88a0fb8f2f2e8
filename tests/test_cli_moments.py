"""A moment on the command line without its year: the one around now is proposed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.desk import Desk, a_copy_of_the_shipped_files

NOW = datetime(2026, 11, 29, 10, tzinfo=UTC)


@pytest.mark.parametrize("words", [("plan",), ("status",), ("digest", "vienna")])
def test_the_year_around_now_is_proposed(
    words: tuple[str, ...],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.chdir(a_copy_of_the_shipped_files(tmp_path))
    desk = Desk(tmp_path, capsys)
    desk.now = NOW

    said = desk.run(*words, "--at", "Friday 4 December")

    assert said.code == 2
    assert 'write the year too: "Friday 4 December 2026"' in said.err
