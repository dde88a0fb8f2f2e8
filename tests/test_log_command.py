"""`tracker log`: what stands in the file afterwards, what is said, and what is refused."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from tests.builders import CONFIG, COUNCIL, NEW_YORK, VIENNA, at
from tests.desk import ROOT
from tracker.cli import main

# Root as well obeys the modes of files without this power of its own.
BOUND_BY_MODES = ("setpriv", "--bounding-set=-dac_override") if os.geteuid() == 0 else ()
LETTER = """\
title = "Send a mission"
dated = 2010-06-22
coordinators = ["vienna"]
workdays = "vienna"
[[ask]]
id = "mission"
text = "Send a mission"
[[ask]]
id = "money"
text = "Pay for it"
[[meeting]]
forum = "council"
date = 2010-06-24
[[target]]
id = "germany"
post = "Delegation of Germany"
[[target]]
id = "france"
post = "Delegation of France"
[[deadline]]
id = "deliver"
what = "Deliver the letter"
due = "1 working day before meeting"
until = "delivered"
for = "campaign"
[[deadline]]
id = "calls"
what = "Call the seven"
due = "1 day before meeting"
[[follow-up]]
id = "no-reply"
what = "Ask for an answer"
for = "each target"
due = "7 days after delivery"
until = "reply"
[[follow-up]]
id = "carried-out"
what = "Ask whether it was carried out"
due = "14 days after decision"
repeat = "every 14 days"
until = "settled"
"""
NOON = at("2010-06-24 10:00")
Log = Callable[..., int]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for name in ("forums", "workdays"):
        (tmp_path / "campaigns" / name).mkdir(parents=True)
    (tmp_path / "config.toml").write_text(CONFIG)
    (tmp_path / "campaigns" / "letter.toml").write_bytes(LETTER.encode())
    (tmp_path / "campaigns" / "forums" / "council.toml").write_text(COUNCIL)
    (tmp_path / "campaigns" / "workdays" / "vienna.toml").write_text(VIENNA)
    (tmp_path / "campaigns" / "workdays" / "new-york.toml").write_text(NEW_YORK)
    return tmp_path


@pytest.fixture
def log(home: Path) -> Log:
    def run(*words: str, now: datetime = NOON) -> int:
        with pytest.raises(SystemExit) as ended:
            main(["--config", str(home / "config.toml"), "log", *words], clock=lambda: now)
        return int(str(ended.value.code))

    return run


def added(home: Path) -> str:
    """Return what stands after the letter as it was."""
    text = (home / "campaigns" / "letter.toml").read_bytes().decode()
    assert text.startswith(LETTER)
    return text.removeprefix(LETTER)


def test_a_fact_stands_at_the_end_of_the_file_and_says_what_it_settles(
    home: Path, log: Log, capsys: pytest.CaptureFixture[str]
):
    code = log("letter", "delivered", "--on", "2010-06-22")

    assert code == 0
    assert added(home) == '\n[[log]]\non   = 2010-06-22\nfact = "delivered"\n'
    assert capsys.readouterr().out == (
        f"Written to {home}/campaigns/letter.toml:\n\n"
        "  [[log]]\n  on   = 2010-06-22\n"
        '  fact = "delivered"\n\n'
        "This\n"
        "  settles deliver: Deliver the letter, Wednesday 23 June 2010\n"
        "  sets going no-reply: Ask for an answer, Tuesday 29 June 2010\n"
    )


def test_the_day_left_out_is_today_where_the_campaign_is_at_home(home: Path, log: Log):
    late_in_vienna = at("2010-06-24 22:30")

    log("letter", "note", "--note", "x", now=late_in_vienna)

    assert "on   = 2010-06-25" in added(home)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("2010-06-23", "2010-06-23"),
        ("2010-06-23T15:30", "2010-06-23T15:30:00"),
        ("2010-06-23T15:30+03:00", "2010-06-23T15:30:00+03:00"),
        ("Wednesday 23 June 2010", "2010-06-23"),
        ("23 June", "2010-06-23"),
        ("23 June at 15:30", "2010-06-23T15:30:00"),
        ("23 June 2010 at 09:00 America/New_York", "2010-06-23T09:00:00-04:00"),
    ],
)
def test_a_moment_is_written_as_it_was_said(home: Path, log: Log, said: str, written: str):
    assert log("letter", "delivered", "--on", said) == 0

    assert f"on   = {written}\n" in added(home)


def test_dates_of_meetings_need_no_year_either(home: Path, log: Log):
    words = ("--ask", "mission", "--result", "deferred")

    assert log("letter", "outcome", *words, "--meeting", "Thursday 24 June", "--to", "1 July") == 0

    assert "meeting = 2010-06-24\n" in added(home)
    assert "to      = 2010-07-01\n" in added(home)


@pytest.mark.parametrize("said", ["partly met", "partly-met", "Partly Met"])
def test_a_result_may_have_spaces_or_hyphens(home: Path, log: Log, said: str):
    assert log("letter", "outcome", "--ask", "mission", "--result", said) == 0

    assert 'result = "partly met"' in added(home)


def test_every_option_finds_its_key(home: Path, log: Log):
    words = "--ask mission --meeting 2010-06-24 --result deferred --to 2010-07-01 --by Wien"

    assert log("letter", "outcome", *words.split(), "--note", 'put "off"') == 0

    assert added(home) == (
        "\n[[log]]\n"
        "on      = 2010-06-24\n"
        'fact    = "outcome"\n'
        'ask     = "mission"\n'
        "meeting = 2010-06-24\n"
        'result  = "deferred"\n'
        "to      = 2010-07-01\n"
        'by      = "Wien"\n'
        'note    = "put \\"off\\""\n'
    )


def test_a_deferral_says_where_the_campaign_aims_next(
    log: Log, capsys: pytest.CaptureFixture[str]
):
    log("letter", "outcome", "--ask", "mission", "--result", "deferred")

    assert "  aims at Permanent Council, Thursday 1 July 2010\n" in capsys.readouterr().out


def test_a_reply_settles_the_follow_up_for_that_target_alone(
    log: Log, capsys: pytest.CaptureFixture[str]
):
    log("letter", "delivered", "--on", "2010-06-22")
    capsys.readouterr()

    log("letter", "reply", "--target", "germany", "--stance", "supportive")

    assert "This\n  settles no-reply for germany\n" in capsys.readouterr().out


def test_the_last_outcome_says_that_no_ask_is_open(log: Log, capsys: pytest.CaptureFixture[str]):
    log("letter", "outcome", "--ask", "mission", "--result", "met")
    first = capsys.readouterr().out

    log("letter", "outcome", "--ask", "money", "--result", "not-met")

    assert "  settles the ask mission: Send a mission\n" in first
    assert "leaves no ask open" not in first
    assert "  leaves no ask open" in capsys.readouterr().out


def test_what_never_began_or_ended_long_ago_is_not_said_to_end_now(
    log: Log, capsys: pytest.CaptureFixture[str]
):
    for ask in ("mission", "money"):
        log("letter", "outcome", "--ask", ask, "--result", "met")

    said = capsys.readouterr().out
    assert "carried-out" not in said
    assert "calls" not in said


def test_an_outcome_that_leaves_the_ask_open_sets_the_asking_going(
    log: Log, capsys: pytest.CaptureFixture[str]
):
    log("letter", "outcome", "--ask", "mission", "--result", "partly-met")

    said = capsys.readouterr().out
    assert "  sets going carried-out: Ask whether it was carried out, Thursday 8 July 2010" in said


COMMAND = "done --item calls --meeting 2010-06-24 --on 2010-06-23"


@pytest.mark.parametrize(
    "words",
    [
        COMMAND,
        "delivered",
        "reply --target germany --stance supportive --by Berlin --note yes",
        "outcome --ask mission --result deferred",
        "note --note called",
    ],
)
def test_a_command_that_is_pasted_twice_writes_once(
    home: Path, log: Log, capsys: pytest.CaptureFixture[str], words: str
):
    assert log("letter", *words.split()) == 0
    once = added(home)
    capsys.readouterr()

    assert log("letter", *words.split()) == 0

    assert added(home) == once
    line = LETTER.count("\n") + 2
    assert capsys.readouterr().out == (
        f"Logged already: {home}/campaigns/letter.toml, line {line}. Nothing was written.\n"
    )


def test_the_same_without_its_note_is_nothing_new(home: Path, log: Log):
    log("letter", *COMMAND.split(), "--by", "Wien", "--note", "All seven")
    once = added(home)

    log("letter", *COMMAND.split())

    assert added(home) == once


@pytest.mark.parametrize(
    "more",
    ["--note more", "--by Wien", "--on 2010-06-22", "--target germany", "--on 2010-06-23T12:00"],
)
def test_what_says_more_or_something_else_is_written(home: Path, log: Log, more: str):
    log("letter", *COMMAND.split())

    log("letter", *COMMAND.split(), *more.split())

    assert added(home).count("[[log]]") == 2


def test_a_step_that_is_done_again_for_the_next_meeting_is_written(home: Path, log: Log):
    for _ in range(2):
        log("letter", "outcome", "--ask", "mission", "--result", "deferred")

    log("letter", "done", "--item", "calls")
    log("letter", "done", "--item", "calls")
    log("letter", "done", "--item", "calls")

    assert added(home).count('fact = "done"') == 2


def test_a_stance_that_was_taken_back_and_is_taken_again_is_written(home: Path, log: Log):
    for stance in ("supportive", "opposed", "supportive"):
        log("letter", "stance", "--target", "germany", "--stance", stance)

    assert added(home).count("[[log]]") == 3


def test_a_note_that_says_nothing_is_refused_with_the_fix(
    home: Path, log: Log, capsys: pytest.CaptureFixture[str]
):
    assert log("letter", "note") == 2
    assert log("letter", "note", "--note", " ") == 2

    assert added(home) == ""
    assert 'tracker log letter note --note "' in capsys.readouterr().err


MOVED = 'moved = [{ from = 2010-06-24, to = "2010-06-25 at 09:00", why = "Ministers" }]\n'


@pytest.mark.parametrize("day", ["2010-06-24", "2010-06-25", "Friday 25 June"])
def test_a_session_that_was_moved_is_known_by_either_day(home: Path, log: Log, day: str):
    (home / "campaigns" / "forums" / "council.toml").write_text(COUNCIL + MOVED)
    words = ("--ask", "mission", "--result", "met", "--meeting", day)

    assert log("letter", "outcome", *words, now=at("2010-06-26 10:00")) == 0

    assert "meeting = 2010-06-24\n" in added(home)


@pytest.mark.parametrize("day", ["2010-07-01", "2010-07-02", "Friday 2 July"])
def test_so_is_one_that_an_ask_was_put_off_to(home: Path, log: Log, day: str):
    moved = MOVED.replace("2010-06-24", "2010-07-01").replace("2010-06-25", "2010-07-02")
    (home / "campaigns" / "forums" / "council.toml").write_text(COUNCIL + moved)

    assert log("letter", "outcome", "--ask", "mission", "--result", "deferred", "--to", day) == 0

    assert "to     = 2010-07-01\n" in added(home)


def test_a_day_that_is_the_name_of_a_session_is_that_session(home: Path, log: Log):
    (home / "campaigns" / "forums" / "council.toml").write_text(
        COUNCIL + MOVED + 'extra = ["2010-06-26"]\n'
    )
    path = home / "campaigns" / "letter.toml"
    path.write_text(path.read_text() + '[[meeting]]\nname = "Round table"\ndate = 2010-06-25\n')
    words = ("--ask", "mission", "--result", "met", "--meeting", "2010-06-25")

    log("letter", "outcome", *words, now=at("2010-06-27 10:00"))

    assert "meeting = 2010-06-25\n" in path.read_text()


def test_settling_early_ends_what_was_still_to_come(log: Log, capsys: pytest.CaptureFixture[str]):
    early = at("2010-06-22 10:00")
    for ask in ("mission", "money"):
        log("letter", "outcome", "--ask", ask, "--result", "met", "--meeting", "none", now=early)

    assert "  ends calls: Call the seven, Wednesday 23 June 2010\n" in capsys.readouterr().out


def test_a_note_settles_nothing(log: Log, capsys: pytest.CaptureFixture[str]):
    log("letter", "note", "--note", "x")

    assert capsys.readouterr().out.endswith("\nNothing was waiting for it.\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("outcome --ask mision --result met", 'did you mean: "mission"'),
        ("reply --target spain", "germany"),
        ("done --item nothing", "deliver"),
        ("reply", "`target`"),
        ("outcome --ask mission --result met --meeting 2010-06-25", "no meeting on"),
        ("note --note x --on 2010-06-25", "still to come"),
        ("delivered --result met", "result"),
    ],
)
def test_a_fact_that_would_not_be_sound_is_shown_in_its_place_and_not_written(
    home: Path, log: Log, capsys: pytest.CaptureFixture[str], words: str, message: str
):
    code = log("letter", *words.split())

    said = capsys.readouterr()
    assert code == 1
    assert added(home) == ""
    assert said.out == ""
    file, line, _ = said.err.split(":", maxsplit=2)
    assert file == f"{home}/campaigns/letter.toml"
    assert int(line) > LETTER.count("\n")
    assert message in said.err
    assert said.err.endswith(
        f"Nothing was written: {home}/campaigns/letter.toml stays as it is.\n"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("letter outcom", "did you mean outcome?"),
        ("letter outcome --result part", "none of: met, partly met"),
        ("letter note --on 31-02", "--on: "),
        ("letter note --on 24-Juny", "write a date: YYYY-MM-DD, or its day, month and year"),
        ("letter note --meeting soon", "--meeting: "),
        ("letter outcome --to 2010-06-24T10:00", "--to: "),
        ("letter note --note \udcff", "not text"),
    ],
)
def test_a_command_line_that_cannot_be_read_is_refused(
    home: Path, log: Log, capsys: pytest.CaptureFixture[str], words: str, message: str
):
    code = log(*words.split())

    assert code == 2
    assert message in capsys.readouterr().err
    assert added(home) == ""


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("outcome --result met", '= expected one of: mission, money\n   = write ask = "…"'),
        ("reply", '= expected one of: france, germany\n   = write target = "…"'),
        ("done", "= expected one of: calls, carried-out, deliver, no-reply\n"),
    ],
)
def test_what_a_fact_needs_is_named_as_this_campaign_has_it(
    log: Log, capsys: pytest.CaptureFixture[str], words: str, hint: str
):
    assert log("letter", *words.split()) == 1
    assert hint in capsys.readouterr().err


def test_a_campaign_that_is_not_there_is_named_with_the_nearest(
    log: Log, capsys: pytest.CaptureFixture[str]
):
    assert log("leter", "note") == 1
    assert 'Did you mean "letter"?' in capsys.readouterr().err


def test_a_campaign_with_errors_is_not_touched(
    home: Path, log: Log, capsys: pytest.CaptureFixture[str]
):
    path = home / "campaigns" / "letter.toml"
    path.write_text("title = \n")

    assert log("letter", "note") == 1
    assert "letter.toml has errors" in capsys.readouterr().err
    assert path.read_text() == "title = \n"


def test_a_file_that_cannot_be_written_gets_its_lines_printed_to_paste(home: Path):
    path = home / "campaigns" / "letter.toml"
    path.chmod(0o444)
    path.parent.chmod(0o555)

    said = subprocess.run(  # noqa: S603 -- our own program
        [*BOUND_BY_MODES, sys.executable, "-m", "tracker", "log", "letter", "delivered"],
        cwd=home,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )

    path.parent.chmod(0o755)
    assert said.returncode == 75
    pasted = said.stdout.splitlines()
    assert pasted[0] == "Paste these lines at the end of campaigns/letter.toml:"
    assert pasted[1:3] == ["", "[[log]]"]
    assert pasted[-1] == 'fact = "delivered"'
    assert "permission denied" in said.stderr
    assert path.read_bytes() == LETTER.encode()


def test_a_windows_file_stays_one_to_the_byte(home: Path, log: Log):
    path = home / "campaigns" / "letter.toml"
    before = b"\xef\xbb\xbf" + LETTER.replace("\n", "\r\n").encode().rstrip()
    path.write_bytes(before)

    assert log("letter", "delivered") == 0

    after = path.read_bytes()
    assert after.startswith(before)
    assert (
        after[len(before) :] == b'\r\n\r\n[[log]]\r\non   = 2010-06-24\r\nfact = "delivered"\r\n'
    )


def test_facts_written_as_inline_tables_are_not_broken_up(
    home: Path, log: Log, capsys: pytest.CaptureFixture[str]
):
    path = home / "campaigns" / "letter.toml"
    before = 'log = [{ on = 2010-06-22, fact = "delivered" }]\n' + LETTER
    path.write_text(before)

    assert log("letter", "note", "--note", "x") == 1
    assert path.read_text() == before
    assert "Traceback" not in capsys.readouterr().err
