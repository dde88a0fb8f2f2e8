"""A bad configuration: one message with the way out, and exit code 78 but of `check`.

To `check` config.toml is one of the files that it was asked to look at.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.desk import LETTER, NOW, ROOT, Desk, Said, a_copy_of_the_shipped_files, process
from tests.house import House
from tests.post_office import HOST
from tracker.app.doctor.database import database as look_at_database
from tracker.app.doctor.mail import mail
from tracker.app.health import health_of
from tracker.config import MailSettings
from tracker.daemon.beginning import must_have_folder, put_in_force, usable
from tracker.daemon.folder import Folder
from tracker.daemon.serving import serve
from tracker.errors import ConfigError
from tracker.loading.world import read_world
from tracker.store import Store

NOBODY = 65_534
QUESTIONS = (
    ["run"],
    ["doctor"],
    ["status"],
    ["plan"],
    ["digest", "vienna"],
    ["replay"],
)


@pytest.fixture
def desk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Desk:
    monkeypatch.chdir(a_copy_of_the_shipped_files(tmp_path))
    return Desk(tmp_path, capsys)


def write_instead(desk: Desk, old: str, new: str) -> None:
    config = desk.folder / "config.toml"
    text = config.read_text("utf-8")
    assert old in text
    config.write_text(text.replace(old, new), "utf-8")


def asked(desk: Desk, *question: str) -> Said:
    """Run a command; a daemon that starts all the same is ended, and found out."""
    if question != ("run",):
        return desk.run(*question)
    ended = process(desk.folder, *question)
    return Said(ended.returncode, ended.stdout, ended.stderr)


@pytest.mark.parametrize("question", QUESTIONS, ids=" ".join)
def test_a_bad_config_is_one_message_and_78_whatever_is_asked(desk: Desk, question: list[str]):
    write_instead(desk, "Europe/Vienna", "Europe/Viena")

    said = asked(desk, *question)

    assert said.code == 78
    assert "config.toml:23:12: " in said.out + said.err
    assert 'did you mean: "Europe/Vienna"' in said.out + said.err


@pytest.mark.parametrize("question", QUESTIONS, ids=" ".join)
def test_a_campaigns_folder_that_is_not_there_is_a_bad_config(desk: Desk, question: list[str]):
    write_instead(desk, 'campaigns = "campaigns"', 'campaigns = "campains"')

    said = asked(desk, *question)

    assert said.code == 78
    assert "there is no folder campains" in said.out + said.err
    assert "make it, or name the right one" in said.out + said.err


@contextmanager
def as_an_ordinary_user() -> Iterator[None]:
    """Be nobody for a while: root reads what is shut to all others."""
    before = os.getresuid()
    if os.geteuid() == 0:
        os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(*before)


@pytest.fixture
def shut() -> Iterator[Path]:
    """A campaigns folder that its owner has shut, with its config.toml beside it."""
    if any(not one.stat().st_mode & 0o001 for one in (ROOT, *ROOT.parents)):
        pytest.skip("what ships is nobody's to read here")
    with TemporaryDirectory() as home:
        folder = a_copy_of_the_shipped_files(Path(home))
        Path(home).chmod(0o755)
        read_world(folder / "config.toml")  # so that all modules are loaded
        (folder / "campaigns").chmod(0)
        yield folder / "campaigns"
        (folder / "campaigns").chmod(0o755)


def test_a_campaigns_folder_that_is_shut_is_told_once_with_the_way_out(shut: Path):
    config = shut.parent / "config.toml"

    with as_an_ordinary_user():
        reading = read_world(config)

    (told,) = reading.problems
    assert (told.file, told.key, told.code) == (str(config), "campaigns", "unreadable")
    assert told.message == f"the folder {shut} cannot be read: permission denied"
    assert told.hint == "let the tracker's account read it: chmod o+rx, or a group"
    with pytest.raises(ConfigError):
        must_have_folder(reading, usable(reading))


def test_campaigns_in_a_folder_that_was_shut_go_on_and_are_not_gone(shut: Path):
    texts = {("campaign", "letter"): LETTER}

    with as_an_ordinary_user():
        reading = read_world(shut.parent / "config.toml", last_good=texts)

    assert reading.world is not None
    assert reading.world.campaigns.keys() == {"letter"}
    assert not reading.gone
    assert [one.code for one in reading.problems] == ["unreadable"]


def test_the_log_tells_of_a_folder_that_was_shut_while_all_goes_on(
    shut: Path, caplog: pytest.LogCaptureFixture
):
    with as_an_ordinary_user():
        reading = read_world(
            shut.parent / "config.toml", last_good={("campaign", "letter"): LETTER}
        )
    world = usable(reading)
    house = House(world, replayed=False, opened=NOW)

    put_in_force(house.engine, reading, world, now=NOW)

    assert f"campaigns: the folder {shut} cannot be read" in caplog.text
    assert health_of(house.store, world.config, now=NOW).files == ("config.toml",)


def test_the_daemon_looks_at_a_folder_that_was_shut_without_failing(shut: Path):
    config = shut.parent / "config.toml"

    with as_an_ordinary_user():
        seen = Folder(config, shut, clock=lambda: NOW).contents()

    assert seen.keys() == {config}


@pytest.fixture
def unwritable(shut: Path) -> Iterator[Path]:
    """The folder of a database that is its user's own, where that user may write nothing."""
    home = shut.parent
    shut.chmod(0o755)
    Store.open("sqlite:///tracker.db", base=home).close()
    if os.geteuid() == 0:
        os.chown(home / "tracker.db", NOBODY, -1)
    home.chmod(0o555)
    yield home
    home.chmod(0o755)


def test_no_daemon_starts_on_a_database_whose_folder_cannot_be_written(unwritable: Path):
    refusals = []
    for _ in range(2):
        with as_an_ordinary_user(), pytest.raises(ConfigError) as refused:
            serve(unwritable / "config.toml", clock=lambda: NOW, environ={})
        refusals.append((refused.value.exit_code, str(refused.value)))

    said = (
        f"The database's folder {unwritable} cannot be written, and SQLite keeps its journal"
        f" there: give it to the tracker's user, or run chmod u+rwx {unwritable}"
    )
    assert refusals == [(78, said), (78, said)]


def test_the_doctor_finds_a_folder_that_cannot_be_written(unwritable: Path):
    with as_an_ordinary_user():
        found = look_at_database("sqlite:///tracker.db", base=unwritable).findings

    said = (
        f"The database's folder {unwritable} cannot be written, and SQLite keeps its journal there"
    )
    failures = [(one.probe, one.said, one.fix) for one in found if one.state == "failure"]
    assert (
        "database",
        said,
        f"give it to the tracker's user, or run chmod u+rwx {unwritable}",
    ) in failures


def test_a_folder_that_is_shut_while_a_database_is_open_is_named(unwritable: Path):
    with (
        as_an_ordinary_user(),
        pytest.raises(ConfigError, match=r"The database's folder .* cannot be written"),
        Store.open("sqlite:///tracker.db", base=unwritable) as store,
    ):
        store.mark("turned", "now", now=NOW)


@pytest.mark.parametrize(
    ("address", "fix"),
    [
        ("sqlite://tracker.db", 'write "sqlite:///tracker.db", with three slashes'),
        ("sqlite://", 'write "sqlite:///tracker.db", with three slashes'),
        ("sqlite:///:memory:", 'write "sqlite:///tracker.db", with three slashes'),
        ("sqlite+aiosqlite:///tracker.db", "expected one of: sqlite:///tracker.db"),
        ("sqlite:///tracker.db?mode=ro", "expected one of: sqlite:///tracker.db"),
        ("postgresql+psycopg://127.0.0.1:many/tracker", "postgresql+psycopg://HOST/NAME"),
        ("postgresql+psycopg://127.0.0.1:99999/tracker", "postgresql+psycopg://HOST/NAME"),
        ("postgresql+psycopg://", "postgresql+psycopg://HOST/NAME"),
    ],
)
def test_an_address_of_no_database_is_told_at_its_line(desk: Desk, address: str, fix: str):
    write_instead(desk, "sqlite:///tracker.db", address)

    for question in ("run", "doctor", "status"):
        said = asked(desk, question)

        assert (question, said.code) == (question, 78)
        assert "config.toml:6:13: " in said.out + said.err
        assert fix in " ".join((said.out + said.err).split())


def test_a_word_that_postgresql_does_not_know_is_told_and_not_traced(desk: Desk):
    write_instead(desk, "sqlite:///tracker.db", "postgresql+psycopg:///x?host=/nowhere&colour=red")

    said = desk.run("status")

    assert said.code == 78
    assert "colour" in said.err
    assert "mend `database` in config.toml" in said.err


def test_a_folder_is_no_database(desk: Desk):
    write_instead(desk, "sqlite:///tracker.db", "sqlite:///campaigns")

    told = process(desk.folder, "run")
    found = desk.run("doctor").out

    assert told.returncode == 78
    assert "is a folder: name a file in config.toml" in told.stderr
    assert "chmod 600 campaigns" not in found
    assert "campaigns is a folder" in found


def test_a_deputy_of_whom_nobody_knows_comes_with_the_way_out(desk: Desk):
    config = desk.folder / "config.toml"
    alone = config.read_text("utf-8").rpartition("[[coordinator]]")[0]
    config.write_text(alone + 'deputy = "anna"\n', "utf-8")

    assert "= add a [[coordinator]] of this id first" in desk.run("check").out


def test_what_could_stand_there_is_told_by_the_doctor_too(desk: Desk):
    write_instead(desk, '"weekly"', '"sometimes"')

    assert "-> expected one of: daily, weekdays, weekly, never" in desk.run("doctor").out


def test_a_file_in_the_maildirs_place_is_a_finding(desk: Desk):
    write_instead(desk, "maildir:outbox", "maildir:config.toml")

    said = desk.run("doctor")

    assert said.code == 1
    assert "failure  transport: no mail can be put into the Maildir config.toml" in said.out


async def test_a_server_that_nobody_runs_is_told_in_words(desk: Desk):
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    settings = MailSettings(transport=f"smtp://{HOST}:{port}")

    found = await mail(settings, {}, base=desk.folder, now=desk.now)

    said = next(one.said for one in found if one.probe == "transport")
    refused = "the connection is refused, no mail server listens there"
    assert said == f"{HOST}:{port}: {refused}"


async def test_a_server_whose_name_does_not_exist_is_told_in_words(desk: Desk):
    settings = MailSettings(transport="smtps://no-such-host.invalid")

    found = await mail(settings, {}, base=desk.folder, now=desk.now)

    said = next(one.said for one in found if one.probe == "transport")
    assert "Errno" not in said
    assert "name" in said


def test_a_config_that_lies_in_the_campaigns_folder_is_no_campaign(desk: Desk):
    write_instead(desk, 'campaigns = "campaigns"', 'campaigns = "."')
    (desk.folder / "letter.toml").write_text(LETTER, "utf-8")
    (desk.folder / "campaigns" / "forums").rename(desk.folder / "forums")

    said = desk.run("check")

    assert (said.code, said.err) == (0, "")
    assert "\nletter.toml\n" in said.out
    assert "is not a key of a campaign" not in said.out


def test_ways_out_stand_one_on_a_line_for_the_doctor_too(desk: Desk):
    write_instead(desk, "[mail]", '[mail]\npassword = "hunter2"')

    said = desk.run("doctor").out

    assert "password_file,;" not in said
    assert "hunter2" not in said
