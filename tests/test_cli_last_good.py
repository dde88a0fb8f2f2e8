"""What commands answer while a file has errors and its last good version stays in force."""

import asyncio
from pathlib import Path

import pytest

from tests.builders import CONFIG, VIENNA, at
from tests.desk import Desk
from tests.test_daemon import LETTER, Desk as DaemonDesk, home

__all__ = ["home"]  # a fixture
NOON = at("2010-06-22 10:00")
BROKEN = VIENNA.replace('"AT"', '"XX"')
READ_ON = "22 Jun 2010 07:00"


@pytest.fixture
def desk(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.chdir(home)
    monkeypatch.setenv("COLUMNS", "200")
    made = Desk(home, capsys)
    made.now = NOON
    return made


@pytest.fixture
def seen(home: Path, desk: Desk) -> Desk:
    """A desk whose files a daemon has read, while all of them were sound."""
    daemon = DaemonDesk(home)
    asyncio.run(daemon.turn())
    daemon.store.close()
    return desk


def write(desk: Desk, name: str, text: str) -> None:
    (desk.folder / "campaigns" / f"{name}.toml").write_text(text)


QUESTIONS = (
    ("plan", "letter"),
    ("status", "letter"),
    ("digest", "vienna"),
    ("outbox",),
    ("why", "letter/accepted/vienna"),
    ("log", "letter", "note", "--note", "They called"),
    ("resume",),
    ("replay", "--to", "2010-06-24"),
)


# -- a calendar with errors --------------------------------------------------------------------


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda words: words[0])
def test_a_default_calendar_with_errors_is_the_one_read_before(
    seen: Desk, question: tuple[str, ...]
):
    write(seen, "workdays/vienna", BROKEN)

    said = seen.run(*question)

    assert said.code == 0
    assert said.out
    assert "cannot be used" not in said.err


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda words: words[0])
def test_so_is_the_calendar_of_one_campaign(seen: Desk, question: tuple[str, ...]):
    config = seen.folder / "config.toml"
    config.write_text(CONFIG.replace('"vienna"', '"new-york"', 1))
    write(seen, "workdays/vienna", BROKEN)

    said = seen.run(*question)

    assert said.code == 0
    assert said.out


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda words: words[0])
def test_without_a_version_before_it_the_message_names_the_calendar(
    desk: Desk, question: tuple[str, ...]
):
    write(desk, "workdays/vienna", BROKEN)

    said = desk.run(*question)

    assert said.code == 78
    assert said.err.splitlines()[-1] == (
        "tracker: campaigns/workdays/vienna.toml has errors, and it is config.toml's default"
        " calendar: mend it and run `tracker check`."
    )


def test_a_word_for_a_held_edit_is_taken_beside_a_calendar_with_errors(seen: Desk):
    write(seen, "workdays/vienna", BROKEN)

    said = seen.run("accept", "letter")

    assert said.code == 1
    assert "held" in said.err


def test_a_campaign_with_errors_of_its_own_is_not_written_to(seen: Desk):
    write(seen, "letter", LETTER.replace("dated", "datd"))

    said = seen.run("log", "letter", "note", "--note", "They called")

    assert said.code == 1
    assert "tracker check campaigns/letter.toml" in said.err


def test_a_calendar_that_nobody_wrote_is_config_tomls_fault(desk: Desk):
    config = desk.folder / "config.toml"
    config.write_text(CONFIG.replace('"vienna"', '"viena"', 1))

    said = desk.run("plan")

    assert said.code == 78
    assert "tracker: config.toml cannot be used" in said.err


def test_a_folder_that_config_toml_does_not_name_has_no_caret(desk: Desk):
    (desk.folder / "config.toml").write_text(CONFIG.lstrip())
    (desk.folder / "campaigns").rename(desk.folder / "letters")

    said = desk.run("check")

    assert said.code == 1
    assert "config.toml:1:1: campaigns: there is no folder campaigns\n" in said.out
    assert "^" not in said.out
