"""`tracker plan`."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.desk import Desk, a_copy_of_the_shipped_files, a_folder_with_one_letter, on_a_terminal
from tests.house import House
from tests.test_daemon import LETTER as DAEMONS_LETTER, TUESDAY, Desk as DaemonDesk, home
from tracker.loading.world import read_world

__all__ = ["home"]  # a fixture
HRW = "hrw-osce-ambassadors"


@pytest.fixture
def desk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Desk:
    monkeypatch.chdir(a_copy_of_the_shipped_files(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")
    return Desk(tmp_path, capsys)


@pytest.fixture
def letter(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Desk:
    """A desk with one small letter and nothing else."""
    monkeypatch.chdir(a_folder_with_one_letter(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")
    return Desk(tmp_path, capsys)


@pytest.fixture
def there(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk in the folder of a daemon."""
    monkeypatch.chdir(home)
    return Desk(home, capsys)


def live(desk: Desk, opened: datetime) -> House:
    """Let a daemon run beside the desk, on the database of config.toml."""
    world = read_world(desk.folder / "config.toml").world
    assert world is not None
    return House(world, replayed=False, opened=opened, database=desk.folder / "tracker.db")


def test_every_line_to_come_has_the_fields_of_the_contract(desk: Desk):
    said = desk.run("plan", HRW, "--at", "2010-06-22", "--json")

    assert said.code == 0
    first = said.objects[0]
    assert list(first) == [
        *("kind", "campaign", "item", "forum", "session", "targets", "lead", "states", "late"),
        *("key", "due", "expires", "to", "file", "line", "why", "state", "reason"),
    ]
    assert {one["campaign"] for one in said.objects} == {HRW}
    meeting = next(one for one in said.objects if one["item"] == "meeting")
    assert meeting["due"] == "2010-06-23T06:00:00Z"
    assert meeting["states"] == meeting["expires"] == "2010-06-24T08:00:00Z"
    assert meeting["to"] == "vienna"
    assert meeting["state"] == "planned"


def test_file_and_line_are_where_the_step_is_written(desk: Desk):
    said = desk.run("plan", HRW, "--at", "2010-06-22", "--json")

    for item in ("embassy-calls", "meeting"):
        one = next(line for line in said.objects if line["item"] == item)
        lines = (desk.folder / one["file"]).read_text().splitlines()
        nearby = "\n".join(lines[one["line"] - 1 : one["line"] + 2])
        assert f'"{item}"' in nearby or f"[[{item}]]" in nearby


def test_nothing_before_the_moment_and_nothing_after_the_days(desk: Desk):
    said = desk.run("plan", "--at", "2010-06-22T22:00Z", "--days", "2", "--json")

    dues = [one["due"] for one in said.objects if one["state"] == "planned"]
    assert dues
    assert min(dues) >= "2010-06-22T22:00:00Z"
    assert max(dues) < "2010-06-24T22:00:00Z"


@pytest.mark.parametrize("name", ["config.toml", "server.toml"])
def test_a_digest_is_written_where_its_reader_stands(desk: Desk, name: str):
    config = (desk.folder / "config.toml").rename(desk.folder / name)
    lines = config.read_text().splitlines()

    said = desk.run("--config", name, "plan", "--at", "2010-06-20", "--json")
    found = {one["to"]: one for one in said.objects if one["kind"] == "digest"}
    why = desk.run("--config", name, "why", found["vienna"]["key"])

    for reader in ("vienna", "new-york"):
        assert found[reader]["file"] == name
        assert lines[found[reader]["line"] - 1] == "[[coordinator]]"
        assert f'"{reader}"' in lines[found[reader]["line"]]
    number = lines.index('digest   = "weekdays"') + 1
    assert f'written    {name}, line {number}: digest   = "weekdays"' in why.out


def test_a_bare_date_is_the_end_of_that_day_in_config_tomls_zone(desk: Desk):
    bare = desk.run("plan", "--at", "2010-06-22", "--json")

    assert bare.out == desk.run("plan", "--at", "2010-06-22T22:00Z", "--json").out
    assert bare.out == desk.run("plan", "--at", "2010-06-23 00:00", "--json").out
    assert bare.out != desk.run("plan", "--at", "2010-06-24T00:00Z", "--json").out


@pytest.mark.parametrize(
    "written",
    [
        "2010-06-24T08:00Z",
        "2010-06-24T10:00",
        "2010-06-24 04:00-04:00",
        "Thursday 24 June 2010 at 10:00",
        "24 June 2010 at 04:00 America/New_York",
    ],
)
def test_a_moment_may_be_written_in_many_ways(desk: Desk, written: str):
    said = desk.run("plan", "traub-foreign-policy", "--at", written)

    assert said.out.startswith("Plan from Thursday 24 June 2010, 10:00 (Vienna)")


def test_what_is_left_out_and_what_waits_is_there_with_its_reason(desk: Desk):
    said = desk.run("plan", "gcr2p-osce", "--at", "2010-06-30", "--json").objects

    skipped = [one for one in said if one["state"] == "skipped"]
    waiting = [one for one in said if one["state"] == "waiting"]
    assert all(one["reason"].startswith("already past") for one in skipped)
    assert skipped
    assert {one["reason"] for one in waiting} == {"waiting for decision"}
    assert all(one["due"] is None for one in waiting)


def test_a_past_moment_knows_nothing_of_what_came_later(desk: Desk):
    before = desk.run("plan", HRW, "--at", "2010-06-24T09:00Z", "--json").objects
    after = desk.run("plan", HRW, "--at", "2010-06-24", "--json").objects

    assert "2010-07-01" not in {one["session"] for one in before}
    assert "2010-07-01" in {one["session"] for one in after}


def test_people_read_weekday_and_year_on_every_date_and_a_timeline(desk: Desk):
    said = desk.run("plan", HRW, "--at", "2010-06-22", "--days", "3")

    assert said.code == 0
    assert "Plan from the end of Tuesday 22 June 2010 (Vienna)" in said.out
    assert "Wed 23 June 2010  12:00  D---------------  Call the seven" in said.out
    assert "Thu 24 June 2010  10:00  ---------------M  OSCE Permanent Council" in said.out
    assert "\nWednesday 23 June 2010\n" in said.out
    assert "\n  reminder, on the day: vienna 08:00\n" in said.out


def test_a_pipe_gets_no_colours_no_trailing_blanks_and_80_columns(desk: Desk):
    for command in (("plan",), ("status",), ("replay", "--to", "2010-07-01")):
        when = ("--at", "2010-06-22") if command[0] != "replay" else ()
        said = desk.run(*command, *when)
        lines = said.out.splitlines()
        assert "\x1b" not in said.out
        assert [line for line in lines if line != line.rstrip()] == []
        assert max(len(line) for line in lines) <= 80


def test_a_terminal_gets_colours_unless_it_wants_none(desk: Desk):
    words = ("plan", HRW, "--at", "2010-06-22", "--days", "3")

    coloured = on_a_terminal(desk.folder, *words, TERM="xterm")
    plain = on_a_terminal(desk.folder, *words, TERM="xterm", NO_COLOR="1")
    dumb = on_a_terminal(desk.folder, *words, TERM="dumb")

    assert "\x1b[36m" in coloured
    assert "\x1b[36m" not in plain
    assert "\x1b" not in dumb


def test_a_narrow_screen_loses_the_bar_and_nothing_else(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("COLUMNS", "50")

    said = desk.run("plan", HRW, "--at", "2010-06-22", "--days", "3")

    assert max(len(line) for line in said.out.splitlines()) <= 50
    assert "---" not in said.out
    assert "Thu 24 June 2010  10:00  M" in said.out


def test_a_long_series_is_told_as_such(desk: Desk):
    said = desk.run("plan", HRW, "--at", "2010-07-23", "--days", "100")

    assert "more times, so far to " in said.out


def test_an_unknown_campaign_is_answered_with_the_nearest(desk: Desk):
    said = desk.run("plan", "hrw-osce", "--at", "2010-06-22")

    assert said.code == 1
    assert f'Did you mean "{HRW}"?' in said.err
    assert said.out == ""


def test_the_other_campaigns_go_on_beside_a_broken_one(desk: Desk):
    path = desk.campaign("gcr2p-osce")
    path.write_text(path.read_text().replace("dated ", "datde ", 1))

    said = desk.run("plan", "--at", "2010-06-22", "--json")

    assert said.code == 0
    assert {one["campaign"] for one in said.objects} > {HRW}
    assert "gcr2p-osce" not in {one["campaign"] for one in said.objects}
    assert "Not in force: campaigns/gcr2p-osce.toml (" in said.err


def test_a_broken_campaign_asked_for_by_name_is_exit_code_1(desk: Desk):
    path = desk.campaign("gcr2p-osce")
    path.write_text("title = \n")

    said = desk.run("plan", "gcr2p-osce", "--at", "2010-06-22")

    assert said.code == 1
    assert "tracker check campaigns/gcr2p-osce.toml" in said.err


@pytest.mark.parametrize(
    "words",
    [
        ("--days", "0"),
        ("--days", "many"),
        ("--at", "2010-06-31"),
        ("--at", "9999-12-31T23:59-12:00"),
        ("--at", "0001-01-01T00:00+12:00"),
        ("--at", "2010-06-24T25:00"),
        ("--at", "tomorrow"),
    ],
)
def test_an_impossible_date_or_number_is_a_matter_of_usage(desk: Desk, words: tuple[str, ...]):
    said = desk.run("plan", *words)

    assert said.code == 2
    assert words[0] in said.err


def test_plan_never_makes_a_database(desk: Desk):
    for command in (("plan",), ("status",), ("outbox",), ("digest", "vienna")):
        assert desk.run(*command).code == 0

    assert not (desk.folder / "tracker.db").exists()


def test_with_a_database_the_present_is_the_daemons(letter: Desk):
    house = live(letter, datetime(2010, 6, 21, 12, tzinfo=UTC))
    house.turn_to(datetime(2010, 6, 22, 5, tzinfo=UTC))
    house.store.close()
    letter.now = datetime(2010, 6, 22, 5, tzinfo=UTC)

    said = letter.run("plan", "--json").objects

    calls = [(one["lead"], one["state"]) for one in said if one["item"] == "calls"]
    assert calls[:2] == [("1 working day before", "skipped"), ("on the day", "planned")]


def test_what_has_left_is_not_to_come_and_what_is_late_is(letter: Desk):
    house = live(letter, datetime(2010, 6, 1, 5, tzinfo=UTC))
    house.turn_to(datetime(2010, 6, 22, 6, 30, tzinfo=UTC))
    house.store.close()

    letter.now = datetime(2010, 6, 22, 7, tzinfo=UTC)
    to_come = letter.run("plan", "--json").objects
    letter.now = datetime(2010, 6, 23, 7, tzinfo=UTC)
    late = [one for one in letter.run("plan", "--json").objects if one["late"]]

    assert [one["kind"] for one in to_come if one["item"] == "calls"] == ["overdue"]
    assert ("calls", "2010-06-23T06:00:00Z") in {(one["item"], one["due"]) for one in late}


def test_a_fact_logged_a_moment_ago_counts_at_once(letter: Desk):
    house = live(letter, datetime(2010, 6, 1, 5, tzinfo=UTC))
    house.turn_to(datetime(2010, 6, 21, 5, tzinfo=UTC))
    house.store.close()
    letter.now = datetime(2010, 6, 21, 7, tzinfo=UTC)
    before = letter.run("plan", "--json").objects
    path = letter.campaign("border")
    path.write_text(
        f'{path.read_text()}\n[[log]]\non = 2010-06-21\nfact = "done"\nitem = "calls"\n'
    )

    after = letter.run("plan", "--json").objects

    assert "calls" in {one["item"] for one in before}
    assert "calls" not in {one["item"] for one in after}


def test_a_follow_up_that_begins_anew_is_to_come_and_one_that_only_shifts_is_not(letter: Desk):
    path = letter.campaign("border")
    asks = '\n[[follow-up]]\nid = "ask"\nwhat = "Ask"\nfor = "campaign"\ndue = "2010-06-16"\n'
    text = path.read_text() + asks + 'repeat = "every 7 days, 1 more time"\n'
    path.write_text(text)
    house = live(letter, datetime(2010, 6, 1, 5, tzinfo=UTC))
    house.turn_to(datetime(2010, 6, 16, 7, tzinfo=UTC))
    house.store.close()
    letter.now = datetime(2010, 6, 16, 7, tzinfo=UTC)

    def to_come(day: str) -> list[tuple[str, str]]:
        path.write_text(text.replace("2010-06-16", day))
        said = letter.run("plan", "--json").objects
        return [(one["lead"], one["key"]) for one in said if one["item"] == "ask"]

    assert to_come("2010-06-17") == [("repeat 1", "border/ask/repeat-1/vienna")]
    anew = to_come("2010-07-20")
    assert anew == [
        ("first", "border/ask/first/2010-07-20/vienna"),
        ("repeat 1", "border/ask/repeat-1/vienna"),
    ]
    assert letter.run("why", anew[0][1]).code == 0


# -- what will not happen ----------------------------------------------------------------------

OTHER = DAEMONS_LETTER.replace("Send a mission", "Open the border")
WAITS = """
[[follow-up]]
id = "chase"
what = "Chase the reply"
due = "10 days after delivery"
[[deadline]]
id = "report"
what = "Write the report"
due = "2010-06-30"
"""


def words(said: str) -> str:
    return " ".join(said.split())


def test_of_a_closed_campaign_nothing_is_to_come_and_that_is_said(letter: Desk):
    path = letter.campaign("border")
    path.write_text(f"closed = 2010-06-21\n{path.read_text()}{WAITS}")

    said = letter.run("plan", "--at", "2010-06-21T12:00+02:00")
    machine = letter.run("plan", "--at", "2010-06-21T12:00+02:00", "--json")

    assert "Closed: border (from Mon 21 June 2010 on). Nothing more is planned." in said.out
    for gone in ("Waiting for a date", "Meetings (M)", "Write the report", "Chase the reply"):
        assert gone not in said.out
    assert "waiting" not in {one["state"] for one in machine.objects}


def test_the_timeline_ends_where_a_campaign_closes(letter: Desk):
    path = letter.campaign("border")
    path.write_text(f"closed = 2010-06-24\n{path.read_text()}{WAITS}")

    said = letter.run("plan", "--at", "2010-06-21T12:00+02:00")

    timeline = said.out.partition("Meetings (M)")[2].partition("\n\n")[0]
    assert "Call the chair" in timeline
    assert "Permanent Council" not in timeline
    assert "Write the report" not in timeline
    assert "Waiting for a date" in said.out
    assert "Closed: " not in said.out


def test_of_a_campaign_without_a_file_only_the_word_about_it_is_to_come(home: Path, there: Desk):
    (home / "campaigns" / "other.toml").write_text(OTHER)
    daemon = DaemonDesk(home)
    asyncio.run(daemon.turn())
    (home / "campaigns" / "letter.toml").unlink()
    asyncio.run(daemon.turn(3))
    daemon.store.close()
    there.now = TUESDAY + timedelta(hours=1)

    said = words(there.run("plan", "letter").out)
    lines = there.run("plan", "letter", "--json").objects

    assert (
        "Gone: letter (no file since Tue 22 June 2010, 07:00). Nothing leaves unless it is put"
        " back; after a day it counts as closed." in said
    )
    assert "Meetings (M)" not in said
    assert {one["item"] for one in lines} <= {"missing"}


def test_so_it_is_before_the_daemon_has_noticed(home: Path, there: Desk):
    (home / "campaigns" / "other.toml").write_text(OTHER)
    daemon = DaemonDesk(home)
    asyncio.run(daemon.turn())
    daemon.store.close()
    (home / "campaigns" / "letter.toml").unlink()
    there.now = TUESDAY + timedelta(hours=1)

    said = words(there.run("plan").out)

    assert "Gone: letter (no file). Nothing leaves unless it is put back;" in said
    assert "[letter]" not in said
    assert "[other]" in said


# -- whose clock -------------------------------------------------------------------------------

IN_NEW_YORK = """\
title        = "Release the journalists"
dated        = 2010-06-01
coordinators = ["new-york"]
workdays     = "un-new-york"

[[meeting]]
forum = "osce-permanent-council"
date  = 2010-06-24

[[deadline]]
id   = "calls"
what = "Call the ambassadors"
due  = "2010-06-22"
"""


@pytest.fixture
def overseas(letter: Desk) -> Desk:
    """A desk in Vienna with a second letter, whose campaign is at home in New York."""
    letter.campaign("journalists").write_text(IN_NEW_YORK)
    return letter


def test_a_campaign_is_told_by_its_own_clock(overseas: Desk):
    said = words(overseas.run("plan", "journalists", "--at", "2010-06-20T12:00Z").out)

    assert said.startswith(
        "Plan from Sunday 20 June 2010, 14:00 (Vienna), by the clock of New York"
    )
    assert "Tue 22 June 2010 18:00 D" in said
    assert (
        "reminder, on the day: new-york 08:00 Call the ambassadors: Tue 22 June 2010, 18:00 ["
        in said
    )
    assert "Thu 24 June 2010 10:00 Vienna ---" in said
    assert "OSCE Permanent Council meets: Thu 24 June 2010, 10:00 Vienna [" in said


def test_among_all_campaigns_an_hour_of_another_place_names_it(overseas: Desk):
    said = words(overseas.run("plan", "--at", "2010-06-20T12:00Z").out)

    assert said.startswith("Plan from Sunday 20 June 2010, 14:00 (Vienna)")
    assert "Tue 22 June 2010 18:00 New York" in said
    assert "new-york 14:00 Call the ambassadors: Tue 22 June 2010, 18:00 New York [" in said


# -- before the tracker has ever run -----------------------------------------------------------


def test_without_a_database_it_is_the_plan_of_a_tracker_that_first_runs_now(letter: Desk):
    letter.now = datetime(2010, 6, 22, 10, 15, tzinfo=UTC)

    said = words(letter.run("plan").out)
    lines = letter.run("plan", "--json").objects

    assert said.startswith(
        "Plan from Tuesday 22 June 2010, 12:15 (Vienna), if the tracker first ran now"
    )
    first = next(one for one in lines if one["state"] == "planned")
    assert (first["item"], first["due"]) == ("accepted", "2010-06-22T10:25:00Z")
    calls = [(one["lead"], one["reason"]) for one in lines if one["item"] == "calls"]
    assert calls[0] == (
        "1 working day before",
        "already past on Tue 22 June 2010, when the tracker first saw the campaign",
    )


def test_it_is_what_the_daemon_then_does(letter: Desk):
    letter.now = datetime(2010, 6, 22, 10, 15, tzinfo=UTC)
    before = {one["key"] for one in letter.run("plan", "--json").objects}

    house = live(letter, letter.now)
    house.turn_to(letter.now)
    house.store.close()

    assert {one["key"] for one in letter.run("plan", "--json").objects} == before
