"""What is told, and what is not, while config.toml itself has a fault."""

from pathlib import Path

import pytest

from tests.folders import a_home
from tracker.loading.world import read_world
from tracker.report import show_problems


@pytest.fixture
def home(tmp_path: Path) -> Path:
    a_home(tmp_path)
    (tmp_path / "campaigns").rename(tmp_path / "letters")
    config = tmp_path / "config.toml"
    config.write_text('campaigns = "letters"\n' + config.read_text())
    assert read_world(config).problems == ()
    return tmp_path


def codes(home: Path) -> list[str]:
    return [one.code for one in read_world(home / "config.toml").problems]


def test_the_folder_it_names_is_read_all_the_same(home):
    with (home / "config.toml").open("a") as config:
        config.write('\n[mail]\ncolour = "red"\n')
    (home / "letters" / "letter.toml").write_text("title = 1\n")

    assert "unknown-key" in codes(home)
    assert "no-folder" not in codes(home)
    assert any(
        one.file.endswith("letter.toml") for one in read_world(home / "config.toml").problems
    )


def test_a_folder_that_nobody_can_tell_is_not_missed(home):
    (home / "config.toml").write_text("= = =\n")

    assert "no-folder" not in codes(home)
    assert codes(home)


def test_a_key_is_sent_home_to_a_table_of_its_own_kind(home):
    with (home / "config.toml").open("a") as config:
        config.write('\n[mail]\nremind_at = "08:00"\nzeit = 1\ntimezone = "Europe/Vienna"\n')

    said = show_problems(read_world(home / "config.toml").problems, files=1)
    assert "it belongs to [times]" in said
    assert "it belongs to [[coordinator]]" in said


def test_in_the_root_folder_a_path_keeps_its_slash(home, monkeypatch):
    monkeypatch.chdir("/")
    (home / "letters" / "letter.toml").write_text("title = 1\n")

    files = {one.file for one in read_world(home / "config.toml").problems}

    assert files == {str(home / "letters" / "letter.toml")}
