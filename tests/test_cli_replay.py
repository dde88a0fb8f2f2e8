"""`tracker replay`, `tracker digest` and `tracker status` on the shipped files."""

import io
import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from tests.desk import LETTER, Desk, a_copy_of_the_shipped_files, a_folder_with_one_letter
from tests.house import House
from tracker.cli.waiting import progress
from tracker.loading.world import read_world

HRW = "hrw-osce-ambassadors"
WINDOW = ("--from", "2010-06-23", "--to", "2010-06-25")


@pytest.fixture
def desk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Desk:
    monkeypatch.chdir(a_copy_of_the_shipped_files(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")
    return Desk(tmp_path, capsys)


def test_replay_prints_the_mails_of_the_window_in_sending_order(desk: Desk):
    said = desk.run("replay", *WINDOW, "--json")

    assert said.code == 0
    moments = [one["at"] for one in said.objects]
    assert moments == sorted(moments)
    assert moments[0] == "2010-06-23T06:00:00Z"
    assert all("2010-06-23" <= at < "2010-06-25" for at in moments)
    assert list(said.objects[0]) == ["at", "kind", "to", "subject", "message_id", "items"]


def test_the_window_is_open_at_its_end(desk: Desk):
    upto = desk.run("replay", "--from", "2010-06-23", "--to", "2010-06-24T06:00Z", "--json")
    after = desk.run("replay", "--from", "2010-06-24T06:00Z", "--to", "2010-06-25", "--json")
    whole = desk.run("replay", *WINDOW, "--json")

    assert upto.objects + after.objects == whole.objects
    assert upto.objects
    assert after.objects


def test_people_read_the_readers_own_time_and_a_count_at_the_end(desk: Desk):
    said = desk.run("replay", *WINDOW)

    assert "\nWednesday 23 June 2010, 08:00 Vienna, digest to vienna\n" in said.out
    assert "\nWednesday 23 June 2010, 08:00 New York, " in said.out
    assert f"\n    - {HRW}: reminder (1 working day before): OSCE Permanent" in said.out
    assert said.out.rstrip().splitlines()[-3].split() == [
        *("to", "reminder", "digest", "correction", "notice", "all")
    ]


def test_the_maildir_has_the_mails_at_their_simulated_time(desk: Desk):
    out = desk.folder / "summer"
    said = desk.run("replay", *WINDOW, "--out", str(out))
    again = desk.run("replay", *WINDOW, "--out", str(out))
    mails = desk.run("replay", *WINDOW, "--json").objects

    assert f"mutt -f {out}" in said.out
    assert again.code == 0
    files = sorted((out / "new").iterdir())
    ids = [
        message_from_bytes(file.read_bytes(), policy=policy.default)["Message-ID"]
        for file in files
    ]
    assert ids == [one["message_id"] for one in mails]
    first = datetime.fromtimestamp(files[0].stat().st_mtime, tz=UTC)
    assert first == datetime(2010, 6, 23, 6, tzinfo=UTC)


def test_a_folder_with_something_else_in_it_is_left_alone(desk: Desk):
    out = desk.folder / "campaigns"
    before = sorted(out.rglob("*"))

    said = desk.run("replay", *WINDOW, "--out", str(out))

    assert said.code == 1
    assert "has something else in it" in said.err
    assert sorted(out.rglob("*")) == before


def test_a_file_is_no_folder_for_mails(desk: Desk):
    assert desk.run("replay", *WINDOW, "--out", "config.toml").code == 1


def test_a_window_that_ends_before_it_begins_is_a_matter_of_usage(desk: Desk):
    assert desk.run("replay", "--from", "2010-06-25", "--to", "2010-06-23").code == 2


def test_after_the_last_date_that_the_files_know_there_are_no_mails(desk: Desk):
    said = desk.run("replay", "--from", "2026-12-25")
    machine = desk.run("replay", "--from", "2026-12-25", "--json")

    assert (said.code, machine.code) == (0, 0)
    assert " ".join(said.out.split()).startswith("0 mails from Friday 25 December 2026 on: ")
    assert "with --to it goes further" in " ".join(said.out.split())
    assert machine.out == ""


def test_without_dates_a_replay_goes_from_the_beginning_to_a_month_after_the_last(desk: Desk):
    for path in (desk.folder / "campaigns").glob("*.toml"):
        path.unlink()
    desk.campaign("border").write_text(LETTER)

    moments = [one["at"] for one in desk.run("replay", "--json").objects]

    assert moments[0] == "2010-06-01T06:00:00Z"
    assert "2010-07-19" <= moments[-1] < "2010-07-26"


def test_without_dates_a_replay_reaches_a_deadline_far_ahead(tmp_path, capsys, monkeypatch):
    folder = a_folder_with_one_letter(tmp_path)
    monkeypatch.chdir(folder)
    with (folder / "campaigns" / "border.toml").open("a") as letter:
        letter.write(
            '\n[[deadline]]\nid = "report"\nwhat = "Report to the board"\n'
            'due = "1 December 2010"\n'
        )

    said = Desk(folder, capsys).run("replay", "--json")

    items = [item for mail in said.objects for item in mail["items"]]
    assert "2010-12" in max(one["states"] or "" for one in items if one["item"] == "report")


def test_a_replay_goes_on_with_the_good_files_and_names_the_others(desk: Desk):
    (desk.folder / "campaigns" / "gcr2p-osce.toml").write_bytes(b"\xff\xfe\x00")

    said = desk.run("replay", "--from", "2010-06-30", "--to", "2010-07-02", "--json")

    assert said.code == 0
    assert HRW in said.out
    assert '"gcr2p-osce"' not in said.out
    assert "Not in force: campaigns/gcr2p-osce.toml (1 error;" in said.err


def test_a_folder_without_campaigns_replays_nothing(desk: Desk):
    for path in (desk.folder / "campaigns").glob("*.toml"):
        path.unlink()

    said = desk.run("replay")

    assert said.code == 0
    assert "0 mails: no campaign is in force" in said.out


def test_no_bar_is_drawn_where_nobody_watches(capsys: pytest.CaptureFixture[str]):
    first, last = datetime(2010, 6, 1, tzinfo=UTC), datetime(2010, 8, 1, tzinfo=UTC)

    with progress("replaying", first, last, patience_seconds=0) as watch:
        watch(last)

    assert capsys.readouterr().err == ""


def test_a_terminal_gets_a_bar_once_the_work_is_slow(monkeypatch: pytest.MonkeyPatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    first, last = datetime(2010, 6, 1, tzinfo=UTC), datetime(2010, 8, 1, tzinfo=UTC)

    with progress("replaying", first, last) as watch:
        watch(datetime(2010, 7, 1, tzinfo=UTC))
    assert terminal.getvalue() == ""

    with progress("replaying", first, last, patience_seconds=0) as watch:
        watch(datetime(2010, 7, 1, tzinfo=UTC))
        watch(last)
    assert "replaying: Sunday 1 August 2010" in terminal.getvalue()


def test_a_digest_is_the_one_that_the_replay_sends_and_knows_what_changed(desk: Desk):
    said = desk.run("digest", "vienna", "--at", "2010-06-25")
    desk.run("replay", "--from", "2010-06-25", "--to", "2010-06-26", "--out", "mails")
    mails = [
        message_from_bytes(file.read_bytes(), policy=policy.default)
        for file in sorted(Path("mails/new").iterdir())
    ]
    mail = next(one for one in mails if "vienna@" in one["To"])
    body = mail.get_body(("plain",))
    assert body is not None

    assert said.err == ""
    assert said.code == 0
    assert "Changed since Thu 24 June 2010" in said.out
    assert said.out.startswith(f"Subject: {mail['Subject']}\n\n")
    assert said.out.split() == ["Subject:", *mail["Subject"].split(), *body.get_content().split()]


def test_a_digest_that_would_not_leave_is_shown_and_says_so(desk: Desk):
    said = desk.run("digest", "new-york", "--at", "2010-06-23")

    assert said.code == 0
    assert "Wednesday 23 June 2010" in said.out
    assert "would not leave by itself" in said.err
    assert "new-york gets one on Mondays, at the hour of the morning.\n" in said.err


def test_of_a_reader_who_wants_no_digest_that_is_said(desk: Desk):
    config = desk.folder / "config.toml"
    config.write_text(config.read_text().replace('digest   = "weekdays"', 'digest = "never"'))

    said = desk.run("digest", "vienna", "--at", "2010-06-24")

    assert said.err == ('This digest would not leave by itself: vienna has digest = "never".\n')


def test_of_a_reader_who_is_away_it_is_said_who_stands_in(desk: Desk):
    config = desk.folder / "config.toml"
    away = 'digest   = "weekdays"\ndeputy = "new-york"\naway = ["23 June 2010 to 25 June 2010"]'
    config.write_text(config.read_text().replace('digest   = "weekdays"', away))

    said = desk.run("digest", "vienna", "--at", "2010-06-24")

    assert said.err == (
        "This digest would not leave by itself: vienna is away on Thursday 24 June 2010 and"
        " new-york stands in; the next comes when vienna is back.\n"
    )


def test_an_unknown_coordinator_is_answered_with_the_nearest(desk: Desk):
    said = desk.run("digest", "viena")

    assert said.code == 1
    assert 'Did you mean "vienna"?' in said.err


def test_the_digest_of_now_comes_from_the_database_and_changes_nothing_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(a_folder_with_one_letter(tmp_path))
    desk = Desk(tmp_path, capsys)
    world = read_world(tmp_path / "config.toml").world
    assert world is not None
    opened = datetime(2010, 6, 1, 5, tzinfo=UTC)
    house = House(world, replayed=False, opened=opened, database=tmp_path / "tracker.db")
    house.turn_to(datetime(2010, 6, 22, 9, tzinfo=UTC))
    desk.now = datetime(2010, 6, 22, 11, tzinfo=UTC)
    before = [(one.occurrence.key, one.state) for one in house.store.lines()]
    journal = house.store.journal()

    said = desk.run("digest", "vienna")

    assert said.code == 0
    assert "Call the chair" in said.out
    assert [(one.occurrence.key, one.state) for one in house.store.lines()] == before
    assert house.store.journal() == journal
    house.store.close()


def test_status_tells_asks_meetings_steps_targets_and_signatures(desk: Desk):
    said = desk.run("status", HRW, "--at", "2010-07-22")

    assert said.code == 0
    assert "Thursday 1 July 2010: deferred, to Thursday 8 July 2010" in said.out
    assert "Thursday 22 July 2010: partly met" in said.out
    assert "6 days since partly met" in said.out
    assert "fifth" in said.out
    assert "ahead    Press the seven delegations" in said.out
    assert "silent for 30 days" in said.out
    signed = desk.run("status", "icrtop-security-council", "--at", "2010-06-24")
    assert "signed     20 signatures" in signed.out


def test_status_in_json_is_one_object_a_campaign(desk: Desk):
    said = desk.run("status", "--at", "2010-07-22", "--json")

    found = {one["campaign"]: one for one in said.objects}
    assert len(found) == 5
    mission = found[HRW]["asks"][0]
    assert [one["result"] for one in mission["trail"]] == [*["deferred"] * 4, "partly met"]
    assert mission["trail"][0]["to"] == "2010-07-01"
    assert found[HRW]["meetings"][-1]["start"] == "2010-07-22T08:00:00Z"
    assert found[HRW]["meetings"][-1]["put_off"] == 4
    states = {one["state"] for one in found[HRW]["steps"]}
    assert states == {"settled", "ended", "asking", "ahead"}


def test_status_names_the_last_day_of_a_meeting_of_several(tmp_path: Path, desk: Desk):
    letter = tmp_path / "campaigns" / f"{HRW}.toml"
    talks = '\n[[meeting]]\nname = "Talks"\ndate = "28 June 2010 to 29 June 2010"\n'
    letter.write_text(letter.read_text(encoding="utf-8") + talks, encoding="utf-8")

    said = desk.run("status", HRW, "--at", "2010-06-20")

    assert "Talks, Monday 28 June 2010 to Tuesday 29 June 2010" in " ".join(said.out.split())


def test_status_says_what_is_overdue_and_what_came_too_late(desk: Desk):
    overdue = desk.run("status", "icrtop-security-council", "--at", "2010-06-22T12:00Z", "--json")
    late = desk.run("status", "gcr2p-osce", "--at", "2010-06-30", "--json")

    states = {one["id"]: one["state"] for one in overdue.objects[0]["steps"]}
    assert states["deliver"] == "overdue"
    assert states["no-reply"] == "waiting"
    assert {one["id"]: one["state"] for one in late.objects[0]["steps"]}["draft"] in {
        "already past",
        "settled",
    }


def test_status_of_a_closed_campaign_leaves_its_open_steps_out(desk: Desk):
    said = desk.run("status", HRW, "--at", "2010-11-20", "--json").objects[0]

    assert {one["state"] for one in said["steps"]} <= {"settled", "left out"}
    assert said["going"] in {True, False}


def test_a_step_for_each_target_of_a_campaign_without_targets_is_left_out(desk: Desk):
    text = 'title = "Open it"\ndated = 2010-06-22\ncoordinators = ["vienna"]\n'
    desk.campaign("bare").write_text(f'{text}playbook = "rapid-response"\n')

    said = desk.run("status", "bare", "--at", "2010-06-22T12:00Z")
    step = {
        one["id"]: one
        for one in desk.run("status", "bare", "--at", "2010-06-22T12:00Z", "--json").objects[0][
            "steps"
        ]
    }["no-reply"]

    assert "left out  Ask for an answer to the letter: no target to ask [no-reply]" in said.out
    assert (step["state"], step["why"]) == ("left out", "no target to ask")


def test_a_meeting_under_way_is_neither_ahead_nor_past(desk: Desk):
    def state(at: str) -> str:
        said = desk.run("status", HRW, "--at", at, "--json")
        return str(said.objects[0]["meetings"][0]["state"])

    assert state("2010-06-24T07:59Z") == "ahead"
    assert state("2010-06-24T08:30Z") == "under way"
    assert state("2010-06-24T11:00Z") == "past"


def test_status_says_on_top_where_things_stand_and_draws_the_next_weeks(desk: Desk):
    said = desk.run("status", "--at", "2010-07-12")

    lines = said.out.splitlines()
    assert (
        lines[1]
        == "5 campaigns, 7 open asks. Next: OSCE Permanent Council, Thursday 15 July 2010."
    )
    assert "Jul  [12]  13   14 D  15 M  16    17    18" in lines
    assert "M meeting (OSCE Permanent Council), D deadline, r recess" in lines
    assert "targets    2 undecided, 6 unknown" in lines


def test_status_in_the_recess_says_when_sessions_begin_again(desk: Desk):
    said = desk.run("status", HRW, "--at", "2010-08-16")

    assert "The next" not in said.out
    assert (
        "\nOSCE Permanent Council is in recess until Wednesday 1 September 2010; the next\n"
        "session is Thursday 2 September 2010.\n"
    ) in said.out


def test_a_digest_in_a_terminal_is_the_mail_and_only_styled(desk: Desk, monkeypatch):
    plain = desk.run("digest", "new-york", "--at", "2010-07-12").out
    monkeypatch.setenv("FORCE_COLOR", "1")

    styled = desk.run("digest", "new-york", "--at", "2010-07-12").out
    monkeypatch.setenv("NO_COLOR", "1")
    bold = desk.run("digest", "new-york", "--at", "2010-07-12").out

    codes = re.compile(r"\x1b\[[0-9;]*m")
    assert "\x1b" not in plain
    assert codes.sub("", styled) == codes.sub("", bold) == plain
    assert "\x1b[1mThe next 4 weeks" in styled
    assert "\x1b[1mThe next 4 weeks" in bold
    assert max(map(len, plain.splitlines())) <= 80
