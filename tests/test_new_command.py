"""`tracker new`: what is asked, what stands in the file, and what is refused."""

from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest

from tests.desk import Desk, Said, a_copy_of_the_shipped_files

ANSWERS = (
    "Send police advisers to Osh",
    "letter",
    "Example Rights Group",
    "",
    "vienna",
    "osce-permanent-council",
    "",
    'Send fifty "advisers"',
    "",
    "rapid-response",
)
FILE = """\
title        = "Send police advisers to Osh"
kind         = "letter"
sender       = "Example Rights Group"
dated        = 2010-06-25
coordinators = ["vienna"]
playbook     = "rapid-response"

[[ask]]
id   = "send-fifty-advisers"
text = "Send fifty \\"advisers\\""

[[meeting]]
forum = "osce-permanent-council"
date  = 2010-07-01
"""
Ask = Callable[..., Said]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(a_copy_of_the_shipped_files(tmp_path))
    return tmp_path


@pytest.fixture
def new(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Ask:
    desk = Desk(folder, capsys)
    desk.now = datetime(2010, 6, 25, 10, tzinfo=UTC)

    def ask(*words: str, answers: tuple[str, ...] = ANSWERS) -> Said:
        monkeypatch.setattr("sys.stdin", StringIO("".join(f"{one}\n" for one in answers)))
        return desk.run("new", *words)

    return ask


def changed(place: int, answer: str) -> tuple[str, ...]:
    return (*ANSWERS[:place], answer, *ANSWERS[place + 1 :])


def test_the_answers_are_the_file_and_nothing_else_is(folder: Path, new: Ask):
    said = new()

    assert (said.code, said.err) == (0, "")
    assert (folder / "campaigns/send-police-advisers-to-osh.toml").read_text() == FILE
    assert "Session of OSCE Permanent Council [Thursday 1 July 2010]: " in said.out


def test_the_file_is_sound_to_the_check(
    folder: Path, new: Ask, capsys: pytest.CaptureFixture[str]
):
    new("--id", "advisers")
    desk = Desk(folder, capsys)

    said = desk.run("check", "campaigns/advisers.toml", "--json")

    assert said.code == 0
    assert [one for one in said.objects if one["severity"] == "error"] == []


def test_the_first_line_names_the_schema_where_there_is_one(folder: Path, new: Ask):
    new("--id", "without")
    (folder / "schemas").mkdir()
    (folder / "schemas/campaign.json").write_text("{}")

    new("--id", "with")

    assert (folder / "campaigns/without.toml").read_text() == FILE
    text = (folder / "campaigns/with.toml").read_text()
    assert text == f"#:schema ../schemas/campaign.json\n{FILE}"


def test_a_campaign_that_is_there_is_never_written_over(folder: Path, new: Ask):
    file = folder / "campaigns/gcr2p-osce.toml"
    before = file.read_text()

    said = new("--id", "gcr2p-osce")

    assert said.code == 1
    assert "There is a campaign gcr2p-osce already" in said.err
    assert "Title" not in said.out
    assert file.read_text() == before


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        (
            changed(1, "leter"),
            'Kind: There is no kind "leter". Did you mean "letter"? There are: article, letter,',
        ),
        (changed(5, "osce"), 'Forum: There is no forum "osce". Did you mean "osce-permanent-c'),
        (changed(3, "Friday 24 June 2010"), "24 June 2010 is a Thursday, not a Friday"),
        (
            changed(3, "Friday 2 July"),
            'nothing here decides it; write the year too: "Friday 2 July 2010"',
        ),
        (changed(4, "viena"), 'There is no coordinator "viena". Did you mean "vienna"?'),
        (
            changed(6, "2010-06-30"),
            "has no session on Wednesday 30 June 2010; the next is Thursday 1 July 2010",
        ),
        (changed(0, "Send\u202e advisers"), "an invisible character stands here"),
        (changed(0, ""), "this must be answered"),
        (changed(0, "GCR2P OSCE")[:2], "Title: There is a campaign gcr2p-osce already: name an"),
        ((), "The answers end before this question: Title."),
    ],
)
def test_a_wrong_answer_is_told_at_once_and_nothing_is_written(
    folder: Path, new: Ask, answers: tuple[str, ...], told: str
):
    before = sorted(folder.rglob("*.toml"))

    said = new(answers=answers)

    assert said.code == 1
    assert told in said.err
    assert sorted(folder.rglob("*.toml")) == before


def test_this_thursday_is_said_with_its_date_before_it_is_taken(folder: Path, new: Ask):
    said = new(answers=(*ANSWERS[:6], "this Thursday", "yes", *ANSWERS[7:]))

    assert said.code == 0
    assert "this Thursday = Thursday 1 July 2010? [yes]: yes" in said.out
    assert (folder / "campaigns/send-police-advisers-to-osh.toml").read_text() == FILE


def test_the_letters_date_decides_the_year_of_the_session(folder: Path, new: Ask):
    said = new(answers=changed(6, "Thursday 1 July"))

    assert said.code == 0
    assert (folder / "campaigns/send-police-advisers-to-osh.toml").read_text() == FILE


def test_another_thursday_than_that_is_asked_for_with_its_date(new: Ask):
    said = new(answers=(*ANSWERS[:6], "Thursday", "no", *ANSWERS[7:]))

    assert said.code == 1
    assert "then write the date" in said.err


class Terminal(StringIO):
    """Answers that a person types."""

    def isatty(self) -> bool:
        return True


def test_on_a_terminal_a_wrong_answer_is_asked_for_again(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    desk = Desk(folder, capsys)
    desk.now = datetime(2010, 6, 25, 10, tzinfo=UTC)
    typed = (ANSWERS[0], "leter", *ANSWERS[1:6], "30 June 2010", *ANSWERS[6:])
    monkeypatch.setattr("sys.stdin", Terminal("".join(f"{one}\n" for one in typed)))

    said = desk.run("new")

    assert said.code == 0
    assert said.out.count("Kind [letter]: ") == 2
    assert said.out.count("Session of OSCE Permanent Council") == 2
    assert (folder / "campaigns/send-police-advisers-to-osh.toml").read_text() == FILE


@pytest.mark.parametrize("answered", range(len(ANSWERS)))
def test_who_ends_the_input_on_a_terminal_has_written_nothing(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    answered: int,
):
    desk = Desk(folder, capsys)
    desk.now = datetime(2010, 6, 25, 10, tzinfo=UTC)
    before = sorted(folder.rglob("*.toml"))
    typed = "".join(f"{one}\n" for one in ANSWERS[:answered])
    monkeypatch.setattr("sys.stdin", Terminal(typed))

    said = desk.run("new")

    assert said.code == 1
    assert said.out.endswith(": \n")
    assert "The answers end before this question: " in said.err
    assert sorted(folder.rglob("*.toml")) == before


def test_the_file_may_be_written_by_whoever_may_write_into_the_folder(folder: Path, new: Ask):
    (folder / "campaigns").chmod(0o2770)

    new("--id", "advisers")

    assert (folder / "campaigns/advisers.toml").stat().st_mode & 0o777 == 0o660


def test_an_id_that_is_none_is_refused_before_anything_is_asked(new: Ask):
    said = new("--id", "../Osh")

    assert said.code == 2
    assert "Title" not in said.out


def test_a_title_without_a_latin_letter_is_asked_for_an_id(new: Ask, folder: Path):
    said = new(
        answers=("Освободите Азимжана Аскарова", "askarov", "", "", "", "", "", "Освободить")
    )

    assert said.code == 0
    assert "Id [campaign-2010-06-25]: askarov" in said.out
    written = (folder / "campaigns" / "askarov.toml").read_text("utf-8")
    assert 'title        = "Освободите Азимжана Аскарова"' in written
    assert 'id   = "ask"' in written


def test_such_titles_get_an_id_each_of_the_day(new: Ask, folder: Path):
    assert new(answers=("Освободите Аскарова",)).code == 0
    assert new(answers=("釋放所有人",)).code == 0

    names = {path.stem for path in (folder / "campaigns").glob("campaign-*.toml")}
    assert names == {"campaign-2010-06-25", "campaign-2010-06-25-2"}


def test_an_id_that_is_taken_is_refused_when_it_is_asked_for(new: Ask):
    said = new(answers=("Освободите Аскарова", "gcr2p-osce"))

    assert said.code == 1
    assert "tracker: Id: There is a campaign gcr2p-osce already" in said.err


def test_where_nobody_can_answer_it_says_so(
    new: Ask, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("sys.stdin", None)  # as Python has it where stdin is closed

    said = Desk(folder, capsys).run("new")

    assert said.code == 1
    assert said.err == "tracker: The answers end before this question: Title.\n"


def test_without_a_campaigns_folder_nothing_is_asked(new: Ask, folder: Path):
    (folder / "campaigns").rename(folder / "elsewhere")

    said = new()

    assert said.code == 78
    assert said.out == ""
    assert "there is no folder campaigns" in said.err
