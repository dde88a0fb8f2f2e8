"""`tracker when`."""

import json
from pathlib import Path

import pytest

from tests.desk import Desk, a_copy_of_the_shipped_files, process
from tracker.dates import WEEKDAYS


@pytest.fixture
def bare(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Desk:
    """A desk in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return Desk(tmp_path, capsys)


@pytest.fixture
def desk(bare: Desk) -> Desk:
    a_copy_of_the_shipped_files(bare.folder)
    return bare


def test_the_answer_echoes_the_phrase_its_normal_form_the_date_and_why(bare: Desk):
    said = bare.run("when", "2 Working days before the meeting", "--meeting", "2010-06-24")

    assert said.code == 0
    assert said.out.splitlines() == [
        "  phrase: 2 Working days before the meeting",
        " read as: 2 working days before meeting",
        "    date: Tuesday 22 June 2010",
        "     why: 2 working days before the meeting of Thu 24 June 2010",
        "calendar: Monday to Friday",
    ]


def test_words_need_no_quotes(bare: Desk):
    words = ("2", "days", "before", "meeting")

    quoted = bare.run("when", " ".join(words), "--meeting", "24 June 2010", "--json")
    unquoted = bare.run("when", *words, "--meeting", "2010-06-24", "--json")

    assert quoted.objects == unquoted.objects
    assert quoted.objects[0]["date"] == "2010-06-22"


def test_json_has_the_date_and_no_moment_where_no_time_is_written(bare: Desk):
    said = bare.run("when", "2 days before 24 June 2010", "--json")

    assert said.objects == [
        {
            "phrase": "2 days before 24 June 2010",
            "date": "2010-06-22",
            "at": None,
            "why": "2 days before Thu 24 June 2010",
        }
    ]


def test_a_written_time_gives_the_moment_in_utc(bare: Desk):
    words = ("when", "21 June at 12:00 America/New_York", "--opened", "2010-06-18")

    assert bare.run(*words, "--json").objects[0]["at"] == "2010-06-21T16:00:00Z"
    assert "    time: 12:00 America/New_York, 16:00 UTC" in bare.run(*words).out


def test_a_time_without_a_zone_is_in_the_calendars(desk: Desk):
    said = desk.run("when", "24 June 2010 at 10:00", "--json")

    assert said.objects[0]["at"] == "2010-06-24T08:00:00Z"


def test_a_moment_on_another_day_in_utc_says_so(bare: Desk):
    said = bare.run("when", "24 June 2010 at 22:00 America/New_York")

    assert "time: 22:00 America/New_York, Fri 25 June 2010 02:00 UTC" in said.out


def test_a_fault_in_json_has_its_column_from_one_and_a_hint(bare: Desk):
    said = bare.run("when", "2 working days before meting", "--json")

    assert said.code == 1
    assert said.objects == [
        {
            "phrase": "2 working days before meting",
            "error": '"meting" is not an anchor',
            "column": 23,
            "hint": "2 working days before meeting",
        }
    ]


def test_a_fault_in_json_without_a_fix_has_the_words_that_would_do(bare: Desk):
    said = bare.run("when", "day of on", "--json")

    assert said.objects[0]["hint"].startswith("expected one of: meeting, delivery")


def test_a_fault_is_shown_under_the_word_with_the_fix(bare: Desk):
    said = bare.run("when", "2 working days before meting")

    assert said.code == 1
    assert said.err.splitlines() == [
        'tracker: "meting" is not an anchor',
        "   2 working days before meting",
        "                         ^^^^^^",
        "   = expected one of: meeting, delivery, decision, opening, letter",
        '   = did you mean: "2 working days before meeting"',
    ]


@pytest.mark.parametrize(
    ("phrase", "missing", "fix"),
    [
        ("2 days before meeting", "meeting", "--meeting"),
        ("14 days after decision", "decision", "--decision"),
        ("1 day after delivery", "delivery", "--delivery"),
        ("3 days after opening", "opening", "--opened"),
        ("1 day before letter", "letter", "inside a campaign"),
        ("24 June", "year", "write the year"),
        ("1 day before embassy-calls", "embassy-calls", "no date here"),
    ],
)
def test_a_phrase_that_waits_names_what_is_missing(
    bare: Desk, phrase: str, missing: str, fix: str
):
    said = bare.run("when", phrase, "--json")

    assert said.code == 0
    found = said.objects[0]
    assert (found["date"], found["at"], found["waiting"]) == (None, None, missing)
    assert fix in found["why"]
    assert fix in bare.run("when", phrase).out


def test_every_anchor_can_be_given(bare: Desk):
    for anchor in ("meeting", "delivery", "decision"):
        said = bare.run("when", f"1 day after {anchor}", f"--{anchor}", "2010-07-22", "--json")
        assert said.objects[0]["date"] == "2010-07-23"
    said = bare.run("when", "1 day after opening", "--opened", "2010-07-22", "--json")
    assert said.objects[0]["date"] == "2010-07-23"


def test_a_date_that_cannot_be_read_is_a_matter_of_usage(bare: Desk):
    for given in ("2010-06-31", "soon", "24 June", "2010-06-24T10:00"):
        said = bare.run("when", "1 day before meeting", "--meeting", given)
        assert said.code == 2
        assert said.err.startswith("tracker: --meeting: ")


def test_phrases_come_from_the_input_one_a_line(bare: Desk):
    text = "2 days before 2010-06-24\n\nlast Thursday of\n24 June\n"

    done = process(bare.folder, "when", "-", "--json", text=text)

    assert done.returncode == 1
    rows = done.stdout.splitlines()
    assert [('"error"' in row, '"waiting"' in row) for row in rows] == [
        (False, False),
        (True, False),
        (False, True),
    ]


def test_an_empty_line_stands_between_answers(bare: Desk):
    done = process(bare.folder, "when", "-", text="24 June 2010\n25 June 2010\n")

    assert done.stdout.count("\n\n") == 1


def test_the_calendar_of_config_toml_counts(desk: Desk):
    said = desk.run("when", "1 working day after 2010-10-25", "--json")

    assert said.objects[0]["date"] == "2010-10-27"
    assert "Tue 26 October 2010" in said.objects[0]["why"]


def test_another_calendar_can_be_named(desk: Desk):
    words = ("when", "1 working day after 2010-07-02", "--json")

    assert desk.run(*words).objects[0]["date"] == "2010-07-05"
    there = desk.run(*words, "--workdays", "un-new-york")
    assert there.objects[0]["date"] == "2010-07-06"


def test_shipped_calendars_serve_where_there_is_no_config(bare: Desk):
    said = bare.run("when", "1 working day after 2010-07-02", "--workdays", "un-new-york")

    assert "Tuesday 6 July 2010" in said.out
    assert said.code == 0


def test_an_unknown_calendar_is_answered_with_the_nearest(desk: Desk):
    said = desk.run("when", "1 working day after 2010-07-02", "--workdays", "viena")

    assert said.code == 1
    assert 'Did you mean "vienna"?' in said.err


def test_a_broken_calendar_is_told_with_its_line(desk: Desk):
    path = desk.folder / "campaigns" / "workdays" / "vienna.toml"
    path.write_text(path.read_text().replace("Europe/Vienna", "Europe/Wien"))

    said = desk.run("when", "1 working day after 2010-07-02")

    assert said.code == 1
    assert "vienna.toml:" in said.err


@pytest.mark.parametrize(
    ("fault", "said_of_it"),
    [
        ('holidays = "XX"', '"XX" is no country whose holidays are known'),
        (
            f"weekend = {json.dumps(WEEKDAYS)}",
            "the weekend is the whole week: no working day is left",
        ),
    ],
)
def test_a_calendar_that_cannot_be_counted_on_is_told_with_its_line(
    desk: Desk, fault: str, said_of_it: str
):
    path = desk.folder / "campaigns" / "workdays" / "odd.toml"
    path.write_text(f'name = "Odd"\ntimezone = "Europe/Vienna"\n{fault}\n')
    words = ("when", "1 working day before 24 June 2010")

    named = desk.run(*words, "--workdays", "odd", "--json")
    config = desk.folder / "config.toml"
    config.write_text(config.read_text().replace('workdays  = "vienna"', 'workdays = "odd"'))
    by_default = desk.run(*words)

    for said in (named, by_default):
        assert said.code == 1
        assert said.out == ""
        assert "odd.toml:3:" in said.err
        assert said_of_it in said.err


def test_a_broken_config_matters_only_to_a_phrase_that_needs_it(desk: Desk):
    (desk.folder / "config.toml").write_text("colour = 1\n")

    assert desk.run("when", "24 June 2010").code == 0
    said = desk.run("when", "1 working day after 24 June 2010")
    assert said.code == 78
    assert "config.toml:1:1" in said.err
