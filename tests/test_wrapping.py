"""Text on a terminal is wrapped, and what stands under one another stays so; a pipe gets lines."""

import re
from pathlib import Path

import pytest

from tests.desk import Desk, a_folder_with_one_letter, on_a_terminal


@pytest.fixture
def desk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Desk:
    monkeypatch.chdir(a_folder_with_one_letter(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")
    return Desk(tmp_path, capsys)


def longest(text: str) -> int:
    return max(len(line) for line in text.splitlines())


def standing(drawn: str) -> str:
    """Return what stands on the screen in the end: a bar is drawn over itself, and taken away."""
    shown = re.sub(r"\x1b\[(?![12]?[AK])[?\d;]*[A-Za-z]", "", drawn)  # colours, and the cursor
    one_up = r"[^\n]*\n\r?\x1b\[1A\x1b\[2K"
    return re.sub(rf"{one_up}|[^\n]*\x1b\[2K", "", shown)


def words(text: str) -> str:
    return " ".join(text.split())


def test_faults_of_files_and_what_follows_from_them(desk: Desk):
    for number in range(6):
        desk.campaign(f"letter-about-a-border-{number}").write_text("title = \n")
    text = desk.campaign("border").read_text()
    desk.campaign("border").write_text(text.replace("before meeting", "before meting"))
    piped = desk.run("check").out

    shown = on_a_terminal(desk.folder, "check", code=1)

    assert longest(piped) > 200
    assert longest(shown) <= 80
    assert words(shown) == words(piped)
    assert '\n20 | due  = "2 working days before meting at 12:00"\n' in shown
    assert f"\n   | {' ' * 30}^^^^^^\n" in shown
    assert "\n   = expected one of: " in shown


def test_why_of_a_phrase_stands_in_its_column(desk: Desk):
    question = ("when", "1 working day after 24 December 2010")
    piped = desk.run(*question).out

    shown = on_a_terminal(desk.folder, *question, COLUMNS="50")

    assert longest(piped) > 50
    assert longest(shown) <= 50
    assert words(shown) == words(piped)
    why = shown.partition("why: ")[2].splitlines()
    assert why[1].startswith(" " * 10)
    assert why[1][10] != " "


@pytest.mark.parametrize(
    "question",
    [
        ("plan", "bordr"),
        ("forget", "anna"),
        ("digest", "vienna", "--at", "2010-06-20"),
        ("when", "2 working days before meting"),
        ("outbox", "retry"),
    ],
    ids=" ".join,
)
def test_what_is_said_on_stderr(desk: Desk, question: tuple[str, ...]):
    piped = desk.run(*question)

    drawn = on_a_terminal(desk.folder, *question, code=piped.code, errors=True, COLUMNS="40")
    shown = standing(drawn)

    assert longest(piped.err) > 40
    assert longest(shown) <= 40
    assert words(shown) == words(piped.err)
