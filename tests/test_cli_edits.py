"""`tracker replay --edits` and `tracker plan --against`, on the shipped campaigns."""

import shutil
from collections import Counter
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from tests.desk import (
    Desk,
    Said,
    a_copy_of_the_shipped_files,
    a_folder_with_one_letter,
    on_a_terminal,
)
from tests.house import House
from tracker.loading.world import read_world

HRW = "hrw-osce-ambassadors"
COUNCIL = Path("forums/osce-permanent-council.toml")
MOVED = 'moved = [{ from = 2010-06-24, to = "2010-06-25 at 10:00", why = "Ministers" }]\n'
AT = ("--at", "2010-06-22T12:00Z", "--days", "60")


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


def moved_council(desk: Desk) -> str:
    text = (desk.folder / "campaigns" / COUNCIL).read_text()
    return text.replace("extra    =", f"{MOVED}extra    =", 1)


def campaign(desk: Desk, old: str, new: str, name: str = HRW) -> str:
    text = desk.campaign(name).read_text()
    assert old in text
    return text.replace(old, new, 1)


def put(folder: Path, name: str | Path, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def overlay(desk: Desk, moment: str, name: str | Path, text: str) -> None:
    put(desk.folder / "edits" / moment, name, text)


def another(desk: Desk, name: str | Path, text: str) -> Path:
    """Copy the campaigns folder, with one file written anew."""
    folder = desk.folder / "next"
    if not folder.exists():
        shutil.copytree(desk.folder / "campaigns", folder)
    put(folder, name, text)
    return folder


def replayed(desk: Desk, *words: str, first: str = "2010-06-22", last: str = "2010-06-27") -> Said:
    return desk.run("replay", "--from", first, "--to", last, "--edits", "edits", *words)


def reminded_of(said: Said) -> set[tuple[str, str]]:
    """Return on which day which moment of the Council's session was stated."""
    return {
        (mail["at"][:10], item["states"])
        for mail in said.objects
        for item in mail["items"]
        if (item["campaign"], item["item"], item["kind"]) == (HRW, "meeting", "reminder")
    }


def texts(folder: Path) -> list[str]:
    mails = [
        message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in sorted((folder / "new").iterdir())
    ]
    bodies = [mail.get_body(("plain",)) for mail in mails]
    return [" ".join(body.get_content().split()) for body in bodies if body]


# -- replay --edits ----------------------------------------------------------------------------


@pytest.mark.story
def test_a_council_session_that_moved_is_reminded_of_anew(desk: Desk):
    overlay(desk, "2010-06-23T12:00Z", COUNCIL, moved_council(desk))

    said = replayed(desk, "--json")

    assert said.code == 0
    assert ("2010-06-23", "2010-06-24T08:00:00Z") in reminded_of(said)
    assert ("2010-06-24", "2010-06-25T08:00:00Z") in reminded_of(said)
    assert ("2010-06-25", "2010-06-25T08:00:00Z") in reminded_of(said)
    assert ("2010-06-24", "2010-06-24T08:00:00Z") not in reminded_of(said)
    assert list(said.objects[0]) == ["at", "kind", "to", "subject", "message_id", "items"]


@pytest.mark.story
def test_the_next_digest_tells_what_the_edit_did(desk: Desk):
    overlay(desk, "2010-06-23T12:00Z", COUNCIL, moved_council(desk))
    stance = campaign(desk, 'stance = "undecided"', 'stance = "supportive"')
    overlay(desk, "2010-06-22T17:00+02:00", f"{HRW}.toml", stance)

    replayed(desk, "--out", "mails")

    told = texts(desk.folder / "mails")
    corrected = [text for text in told if "Moved to Friday 25 June 2010, 10:00 Vienna" in text]
    assert len(corrected) == 2, "each desk was told of Thursday, and hears of it once"
    assert "Stance of Kairat Abdrakhmanov (Kazakhstan): undecided → supportive" in " ".join(told)


@pytest.mark.story
def test_a_step_that_was_dropped_is_asked_for_no_more(desk: Desk):
    dropped = campaign(
        desk,
        'id   = "embassy-calls"',
        'id   = "embassy-calls"\nskip = true',
    )
    overlay(desk, "2010-06-22T12:00Z", f"{HRW}.toml", dropped)
    calls = "embassy-calls"

    with_edits = Counter(
        item["item"] for mail in replayed(desk, "--json").objects for item in mail["items"]
    )
    without = Counter(
        item["item"]
        for mail in desk.run(
            "replay", "--from", "2010-06-22", "--to", "2010-06-27", "--json"
        ).objects
        for item in mail["items"]
        if item["campaign"] == HRW
    )

    assert without[calls]
    assert not [
        mail
        for mail in replayed(desk, "--json").objects
        for item in mail["items"]
        if (item["campaign"], item["item"]) == (HRW, calls)
    ]
    assert with_edits["meeting"]


def test_before_its_moment_an_edit_changes_nothing(desk: Desk):
    overlay(desk, "2010-06-23T12:00Z", COUNCIL, moved_council(desk))

    with_edits = replayed(desk, "--json", last="2010-06-23T12:00Z")
    without = desk.run("replay", "--from", "2010-06-22", "--to", "2010-06-23T12:00Z", "--json")

    assert with_edits.out == without.out
    assert without.objects


def test_later_folders_are_laid_over_the_earlier_ones(desk: Desk):
    overlay(desk, "2010-06-22T12:00Z", COUNCIL, moved_council(desk))
    stance = campaign(desk, 'stance = "undecided"', 'stance = "supportive"')
    overlay(desk, "2010-06-22T18:00Z", f"{HRW}.toml", stance)

    moments = {at for _, at in reminded_of(replayed(desk, "--json"))}

    assert moments == {"2010-06-25T08:00:00Z"}


def test_a_campaign_that_comes_later_is_first_seen_then(desk: Desk):
    text = desk.campaign(HRW).read_text()
    desk.campaign(HRW).unlink()
    overlay(desk, "2010-06-23T12:00Z", f"{HRW}.toml", text)

    said = replayed(desk, "--json", first="2010-06-14", last="2010-07-14")

    mine = [
        (mail["at"], item)
        for mail in said.objects
        for item in mail["items"]
        if item["campaign"] == HRW
    ]
    assert min(at for at, _ in mine) >= "2010-06-23T12:00:00Z"
    assert {item["item"] for _, item in mine} >= {"accepted", "meeting"}
    assert "draft" not in {item["item"] for _, item in mine}  # it was due before


def test_a_replay_begins_with_the_earliest_of_all_files_and_ends_after_the_last(desk: Desk):
    for path in (desk.folder / "campaigns").glob("*.toml"):
        path.unlink()
    letter = 'title = "T"\ndated = 2010-05-03\ncoordinators = ["vienna"]\n'
    overlay(desk, "2010-05-03T12:00Z", "early.toml", letter)

    said = desk.run("replay", "--edits", "edits", "--json")

    assert said.objects[0]["at"] == "2010-05-04T06:00:00Z"
    assert said.objects[-1]["at"] > "2010-05-24"


def test_a_broken_edit_leaves_the_earlier_version_in_force_and_names_the_file(desk: Desk):
    overlay(desk, "2010-06-23T12:00Z", f"{HRW}.toml", "title = \n")

    said = replayed(desk, "--json")

    assert said.code == 0
    assert f"Not in force: edits/2010-06-23T12:00Z/{HRW}.toml (1 error; line 1: " in said.err
    assert ("2010-06-24", "2010-06-24T08:00:00Z") in reminded_of(said)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("yesterday", "this name is not a moment"),
        ("2010-06-23", "rename the folder, like 2010-06-23T15:00Z"),
        ("2010-06-23T15:00", "rename the folder, like 2010-06-23T15:00Z"),
        ("2010-06-31T15:00Z", "this name is not a moment"),
        ("0001-01-01T00:00+12:00", "the year must be"),
    ],
)
def test_a_folder_that_names_no_moment_is_refused_with_the_fix(desk: Desk, name: str, says: str):
    overlay(desk, name, COUNCIL, moved_council(desk))

    said = replayed(desk)

    assert (said.code, said.out) == (1, "")
    assert f"edits/{name}: " in said.err
    assert says in said.err


def test_files_that_are_in_no_such_folder_are_refused_with_the_fix(desk: Desk):
    missing = replayed(desk)
    put(desk.folder / "edits", f"{HRW}.toml", "x")
    loose = replayed(desk)
    (desk.folder / "edits" / f"{HRW}.toml").unlink()
    nothing = replayed(desk)
    overlay(desk, "2010-06-23T12:00Z", "forum/x.toml", "x")
    misnamed = replayed(desk)
    shutil.rmtree(desk.folder / "edits")
    overlay(desk, "2010-06-23T12:00Z", "notes.txt", "x")
    empty = replayed(desk)

    assert [one.code for one in (missing, loose, nothing, misnamed, empty)] == [1] * 5
    assert "There is no folder edits" in missing.err
    assert f"like edits/2010-06-23T15:00Z/{HRW}.toml" in loose.err
    assert "has no edit in it" in nothing.err
    assert "forum: rename this folder to forums" in misnamed.err
    assert "put x.toml there, or forums/x.toml" in empty.err


# -- plan --against ----------------------------------------------------------------------------


def against(desk: Desk, *words: str) -> Said:
    return desk.run("plan", *words, *AT, "--against", "next")


@pytest.mark.story
def test_a_moved_session_moves_the_lines_of_each_reader(desk: Desk):
    another(desk, COUNCIL, moved_council(desk))

    said = against(desk)

    lines = said.out.splitlines()
    assert said.code == 0
    assert lines[0].startswith(
        "If next were the campaigns folder from Tuesday 22 June 2010, 14:00"
    )
    assert lines[1].endswith("; 2 leave at once.")
    assert "session of Thursday 24 June 2010 moved to Friday" in said.out
    assert said.out.index("What the edit does") < said.out.index("For new-york")
    assert "> moved, Thu 24 June 2010, 08:00 → Fri 25 June 2010, 08:00" in said.out
    assert max(map(len, lines)) <= 80


def test_as_json_each_line_says_its_change_and_a_moved_one_what_it_was(desk: Desk):
    another(desk, COUNCIL, moved_council(desk))

    found = against(desk, "--json").objects

    moved = next(
        one
        for one in found
        if (one["change"], one["item"], one["to"], one["lead"])
        == ("moved", "meeting", "vienna", "on the day")
    )
    assert moved["was"] == {"due": "2010-06-24T06:00:00Z", "states": "2010-06-24T08:00:00Z"}
    assert moved["due"] == "2010-06-25T06:00:00Z"
    assert moved["states"] == "2010-06-25T08:00:00Z"
    assert moved["at_once"] is False
    assert {one["change"] for one in found} == {"added", "moved"}
    assert [one["item"] for one in found if one["at_once"]] == ["draft", "draft"]
    assert all(("was" in one) == (one["change"] == "moved") for one in found)


def test_what_leaves_at_once_is_what_a_replay_of_the_edit_sends_then(desk: Desk):
    """New York's desk is new at noon: the reminder rides on its first mail; Vienna was told."""
    another(desk, COUNCIL, moved_council(desk))
    overlay(desk, "2010-06-22T12:00Z", COUNCIL, moved_council(desk))

    found = against(desk, "--json").objects

    sent = desk.run(
        *("replay", "--edits", "edits", "--json"),
        *("--from", "2010-06-22T12:00Z", "--to", "2010-06-22T12:30Z"),
    )
    lines = {
        (mail["to"], one["kind"], one["item"], one["lead"], str(one["states"]))
        for mail in sent.objects
        for one in mail["items"]
        if one["campaign"] == HRW and one["item"] != "accepted"
    }
    assert {one["kind"] for mail in sent.objects for one in mail["items"]} >= {"correction"}
    assert {
        (one["to"], one["kind"], one["item"], one["lead"], str(one["states"]))
        for one in found
        if one["at_once"]
    } == lines


@pytest.mark.story
def test_a_dropped_step_cancels_its_lines_and_nothing_else(desk: Desk):
    text = campaign(desk, 'id   = "embassy-calls"', 'id   = "embassy-calls"\nskip = true')
    another(desk, f"{HRW}.toml", text)

    found = against(desk, "--json").objects
    said = against(desk)

    assert {(one["change"], one["item"]) for one in found} == {("cancelled", "embassy-calls")}
    assert "Deadline left out: Call the seven embassies" in said.out
    assert "nothing leaves at once" in said.out


@pytest.mark.story
def test_a_changed_stance_changes_no_mail_and_is_said(desk: Desk):
    text = campaign(desk, 'stance = "undecided"', 'stance = "supportive"')
    another(desk, f"{HRW}.toml", text)

    said = against(desk)

    assert "0 added, 0 moved, 0 cancelled; nothing leaves at once." in said.out
    assert "* Stance of Kairat Abdrakhmanov (Kazakhstan): undecided → supportive" in said.out
    assert against(desk, "--json").out == ""


def test_the_same_folder_changes_nothing(desk: Desk):
    said = desk.run("plan", *AT, "--against", "campaigns")

    assert said.code == 0
    assert said.out.splitlines()[-1] == "0 added, 0 moved, 0 cancelled; nothing leaves at once."


def test_only_the_campaign_that_was_asked_for(desk: Desk):
    another(desk, COUNCIL, moved_council(desk))
    text = campaign(desk, "title ", "# \ntitle ", "gcr2p-osce")
    another(desk, "gcr2p-osce.toml", text.replace('kind         = "', 'kind         = "open ', 1))

    mine = against(desk, HRW)
    theirs = against(desk, "traub-foreign-policy")

    assert f"[{HRW}]" in mine.out
    assert "gcr2p" not in mine.out
    assert "What the edit does" not in theirs.out


def test_a_new_campaign_reaches_back_to_nothing(desk: Desk):
    shutil.copytree(desk.folder / "campaigns", desk.folder / "next")
    desk.campaign(HRW).unlink()

    later = ("--at", "2010-06-23T12:00Z", "--against")
    found = desk.run("plan", HRW, *later, "next", "--json").objects
    gone = desk.run("plan", HRW, *later, "campaigns")

    assert {one["change"] for one in found} == {"added"}
    assert min(one["due"] for one in found) >= "2010-06-23T12:00:00Z"
    assert gone.code == 1


def test_a_new_step_reaches_back_to_nothing(desk: Desk):
    step = (
        '[[deadline]]\nid = "press"\nwhat = "Call the press"\nwho = ["vienna"]\n'
        'due = "25 June 2010 at 18:00"\nremind = ["3 days before", "on the day"]\n'
    )
    another(desk, f"{HRW}.toml", campaign(desk, "[[log]]", f"{step}\n[[log]]"))

    found = against(desk, "--json").objects

    reminders = {(one["lead"], one["at_once"]) for one in found if one["kind"] == "reminder"}
    assert {one["item"] for one in found} == {"press"}
    assert reminders == {("on the day", False)}


def test_a_campaign_that_the_folder_does_not_have_is_gone(desk: Desk):
    shutil.copytree(desk.folder / "campaigns", desk.folder / "next")
    (desk.folder / "next" / f"{HRW}.toml").unlink()

    found = [one for one in against(desk, "--json").objects if one["campaign"] is not None]

    assert {(one["change"], one["campaign"]) for one in found} == {("cancelled", HRW)}
    assert "Campaign gone: Deploy an OSCE security assistance mission" in against(desk).out


def test_a_file_with_errors_stays_as_it_is_and_is_said(desk: Desk):
    another(desk, COUNCIL, moved_council(desk))
    another(desk, "gcr2p-osce.toml", "title = \n")

    said = against(desk)

    assert said.code == 1
    assert "Not in force: next/gcr2p-osce.toml (1 error; line 1: " in said.err
    assert "session of Thursday 24 June 2010 moved to Friday" in said.out
    assert "[gcr2p-osce]" not in said.out


def test_a_folder_that_is_none_or_empty_is_refused(desk: Desk):
    missing = against(desk)
    (desk.folder / "next").mkdir()
    empty = against(desk)

    assert (missing.code, empty.code) == (1, 1)
    assert "There is no folder next" in missing.err
    assert "has no campaign in it" in empty.err


def test_with_a_database_what_has_left_is_not_moved_and_what_is_new_goes_at_once(letter: Desk):
    world = read_world(letter.folder / "config.toml").world
    assert world is not None
    opened = datetime(2010, 6, 1, 5, tzinfo=UTC)
    house = House(world, replayed=False, opened=opened, database=letter.folder / "tracker.db")
    house.turn_to(datetime(2010, 6, 23, 7, tzinfo=UTC))
    house.store.close()
    letter.now = datetime(2010, 6, 23, 7, tzinfo=UTC)
    before = (letter.folder / "tracker.db").read_bytes()
    another(letter, COUNCIL, moved_council(letter))

    found = letter.run("plan", "border", "--days", "30", "--against", "next", "--json").objects

    # Word of both dates goes to Vienna, who was told otherwise. It says that the calls, due
    # yesterday, are due today: the reminder of this morning, which is past, is not sent again.
    assert [
        (one["kind"], one["item"], one["lead"], one["change"], one["due"], one["at_once"])
        for one in found
    ] == [
        ("correction", "calls", None, "added", "2010-06-23T07:10:00Z", True),
        ("correction", "meeting", None, "added", "2010-06-23T07:10:00Z", True),
        ("overdue", "calls", None, "added", "2010-06-24T06:00:00Z", False),
        ("reminder", "meeting", "1 working day before", "added", "2010-06-24T06:00:00Z", False),
        ("reminder", "meeting", "on the day", "moved", "2010-06-25T06:00:00Z", False),
    ]
    assert (letter.folder / "tracker.db").read_bytes() == before


def test_colours_only_on_a_terminal_and_not_with_no_color(desk: Desk):
    another(desk, COUNCIL, moved_council(desk))
    words = ("plan", *AT, "--against", "next")

    assert "\x1b[36m" in on_a_terminal(desk.folder, *words, TERM="xterm")
    assert "\x1b[36m" not in on_a_terminal(desk.folder, *words, TERM="xterm", NO_COLOR="1")


def test_what_is_asked_for_anew_is_shown_though_it_was_asked_for_before(letter: Desk):
    asks = '\n[[follow-up]]\nid = "ask"\nwhat = "Ask"\nfor = "campaign"\ndue = "2010-06-16"\n'
    text = letter.campaign("border").read_text() + asks
    letter.campaign("border").write_text(text)
    world = read_world(Path("config.toml"), now=letter.now).world
    assert world is not None
    house = House(
        world,
        replayed=False,
        opened=datetime(2010, 6, 14, 5, tzinfo=UTC),
        database=letter.folder / "tracker.db",
    )
    house.turn_to(datetime(2010, 6, 17, 12, tzinfo=UTC))
    house.store.close()
    letter.now = house.clock.at
    folder = another(letter, "border.toml", text.replace('"2010-06-16"', '"2010-06-22"'))

    live = letter.run("plan", "--against", str(folder), "--json")
    replayed = letter.run("plan", "--against", str(folder), "--json", "--at", "2010-06-17T12:00Z")

    for said in (live, replayed):
        shown = [(one["change"], one["due"]) for one in said.objects if one["item"] == "ask"]
        assert shown == [("added", "2010-06-22T06:00:00Z")]
