"""What a look at the files tells: a change, once it is the same at two looks running."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tracker.daemon.folder import Folder

# Far ahead of any file's own time, so that no file counts as fresh.
LATER = datetime(2100, 1, 1, tzinfo=UTC)
LONG_AGO = datetime(2010, 6, 22, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for name in ("forums", "playbooks", "workdays"):
        (tmp_path / "campaigns" / name).mkdir(parents=True)
    (tmp_path / "config.toml").write_text("a = 1\n")
    (tmp_path / "campaigns" / "x.toml").write_text("a = 1\n")
    return tmp_path


def a_folder(home: Path, now: datetime = LATER) -> Folder:
    return Folder(home / "config.toml", home / "campaigns", clock=lambda: now)


def test_files_at_rest_are_nothing_new(home: Path):
    folder = a_folder(home)

    assert [folder.look(), folder.look()] == [None, None]


@pytest.mark.parametrize(
    "name",
    [
        "config.toml",
        "campaigns/x.toml",
        "campaigns/new.toml",
        "campaigns/forums/x.toml",
        "campaigns/playbooks/x.toml",
        "campaigns/workdays/x.toml",
    ],
)
def test_a_change_is_believed_at_the_second_look(home: Path, name: str):
    folder = a_folder(home)
    (home / name).write_text("a = 2\n")

    first, second = folder.look(), folder.look()

    assert first is None
    assert second is not None
    assert home / name in second
    folder.believe(second)
    assert folder.look() is None


def test_a_file_that_is_still_being_written_is_not_believed(home: Path):
    folder = a_folder(home)
    path = home / "campaigns" / "x.toml"

    seen = []
    for size in range(5):
        path.write_text("a" * size)
        seen.append(folder.look())

    assert seen == [None] * 5
    assert folder.look() is not None


def test_there_and_back_again_is_nothing_new(home: Path):
    folder = a_folder(home)
    path = home / "campaigns" / "x.toml"
    path.write_text("a = 2\n")

    first = folder.look()
    path.write_text("a = 1\n")

    assert [first, folder.look(), folder.look()] == [None, None, None]


def test_a_file_that_goes_is_a_change(home: Path):
    folder = a_folder(home)
    (home / "campaigns" / "x.toml").unlink()

    folder.look()

    seen = folder.look()
    assert seen is not None
    assert list(seen) == [home / "config.toml"]


def test_what_editors_leave_behind_is_not_looked_at(home: Path):
    folder = a_folder(home)
    for name in (".x.toml.swp", ".x.toml", "#x.toml#", "x.toml~", "x.tmp", "4913"):
        (home / "campaigns" / name).write_text("a = 2\n")

    folder.look()

    assert folder.look() is None


def test_a_touched_file_with_the_same_text_is_nothing_new(home: Path):
    folder = a_folder(home)
    os.utime(home / "campaigns" / "x.toml", (1, 1))

    folder.look()

    assert folder.look() is None


def with_the_same_stamp(path: Path, text: str) -> None:
    """Change a file in place behind the look's back; its change time alone cannot be kept."""
    before = path.stat()
    path.write_text(text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


class Blind(Folder):
    """Sees the stamps that a file system without change times would show."""

    def _stamps(self):
        for path, stamp in super()._stamps():
            yield path, (stamp[0], 0, stamp[2], stamp[3])


def blind(home: Path, now: datetime) -> Folder:
    return Blind(home / "config.toml", home / "campaigns", clock=lambda: now)


def test_a_fresh_file_is_read_again_though_its_stamp_is_the_same(home: Path):
    folder = blind(home, LONG_AGO)
    with_the_same_stamp(home / "campaigns" / "x.toml", "a = 2\n")

    folder.look()

    assert folder.look() is not None


def test_a_fresh_file_is_read_again_though_all_was_as_believed_before(home: Path):
    folder = blind(home, LONG_AGO)
    assert folder.look() is None
    with_the_same_stamp(home / "campaigns" / "x.toml", "a = 2\n")

    folder.look()

    assert folder.look() is not None


def test_a_stamp_that_lies_is_found_out_when_all_is_read_again(home: Path):
    folder = blind(home, LATER)
    with_the_same_stamp(home / "campaigns" / "x.toml", "a = 2\n")
    trusted = [folder.look(), folder.look()]

    folder.forget()
    folder.look()

    assert trusted == [None, None]
    assert folder.look() is not None


def test_links_pipes_and_folders_are_seen_and_never_opened(home: Path):
    folder = a_folder(home)
    campaigns = home / "campaigns"
    (campaigns / "link.toml").symlink_to(home / "config.toml")
    os.mkfifo(campaigns / "pipe.toml")
    (campaigns / "folder.toml").mkdir()
    (campaigns / "dangling.toml").symlink_to("nowhere")

    folder.look()

    seen = folder.look()
    assert seen is not None
    assert {path.name for path in seen} >= {"link.toml", "pipe.toml", "folder.toml"}


def test_a_missing_folder_is_as_an_empty_one(tmp_path: Path):
    folder = Folder(tmp_path / "config.toml", tmp_path / "none", clock=lambda: LATER)

    assert folder.contents() == {}
    assert folder.look() is None


def test_a_change_of_two_seconds_ago_is_not_fresh_any_more(home: Path):
    path = home / "campaigns" / "x.toml"
    changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    young, old = (
        blind(home, changed + timedelta(seconds=1)),
        blind(home, changed + timedelta(seconds=10)),
    )
    with_the_same_stamp(path, "a = 2\n")

    found = [(folder.look(), folder.look())[1] is not None for folder in (young, old)]

    assert found == [True, False]
