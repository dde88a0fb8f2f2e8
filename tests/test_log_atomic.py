"""A file replaced in one step: its mode stays, and a save in between is not lost."""

import os
import stat
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tracker.errors import BusyError
from tracker.loading.append import MOST_TRIES, CannotWriteError, replace_bytes


def a_file(folder: Path, text: bytes = b"a = 1\n") -> Path:
    path = folder / "letter.toml"
    path.write_bytes(text)
    return path


@contextmanager
def somebody_else(*groups: int) -> Iterator[None]:
    """Be a user without privileges for a while; whoever is one already stays it."""
    if os.geteuid() != 0:
        yield
        return
    before = os.getgroups()
    os.setgroups(groups)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setgroups(before)


def test_the_file_has_what_was_made_of_it_and_nothing_is_left_beside_it(tmp_path: Path):
    path = a_file(tmp_path)

    assert replace_bytes(path, lambda before: before + b"b = 2\n") == b"a = 1\nb = 2\n"

    assert path.read_bytes() == b"a = 1\nb = 2\n"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o444 | 0o200])
def test_mode_and_owner_stay(tmp_path: Path, mode: int):
    path = a_file(tmp_path)
    path.chmod(mode)
    if os.geteuid() == 0:
        os.chown(path, 1234, 2345)
    before = path.stat()

    replace_bytes(path, lambda text: text + b"#\n")

    after = path.stat()
    assert stat.S_IMODE(after.st_mode) == mode
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)


def test_a_save_that_comes_in_between_is_kept(tmp_path: Path):
    path = a_file(tmp_path)
    saves = [b"a = 1\nsaved = 1\n", b"a = 1\nsaved = 2\n"]

    def change(before: bytes) -> bytes:
        if saves:
            path.write_bytes(saves.pop(0))
        return before + b"ours = 1\n"

    replace_bytes(path, change)

    assert path.read_bytes() == b"a = 1\nsaved = 2\nours = 1\n"


def test_an_editor_that_renames_over_the_file_is_noticed_even_with_the_same_text(tmp_path: Path):
    path = a_file(tmp_path)
    seen: list[bytes] = []

    def change(before: bytes) -> bytes:
        if not seen:
            other = tmp_path / "other"
            other.write_bytes(before)
            other.chmod(0o640)
            other.replace(path)
        seen.append(before)
        return before + b"ours = 1\n"

    replace_bytes(path, change)

    assert len(seen) == 2
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_file_that_never_rests_is_given_up_and_stays_as_saved(tmp_path: Path):
    path = a_file(tmp_path)
    saves = iter(range(1000))

    def change(before: bytes) -> bytes:
        path.write_bytes(f"saved = {next(saves)}\n".encode())
        return before + b"ours = 1\n"

    with pytest.raises(BusyError, match="again and again"):
        replace_bytes(path, change)

    assert path.read_bytes() == f"saved = {MOST_TRIES - 1}\n".encode()
    assert list(tmp_path.iterdir()) == [path]


def test_what_the_change_raises_leaves_the_file_as_it_is(tmp_path: Path):
    path = a_file(tmp_path)

    def change(_before: bytes) -> bytes:
        raise LookupError

    with pytest.raises(LookupError):
        replace_bytes(path, change)

    assert path.read_bytes() == b"a = 1\n"


def test_a_link_is_refused_and_so_is_what_it_points_to(tmp_path: Path):
    real = a_file(tmp_path)
    link = tmp_path / "link.toml"
    link.symlink_to(real)

    with pytest.raises(CannotWriteError):
        replace_bytes(link, lambda before: before + b"b = 2\n")

    assert link.is_symlink()
    assert real.read_bytes() == b"a = 1\n"


def test_a_pipe_is_refused_without_waiting_for_a_writer(tmp_path: Path):
    pipe = tmp_path / "letter.toml"
    os.mkfifo(pipe)

    with pytest.raises(CannotWriteError, match="not a file"):
        replace_bytes(pipe, lambda before: before)


def test_a_file_closed_to_us_is_refused_though_its_folder_is_open():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        path = a_file(folder)
        path.chmod(0o444)

        with somebody_else(), pytest.raises(CannotWriteError, match="permission denied"):
            replace_bytes(path, lambda before: before + b"b = 2\n")

        assert path.read_bytes() == b"a = 1\n"


@contextmanager
def a_colleagues_file(mode: int) -> Iterator[Path]:
    """Give a file of user 1234 and group 2345, in a folder that the group shares."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.chown(folder, 0, 2345)
        folder.chmod(0o2770)
        path = a_file(folder)
        os.chown(path, 1234, 2345)
        path.chmod(mode)
        yield path


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_colleagues_file_in_a_folder_of_the_group_is_written_and_stays_the_groups():
    with a_colleagues_file(0o660) as path:
        with somebody_else(2345):
            replace_bytes(path, lambda before: before + b"b = 2\n")

        found = path.stat()
        assert path.read_bytes() == b"a = 1\nb = 2\n"
        assert found.st_gid == 2345
        assert stat.S_IMODE(found.st_mode) == 0o660


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_file_that_would_not_stay_its_owners_to_write_is_left_alone():
    with a_colleagues_file(0o606) as path:
        path.parent.chmod(0o2777)
        with somebody_else(), pytest.raises(CannotWriteError, match="not permitted"):
            replace_bytes(path, lambda before: before + b"b = 2\n")

        assert path.read_bytes() == b"a = 1\n"
        assert path.stat().st_uid == 1234
        assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_is_gone_is_said_in_one_sentence(tmp_path: Path):
    with pytest.raises(CannotWriteError, match="no such file"):
        replace_bytes(tmp_path / "gone" / "letter.toml", lambda before: before)


def test_two_trackers_at_once_lose_nothing(tmp_path: Path):
    path = a_file(tmp_path, b"")

    def write(name: str) -> None:
        for number in range(20):
            line = f"{name}-{number} = 1\n".encode()
            replace_bytes(path, lambda before, line=line: before + line)  # type: ignore[misc]

    threads = [threading.Thread(target=write, args=(name,)) for name in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(path.read_text().splitlines())) == 60
