"""`tracker check`."""

from pathlib import Path

import pytest

from tests.desk import Desk, a_copy_of_the_shipped_files, on_a_terminal

GOOD = "campaigns/hrw-osce-ambassadors.toml"
BAD = "campaigns/gcr2p-osce.toml"


@pytest.fixture
def desk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Desk:
    monkeypatch.chdir(a_copy_of_the_shipped_files(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")
    return Desk(tmp_path, capsys)


def spoil(desk: Desk) -> None:
    """Put two faults into one campaign."""
    path = desk.folder / BAD
    path.write_text(path.read_text().replace("dated ", "datde ", 1) + '\n[[log]]\nfact = "sold"\n')


def test_sound_files_are_said_to_be_sound_and_each_phrase_comes_to_a_date(desk: Desk):
    said = desk.run("check")

    assert said.code == 0
    assert "error" not in said.out.replace("no errors", "")
    rows = said.out.splitlines()
    at = rows.index(GOOD)
    assert "  meeting: Thursday 24 June" in rows[at:]
    assert "    Thursday 24 June 2010; OSCE Permanent Council" in rows[at:]
    assert "  embassy-calls: 1 working day before meeting at 12:00" in rows[at:]
    assert (
        "    Wednesday 23 June 2010, 12:00; 1 working day before the meeting of Thu 24 June 2010;"
        " reminders on Wed 23 June 2010"
    ) in rows[at:]
    assert "    and 2 more, the last: Friday 23 July 2010" in rows[at:]
    assert "    nothing more, ask armed-police is settled" in rows


def test_dates_and_spans_written_in_words_are_told_too(desk: Desk):
    text = (
        'title = "A week of meetings"\ndated = "22 June 2010"\ncoordinators = ["vienna"]\n'
        'closed = "Friday 19 November"\n'
        '[[meeting]]\nname = "Assembly"\ndate = "7 July to 9 July 2010"\n'
        '[[meeting]]\nforum = "osce-permanent-council"\nsessions = "every"\nuntil = 2010-07-09\n'
    )
    desk.campaign("week").write_text(text)

    said = desk.run("check", "campaigns/week.toml")

    assert said.out.partition("campaigns/week.toml\n")[2].splitlines() == [
        "  dated: 22 June 2010",
        "    Tuesday 22 June 2010",
        "  closed: Friday 19 November",
        "    Friday 19 November 2010",
        "  meeting: 7 July to 9 July 2010",
        "    Wednesday 7 July 2010 to Friday 9 July 2010; Assembly",
        "  meeting: every session",
        "    Thursday 24 June 2010; OSCE Permanent Council",
        "    Thursday 1 July 2010; OSCE Permanent Council",
        "    Thursday 8 July 2010; OSCE Permanent Council",
    ]


def test_all_faults_are_shown_and_the_exit_code_is_1(desk: Desk):
    spoil(desk)

    said = desk.run("check")

    assert said.code == 1
    assert said.out.count(f"{BAD}:") >= 3
    assert "`datde`" in said.out or '"datde"' in said.out
    assert "in 1 of 5 campaigns" in said.out
    assert f"\n{BAD}\n" not in said.out
    assert f"\n{GOOD}\n" in said.out


def test_json_is_one_problem_a_line(desk: Desk):
    spoil(desk)

    said = desk.run("check", "--json")

    assert said.code == 1
    assert all(
        set(one) == {"file", "line", "column", "key", "code", "message", "hint", "severity"}
        for one in said.objects
    )
    errors = [one for one in said.objects if one["severity"] == "error"]
    assert {one["file"] for one in errors} == {BAD}


def test_warnings_do_not_change_the_exit_code(desk: Desk):
    said = desk.run("check", "--json")

    assert said.code == 0
    assert {one["severity"] for one in said.objects} <= {"warning"}
    assert said.objects


def test_only_the_files_named_are_told(desk: Desk):
    spoil(desk)

    good = desk.run("check", GOOD)
    bad = desk.run("check", BAD)
    forum = desk.run("check", "campaigns/forums/osce-permanent-council.toml", "config.toml")

    assert good.code == 0
    assert BAD not in good.out
    assert bad.code == 1
    assert GOOD not in bad.out
    assert forum.code == 0
    assert forum.out == "2 files are sound.\n"


def test_a_file_that_nothing_leads_to_is_named(desk: Desk):
    (desk.folder / "draft.toml").write_text("")

    stranger = desk.run("check", "draft.toml")
    missing = desk.run("check", "campaigns/nothing.toml")

    assert stranger.code == missing.code == 1
    assert "put it into the campaigns folder" in stranger.err
    assert missing.err == "tracker: There is no file campaigns/nothing.toml.\n"


def test_a_broken_config_is_shown_with_its_line(desk: Desk):
    path = desk.folder / "config.toml"
    path.write_text(
        path.read_text().replace('email    = "vienna@example.org"', 'email = "vienna"')
    )

    said = desk.run("check")

    assert said.code == 1
    assert "config.toml:" in said.out
    assert '"vienna" is not one mail address' in said.out


def test_a_terminal_gets_wrapped_lines_and_a_pipe_whole_ones(desk: Desk):
    piped = desk.run("check", GOOD).out

    shown = on_a_terminal(desk.folder, "check", GOOD, COLUMNS="60")

    assert max(len(line) for line in piped.splitlines()) > 80
    phrases = shown.partition("meeting: Thursday 24 June")[2]
    assert max(len(line) for line in phrases.splitlines()) <= 60
    assert " ".join(phrases.split()) in " ".join(piped.split())
