"""What commands answer while a file has errors and its last good version stays in force."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.builders import CONFIG, COUNCIL, VIENNA, at
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


# -- what follows from an error ----------------------------------------------------------------


def flat(text: str) -> str:
    return " ".join(text.split())


def test_check_says_which_version_stays_in_force(seen: Desk):
    write(seen, "letter", LETTER.replace("dated", "datd"))
    write(seen, "other", LETTER.replace("dated", "datd"))

    said = seen.run("check")

    assert said.code == 1
    assert said.out.rpartition("errors in ")[2].splitlines()[0] == (
        f"2 of 2 campaigns. letter keeps running on the version of {READ_ON};"
        " other is not in force."
    )


def test_check_says_it_of_what_only_lacks_a_file_that_has_errors(seen: Desk):
    write(seen, "forums/council", COUNCIL.replace("Thursday", "Thorsday"))

    said = seen.run("check")

    assert f"campaigns/forums/council.toml keeps running on the version of {READ_ON}" in said.out
    assert f"letter keeps running on the version of {READ_ON}" in said.out


def test_check_makes_no_database_and_needs_none(desk: Desk):
    write(desk, "letter", LETTER.replace("dated", "datd"))

    without = desk.run("check")
    (desk.folder / "tracker.db").write_text("this is no database")
    broken = desk.run("check")

    assert "letter is not in force." in without.out
    assert (broken.code, broken.out, broken.err) == (1, without.out, "")
    assert (desk.folder / "tracker.db").read_text() == "this is no database"


def test_check_makes_no_tables_where_there_are_none_of_ours(desk: Desk):
    write(desk, "letter", LETTER.replace("dated", "datd"))
    with closing(sqlite3.connect(desk.folder / "tracker.db")) as database, database:
        database.execute("CREATE TABLE somebody_elses (id INTEGER)")

    assert desk.run("check").code == 1

    with closing(sqlite3.connect(desk.folder / "tracker.db")) as database:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        assert tables.fetchall() == [("somebody_elses",)]


@pytest.mark.parametrize("command", ["plan", "status"])
def test_questions_name_a_version_that_stays_in_force(seen: Desk, command: str):
    write(seen, "letter", LETTER.replace("dated", "datd"))
    write(seen, "other", LETTER.replace("dated", "datd"))

    said = seen.run(command)

    stays = f"the version of {READ_ON} stays in force."
    assert said.err.splitlines() == [
        f"With errors: campaigns/letter.toml (1 error; run `tracker check`): {stays}",
        "Not in force: campaigns/other.toml (1 error; run `tracker check`).",
    ]


def test_the_doctor_counts_what_stays_in_force(seen: Desk):
    write(seen, "other", LETTER)
    write(seen, "letter", LETTER.replace("dated", "datd"))

    said = flat(seen.run("doctor").out)

    assert "campaigns: 2 campaigns in force in campaigns" in said
    assert (
        "with errors: campaigns/letter.toml (the last good version of it stays in force)" in said
    )


def test_to_the_doctor_config_toml_can_be_used_beside_a_calendar_that_is_kept(seen: Desk):
    write(seen, "workdays/vienna", BROKEN)

    said = seen.run("doctor")

    assert "config.toml: config.toml can be used" in said.out
    assert "1 campaign in force" in said.out
    assert said.code != 78


def test_a_lost_fact_is_explained_as_what_it_is(seen: Desk):
    write(
        seen, "letter", f'{LETTER}[[log]]\non = 2010-06-22\nfact = "note"\nnote = "They called"\n'
    )
    daemon = DaemonDesk(seen.folder, NOON)
    asyncio.run(daemon.turn())
    write(seen, "letter", LETTER)
    asyncio.run(daemon.turn(3))
    lines = [one for one in daemon.store.lines() if one.occurrence.item == "problem"]
    daemon.store.close()

    said = flat(seen.run("why", lines[0].occurrence.key).out)

    assert "the file was read, and a fact is gone from its log" in said
